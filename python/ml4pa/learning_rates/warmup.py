"""A learning rate that rises first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .. import checks
from .base import Schedule, Spec, hyper
from .constant import Constant


@dataclass(frozen=True)
class Warmup(Schedule):
    r"""A learning rate that rises in a straight line for some steps, then follows another.

    .. math:: \eta_t = \eta'_0\,(t + 1)/k \;\; (t < k), \qquad \eta_t = \eta'_{t-k} \;\; (t \ge k)

    Parameters
    ----------
    learning_rate : float or schedule
        :math:`\eta'`, what follows.
    steps : int >= 1
        k.

    Examples
    --------
    >>> import ml4pa
    >>> [ml4pa.Warmup(0.4, steps=4)(t) for t in range(6)]
    [0.1, 0.2, 0.30000000000000004, 0.4, 0.4, 0.4]
    """

    name: ClassVar[str] = "warmup"

    learning_rate: Schedule | float
    steps: float = hyper(ge=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.count("steps", self.steps, least=1)
        if not isinstance(self.learning_rate, Schedule):
            object.__setattr__(self, "learning_rate", Constant(self.learning_rate))

    def __call__(self, t: int) -> float:
        from . import rate  # the registry, which imports this file

        if t < self.steps:
            return rate(self.learning_rate, 0) * ((t + 1.0) / self.steps)
        return rate(self.learning_rate, t - int(self.steps))

    def native(self) -> Spec:
        from . import native

        return self.name, [self.steps], native(self.learning_rate)
