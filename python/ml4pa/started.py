"""What comes out of `multistart`."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from .objective import Array
from .path import Path
from .result import Result
from .stop import CONVERGED, Status, Stop, plural
from .stopping import RULES

Ints = NDArray[np.int64]

SUCCESS = [*(place for place, rule in enumerate(RULES) if rule.converged), *CONVERGED]
#: Whether a reason of stopping is one of them, by its number.
IS_SUCCESS = np.isin(np.arange(max(Status) + 1), SUCCESS)


class Paths(Sequence[Path]):
    """The paths of many runs in one block; ``paths[i]`` is the `Path` of row i.

    Attributes
    ----------
    x : ndarray (m, k, n)
        The points, NaN behind the last row of a path that is shorter than the longest.
    fun : ndarray (m, k)
        Their values.
    rows : ndarray (m,)
        How many rows of each path are filled.
    """

    def __init__(self, x: Array, fun: Array, rows: Ints, stride: int, last: Ints) -> None:
        self.x, self.fun, self.rows = x, fun, rows
        self.stride, self.last = stride, last

    @classmethod
    def of(cls, paths: Sequence[Path], n: int, stride: int, last: Ints) -> Paths:
        """The block, from one path a run."""
        rows = np.array([len(path) for path in paths], dtype=np.int64)
        k = int(rows.max())
        x, fun = np.full((len(paths), k, n), np.nan), np.full((len(paths), k), np.nan)
        for i, path in enumerate(paths):
            x[i, : rows[i]], fun[i, : rows[i]] = path.x, path.fun
        return cls(x, fun, rows, stride, last)

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, i: int) -> Path: ...
    @overload
    def __getitem__(self, i: slice) -> list[Path]: ...
    def __getitem__(self, i: int | slice) -> Path | list[Path]:
        if isinstance(i, slice):
            return [self[j] for j in range(*i.indices(len(self)))]
        rows = int(self.rows[i])
        return Path(self.x[i, :rows], self.fun[i, :rows], self.stride, int(self.last[i]))

    def __repr__(self) -> str:
        return f"<Paths of {len(self)} runs, at most {self.x.shape[1]} points each>"


@dataclasses.dataclass(eq=False)
class Multistart:
    """What comes out of `multistart`: one row a start.

    ``multistart[i]`` is row i as a `Result`, equal bit for bit to that of `minimize` from start i;
    ``len`` and iteration work.

    Attributes
    ----------
    starts : ndarray (m, n)
        Where the runs began.
    x, fun : ndarray (m, n), (m,)
        The best point of each run, and its value.
    jac : ndarray (m, n)
        The gradients at x.
    nit, nfev, njev, nhev : ndarray (m,)
        Steps, and evaluations of f, gradient and Hessian.
    status : ndarray (m,)
        The reasons of stopping, as numbers of `Status`.
    success : ndarray (m,) of bool
        Where a convergence test was met.
    path : Paths or None
        With ``record=True`` or a stride; for populations a list of `Path`.
    engine : str
        Which engine ran.
    """

    starts: Array
    x: Array
    fun: Array
    jac: Array | None
    nit: Ints
    nfev: Ints
    njev: Ints
    nhev: Ints
    status: Ints
    success: NDArray[np.bool_]
    path: Sequence[Path] | None
    engine: str
    measured: Array = dataclasses.field(repr=False)
    limit: Array = dataclasses.field(repr=False)
    euclidean: bool = dataclasses.field(default=False, repr=False)

    def __len__(self) -> int:
        return len(self.fun)

    def __getitem__(self, i: int) -> Result:
        reason = int(self.status[i])
        return Result(
            self.x[i].copy(),
            float(self.fun[i]),
            bool(self.success[i]),
            Status(reason),
            int(self.nit[i]),
            int(self.nfev[i]),
            int(self.njev[i]),
            int(self.nhev[i]),
            None if self.jac is None else self.jac[i].copy(),
            self.engine,
            None if self.path is None else self.path[i],
            Stop(reason, float(self.measured[i]), float(self.limit[i])),
            self.euclidean,
        )

    def message(self, i: int) -> str:
        """Why run i ended, as a sentence."""
        return self[i].message

    @property
    def best(self) -> Result:
        """The row with the least value; the first of several."""
        return self[int(np.argmin(np.where(np.isnan(self.fun), np.inf, self.fun)))]

    def reasons(self) -> dict[str, int]:
        """How many runs ended for which reason, the most frequent first."""
        counted = Counter(self.status.tolist())
        return {Status(reason).name: count for reason, count in counted.most_common()}

    def __repr__(self) -> str:
        best = self.best
        ended = ", ".join(f"{count} {name}" for name, count in self.reasons().items())
        return (
            f"<Multistart of {plural(len(self), 'start')} ({self.engine}): {ended}; "
            f"best f = {best.fun:.9g} at {np.array2string(best.x, precision=6, threshold=6)}>"
        )


class Rows(NamedTuple):
    """What was done: one row a start, as plain arrays."""

    x: Array  # (m, n), the best points
    fun: Array  # (m,)
    jac: Array | None  # (m, n); None for populations
    nit: Ints  # (m,), and so are all that follow
    nfev: Ints
    njev: Ints
    nhev: Ints
    reason: Ints
    measured: Array
    limit: Array
    path: Sequence[Path] | None
