"""How the values of a generation are found: at once, point by point, or on the user's workers."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from . import checks
from .objective import Array, Function, Objective

#: Seconds that evaluations at work have to end, after Ctrl-C.
PATIENCE = 0.1

#: Values at the first rows of X, fewer than all only where the time is spent.
Evaluate = Callable[[Array], Array]


class Call:
    """``fun(x, *args)`` as a thing that pickles wherever fun does: what is sent to workers."""

    def __init__(self, fun: Callable[..., Any], args: tuple[Any, ...], vectorized: bool) -> None:
        self.fun, self.args, self.vectorized = fun, args, vectorized

    def __call__(self, x: Array) -> Any:
        if self.vectorized:  # of one point
            return self.fun(x[np.newaxis], *self.args)[0]
        return self.fun(x, *self.args)


@contextmanager
def evaluator(objective: Objective, workers: Any, max_time: float) -> Iterator[Evaluate]:
    """What a loop calls for the values of a generation; workers of our own end with it."""
    if workers is None:
        yield _alone(objective, time.perf_counter() + max_time)
    elif callable(workers):
        yield _mapped(objective, workers)
    else:
        count = checks.workers(workers)
        if count > 1:
            checks.picklable(_call(objective), count)
        with _pool(count) as shared:
            yield _mapped(objective, shared)


def _alone(objective: Objective, deadline: float) -> Evaluate:
    """In this process: a vectorised function once, another one point by point."""
    if not isinstance(objective, Function):

        def at_once(X: Array) -> Array:
            with np.errstate(all="ignore"):
                return checks.values_of(objective._value(X), len(X), f"{objective.name}(X)")

        return at_once
    if objective.vectorized:
        return objective._numbers

    def one_by_one(X: Array) -> Array:
        values = []
        for x in X:
            values.append(objective._number(x))
            if time.perf_counter() >= deadline:
                break
        return np.array(values)

    return one_by_one


def _call(objective: Objective) -> Callable[[Array], Any]:
    """What workers are sent."""
    if objective.twin is not None or not isinstance(objective, Function):
        return objective
    return Call(objective.fun, objective.args, objective.vectorized)


def _mapped(objective: Objective, workers: Callable[..., Any]) -> Evaluate:
    """By ``workers(fun, points)``, any map: the results come in the order of the points."""
    call = _call(objective)
    pair = isinstance(objective, Function) and objective.jac is True

    def mapped(X: Array) -> Array:
        told = checks.mapped(workers(call, [x.copy() for x in X]), len(X))
        return np.array([checks.value(f[0] if pair else f, "fun(x)") for f in told])

    return mapped


@contextmanager
def _pool(workers: int) -> Iterator[Callable[..., Any]]:
    """Processes of our own, some four portions of a generation for each."""
    if workers == 1:
        yield map
        return
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    pool = ProcessPoolExecutor(workers, initializer=_end_with_parent)

    def shared(call: Callable[[Array], Any], points: list[Array]) -> Any:
        portion = math.ceil(len(points) / (4 * workers))
        try:
            return list(pool.map(call, points, chunksize=portion))
        except BrokenProcessPool as error:
            raise BrokenProcessPool(checks.broken_pool(workers)) from error.__cause__

    try:
        yield shared
    except (KeyboardInterrupt, SystemExit):  # who ends all does not wait for long evaluations
        processes = list((pool._processes or {}).values())  # None once it is broken
        end = threading.Timer(PATIENCE, _terminate, [processes])
        end.start()
        pool.shutdown(cancel_futures=True)  # first what has not begun: the pool trips over it
        end.cancel()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _terminate(processes: list[Any]) -> None:
    for process in processes:
        process.terminate()


def _end_with_parent() -> None:
    """In a process of the pool: it does not wait for work from one that was killed."""
    import multiprocessing
    import os

    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    with suppress(RuntimeError):  # no thread is left for that
        threading.Thread(target=wait, daemon=True).start()
