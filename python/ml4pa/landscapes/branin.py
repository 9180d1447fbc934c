"""Branin's function."""

from __future__ import annotations

import math

import numpy as np

from .base import Array, Landscape

_B = 5.1 / (4.0 * math.pi * math.pi)
_C = 5.0 / math.pi
_K = 10.0 * (1.0 - 1.0 / (8.0 * math.pi))


class Branin(Landscape):
    r"""Branin's function: three equal minima.

    .. math::

        f(x, y) = (y - bx^2 + cx - 6)^2 + 10 \left(1 - \frac{1}{8\pi}\right) \cos x + 10,
        \qquad b = \frac{5.1}{4\pi^2}, \quad c = \frac{5}{\pi}

    Domain [-5, 10] x [0, 15]; minima 5/(4 pi) = 0.397887 at (-pi, 12.275), (pi, 2.275) and
    (3 pi, 2.475).

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Branin()
    >>> round(f.minimum, 12)
    0.39788735773
    >>> f.gradient([0.0, 7.0]).round(12).tolist()
    [3.183098861838, 2.0]

    References
    ----------
    F. H. Branin, "Widely convergent method for finding multiple solutions of simultaneous
    nonlinear equations", IBM J. Res. Dev. 16, 504, 1972; constants as in L. C. W. Dixon,
    G. P. Szego (eds.), "Towards Global Optimisation 2", North-Holland, 1978.
    """

    dimension = 2
    formula = (
        r"\left(y - \frac{5.1}{4\pi^2} x^2 + \frac{5}{\pi} x - 6\right)^2"
        r" + 10 \left(1 - \frac{1}{8\pi}\right) \cos x + 10"
    )

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-5.0, 10.0), (0.0, 15.0)]

    def _minima(self) -> list[list[float]]:
        return [[-math.pi, 12.275], [math.pi, 2.275], [3.0 * math.pi, 2.475]]

    def _value(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        t = (y - 6.0) + x * (_C - _B * x)
        return (t * t + _K * np.cos(x)) + 10.0

    def _gradient(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        t = (y - 6.0) + x * (_C - _B * x)
        gx = (2.0 * t) * (_C - (2.0 * _B) * x) - _K * np.sin(x)
        return np.stack([gx, 2.0 * t], axis=-1)

    def _hessian(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        t, t_x = (y - 6.0) + x * (_C - _B * x), _C - (2.0 * _B) * x
        hxx = (2.0 * (t_x * t_x) - (4.0 * _B) * t) - _K * np.cos(x)
        hxy = 2.0 * t_x
        return self._matrix([[hxx, hxy], [hxy, np.full_like(hxx, 2.0)]])
