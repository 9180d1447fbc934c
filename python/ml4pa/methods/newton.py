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

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Rosenbrock()
    >>> result = ml4pa.minimize(f, [-1.2, 1.0], ml4pa.Newton())
    >>> result.nit, result.x.round(9).tolist()
    (6, [1.0, 1.0])

    References
    ----------
    Nocedal & Wright, Numerical Optimization (2006), eq. (3.30) and section 3.4.
    """

    name: ClassVar[str] = "newton"
    searches: ClassVar[bool] = True
    wants_hessian: ClassVar[bool] = True

    learning_rate: LearningRate = 1.0
    damping: float = hyper(0.0, ge=0)

    def init(self, theta: Array) -> State:
        return {"indefinite": 0}

    def direction(self, g: Array, hessian: Array, state: State) -> Array | None:
        """v, or None where the matrix is singular."""
        a = hessian + self.damping * np.eye(g.size)
        try:
            np.linalg.cholesky(a)
        except np.linalg.LinAlgError:
            state["indefinite"] += 1
        try:
            v = np.asarray(np.linalg.solve(a, g), dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
        return v if np.isfinite(v).all() else None
