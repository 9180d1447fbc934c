"""Stopping rules: one short file each, and this registry."""

from __future__ import annotations

from ..stop import Iterate, Rule, Stop
from .gradient_tolerance import GradientTolerance
from .max_evals import MaxEvals
from .max_iter import MaxIter
from .step_tolerance import StepTolerance
from .target import Target
from .value_tolerance import ValueTolerance

#: One line a rule, in the order in which they are asked (what converged comes before what is
#: spent); the compiled engine has the same order.
RULES: tuple[type[Rule], ...] = (
    GradientTolerance,
    StepTolerance,
    ValueTolerance,
    Target,
    MaxIter,
    MaxEvals,
)


def first_met(limits: list[float], it: Iterate) -> Stop | None:
    """The first rule that is met. A rule without a limit has NaN, with which nothing compares."""
    for place, (rule, limit) in enumerate(zip(RULES, limits, strict=True)):
        if limit == limit:
            measured = rule.measure(it)
            if measured <= limit:
                return Stop(place, measured, limit)
    return None
