"""Nesterov's accelerated gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..method import GradientMethod, State, hyper, zeros
from ..objective import Array


@dataclass(frozen=True)
class Nesterov(GradientMethod):
    r"""Nesterov's accelerated gradient: momentum, with the gradient taken where it will lead.

    .. math:: v_t = \gamma\,v_{t-1} + \eta_t\,\nabla_\theta E(\theta_t - \gamma\,v_{t-1}), \qquad
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
    ``run.ask()`` is the look-ahead, theta - gamma v, and the path is that of the look-ahead, where
    value and gradient are known. torch.optim.SGD(nesterov=True) calls the look-ahead its
    parameters: with a constant rate its points are the same as the points of this path.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Beale()
    >>> ml4pa.minimize(f, [1.0, 1.0], ml4pa.Nesterov(0.01)).x.round(6).tolist()
    [3.0, 0.5]

    References
    ----------
    Y. Nesterov, Soviet Math. Doklady 27 (1983) 372; in this form Sutskever et al., ICML 2013,
    eqs. (3) and (4).
    """

    name: ClassVar[str] = "nesterov"

    momentum: float = hyper(0.9, ge=0, lt=1)

    def init(self, theta: Array) -> State:
        return {"velocity": zeros(theta)}

    def look_ahead(self, theta: Array, state: State) -> Array:
        return theta - self.momentum * state["velocity"]

    def step(self, theta: Array, g: Array, eta: float, state: State) -> Array:
        state["velocity"] = self.momentum * state["velocity"] + eta * g
        return theta - state["velocity"]
