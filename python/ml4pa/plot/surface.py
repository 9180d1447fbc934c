"""A surface in perspective."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from .. import checks
from ..objective import as_objective
from . import grid, style


def surface(
    f: Any,
    ax: Axes | None = None,
    *,
    bounds: Any = None,
    points: int = 81,
    scale: str = "auto",
    minima: bool = True,
) -> Axes:
    r"""Draw a function of two variables as a surface, its known minima as stars.

    Where f is NaN or infinite there is none.

    Parameters
    ----------
    f : Objective or callable
        A landscape, a cost, or ``f(x) -> float``, x of shape (2,).
    ax : Axes, optional
        Where to draw, made with ``projection="3d"``; new axes by default.
    bounds : array_like (2, 2), optional
        The window, (low, high) of x and of y; by default the landscape's usual domain.
    points : int >= 2, default 81
        Places along each side where f is evaluated.
    scale : {"auto", "linear", "log"}, default "auto"
        Heights are f, or log10(1 + f - least f); auto decides as in `contour`.
    minima : bool, default True
        Mark the known minima; where there are more than 16 of them, the least.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If f is not of two variables, has no usual domain and none is given, or ``ax`` is flat.

    Examples
    --------
    >>> import ml4pa
    >>> ax = ml4pa.plot.surface(ml4pa.landscapes.MonkeySaddle())
    >>> ax.get_zlabel()
    '$f$'
    """
    f = as_objective(f)
    checks.drawable(f, 2, "surface")
    window = checks.window(bounds, f, 2)
    cells = grid.evaluate(f, window, points)
    log = grid.is_log(cells, scale)
    ax = style.axes(ax, "3d")
    space: Any = ax  # the stubs know no 3-D axes behind Axes
    if space.name != "3d":
        raise ValueError("ax is flat, but surface needs depth: make it with projection='3d'")

    def height(value: Any) -> Any:
        if not log:
            return np.asarray(value)
        return np.log10(1.0 + np.maximum(np.asarray(value) - cells.floor, 0.0))

    style.set_height(ax, height)
    space.computed_zorder = False  # a path is to lie on the surface, never under it
    x, y = np.meshgrid(cells.x, cells.y)
    z = height(np.ma.filled(cells.values, np.nan))
    space.plot_surface(
        x,
        y,
        z,
        cmap=style.PALE,
        rcount=40,
        ccount=40,
        edgecolor="#5f7488",
        linewidth=0.25,
        zorder=1,
    )
    if minima:
        stars = style.known_minima(f, window)
        if len(stars):
            space.plot(
                *stars.T, height(f(stars)), linestyle="none", zorder=6, gid="minima",
                **style.MINIMUM,
            )  # fmt: skip
    style.finish(ax, "$x$", "$y$", style.title_of(f))
    space.set_zlabel("$\\log_{10}(1 + f - f_{min})$" if log else "$f$", fontsize=style.LABEL)
    for axis in (space.xaxis, space.yaxis, space.zaxis):
        axis.set_major_locator(MaxNLocator(5))
    space.tick_params(labelsize=style.TICK - 1)
    return ax
