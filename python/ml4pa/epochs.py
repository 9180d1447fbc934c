"""Mini-batch descent: a run is told the gradient of one batch after the other, epoch by epoch.

The loop over the batches is the specification of the compiled one; that over the epochs, with the
costs, the patience and the callbacks, is the same for both engines.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import checks
from .batches import MOST_ROWS, Table, Window, is_sum, rows, windows
from .costs import Cost
from .fitted import History
from .objective import Array
from .run import Run
from .starting import CompiledRun
from .stop import Status, Stop


class Deadline:
    """The time that a fit may take."""

    def __init__(self, limit: float) -> None:
        self.limit, self._began = limit, time.perf_counter()

    @property
    def spent(self) -> float:
        return time.perf_counter() - self._began

    @property
    def met(self) -> bool:
        return self.spent >= self.limit


@dataclass(frozen=True)
class Plan:
    """How the rows are met: in batches, shuffled within windows by a key."""

    batch_size: int
    shuffle: bool
    window: int
    key: int


def descend(
    run: Run, table: Table, window: Window, plan: Plan, epoch: int, deadline: Deadline
) -> None:
    """The updates of a window: one a batch, of which the last may be shorter."""
    if isinstance(run, CompiledRun):
        left = max(0.0, deadline.limit - deadline.spent)
        table.loop.descend(
            run.native, window.start, window.stop, plan.batch_size, plan.shuffle, plan.key, epoch,
            window.part, left,
        )  # fmt: skip
        return
    visited = rows(window, plan.key, epoch, plan.shuffle)
    for first in range(0, len(visited), plan.batch_size):
        run.advance(table.gradient(visited[first : first + plan.batch_size], run.ask()))
        if run.stopped() or deadline.met:
            return


class Rows:
    """A table, met in batches."""

    def __init__(self, table: Table, batch_size: int, shuffle: bool | int, key: int) -> None:
        self.table = table
        batch_size = min(batch_size, len(table))
        within = shuffle if type(shuffle) is int else table.block if table.mapped else MOST_ROWS
        if (window := min(within, MOST_ROWS)) < len(table):
            window = max(1, window // batch_size) * batch_size
        self.plan = Plan(batch_size, shuffle is not False, window, key)

    @property
    def compiled(self) -> bool:
        """Whether the compiled engine has the loop."""
        return self.table.few.has_twin

    def value(self, theta: Array) -> float | None:
        """The cost of all rows; None where that would read a file once more."""
        return None if self.table.mapped else self.table.value(theta)

    def epoch(self, run: Run, epoch: int, deadline: Deadline) -> float:
        """One pass; the cost of a mapped file as it was met: each window before its updates."""
        plan, whole = self.plan, self.table
        met = 0.0
        for window in windows(len(whole), plan.window, plan.key, epoch, plan.shuffle):
            table = whole
            if whole.mapped:
                table = whole.loaded(window)
                met += table.sum(run.ask())
                window = Window(0, len(table), window.part)
            descend(run, table, window, plan, epoch, deadline)
            if run.stopped() or deadline.met:
                break
        return whole.scaled(met, run.ask())


class Stream:
    """Batches (X, y) or (X, y, sigma) from an iterable of the user's own."""

    def __init__(self, model: Any, batches: Any, terms: dict[str, Any]) -> None:
        self.model, self.batches, self.terms = model, batches, terms

    #: The batches are Python's, the steps are compiled.
    compiled = True

    def value(self, theta: Array) -> None:
        """Not known without another pass."""

    def epoch(self, run: Run, epoch: int, deadline: Deadline) -> float:
        """One pass; the cost as it was met: each batch before its update."""
        met, count = 0.0, 0
        cost: Cost | None = None
        for cost in self._costs():
            x = run.ask()
            if run.engine == "compiled":
                f, g = float(cost(x)), cost.gradient(x)
            else:
                f, g = cost.value_and_gradient(x)
            met += (f - cost._penalty(x)) / cost.scale
            count += cost.n_data
            run.advance(g)
            if run.stopped() or deadline.met:
                break
        if cost is None:
            checks.no_batches(epoch)
        return (met if is_sum(cost) else met / count) + cost._penalty(run.ask())

    def _costs(self) -> Iterator[Cost]:
        source = self.batches() if callable(self.batches) else self.batches
        for place, item in enumerate(source):
            X, y, sigma = checks.batch(item, place)
            yield Cost(self.model, X, y, sigma=sigma, **self.terms)


