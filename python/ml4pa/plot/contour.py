"""Lines of equal height."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.contour import QuadContourSet
from matplotlib.ticker import LogFormatterSciNotation, LogLocator, MaxNLocator

from .. import checks
from ..objective import as_objective
from . import grid, style


def contour(
    f: Any,
    ax: Axes | None = None,
    *,
    bounds: Any = None,
    levels: int = 16,
    points: int = 201,
    scale: str = "auto",
    minima: bool = True,
    colorbar: bool | None = None,
) -> Axes:
    r"""Draw a function of two variables by lines of equal height, its known minima as stars.

    Where f is NaN or infinite the picture stays blank.

    Parameters
    ----------
    f : Objective or callable
        A landscape, a cost, or ``f(x) -> float``, x of shape (2,).
    ax : Axes, optional
        Where to draw; new axes by default.
    bounds : array_like (2, 2), optional
        The window, (low, high) of x and of y; by default the landscape's usual domain.
    levels : int >= 2, default 16
        How many lines; even steps are rounded, so that there may be a few less or more.
    points : int >= 2, default 201
        Places along each side where f is evaluated.
    scale : {"auto", "linear", "log"}, default "auto"
        Even steps of f, or of log(f - least f). Auto takes the logarithm where the valley would
        vanish beside the heights: greatest height over the 5 % quantile beyond 60.
    minima : bool, default True
        Mark the known minima; where there are more than 16 of them, the least.
    colorbar : bool, optional
        Beside the picture; by default on new axes only.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If f is not of two variables, or has no usual domain and none is given.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Beale()
    >>> ax = ml4pa.plot.contour(f)
    >>> result = ml4pa.minimize(f, [4.0, 3.0], ml4pa.Adam(0.05), record=True)
    >>> ax = ml4pa.plot.path(result, ax)
    >>> ax.get_xlim() == tuple(f.bounds[0])
    True
    """
    f = as_objective(f)
    checks.drawable(f, 2, "contour")
    window = checks.window(bounds, f, 2)
    cells = grid.evaluate(f, window, points)
    log = grid.is_log(cells, scale)
    heights = grid.levels(cells, levels, log)
    if colorbar is None:
        colorbar = ax is None
    ax = style.axes(ax)

    z = np.ma.maximum(cells.gap, 0.5 * heights[0]) if log else cells.values
    norm = (LogNorm if log else Normalize)(heights[0], heights[-1])
    filled = ax.contourf(
        cells.x,
        cells.y,
        z,
        heights,
        cmap=style.PALE,
        norm=norm,
        extend="both" if log else "neither",
    )
    ax.contour(cells.x, cells.y, z, heights, colors="#5f7488", linewidths=0.7, linestyles="solid")
    if minima:
        stars = style.known_minima(f, window)
        ax.plot(*stars.T, linestyle="none", zorder=6, gid="minima", **style.MINIMUM)  # type: ignore[arg-type, unused-ignore]
    ax.set_xlim(*window[0])
    ax.set_ylim(*window[1])
    style.finish(ax, "$x$", "$y$", style.title_of(f))
    if colorbar:
        _bar(filled, ax, log)
    return ax


def _bar(filled: QuadContourSet, ax: Axes, log: bool) -> None:
    bar = ax.figure.colorbar(filled, ax=ax)
    bar.locator = LogLocator(numticks=8) if log else MaxNLocator(8)
    if log:
        bar.formatter = LogFormatterSciNotation()
    bar.update_ticks()
    bar.set_label("$f$ − least $f$" if log else "$f$", fontsize=style.LABEL)
    bar.ax.tick_params(labelsize=style.TICK)
