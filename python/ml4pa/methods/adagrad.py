"""AdaGrad."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..method import GradientMethod, State, hyper, zeros
from ..objective import Array


@dataclass(frozen=True)
class AdaGrad(GradientMethod):
    r"""AdaGrad: each parameter's step is divided by the root of all its squared gradients.

    .. math:: s_t = s_{t-1} + g_t^2, \qquad
              \theta_{t+1} = \theta_t - \eta_t\,\frac{g_t}{\sqrt{s_t + \epsilon_r} + \epsilon}

    Parameters
    ----------
    learning_rate : float > 0, schedule, or callable t -> eta
        The step size.
    eps, eps_root : float >= 0, default 0 and 1e-8
        Keep the quotient finite. torch.optim.Adagrad is eps=1e-10, eps_root=0.
    noise, clip
        See `GradientMethod`.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Booth()
    >>> ml4pa.minimize(f, [0.0, 0.0], ml4pa.AdaGrad(1.0)).x.round(6).tolist()
    [1.0, 3.0]

    References
    ----------
    Duchi, Hazan & Singer, JMLR 12 (2011) 2121, diagonal form.
    """

    name: ClassVar[str] = "adagrad"

    eps: float = hyper(0.0, ge=0)
    eps_root: float = hyper(1e-8, ge=0)

    def init(self, theta: Array) -> State:
        return {"s": zeros(theta)}

    def step(self, theta: Array, g: Array, eta: float, state: State) -> Array:
        s = state["s"] = state["s"] + g * g
        return theta - (eta * g) / (np.sqrt(s + self.eps_root) + self.eps)
