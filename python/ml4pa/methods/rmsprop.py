"""RMSprop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..method import GradientMethod, LearningRate, State, hyper, zeros
from ..objective import Array


@dataclass(frozen=True)
class RMSprop(GradientMethod):
    r"""RMSprop: each parameter's step is divided by the running root mean square of its gradient.

    .. math:: s_t = \beta\,s_{t-1} + (1-\beta)\,g_t^2, \qquad
              \theta_{t+1} = \theta_t - \eta_t\,\frac{g_t}{\sqrt{s_t + \epsilon_r} + \epsilon}

    Parameters
    ----------
    learning_rate : float > 0, schedule, or callable t -> eta, default 1e-3
        The step size.
    beta : float in [0, 1], default 0.9
        Memory of the second moment: some 1/(1-beta) steps. With beta = 0 every step has the
        length eta g/sqrt(g^2 + eps_root); with beta = 1 the second moment stays 0.
    eps, eps_root : float >= 0, default 0 and 1e-8
        Keep the quotient finite (the lecture's form). torch.optim.RMSprop is alpha=beta,
        eps=1e-8, eps_root=0.
    noise, clip
        See `GradientMethod`.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Quadratic(a=1, b=100)
    >>> ml4pa.minimize(f, [1.0, 1.0], ml4pa.RMSprop(), target=-1 + 1e-6).success
    True

    References
    ----------
    Tieleman & Hinton, Coursera: Neural Networks for Machine Learning, lecture 6.5 (2012).
    """

    name: ClassVar[str] = "rmsprop"

    learning_rate: LearningRate = 1e-3
    beta: float = hyper(0.9, ge=0, le=1)
    eps: float = hyper(0.0, ge=0)
    eps_root: float = hyper(1e-8, ge=0)

    def init(self, theta: Array) -> State:
        return {"s": zeros(theta)}

    def step(self, theta: Array, g: Array, eta: float, state: State) -> Array:
        s = state["s"] = self.beta * state["s"] + ((1.0 - self.beta) * g) * g
        return theta - (eta * g) / (np.sqrt(s + self.eps_root) + self.eps)
