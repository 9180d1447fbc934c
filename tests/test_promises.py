"""What a loop owes its users: section by section of the promises, over every method.

A new method inherits these tests by its line in the registry: `MINIMAL` is made from it.
"""

from __future__ import annotations

import _thread
import dataclasses
import gc
import io
import math
import os
import pickle
import signal
import sys
import threading
import time
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from cases import (
    CASES,
    GRADIENT,
    MINIMAL,
    Late,
    bowl,
    bowl_function,
    python,
    square,
    square_jac,
    wants_hessian,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal

from ml4pa import (
    Adam,
    Backtracking,
    ExactLineSearch,
    Function,
    GradientDescent,
    GradientMethod,
    InverseTime,
    LeastSquares,
    Momentum,
    Nesterov,
    Newton,
    Objective,
    Status,
    Warmup,
    load,
    minimize,
)
from ml4pa.landscapes import (
    Beale,
    Himmelblau,
    Quadratic,
    Rastrigin,
    Rosenbrock,
    Rotated,
    Saddle,
    Sphere,
)
from ml4pa.stopping import RULES

both_engines = pytest.mark.parametrize("engine", ["compiled", "numpy"])
every_method = pytest.mark.parametrize("method", MINIMAL.values(), ids=MINIMAL)
every_gradient_method = pytest.mark.parametrize("method", GRADIENT.values(), ids=GRADIENT)

# Each method with noise, schedules, and searches too: what a run may carry.
LOADED = {
    **{f"{name}-noise": dataclasses.replace(m, noise=0.1) for name, m in GRADIENT.items()},
    **{
        f"{name}-schedule": dataclasses.replace(
            m, learning_rate=Warmup(InverseTime(0.02, 0.1), 3), clip=1.0, noise=0.01
        )
        for name, m in GRADIENT.items()
    },
    "exact": GradientDescent(ExactLineSearch()),
    "backtracking": GradientDescent(Backtracking(initial=4.0)),
    "newton-search": Newton(Backtracking(initial=4.0), damping=0.5),
    "search-noise": GradientDescent(Backtracking(), noise=0.01),
}
every_kind = pytest.mark.parametrize("method", [*GRADIENT.values(), *LOADED.values()],
                                     ids=[*GRADIENT, *LOADED])  # fmt: skip

CONVERGED = {rule.status for rule in RULES if rule.converged}


def tell(run, f):
    """One ask, one evaluation, one tell; what was asked."""
    x = run.ask()
    if x.ndim == 2:  # a population
        run.tell(x, f(x))
        return x
    more = (f.hessian(x),) if wants_hessian(run.method) else ()
    run.tell(x, f(x), f.gradient(x), *more)
    return x


def same(a, b):
    """The same bits in all that a result holds."""
    assert repr(a) == repr(b)
    assert_array_equal(a.x, b.x)
    assert a.fun == b.fun or (math.isnan(a.fun) and math.isnan(b.fun))
    if a.path is not None:
        assert a.path.x.tobytes() == b.path.x.tobytes()
        assert a.path.fun.tobytes() == b.path.fun.tobytes()


def noisy(method):
    """With random numbers: populations have their own."""
    has_noise = isinstance(method, GradientMethod)
    return dataclasses.replace(method, noise=0.2) if has_noise else method


# ---- 1. seeds ------------------------------------------------------------------------------------


@both_engines
@every_method
def test_the_same_seed_gives_the_same_bytes(method, engine):
    def run(rng):
        return minimize(
            Himmelblau(), [3.0, 1.0], noisy(method), max_iter=20, rng=rng, record=True,
            engine=engine,
        )  # fmt: skip

    state = pickle.dumps(np.random.get_state())
    same(run(3), run(3))
    same(run(3), run(np.int64(3)))
    same(run(3), run(np.random.SeedSequence(3)))
    same(run(3), run(np.random.default_rng(3)))
    same(run(3), run(np.random.PCG64(3)))
    assert not np.array_equal(run(3).path.x, run(4).path.x)
    assert not np.array_equal(run(None).path.x, run(None).path.x)
    rng = np.random.default_rng(3)  # a generator goes on
    assert not np.array_equal(run(rng).path.x, run(rng).path.x)
    assert pickle.dumps(np.random.get_state()) == state


def test_both_engines_draw_the_same_key():
    for rng in (5, np.random.SeedSequence(5), np.random.Philox(5), np.random.default_rng(5)):
        copies = [pickle.loads(pickle.dumps(rng)) for _ in range(2)]
        a, b = (
            minimize(Himmelblau(), [3.0, 1.0], Adam(0.1, noise=1.0), max_iter=5, rng=r, engine=e,
                     record=True)
            for r, e in zip(copies, ("compiled", "numpy"), strict=True)
        )  # fmt: skip
        assert_array_equal(a.path.x, b.path.x)


@every_method
def test_concurrent_runs_do_not_disturb_each_other(method):
    def run(seed):
        return minimize(Rosenbrock(4), np.full(4, 0.3), noisy(method), max_iter=200, rng=seed,
                        record=True)  # fmt: skip

    expected = [run(seed) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        for a, b in zip(expected, pool.map(run, range(8)), strict=True):
            same(a, b)


@both_engines
def test_nested_runs_do_not_disturb_each_other(engine):
    method = Adam(0.1, noise=0.3)
    inner = []

    def fun(x):
        inner.append(minimize(Beale(), [1.0, 1.0], method, max_iter=5, rng=2, engine=engine).x)
        return square(x)

    for _ in range(2):
        a = minimize(fun, [1.0, 2.0], method, jac=square_jac, max_iter=9, rng=1, engine=engine)
        b = minimize(square, [1.0, 2.0], method, jac=square_jac, max_iter=9, rng=1, engine=engine)
        same(a, b)
    assert len(inner) == 20 and len({x.tobytes() for x in inner}) == 1


@both_engines
def test_asking_and_telling_is_seeded_too(engine):
    runs = [Adam(0.1, noise=1.0).start([1.0, 2.0], rng=9, engine=engine) for _ in range(2)]
    for _ in range(5):
        x, y = (tell(run, Beale()) for run in runs)
        assert_array_equal(x, y)


# ---- 2. threads ----------------------------------------------------------------------------------


def test_several_threads_run_at_once():
    """The interpreter is free during a native run: another thread counts meanwhile."""
    done = threading.Event()

    def count():
        n = 0
        while not done.is_set():
            n += 1
            time.sleep(1e-3)
        return n

    with ThreadPoolExecutor(1) as pool:
        counted = pool.submit(count)
        minimize(Rosenbrock(50), np.zeros(50), GradientDescent(1e-5), max_iter=10**9, max_time=0.5)
        done.set()
        assert counted.result() > 20  # some 400 of 500 ms; a held interpreter leaves 1


FORK = """
import os, sys
import numpy as np
from ml4pa import Adam, minimize
from ml4pa.landscapes import Rastrigin
f = Rastrigin(50)
X = np.random.default_rng(0).random((5000, 50))
value = f(X)  # takes the threads
x = minimize(f, X[0], Adam(0.1), max_iter=300).x
children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        ok = np.array_equal(f(X), value)
        ok &= np.array_equal(minimize(f, X[0], Adam(0.1), max_iter=300).x, x)
        os._exit(0 if ok else 1)
    children.append(child)
codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
assert np.array_equal(f(X), value)
sys.exit(max(codes))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_after_use_does_not_hang():
    run = python(FORK)
    assert run.returncode == 0, run.stderr


# ---- 3. always returns ---------------------------------------------------------------------------

INTERRUPTED = {
    "small": lambda: minimize(Quadratic(), [1, 1], GradientDescent(1e-12), max_iter=10**9),
    "small-recorded": lambda: minimize(
        Quadratic(), [1, 1], GradientDescent(1e-12), max_iter=10**9, record=10**6
    ),
    "general": lambda: minimize(Rosenbrock(5), [0.0] * 5, Adam(1e-12), max_iter=10**9),
    "large": lambda: minimize(
        Sphere(10**6), np.ones(10**6), GradientDescent(1e-12), max_iter=10**9
    ),
    "noise": lambda: minimize(
        Sphere(10**4), np.ones(10**4), Momentum(1e-12, noise=1.0), max_iter=10**9
    ),
    "newton": lambda: minimize(
        Rosenbrock(60), np.zeros(60), Newton(1e-12, damping=1.0), max_iter=10**9
    ),
    "data": lambda: minimize(
        LeastSquares(np.ones((10**5, 3)), np.ones(10**5)), np.zeros(3), GradientDescent(1e-12),
        max_iter=10**9,
    ),
    "python": lambda: minimize(bowl_function(), [1, 2, 3], GradientDescent(1e-12), max_iter=10**9),
    "callback": lambda: minimize(
        Quadratic(), [1, 1], GradientDescent(1e-12), max_iter=10**9, callback=lambda r: None
    ),
    "rate": lambda: minimize(
        Quadratic(), [1, 1], GradientDescent(lambda t: 1e-12), max_iter=10**9
    ),
    "search": lambda: minimize(
        Rosenbrock(5), [0.0] * 5, GradientDescent(Backtracking(1e-12)), max_iter=10**9
    ),
    "numpy": lambda: minimize(
        Quadratic(), [1, 1], GradientDescent(1e-12), max_iter=10**9, engine="numpy"
    ),
}  # fmt: skip


def seconds_to_stop(call, interrupt):
    """From the interrupt, 0.15 s after the start, to KeyboardInterrupt."""
    sent = []

    def send():
        sent.append(time.perf_counter())
        interrupt()

    timer = threading.Timer(0.15, send)
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            call()
        return time.perf_counter() - sent[0]
    finally:
        timer.join()


def soon(call, interrupt):
    """Within 0.1 s; a busy machine may steal one measurement, not three."""
    times = []
    while not times or (times[-1] > 0.1 and len(times) < 3):
        times.append(seconds_to_stop(call, interrupt))
    assert times[-1] <= 0.1, times


main_thread = pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(),
    reason="signals go to the main thread",
)


@main_thread
@pytest.mark.parametrize("name", INTERRUPTED)
def test_ctrl_c_stops_within_a_tenth_of_a_second(name):
    soon(INTERRUPTED[name], lambda: signal.raise_signal(signal.SIGINT))


@main_thread
def test_interrupt_main_stops_too():
    soon(INTERRUPTED["general"], _thread.interrupt_main)


@main_thread
@pytest.mark.parametrize("name", ["small", "large"])
def test_ctrl_c_beside_a_busy_python_thread(name):
    done = threading.Event()

    def spin():
        while not done.is_set():
            sum(range(1000))

    busy = threading.Thread(target=spin)
    busy.start()
    try:
        soon(INTERRUPTED[name], lambda: signal.raise_signal(signal.SIGINT))
    finally:
        done.set()
        busy.join()


@both_engines
def test_an_interrupted_run_leaves_nothing_behind(engine):
    """The next run is as if nothing had been."""

    def interrupting(x):
        raise KeyboardInterrupt

    expected = minimize(Beale(), [1, 1], Adam(0.1), max_iter=50, engine=engine)
    with pytest.raises(KeyboardInterrupt):
        minimize(interrupting, [1, 1], Adam(0.1), jac=square_jac, engine=engine)
    same(minimize(Beale(), [1, 1], Adam(0.1), max_iter=50, engine=engine), expected)


@both_engines
def test_a_diverging_run_keeps_its_path_and_says_so(engine):
    """eta = 1.01 on x^2 + y^2 - 1: each step is 1.02 times longer than the one before."""
    result = minimize(Quadratic(), [1.0, 2.0], GradientDescent(1.01), record=True, engine=engine)
    assert result.status == Status.DIVERGED and not result.success
    assert result.message.startswith("diverged: ")
    assert "try a smaller learning_rate" in result.message
    path = result.path
    # 5 * 1.02^(2t) reaches 1.8e308 at t = 17881
    assert len(path) == result.nit + 1 == 17882
    assert np.isfinite(path.x).all() and np.isfinite(path.fun[:-1]).all()
    assert path.fun[-1] == np.inf
    assert_array_equal(result.x, [1.0, 2.0])
    assert result.fun == Quadratic()(result.x)


@both_engines
@every_gradient_method
def test_no_method_leaves_the_finite_numbers_silently(method, engine):
    if wants_hessian(method):
        f, method = Saddle(), dataclasses.replace(method, learning_rate=3.0)
    else:
        f, method = Saddle(), dataclasses.replace(method, learning_rate=1e300)
    result = minimize(f, [1.0, 2.0], method, record=True, max_iter=5000, engine=engine)
    if result.status == Status.DIVERGED:
        assert np.isfinite(result.path.x[:-1]).all() and np.isfinite(result.path.fun[:-1]).all()
    assert not result.success
    assert np.isfinite(result.x).all() and np.isfinite(result.fun)


@both_engines
@every_gradient_method
@pytest.mark.parametrize("what", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("after", [0, 4])
def test_values_that_are_no_numbers_end_the_run(method, engine, what, after):
    f = Function(Late(what, after), square_jac, lambda x: 2 * np.eye(2) + 0.1)
    result = minimize(f, [1.0, 2.0], method, record=True, engine=engine, max_iter=10**6)
    assert result.status == Status.DIVERGED and not result.success
    assert result.nfev == after + 1 == len(result.path)
    assert np.isfinite(result.path.x).all() and np.isfinite(result.path.fun[:-1]).all()
    assert_array_equal(result.path.fun[-1], what)
    if after:
        assert result.fun == square(result.x) == result.path.fun[:-1].min()
    else:
        assert_array_equal(result.fun, what)
        assert_array_equal(result.x, [1.0, 2.0])


@both_engines
@every_gradient_method
def test_on_nan_raise_gives_the_point(method, engine):
    f = Function(Late(np.nan, 3), square_jac, lambda x: 2 * np.eye(2) + 0.1)
    seen = []
    with pytest.raises(FloatingPointError, match=r"^fun is NaN at x = \[") as error:
        minimize(f, [1.0, 2.0], method, on_nan="raise", engine=engine,
                 callback=lambda r: seen.append(r.x))  # fmt: skip
    assert len(seen) == 3
    point = np.array(eval(str(error.value).partition(" = ")[2]))
    assert point.shape == (2,) and not np.array_equal(point, seen[-1])


@both_engines
@pytest.mark.parametrize("make", [lambda: Rosenbrock(3), lambda: NanLater()])
def test_on_nan_raise_with_an_objective_of_the_library(make, engine):
    """inf - inf of a landscape is a NaN like another."""
    f, x0 = make(), np.array([1e200, -1e200, 1e200])
    with np.errstate(all="ignore"):
        value = f._value(x0)
    if not np.isnan(value):
        minimize(f, x0, Adam(), on_nan="raise", engine=engine)  # infinity is no NaN
    else:
        with pytest.raises(FloatingPointError, match=r"^fun is NaN at x = \[1e\+200"):
            minimize(f, x0, Adam(), on_nan="raise", engine=engine)


class NanLater(Rosenbrock):
    """A student's subclass: NumPy's loop."""

    def __init__(self):
        super().__init__(3)

    def _value(self, p):
        return super()._value(p) - super()._value(p)


BUDGETS = [1, 2, 3, 10, 23, 100]


class Recorder:
    """x^2 ..., which keeps every point that it is asked for."""

    def __init__(self, n=2):
        self.points = []
        self.slopes = 0
        self.curvature = np.linspace(1.0, 3.0, n)

    def __call__(self, x):
        self.points.append(x.copy())
        return float(np.sum(self.curvature * (x - 0.7) ** 2))

    def jac(self, x):
        self.slopes += 1
        return 2 * self.curvature * (x - 0.7)

    def hess(self, x):
        return np.diag(2 * self.curvature)


def recorded(kind, n=2):
    """A recorder, and the objective that asks it: with gradient or finite differences."""
    r = Recorder(n)
    jac = r.jac if kind == "jac" else kind
    return r, Function(r, jac, r.hess)


@both_engines
@every_kind
@pytest.mark.parametrize("kind", ["jac", "2-point", "3-point"])
def test_budgets_count_the_evaluations_really_made(method, kind, engine):
    cost = {"jac": 1, "2-point": 3, "3-point": 5}[kind]
    for budget in BUDGETS:
        r, f = recorded(kind)
        if budget < cost:
            with pytest.raises(ValueError, match=f"^max_evals={budget} must be >= {cost}"):
                minimize(f, [1.0, 2.0], method, max_evals=budget, rng=1, engine=engine)
            assert not r.points
            continue
        result = minimize(f, [1.0, 2.0], method, max_evals=budget, gtol=0, rng=1, engine=engine)
        assert result.nfev == len(r.points) <= budget
        assert result.njev == r.slopes
        if result.status == Status.MAX_EVALS:
            assert result.nfev + cost > budget  # no more than one evaluation is left
            assert not result.success and f"max_evals = {budget}" in result.message
        else:
            assert result.status in (Status.GRADIENT_TOLERANCE, Status.LINE_SEARCH)


@both_engines
@every_gradient_method
def test_max_iter_and_max_time(method, engine):
    result = minimize(Beale(), [3.5, 0.7], method, max_iter=7, gtol=0, engine=engine)
    assert result.nit == 7 and result.nfev == 8 and result.status == Status.MAX_ITER
    method = dataclasses.replace(method, learning_rate=1e-9)
    began = time.perf_counter()
    result = minimize(Beale(), [3.5, 0.7], method, max_time=0.1, gtol=0, engine=engine)
    spent = time.perf_counter() - began
    assert result.status == Status.MAX_TIME and not result.success
    assert 0.1 <= spent < 0.3  # it is looked at every few ms; the rest is a busy machine
    assert "max_time = 0.1 s" in result.message


@both_engines
def test_max_time_zero_evaluates_something(engine):
    result = minimize(bowl, [1, 2, 3], Adam(), max_time=0, engine=engine)
    assert result.status == Status.MAX_TIME and result.nfev == 7


@both_engines
@every_method
def test_target_is_success(method, engine):
    result = minimize(Sphere(2), [1.0, 1.0], method, target=1.9, max_iter=10**5, engine=engine)
    assert result.success and result.status == Status.TARGET
    assert result.fun <= 1.9 and "target = 1.9" in result.message


@both_engines
@every_gradient_method
def test_stop_iteration_ends_the_run_with_a_valid_result(method, engine):
    told = []

    def callback(intermediate_result):
        told.append(intermediate_result)
        if intermediate_result.nit == 5:
            raise StopIteration

    result = minimize(Beale(), [3.5, 0.7], method, callback=callback, record=True, engine=engine)
    assert result.status == Status.CALLBACK and not result.success
    assert result.message == "stopped by the callback after 5 steps"
    assert result.nit == 5 and result.nfev == 6 and len(result.path) == 6
    assert result.fun == Beale()(result.x)
    assert [r.nit for r in told] == [*range(6)]
    assert [r.nfev for r in told] == [*range(1, 7)]
    assert_array_equal([r.x for r in told], result.path.x)
    assert_array_equal([r.fun for r in told], result.path.fun)
    assert {r.engine for r in told} == {engine}


@both_engines
def test_what_a_callback_writes_into_its_points_is_harmless(engine):
    def spoil(intermediate_result):
        intermediate_result.x[:] = 99.0

    a = minimize(Beale(), [3.5, 0.7], Adam(0.1), max_iter=9, callback=spoil, engine=engine)
    same(a, minimize(Beale(), [3.5, 0.7], Adam(0.1), max_iter=9, engine=engine))


# ---- 4. exceptions -------------------------------------------------------------------------------


class Boom(Exception):
    """The user's own."""


def explode_at(count):
    """A function that raises when it is called for the count-th time."""
    calls = iter(range(1, 10**6))

    def explode(*_):
        if next(calls) == count:
            raise Boom("here")

    return explode


@both_engines
@pytest.mark.parametrize("place", ["fun", "jac", "hess", "callback", "rate", "vectorized", "pair"])
def test_exceptions_come_through_unchanged(place, engine):
    explode = explode_at(4)
    given = {"max_iter": 50, "engine": engine}

    def fun(x):
        explode()
        return square(x)

    def jac(x):
        explode()
        return square_jac(x)

    def hess(x):
        explode()
        return 2 * np.eye(2)

    def rate(t):
        explode()
        return 0.1

    def pair(x):
        explode()
        return square(x), square_jac(x)

    calls = {
        "fun": lambda: minimize(fun, [1, 2], Adam(), jac=square_jac, **given),
        "jac": lambda: minimize(square, [1, 2], Adam(), jac=jac, **given),
        "hess": lambda: minimize(square, [1, 2], Newton(0.1), jac=square_jac, hess=hess, **given),
        "callback": lambda: minimize(Beale(), [1, 2], Adam(), callback=explode, **given),
        "rate": lambda: minimize(Beale(), [1, 2], Adam(rate), **given),
        "vectorized": lambda: minimize(
            Function(lambda p: (explode(), np.sum(p**2, axis=1))[1], vectorized=True), [1, 2],
            Adam(), **given,
        ),
        "pair": lambda: minimize(pair, [1, 2], Adam(), jac=True, **given),
    }  # fmt: skip
    with pytest.raises(Boom) as error:
        calls[place]()
    assert error.value.args == ("here",)
    assert error.value.__cause__ is None and error.value.__suppress_context__ is False
    frames = [frame.name for frame in traceback.extract_tb(error.value.__traceback__)]
    assert frames[-1] == "explode" and "minimize" in frames


@both_engines
@every_gradient_method
def test_the_run_stays_usable_after_an_exception_of_the_learning_rate(method, engine):
    """Told again, it goes on as if nothing had been."""
    f = Quadratic(1, 3)
    explode = explode_at(4)

    def rate(t):
        explode()
        return 0.05

    method = dataclasses.replace(method, learning_rate=rate, noise=0.1)
    run = method.start([1.0, 2.0], rng=1, engine=engine)
    method = dataclasses.replace(method, learning_rate=0.05)
    expected = method.start([1.0, 2.0], rng=1, engine=engine)
    for t in range(10):
        if t == 3:
            x = run.ask()
            with pytest.raises(Boom):
                tell(run, f)
            assert_array_equal(run.ask(), x)
            assert run.iteration == t and not run.stop
        assert_array_equal(tell(run, f), tell(expected, f))
        assert_array_equal(run.x, expected.x)
        assert run.fun == expected.fun == f(run.x)
        assert run.state.keys() == expected.state.keys()
        for name in run.state.keys() - {"indefinite"}:
            assert_array_equal(run.state[name], expected.state[name])


@both_engines
@every_gradient_method
def test_the_run_stays_usable_after_a_refused_tell(method, engine):
    f = Quadratic(1, 3)
    run, expected = (method.start([1.0, 2.0], engine=engine) for _ in range(2))
    for _ in range(5):
        with pytest.raises((TypeError, ValueError)):
            run.tell(run.ask(), "nothing", [1.0, 2.0], np.eye(2))
        assert_array_equal(tell(run, f), tell(expected, f))


def test_exceptions_hold_nothing_back():
    """No reference to the objective is left after a run, also after an exception."""
    import weakref

    class Held:
        def __call__(self, x):
            return square(x)

    for failing in (False, True):
        held = Held()
        ref = weakref.ref(held)
        callback = explode_at(2) if failing else None
        try:
            minimize(held, [1, 2], Adam(lambda t: 0.1), max_iter=5, callback=callback)
        except Boom:
            pass
        del held
        gc.collect()
        assert ref() is None


# ---- 5. bounds -----------------------------------------------------------------------------------

BOXES = [
    [(0.0, 1.0), (1.0, 3.0)],
    [(1.0, 1.0), (None, 2.0)],
    [(-np.inf, 1.5), (2.0, np.inf)],
    [(1.0 - 1e-12, 1.0 + 1e-12), (2.0, 2.0)],
]


def check_inside(points, box):
    low = np.array([-np.inf if a is None else a for a, _ in box])
    high = np.array([np.inf if b is None else b for _, b in box])
    points = np.array(points)
    assert (points >= low).all() and (points <= high).all()


@both_engines
@every_kind
@pytest.mark.parametrize("kind", ["jac", "2-point", "3-point"])
def test_nothing_is_evaluated_outside_the_bounds(method, kind, engine):
    for box in BOXES:
        r, f = recorded(kind)
        asked = []

        def jac(x, r=r, asked=asked):
            asked.append(x.copy())
            return r.jac(x)

        if kind == "jac":
            f = Function(r, jac, r.hess)
        result = minimize(f, [1.0, 2.0], method, bounds=box, max_iter=25, rng=1, engine=engine)
        check_inside(r.points, box)
        check_inside([*asked, result.x], box)


@both_engines
@every_kind
def test_hessian_differences_stay_inside_too(method, engine):
    if not wants_hessian(method):
        return
    for box in BOXES:
        r = Recorder()
        asked = []

        def jac(x, r=r, asked=asked):
            asked.append(x.copy())
            return r.jac(x)

        minimize(Function(r, jac), [1.0, 2.0], method, bounds=box, max_iter=5, rng=1,
                 engine=engine)  # fmt: skip
        check_inside([*r.points, *asked], box)


@settings(deadline=None, max_examples=60)
@given(
    name=st.sampled_from(sorted({**MINIMAL, **LOADED})),
    kind=st.sampled_from(["jac", "2-point", "3-point"]),
    x0=hnp.arrays(float, 3, elements=st.floats(-5, 5)),
    widths=hnp.arrays(float, (3, 2), elements=st.floats(0, 3)),
    open_sides=hnp.arrays(bool, (3, 2)),
    engine=st.sampled_from(["compiled", "numpy"]),
)
def test_no_box_is_left(name, kind, x0, widths, open_sides, engine):
    low, high = x0 - widths[:, 0], x0 + widths[:, 1]
    box = np.stack([low, high], axis=1)
    box[open_sides] = (np.array([-np.inf, np.inf]) * np.ones((3, 2)))[open_sides]
    r, f = recorded(kind, 3)
    result = minimize(f, x0, {**MINIMAL, **LOADED}[name], bounds=box, max_iter=12, rng=1,
                      engine=engine)  # fmt: skip
    check_inside(r.points, box)
    points = np.array(r.points)
    assert result.fun == f(result.x)
    if kind == "jac":  # the points of finite differences are not its own
        assert result.fun == min(map(f, points))


@both_engines
@every_gradient_method
def test_the_asked_points_are_inside(method, engine):
    run = dataclasses.replace(method, learning_rate=1.0).start(
        [1.0, 2.0], bounds=[(0.5, 1.5), (1.5, 2.5)], engine=engine
    )
    for _ in range(20):
        if run.stop:
            break
        check_inside([tell(run, Himmelblau())], [(0.5, 1.5), (1.5, 2.5)])


@both_engines
def test_a_minimum_at_the_bounds_is_found(engine):
    """By every rate: the projected gradient vanishes there, and a search knows what is held."""
    f, box = Quadratic(1, 3), [(0.5, 2.0), (-2.0, 0.25)]
    rates = (0.05, InverseTime(0.1, 0.01), Backtracking(), ExactLineSearch())
    for method in [*map(GradientDescent, rates), Momentum(0.02), Nesterov(0.02), Adam(0.05)]:
        result = minimize(f, [1.5, -1.5], method, bounds=box, engine=engine, gtol=1e-6)
        assert result.success, (method, result.message)
        assert result.x[0] == 0.5 and abs(result.x[1]) <= 1e-6 / 6  # gtol / curvature


# ---- 6. checkpoints ------------------------------------------------------------------------------

BOX = [(-4.0, 4.0), (None, 3.0)]


def through_pickle(run, path):
    return pickle.loads(pickle.dumps(run))


def through_file(run, path):
    run.save(path)
    return load(path)


def through_the_other_engine(run, path):
    run.save(path)
    other = load(path, engine={"compiled": "numpy", "numpy": "compiled"}[run.engine])
    assert other.engine != run.engine
    other.save(path)
    return load(path, engine=run.engine)


WAYS = [
    (through_pickle, None),
    (through_pickle, BOX),
    (through_file, BOX),
    (through_the_other_engine, None),
]


@both_engines
@every_kind
@pytest.mark.parametrize(("way", "bounds"), WAYS)
def test_a_resumed_run_goes_on_bit_for_bit(method, engine, way, bounds, tmp_path):
    """Taken down after every single tell, also in the middle of a line search."""
    f = Himmelblau()
    a, b = (method.start([1.0, 2.0], rng=5, bounds=bounds, engine=engine) for _ in range(2))
    path = tmp_path / "run"
    for _ in range(12):
        b = way(b, path)
        assert b.engine == engine and b.method == a.method and b.n == 2
        assert list(a.stop) == list(b.stop)
        assert_array_equal(a.ask(), b.ask())
        assert_array_equal(a.x, b.x)
        assert a.fun == b.fun and a.iteration == b.iteration
        assert str(a.snapshot()) == str(b.snapshot())
        if a.stop:
            break
        tell(a, f)
        tell(b, f)


@both_engines
@every_method
def test_any_other_numpy_protocol_of_pickle(method, engine):
    run = method.start([1.0, 2.0], engine=engine)
    tell(run, Himmelblau())
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(run, protocol))
        assert_array_equal(again.ask(), run.ask())
    copy = __import__("copy").deepcopy(run)
    tell(copy, Himmelblau())
    assert copy.iteration == run.iteration + 1


def test_methods_results_and_objectives_pickle():
    for thing in (
        *MINIMAL.values(), Warmup(InverseTime(0.1, 1.0), 3), GradientDescent(ExactLineSearch())
    ):  # fmt: skip
        assert pickle.loads(pickle.dumps(thing)) == thing
    result = minimize(Rotated(Beale(), 3), [1, 2], Adam(), max_iter=9, record=True)
    same(pickle.loads(pickle.dumps(result)), result)
    f = LeastSquares([[1, 0], [1, 1], [1, 2]], [1, 3, 5])
    assert pickle.loads(pickle.dumps(f))([1.0, 1.0]) == f([1.0, 1.0])


def saved(tmp_path):
    run = Adam(0.1).start([1.0, 2.0])
    tell(run, Himmelblau())
    path = tmp_path / "run.npz"
    run.save(path)
    return run, path


def write(path, **content):
    with path.open("wb") as file:
        np.savez(file, **content)


def test_load_refuses_what_is_no_checkpoint(tmp_path):
    run, path = saved(tmp_path)
    whole = path.read_bytes()
    with np.load(path) as archive:
        content = dict(archive)
    bad = tmp_path / "bad"

    def refused(**parts):
        if parts:
            write(bad, **parts)
        with pytest.raises(ValueError, match=r"^path='.*bad' is not a checkpoint of ml4pa"):
            load(bad)

    for data in (b"", b"garbage", b"PK\x03\x04 and no more", whole[:-30], whole[: len(whole) // 2],
                 pickle.dumps({"theta": [1.0]})):  # fmt: skip
        bad.write_bytes(data)
        refused()
    with bad.open("wb") as file:
        np.save(file, np.zeros(3))
    refused()
    refused(theta=np.zeros(3))
    for name in content:  # without one of its parts
        refused(**{k: v for k, v in content.items() if k != name})
    for name in ("theta", "m", "s", "best_x"):  # of another length, or no numbers
        for wrong in (np.zeros(3), np.zeros((2, 1)), np.array(["a", "b"]), np.float64(1.0)):
            refused(**{**content, name: wrong})
    for name in ("iteration", "best_fun", "weight1", "key"):
        for wrong in (np.zeros(2), np.array("a"), np.array(1j)):
            refused(**{**content, name: wrong})
    header = str(content["header"])
    for change in (
        ("ml4pa run 1", "ml4pa run 999"),
        ('"adam"', '"adamant"'),
        ('"learning_rate": 0.1', '"learning_rate": -0.1'),
        ('"beta1"', '"beta7"'),
        ('"learning_rate": 0.1', '"learning_rate": {"kind": "os.system"}'),
        ('"compiled"', '"other"'),
        ("{", "{{"),
    ):
        changed = header.replace(*change)
        assert changed != header
        refused(**{**content, "header": np.array(changed)})
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none")
    with pytest.raises(ValueError, match="^engine='fast' must be one of"):
        load(path, engine="fast")
    assert_array_equal(load(path).ask(), run.ask())


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_a_damaged_checkpoint_is_refused_or_harmless(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("damage") / "run.npz"
    Adam(0.1).start([1.0, 2.0]).save(path)
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    try:
        run = load(path)
    except ValueError as error:
        assert "is not a checkpoint of ml4pa" in str(error)
    else:
        run.ask()


class Payload:
    """Leaves a mark where it is unpickled."""

    def __init__(self, mark):
        self.mark = str(mark)

    def __reduce__(self):
        return Path.touch, (Path(self.mark),)


def test_load_executes_no_code(tmp_path):
    _, path = saved(tmp_path)
    with np.load(path) as archive:
        content = dict(archive)
    mark = tmp_path / "mark"
    bomb = np.array([Payload(mark)], dtype=object)
    bad = tmp_path / "bad"
    for name in ("header", "theta", "m", "extra"):
        write(bad, allow_pickle=True, **{**content, name: bomb})
        with pytest.raises(ValueError, match="is not a checkpoint of ml4pa"):
            load(bad)
    bad.write_bytes(pickle.dumps(Payload(mark)))
    with pytest.raises(ValueError, match="is not a checkpoint of ml4pa"):
        load(bad)
    assert not mark.exists()
    pickle.loads(pickle.dumps(Payload(mark)))
    assert mark.exists()  # the bomb is one


def test_save_refuses_the_callers_own_code(tmp_path):
    for method, name in (
        (Adam(lambda t: 0.1), "learning_rate"),
        (GradientDescent(Warmup(OwnSchedule(0.1, 0.1), 2)), "learning_rate"),
        (Sluggish(0.1), "method"),
    ):
        with pytest.raises(TypeError, match=f"^{name}=.*pickle the run instead"):
            method.start([1.0, 2.0]).save(tmp_path / "run")
    assert not list(tmp_path.iterdir())


def test_a_failing_save_keeps_the_old_file(tmp_path, monkeypatch):
    run, path = saved(tmp_path)
    old = path.read_bytes()
    tell(run, Himmelblau())

    def fails(*_, **__):
        raise OSError("no space left on device")

    for module, name in ((os, "replace"), (os, "fsync"), (np, "savez")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, fails)
            with pytest.raises(OSError, match="no space left"):
                run.save(path)
        assert path.read_bytes() == old
        assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]  # and nothing beside it
    with pytest.raises(OSError):
        run.save(tmp_path / "no such folder" / "run")
    run.save(path)
    assert path.read_bytes() != old


FULL = """
import resource, signal, sys
import numpy as np
from ml4pa import Adam
path = sys.argv[1]
run = Adam(0.1).start(np.arange(1000.0))
run.save(path)
old = open(path, "rb").read()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (len(old) // 2, resource.RLIM_INFINITY))
run.tell(run.ask(), 1.0, np.ones(1000))
try:
    run.save(path)
except OSError as error:
    assert open(path, "rb").read() == old
    print("kept", type(error).__name__)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
def test_a_full_disk_keeps_the_old_file(tmp_path):
    run = python(FULL, tmp_path / "run")
    assert run.stdout == "kept OSError\n", run.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs umask")
def test_a_checkpoint_is_as_readable_as_any_file(tmp_path):
    _, path = saved(tmp_path)
    (tmp_path / "other").write_text("")
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode


# ---- 7. inputs -----------------------------------------------------------------------------------


def kinds_of(x):
    """The same numbers as anything that np.asarray takes."""
    x = np.asarray(x, dtype=float)
    wide = np.zeros((x.size, 3))
    wide[:, 1] = x
    frozen = x.copy()
    frozen.flags.writeable = False
    swapped = x.astype(x.dtype.newbyteorder())
    unaligned = np.frombuffer(b"0" + x.tobytes(), dtype=np.uint8)[1:].view(float)
    return {
        "array": x, "list": x.tolist(), "tuple": tuple(x), "read-only": frozen,
        "strided": wide[:, 1], "reversed": x[::-1].copy()[::-1], "float32": x.astype(np.float32),
        "float16": x.astype(np.float16), "int": x.astype(int), "bool": x.astype(bool),
        "long": x.astype(np.longdouble), "swapped": swapped, "unaligned": unaligned,
        "scalars": [np.float32(a) for a in x],
    }  # fmt: skip


@both_engines
@pytest.mark.parametrize("kind", kinds_of([1.0, 0.0]))
def test_any_array_is_a_start_and_is_not_written_to(kind, engine):
    x0 = kinds_of([1.0, 0.0])[kind]
    before = np.array(x0)
    expected = minimize(Beale(), [1.0, 0.0], Adam(0.1), max_iter=9, engine=engine)
    same(minimize(Beale(), x0, Adam(0.1), max_iter=9, engine=engine), expected)
    run = Adam(0.1).start(x0, engine=engine)
    run.tell(x0, 1.0, kinds_of([1.0, 0.0])[kind])
    assert_array_equal(np.array(x0), before)
    if isinstance(x0, np.ndarray) and x0.flags.writeable:
        x0[:] = 0  # the run has its own
        assert_array_equal(run.x, [1.0, 0.0])


@both_engines
@every_gradient_method
def test_what_is_told_is_not_written_to(method, engine):
    run = method.start([1.0, 2.0], bounds=[(0, 3), (0, 3)], engine=engine)
    reference = method.start([1.0, 2.0], bounds=[(0, 3), (0, 3)], engine=engine)
    x, g = np.array([1.5, 2.5]), np.array([1.0, -2.0])
    h = np.asfortranarray([[2.0, 0.5], [0.5, 1.0]])
    kept = [a.copy() for a in (x, g, h)]
    reference.tell(*(x.copy(), 1.0, g.copy(), *([h.copy()] if wants_hessian(method) else [])))
    run.tell(x, 1.0, g, *([h] if wants_hessian(method) else []))
    for a, b in zip((x, g, h), kept, strict=True):
        assert_array_equal(a, b)
        a[:] = np.nan  # and nothing is borrowed
    assert_array_equal(run.ask(), reference.ask())
    assert_array_equal(run.x, [1.5, 2.5])


@both_engines
def test_what_is_asked_cannot_be_written_to(engine):
    for method in GRADIENT.values():
        run = method.start([1.0, 2.0], engine=engine)
        with pytest.raises(ValueError, match="read-only"):
            run.ask()[0] = 1.0
        x = tell(run, Beale())
        assert_array_equal(x, [1.0, 2.0])  # also later
        run.x[:] = 7.0
        for kept in run.state.values():
            if isinstance(kept, np.ndarray):
                kept[:] = 7.0
        assert_array_equal(run.x, [1.0, 2.0])
        assert 7.0 not in run.ask()


@both_engines
def test_what_an_objective_writes_into_its_point_is_harmless(engine):
    def fun(x):
        value = square(x)
        x[:] = np.nan
        return value

    def jac(x):
        slope = square_jac(x)
        x[:] = np.nan
        return slope

    a = minimize(fun, [1.0, 2.0], Adam(0.1), jac=jac, max_iter=9, engine=engine)
    same(a, minimize(square, [1.0, 2.0], Adam(0.1), jac=square_jac, max_iter=9, engine=engine))


@both_engines
def test_any_shape_of_value_and_gradient_that_is_a_number_or_a_vector(engine):
    expected = minimize(square, [1.0, 2.0], Adam(0.1), jac=square_jac, max_iter=9, engine=engine)
    for kind in (np.float64, np.float32, np.array, lambda f: np.array([f]), lambda f: [f]):
        for shape in (list, tuple, np.asfortranarray):
            result = minimize(
                lambda x, kind=kind: kind(square(x)), [1.0, 2.0], Adam(0.1), max_iter=9,
                jac=lambda x, shape=shape: shape(square_jac(x)), engine=engine,
            )  # fmt: skip
            assert_array_equal(result.x, expected.x)


finite = st.floats(allow_nan=False, allow_infinity=False)


@settings(deadline=None, max_examples=100)
@given(
    name=st.sampled_from(sorted(GRADIENT)),
    x0=hnp.arrays(float, st.integers(1, 4), elements=st.floats(-3, 3)),
    rate=st.floats(1e-6, 0.3),
    record=st.one_of(st.booleans(), st.integers(0, 50)),
    max_iter=st.integers(0, 60),
    max_evals=st.one_of(st.none(), st.integers(1, 80)),
    norm=st.sampled_from([2, np.inf]),
    gtol=st.one_of(st.none(), st.floats(0, 1)),
    xtol=st.one_of(st.none(), st.floats(0, 1e-2)),
    ftol=st.one_of(st.none(), st.floats(0, 1e-2)),
    noise=st.sampled_from([0.0, 0.1]),
    clip=st.one_of(st.none(), st.floats(0.1, 10)),
)
def test_any_sound_input_gives_a_sound_result(name, x0, rate, noise, clip, **options):
    """And the same from both engines, on a Python objective, where all bits are equal."""
    method = dataclasses.replace(MINIMAL[name], learning_rate=rate, noise=noise, clip=None)
    if x0.size <= 2:  # a longer sum is another one
        method = dataclasses.replace(method, clip=clip)
    r = Recorder(x0.size)
    results = []
    for engine in ("compiled", "numpy"):
        r.points.clear()
        f = Function(r, r.jac, r.hess)
        results.append(minimize(f, x0, method, rng=1, engine=engine, **options))
        sound(results[-1], f, x0, r.points, options)
    if not wants_hessian(method):
        assert results[0].message == results[1].message
        assert_array_equal(results[0].x, results[1].x)


def sound(result, f, x0, points, options):
    assert result.fun == f(result.x)
    assert result.nfev == len(points) - 1  # that line's own evaluation
    assert result.nit <= options["max_iter"]
    assert options["max_evals"] is None or result.nfev <= options["max_evals"]
    assert result.success == (result.status in CONVERGED)
    assert result.jac.shape == x0.shape
    assert result.fun <= f(x0)
    stride = int(options["record"])
    assert (result.path is None) == (stride == 0)
    if stride:
        t = result.path.iteration
        assert_array_equal(result.path.x[0], x0)
        assert t[0] == 0 and t[-1] == result.nit
        assert_array_equal(t[:-1] % stride, 0)
        assert len(t) == (result.nit + stride - 1) // stride + 1
        assert_array_equal(result.path.fun, [f(x) for x in result.path.x])


junk = st.one_of(
    st.none(), st.booleans(), st.text(max_size=3), st.integers(), st.floats(), st.complex_numbers(),
    st.lists(finite, max_size=3), st.dictionaries(st.text(max_size=1), finite, max_size=1),
    st.just(10**400), st.just(-(10**400)), st.just(object()), st.just(np.array([])),
    st.just(np.array("a")), st.just(np.array(1j)), st.just(np.array([[1.0]])), st.just(np.float32),
    st.just(b"abc"), st.just([[1.0], [2.0, 3.0]]), st.just({1.0}), st.just(range(2)),
    st.just([(0.0,), (1.0,)]), st.just([(2.0, 1.0)] * 2), st.just([None, None]),
    st.just(np.datetime64("2020")),
)  # fmt: skip
KEYWORDS = ["x0", "method", "bounds", "max_iter", "max_evals", "max_time", "target", "gtol", "xtol",
            "ftol", "norm", "record", "callback", "rng", "threads", "workers", "on_nan",
            "engine"]  # fmt: skip


@settings(deadline=None, max_examples=400)
@given(name=st.sampled_from(KEYWORDS), value=junk)
def test_any_wrong_input_is_a_value_or_type_error_with_its_name(name, value):
    assume(name != "callback" or not callable(value))
    given = {"x0": [1.0, 1.5], "method": Adam(), "max_time": 0.01, name: value}
    try:
        result = minimize(Beale(), **given)
    except (ValueError, TypeError) as error:
        # a start may also be outside of odd bounds
        assert str(error).startswith((name, "x0" if name == "bounds" else name)), error
    else:
        assert np.isfinite(result.x).all()


@settings(deadline=None, max_examples=300)
@given(
    name=st.sampled_from(sorted(MINIMAL)), data=st.data(), value=junk,
)  # fmt: skip
def test_any_wrong_hyper_parameter_is_refused_with_its_name(name, data, value):
    method = MINIMAL[name]
    field = data.draw(st.sampled_from([f.name for f in dataclasses.fields(method)]))
    try:
        made = dataclasses.replace(method, **{field: value})
    except (ValueError, TypeError) as error:
        assert str(error).startswith(field), error
    else:
        given = getattr(made, field)
        assert given is None or callable(given) or np.isfinite(given)


@settings(deadline=None, max_examples=200)
@given(place=st.integers(0, 3), value=junk, name=st.sampled_from(sorted(GRADIENT)))
def test_any_wrong_tell_is_refused_alike(place, value, name):
    texts = []
    for engine in ("compiled", "numpy"):
        told = [[1.0, 2.0], 1.0, [1.0, 1.0], np.eye(2)]
        told[place] = value
        run = MINIMAL[name].start([1.0, 2.0], engine=engine)
        try:
            run.tell(*told)
        except (ValueError, TypeError) as error:
            texts.append(str(error))
            assert texts[-1].startswith("xfgH"[place])
        else:
            texts.append(str(run.ask()) if place != 3 else "")
    assert texts[0] == texts[1]


# ---- 8. nothing silent ---------------------------------------------------------------------------

QUIET = """
import sys, warnings
import numpy as np
before = list(warnings.filters), np.geterr(), set(sys.modules)
import ml4pa
assert (list(warnings.filters), np.geterr()) == before[:2]
new = {name.partition(".")[0] for name in set(sys.modules) - before[2]}
assert not new & {"matplotlib", "scipy", "numba", "tqdm", "torch", "socket", "ssl"}, new
warnings.simplefilter("error")
from cases import CASES
state = np.random.get_state()[1].tobytes()
for case in CASES:
    for engine in ("compiled", "numpy"):
        ml4pa.minimize(case.objective(), case.start, case.method, engine=engine, **case.options)
assert np.random.get_state()[1].tobytes() == state
"""


def test_nothing_is_printed_warned_about_or_changed():
    run = python(QUIET)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_progress_is_shown_when_asked_for():
    pytest.importorskip("tqdm")
    for engine in ("compiled", "numpy"):
        stream, sys.stderr = sys.stderr, io.StringIO()
        try:
            minimize(Beale(), [1, 1], Adam(1e-9), max_iter=10**9, max_time=0.2, progress=True,
                     engine=engine)  # fmt: skip
            shown = sys.stderr.getvalue()
        finally:
            sys.stderr = stream
        assert "step" in shown


# ---- results -------------------------------------------------------------------------------------


@both_engines
@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_every_result_is_consistent(case, engine):
    options = {"record": True, **case.options}
    f = case.objective()
    x0 = np.atleast_1d(np.asarray(case.start, dtype=float))
    result = minimize(f, case.start, case.method, engine=engine, **options)
    assert result.x.shape == x0.shape and result.x.dtype == float
    if isinstance(f, Function) and isinstance(f.fun, Late):
        return
    with np.errstate(all="ignore"):
        value = (
            f(result.x) if engine == "compiled" or isinstance(f, Function) else f._value(result.x)
        )
    assert_array_equal(result.fun, value)
    if result.path is not None:
        assert_array_equal(result.path.x[0], x0)
        best = np.where(np.isfinite(result.path.fun), result.path.fun, np.inf).min()
        # a trial of a line search may be better than all iterates
        assert result.fun <= best or not np.isfinite(best)
        if result.path.stride == 1:
            assert_array_equal(result.path.iteration, np.arange(result.nit + 1))
    assert result.success == (result.status in CONVERGED)
    number = result.nfev if result.status == Status.MAX_EVALS else result.nit
    assert str(number) in result.message


# ---- what exists only in Python ------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Sluggish(Adam):
    """A student's variant: half of Adam's step."""

    def step(self, theta, g, eta, state):
        return theta + 0.5 * (super().step(theta, g, eta, state) - theta)


class OwnSchedule(InverseTime):
    def __call__(self, t):
        return 0.1


class Bowl(Objective):
    """A student's objective, by its formulas."""

    n = 2

    def _value(self, p):
        return np.sum(p * p, axis=-1)

    def _gradient(self, p):
        return 2.0 * p

    def _hessian(self, p):
        return np.broadcast_to(2.0 * np.eye(2), (*p.shape, 2)).copy()


class Steep(Quadratic):
    """A student's landscape: the compiled twin of its parent is another function."""

    def _value(self, p):
        return 3.0 * super()._value(p)

    def _gradient(self, p):
        return 3.0 * super()._gradient(p)


def test_a_students_method_runs_on_numpy():
    result = minimize(Beale(), [1, 1], Sluggish(0.1), max_iter=5, record=True)
    assert result.engine == "numpy"
    adam = minimize(Beale(), [1, 1], Adam(0.1), max_iter=5, record=True)
    assert adam.engine == "compiled"
    # the first step is half of Adam's; the sum and difference round
    np.testing.assert_allclose(
        result.path.x[1] - 1, 0.5 * (adam.path.x[1] - 1), rtol=1e-14, atol=1e-16
    )
    run = Sluggish(0.1).start([1.0, 1.0])
    assert run.engine == "numpy"
    tell(run, Beale())
    assert_array_equal(run.ask(), result.path.x[1])


@every_gradient_method
def test_a_students_objective_runs_on_numpy(method):
    result = minimize(Bowl(), [1, 2], method, max_iter=20, record=True)
    assert result.engine == "numpy"
    assert result.fun == Bowl()(result.x)
    steep = minimize(Steep(1, 2), [1, 2], method, max_iter=20, record=True)
    assert steep.engine == "numpy" and steep.path.fun[0] == 3 * Quadratic(1, 2)([1, 2])
    assert Steep(1, 2)([1.0, 2.0]) == 24.0
    assert minimize(Rotated(Steep(1, 2), 3), [1, 2], method, max_iter=5).engine == "numpy"


def test_a_method_that_only_shares_a_name_is_another():
    @dataclasses.dataclass(frozen=True)
    class Lookalike(GradientDescent):
        name = "adam"

    assert minimize(Beale(), [1, 1], Lookalike(1e-3), max_iter=3).engine == "numpy"


def test_warnings_of_the_users_own_code_are_his():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for engine in ("compiled", "numpy"):
            minimize(lambda x: float(np.log(x[0]) ** 2), [-1.0], Adam(), max_iter=2, engine=engine)
    assert caught and all("invalid value" in str(w.message) for w in caught)


def test_a_large_run_is_freed():
    """A path that is dropped gives its memory back: no growth over many runs."""
    resource = pytest.importorskip("resource")

    def work():
        for _ in range(150):
            minimize(Rastrigin(2), [1, 1], Adam(1e-6), gtol=0, max_iter=50_000, record=True)

    work()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    work()
    growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert growth < 90_000  # kB; the paths of 150 runs have 180 000, the allocator keeps a few
