"""A learning rate that falls exponentially."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from .base import Schedule, hyper


@dataclass(frozen=True)
class Exponential(Schedule):
    r"""A learning rate that falls exponentially, :math:`\eta_t = \eta\,e^{-d\,t}`.

    Parameters
    ----------
    learning_rate : float > 0
        The first rate.
    decay : float >= 0
        d, a step.

    Examples
    --------
    >>> import ml4pa
    >>> round(ml4pa.Exponential(0.1, 0.5)(2), 6)
    0.036788
    """

    name: ClassVar[str] = "exponential"

    learning_rate: float = hyper(gt=0)
    decay: float = hyper(ge=0)

    def __call__(self, t: int) -> float:
        return self.learning_rate * math.exp(-self.decay * t)
