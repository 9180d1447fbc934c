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

    def rows(self, penalty: Array) -> tuple[Array, Array]:
        """W A over the rows of the penalty, and W y over zeros."""
        cost = self.cost
        a, y = cost.model.design(cost.X), cost.y[:, 0]
        if cost.whitening is not None:
            a, y = cost.whitening @ a, cost.whitening @ y
        elif cost.weights is not None:
            root = np.sqrt(cost.weights)
            a, y = root * a, root[:, 0] * y
        return np.vstack([a, penalty]), np.append(y, np.zeros(cost.n))

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


def penalty_of(cost: Cost, basis: Basis) -> Array:
    """S, where |S c|^2 is the l2 penalty of the sum over the data."""
    root: Array = np.sqrt(cost.l2 / cost.scale) * cost.model.penalised[:, np.newaxis] * basis.T
    return root


def scaled(a: Array) -> tuple[Array, Array]:
    """The columns at length 1, and their lengths (1 for a column of zeros)."""
    lengths = np.sqrt(np.sum(a * a, axis=0))
    lengths[lengths == 0] = 1.0
    return a / lengths, lengths
