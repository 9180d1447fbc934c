"""Matyas' function."""

from __future__ import annotations

import numpy as np

from .base import Array, Landscape


class Matyas(Landscape):
    r"""Matyas' function: a long quadratic valley along x = y, condition number 25.

    .. math:: f(x, y) = 0.26 (x^2 + y^2) - 0.48 xy

    Domain [-10, 10]^2; minimum 0 at the origin.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Matyas()
    >>> f([0.0, 10.0])
    26.0
    >>> f.hessian([0.0, 0.0]).tolist()
    [[0.52, -0.48], [-0.48, 0.52]]

    References
    ----------
    J. Matyas, "Random optimization", Automation and Remote Control 26, 246, 1965; M. Jamil,
    X.-S. Yang, arXiv:1308.4008, function 71.
    """

    dimension = 2
    formula = r"0.26 (x^2 + y^2) - 0.48 xy"

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-10.0, 10.0), (-10.0, 10.0)]

    def _minima(self) -> list[list[float]]:
        return [[0.0, 0.0]]

    def _value(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        return 0.26 * (x * x + y * y) - 0.48 * (x * y)

    def _gradient(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        return np.stack([0.52 * x - 0.48 * y, 0.52 * y - 0.48 * x], axis=-1)

    def _hessian(self, p: Array) -> Array:
        zero = np.zeros_like(p[..., 0])
        return self._matrix([[zero + 0.52, zero - 0.48], [zero - 0.48, zero + 0.52]])
