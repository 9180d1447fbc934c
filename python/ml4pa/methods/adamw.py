"""AdamW."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..method import State, hyper
from ..objective import Array
from .adam import Adam


@dataclass(frozen=True)
class AdamW(Adam):
    r"""AdamW: Adam with decoupled weight decay.

    .. math:: \theta_{t+1} = (1 - \eta_t\lambda)\,\theta_t
              - \eta_t\,\frac{\hat m_t}{\sqrt{\hat s_t + \epsilon_r} + \epsilon}

    with the moments of `Adam`.

    Parameters
    ----------
    learning_rate, beta1, beta2, eps, eps_root
        As in `Adam`. torch.optim.AdamW is eps=1e-8, eps_root=0.
    weight_decay : float >= 0, default 1e-2
        lambda.
    noise, clip
        See `GradientMethod`.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Quadratic()
    >>> result = ml4pa.minimize(f, [1.0, 1.0], ml4pa.AdamW(0.01), max_iter=2000)
    >>> bool(abs(result.x).max() < 1e-3)
    True

    References
    ----------
    Loshchilov & Hutter, arXiv:1711.05101, algorithm 2.
    """

    name: ClassVar[str] = "adamw"

    weight_decay: float = hyper(1e-2, ge=0)

    def step(self, theta: Array, g: Array, eta: float, state: State) -> Array:
        return super().step((1.0 - eta * self.weight_decay) * theta, g, eta, state)
