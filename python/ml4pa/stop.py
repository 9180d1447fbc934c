"""Stopping is data: what was met, what was measured, and its limit; the sentence is made of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar, NamedTuple

import numpy as np

from .objective import Array


class Status(IntEnum):
    """Why a run ended. The first ones are the places of the rules in their registry."""

    GRADIENT_TOLERANCE = 0
    STEP_TOLERANCE = 1
    VALUE_TOLERANCE = 2
    TARGET = 3
    MAX_ITER = 4
    MAX_EVALS = 5
    MAX_TIME = 30
    CALLBACK = 31
    RUNNING = 32
    EPOCHS = 33
    PATIENCE = 34
    EXACT = 35
    DIVERGED = 40
    SINGULAR_HESSIAN = 41
    LINE_SEARCH = 42
    SADDLE = 43
    UNDETERMINED = 44
    ROUNDED = 45
    TORN = 46
    NO_VALUE = 49
    TOLFUN = 50
    TOLX = 51
    NO_EFFECT_AXIS = 52
    NO_EFFECT_COORDINATE = 53
    FLAT_FITNESS = 54
    CONDITION = 55
    TOLXUP = 56
    STAGNATION = 57
    DESCENT_LIMIT = 58
    BEHIND = 59
    RESOLUTION = 60
    NO_GAIN = 61
    NO_STEP = 62
    NO_DESCENT = 63


#: A Hessian has a negative eigenvalue where the least is below so many times the largest |value|:
#: what is smaller may be rounding.
NEGATIVE = -1e-12

#: The reasons of a method's own that are tests of convergence, beside the rules' own.
CONVERGED = frozenset(
    (
        Status.TOLFUN,
        Status.TOLX,
        Status.NO_EFFECT_AXIS,
        Status.NO_EFFECT_COORDINATE,
        Status.BEHIND,
        Status.RESOLUTION,
        Status.NO_GAIN,
        Status.NO_STEP,
    )
)

#: The limit of a run that diverged because its Hessian, the second derivative, is not finite.
SECOND_DERIVATIVE = 2.0

#: The sentences of the reasons by which a distribution of points ends.
DISTRIBUTION = {
    Status.TOLFUN: "spread of the values: {m:.2g} <= tolfun = {l:g}",
    Status.TOLX: "size of the distribution: {m:.2g} <= tolx sigma0 = {l:g}",
    Status.NO_EFFECT_AXIS: (
        "no effect along an axis: a tenth of the standard deviation {m:.2g} does not change the "
        "mean"
    ),
    Status.NO_EFFECT_COORDINATE: (
        "no effect in coordinate {l:g}: a fifth of the standard deviation {m:.2g} does not change "
        "the mean"
    ),
    Status.FLAT_FITNESS: (
        "flat: half of the values are the best in {m:g} of the last {l:g} generations; "
        "try a larger sigma0"
    ),
    Status.CONDITION: "condition number of the covariance: {m:.2g} > tolcondition = {l:g}",
    Status.TOLXUP: (
        "the distribution has grown by a factor {m:.2g} > tolxup = {l:g}: f has no minimum, or "
        "sigma0 is far too small"
    ),
    Status.STAGNATION: (
        "stagnation: the values of generation {m:g} are no better than those {l:g} generations ago"
    ),
    Status.DESCENT_LIMIT: "limit of the descent: {m:g} >= {l:g} generations",
    Status.BEHIND: (
        "behind the best value of the run: spread of the values {m:.2g} <= {l:.2g}, 1e-4 of the "
        "distance"
    ),
    Status.RESOLUTION: "spread of the values: {m:.2g} <= {l:.2g}, 16 roundings of f",
}


@dataclass
class Iterate:
    """An iterate as the rules see it; x_before and f_before belong to the one before it."""

    x: Array
    f: float
    g: Array  # the projected gradient where there are bounds
    x_before: Array
    f_before: float
    iteration: int
    nfev: int
    last_cost: int  # evaluations that the last point took
    norm: Callable[[Array], float]
    #: Whether a coordinate on a bound has not moved, though it is about to: see `bounds.waits`.
    waits: bool = False


class Stop(NamedTuple):
    """Which reason, what it measured, and the limit."""

    reason: int
    measured: float
    limit: float


class Rule:
    """A stopping rule: met where ``measure(it) <= limit``."""

    #: The keyword of `minimize`.
    keyword: ClassVar[str]
    #: What `Result.status` says.
    status: ClassVar[Status]
    #: Whether it is a test of convergence, and not a budget.
    converged: ClassVar[bool]
    #: Whether its measure needs the gradient, which a population is not told.
    wants_gradient: ClassVar[bool] = False

    @staticmethod
    def limit(given: Any) -> float:
        """The limit of the comparison, from what the user gave; checks it."""
        raise NotImplementedError

    @staticmethod
    def measure(it: Iterate) -> float:
        """The quantity compared."""
        raise NotImplementedError

    @staticmethod
    def sentence(stop: Stop, nit: int, nfev: int, norm: str) -> str:
        """What `Result.message` says, with both numbers."""
        raise NotImplementedError


def max_norm(a: Array) -> float:
    """The largest absolute value."""
    return float(np.max(np.abs(a)))


def euclidean_norm(a: Array) -> float:
    """The length."""
    total = 0.0
    for x in a.tolist():
        total += x * x
    return math.sqrt(total)


def plural(count: int, noun: str) -> str:
    """``1 step``, ``2 steps``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def message(stop: Stop, nit: int) -> str:
    """The sentence of a reason that is no rule."""
    after = f"after {plural(nit, 'step')}"
    if stop.reason == Status.MAX_TIME:
        return f"time spent: {stop.measured:.3g} s >= max_time = {stop.limit:g} s {after}"
    if stop.reason == Status.CALLBACK:
        return f"stopped by the callback {after}"
    if stop.reason == Status.DIVERGED and nit == 0 and not math.isfinite(stop.measured):
        return f"diverged: f(x0) = {stop.measured:g}: start where f is finite"
    if stop.reason == Status.DIVERGED and stop.limit == SECOND_DERIVATIVE:
        return (
            f"diverged: the Hessian is not finite at f = {stop.measured:g} {after}; try another "
            "start, or a smaller learning_rate"
        )
    if stop.reason == Status.DIVERGED:
        return (
            "diverged: the value, the gradient or the next point is not finite "
            f"(last f = {stop.measured:g}) {after}; try a smaller learning_rate"
        )
    if stop.reason == Status.SINGULAR_HESSIAN:
        return f"the Hessian is singular at f = {stop.measured:g} {after}; try damping > 0"
    if stop.reason == Status.LINE_SEARCH:
        return (
            f"the line search found no step along the direction (last {stop.measured:.2g}) "
            f"{after}: the direction does not descend, or the numbers allow no smaller value"
        )
    if stop.reason == Status.NO_GAIN:
        return (
            f"at the minimum, to rounding: Newton's step would gain {stop.measured:.2g} <= "
            f"{stop.limit:.2g} of f, {after}"
        )
    if stop.reason == Status.NO_STEP:
        return (
            f"at the minimum, to rounding: Newton's step is {stop.measured:.2g} <= "
            f"{stop.limit:.2g} of x, {after}"
        )
    if stop.reason == Status.NO_DESCENT:
        return (
            f"no damping led below f = {stop.measured:g} {after}: f does not determine all of x, "
            "the gradient does not fit the values, or the numbers allow no smaller value"
        )
    if stop.reason == Status.SADDLE:
        return (
            "not a minimum: a test of convergence was met where the Hessian's smallest "
            f"eigenvalue is {stop.measured:.3g} < 0 {after}"
        )
    if stop.reason == Status.NO_VALUE:
        return (
            f"no value: all values of the last {stop.measured:g} generations are NaN or infinite "
            f"{after}; try another start, or a smaller step"
        )
    if stop.reason == Status.TORN:
        return "interrupted while it learnt from a generation: it cannot go on"
    if stop.reason in DISTRIBUTION:
        sentence = DISTRIBUTION[Status(stop.reason)].format(m=stop.measured, l=stop.limit)
        return f"{sentence} {after}"
    return f"running {after}"
