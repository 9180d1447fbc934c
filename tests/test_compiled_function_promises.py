"""CompiledFunction: the promises where machine code is evaluated."""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from machine_code import coded, spinning, write_code
from numpy.testing import assert_array_equal
from promises import both_engines, same, tries
from specimens import (
    GRADIENT,
    POPULATIONS,
    Late,
    python,
)
from test_promises_endings import main_thread, soon

from ml4pa import CMAES, Adam, CompiledFunction, GradientDescent, Status, _core, minimize

every_population = pytest.mark.parametrize("method", POPULATIONS.values(), ids=POPULATIONS)
every_gradient_method = pytest.mark.parametrize("method", GRADIENT.values(), ids=GRADIENT)


# ---- threads -------------------------------------------------------------------------------------


@every_population
def test_the_same_bytes_for_any_number_of_threads(method):
    """Costs that differ fourfold from point to point."""
    pytest.importorskip("numba")
    f = CompiledFunction(spinning(20_000))

    def run(threads=None, fun=f):
        return minimize(fun, np.full(4, 1.0), method, max_iter=12, rng=5, threads=threads,
                        record=True)  # fmt: skip

    first = run(1)
    for threads in (2, 8, None):
        same(first, run(threads))
    same(first, run(1, CompiledFunction(spinning(0))))
    with ThreadPoolExecutor(3) as pool:
        for other in pool.map(run, (2, 1, 2)):
            same(first, other)

    def nested(x):
        same(first, run(2))
        return float(x @ x)

    assert minimize(coded(nested), [1.0], method, max_iter=1, rng=1, threads=2).nit == 1


@every_gradient_method
def test_differences_are_the_same_bytes_for_any_number_of_threads(method):
    pytest.importorskip("numba")
    f = CompiledFunction(spinning(5_000), jac=None)
    if method.wants_hessian:
        f = CompiledFunction(spinning(1_000), jac=write_code(lambda x: 2 * x))
    first = minimize(f, np.full(4, 0.5), method, max_iter=9, record=True, threads=1)
    for threads in (2, 8, None):
        same(first, minimize(f, np.full(4, 0.5), method, max_iter=9, record=True, threads=threads))


@every_population
@pytest.mark.parametrize("threads", [1, 2, 8])
def test_budgets_and_bounds_on_threads(method, threads):
    """Evaluations that sleep, so that threads are made; each is counted, none is outside."""
    low, high = np.array([-1.0, 0.0, 2.0]), np.array([0.5, 0.0, 2.5])
    seen, at_once, most = [], set(), [0]

    def fun(x):
        at_once.add(threading.get_native_id())
        most[0] = max(most[0], len(at_once))
        seen.append(x.copy())
        time.sleep(1e-3)
        at_once.discard(threading.get_native_id())
        return float(np.sum((x - 10) ** 2))

    result = minimize(coded(fun), [0.0, 0.0, 2.2], method, bounds=np.stack([low, high], 1), rng=1,
                      max_evals=107, threads=threads)  # fmt: skip
    assert result.nfev == len(seen) == 107 and result.status == Status.MAX_EVALS
    assert (np.array(seen) >= low).all() and (np.array(seen) <= high).all()
    assert result.fun == min(np.sum((x - 10) ** 2) for x in seen)
    assert most[0] == 1 if threads == 1 or not _core.openmp else 2 <= most[0] <= threads


def test_differences_stay_within_bounds_and_budgets():
    low, high = np.array([-1.0, 0.0, 2.0]), np.array([0.5, 0.0, 2.5])
    for kind, cost in ((None, 7), ("2-point", 4)):
        seen = []
        f = coded(lambda x, seen=seen: seen.append(x.copy()) or float(np.sum((x - 10) ** 2)), kind)
        result = minimize(f, [0.4999, 0.0, 2.0], Adam(1e-9), bounds=np.stack([low, high], 1),
                          max_evals=60)  # fmt: skip
        assert (np.array(seen) >= low).all() and (np.array(seen) <= high).all()
        assert result.nfev == len(seen) == 60 // cost * cost


