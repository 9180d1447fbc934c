"""A learning rate that falls in steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from .base import Schedule, hyper


@dataclass(frozen=True)
class Step(Schedule):
    r"""A learning rate that falls in steps, :math:`\eta_t = \eta\,q^{\lfloor t/k \rfloor}`.

    Parameters
    ----------
    learning_rate : float > 0
        The first rate.
    every : float > 0
        k, the number of steps at one rate.
    factor : float > 0, default 0.5
        q.

    Examples
    --------
    >>> import ml4pa
    >>> [ml4pa.Step(0.8, every=2)(t) for t in range(5)]
    [0.8, 0.8, 0.4, 0.4, 0.2]
    """

    name: ClassVar[str] = "step"

    learning_rate: float = hyper(gt=0)
    every: float = hyper(gt=0)
    factor: float = hyper(0.5, gt=0)

    def __call__(self, t: int) -> float:
        periods = t / self.every
        whole = math.floor(periods) if math.isfinite(periods) else periods
        try:
            power = math.pow(self.factor, whole)
        except OverflowError:
            power = math.inf
        return self.learning_rate * power
