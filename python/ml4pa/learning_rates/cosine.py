"""A learning rate that falls along half a cosine."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from .base import Schedule, hyper


@dataclass(frozen=True)
class Cosine(Schedule):
    r"""A learning rate that falls along half a cosine to a last value, and stays there.

    .. math:: \eta_t = \eta_\infty + (\eta - \eta_\infty)\,\tfrac12 (1 + \cos(\pi t / T)),
              \quad t < T

    Parameters
    ----------
    learning_rate : float > 0
        The first rate.
    steps : float > 0
        T.
    final : float >= 0, default 0
        The last rate.

    Examples
    --------
    >>> import ml4pa
    >>> round(ml4pa.Cosine(0.1, steps=100)(50), 12)
    0.05

    References
    ----------
    Loshchilov & Hutter, arXiv:1608.03983, eq. (5), without restarts.
    """

    name: ClassVar[str] = "cosine"

    learning_rate: float = hyper(gt=0)
    steps: float = hyper(gt=0)
    final: float = hyper(0.0, ge=0)

    def __call__(self, t: int) -> float:
        part = t / self.steps
        if part >= 1.0:
            return self.final
        return self.final + (self.learning_rate - self.final) * (
            0.5 * (1.0 + math.cos(math.pi * part))
        )
