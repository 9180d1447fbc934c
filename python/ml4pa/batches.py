r"""Mini-batches: which rows of the data are met, and in which order.

The orders are those of `ml4pa.shuffle`: they depend on (key, epoch, part) and on nothing else, so
the number of threads cannot matter, and the compiled core visits the same rows.

Data in a mapped file are read a window at a time, and shuffled within each window; the windows
come in a random order. The window is a multiple of the batch, so only the last one has a short
batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import _core, checks
from .costs import Cost
from .costs.cost import inverse_square
from .models import Model
from .objective import Array
from .shuffle import order

__all__ = ["Table", "Window", "order", "rows", "split", "windows"]

#: More rows than these are never shuffled together: their numbers have 32 bits.
MOST_ROWS = 1 << 31
#: Parts of the stream of words that are no windows.
WINDOWS, HELD_OUT = 0xFFFFFFFF, 0xFFFFFFFE


# ---- the order of the rows -----------------------------------------------------------------------


class Window(NamedTuple):
    """Rows start, ..., stop - 1, and the number of their order."""

    start: int
    stop: int
    part: int


def windows(n: int, size: int, key: int, epoch: int, shuffle: bool) -> Iterator[Window]:
    """The windows of n rows, `size` rows each, as they are visited in an epoch.

    Examples
    --------
    >>> [tuple(w) for w in windows(7, 3, key=1, epoch=0, shuffle=False)]
    [(0, 3, 0), (3, 6, 1), (6, 7, 2)]
    """
    count = -(-n // size)
    parts = order(key, epoch, count, WINDOWS) if shuffle and count > 1 else np.arange(count)
    for part in parts.tolist():
        yield Window(part * size, min(n, (part + 1) * size), part)


def rows(window: Window, key: int, epoch: int, shuffle: bool) -> NDArray[np.int64]:
    """The rows of a window as they are visited in an epoch."""
    count = window.stop - window.start
    within = order(key, epoch, count, window.part) if shuffle else np.arange(count)
    return window.start + within


def split(n: int, fraction: float, key: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows to fit and rows to validate with, drawn at random: a fraction of n, rounded up."""
    held = -int(-fraction * n // 1)
    checks.rows_to_fit(fraction, held, n)
    mixed = order(key, 0, n, HELD_OUT)
    return np.sort(mixed[held:]), np.sort(mixed[:held])


# ---- the data ------------------------------------------------------------------------------------


def is_sum(cost: Cost) -> bool:
    """Whether the cost is a sum over the data, and not a mean."""
    return cost.loss.weighted or cost.reduction == "sum"


class Table:
    """Data as they lie in memory or in a file: float64 or float32, in any order of the axes.

    Nothing is copied but the rows of a batch, or of a block where a cost is added up.

    Parameters
    ----------
    model : Model
    X, y, sigma
        As for `Cost`.
    compiled : bool
        Whether costs are computed by the compiled engine.
    total : int, optional
        The rows that share the penalties of a sum, where they are more than these.
    terms
        loss, l1, l2 and reduction.
    """

    #: Bytes of X in the rows of a block.
    BLOCK = 1 << 26

    def __init__(
        self,
        model: Model,
        X: Any,
        y: Any,
        sigma: Any = None,
        compiled: bool = True,
        total: int | None = None,
        **terms: Any,
    ) -> None:
        self.model, self.terms, self.compiled = model, terms, compiled
        checks.same_unit(sigma, y)
        self.X = checks.table("X", X, model.features)
        self.y = checks.table("y", y, model.outputs)
        self.sigma = None if sigma is None else checks.table_sigma(sigma, self.y)
        checks.same_length(self.X, self.y)
        self.total = total or len(self.X)
        #: The cost as an objective, where it needs no copy of the data.
        self.whole: Cost | None = None
        if self.X.dtype == np.float64 and self.X.flags.c_contiguous and not self.mapped:
            self.whole = Cost(model, self.X, self.y, sigma=self.sigma, **terms)
        #: That of a few rows: for what does not depend on the data.
        self.few = self.cost(slice(0, 2))
        if self.single and self.sigma is not None and not self.mapped:
            checks.squarable(self.sigma, 1e18, " where X is float32")

    def __len__(self) -> int:
        return len(self.X)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "loop"}

    @property
    def mapped(self) -> bool:
        """Whether the data are in a file."""
        return checks.is_mapped(self.X)

    @property
    def block(self) -> int:
        """Rows in a block."""
        return max(1, self.BLOCK // int(self.X.itemsize * self.X.shape[1]))

    def cost(self, rows: Any, **terms: Any) -> Cost:
        """The cost of some of the rows: a slice, or their numbers."""
        if self.whole is not None and not terms:
            return self.whole.subset(rows)
        sigma = None if self.sigma is None else self.sigma[rows]
        return Cost(self.model, self.X[rows], self.y[rows], sigma=sigma, **{**self.terms, **terms})

    def batch(self, rows: NDArray[np.int64]) -> Cost:
        """The cost of a batch; where it is a sum, with its share of the penalties."""
        cost = self.cost(rows)
        if is_sum(cost):
            share = len(rows) / self.total
            cost.l1, cost.l2 = cost.l1 * share, cost.l2 * share
        return cost

    def gradient(self, rows: NDArray[np.int64], theta: Array) -> Array:
        """That of a batch's cost, in the precision of the data, as the compiled loop has it."""
        cost = self.batch(rows)
        if self.single:
            weights = None if cost.weights is None else cost.weights.astype(np.float32)
            cost = cost.replaced(
                X=cost.X.astype(np.float32), y=cost.y.astype(np.float32), weights=weights
            )
            theta = theta.astype(np.float32)
        return cost.evaluate(theta).g.astype(np.float64, copy=False)

    @property
    def single(self) -> bool:
        """Whether batches are computed in float32; a `Curve` may need finite differences."""
        return self.X.dtype == np.float32 and self.few.has_twin

    def loaded(self, window: Window) -> Table:
        """A window of a file, in memory."""
        part = slice(window.start, window.stop)
        sigma = None if self.sigma is None else np.array(self.sigma[part])
        X, y = np.array(self.X[part]), np.array(self.y[part])
        return Table(self.model, X, y, sigma, self.compiled, self.total, **self.terms)

    def taken(self, rows: NDArray[np.int64], **terms: Any) -> Table:
        """A table of some of the rows, copied."""
        sigma = None if self.sigma is None else self.sigma[rows]
        given = {**self.terms, **terms}
        return Table(self.model, self.X[rows], self.y[rows], sigma, self.compiled, **given)

    def objective(self) -> Cost | None:
        """The cost of all rows as a function of the parameters; None for a file."""
        if self.mapped:
            return None
        return self.whole or self.cost(slice(None))

    def sum(self, theta: Array) -> float:
        """The loss of all rows, without penalties, added up a block at a time."""
        total = 0.0
        for start in range(0, len(self), self.block):
            part = slice(start, start + self.block)
            total += self._value(self.cost(part, reduction="sum", l1=0.0, l2=0.0), theta)
        return total

    def scaled(self, total: float, theta: Array) -> float:
        """The cost of which this is the sum."""
        scale = 1.0 if is_sum(self.few) else 1.0 / self.y.size
        return total * scale + self.few._penalty(theta)

    def value(self, theta: Array) -> float:
        """The cost of all rows."""
        if self.whole is not None:
            return self._value(self.whole, theta)
        return self.scaled(self.sum(theta), theta)

    def _value(self, cost: Cost, theta: Array) -> float:
        return float(cost(theta) if self.compiled else cost._value(theta))

    @cached_property
    def loop(self) -> _core.BatchLoop:
        """The compiled loop over its batches."""
        native = self.model.native()
        assert native is not None
        X, y, cost = self.X, np.ascontiguousarray(self.y, dtype=self.X.dtype), self.few
        if not X.flags.aligned or any(stride % X.itemsize for stride in X.strides):
            X = X.copy()
        weights = None
        if self.sigma is not None:
            weights = inverse_square(np.asarray(self.sigma, dtype=np.float64)).astype(X.dtype)
        return _core.batch_loop(
            *native, cost.loss.name, X, y, weights, self.model.penalised.tolist(),
            not is_sum(cost), self.total, cost.l1, cost.l2,
        )  # fmt: skip
