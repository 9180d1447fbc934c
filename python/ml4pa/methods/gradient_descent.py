"""Gradient descent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..method import GradientMethod, State
from ..objective import Array


@dataclass(frozen=True)
class GradientDescent(GradientMethod):
    r"""Gradient descent: a step against the gradient.

    .. math:: v_t = \eta_t\,\nabla_\theta E(\theta_t), \qquad \theta_{t+1} = \theta_t - v_t

    Fed with the gradients of mini-batches it is stochastic gradient descent.

    Parameters
    ----------
    learning_rate : float > 0, schedule, line search, or callable t -> eta
        The step size. On a quadratic with curvature c, steps shrink without oscillation for
        eta < 1/c, oscillate and shrink for eta < 2/c, and diverge beyond.
    noise, clip
        See `GradientMethod`.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Quadratic(a=1, b=3)
    >>> result = ml4pa.minimize(f, [1.0, 1.0], ml4pa.GradientDescent(0.1))
    >>> result.success, result.x.round(6).tolist()
    (True, [0.0, 0.0])

    References
    ----------
    A. Cauchy, Comptes rendus 25 (1847) 536. torch.optim.SGD without momentum is the same.
    """

    name: ClassVar[str] = "gradient_descent"
    searches: ClassVar[bool] = True

    def step(self, theta: Array, g: Array, eta: float, state: State) -> Array:
        return theta - eta * g
