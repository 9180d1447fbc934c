"""McCormick's function."""

from __future__ import annotations

import math

import numpy as np

from .base import Array, Landscape


class McCormick(Landscape):
    r"""McCormick's function: a bowl with waves along its diagonal.

    .. math:: f(x, y) = \sin(x + y) + (x - y)^2 - 1.5x + 2.5y + 1

    Domain [-1.5, 4] x [-3, 4]; minimum -sqrt(3)/2 - pi/3 = -1.91322 at
    (1/2 - pi/3, -1/2 - pi/3), local minimum 1.22837 at (1/2 + 2 pi/3, -1/2 + 2 pi/3): a minimum
    has x - y = 1 and cos(x + y) = -1/2.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.McCormick()
    >>> round(f.minimum, 12)
    -1.913222954981
    >>> f.gradient([0.0, 0.0]).tolist()
    [-0.5, 3.5]

    References
    ----------
    G. P. McCormick, "Computability of global solutions to factorable nonconvex programs",
    Math. Program. 10, 147, 1976; M. Jamil, X.-S. Yang, arXiv:1308.4008, function 72.
    """

    dimension = 2
    formula = r"\sin(x + y) + (x - y)^2 - 1.5x + 2.5y + 1"

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-1.5, 4.0), (-3.0, 4.0)]

    def _minima(self) -> list[list[float]]:
        return [[0.5 + half, half - 0.5] for half in (-math.pi / 3.0, 2.0 * math.pi / 3.0)]

    def _value(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        d = x - y
        return (np.sin(x + y) + d * d) + ((2.5 * y - 1.5 * x) + 1.0)

    def _gradient(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        d, c = x - y, np.cos(x + y)
        return np.stack([c + (2.0 * d - 1.5), c - (2.0 * d - 2.5)], axis=-1)

    def _hessian(self, p: Array) -> Array:
        s = np.sin(p[..., 0] + p[..., 1])
        return self._matrix([[2.0 - s, -2.0 - s], [-2.0 - s, 2.0 - s]])
