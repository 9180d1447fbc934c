"""A quadratic bowl."""

from __future__ import annotations

import numpy as np

from .. import checks
from .base import Array, Landscape


class Quadratic(Landscape):
    r"""A bowl whose two curvatures are set by a and b.

    .. math:: f(x, y) = a x^2 + b y^2 - 1

    Domain [-2, 2]^2; minimum -1 at the origin where a and b are positive. Where one is 0, the
    minimum is a line and ``minima`` is None; where one is negative, so is ``minimum``.

    Parameters
    ----------
    a, b : float, default 1
        Half the curvature along x and y.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Quadratic(a=1, b=10)
    >>> f([0.0, 0.0])
    -1.0
    >>> f.gradient([1.0, 1.0]).tolist()
    [2.0, 20.0]

    References
    ----------
    J. Nocedal, S. J. Wright, "Numerical Optimization", 2nd ed., Springer, 2006, section 3.3.
    """

    dimension = 2
    formula = r"a x^2 + b y^2 - 1"

    def __init__(self, a: float = 1.0, b: float = 1.0) -> None:
        self.a = checks.finite_number("a", a)
        self.b = checks.finite_number("b", b)
        super().__init__()

    @property
    def minimum(self) -> float | None:
        """-1; None where f is unbounded below."""
        return -1.0 if self.a >= 0.0 and self.b >= 0.0 else None

    def _parameters(self) -> dict[str, float]:
        return {"a": self.a, "b": self.b}

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-2.0, 2.0), (-2.0, 2.0)]

    def _minima(self) -> list[list[float]] | None:
        return [[0.0, 0.0]] if self.a > 0.0 and self.b > 0.0 else None

    def _value(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        return (self.a * (x * x) + self.b * (y * y)) - 1.0

    def _gradient(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        return np.stack([(2.0 * self.a) * x, (2.0 * self.b) * y], axis=-1)

    def _hessian(self, p: Array) -> Array:
        zero = np.zeros_like(p[..., 0])
        return self._matrix([[zero + 2.0 * self.a, zero], [zero, zero + 2.0 * self.b]])
