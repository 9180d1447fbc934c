"""A population on its way."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse

from .. import checks
from ..objective import Array
from ..path import Path
from ..result import Result
from . import style

#: The ellipse holds so many standard deviations.
DEVIATIONS = 2.0


def evolution(
    result: Result,
    ax: Axes | None = None,
    *,
    generations: Any = 5,
    coordinates: tuple[int, int] = (0, 1),
    points: bool = True,
) -> Axes:
    r"""Draw a population on its way: its points, the mean's path, ellipses of the covariance.

    On the axes of `contour` it is drawn over the map. The ellipse holds two standard deviations of
    the distribution that a generation's points were drawn from, sigma^2 C. Where the path keeps no
    C, as of `CMAES` with ``covariance="limited"``, it is a circle, of sigma alone.

    Parameters
    ----------
    result : Result
        Of a population method with ``record=True`` or a stride.
    ax : Axes, optional
        Where to draw; new axes by default.
    generations : int or sequence of int, default 5
        How many of the recorded generations are drawn, or which; a number takes the first, and
        then ones whose distance from the end shrinks by equal factors.
    coordinates : (int, int), default (0, 1)
        Which two of more than two coordinates.
    points : bool, default True
        Whether the points are drawn, besides ellipses and mean.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the path was not recorded, is not of a population, or has no such coordinate or
        generation.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Rosenbrock()
    >>> method = ml4pa.CMAES(0.3)
    >>> result = ml4pa.minimize(f, [-1.2, 1.0], method, rng=1, record=True, max_iter=60)
    >>> ax = ml4pa.plot.evolution(result, ml4pa.plot.contour(f))
    >>> len(ax.patches)
    5
    """
    path = checks.recorded_population(result)
    pair = checks.coordinates(coordinates, path.x.shape[1])
    ax = style.axes(ax)
    bare = not ax.has_data()
    window = ax.axis()
    chosen = _chosen(path, generations)
    for shade, k in enumerate(chosen):
        color = style.COLORS[shade % len(style.COLORS)]
        _generation(ax, path, k, pair, color, points)
    if path.mean is not None:
        x, y = path.mean[: chosen[-1] + 1, pair].T
        ax.plot(
            x, y, color="black", linewidth=1.8, gid="mean", zorder=5, path_effects=style.halo(3)
        )
        ax.plot(x[:1], y[:1], "o", color="white", markeredgecolor="black", markersize=9, zorder=6)
        ax.plot(x[-1:], y[-1:], "s", color="black", markeredgecolor="white", markersize=8, zorder=6)
    if not bare:
        ax.axis(window)  # the map keeps its window
    n = path.x.shape[1]
    names = ["$x$", "$y$"] if n == 2 else [f"x[{i}]" for i in range(n)]
    style.finish(ax, names[pair[0]], names[pair[1]])
    style.legend(ax, title="generation")
    return ax


def _chosen(path: Path, generations: Any) -> list[int]:
    """Rows of the path, whose populations are drawn; row 0 is the start."""
    last = len(path) - 1
    if np.ndim(generations) == 0:
        count = checks.count("generations", generations, least=1)
        parts = np.unique(np.round(np.geomspace(1, max(last, 1), count)).astype(int))
        return [int(k) for k in parts]
    rows = [checks.count("generations", g) for g in generations]
    known = path.iteration.tolist()
    for g in rows:
        if g not in known[1:]:
            raise ValueError(f"generations={g} was not recorded: {known[1]} to {known[-1]} were")
    return [known.index(g) for g in rows]


def _generation(ax: Axes, path: Path, k: int, pair: list[int], color: str, points: bool) -> None:
    """The points of a generation, and the ellipse that they were drawn from."""
    assert path.population is not None
    label = f"{path.iteration[k]}"
    if points:
        x, y = path.population[k][:, pair].T
        ax.plot(
            x, y, "o", color=color, markersize=5, markeredgecolor="white", markeredgewidth=0.6,
            label=label, gid="population", zorder=4,
        )  # fmt: skip
    if path.mean is None or path.sigma is None:
        return
    C = np.eye(2) if path.covariance is None else _block(path.covariance[k - 1], pair)
    # Row k - 1: the distribution before the generation was told is what it was drawn from.
    values, axes = np.linalg.eigh(path.sigma[k - 1] ** 2 * C)
    width, height = 2.0 * DEVIATIONS * np.sqrt(np.maximum(values, 0.0))
    angle = float(np.degrees(np.arctan2(axes[1, 0], axes[0, 0])))
    ellipse = Ellipse(
        tuple(path.mean[k - 1][pair]), width, height, angle=angle, facecolor="none",
        edgecolor=color, linewidth=1.8, label=None if points else label, gid="ellipse", zorder=4,
    )  # fmt: skip
    ax.add_patch(ellipse)


def _block(C: Array, pair: list[int]) -> Array:
    """The part of the covariance, or of its diagonal, that two coordinates have."""
    block: Array = np.diag(C[pair]) if C.ndim == 1 else C[np.ix_(pair, pair)]
    return block
