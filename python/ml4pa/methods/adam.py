"""Adam."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..method import GradientMethod, LearningRate, State, hyper, zeros
from ..objective import Array


@dataclass(frozen=True)
class Adam(GradientMethod):
    r"""Adam: running averages of the gradient and of its square, corrected for their start at 0.

    .. math::
        m_t &= \beta_1 m_{t-1} + (1-\beta_1)\,g_t, & \hat m_t &= m_t / (1-\beta_1^t) \\
        s_t &= \beta_2 s_{t-1} + (1-\beta_2)\,g_t^2, & \hat s_t &= s_t / (1-\beta_2^t) \\
        \theta_{t+1} &= \theta_t - \eta_t\,\frac{\hat m_t}{\sqrt{\hat s_t + \epsilon_r} + \epsilon}

    With the variance :math:`\sigma^2 = \hat s - \hat m^2` the step tends to :math:`-\eta` where
    the gradient barely fluctuates, and to :math:`-\eta\,\hat m/\sigma` where it fluctuates much.

    Parameters
    ----------
    learning_rate : float > 0, schedule, or callable t -> eta, default 1e-3
        The step size.
    beta1, beta2 : float in [0, 1), default 0.9 and 0.999
        Memories of the first and the second moment: some 1/(1-beta) steps.
    eps, eps_root : float >= 0, default 0 and 1e-8
        Keep the quotient finite: the lecture's form, with epsilon under the root.
        torch.optim.Adam is eps=1e-8, eps_root=0, optax.adam the same.
    noise, clip
        See `GradientMethod`.

    Notes
    -----
    The lecture prints m_t with a minus sign before (1-beta1) g_t, and its tutorial divides by
    1-beta instead of 1-beta^t; these are slips. 1-beta^t is the weight of all gradients so far in
    the average; it is kept as such, w <- beta w + (1-beta), without the cancellation of the
    difference. As the paper does at the end of its section 2, both corrections are brought into
    numbers that are the same for all coordinates: with w = 1-beta2^t,
    sqrt(s/w + eps_root) = sqrt(s + eps_root w) / sqrt(w).

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Beale()
    >>> ml4pa.minimize(f, [4.0, 3.0], ml4pa.Adam(0.05)).x.round(6).tolist()
    [3.0, 0.5]

    References
    ----------
    Kingma & Ba, arXiv:1412.6980, algorithm 1.
    """

    name: ClassVar[str] = "adam"

    learning_rate: LearningRate = 1e-3
    beta1: float = hyper(0.9, ge=0, lt=1)
    beta2: float = hyper(0.999, ge=0, lt=1)
    eps: float = hyper(0.0, ge=0)
    eps_root: float = hyper(1e-8, ge=0)

    def init(self, theta: Array) -> State:
        return {"m": zeros(theta), "s": zeros(theta), "weight1": 0.0, "weight2": 0.0}

    def step(self, theta: Array, g: Array, eta: float, state: State) -> Array:
        w1 = state["weight1"] = self.beta1 * state["weight1"] + (1.0 - self.beta1)
        w2 = state["weight2"] = self.beta2 * state["weight2"] + (1.0 - self.beta2)
        root = math.sqrt(w2)
        eta_hat, eps_hat, eps_root_hat = eta * root / w1, self.eps * root, self.eps_root * w2
        m = state["m"] = self.beta1 * state["m"] + (1.0 - self.beta1) * g
        s = state["s"] = self.beta2 * state["s"] + ((1.0 - self.beta2) * g) * g
        return theta - (eta_hat * m) / (np.sqrt(s + eps_root_hat) + eps_hat)
