"""The loop of the population methods in NumPy: ask, evaluate, tell, record, ask the stopping rules.

It is the specification of the compiled loop.
"""

from __future__ import annotations

import math
import time
from typing import NamedTuple

import numpy as np

from . import checks
from .evaluation import Evaluate
from .interrupts import Shield
from .loop import POLL, Listener
from .objective import Array, Objective
from .population import Polish
from .population_run import NumpyPopulationRun, PopulationRun
from .stop import Iterate, Status, Stop, euclidean_norm, max_norm
from .stopping import RULES, first_met


class PopulationOutcome(NamedTuple):
    """What a loop gives back, in both engines."""

    reason: int
    measured: float
    limit: float
    iteration: int
    nfev: int
    x: Array
    fun: float
    path_x: Array | None
    path_f: Array | None
    mean: Array | None
    sigma: Array | None
    covariance: Array | None
    population: tuple[Array, list[int]] | None  # all rows, and how many belong to each recorded one
    njev: int = 0
    nhev: int = 0


class Recorder:
    """Rows of the path: row 0 is the start, whose value is not known.

    Where memory ends the path is given up: the run goes on, and its result is worth more.
    """

    def __init__(self, run: NumpyPopulationRun, stride: int) -> None:
        self.run, self.stride = run, stride
        self.x: list[Array] = []
        self.f: list[float] = []
        self.populations: list[Array] = []
        self.moments: list[tuple[Array, float, Array | None]] = []
        if stride:
            self.put(run.x, math.nan, run.x[np.newaxis])

    def put(self, x: Array, f: float, X: Array) -> None:
        if self.stride:
            try:
                self.append(x, f, X)
            except MemoryError:
                self.give_up()

    def give_up(self) -> None:
        self.stride = 0
        for rows in (self.x, self.f, self.populations, self.moments):
            rows.clear()

    def append(self, x: Array, f: float, X: Array) -> None:
        self.x.append(x)
        self.f.append(f)
        self.populations.append(X)
        moments = self.run.method.moments(self.run)
        if moments is not None:
            mean, sigma, covariance = moments
            self.moments.append(
                (mean.copy(), sigma, None if covariance is None else covariance.copy())
            )

    def columns(self) -> tuple[object, ...]:
        if self.stride:
            try:
                return self.joined()
            except MemoryError:
                self.give_up()
        return (None,) * 6

    def joined(self) -> tuple[object, ...]:
        mean = sigma = covariance = None
        if self.moments:
            mean = np.array([m[0] for m in self.moments])
            sigma = np.array([m[1] for m in self.moments])
            if self.moments[0][2] is not None:
                covariance = np.array([m[2] for m in self.moments])
        population = np.concatenate(self.populations), [len(X) for X in self.populations]
        return np.array(self.x), np.array(self.f), mean, sigma, covariance, population


def population_loop(
    run: NumpyPopulationRun,
    evaluate: Evaluate,
    rules: list[float],
    euclidean: bool,
    max_time: float,
    stride: int,
    nan_raises: bool,
    listener: Listener | None,
    bar: Listener | None,
    polish: Polish | None = None,
) -> PopulationOutcome:
    """Asks and tells until the run, a rule, the time or the listener ends it."""
    norm = euclidean_norm if euclidean else max_norm
    limits = {rule.keyword: limit for rule, limit in zip(RULES, rules, strict=True)}
    most = -limits["max_evals"] - 1 if limits["max_evals"] == limits["max_evals"] else math.inf
    wants_spread = limits["xtol"] == limits["xtol"]
    nfev = njev = nhev = iteration = 0
    cost = 1 if polish is None else polish.cost
    path = Recorder(run, stride)
    last: tuple[Array, float, Array] | None = None
    stop: Stop | None = None
    began = polled = time.perf_counter()
    with run.turn.taken(), Shield() as shield:
        while stop is None:
            X = run.ask()
            if polish is None:
                rows = int(min(len(X), most - nfev))
                values = evaluate(X[:rows].copy())[:rows]
                nfev += len(values)
            else:
                left = max(max_time - (time.perf_counter() - began), 0.0)
                better = polish(run, X, most - nfev, left)
                X, values = np.concatenate([better.X, X[len(better.X) :]]), better.values
                nfev, njev, nhev = nfev + better.nfev, njev + better.njev, nhev + better.nhev
            done = len(values)
            if nan_raises and np.isnan(values).any():
                checks.nan_value(X[int(np.argmax(np.isnan(values)))])
            whole = done == len(X)
            if whole:
                shield.tell(run, X, values)
                iteration += 1
            else:  # not told: the run still asks for this generation
                run.note(X, values)
            if done:
                # Spread as in the Nelder-Mead method: how far the worst value, and the farthest
                # point in each coordinate, are from the best.
                best = int(np.argsort(values, kind="stable")[0])
                x, f = X[best].copy(), float(values[best])
                worst = float(np.max(values)) if whole else math.inf
                spread = np.full(run.n, math.inf)
                if whole and wants_spread:
                    spread = np.max(np.abs(X - x), axis=0)
                none = np.full(run.n, math.nan)
                it = Iterate(spread, f, none, np.zeros(run.n), worst, iteration, nfev, cost, norm)
                with np.errstate(invalid="ignore"):
                    stop = first_met(rules, it)
            if whole:
                last = x, f, X
                if stride and iteration % stride == 0:
                    path.put(*last)
                own = run.stopped()
                if own is not None and (stop is None or not RULES[stop.reason].converged):
                    stop = own
                if listener is not None:
                    going = listener(iteration, x.copy(), f, run.x, run.fun, nfev, njev, nhev)
                    if not going and stop is None:
                        stop = Stop(Status.CALLBACK, 0.0, 0.0)
            now = time.perf_counter()
            if stop is None and now - began >= max_time:
                stop = Stop(Status.MAX_TIME, now - began, max_time)
            if bar is not None and last is not None and now - polled >= POLL:
                polled = now
                bar(iteration, last[0], last[1], run.x, run.fun, nfev, njev, nhev)
    if stride and iteration % stride and last is not None:
        path.put(*last)
    return PopulationOutcome(
        stop.reason,
        stop.measured,
        stop.limit,
        iteration,
        nfev,
        run.x,
        run.fun,
        *path.columns(),  # type: ignore[arg-type]
    )._replace(njev=njev, nhev=nhev)


def start_alone(
    run: PopulationRun,
    evaluate: Evaluate,
    objective: Objective,
    rules: list[float],
    stride: int,
    nan_raises: bool,
    listener: Listener | None,
) -> PopulationOutcome:
    """With max_iter = 0 no generation is asked for: what both engines do is evaluate the start."""
    x = run.x
    f = objective.as_called(x, float(evaluate(x[np.newaxis])[0]))
    if nan_raises and math.isnan(f):
        checks.nan_value(x)
    none = np.full(run.n, math.nan)
    stop = first_met(rules, Iterate(x, f, none, none, math.nan, 0, 1, 1, max_norm))
    assert stop is not None
    if listener is not None:
        listener(0, x.copy(), f, x, f, 1, 0, 0)
    rows = x[np.newaxis] if stride else None
    values = np.array([f]) if stride else None
    population = None if rows is None else (rows, [1])
    return PopulationOutcome(*stop, 0, 1, x, f, rows, values, None, None, None, population)
