"""The exact solution of least squares that are linear in the parameters."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .. import checks
from ..objective import Array
from .basis import Basis, basis_of, penalty_of, scaled
from .cost import Cost

#: Up to this condition number of the (scaled) design matrix its square, the normal matrix, keeps
#: enough digits: the step of refinement gains the rest.
NORMAL = 1e5


class Solution(NamedTuple):
    """What `solve` found.

    Attributes
    ----------
    params : ndarray (n,)
        theta.
    rank : int
        Of the design matrix, with the rows of the penalty; n if the minimum is unique.
    condition : float
        The ratio of the extreme singular values of that matrix, its columns scaled to length 1.
    message : str
        How it was found, and what is wrong where it is not exact.
    exact : bool
        False where rank < n, or where params, powers of x rounded to float64, have another cost
        than the solution in Chebyshev polynomials.
    """

    params: Array
    rank: int
    condition: float
    message: str
    exact: bool


class Found(NamedTuple):
    """theta, and of the sum over the data and the penalties: its minimum, and its value at 0."""

    theta: Array
    rank: int
    condition: float
    least: float
    at_zero: float


def solve(cost: Cost, engine: str = "compiled") -> Solution:
    r"""The minimum of a cost that is quadratic in the parameters, without iteration.

    .. math:: \min_c\; |W (A c - y)|^2 + \lambda |D\,T c|^2, \qquad \theta = T c

    W holds 1/sigma, or the inverse Cholesky factor of the covariance matrix; the columns of A are
    Chebyshev polynomials on the interval of the data for a `Polynomial` (theta = T c turns them
    into powers of x, in exact arithmetic), the variables for a `Linear`. D leaves out the
    intercept.

    The NumPy engine decomposes the rows of the design matrix into singular values, the compiled one
    forms the normal equations in one pass over the data; both then correct their solution by the
    residual. Where the columns are nearly dependent the compiled engine takes the first way too.

    Parameters
    ----------
    cost : Cost
        Of a `Polynomial`, `Linear` (or ``models.Chebyshev``) with loss "mse" or "chi2", l1 = 0.
    engine : {"compiled", "numpy"}, default "compiled"

    Returns
    -------
    Solution
        Data that do not determine the parameters give rank < n, a message that says so, and of all
        solutions the shortest c. A polynomial of high degree, or far from x = 0, may have
        coefficients that float64 cannot hold well enough: then ``exact`` is False, and the message
        says what to do.

    Raises
    ------
    ValueError
        If the cost is not quadratic.

    Examples
    --------
    >>> import ml4pa
    >>> from ml4pa.costs import solve
    >>> solve(ml4pa.Cost(ml4pa.Polynomial(2), [0, 1, 2, 3], [1, 2, 5, 10])).params.round(9).tolist()
    [1.0, 0.0, 1.0]
    >>> told = solve(ml4pa.Cost(ml4pa.Polynomial(2), [0, 1, 1], [1, 2, 2]))
    >>> told.rank, told.message
    (2, 'the data determine 2 of 3 parameters: take fewer parameters, more data, or l2 > 0')

    References
    ----------
    G. H. Golub, C. F. Van Loan, Matrix Computations (2013), sections 5.3, 5.5 and 6.1; N. J.
    Higham, Accuracy and Stability of Numerical Algorithms (2002), section 20.5.
    """
    checks.quadratic(cost)
    checks.choice("engine", engine, ("compiled", "numpy"))
    basis = basis_of(cost)
    penalty = penalty_of(cost, basis)
    found = None
    if engine == "compiled" and cost.whitening is None:
        found = _normal_equations(basis, penalty)
    return _told(basis, cost, found or _singular_values(basis, penalty))


def _singular_values(basis: Basis, penalty: Array) -> Found:
    rows, told = basis.rows(penalty)
    c, rank, condition = _least_squares(rows, told)
    residual = told - rows @ c
    correction, _, _ = _least_squares(rows, residual)
    return Found(
        basis.theta(c, correction), rank, condition, float(residual @ residual), float(told @ told)
    )


def _normal_equations(basis: Basis, penalty: Array) -> Found | None:
    """Two Newton steps from 0, the second a refinement; None where too many digits would be lost.

    With A^T W^2 A = R^T R a step d minimises |R d + R^-T g|^2 + |S (c + d)|^2, where g is half the
    gradient of the sum over the data and S the penalty: no product S^T S is formed.
    """
    cost = basis.cost.replaced(reduction="sum")
    zero = np.zeros(cost.n)
    at_zero, first, curved = cost.expansion(zero)
    slope = first
    try:
        R = np.asarray(np.linalg.cholesky(0.5 * curved).T, dtype=np.float64)
    except np.linalg.LinAlgError:
        return None
    if _condition(R) > NORMAL:
        return None
    rows = np.vstack([R, penalty])
    parts: list[Array] = []
    for _ in range(2):
        c = np.sum(parts, axis=0) if parts else zero
        if parts:
            slope = cost.gradient(c)
        told = np.append(-np.linalg.solve(R.T, 0.5 * slope), -(penalty @ c))
        d, rank, condition = _least_squares(rows, told)
        parts.append(d)
    least = at_zero + 0.5 * float(first @ np.sum(parts, axis=0))
    return Found(basis.theta(*parts), rank, condition, least, at_zero)


def _condition(a: Array) -> float:
    singular = np.linalg.svd(scaled(a)[0], compute_uv=False)
    return float(singular[0] / singular[-1]) if singular[-1] > 0 else np.inf


def _least_squares(a: Array, y: Array) -> tuple[Array, int, float]:
    """The shortest minimiser of |a c - y|, columns scaled; the rank and the condition of a."""
    unit, lengths = scaled(a)
    c, _, rank, singular = np.linalg.lstsq(unit, y, rcond=None)
    condition = singular[0] / singular[-1] if singular.size == len(c) and singular[-1] else np.inf
    return c / lengths, int(rank), float(condition)


def _told(basis: Basis, cost: Cost, found: Found) -> Solution:
    theta, rank, n = found.theta, found.rank, found.theta.size
    # A change that matters to no error of a parameter, and the rounding of y itself.
    least, allowed = max(found.least, 0.0), 1e-3 * abs(found.least) + 1e-12 * found.at_zero
    value = cost.scale * least
    exact = rank == n
    if exact and _rounding(basis, cost, theta) > 0.1 * allowed:  # then it is worth a look
        value = float(cost(theta))
        exact = abs(value - cost.scale * least) <= cost.scale * allowed
    if rank < n:
        message = (
            f"the data determine {rank} of {n} parameters: take fewer parameters, more data, "
            "or l2 > 0"
        )
    elif not exact:
        message = (
            f"rounded: with these coefficients the cost is {value:.6g}, but the minimum is "
            f"{cost.scale * least:.6g}, which powers of x do not reach in float64: shift and scale "
            "x to [-1, 1], or fit models.Chebyshev"
        )
    else:
        message = f"exact solution; the design matrix has condition number {found.condition:.3g}"
    return Solution(theta, rank, found.condition, message, exact)


def _rounding(basis: Basis, cost: Cost, theta: Array) -> float:
    """A bound of what the rounding of theta_k x^k may add to the sum over the data."""
    if basis.powers is None:
        return 0.0
    if cost.whitening is not None:
        return math.inf
    furthest = max(abs(basis.powers.low), abs(basis.powers.high))
    with np.errstate(over="ignore"):
        terms = np.abs(theta) @ np.power(furthest, np.arange(theta.size))
        weight = cost.n_data if cost.weights is None else float(np.sum(cost.weights))
        return float(weight * (theta.size * np.finfo(float).eps * terms) ** 2)
