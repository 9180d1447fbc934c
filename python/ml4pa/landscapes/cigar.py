"""The cigar."""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import Array, Landscape


class Cigar(Landscape):
    r"""The cigar: one long axis, all others short.

    .. math:: f(x) = x_1^2 + 10^6 \sum_{i=2}^n x_i^2

    Domain [-5, 5]^n; minimum 0 at the origin. For n = 1 it is the sphere.

    Parameters
    ----------
    n : int
        The dimension, at least 1.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Cigar(3)
    >>> f([1.0, 1.0, 1.0])
    2000001.0
    >>> f.gradient([1.0, 1.0, 1.0]).tolist()
    [2.0, 2000000.0, 2000000.0]

    References
    ----------
    N. Hansen, A. Ostermeier, "Completely derandomized self-adaptation in evolution strategies",
    Evol. Comput. 9, 159, 2001, table 3.
    """

    formula = r"x_1^2 + 10^6 \sum_{i=2}^n x_i^2"

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-5.0, 5.0)] * self.n

    def _minima(self) -> Array:
        return np.zeros((1, self.n))

    def _value(self, p: Array) -> Any:
        x, rest = p[..., 0], p[..., 1:]
        return x * x + 1e6 * np.sum(rest * rest, axis=-1)

    def _gradient(self, p: Array) -> Array:
        return np.where(np.arange(self.n) == 0, 2.0, 2e6) * p

    def _hessian(self, p: Array) -> Array:
        return self._diagonal(np.zeros_like(p) + np.where(np.arange(self.n) == 0, 2.0, 2e6))
