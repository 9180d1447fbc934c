"""The three-hump camel."""

from __future__ import annotations

import numpy as np

from .base import Array, Landscape


class ThreeHumpCamel(Landscape):
    r"""The three-hump camel: one global and two local minima.

    .. math:: f(x, y) = 2x^2 - 1.05x^4 + \frac{x^6}{6} + xy + y^2

    Domain [-5, 5]^2; minimum 0 at the origin, local minima 0.29864 at (1.7476, -0.8738) and its
    mirror image.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.ThreeHumpCamel()
    >>> f([0.0, 2.0])
    4.0
    >>> f.hessian([0.0, 0.0]).tolist()
    [[4.0, 1.0], [1.0, 2.0]]

    References
    ----------
    F. H. Branin, "Widely convergent method for finding multiple solutions of simultaneous
    nonlinear equations", IBM J. Res. Dev. 16, 504, 1972.
    """

    dimension = 2
    formula = r"2x^2 - 1.05x^4 + \frac{x^6}{6} + xy + y^2"

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-5.0, 5.0), (-5.0, 5.0)]

    def _minima(self) -> list[list[float]]:
        x, y = 1.7475523458302888, -0.8737761729151444
        return [[0.0, 0.0], [x, y], [-x, -y]]

    def _value(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        x2 = x * x
        return x2 * (2.0 + x2 * (x2 / 6.0 - 1.05)) + y * (x + y)

    def _gradient(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        x2 = x * x
        return np.stack([(4.0 * x + y) + (x * x2) * (x2 - 4.2), x + 2.0 * y], axis=-1)

    def _hessian(self, p: Array) -> Array:
        x2 = p[..., 0] * p[..., 0]
        one = np.ones_like(x2)
        return self._matrix([[x2 * (5.0 * x2 - 12.6) + 4.0, one], [one, 2.0 * one]])
