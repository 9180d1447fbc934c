"""A sweep over hyper-parameters: a map of two of them, or a curve of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm, Normalize
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from .. import checks
from ..objective import Array
from . import style

SHOWS = {"nit": "steps", "nfev": "evaluations", "fun": "least $f$", "solved": "starts solved"}
#: Values that are named one by one: an axis would go far beyond them.
FEW = 2
#: Values whose largest is beyond so many times the least go on a logarithmic axis.
WIDE = 20.0
#: Name, and how to go there and back.
SCALES: tuple[tuple[str, Callable[[Array], Array], Callable[[Array], Array]], ...] = (
    ("linear", np.asarray, np.asarray),
    ("log", np.log, np.exp),
)
DIVERGED, UNSOLVED = "#000000", "#c4c4c4"


class Side(NamedTuple):
    """A hyper-parameter along an axis: where its cells begin and end, and their middles."""

    name: str
    edges: Array  # (k + 1,)
    middles: Array  # (k,)
    scale: str
    labels: list[str] | None  # where the values are at no even steps


class Table(NamedTuple):
    """One cell a setting, (ky, kx); the best over all hyper-parameters that are not shown."""

    shown: Array  # NaN where no run was solved
    diverged: NDArray[np.bool_]  # of the cells without a value, where most runs diverged
    partly: NDArray[np.bool_]  # where some starts were not solved


def sweep(
    sweep: Any,
    ax: Axes | None = None,
    *,
    x: str | None = None,
    y: str | None = None,
    show: str = "nit",
    colorbar: bool | None = None,
) -> Axes:
    r"""Draw what a sweep found: a map over two hyper-parameters, or a curve over one.

    The colour, or the height, is the median over the solved starts; light cells are best. A cell
    is black where no start was solved and most runs diverged, grey where they were too slow; a
    triangle is where only some starts were solved, a star on the best setting.

    Parameters
    ----------
    sweep : Sweep
        What `ml4pa.sweep` returned.
    ax : Axes, optional
        Where to draw; new axes by default.
    x, y : str, optional
        The hyper-parameters along the axes; by default the first two that vary, or the only one.
        Of any others the best value is taken, cell by cell.
    show : {"nit", "nfev", "fun", "solved"}, default "nit"
        Steps, evaluations, the least value, or how many starts were solved.
    colorbar : bool, optional
        Beside a map; by default on new axes only.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If nothing varies, or a name is not in the grid.

    Notes
    -----
    An axis is logarithmic where the values span a factor of 20 in even ratios; two values, and
    those in steps that are neither even nor of even ratios, get cells of the same width.

    Examples
    --------
    >>> import numpy as np, ml4pa
    >>> f = ml4pa.landscapes.Quadratic(1, 10)
    >>> eta, gamma = np.geomspace(1e-3, 1, 13), np.linspace(0, 0.9, 10)
    >>> rates = ml4pa.grid(ml4pa.Momentum, learning_rate=eta, momentum=gamma)
    >>> ax = ml4pa.plot.sweep(ml4pa.sweep(f, [1.5, 1.0], rates, max_iter=2000))
    >>> ax.get_xscale(), ax.get_ylabel()
    ('log', 'momentum')
    """
    checks.choice("show", show, tuple(SHOWS))
    names = checks.swept(sweep, x, y)
    sides = [_side(name, sweep.grid.axes[name]) for name in names]
    table = _table(sweep, names, show)
    if colorbar is None:
        colorbar = ax is None
    ax = style.axes(ax)
    title = sweep.grid.kind.__name__
    if len(sides) == 1:
        _curve(ax, sides[0], table, SHOWS[show], title)
    else:
        _map(ax, sides, table, SHOWS[show], title, colorbar)
    _best(ax, sweep, sides, table)
    for axis, side in zip((ax.xaxis, ax.yaxis), sides, strict=False):
        if side.labels is not None:
            axis.set_ticks(side.middles, side.labels)
    _legend(ax, table)
    return ax


def _side(name: str, values: list[Any]) -> Side:
    """Where the values of a hyper-parameter lie along its axis."""
    numbers = [v for v in values if isinstance(v, int | float | np.number) and np.isfinite(v)]
    if len(numbers) == len(values) > 1:
        a = np.asarray(numbers, dtype=float)
        for scale, forth, back in SCALES:
            if scale == "log" and not (a.min() > 0.0 and a.max() > WIDE * a.min()):
                continue
            steps = np.diff(forth(a))
            if len(a) > FEW and steps[0] > 0.0 and np.allclose(steps, steps[0], rtol=0.05):
                middle, half = forth(a), 0.5 * steps[0]
                edges: Array = np.append(middle - half, middle[-1] + half)
                return Side(name, back(edges), a, scale, None)
    places = np.arange(len(values), dtype=float)
    labels = [f"{v:g}" if isinstance(v, float) else str(v) for v in values]
    return Side(name, np.append(places, len(values)) - 0.5, places, "linear", labels)


def _table(sweep: Any, names: list[str], show: str) -> Table:
    """The columns of the sweep as cells."""
    columns, axes = sweep.to_dict(), list(sweep.grid.axes)
    starts = len(sweep.runs) // len(sweep.grid)

    def cells(name: str, fill: float = np.nan) -> Array:
        a = np.array(columns[name], dtype=float).reshape(sweep.grid.shape)
        kept = [axes.index(n) for n in names[::-1]]
        others = [i for i in range(a.ndim) if i not in kept]
        flat: Array = np.transpose(a, [*kept, *others])
        return flat.reshape(*flat.shape[: len(kept)], -1)

    solved, diverged, value = cells("solved"), cells("diverged"), cells(show)
    if show == "solved":
        order = -value
    else:
        order = np.where(np.isnan(value), np.inf, value)
        if show != "fun":  # first of all, as many starts as possible
            order = order - 1e12 * solved
    best = np.argmin(order, axis=-1)[..., np.newaxis]
    value, solved, diverged = (
        np.take_along_axis(a, best, axis=-1)[..., 0] for a in (value, solved, diverged)
    )
    none = np.isnan(value) if show != "solved" else value == 0
    return Table(
        np.where(none, np.nan, value), none & (2 * diverged >= starts),
        ~none & (solved < starts) & (show in ("nit", "nfev")),
    )  # fmt: skip


def _map(ax: Axes, sides: list[Side], table: Table, what: str, title: str, colorbar: bool) -> None:
    x, y = sides
    for rows, color in ((np.isnan(table.shown), UNSOLVED), (table.diverged, DIVERGED)):
        flat = np.ma.masked_array(np.zeros(rows.shape), ~rows)
        ax.pcolormesh(x.edges, y.edges, flat, cmap=style.flat(color), gid="failed")
    shown = np.ma.masked_invalid(table.shown)
    least, most = (float(shown.min()), float(shown.max())) if shown.count() else (1.0, 1.0)
    log = least > 0.0 and most > WIDE * least
    norm = LogNorm(least, most) if log else Normalize(least, most)
    name = "cividis" if what == SHOWS["solved"] else "cividis_r"
    mesh = ax.pcolormesh(x.edges, y.edges, shown, norm=norm, cmap=name, gid="cells")
    rows, columns = np.nonzero(table.partly)
    _marks(ax, x.middles[columns], y.middles[rows], "^", "white")
    ax.set_xscale(x.scale)
    ax.set_yscale(y.scale)
    ax.set_xlim(x.edges[0], x.edges[-1])
    ax.set_ylim(y.edges[0], y.edges[-1])
    style.finish(ax, _words(x.name), _words(y.name), title)
    if colorbar and shown.count():
        _bar(mesh, ax, what)


def _bar(mesh: QuadMesh, ax: Axes, what: str) -> None:
    bar = ax.figure.colorbar(mesh, ax=ax)
    bar.set_label(what, fontsize=style.LABEL)
    bar.ax.tick_params(labelsize=style.TICK)


def _curve(ax: Axes, side: Side, table: Table, what: str, title: str) -> None:
    """A line through the solved settings; along the top, the ones that were not."""
    look = style.look(0)
    ax.plot(
        side.middles, table.shown, color=look.color, linewidth=2.2, marker=look.marker,
        markersize=6, gid="curve",
    )  # fmt: skip
    ax.set_xscale(side.scale)
    shown = table.shown[np.isfinite(table.shown)]
    if shown.size and shown.min() > 0.0 and shown.max() > WIDE * shown.min():
        ax.set_yscale("log")
    ax.grid(color="#dddddd", linewidth=0.8)
    top = ax.get_xaxis_transform()
    for cells, marker, color in (
        (table.diverged, "X", DIVERGED),
        (np.isnan(table.shown) & ~table.diverged, "s", UNSOLVED),
        (table.partly, "^", "white"),
    ):
        middles = side.middles[cells]
        _marks(ax, middles, np.full(len(middles), 0.97), marker, color, transform=top)
    ax.set_xlim(side.edges[0], side.edges[-1])
    style.finish(ax, _words(side.name), what, title)


def _marks(ax: Axes, x: Array, y: Array, marker: str, color: str, **where: Any) -> None:
    ax.plot(
        x, y, linestyle="none", marker=marker, color=color, markeredgecolor="black", markersize=8,
        markeredgewidth=0.8, gid="failed", **where,
    )  # fmt: skip


def _best(ax: Axes, sweep: Any, sides: list[Side], table: Table) -> None:
    """A star on the setting that `Sweep.best` is."""
    setting = sweep.grid.settings[sweep.order[0]]
    at = [sweep.grid.axes[side.name].index(setting[side.name]) for side in sides]
    height = table.shown[at[0]] if len(sides) == 1 else sides[1].middles[at[1]]
    star: Any = {**style.MINIMUM, "markersize": 20}
    if np.isfinite(height):
        ax.plot(
            [sides[0].middles[at[0]]], [height], linestyle="none", gid="best", zorder=6,
            clip_on=False, **star,
        )  # fmt: skip


def _legend(ax: Axes, table: Table) -> None:
    slow = np.isnan(table.shown) & ~table.diverged
    entries: list[Any] = [
        Patch(facecolor=color, edgecolor="black", linewidth=0.5, label=label)
        for cells, color, label in (
            (table.diverged, DIVERGED, "diverged"),
            (slow, UNSOLVED, "not solved"),
        )
        if cells.any()
    ]
    if table.partly.any():
        entries.append(
            Line2D([], [], linestyle="none", marker="^", color="white", markeredgecolor="black",
                   markersize=8, label="solved from some starts")
        )  # fmt: skip
    if entries:
        ax.legend(handles=entries, fontsize=style.LEGEND, framealpha=0.92, loc="lower left")


def _words(name: str) -> str:
    return name.replace("_", " ")
