"""Booth's function."""

from __future__ import annotations

import numpy as np

from .base import Array, Landscape


class Booth(Landscape):
    r"""Booth's function: a tilted quadratic bowl, condition number 9.

    .. math:: f(x, y) = (x + 2y - 7)^2 + (2x + y - 5)^2

    Domain [-10, 10]^2; minimum 0 at (1, 3).

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Booth()
    >>> f([1.0, 3.0])
    0.0
    >>> f.hessian([0.0, 0.0]).tolist()
    [[10.0, 8.0], [8.0, 10.0]]

    References
    ----------
    M. Jamil, X.-S. Yang, "A literature survey of benchmark functions for global optimisation
    problems", Int. J. Math. Model. Numer. Optim. 4, 150, 2013, arXiv:1308.4008, function 17.
    """

    dimension = 2
    formula = r"(x + 2y - 7)^2 + (2x + y - 5)^2"

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-10.0, 10.0), (-10.0, 10.0)]

    def _minima(self) -> list[list[float]]:
        return [[1.0, 3.0]]

    def _value(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        u, v = (x + 2.0 * y) - 7.0, (2.0 * x + y) - 5.0
        return u * u + v * v

    def _gradient(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        u, v = (x + 2.0 * y) - 7.0, (2.0 * x + y) - 5.0
        return np.stack([2.0 * u + 4.0 * v, 4.0 * u + 2.0 * v], axis=-1)

    def _hessian(self, p: Array) -> Array:
        zero = np.zeros_like(p[..., 0])
        return self._matrix([[zero + 10.0, zero + 8.0], [zero + 8.0, zero + 10.0]])
