"""The way that a run took."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from .. import checks
from ..objective import Array
from ..result import Result
from . import style

#: Points closer together than this part of the window cannot be told apart in print.
RESOLUTION = 1e-3
#: Up to so many points each gets a dot.
DOTS = 60
#: Points further away than so many windows are left out: what lies between leaves the picture.
FAR = 50.0
#: Points further out ask for no room in a window of their own.
HUGE = 1e100


def path(
    result: Result,
    ax: Axes | None = None,
    *,
    label: str | None = None,
    color: Any = None,
    coordinates: tuple[int, int] = (0, 1),
    arrows: int = 3,
) -> Axes:
    r"""Draw the way that a run took: from a circle, along arrows, to a square.

    On the axes of `contour` it is drawn over the map, on those of `curve` over the graph, on those
    of `surface` over the surface. The axes keep their window where they have one. Of a long path,
    points that print on the same spot as the point before them are left out.

    Parameters
    ----------
    result : Result
        Of a run with ``record=True`` or a stride.
    ax : Axes, optional
        Where to draw; new axes by default.
    label : str, optional
        The name in the legend.
    color : optional
        Any colour of matplotlib; by default the next of a palette that every eye can tell apart,
        which changes the line style too.
    coordinates : (int, int), default (0, 1)
        Which two of more than two coordinates.
    arrows : int >= 0, default 3
        Arrow heads along the way.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the path was not recorded, or there is no such coordinate.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Quadratic(1, 10)
    >>> result = ml4pa.minimize(f, [1.5, 1.0], ml4pa.GradientDescent(0.09), record=True)
    >>> ax = ml4pa.plot.path(result, ml4pa.plot.contour(f), label="eta = 0.09")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['eta = 0.09']
    """
    arrows = checks.count("arrows", arrows)
    points, names = plane(result, coordinates)
    ax = style.axes(ax)
    is_3d = ax.name == "3d"
    values = checks.recorded(result).fun
    if is_3d:
        points = np.column_stack([points, style.get_height(ax)(values)])
    bare = not ax.has_data()
    window = window_of(ax, points, bare)
    _, shown = kept(points, window)

    seen = sum(line.get_gid() == "path" for line in ax.lines)
    look = style.look(seen)
    color = look.color if color is None else color
    _line(ax, shown, window, color, look, label)
    _ends(ax, points, window, color)
    if not is_3d:
        _arrows(ax, shown, window, color, arrows)
        if bare:
            ax.set_xlim(*window[0])
            ax.set_ylim(*window[1])
    style.finish(ax, *names)
    if label is not None:
        style.legend(ax)
    return ax


def plane(result: Result, coordinates: tuple[int, int]) -> tuple[Array, tuple[str, str]]:
    """What is drawn against what: (k, 2), and the names of the axes."""
    recorded = checks.recorded(result)
    x, n = recorded.x, recorded.x.shape[1]
    if n == 1:
        return np.column_stack([x[:, 0], recorded.fun]), ("$x$", "$f(x)$")
    i, j = (checks.count("coordinates", c) for c in coordinates)
    if max(i, j) >= n:
        raise ValueError(f"coordinates={tuple(coordinates)} must be < n={n}, the dimension of x")
    names = ["$x$", "$y$"] if n == 2 else [f"x[{k}]" for k in range(n)]
    return x[:, [i, j]], (names[i], names[j])


def window_of(ax: Axes, points: Array, bare: bool) -> Array:
    """The window that the axes have, or that the finite points ask for, (2 or 3, 2)."""
    if not bare:
        limits = [ax.get_xlim(), ax.get_ylim()]
        if ax.name == "3d":
            limits.append(ax.get_zlim())  # type: ignore[attr-defined]
        return np.sort(np.array(limits, dtype=float), axis=1)
    finite = points[(np.abs(points) < HUGE).all(axis=1)]
    low, high = finite.min(axis=0), finite.max(axis=0)
    margin = np.where(high > low, 0.08 * (high - low), 1.0)
    return np.column_stack([low - margin, high + margin])


def kept(points: Array, window: Array) -> tuple[NDArray[np.int64], Array]:
    """The points to draw, each on another spot than the one before, and which rows they are.

    They are NaN where they are far off.
    """
    width = window[:, 1] - window[:, 0]
    with np.errstate(all="ignore"):  # runs that diverged may come close to overflow
        place = (points - window[:, 0]) / width
        near = np.asarray((np.abs(place) < FAR).all(axis=1))
    place[~near] = FAR
    cell = np.floor(place / RESOLUTION)
    moved = np.ones(len(points), dtype=bool)
    moved[1:] = np.asarray((cell[1:] != cell[:-1]).any(axis=1))
    moved[-1] = True
    return np.flatnonzero(moved), np.where(near[:, np.newaxis], points, np.nan)[moved]


def _line(
    ax: Axes, points: Array, window: Array, color: Any, look: style.Look, label: str | None
) -> None:
    dots = np.count_nonzero(_inside(points, window)) <= DOTS
    ax.plot(
        *points.T,
        color=color,
        linestyle=look.line,
        linewidth=2.2,
        marker="o" if dots else "",
        markersize=5,
        label=label,
        gid="path",
        zorder=4,
        path_effects=style.halo(3.6) if not dots else None,
    )  # fmt: skip


def _inside(points: Array, window: Array) -> NDArray[np.bool_]:
    """Which points are in the window."""
    within = (points >= window[:, 0]) & (points <= window[:, 1])
    return np.asarray(within.all(axis=1))


def _ends(ax: Axes, points: Array, window: Array, color: Any) -> None:
    """A circle at the start, a square at the end, where they are in the window."""
    start = {"marker": "o", "markersize": 11, "markerfacecolor": "white", "markeredgecolor": color,
             "markeredgewidth": 2.2, "gid": "start"}  # fmt: skip
    end = {"marker": "s", "markersize": 9, "markerfacecolor": color, "markeredgecolor": "white",
           "markeredgewidth": 1.0, "gid": "end"}  # fmt: skip
    for place, face in ((points[:1], start), (points[-1:], end)):
        if _inside(place, window).all():
            ax.plot(*place.T, linestyle="none", zorder=7, clip_on=False, **face)


def _arrows(ax: Axes, points: Array, window: Array, color: Any, count: int) -> None:
    """Heads at even parts of the length that lies in the window."""
    place = (points - window[:, 0]) / (window[:, 1] - window[:, 0])
    inside = _inside(points, window)
    within = inside[1:] & inside[:-1]
    steps = np.where(within, np.linalg.norm(np.diff(place, axis=0), axis=1), 0.0)
    length = np.concatenate([[0.0], np.cumsum(steps)])
    if count == 0 or not length[-1] > 0.02:
        return
    for part in (np.arange(count) + 0.5) / count:
        i = int(np.searchsorted(length, part * length[-1]))
        tail, head = points[i - 1], points[i]
        at = (part * length[-1] - length[i - 1]) / (length[i] - length[i - 1])
        if length[i] - length[i - 1] > 0.05:  # a long step: away from its ends
            at = 0.4
        tip = tail + at * (head - tail)
        ax.annotate(
            "",
            xy=tip,
            xytext=tip - 0.015 * (head - tail) / np.linalg.norm(place[i] - place[i - 1]),
            arrowprops={"arrowstyle": "-|>", "color": color, "mutation_scale": 22, "shrinkA": 0,
                        "shrinkB": 0, "linewidth": 1},
            zorder=5,
        )  # fmt: skip
