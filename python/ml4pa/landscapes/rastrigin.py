"""Rastrigin's function."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from .base import Array, Landscape

# The positive minima of one coordinate in the domain: roots of 2x + 20 pi sin(2 pi x) = 0.
_MINIMA = (
    0.9949586376523348,
    1.9899122337085495,
    2.984855701039481,
    3.9797838603007536,
    4.974691390895051,
)


class Rastrigin(Landscape):
    r"""Rastrigin's function: a bowl with a regular grid of local minima, 11^n in the domain.

    .. math:: f(x) = 10n + \sum_{i=1}^n x_i^2 - 10 \cos 2\pi x_i

    Domain [-5.12, 5.12]^n; minimum 0 at the origin. ``minima`` lists all for n <= 2, and only
    the global one for n > 2. Computed as sum x_i^2 + 20 sin^2(pi x_i), which is the same and
    cancels nothing near the minimum.

    Parameters
    ----------
    n : int
        The dimension, at least 1.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Rastrigin(2)
    >>> f([0.0, 0.0])
    0.0
    >>> round(f([0.5, 0.0]), 12)
    20.25
    >>> f.minima.shape
    (121, 2)

    References
    ----------
    L. A. Rastrigin, "Systems of Extremal Control", Nauka, 1974; H. Muehlenbein, M. Schomisch,
    J. Born, "The parallel genetic algorithm as function optimizer", Parallel Comput. 17, 619,
    1991, for n > 2.
    """

    formula = r"10n + \sum_{i=1}^n x_i^2 - 10 \cos 2\pi x_i"

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-5.12, 5.12)] * self.n

    def _minima(self) -> Array:
        if self.n > 2:
            return np.zeros((1, self.n))
        line = [0.0, *(sign * x for x in _MINIMA for sign in (1.0, -1.0))]
        minima = np.array(list(itertools.product(line, repeat=self.n)))
        return minima[np.argsort(self._value(minima), kind="stable")]

    def _value(self, p: Array) -> Any:
        s = np.sin(np.pi * p)
        return np.sum(p * p + 20.0 * (s * s), axis=-1)

    def _gradient(self, p: Array) -> Array:
        return 2.0 * p + (40.0 * np.pi) * (np.sin(np.pi * p) * np.cos(np.pi * p))

    def _hessian(self, p: Array) -> Array:
        return self._diagonal((40.0 * np.pi * np.pi) * np.cos((2.0 * np.pi) * p) + 2.0)
