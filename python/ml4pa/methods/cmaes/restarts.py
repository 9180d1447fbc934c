"""Restarts of CMA-ES: IPOP and BIPOP.

References
----------
A. Auger, N. Hansen, "A restart CMA evolution strategy with increasing population size",
CEC 2005, 1769.
N. Hansen, "Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed",
GECCO 2009 (companion), 2389.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ... import checks
from ...method import State
from ...objective import Array
from ...random import normals, stream, uniforms
from ...stop import Status, Stop, message

#: The stream of the starts and the sizes; that of the samples is 0.
RESTART_STREAM = 1
REGIMES = ("first", "large", "small")


@dataclass(frozen=True)
class Descent:
    """One descent of a run with restarts.

    Attributes
    ----------
    regime : {"first", "large", "small"}
        The first descent, or why it was restarted: with a larger population, or BIPOP's small one.
    population_size : int
        lambda.
    sigma0 : float
        The initial step size.
    nit, nfev : int
        Generations, and points told.
    fun : float
        The best value of the descent.
    status, message : Status, str
        How it ended; RUNNING for one that the run's own end cut short.
    """

    regime: str
    population_size: int
    sigma0: float
    nit: int
    nfev: int
    fun: float
    status: Status
    stop: Stop = field(repr=False)

    @property
    def message(self) -> str:
        return message(self.stop, self.nit)


class Next(NamedTuple):
    """The descent to come."""

    regime: str
    population_size: int
    sigma0: float
    generation_limit: int


def row(state: State, stop: Stop) -> list[float]:
    """A descent as numbers, as `story` reads them."""
    return [
        float(state["regime"]),
        float(state["population_size"]),
        state["sigma_start"],
        float(state["generation"]),
        float(state["evaluations"]),
        state["descent_fun"],
        float(stop.reason),
        float(stop.measured),
        float(stop.limit),
    ]


def story(state: State) -> tuple[Descent, ...]:
    """All descents so far; the last one is under way, or has ended the run."""
    reason = int(state["stop_reason"])
    stop = Stop(reason, float(state["stop_measured"]), float(state["stop_limit"]))
    if reason < 0:
        stop = Stop(Status.RUNNING, 0.0, 0.0)
    rows = [*np.reshape(state["descents"], (-1, 9)).tolist(), row(state, stop)]
    return tuple(
        Descent(
            REGIMES[int(r[0])], int(r[1]), r[2], int(r[3]), int(r[4]), r[5],
            Status(int(r[6])), Stop(int(r[6]), r[7], r[8]),
        )
        for r in rows
    )  # fmt: skip


def generation_limit(n: int, population_size: int) -> int:
    """100 + 150 (n + 3)^2/sqrt(lambda), a descent's own budget where there are restarts.

    It is pycma's ``maxiter``; Hansen (2009) has 50 in place of 150.
    """
    return math.floor(100.0 + 150.0 * (n + 3.0) ** 2 / math.sqrt(population_size))


def follow(kind: str, state: State, key: int, n: int, first_size: int, sigma0: float) -> Next:
    """The descent after this one: IPOP doubles lambda; BIPOP also makes small descents, as long as
    they have taken fewer evaluations than the large ones."""
    if kind == "bipop" and state["small_evaluations"] < state["large_evaluations"]:
        u = uniforms(stream(key, RESTART_STREAM), state["restart"], 1, 2)
        ratio = 0.5 * 2.0 ** state["doublings"]
        size = max(first_size, math.floor(first_size * ratio ** (float(u[0]) * float(u[0]))))
        limit = math.floor(0.5 * state["last_large"] / size)
        limit = max(1, min(limit, generation_limit(n, size)))
        return Next("small", size, sigma0 * 10.0 ** (-2.0 * float(u[1])), limit)
    size = first_size * 2 ** (state["doublings"] + 1)
    return Next("large", size, sigma0, generation_limit(n, size))


def account(state: State) -> None:
    """The evaluations of the descent that ends; the first one counts as small."""
    if REGIMES[state["regime"]] == "large":
        state["large_evaluations"] += state["evaluations"]
        state["last_large"] = state["evaluations"]
    else:
        state["small_evaluations"] += state["evaluations"]


def new_start(
    state: State,
    key: int,
    deviations: Array,
    region: checks.Bounds | None,
    bounds: checks.Bounds | None,
) -> Array:
    """Uniform in the region, else between two finite bounds, else N(x0, sigma0^2); by coordinate.

    The bounds hold in any case.
    """
    n = len(state["start"])
    domain = stream(key, RESTART_STREAM)
    x: Array = state["start"] + deviations * normals(domain, state["restart"], 2, n)
    region = bounds if region is None else region
    if region is None:
        return x
    low, high = region
    boxed = np.isfinite(low) & np.isfinite(high)
    u = uniforms(domain, state["restart"], 0, n)
    with np.errstate(invalid="ignore"):
        x = np.where(boxed, low + u * (high - low), x)
    return x if bounds is None else np.minimum(np.maximum(x, bounds[0]), bounds[1])
