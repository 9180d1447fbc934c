"""A constant learning rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .base import Schedule, hyper


@dataclass(frozen=True)
class Constant(Schedule):
    r"""A constant learning rate, :math:`\eta_t = \eta`; the same as the number itself.

    Examples
    --------
    >>> import ml4pa
    >>> ml4pa.Constant(0.1)(5)
    0.1
    """

    name: ClassVar[str] = "constant"

    learning_rate: float = hyper(gt=0)

    def __call__(self, t: int) -> float:
        return self.learning_rate
