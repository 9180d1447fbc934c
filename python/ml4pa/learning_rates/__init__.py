"""Learning rates: numbers, schedules, line searches, or any callable t -> eta."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import checks
from .backtracking import Backtracking
from .base import LineSearch, Schedule
from .constant import Constant
from .cosine import Cosine
from .exact_line_search import ExactLineSearch
from .exponential import Exponential
from .inverse_time import InverseTime
from .step import Step
from .warmup import Warmup

LearningRate = float | Schedule | LineSearch | Callable[[int], float]

#: The registries: one line a schedule or line search; every test runs over them.
SCHEDULES: tuple[type[Schedule], ...] = (
    Constant,
    InverseTime,
    Exponential,
    Step,
    Cosine,
    Warmup,
)
LINE_SEARCHES: tuple[type[LineSearch], ...] = (
    ExactLineSearch,
    Backtracking,
)


def is_line_search(rate: Any) -> bool:
    """Whether the step is searched for."""
    return isinstance(rate, LineSearch)


def check_learning_rate(rate: Any) -> LearningRate:
    """A learning rate as the methods keep it: a float, or what was given."""
    if isinstance(rate, Schedule | LineSearch):
        return rate
    if isinstance(rate, type):
        raise TypeError(f"learning_rate={rate.__name__} is a class: pass {rate.__name__}(...)")
    if callable(rate):
        return rate  # type: ignore[no-any-return]
    return checks.within("learning_rate", rate, gt=0)


def rate(learning_rate: LearningRate, t: int) -> float:
    """The learning rate at t, in NumPy's engine."""
    if isinstance(learning_rate, float):
        return learning_rate
    if isinstance(learning_rate, Schedule) and type(learning_rate) in SCHEDULES:
        return learning_rate(t)
    assert callable(learning_rate)
    return checks.rate_at(learning_rate, t)


def native(learning_rate: LearningRate) -> Any:
    """The learning rate as the compiled engine takes it: a float, a specification or a callable."""
    if type(learning_rate) is float:
        return learning_rate
    if type(learning_rate) in SCHEDULES or type(learning_rate) in LINE_SEARCHES:
        return learning_rate.native()  # type: ignore[union-attr]
    return learning_rate


__all__ = [
    "LINE_SEARCHES",
    "SCHEDULES",
    "Backtracking",
    "Constant",
    "Cosine",
    "ExactLineSearch",
    "Exponential",
    "InverseTime",
    "LearningRate",
    "LineSearch",
    "Schedule",
    "Step",
    "Warmup",
]
