"""The graph of a function of one variable."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from .. import checks
from ..objective import as_objective
from . import style


def curve(
    f: Any,
    ax: Axes | None = None,
    *,
    bounds: Any = None,
    points: int = 401,
    minima: bool = True,
) -> Axes:
    r"""Draw the graph of a function of one variable, its known minima as stars.

    Parameters
    ----------
    f : Objective or callable
        A landscape, or ``f(x) -> float``, x of shape (1,).
    ax : Axes, optional
        Where to draw; new axes by default.
    bounds : (low, high), optional
        The window; by default the landscape's usual domain.
    points : int >= 2, default 401
        Places where f is evaluated.
    minima : bool, default True
        Mark the known minima; where there are more than 16 of them, the least.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If f is not of one variable, or has no usual domain and none is given.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Cubic()
    >>> ax = ml4pa.plot.curve(f, bounds=(0.5, 2.1))
    >>> result = ml4pa.minimize(f, [2.0], ml4pa.GradientDescent(0.1), xtol=1e-4, record=True)
    >>> ml4pa.plot.path(result, ax) is ax
    True
    """
    f = as_objective(f)
    checks.drawable(f, 1, "curve")
    window = checks.window(bounds, f, 1)
    x = np.linspace(window[0, 0], window[0, 1], checks.count("points", points, least=2))
    ax = style.axes(ax)
    ax.plot(x, f(x[:, np.newaxis]), color="#5f7488", linewidth=2.5, gid="curve")
    if minima:
        stars = style.known_minima(f, window)
        if len(stars):
            ax.plot(
                stars[:, 0],
                f(stars),
                linestyle="none",
                zorder=2.5,
                gid="minima",
                **style.MINIMUM,  # type: ignore[arg-type, unused-ignore]
            )
    ax.set_xlim(*window[0])
    ax.margins(y=0.08)
    ax.grid(color="#dddddd", linewidth=0.8)
    style.finish(ax, "$x$", "$f(x)$", style.title_of(f))
    return ax
