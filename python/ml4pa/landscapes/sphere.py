"""The sphere."""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import Array, Landscape


class Sphere(Landscape):
    r"""The sphere: the easiest bowl, on which rates of convergence are known.

    .. math:: f(x) = \sum_{i=1}^n x_i^2

    Domain [-5, 5]^n; minimum 0 at the origin.

    Parameters
    ----------
    n : int
        The dimension, at least 1.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Sphere(3)
    >>> f([1.0, 2.0, 3.0])
    14.0
    >>> f.gradient([1.0, 2.0, 3.0]).tolist()
    [2.0, 4.0, 6.0]

    References
    ----------
    N. Hansen et al., "Real-parameter black-box optimization benchmarking 2009: noiseless
    functions definitions", INRIA RR-6829, f1.
    """

    formula = r"\sum_{i=1}^n x_i^2"

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-5.0, 5.0)] * self.n

    def _minima(self) -> Array:
        return np.zeros((1, self.n))

    def _value(self, p: Array) -> Any:
        return np.sum(p * p, axis=-1)

    def _gradient(self, p: Array) -> Array:
        return 2.0 * p

    def _hessian(self, p: Array) -> Array:
        return self._diagonal(np.full_like(p, 2.0))
