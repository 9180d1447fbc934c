"""The method of Levenberg and Marquardt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..method import GradientMethod, LearningRate, State, hyper, zeros
from ..objective import Array
from .newton import solve


@dataclass(frozen=True)
class LevenbergMarquardt(GradientMethod):
    r"""Levenberg-Marquardt: Newton's step, damped until the value falls; for least squares.

    .. math:: (B + \lambda D)\,v = \nabla_\theta E(\theta_t), \qquad
              \theta_{t+1} = \theta_t - \eta_t\,v
              \quad\text{where } E(\theta_t - \eta_t v) < E(\theta_t)

    B is the Hessian; of a `Cost` with a `Curve` it is that of the linearised curve (Gauss and
    Newton), B = J^T W J with the Jacobian J = df/dtheta and the loss's second derivatives W, which
    are 2/sigma^2 for chi2: no second derivative of the curve is needed. D_j, the scale of a
    parameter, is the largest abs(B_jj) so far [1]_, and makes the steps the same in all units; it
    is no more than 2^20 times the present one, so that what mattered much at the start is not held
    for ever. The damping lambda follows the gain, actual over predicted [2]_:

    .. math:: \rho = \frac{E(\theta) - E(\theta + d)}{-(\nabla E \cdot d + \frac12 d^T B\,d)},
              \qquad d = -\eta_t v

    - a step that gains is made, :math:`\lambda \leftarrow \lambda \max(1/3, 1 - (2\rho-1)^3)`, and
      :math:`\nu \leftarrow 2`;
    - another is not: :math:`\lambda \leftarrow \nu \lambda`, :math:`\nu \leftarrow 2\nu`, and the
      next trial is asked for.

    Parameters
    ----------
    learning_rate : float > 0, schedule, or callable t -> eta, default 1
        The part of the damped step that is taken.
    damping : float >= 0, default 1e-3
        lambda at the start, in parts of D.
    noise, clip
        See `GradientMethod`.

    Notes
    -----
    The value never rises. The default ``gtol`` is 0: the run goes on until the numbers allow no
    further gain. Where a trial fails at which the values differ by 2^-32 of f at the most, and the
    undamped step would not gain more than that (``NO_GAIN``), or is 2^-26 of theta or shorter, both
    scaled by D (``NO_STEP``), it ends as a success; for a gain of 2^-52 of f no trial is made.
    Where no damping leads to a smaller value, it ends without (``NO_DESCENT``): f does not
    determine all of x, or the gradient does not fit it.

    In bounds a step is that of the coordinates that no bound holds, as with `Newton`, and ends on
    the bounds that it meets.

    ``tell`` takes B in the place of the Hessian.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Rosenbrock()
    >>> result = ml4pa.minimize(f, [-1.2, 1.0], ml4pa.LevenbergMarquardt())
    >>> result.nit < 30, result.x.round(9).tolist()
    (True, [1.0, 1.0])

    References
    ----------
    K. Levenberg, Quart. Appl. Math. 2 (1944) 164; D. W. Marquardt, J. SIAM 11 (1963) 431. That of
    MINPACK and SciPy's ``curve_fit`` limits the length of the scaled step, and not lambda.

    .. [1] J. J. Moré, Lecture Notes in Mathematics 630 (1978) 105, section 6.
    .. [2] H. B. Nielsen, Damping parameter in Marquardt's method, IMM-REP-1999-05; K. Madsen, H. B.
       Nielsen & O. Tingleff, Methods for non-linear least squares problems (2004), eq. (2.21).
    """

    name: ClassVar[str] = "levenberg_marquardt"
    wants_hessian: ClassVar[bool] = True
    linearises: ClassVar[bool] = True
    default_gtol: ClassVar[float] = 0.0

    #: lambda is no less, so that it can grow again.
    LEAST: ClassVar[float] = 2.0**-1000
    #: A scale is no more times the present curvature.
    MOST_SCALE: ClassVar[float] = 2.0**20

    learning_rate: LearningRate = 1.0
    damping: float = hyper(1e-3, ge=0)

    def init(self, theta: Array) -> State:
        return {"damping": max(self.damping, self.LEAST), "growth": 2.0, "scale": zeros(theta)}

    def direction(self, g: Array, B: Array, lam: float, state: State) -> tuple[Array | None, bool]:
        """v, or None; and whether the damped matrix is positive definite."""
        return solve(B + np.diag(lam * units(state["scale"])), g)

    def scaled(self, scale: Array, B: Array) -> Array:
        """D where the curvature is B."""
        now = np.abs(np.diagonal(B))
        with np.errstate(over="ignore"):
            most = np.minimum(np.maximum(scale, now), self.MOST_SCALE * now)
        return np.where(now > 0.0, most, scale)

    def gained(self, ratio: float, state: State) -> None:
        """After a step that gained ``ratio`` times what was predicted."""
        off = 2.0 * ratio - 1.0
        factor = max(1.0 / 3.0, 1.0 - off * off * off)
        state["damping"], state["growth"] = max(state["damping"] * factor, self.LEAST), 2.0

    def failed(self, state: State) -> None:
        """After one that did not."""
        state["damping"] *= state["growth"]
        state["growth"] *= 2.0


def units(scale: Array) -> Array:
    """D; 1 where a parameter has had no curvature."""
    return np.where(scale > 0.0, scale, 1.0)


def predicted(g: Array, B: Array, d: Array) -> float:
    """What the model E + g.d + d.B.d/2 gains over a step d."""
    return -(float(np.sum(g * d)) + 0.5 * float(np.sum(d * np.sum(B * d, axis=1))))