FORK = """
import os
import numpy as np
from machine_code import spinning
from specimens import (
    POPULATIONS,
)
from ml4pa import CompiledFunction, minimize
f = CompiledFunction(spinning(20_000))

def run():
    found = [
        minimize(f, np.full(4, 1.0), method, max_iter=9, rng=5, threads=2).x.tobytes()
        for method in POPULATIONS.values()
    ]
    return found, f.gradient(np.ones(9)).tobytes(), f(np.ones((99, 2))).tobytes()

before = run()
child = os.fork()
if child == 0:
    os._exit(0 if run() == before else 1)
assert os.waitpid(child, 0)[1] == 0
assert run() == before
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_after_use_does_not_hang():
    pytest.importorskip("numba")
    done = python(FORK)
    assert done.returncode == 0, done.stderr


def test_pythons_lock_is_free_meanwhile():
    pytest.importorskip("numba")
    f = CompiledFunction(spinning(10_000_000))  # some 20 ms
    done = threading.Event()

    def count():
        n = 0
        while not done.is_set():
            n += 1
            time.sleep(1e-3)
        return n

    for work in (
        lambda: minimize(f, np.ones(3), CMAES(0.3), max_time=0.3),
        lambda: minimize(f, np.ones(3), Adam(0.1), max_time=0.3),
        lambda: f(np.ones((9, 3))),
        lambda: f(np.ones(3)),
    ):
        done.clear()
        with ThreadPoolExecutor(1) as pool:
            counted = pool.submit(count)
            began = time.perf_counter()
            work()
            took = time.perf_counter() - began
            done.set()
            assert counted.result() > 100 * took  # of 1000 a second; a held lock leaves one


# ---- always returns ------------------------------------------------------------------------------


INTERRUPTED = {
    "population": lambda f, n: minimize(f, np.ones(4), CMAES(0.3, tolfun=0, tolx=0), threads=n),
    "huge-generation": lambda f, n: minimize(
        f, np.ones(4), CMAES(0.3, population_size=10**6), threads=n
    ),
    "gradient": lambda f, n: minimize(
        f, np.ones(4), GradientDescent(1e-12), threads=n, max_iter=10**9
    ),
    "differences": lambda f, n: minimize(
        f, np.ones(4000), GradientDescent(1e-12), threads=n, max_iter=10**9
    ),
    "call": lambda f, n: f(np.ones((10**6, 4))),
    "call-gradient": lambda f, n: f.gradient(np.ones(10**5)),
}


@main_thread
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("what", INTERRUPTED)
def test_ctrl_c_stops_machine_code_within_a_tenth_of_a_second(what, threads):
    pytest.importorskip("numba")
    f = CompiledFunction(spinning(500_000))  # a millisecond or two
    f(np.ones(2))
    soon(lambda: INTERRUPTED[what](f, threads), lambda: signal.raise_signal(signal.SIGINT))


@every_population
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("what", [math.nan, math.inf])
def test_no_value_at_all_ends_the_run(method, what, threads):
    result = minimize(coded(lambda x: what), [1.0, 2.0], method, rng=1, threads=threads)
    assert result.status == Status.NO_VALUE and not result.success and result.nit == 10
    assert_array_equal(result.fun, what)


def half(x):
    time.sleep(1e-4)  # worth threads
    return math.nan if x[0] < 0 else float(x @ x)


@every_population
@pytest.mark.parametrize("threads", [1, 2])
def test_some_nan_is_ranked_worst_or_raised_with_its_point(method, threads):
    f = coded(half)
    result = minimize(f, [1.0, 1.0], method, rng=1, max_iter=30, threads=threads)
    assert math.isfinite(result.fun) and result.fun == half(result.x)
    with pytest.raises(FloatingPointError, match=r"^fun is NaN at x = \[") as error:
        minimize(f, [0.05, 1.0], method, rng=1, threads=threads, on_nan="raise")
    assert eval(str(error.value).partition(" = ")[2])[0] < 0
    deep = coded(lambda x: -math.inf if x[0] < 0.9 else float(x @ x))
    result = minimize(deep, [1.0, 1.0], method, rng=1, max_iter=20, threads=threads)
    assert result.fun == -math.inf and result.x[0] < 0.9


@both_engines
@every_gradient_method
def test_nan_ends_a_descent_or_is_raised_with_its_point(method, engine):
    def make():
        return coded(Late(math.nan, 3), lambda x: 2 * x, lambda x: 2 * np.eye(2) + 0.1)

    result = minimize(make(), [1.0, 2.0], method, engine=engine, record=True)
    if tries(method):  # it goes back, and finds no way
        assert result.status == Status.NO_DESCENT and result.nfev > 4 > len(result.path)
    else:
        assert result.status == Status.DIVERGED and result.nfev == 4 == len(result.path)
    with pytest.raises(FloatingPointError, match=r"^fun is NaN at x = \["):
        minimize(make(), [1.0, 2.0], method, engine=engine, on_nan="raise")
