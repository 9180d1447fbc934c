"""A saddle."""

from __future__ import annotations

import numpy as np

from .. import checks
from .base import Array, Landscape


class Saddle(Landscape):
    r"""A saddle: a descent started on the ridge y = 0 stops at the origin, any other runs away.

    .. math:: f(x, y) = a x^2 - b y^2, \qquad \nabla f = (2ax, -2by)

    Domain [-2, 2]^2; no minimum. The lecture's slides print the gradient without the factor 2.

    Parameters
    ----------
    a, b : float, default 1
        Half the curvature along x, and half its negative along y.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Saddle()
    >>> f.gradient([1.0, 1.0]).tolist()
    [2.0, -2.0]
    >>> f.minima is None
    True

    References
    ----------
    Y. N. Dauphin et al., "Identifying and attacking the saddle point problem in high-dimensional
    non-convex optimization", NeurIPS 2014, arXiv:1406.2572.
    """

    dimension = 2
    formula = r"a x^2 - b y^2"

    def __init__(self, a: float = 1.0, b: float = 1.0) -> None:
        self.a = checks.finite_number("a", a)
        self.b = checks.finite_number("b", b)
        super().__init__()

    @property
    def minimum(self) -> float | None:
        """None, but 0 where a and b are such that this is no saddle."""
        return 0.0 if self.a >= 0.0 >= self.b else None

    def _parameters(self) -> dict[str, float]:
        return {"a": self.a, "b": self.b}

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-2.0, 2.0), (-2.0, 2.0)]

    def _minima(self) -> list[list[float]] | None:
        return [[0.0, 0.0]] if self.a > 0.0 > self.b else None

    def _value(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        return self.a * (x * x) - self.b * (y * y)

    def _gradient(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        return np.stack([(2.0 * self.a) * x, (-2.0 * self.b) * y], axis=-1)

    def _hessian(self, p: Array) -> Array:
        zero = np.zeros_like(p[..., 0])
        return self._matrix([[zero + 2.0 * self.a, zero], [zero, zero - 2.0 * self.b]])
