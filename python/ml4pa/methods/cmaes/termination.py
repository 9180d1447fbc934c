"""When a descent of CMA-ES has done what it can."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...method import State
from ...objective import Array
from ...stop import Status, Stop

if TYPE_CHECKING:
    from .method import CMAES, Shape
    from .parameters import Parameters

#: Generations whose best and middle values are remembered, at the most.
MEMORY = 20_000
#: The tests that look at every coordinate are made every so many generations.
EVERY = 10
#: Where there are restarts, the share of what a descent is above the best value of the run.
BEHIND = 1e-4
#: Roundings of f by which values that are all but equal may differ: 16 eps |f|.
ROUNDINGS = 16.0 * 2.0**-52
#: The test of stagnation sorts; it is made every so many generations.
STAGNATION_EVERY = 50


def remember(state: State, best: float, middle: float) -> None:
    """The best and the middle value of a generation, the newest MEMORY of them."""
    t = state["generation"]
    place = t % MEMORY
    middle = math.inf if math.isnan(middle) else middle
    if len(state["best_values"]) < MEMORY:
        state["best_values"] = np.append(state["best_values"], best)
        state["middle_values"] = np.append(state["middle_values"], middle)
    else:
        state["best_values"][place], state["middle_values"][place] = best, middle
    state["generation"] += 1


def newest(state: State, values: Array, count: int) -> Array:
    """The newest ``count`` of what is remembered, in order."""
    last = state["generation"]
    return values[np.arange(last - count, last) % MEMORY]


def why(
    method: CMAES, p: Parameters, state: State, shape: Shape, spread: float, best: float
) -> Stop | None:
    """The first reason to end the descent; ``spread`` is that of the generation's values, ``best``
    the best value of the run."""
    t = state["generation"]
    window = 10 + math.ceil(30.0 * p.n / p.population_size)
    flat = _flat(p, state, spread if t >= window else math.inf)
    limit = max(method.tolfun, _behind(state, best))
    if t >= window and spread <= limit:
        recent = newest(state, state["best_values"], min(p.n + 6 if flat else window, t, MEMORY))
        spread = max(spread, float(recent.max()) - float(recent.min()))
        if spread <= method.tolfun:
            return Stop(Status.TOLFUN, spread, method.tolfun)
        if spread <= limit:
            return Stop(Status.BEHIND, spread, limit)
    if state["generation_limit"] and t >= state["generation_limit"]:
        return Stop(Status.DESCENT_LIMIT, t, state["generation_limit"])
    stop = _shape(method, p, state, shape) if flat or t % EVERY == 0 else None
    return stop or flat


def _behind(state: State, best: float) -> float:
    """The spread below which a descent that is above the best value would need ten thousand times
    the generations of its window to come down to it: it makes room for the next one."""
    last = float(state["best_values"][(state["generation"] - 1) % MEMORY])
    restarts = state["generation_limit"] > 0
    return BEHIND * (last - best) if restarts and math.isfinite(best) else 0.0


def _flat(p: Parameters, state: State, spread: float) -> Stop | None:
    """In more than a third of the last n + 6 generations, and in this one, half of the values are
    the best; Hansen (GECCO 2009) has a quarter, and n generations, which are few for small n.

    With a spread of some roundings of f, which are above tolfun where f is large, this is the
    bottom of a minimum."""
    count = min(state["generation"], p.n + 6, MEMORY)
    last = (state["generation"] - 1) % MEMORY
    if state["best_values"][last] != state["middle_values"][last]:
        return None
    best = newest(state, state["best_values"], count)
    middle = newest(state, state["middle_values"], count)
    flat = int(np.sum(best == middle))
    if 3 * flat <= p.n + 6:
        return None
    spread = max(spread, float(best.max()) - float(best.min()))
    limit = ROUNDINGS * abs(float(state["best_values"][last]))
    if spread <= limit:
        return Stop(Status.RESOLUTION, spread, limit)
    return Stop(Status.FLAT_FITNESS, flat, count)


def _shape(method: CMAES, p: Parameters, state: State, shape: Shape) -> Stop | None:
    """Whether the distribution is too small, too wide or too thin, or the values stagnate; sizes
    and shape are in units of the deviations at the start."""
    deviations, start = state["sigma"] * shape.deviations(), shape.start
    widest = float((deviations / start).max())
    path = shape.path()
    moving = widest
    if path is not None:
        moving = max(widest, state["sigma"] * float((np.abs(path) / start).max()))
    limit = method.tolx * state["sigma_start"]
    if moving <= limit:
        return Stop(Status.TOLX, moving, limit)
    mean = state["mean"]
    narrow = shape.narrow_axis()
    if narrow is not None and np.array_equal(mean + 0.1 * state["sigma"] * narrow, mean):
        return Stop(Status.NO_EFFECT_AXIS, state["sigma"] * math.sqrt(state["smallest"]), 0.0)
    still = np.flatnonzero(mean + 0.2 * deviations == mean)
    if still.size:
        return Stop(Status.NO_EFFECT_COORDINATE, float(deviations[still[0]]), float(still[0]))
    shape.measure()
    condition = state["largest"] / state["smallest"] if "largest" in state else 1.0
    if not condition <= method.tolcondition:
        return Stop(Status.CONDITION, condition, method.tolcondition)
    rise = widest / state["sigma_start"]
    if not rise <= method.tolxup:
        return Stop(Status.TOLXUP, rise, method.tolxup)
    return _stagnation(p, state) if state["generation"] % STAGNATION_EVERY == 0 else None


def _stagnation(p: Parameters, state: State) -> Stop | None:
    """Over the last fifth of the run, but at least 120 + 30 n^1.5/lambda generations, the newest
    30 % of the best and of the middle values have no better median than the oldest 30 %.

    The tutorial has n in place of n^1.5. While C is learnt f may stand still, and that takes longer
    the more there is to learn: on a discus in 160 dimensions it stopped after 400 generations.
    """
    t = state["generation"]
    patience = 30.0 * math.sqrt(p.n) * p.n / p.population_size
    count = max(math.ceil(0.2 * t), 120 + math.ceil(patience))
    count = min(count, MEMORY)
    if t < count:
        return None
    part = (3 * count) // 10
    for values in (state["best_values"], state["middle_values"]):
        recent = newest(state, values, count)
        if median(recent[-part:]) < median(recent[:part]):
            return None
    return Stop(Status.STAGNATION, t, count)


def median(values: Array) -> float:
    """The upper middle of the values."""
    return float(np.partition(values, len(values) // 2)[len(values) // 2])
