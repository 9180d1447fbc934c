"""sweep: a method under many settings of its hyper-parameters, as a table."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import checks
from .fleet import multistart
from .method import Method
from .objective import Array, Objective
from .started import Multistart
from .stop import Status, plural

#: Runs count as solved where they end so close to the least value of all.
CLOSE = 1e-6


class Grid:
    """All combinations of some values of hyper-parameters; see `grid`.

    Attributes
    ----------
    kind : type
        The method.
    axes : dict
        The values of each hyper-parameter that varies.
    settings : list of dict
        The combinations, the last hyper-parameter varying fastest.
    """

    def __init__(self, kind: type[Method], axes: dict[str, list[Any]]) -> None:
        self.kind, self.axes = kind, axes
        self.settings = [
            dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())
        ]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each hyper-parameter has."""
        return tuple(len(values) for values in self.axes.values())

    def __len__(self) -> int:
        return len(self.settings)

    def __repr__(self) -> str:
        size = " x ".join(map(str, self.shape)) + " settings" if self.shape else "1 setting"
        return f"<Grid of {self.kind.__name__}: {size}>"


def grid(kind: type[Method], **hyper_parameters: Any) -> Grid:
    """All combinations of values of a method's hyper-parameters.

    Parameters
    ----------
    kind : type
        A Method: ``Adam``, say.
    **hyper_parameters
        Values of each by name; one value, or several. What is itself a vector is one of several:
        ``scale=[[1.0, 2.0]]``.

    Examples
    --------
    >>> import ml4pa
    >>> ml4pa.grid(ml4pa.Momentum, learning_rate=[1e-3, 1e-2, 1e-1], momentum=[0.5, 0.9])
    <Grid of Momentum: 3 x 2 settings>
    """
    if not (isinstance(kind, type) and issubclass(kind, Method)):
        raise TypeError(
            f"kind={checks.shown(kind)} must be a class of methods: Adam, not 'adam' or Adam()"
        )
    checks.hyper_parameters("grid", kind, hyper_parameters)
    checks.all_given("grid", kind, hyper_parameters)
    axes = {k: list(v) if checks.several(v) else [v] for k, v in hyper_parameters.items()}
    for name, values in axes.items():
        if not values:
            raise ValueError(f"{name} is empty, but must hold one value at least")
    return Grid(kind, axes)


@dataclasses.dataclass(eq=False)
class Sweep:
    """What comes out of `sweep`: one row a setting, in the order of the grid.

    Attributes
    ----------
    grid : Grid
        The settings.
    runs : Multistart
        All runs; those of one setting, one a start, stand together.
    """

    grid: Grid
    runs: Multistart

    def _table(self, column: Any) -> Any:
        """(settings, starts)."""
        return np.asarray(column).reshape(len(self.grid), -1)

    @property
    def solved(self) -> Any:
        """Which runs converged to the least value of all that did, (settings, starts) of bool.

        Within 1e-6 (1 + |least|).
        """
        done, fun = self._table(self.runs.success), self._table(self.runs.fun)
        if not done.any():
            return done
        least = float(np.min(fun[done]))
        return done & (fun <= least + CLOSE * (1.0 + abs(least)))

    @property
    def nit(self) -> Array:
        """The median of the steps of the solved runs, (settings,); NaN where none is solved."""
        return self._median(self.runs.nit)

    @property
    def nfev(self) -> Array:
        """The median of their evaluations."""
        return self._median(self.runs.nfev)

    def _median(self, column: Any) -> Array:
        rows = zip(self._table(column), self.solved, strict=True)
        return np.array([np.median(row[ok]) if ok.any() else np.nan for row, ok in rows])

    @property
    def order(self) -> list[int]:
        """The settings, best first: most starts solved, fewest evaluations, least value."""
        solved, nfev = self.solved.sum(axis=1), np.nan_to_num(self.nfev, nan=np.inf)
        fun = np.nan_to_num(np.median(self._table(self.runs.fun), axis=1), nan=np.inf)
        return np.lexsort((fun, nfev, -solved)).tolist()  # type: ignore[no-any-return]

    @property
    def best(self) -> Method:
        """The method under the best setting."""
        return self.grid.kind(**self.grid.settings[self.order[0]])

    def to_dict(self) -> dict[str, list[Any]]:
        """The table by columns, one row a setting."""
        status, settings = self._table(self.runs.status), self.grid.settings
        return {
            **{name: [setting[name] for setting in settings] for name in self.grid.axes},
            "solved": self.solved.sum(axis=1).tolist(),
            "converged": self._table(self.runs.success).sum(axis=1).tolist(),
            "diverged": (status == Status.DIVERGED).sum(axis=1).tolist(),
            "nit": self.nit.tolist(),
            "nfev": self.nfev.tolist(),
            "fun": np.median(self._table(self.runs.fun), axis=1).tolist(),
        }

    def to_pandas(self) -> Any:
        """The table as a pandas.DataFrame."""
        import pandas as pd

        return pd.DataFrame(self.to_dict())

    def __len__(self) -> int:
        return len(self.grid)

    def __repr__(self) -> str:
        table, shown = self.to_dict(), self.order[:10]
        cells = [[_cell(column[i]) for column in table.values()] for i in shown]
        rows: list[Iterable[str]] = [list(table), *cells]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(c.rjust(w) for c, w in zip(r, widths, strict=True)) for r in rows]
        size = f"{plural(len(self), 'setting')} x {plural(len(self.runs) // len(self), 'start')}"
        head = f"<Sweep of {self.grid.kind.__name__}: {size}>"
        more = [f"... and {len(self) - 10} more"] if len(self) > 10 else []
        return "\n".join([head, *lines, *more])


def _cell(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def sweep(fun: Any, x0: ArrayLike, settings: Grid, **options: Any) -> Sweep:
    """Run a method under every setting of a grid, from one start or from each of several.

    Parameters
    ----------
    fun : Objective or callable
        As for `minimize`.
    x0 : array_like (n,) or (m, n)
        The start, or the starts.
    settings : Grid
        What `grid` makes.
    **options
        The keywords of `multistart`: budgets, tests of convergence, bounds, rng, progress, ...

    Returns
    -------
    Sweep
        The table; runs that diverge or fail are counted, and nothing is raised.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Beale()
    >>> rates = ml4pa.grid(ml4pa.Momentum, learning_rate=[1e-3, 1e-2, 1e-1], momentum=[0.5, 0.9])
    >>> result = ml4pa.sweep(f, [1.0, 1.0], rates, max_iter=10000)
    >>> result.best
    Momentum(learning_rate=0.01, noise=0.0, clip=None, momentum=0.9)
    >>> result.to_dict()["diverged"]
    [0, 0, 0, 0, 1, 1]
    """
    if not isinstance(settings, Grid):
        raise TypeError(
            f"settings={checks.shown(settings)} must be a Grid: grid(Adam, learning_rate=[...])"
        )
    n = fun.n if isinstance(fun, Objective) else None
    points = checks.one_or_more_starts(x0, n, options.get("bounds"))
    m = len(points)
    columns: dict[str, Any] = {
        name: [setting[name] for setting in settings.settings for _ in range(m)]
        for name in settings.axes
    }
    method = settings.kind(**settings.settings[0])
    starts = np.tile(points, (len(settings), 1))
    return Sweep(settings, multistart(fun, starts, method, **{**options, **columns}))
