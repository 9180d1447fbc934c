"""Polynomials in one variable, in Chebyshev's basis."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..objective import Array
from .base import LinearModel


@dataclass(frozen=True)
class Chebyshev(LinearModel):
    r"""A polynomial in one variable, in Chebyshev's basis on an interval.

    .. math:: f(x; \theta) = \sum_{k=0}^{d} \theta_k T_k(t), \qquad
              t = \frac{2x - a - b}{b - a}, \qquad T_{k+1} = 2 t T_k - T_{k-1}

    The functions are those of `Polynomial`, but data on the interval determine these parameters
    well, whatever the degree, where the coefficients of powers of x are nearly degenerate.

    Parameters
    ----------
    degree : int >= 0
        d.
    low, high : float, default -1 and 1
        a < b.

    Examples
    --------
    >>> from ml4pa.models import Chebyshev
    >>> model = Chebyshev(2, 0.0, 1.0)
    >>> model.predict([1.0, 0.0, 2.0], [0.0, 0.5, 1.0]).tolist()
    [3.0, -1.0, 3.0]
    >>> model.powers([1.0, 0.0, 2.0]).tolist()  # 3 - 16 x + 16 x^2
    [3.0, -16.0, 16.0]

    References
    ----------
    J. C. Mason, D. C. Handscomb, Chebyshev Polynomials (2003), sections 1.2 and 1.3.
    """

    name: ClassVar[str] = "chebyshev"

    degree: int
    low: float = -1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        degree = checks.count("degree", self.degree)
        low = checks.finite_number("low", self.low)
        high = checks.within("high", self.high, gt=low)
        self._set(degree=degree, low=low, high=high, n_params=degree + 1, features=1)

    @property
    def penalised(self) -> Array:
        return np.minimum(np.arange(self.n_params), 1.0)

    def design(self, X: Array) -> Array:
        x = X[:, 0]
        t = ((x - self.low) - (self.high - x)) * (1.0 / (self.high - self.low))  # exact far from 0
        return np.asarray(np.polynomial.chebyshev.chebvander(t, self.degree), dtype=np.float64)

    def basis(self) -> list[list[Fraction]]:
        """T_k as coefficients of powers of x, exact: row k."""
        return _basis(self)

    def powers(self, *parts: ArrayLike) -> Array:
        """The coefficients of powers of x, (n,), of the sum of some thetas, each (n,), exactly."""
        total = [sum(map(Fraction, column)) for column in np.stack(parts).T.tolist()]
        columns = zip(*self.basis(), strict=True)
        exact = [sum(a * b for a, b in zip(total, column, strict=True)) for column in columns]
        return np.array([float(a) for a in exact])

    def native(self) -> tuple[str, list[float], list[str]]:
        return self.name, [self.degree, self.low, self.high], []


@functools.lru_cache(maxsize=16)
def _basis(model: Chebyshev) -> list[list[Fraction]]:
    low, high = Fraction(model.low), Fraction(model.high)
    shift, slope = -(low + high) / (high - low), 2 / (high - low)
    zero = Fraction(0)
    rows = [[Fraction(1)] + [zero] * model.degree]
    for k in range(model.degree):
        last = rows[-1]
        up = [zero, *last[:-1]]  # x times T_k
        times = [shift * a + slope * b for a, b in zip(last, up, strict=True)]
        before = rows[-2] if k else [zero] * model.n_params
        factor = 2 if k else 1
        rows.append([factor * a - b for a, b in zip(times, before, strict=True)])
    return rows
