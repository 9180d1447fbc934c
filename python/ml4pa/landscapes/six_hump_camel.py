"""The six-hump camel."""

from __future__ import annotations

import numpy as np

from .base import Array, Landscape


class SixHumpCamel(Landscape):
    r"""The six-hump camel: two global and four local minima.

    .. math:: f(x, y) = \left(4 - 2.1x^2 + \frac{x^4}{3}\right) x^2 + xy + (4y^2 - 4) y^2

    Domain [-3, 3] x [-2, 2]; minima -1.03163 at (0.0898, -0.7127), local minima -0.21546 at
    (1.7036, -0.7961) and 2.10425 at (1.6071, 0.5687), each with its mirror image through the
    origin.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.SixHumpCamel()
    >>> round(f.minimum, 10)
    -1.0316284535
    >>> f.gradient([0.0, 1.0]).tolist()
    [1.0, 8.0]

    References
    ----------
    L. C. W. Dixon, G. P. Szego (eds.), "Towards Global Optimisation 2", North-Holland, 1978.
    """

    dimension = 2
    formula = r"\left(4 - 2.1x^2 + \frac{x^4}{3}\right) x^2 + xy + (4y^2 - 4) y^2"

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-3.0, 3.0), (-2.0, 2.0)]

    def _minima(self) -> list[list[float]]:
        halves = [
            [0.08984201310031806, -0.7126564030207396],
            [1.703606714969981, -0.7960835686726251],
            [1.6071047529201972, 0.5686514548841314],
        ]
        return [[sign * x, sign * y] for x, y in halves for sign in (1.0, -1.0)]

    def _value(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        x2, y2 = x * x, y * y
        return x2 * (x2 * (x2 / 3.0 - 2.1) + 4.0) + (x * y + y2 * (4.0 * y2 - 4.0))

    def _gradient(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        x2, y2 = x * x, y * y
        gx = (8.0 * x + y) + (x * x2) * (2.0 * x2 - 8.4)
        gy = x + (8.0 * y) * (2.0 * y2 - 1.0)
        return np.stack([gx, gy], axis=-1)

    def _hessian(self, p: Array) -> Array:
        x2, y2 = p[..., 0] * p[..., 0], p[..., 1] * p[..., 1]
        one = np.ones_like(x2)
        return self._matrix([[x2 * (10.0 * x2 - 25.2) + 8.0, one], [one, 48.0 * y2 - 8.0]])
