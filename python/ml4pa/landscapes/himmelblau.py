"""Himmelblau's function."""

from __future__ import annotations

import numpy as np

from .base import Array, Landscape


class Himmelblau(Landscape):
    r"""Himmelblau's function: four equal minima.

    .. math:: f(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2

    Domain [-5, 5]^2; minima 0 at (3, 2) and, to full double precision in ``minima``, near
    (-2.8051, 3.1313), (-3.7793, -3.2832) and (3.5844, -1.8481).

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Himmelblau()
    >>> f([3.0, 2.0])
    0.0
    >>> f.gradient([0.0, 0.0]).tolist()
    [-14.0, -22.0]

    References
    ----------
    D. M. Himmelblau, "Applied Nonlinear Programming", McGraw-Hill, 1972.
    """

    dimension = 2
    formula = r"(x^2 + y - 11)^2 + (x + y^2 - 7)^2"

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-5.0, 5.0), (-5.0, 5.0)]

    def _minima(self) -> list[list[float]]:
        return [
            [3.0, 2.0],
            [-2.805118086952745, 3.131312518250573],
            [-3.779310253377747, -3.2831859912861696],
            [3.5844283403304917, -1.8481265269644036],
        ]

    def _value(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        u, v = x * x + (y - 11.0), y * y + (x - 7.0)
        return u * u + v * v

    def _gradient(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        u, v = x * x + (y - 11.0), y * y + (x - 7.0)
        return np.stack([(4.0 * x) * u + 2.0 * v, 2.0 * u + (4.0 * y) * v], axis=-1)

    def _hessian(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        hxx = 12.0 * (x * x) + (4.0 * y - 42.0)
        hxy = 4.0 * (x + y)
        hyy = 12.0 * (y * y) + (4.0 * x - 26.0)
        return self._matrix([[hxx, hxy], [hxy, hyy]])
