"""Rosenbrock's function."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from .base import Array, Landscape


class Rosenbrock(Landscape):
    r"""Rosenbrock's function: a flat, curved valley with steep walls.

    .. math:: f(x) = \sum_{i=1}^{n-1} b (x_{i+1} - x_i^2)^2 + (a - x_i)^2

    Domain [-w, w]^n with w = 2.048 max(1, a^2); minimum 0 at (a, a^2) for n = 2, and at
    (a, ..., a) for n > 2 where a is 0 or 1. For n > 2 and another a the squares cannot all
    vanish: the minimum has no closed form, and ``minima`` and ``minimum`` are None. For a = 1
    and n >= 4 there is (for b = 100, not for b near 1) also a local minimum near
    (-1, 1, ..., 1), which ``minima`` lists.

    Parameters
    ----------
    n : int, default 2
        The dimension, at least 2.
    a : float, default 1
        Where the valley has its lowest point.
    b : float, default 100
        The steepness of its walls, positive.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Rosenbrock()
    >>> f([-1.0, 2.0])
    104.0
    >>> f.gradient([-1.0, 2.0]).tolist()
    [396.0, 200.0]
    >>> ml4pa.landscapes.Rosenbrock(4).minima.round(5).tolist()
    [[1.0, 1.0, 1.0, 1.0], [-0.77566, 0.61309, 0.38206, 0.14597]]

    References
    ----------
    H. H. Rosenbrock, "An automatic method for finding the greatest or least value of a function",
    Comput. J. 3, 175, 1960. S. Kok, C. Sandrock, "Locating and characterizing the stationary
    points of the extended Rosenbrock function", Evol. Comput. 17, 437, 2009.
    """

    formula = r"\sum_{i=1}^{n-1} b (x_{i+1} - x_i^2)^2 + (a - x_i)^2"
    minimum_dimension = 2

    def __init__(self, n: int = 2, a: float = 1.0, b: float = 100.0) -> None:
        self.a = checks.finite_number("a", a)
        self.b = checks.positive_number("b", b)
        super().__init__(n)

    @property
    def minimum(self) -> float | None:
        """0; None where it has no closed form."""
        return 0.0 if self.n == 2 or self.a in (0.0, 1.0) else None

    def _parameters(self) -> dict[str, float]:
        return {"a": self.a, "b": self.b}

    def _bounds(self) -> list[tuple[float, float]]:
        w = 2.048 * max(1.0, self.a * self.a)
        return [(-w, w)] * self.n

    def _minima(self) -> list[Array] | None:
        if self.n == 2:
            return [np.array([self.a, self.a * self.a])]
        if self.a == 1.0 and self.n >= 4:
            return [np.ones(self.n), *self._local_minimum()]
        return [np.full(self.n, self.a)] if self.a in (0.0, 1.0) else None

    def _local_minimum(self) -> list[Array]:
        """The minimum near (-1, 1, ..., 1), by Newton's method, where there is one.

        Beyond the first 64 coordinates it is 1 to the last bit.
        """
        chain = Rosenbrock(min(self.n, 64), self.a, self.b)
        x = np.ones(chain.n)
        x[0] = -1.0
        for _ in range(50):
            step = np.linalg.solve(chain._hessian(x), chain._gradient(x))
            x = x - step
            if np.max(np.abs(step)) < 1e-14:
                break
        is_minimum = x[0] < 0.0 and np.linalg.eigvalsh(chain._hessian(x))[0] > 0.0
        return [np.append(x, np.ones(self.n - chain.n))] if is_minimum else []

    def _value(self, p: Array) -> Any:
        t, d = p[..., 1:] - p[..., :-1] * p[..., :-1], self.a - p[..., :-1]
        return np.sum(self.b * (t * t) + d * d, axis=-1)

    def _gradient(self, p: Array) -> Array:
        x = p[..., :-1]
        t = p[..., 1:] - x * x
        g = np.zeros_like(p)
        g[..., 1:] = (2.0 * self.b) * t
        g[..., :-1] -= ((4.0 * self.b) * x) * t + 2.0 * (self.a - x)
        return g

    def _hessian(self, p: Array) -> Array:
        x = p[..., :-1]
        diagonal = np.zeros_like(p)
        diagonal[..., 1:] = 2.0 * self.b
        diagonal[..., :-1] += ((12.0 * self.b) * (x * x) - (4.0 * self.b) * p[..., 1:]) + 2.0
        h = self._diagonal(diagonal)
        i = np.arange(self.n - 1)
        h[..., i, i + 1] = h[..., i + 1, i] = (-4.0 * self.b) * x
        return h
