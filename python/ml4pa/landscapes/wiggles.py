"""A sine on a parabola."""

from __future__ import annotations

import numpy as np

from .base import Array, Landscape


class Wiggles(Landscape):
    r"""A sine on a parabola: several unequal minima in one dimension.

    .. math:: f(x) = \sin 3x + \frac{x^2}{10}

    Domain [-5, 5]; five minima in it, the least -0.97318 at -0.51221. They are the roots of
    3 cos 3x + x/5 with a positive second derivative, computed to full double precision.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Wiggles()
    >>> f.minima[:, 0].round(5).tolist()
    [-0.51221, 1.53659, -2.56081, 3.58475, -4.6083]
    >>> f.gradient([0.0]).tolist()
    [3.0]

    References
    ----------
    Made for this library.
    """

    dimension = 1
    formula = r"\sin 3x + \frac{x^2}{10}"

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-5.0, 5.0)]

    def _minima(self) -> list[list[float]]:
        return [
            [-0.5122140283561128],
            [1.53658988014775],
            [-2.560806938073543],
            [3.5847518173037196],
            [-4.608298882423005],
        ]

    def _value(self, p: Array) -> Array:
        x = p[..., 0]
        return np.sin(3.0 * x) + 0.1 * (x * x)

    def _gradient(self, p: Array) -> Array:
        return 3.0 * np.cos(3.0 * p) + 0.2 * p

    def _hessian(self, p: Array) -> Array:
        return (0.2 - 9.0 * np.sin(3.0 * p))[..., np.newaxis]
