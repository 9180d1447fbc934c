"""Polynomials in one variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .. import checks
from ..objective import Array
from .base import LinearModel


@dataclass(frozen=True)
class Polynomial(LinearModel):
    r"""A polynomial in one variable.

    .. math:: f(x; \theta) = \sum_{k=0}^{d} \theta_k x^k

    Parameters
    ----------
    degree : int >= 0
        d. The d + 1 parameters are the coefficients in the order of rising powers, as in
        ``numpy.polynomial``; ``l1`` and ``l2`` do not penalise theta_0.

    Examples
    --------
    >>> import ml4pa
    >>> ml4pa.Polynomial(2).predict([1.0, 0.0, 3.0], [0.0, 1.0, 2.0]).tolist()
    [1.0, 4.0, 13.0]
    """

    name: ClassVar[str] = "polynomial"

    degree: int

    def __post_init__(self) -> None:
        degree = checks.count("degree", self.degree)
        self._set(degree=degree, n_params=degree + 1, features=1)

    @property
    def penalised(self) -> Array:
        return np.minimum(np.arange(self.n_params), 1.0)

    def design(self, X: Array) -> Array:
        return np.vander(X[:, 0], self.n_params, increasing=True)

    def score(self, theta: Array, X: Array) -> Array:
        s = np.full_like(X, theta[-1])  # Horner
        for coefficient in theta[-2::-1]:
            s = s * X + coefficient
        return s

    def native(self) -> tuple[str, list[float], list[str]]:
        return self.name, [self.degree], []
