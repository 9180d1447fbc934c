"""The ellipsoid."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from .base import Array, Landscape


class Ellipsoid(Landscape):
    r"""The ellipsoid: a bowl whose curvatures are spread evenly in their logarithm.

    .. math:: f(x) = \sum_{i=1}^n c^{\frac{i-1}{n-1}} x_i^2

    Domain [-5, 5]^n; minimum 0 at the origin. For n = 1 it is the sphere.

    Parameters
    ----------
    n : int
        The dimension, at least 1.
    condition : float, default 1e6
        The condition number c of the Hessian, positive.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Ellipsoid(3, condition=100)
    >>> f([1.0, 1.0, 1.0])
    111.0
    >>> f.gradient([1.0, 1.0, 1.0]).tolist()
    [2.0, 20.0, 200.0]

    References
    ----------
    N. Hansen et al., "Real-parameter black-box optimization benchmarking 2009: noiseless
    functions definitions", INRIA RR-6829, f2 and f10 without their oscillations.
    """

    formula = r"\sum_{i=1}^n c^{\frac{i-1}{n-1}} x_i^2"

    def __init__(self, n: int, condition: float = 1e6) -> None:
        self.condition = checks.positive_number("condition", condition)
        super().__init__(n)
        self._weights = self.condition ** (np.arange(self.n) / max(self.n - 1, 1))

    def _parameters(self) -> dict[str, float]:
        return {"condition": self.condition}

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-5.0, 5.0)] * self.n

    def _minima(self) -> Array:
        return np.zeros((1, self.n))

    def _value(self, p: Array) -> Any:
        return np.sum(self._weights * (p * p), axis=-1)

    def _gradient(self, p: Array) -> Array:
        return (2.0 * self._weights) * p

    def _hessian(self, p: Array) -> Array:
        return self._diagonal(np.zeros_like(p) + 2.0 * self._weights)
