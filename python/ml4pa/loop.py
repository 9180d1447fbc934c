"""The loop in NumPy: ask, evaluate, record, ask the stopping rules, tell.

It is the specification of the compiled loop.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .bounds import held, projected, restricted, waits
from .interrupts import Shield
from .numpy_run import NumpyRun
from .objective import Array, Evaluation
from .stop import Iterate, Status, Stop, euclidean_norm, max_norm
from .stopping import RULES, first_met

#: How often progress bars are told, in seconds.
POLL = 20e-3

#: Called with (nit, x, f, best x, best f, nfev, njev, nhev); False ends the run.
Listener = Callable[..., bool]


class Outcome(NamedTuple):
    """What a loop gives back, in both engines."""

    reason: int
    measured: float
    limit: float
    iteration: int
    nfev: int
    njev: int
    nhev: int
    x: Array
    fun: float
    jac: Array
    hessian: Array | None  # at the last iterate, of the coordinates that no bound holds
    path_x: Array | None
    path_f: Array | None


def loop(
    run: NumpyRun,
    evaluate: Callable[[Array, bool, float], Evaluation],
    rules: list[float],
    euclidean: bool,
    max_time: float,
    stride: int,
    listener: Listener | None,
    bar: Listener | None,
) -> Outcome:
    """Asks and tells until the run, a rule, the time or the listener ends it."""
    norm = euclidean_norm if euclidean else max_norm
    # All that a rejected trial of a line search is asked for.
    budgets = [math.nan if r.converged else limit for r, limit in zip(RULES, rules, strict=True)]
    nfev = njev = nhev = 0
    iteration = -1
    x = before = run.point.copy()
    f = f_before = math.nan
    jac = np.zeros(run.n)
    hessian: Array | None = None
    rows: list[tuple[Array, float]] = []
    stop: Stop | None = None
    began = polled = time.perf_counter()
    with run.turn.taken(), Shield() as shield:
        while stop is None:
            point = run.ask()
            told = evaluate(point.copy(), run.method.wants_hessian, run.below)
            nfev, njev, nhev = nfev + told.nfev, njev + told.njev, nhev + told.nhev
            if math.isfinite(told.f) and told.f < run.fun:
                jac = told.g.copy()
            accepted = run.accepts(told.f, told.g)
            if accepted:
                iteration += 1
                before, f_before = x, f
                x, f, hessian = point, told.f, told.h
                if stride and iteration % stride == 0:
                    rows.append((x, f))
                if math.isfinite(f) and np.isfinite(told.g).all():
                    g, still = told.g, False
                    if run.bounds is not None:
                        g = projected(x, told.g, *run.bounds)
                        still = waits(x, before, g, *run.bounds)
                        if hessian is not None:
                            hessian = restricted(hessian, ~held(x, told.g, *run.bounds))
                    it = Iterate(x, f, g, before, f_before, iteration, nfev, told.nfev, norm, still)
                    stop = first_met(rules, it)
                else:
                    stop = Stop(Status.DIVERGED, f, 0.0)
            else:
                it = Iterate(x, f, told.g, before, f_before, iteration, nfev, told.nfev, norm)
                stop = first_met(budgets, it)
            if stop is None:
                shield.tell(run, point, told.f, told.g, told.h)
                stop = run.stopped()
            else:
                run.note(told.f)
            if accepted and listener is not None:
                going = listener(iteration, x.copy(), f, run.x, run.fun, nfev, njev, nhev)
                if not going and stop is None:
                    stop = Stop(Status.CALLBACK, 0.0, 0.0)
            now = time.perf_counter()
            if stop is None and now - began >= max_time:
                stop = Stop(Status.MAX_TIME, now - began, max_time)
            if bar is not None and now - polled >= POLL:
                polled = now
                bar(iteration, x, f, run.x, run.fun, nfev, njev, nhev)
    if stride and iteration % stride:
        rows.append((x, f))
    return Outcome(
        stop.reason, stop.measured, stop.limit, iteration, nfev, njev, nhev, run.x, run.fun, jac,
        hessian,
        np.array([r[0] for r in rows]).reshape(len(rows), run.n) if stride else None,
        np.array([r[1] for r in rows]) if stride else None,
    )  # fmt: skip
