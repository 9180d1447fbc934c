"""Which minimum each start falls into."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch
from numpy.typing import NDArray

from .. import checks
from ..objective import Array
from ..stop import Status
from . import style

Ints = NDArray[np.int64]

#: Areas, so that yellow may be among them, and black may not.
COLORS = (
    "#0072B2", "#D55E00", "#009E73", "#F0E442", "#CC79A7", "#56B4E9", "#E69F00", "#6B4226",
    "#8F7BC0",
)  # fmt: skip
#: Starts whose runs came to rest nowhere.
NO_MINIMUM = "no minimum"  # a saddle or a maximum
NOWHERE = {Status.DIVERGED: ("diverged", "black"), Status.SADDLE: (NO_MINIMUM, "white")}
UNFINISHED = "#8c8c8c"
#: How much of the colour is left where most steps were needed.
PALEST = 0.25
#: Further minima are not told apart.
MOST = 1000
#: So many minima are named beside the picture.
NAMED = 10


class Basins(NamedTuple):
    """Where runs came to rest."""

    ends: Array  # (k, n), lowest value first
    fun: Array  # (k,)
    kind: list[str]
    label: Ints  # (m,) the row of ``ends`` of each start, -1 where none


def basins(
    runs: Any,
    ax: Axes | None = None,
    *,
    tol: float = 1e-3,
    shade: bool = True,
    legend: bool | None = None,
) -> Axes:
    r"""Draw which minimum each start falls into: a colour a minimum, paler the more steps it takes.

    Starts on a lattice give an image, others a cloud of points. Black is where a run diverged,
    white where it ended at a saddle or a maximum, grey where it was stopped by its budget. Runs of
    which the path is recorded (``record=max_iter`` keeps but start and end) tell those apart.

    Parameters
    ----------
    runs : Multistart or Minima
        Runs from starts (m, 2), best those of `lattice`; or what `find_minima` returned, which also
        knows what is a saddle.
    ax : Axes, optional
        Where to draw; new axes by default.
    tol : float > 0, default 1e-3
        Ends that are closer than this, in parts of the window, are the same.
    shade : bool, default True
        Whether the colour tells the steps too.
    legend : bool, optional
        Beside the picture: each minimum with its share; by default on new axes only.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the starts are not points of a plane.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Himmelblau()
    >>> runs = ml4pa.multistart(f, ml4pa.lattice(f, 40), ml4pa.Momentum(0.01))
    >>> ax = ml4pa.plot.basins(runs)
    >>> len(ax.images)
    1
    """
    fleet = checks.flat_starts(runs)
    tol = checks.positive_number("tol", tol)
    starts = fleet.starts
    low, high = starts.min(axis=0), starts.max(axis=0)
    width = np.where(high > low, high - low, 1.0)
    found = _known(runs) if hasattr(runs, "label") else _found(fleet, tol * width)
    if legend is None:
        legend = ax is None
    ax = style.axes(ax)
    side = _side(starts)
    chosen = _chosen_colors(found.label, len(found.ends), side)
    rgb = _shaded(chosen, found.label, fleet.nit, shade)
    for _, lost, color in _nowhere(found, fleet):
        rgb[lost] = to_rgb(color)
    margin = _areas(ax, rgb, side, low, high) if side else _cloud(ax, rgb, starts, width)
    _mark(ax, found, low, high)
    ax.set_xlim(low[0] - margin[0], high[0] + margin[0])
    ax.set_ylim(low[1] - margin[1], high[1] + margin[1])
    style.finish(ax, "$x$", "$y$")
    if legend:
        _legend(ax, found, fleet, chosen)
    return ax


def _areas(ax: Axes, rgb: Array, side: tuple[int, int], low: Array, high: Array) -> Array:
    """One cell a start; returns half of a cell."""
    rows, columns = side
    half: Array = 0.5 * (high - low) / [columns - 1, rows - 1]
    (left, bottom), (right, top) = low - half, high + half
    ax.imshow(
        rgb.reshape(rows, columns, 3), extent=(left, right, bottom, top), origin="lower",
        interpolation="nearest", aspect="auto", gid="basins",
    )  # fmt: skip
    return half


def _cloud(ax: Axes, rgb: Array, starts: Array, width: Array) -> Array:
    """One dot a start; returns the margin."""
    ax.scatter(starts[:, 0], starts[:, 1], c=rgb, s=14, linewidths=0, gid="basins")
    return 0.02 * width


def _nowhere(found: Basins, fleet: Any) -> list[tuple[str, NDArray[np.bool_], str]]:
    """Name, rows and colour of the runs that came to rest at no point known."""
    lost = found.label < 0
    named = [(name, lost & (fleet.status == why), color) for why, (name, color) in NOWHERE.items()]
    rest = lost & ~np.isin(fleet.status, list(NOWHERE))
    return [*named, ("unfinished", rest, UNFINISHED)]


def _known(minima: Any) -> Basins:
    return Basins(minima.x, minima.fun, minima.kind, minima.label)


def _found(fleet: Any, tol: Array) -> Basins:
    """The distinct ends of the runs that came to rest, lowest value first.

    Ends are rounded to cells as wide as the tolerance; a cell joins the fullest one beside it.
    """
    x, rests = _ends(fleet)
    cells: Array = np.round(x[rests] / tol)
    _, first, cell_of, counts = np.unique(
        cells[:, 0] + 1j * cells[:, 1], return_index=True, return_inverse=True, return_counts=True
    )
    kinds = cells[first]
    owner = np.full(len(kinds), -1)
    chosen: list[int] = []
    for i in np.argsort(-counts, kind="stable").tolist():
        if owner[i] < 0 and len(chosen) < MOST:
            near = (owner < 0) & (np.abs(kinds - kinds[i]) <= 1.5).all(axis=1)
            owner[near] = len(chosen)
            chosen.append(int(first[i]))
    rows = np.flatnonzero(rests)[chosen]
    fun = fleet.fun[rows]
    order = np.lexsort((*x[rows].T[::-1].round(6), fun.round(9)))
    place = np.append(np.empty(len(order), dtype=np.int64), -1)
    place[order] = np.arange(len(order))
    label = np.full(len(x), -1, dtype=np.int64)
    label[rests] = place[owner[cell_of]]
    least = fleet.status[rows[order]] != Status.SADDLE
    kind = ["minimum" if one else NO_MINIMUM for one in least]
    return Basins(x[rows[order]], fun[order], kind, label)


def _ends(fleet: Any) -> tuple[Array, NDArray[np.bool_]]:
    """Where runs stopped, (m, n), and which of them came to rest there.

    Without a path only the best point is known, and a saddle need not be that.
    """
    if fleet.path is None:
        return fleet.x, fleet.success
    if hasattr(fleet.path, "rows"):  # all of them in one block
        x = fleet.path.x[np.arange(len(fleet)), fleet.path.rows - 1]
    else:
        x = np.array([path.x[-1] for path in fleet.path])
    return x, fleet.success | (fleet.status == Status.SADDLE)


def _side(starts: Array) -> tuple[int, int] | None:
    """Rows and columns, where the starts are those of `lattice` (up to rounding)."""
    columns = int(np.argmax(starts[:, 1] != starts[0, 1])) or len(starts)
    rows = len(starts) // columns
    if rows * columns != len(starts) or min(rows, columns) < 2:
        return None
    low, high = starts[0], starts[-1]
    even = np.stack(
        np.meshgrid(*(np.linspace(low[i], high[i], k) for i, k in enumerate((columns, rows)))), -1
    )
    return (rows, columns) if np.allclose(starts, even.reshape(-1, 2)) else None


def _chosen_colors(label: Ints, k: int, side: tuple[int, int] | None) -> Array:
    """One colour a minimum, (k, 3): neighbours on the lattice differ where the palette allows."""
    palette = np.array([to_rgb(color) for color in COLORS])
    index = np.arange(k) % len(palette)
    if side is not None and k > len(palette):
        image = label.reshape(side)
        pairs = np.concatenate([
            np.column_stack([a.ravel(), b.ravel()])
            for a, b in ((image[1:], image[:-1]), (image[:, 1:], image[:, :-1]))
        ])  # fmt: skip
        pairs = np.unique(pairs[(pairs >= 0).all(axis=1) & (pairs[:, 0] != pairs[:, 1])], axis=0)
        for i in range(k):
            beside = np.concatenate([pairs[pairs[:, 0] == i, 1], pairs[pairs[:, 1] == i, 0]])
            used = np.bincount(index[beside[beside < i]], minlength=len(palette))
            index[i] = (i + np.argmin(np.roll(used, -i % len(palette)))) % len(palette)
    return np.asarray(palette[index].reshape(k, 3))


def _shaded(colors: Array, label: Ints, nit: Ints, shade: bool) -> Array:
    """(m, 3): the colours, mixed with white in even steps of log(1 + steps)."""
    rgb = np.ones((len(label), 3))
    rests = label >= 0
    if not rests.any():
        return rgb
    rgb[rests] = colors[label[rests]]
    if shade:
        steps = np.log1p(nit[rests])
        few, many = np.quantile(steps, [0.01, 0.99])
        part = np.clip((steps - few) / max(many - few, 1e-9), 0.0, 1.0)[:, np.newaxis]
        rgb[rests] = 1.0 - (1.0 - (1.0 - PALEST) * part) * (1.0 - rgb[rests])
    return rgb


def _mark(ax: Axes, found: Basins, low: Array, high: Array) -> None:
    """Stars on the minima, crosses on what else is stationary."""
    inside = ((found.ends >= low) & (found.ends <= high)).all(axis=1)
    least = np.array([kind in ("minimum", "degenerate") for kind in found.kind], dtype=bool)
    star = {**style.MINIMUM, "color": "white", "markersize": 17 if inside.sum() < 30 else 8}
    ax.plot(*found.ends[inside & least].T, linestyle="none", gid="minima", zorder=6, **star)  # type: ignore[arg-type]
    ax.plot(
        *found.ends[inside & ~least].T, linestyle="none", marker="X", color="white",
        markeredgecolor="black", markersize=10, gid="saddles", zorder=6,
    )  # fmt: skip


def _legend(ax: Axes, found: Basins, fleet: Any, colors: Array) -> None:
    """Each minimum with its share, the largest ones first."""
    m = len(found.label)
    hits = np.bincount(found.label[found.label >= 0], minlength=len(found.ends))
    shown = np.sort(np.argsort(-hits, kind="stable")[:NAMED]).tolist()
    entries = [
        Patch(
            facecolor=tuple(colors[i]), edgecolor="black", linewidth=0.5,
            label=f"{_name(found, i)}: {_share(hits[i] / m)}",
        )
        for i in shown
    ]  # fmt: skip
    if len(hits) > NAMED:
        entries.append(Patch(facecolor="none", label=f"and {len(hits) - NAMED} more"))
    for name, rows, color in _nowhere(found, fleet):
        if rows.any():
            label = f"{name}: {_share(rows.mean())}"
            entries.append(Patch(facecolor=color, edgecolor="black", linewidth=0.5, label=label))
    ax.legend(
        handles=entries, loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=style.LEGEND,
        borderaxespad=0.0, title="paler: more steps", title_fontsize=style.LEGEND,
    )  # fmt: skip


def _name(found: Basins, i: int) -> str:
    x, y = (round(c, 2) + 0.0 for c in found.ends[i].tolist())
    kind = "" if found.kind[i] == "minimum" else f"{found.kind[i]} "
    return f"{kind}({x:g}, {y:g})"


def _share(part: float) -> str:
    return f"{part:.0%}".replace("%", " %") if part >= 0.01 else "< 1 %"
