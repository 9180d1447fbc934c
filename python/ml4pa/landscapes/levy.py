"""Levy's function."""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import Array, Landscape


class Levy(Landscape):
    r"""Levy's function: a rippled parabola in each coordinate.

    .. math::

        f(x) = \sin^2 \pi w_1
               + \sum_{i=1}^{n-1} (w_i - 1)^2 [1 + 10 \sin^2(\pi w_i + 1)]
               + (w_n - 1)^2 [1 + \sin^2 2\pi w_n], \qquad w_i = 1 + \frac{x_i - 1}{4}

    Domain [-10, 10]^n; minimum 0 at (1, ..., 1). Of the local minima, whose number grows
    exponentially with n, ``minima`` lists none. Computed with u = w - 1, since
    sin^2(pi w) = sin^2(pi u): so the minimum is exactly 0.

    Parameters
    ----------
    n : int
        The dimension, at least 1.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Levy(2)
    >>> f([1.0, 1.0])
    0.0
    >>> round(f([3.0, 1.0]), 12)
    1.979816454316

    References
    ----------
    A. V. Levy, A. Montalvo, "The tunneling algorithm for the global minimization of functions",
    SIAM J. Sci. Stat. Comput. 6, 15, 1985; this form as in M. Laguna, R. Marti, "Experimental
    testing of advanced scatter search designs for global optimization of multimodal functions",
    J. Global Optim. 33, 235, 2005.
    """

    formula = (
        r"\sin^2 \pi w_1 + \sum_{i=1}^{n-1} (w_i - 1)^2 [1 + 10 \sin^2(\pi w_i + 1)]"
        r" + (w_n - 1)^2 [1 + \sin^2 2\pi w_n], \; w_i = 1 + \frac{x_i - 1}{4}"
    )

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-10.0, 10.0)] * self.n

    def _minima(self) -> Array:
        return np.ones((1, self.n))

    def _value(self, p: Array) -> Any:
        u, v = self._split(p)
        first, s, last = np.sin(np.pi * u[..., 0]), np.sin(np.pi * v + 1.0), u[..., -1]
        inner = np.sum((v * v) * (1.0 + 10.0 * (s * s)), axis=-1)
        s = np.sin((2.0 * np.pi) * last)
        return first * first + (inner + (last * last) * (1.0 + s * s))

    def _gradient(self, p: Array) -> Array:
        u, v = self._split(p)
        g = np.empty_like(p)
        s, c = np.sin(np.pi * v + 1.0), np.cos(np.pi * v + 1.0)
        slope = (2.0 * v) * (1.0 + 10.0 * (s * s)) + ((20.0 * np.pi) * (v * v)) * (s * c)
        g[..., :-1] = 0.25 * slope
        v = u[..., -1]
        s, c = np.sin((2.0 * np.pi) * v), np.cos((2.0 * np.pi) * v)
        g[..., -1] = 0.25 * ((2.0 * v) * (1.0 + s * s) + ((4.0 * np.pi) * (v * v)) * (s * c))
        v = np.pi * u[..., 0]
        g[..., 0] += (0.5 * np.pi) * (np.sin(v) * np.cos(v))
        return g

    def _hessian(self, p: Array) -> Array:
        u, _ = self._split(p)
        is_last = np.arange(self.n) == self.n - 1
        angle = np.where(is_last, (2.0 * np.pi) * u, np.pi * u + 1.0)
        s, c = np.sin(angle), np.cos(angle)
        k0 = np.where(is_last, 1.0, 10.0)
        k1 = np.where(is_last, 16.0 * np.pi, 80.0 * np.pi)
        k2 = np.where(is_last, 8.0 * np.pi * np.pi, 20.0 * np.pi * np.pi)
        curvature = (k1 * u) * (s * c) + (k2 * (u * u)) * (c * c - s * s)
        diagonal = (2.0 * (1.0 + k0 * (s * s)) + curvature) / 16.0
        diagonal[..., 0] += (0.125 * np.pi * np.pi) * np.cos((2.0 * np.pi) * u[..., 0])
        return self._diagonal(diagonal)

    @staticmethod
    def _split(p: Array) -> tuple[Array, Array]:
        """u = w - 1 (..., n), and all of it but the last (..., n - 1)."""
        u = 0.25 * (p - 1.0)
        return u, u[..., :-1]
