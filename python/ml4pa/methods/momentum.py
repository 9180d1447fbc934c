"""Gradient descent with momentum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..method import GradientMethod, State, hyper, zeros
from ..objective import Array


@dataclass(frozen=True)
class Momentum(GradientMethod):
    r"""Gradient descent with momentum: a running average of the gradients moves the point.

    .. math:: v_t = \gamma\,v_{t-1} + \eta_t\,\nabla_\theta E(\theta_t), \qquad
              \theta_{t+1} = \theta_t - v_t

    Parameters
    ----------
    learning_rate : float > 0, schedule, or callable t -> eta
        The step size.
    momentum : float in [0, 1), default 0.9
        gamma; 0 is gradient descent.
    noise, clip
        See `GradientMethod`.

    Notes
    -----
    ``run.state["velocity"]`` is v. torch.optim.SGD keeps v/eta: with a constant rate its points
    are the same, with a schedule they are not.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Beale()
    >>> ml4pa.minimize(f, [1.0, 1.0], ml4pa.Momentum(0.01)).x.round(6).tolist()
    [3.0, 0.5]

    References
    ----------
    B. T. Polyak, USSR Comput. Math. Math. Phys. 4 (1964) 1, eq. (9).
    """

    name: ClassVar[str] = "momentum"

    momentum: float = hyper(0.9, ge=0, lt=1)

    def init(self, theta: Array) -> State:
        return {"velocity": zeros(theta)}

    def step(self, theta: Array, g: Array, eta: float, state: State) -> Array:
        state["velocity"] = self.momentum * state["velocity"] + eta * g
        return theta - state["velocity"]
