"""Beale's function."""

from __future__ import annotations

import numpy as np

from .base import Array, Landscape


class Beale(Landscape):
    r"""Beale's function: a curved valley with steep walls and one minimum.

    .. math:: f(x, y) = (1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2

    Domain [-4.5, 4.5]^2; minimum 0 at (3, 1/2).

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Beale()
    >>> f([3.0, 0.5])
    0.0
    >>> f.gradient([1.0, 1.0]).tolist()
    [0.0, 27.75]

    References
    ----------
    E. M. L. Beale, "On an iterative method for finding a local minimum of a function of more
    than one variable", Statistical Techniques Research Group, Princeton University, 1958.
    """

    dimension = 2
    formula = r"(1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2"

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-4.5, 4.5), (-4.5, 4.5)]

    def _minima(self) -> list[list[float]]:
        return [[3.0, 0.5]]

    def _value(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        xy = x * y
        t1, t2, t3 = (1.5 - x) + xy, (2.25 - x) + xy * y, (2.625 - x) + xy * (y * y)
        return t1 * t1 + t2 * t2 + t3 * t3

    def _gradient(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        xy, y2 = x * y, y * y
        t1, t2, t3 = (1.5 - x) + xy, (2.25 - x) + xy * y, (2.625 - x) + xy * y2
        gx = (t1 * (2.0 * y - 2.0) + t2 * (2.0 * y2 - 2.0)) + t3 * ((2.0 * y) * y2 - 2.0)
        gy = (t1 * (2.0 * x) + t2 * (4.0 * xy)) + t3 * (6.0 * (xy * y))
        return np.stack([gx, gy], axis=-1)

    def _hessian(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        xy, y2 = x * y, y * y
        y3 = y * y2
        t1, t2, t3 = (1.5 - x) + xy, (2.25 - x) + xy * y, (2.625 - x) + xy * y2
        a1, a2, a3 = y - 1.0, y2 - 1.0, y3 - 1.0
        b1, b2, b3 = x, 2.0 * xy, 3.0 * (xy * y)
        hxx = 2.0 * (a1 * a1 + a2 * a2 + a3 * a3)
        hxy = 2.0 * ((a1 * b1 + t1) + (a2 * b2 + t2 * (2.0 * y)) + (a3 * b3 + t3 * (3.0 * y2)))
        hyy = 2.0 * (b1 * b1 + (b2 * b2 + t2 * (2.0 * x)) + (b3 * b3 + t3 * (6.0 * xy)))
        return self._matrix([[hxx, hxy], [hxy, hyy]])