Source = Rows | Stream


@dataclass
class Course:
    """The epochs so far."""

    epoch: list[int] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    best_x: Array = field(default_factory=lambda: np.zeros(0))
    best_cost: float = math.inf
    best_watched: float = math.inf
    best_epoch: int = 0
    nfev: int = 0
    stop: Stop = Stop(Status.RUNNING, 0.0, 0.0)

    def add(self, epoch: int, x: Array, cost: float, validation: float | None) -> None:
        """The costs after an epoch; the best parameters so far are kept."""
        self.epoch.append(epoch)
        self.cost.append(cost)
        if validation is not None:
            self.validation.append(validation)
        watched = cost if validation is None else validation
        if len(self.epoch) == 1 or watched < self.best_watched:
            self.best_x, self.best_cost, self.best_watched = x.copy(), cost, watched
            self.best_epoch = epoch

    def history(self) -> History:
        return History(
            np.array(self.epoch, dtype=np.int64),
            np.array(self.cost),
            np.array(self.validation) if self.validation else None,
        )


def through_epochs(
    run: Run,
    source: Source,
    epochs: int,
    *,
    evaluate: int,
    validation: Table | None,
    patience: int | None,
    target: float | None,
    max_time: float,
    listener: Callable[[Course], bool],
) -> Course:
    """Pass after pass, until the epochs, the patience or the time are spent, or the target met."""
    course, deadline = Course(), Deadline(max_time)

    def note(epoch: int, met: float | None) -> None:
        x = run.ask()
        cost = source.value(x)
        course.nfev += cost is not None
        cost = met if cost is None else cost
        if cost is not None:
            course.add(epoch, x, cost, None if validation is None else validation.value(x))

    course.best_x = run.ask().copy()  # a stream tells no cost before the first epoch
    with np.errstate(all="ignore"):  # what leaves the finite numbers is reported
        note(0, None)
        for epoch in range(epochs):
            met = source.epoch(run, epoch, deadline)
            ends = epoch + 1 == epochs or run.stopped() or deadline.met
            if (epoch + 1) % evaluate and not ends:
                continue
            note(epoch + 1, met)
            course.stop = _reason(course, run, epochs, patience, target, deadline)
            if not listener(course) and course.stop.reason == Status.RUNNING:
                course.stop = Stop(Status.CALLBACK, 0.0, 0.0)
            if course.stop.reason != Status.RUNNING:
                break
        else:
            course.stop = Stop(Status.EPOCHS, 0.0, 0.0)
    return course


def _reason(
    course: Course,
    run: Run,
    epochs: int,
    patience: int | None,
    target: float | None,
    deadline: Deadline,
) -> Stop:
    """Why a fit ends after this epoch, if it does."""
    cost, epoch = course.cost[-1], course.epoch[-1]
    waited = epoch - course.best_epoch
    if run.stopped() or not math.isfinite(cost):
        return Stop(Status.DIVERGED, cost, 0.0)
    if target is not None and cost <= target:
        return Stop(Status.TARGET, cost, target)
    if patience is not None and waited >= patience:
        return Stop(Status.PATIENCE, waited, patience)
    if epoch >= epochs:
        return Stop(Status.EPOCHS, epoch, epochs)
    if deadline.met:
        return Stop(Status.MAX_TIME, deadline.spent, deadline.limit)
    return Stop(Status.RUNNING, 0.0, 0.0)
