"""A learning rate that falls like 1/t."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .base import Schedule, hyper


@dataclass(frozen=True)
class InverseTime(Schedule):
    r"""A learning rate that falls like 1/t, :math:`\eta_t = \eta / (1 + t\,d)`.

    Parameters
    ----------
    learning_rate : float > 0
        The first rate.
    decay : float >= 0
        d, a step.

    Examples
    --------
    >>> import ml4pa
    >>> ml4pa.InverseTime(0.1, 1.0)(3)
    0.025
    """

    name: ClassVar[str] = "inverse_time"

    learning_rate: float = hyper(gt=0)
    decay: float = hyper(ge=0)

    def __call__(self, t: int) -> float:
        return self.learning_rate / (1.0 + t * self.decay)
