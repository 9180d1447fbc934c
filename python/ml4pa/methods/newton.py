"""Newton's method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..method import GradientMethod, LearningRate, State, hyper
from ..objective import Array


@dataclass(frozen=True)
class Newton(GradientMethod):
    r"""Newton's method: the step to the stationary point of the local quadratic model.

    .. math:: (H(\theta_t) + \lambda I)\,v_t = \nabla_\theta E(\theta_t), \qquad
              \theta_{t+1} = \theta_t - \eta_t\,v_t

    Parameters
    ----------
    learning_rate : float > 0, schedule, line search, or callable t -> eta, default 1
        The part of the full step that is taken.
    damping : float >= 0, default 0
        lambda; large values turn the step towards the gradient.
    noise, clip
        See `GradientMethod`.

    Notes
    -----
    A Hessian that is singular ends the run, and says so. Where H + lambda I is not positive
    definite the step may lead to a saddle or a maximum: such steps are counted in
    ``run.state["indefinite"]``, and a run that ends at such a point reports it, with
    ``success=False``.

    With bounds the system is that of the free coordinates: one that lies on a bound, and that its
    gradient or the step of the others would take beyond it, stays there for this step [1]_. A line
    search goes up to the first bound that the step meets.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Rosenbrock()
    >>> result = ml4pa.minimize(f, [-1.2, 1.0], ml4pa.Newton())
    >>> result.nit, result.x.round(9).tolist()
    (6, [1.0, 1.0])

    One or two unknowns are solved for by Gauss elimination with the larger pivot, in both engines
    operation by operation; more by Cholesky's factors, or, where there are none, by elimination.

    References
    ----------
    Nocedal & Wright, Numerical Optimization (2006), eq. (3.30) and section 3.4.

    .. [1] D. P. Bertsekas, SIAM J. Control Optim. 20 (1982) 221.
    """

    name: ClassVar[str] = "newton"
    searches: ClassVar[bool] = True
    wants_hessian: ClassVar[bool] = True

    learning_rate: LearningRate = 1.0
    damping: float = hyper(0.0, ge=0)

    def init(self, theta: Array) -> State:
        return {"indefinite": 0}

    def direction(self, g: Array, hessian: Array) -> tuple[Array | None, bool]:
        """v, or None where the matrix is singular; and whether it is positive definite."""
        return solve(hessian + self.damping * np.eye(g.size), g)


def solve(a: Array, g: Array) -> tuple[Array | None, bool]:
    """The solution of a v = g, None where a is singular; and whether a is positive definite."""
    v, definite = eliminate(a, g) if g.size <= 2 else by_factors(a, g)
    return v if v is not None and np.isfinite(v).all() else None, definite


def eliminate(a: Array, g: Array) -> tuple[Array, bool]:
    """The solution of a v = g in one or two unknowns, and whether a is positive definite.

    Where a is singular v is not finite.
    """
    with np.errstate(all="ignore"):
        if g.size == 1:
            return g / a[0], bool(a[0, 0] > 0)
        definite = a[0, 0] > 0 and a[1, 1] - (a[1, 0] / a[0, 0]) * a[0, 1] > 0
        (p, q), (g_p, g_q) = a, g
        if abs(p[0]) < abs(q[0]):
            (q, p), (g_q, g_p) = a, g
        factor = q[0] / p[0]
        y = (g_q - factor * g_p) / (q[1] - factor * p[1])
        return np.array([(g_p - p[1] * y) / p[0], y]), bool(definite)


def by_factors(a: Array, g: Array) -> tuple[Array | None, bool]:
    """The same in any number of unknowns; None where a is singular."""
    try:
        np.linalg.cholesky(a)
        definite = True
    except np.linalg.LinAlgError:
        definite = False
    try:
        return np.asarray(np.linalg.solve(a, g), dtype=np.float64), definite
    except np.linalg.LinAlgError:
        return None, definite
