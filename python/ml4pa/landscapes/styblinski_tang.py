"""The Styblinski-Tang function."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from .base import Array, Landscape

# The minima of one coordinate: roots of 4x^3 - 32x + 5 = 0.
_MINIMA = (-2.903534027771177, 2.746802770990837)


class StyblinskiTang(Landscape):
    r"""The Styblinski-Tang function: two unequal wells a coordinate, 2^n minima.

    .. math:: f(x) = \frac{1}{2} \sum_{i=1}^n x_i^4 - 16x_i^2 + 5x_i

    Domain [-5, 5]^n; minimum -39.16617 n at (-2.90353, ..., -2.90353). ``minima`` lists all for
    n <= 2, and only the global one for n > 2.

    Parameters
    ----------
    n : int
        The dimension, at least 1.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.StyblinskiTang(2)
    >>> f([1.0, 2.0])
    -24.0
    >>> f.minima.round(5).tolist()
    [[-2.90353, -2.90353], [-2.90353, 2.7468], [2.7468, -2.90353], [2.7468, 2.7468]]

    References
    ----------
    M. A. Styblinski, T.-S. Tang, "Experiments in nonconvex optimization: stochastic approximation
    with function smoothing and simulated annealing", Neural Networks 3, 467, 1990.
    """

    formula = r"\frac{1}{2} \sum_{i=1}^n x_i^4 - 16x_i^2 + 5x_i"

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-5.0, 5.0)] * self.n

    def _minima(self) -> list[tuple[float, ...]]:
        line = _MINIMA if self.n <= 2 else _MINIMA[:1]
        return list(itertools.product(line, repeat=self.n))

    def _value(self, p: Array) -> Any:
        x2 = p * p
        return 0.5 * np.sum(x2 * (x2 - 16.0) + 5.0 * p, axis=-1)

    def _gradient(self, p: Array) -> Array:
        return p * (2.0 * (p * p) - 16.0) + 2.5

    def _hessian(self, p: Array) -> Array:
        return self._diagonal(6.0 * (p * p) - 16.0)
