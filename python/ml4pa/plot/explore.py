"""A landscape to be explored in a notebook, with sliders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..method import GradientMethod

if TYPE_CHECKING:
    from .explorer import Explorer


def explore(
    f: Any,
    x0: Any = None,
    *,
    methods: Sequence[type[GradientMethod]] | None = None,
    bounds: Any = None,
    steps: int = 10_000,
    rng: Any = 1,
) -> Explorer:
    r"""Explore a function of one or two variables in a notebook: sliders, and a path that follows.

    Choose a method, move its hyper-parameters, click where it is to start: the path is computed
    and drawn anew while the slider moves. The result's message stands under the map.

    Parameters
    ----------
    f : Objective or callable
        A landscape, a cost, or ``f(x) -> float``.
    x0 : array_like (n,), optional
        The first start; by default a quarter of the way into the window.
    methods : sequence of type, optional
        The methods to choose from, classes; by default all gradient methods of the library.
    bounds : array_like (n, 2), optional
        The window; by default the landscape's usual domain. Paths may leave it.
    steps : int >= 1, default 10 000
        The most steps of a run.
    rng : optional
        Seed of the gradient noise, the same for every path, so that moving a slider changes
        nothing else.

    Returns
    -------
    Explorer
        A widget, which a notebook shows. ``explorer.method``, ``explorer.start`` and
        ``explorer.result`` are those of the path shown.

    Raises
    ------
    ModuleNotFoundError
        Without anywidget: ``pip install 'ml4pa[explore]'``.
    ValueError
        If f is of more than two variables, or has no usual domain and none is given.

    Examples
    --------
    In a notebook::

        ml4pa.plot.explore(ml4pa.landscapes.Beale())
    """
    from .exploration import Exploration

    exploration = Exploration(f, x0, methods, bounds, steps, rng)
    try:
        from .explorer import Explorer
    except ModuleNotFoundError as error:
        if error.name != "anywidget":
            raise
        raise ModuleNotFoundError(
            "explore needs anywidget, which is not installed: pip install 'ml4pa[explore]'",
            name="anywidget",
        ) from None
    return Explorer(exploration)
