"""Errors of fitted parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..models import Curve, Model, Polynomial
from ..objective import Array
from .basis import basis_of, penalty_of, scaled
from .cost import Cost
from .solve import NORMAL

#: What the message says of errors without a reservation.
PLAIN = "errors from the Hessian"
#: Standard deviations from the minimum at which the message says so.
FAR = 0.1


class Errors(NamedTuple):
    """What `errors` found; the matrices are None where there is no minimum, the message says why.

    Attributes
    ----------
    covariance : ndarray (n, n) or None
    errors : ndarray (n,) or None
        Standard deviations, the roots of the diagonal.
    correlation : ndarray (n, n) or None
        The covariance over the products of the errors.
    message : str
    """

    covariance: Array | None
    errors: Array | None
    correlation: Array | None
    message: str


@np.errstate(all="ignore")  # where the numbers end there are no errors, and the message says so
def errors(cost: Cost, params: ArrayLike) -> Errors:
    r"""Covariance, errors and correlation of the parameters at the minimum of a cost.

    With the Hessian H of the sum over the data (and the penalties) at the minimum, the covariance
    matrix is

    - chi2: :math:`2 H^{-1}`, the data's errors taken as they are;
    - mse: :math:`\hat\sigma^2 (X^T X)^{-1} = 2 \hat\sigma^2 H^{-1}`, the error of the data
      estimated from the residuals, :math:`\hat\sigma^2 = \sum r^2/(N - n)`;
    - cross-entropy: :math:`H^{-1}`, the inverse of Fisher's information;
    - a loss of your own: what its ``unit`` says, none without it.

    Parameters
    ----------
    cost : Cost
    params : array_like (n,)
        The parameters at the minimum. Where the Hessian's minimum is more than a tenth of a
        standard deviation away, the message says so; so it does where the residuals of "mse", and
        with them the errors, are only rounding.

    Returns
    -------
    Errors

    Notes
    -----
    For an `MLP`, and a model of your own, the Hessian is taken from central differences of the
    gradient, over a thousandth of each parameter's error. For a `Curve` it is that of the
    linearised curve, from the Jacobian, and differences of the Jacobian for the second derivatives,
    over 1e-4 of each parameter (from a thousandth of its error to 30). They stay within the bounds
    of a fit; there are no errors where equal bounds hold a parameter. Of linear least squares with
    nearly dependent columns the inverse comes from the singular values of the design matrix.

    NumPy's ``polyfit(cov=True)`` and SciPy's ``curve_fit`` give the matrix of "mse"; with
    ``cov="unscaled"`` and ``absolute_sigma=True``, that of "chi2". For a model that is not linear
    SciPy leaves the second derivatives of the model out of H.

    Examples
    --------
    The mean of 4 data, each with error 0.5, has error 0.25:

    >>> import ml4pa
    >>> from ml4pa.costs import errors
    >>> cost = ml4pa.Cost(ml4pa.Polynomial(0), [0, 1, 2, 3], [1, 2, 1, 2], "chi2", sigma=0.5)
    >>> errors(cost, [1.5]).errors.tolist()
    [0.25]

    References
    ----------
    F. James, Statistical Methods in Experimental Physics (2006), sections 7.3 and 9.1.
    """
    theta = checks.vector(params, cost.n, "params")
    total, slope = cost._summed(cost.model.score(theta, cost.X))
    unit = cost.loss.unit(total, cost.n_data, cost.n)
    if unit is None:
        return _none(
            f"no errors: {type(cost.loss).__name__} does not say what they are, which a loss does "
            "by its method unit"
        )
    if not unit > 0:
        return _none(
            f"no errors: {cost.n_data} data and {cost.n} parameters leave no residual to "
            "estimate the error of the data from"
        )
    if (held := _held(cost)) is not None:
        return _none(f"no errors: params[{held}] is held between equal bounds")
    H, T, model = _hessian(cost, theta, unit)
    if not np.isfinite(H).all():
        return _none("no errors: the Hessian is not finite")
    inverse, least = _inverse(cost, H)
    if inverse is None:
        return _none(
            f"no errors: the Hessian has the eigenvalue {least:.3g} (parameters scaled to a "
            "diagonal of 1), so this is no minimum that determines them all"
        )
    covariance = unit * (T @ inverse @ T.T)
    covariance = 0.5 * (covariance + covariance.T)
    sigma = np.sqrt(np.diagonal(covariance))
    message = PLAIN
    g = model.pull(theta, cost.X, slope) + T.T @ cost._pull(theta) / cost.scale
    # How far Newton's step leads, in standard deviations; |theta| has no slope where it has a kink.
    distance = 0.0 if cost.l1 else float(np.sqrt(max(float(g @ inverse @ g), 0.0) / unit))
    if _is_rounding(cost, total):
        message += ", of residuals that are only rounding"
    elif distance > FAR:
        message += (
            f", but the cost has its minimum {distance:.2g} standard deviations away: the fit has "
            "not converged, or bounds hold it"
        )
    return Errors(covariance, sigma, covariance / np.outer(sigma, sigma), message)


def _none(message: str) -> Errors:
    return Errors(None, None, None, message)


def _is_rounding(cost: Cost, total: float) -> bool:
    """Whether the residuals of unweighted squares are no larger than the last bit of y."""
    last_bit = np.finfo(float).eps * float(np.max(np.abs(cost.y)))
    unweighted = cost.loss.squares and not cost.loss.weighted
    return unweighted and bool(total <= cost.n_data * last_bit**2)


def _held(cost: Cost) -> int | None:
    """The first parameter that differences of the gradient cannot move."""
    if cost.limits is None or cost.model.linear:
        return None
    held = np.flatnonzero(cost.limits[0] == cost.limits[1])
    return int(held[0]) if held.size else None


def _hessian(cost: Cost, theta: Array, unit: float) -> tuple[Array, Array, Model]:
    """H of the sum in well determined parameters c, T, where theta = T c, and the model of c."""
    if isinstance(cost.model, Curve):
        return _of_curve(cost, cost.model, theta, unit), np.eye(cost.n), cost.model
    if not cost.model.linear:
        return _differences(cost, theta, unit) / cost.scale, np.eye(cost.n), cost.model
    if type(cost.model) is not Polynomial:
        return cost.hessian(theta) / cost.scale, np.eye(cost.n), cost.model
    basis = basis_of(cost)
    penalty = 2.0 * cost.l2 * (basis.T.T * cost.model.penalised) @ basis.T
    # That of squares does not depend on c.
    c = np.zeros(cost.n) if cost.loss.squares else np.linalg.solve(basis.T, theta)
    H = (basis.cost.hessian(c) + penalty) / cost.scale
    return H, basis.T, basis.cost.model


def _inverse(cost: Cost, H: Array) -> tuple[Array | None, float]:
    """Of H, None where it is not positive definite, and the least eigenvalue, scaled."""
    size = np.sqrt(np.abs(np.diagonal(H)))
    size[size == 0] = 1.0
    unit = H / np.outer(size, size)
    least = float(np.linalg.eigvalsh(unit)[0])
    if cost.least_squares and least < 1.0 / NORMAL**2:
        return _from_rows(cost), least
    if least > cost.n * np.finfo(float).eps:
        return np.asarray(np.linalg.inv(unit) / np.outer(size, size)), least
    return None, least


def _from_rows(cost: Cost) -> Array | None:
    """The inverse Hessian of linear least squares, without the square of the design matrix, in
    which nearly dependent columns lose their difference; None where they are dependent."""
    basis = basis_of(cost)
    rows, lengths = scaled(basis.rows(penalty_of(cost, basis))[0])
    _, singular, turn = np.linalg.svd(rows, full_matrices=False)
    if singular[-1] <= max(rows.shape) * np.finfo(float).eps * singular[0]:
        return None
    root = turn.T / singular / lengths[:, np.newaxis]
    return np.asarray(0.5 * (root @ root.T))


def _of_curve(cost: Cost, curve: Curve, theta: Array, unit: float) -> Array:
    """H of the sum: the squares of the Jacobian, and the second derivatives by differences of it.

    Their part is small near a minimum, and so is what a long step costs; a short one would lose
    the differences of a Jacobian that is itself made of differences.
    """
    _, slope, curvature = cost._terms(curve.score(theta, cost.X))
    H = cost._of_jacobian(curve.jacobian(theta, cost.X), curvature)
    curved = np.diagonal(H)
    with np.errstate(divide="ignore", invalid="ignore"):
        sigma = np.sqrt(unit / curved)  # of a parameter by itself
    h = 1e-4 * np.where(theta == 0, 1.0, np.abs(theta))
    good = curved > 0
    h[good] = np.clip(1e-4 * np.abs(theta), 1e-3 * sigma, 30.0 * sigma)[good]
    bent = _central(cost, theta, h, lambda at: curve.pull(at, cost.X, slope))
    return np.asarray(H + bent + np.diag(2.0 * cost.l2 / cost.scale * curve.penalised))


def _differences(cost: Cost, theta: Array, unit: float) -> Array:
    """The Hessian by central differences of the gradient, its steps from a first estimate."""
    h = 1e-4 * np.where(theta == 0, 1.0, np.abs(theta))
    curved = np.diagonal(_central(cost, theta, h, cost.gradient)) / cost.scale
    good = curved > 0
    h[good] = 1e-3 * np.sqrt(unit / curved[good])
    return _central(cost, theta, h, cost.gradient)


def _central(cost: Cost, theta: Array, h: Array, gradient: Callable[[Array], Array]) -> Array:
    """The derivatives of a gradient by central differences within the bounds, made symmetric."""
    low, high = cost.limits if cost.limits is not None else (-np.inf, np.inf)
    ahead, behind = np.minimum(h, high - theta), np.minimum(h, theta - low)
    columns = []
    for j in range(cost.n):
        at_j = np.arange(cost.n) == j
        up = np.minimum(theta + np.where(at_j, ahead, 0.0), high)
        down = np.maximum(theta - np.where(at_j, behind, 0.0), low)
        columns.append((gradient(up) - gradient(down)) / (ahead[j] + behind[j]))
    H = np.column_stack(columns)
    return np.asarray(0.5 * (H + H.T))
