"""The basis in which the data determine a cost's parameters well."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..models import Chebyshev, Polynomial
from ..objective import Array
from .cost import Cost


class Basis(NamedTuple):
    """The same cost without its penalties, as a function of c, where theta = T c."""

    cost: Cost
    T: Array
    powers: Chebyshev | None = None  # where T turns its parameters into powers

    def theta(self, *parts: Array) -> Array:
        """T (c_1 + c_2 + ...); of a polynomial without rounding in between."""
        if self.powers is not None:
            return self.powers.powers(*parts)
        return np.asarray(np.sum(parts, axis=0))


def basis_of(cost: Cost) -> Basis:
    """Chebyshev's for a polynomial, on the interval of the data; else that of the cost itself."""
    model = cost.model
    if type(model) is not Polynomial:  # a subclass may have other functions
        return Basis(cost.replaced(l1=0.0, l2=0.0), np.eye(cost.n))
    low, high = float(np.min(cost.X)), float(np.max(cost.X))
    if low == high:
        low, high = low - 1.0, high + 1.0
    chebyshev = Chebyshev(model.degree, low, high)
    T = np.array(chebyshev.basis(), dtype=float).T
    return Basis(cost.replaced(model=chebyshev, l1=0.0, l2=0.0), T, chebyshev)
