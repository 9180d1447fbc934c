"""Population methods: the engines against each other, workers, inputs, over every method.

A new method inherits these tests by its line in the registry, through `POPULATION_CASES`. The
promises are in test_population_promises.py.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
from cases import POPULATION_CASES, REDUCTION, SAME_BITS
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from promises import both_engines
from specimens import (
    POPULATIONS,
    Late,
    bowl,
)
from test_equality import NUMBER, assert_close
from test_promises_endings import main_thread, seconds_to_stop

from ml4pa import (
    Function,
    Objective,
    PopulationMethod,
    RandomSearch,
    Status,
    minimize,
)
from ml4pa.evaluation import _pool
from ml4pa.landscapes import Ackley, Beale, Himmelblau, Quadratic, Rosenbrock, Sphere
from ml4pa.native import NativeObjective

every_case = pytest.mark.parametrize("case", POPULATION_CASES, ids=[c.id for c in POPULATION_CASES])

#: How far apart the engines may be after a step, where a method has sums and products of matrices.
STEP: dict[str, float] = {"cmaes": REDUCTION}


def run_case(case, engine, **given):
    options = {"record": True, **case.options, **given}
    return minimize(case.objective(), case.start, case.method, engine=engine, **options)


def tolerance(case):
    return max(case.rtol, STEP.get(case.method.name, SAME_BITS))


# ---- the engines ---------------------------------------------------------------------------------


@every_case
def test_whole_run(case):
    a, b = run_case(case, "compiled"), run_case(case, "numpy")
    assert (a.engine, b.engine) == ("compiled", "numpy")
    for name in ("success", "status", "nit", "nfev", "njev", "nhev"):
        assert getattr(a, name) == getattr(b, name), name
    assert NUMBER.sub("", a.message) == NUMBER.sub("", b.message)
    rtol = tolerance(case)
    for name in ("x", "fun"):
        assert_close(getattr(a, name), getattr(b, name), rtol, a.nit + 1)
    assert_array_equal(a.path.iteration, b.path.iteration)
    assert len(a.path.population) == len(b.path.population) == len(a.path)
    for name in ("x", "fun", "mean", "sigma", "covariance"):
        p, q = getattr(a.path, name), getattr(b.path, name)
        assert (p is None) == (q is None), name
        if p is not None:
            assert p.shape == q.shape, name
            for t, u, v in zip(a.path.iteration, p, q, strict=True):
                assert_close(u, v, rtol, t + 1)
    for t, p, q in zip(a.path.iteration, a.path.population, b.path.population, strict=True):
        assert_close(p, q, rtol, t + 1)


@every_case
def test_step_by_step(case):
    """The same values told to both: the generation and everything kept is the same."""
    runs = [
        case.method.start(
            case.start, case.options.get("rng"), case.options.get("bounds"), engine=engine
        )
        for engine in ("compiled", "numpy")
    ]
    f, rtol = case.objective(), STEP.get(case.method.name, SAME_BITS)
    for t in range(25):
        a, b = runs
        assert_close(a.ask(), b.ask(), rtol, t + 1)
        assert a.iteration == b.iteration == t and a.n == b.n
        assert_close(a.x, b.x, rtol, t + 1)
        assert a.fun == b.fun or (math.isnan(a.fun) and math.isnan(b.fun))
        assert list(a.stop) == list(b.stop)
        assert a.state.keys() == b.state.keys()
        for name, kept in a.state.items():
            assert type(kept) is type(b.state[name]), name
            assert np.shape(kept) == np.shape(b.state[name]), name
            assert_close(kept, b.state[name], rtol, t + 1)
        values = np.array([f(x) for x in a.ask()])
        X = a.ask()
        if t % 5 == 4:  # some of the caller's own, told as another array
            own = 0.5 * (X[0] + X[-1])
        for run in runs:
            X = run.ask()
            run.tell(X if t % 5 != 4 else np.concatenate([[own], X[1:]]), values)


@both_engines
@every_case
def test_minimize_is_exactly_this_loop(case, engine):
    result = run_case(case, engine, record=1)
    f = case.objective()
    twin = f.native if engine == "compiled" and isinstance(f, NativeObjective) else None
    run = case.method.start(
        case.start, case.options.get("rng"), case.options.get("bounds"), engine=engine
    )
    for t in range(result.nit):
        assert not run.stop
        X = run.ask()
        with np.errstate(all="ignore"):
            values = f._value(X.copy()) if twin is None else twin.value(X)
        run.tell(X, np.asarray(values))
        assert_array_equal(result.path.population[t + 1], X)
        best = int(np.argsort(values, kind="stable")[0])
        assert_array_equal(result.path.x[t + 1], X[best])
        assert_array_equal(result.path.fun[t + 1], values[best])
    assert bool(run.stop) == (result.status.name in run.stop)
    if not case.options.get("max_evals") and result.nit:  # which may cut a generation
        own = twin is None and isinstance(f, NativeObjective)  # NumPy's values, told by no call
        assert_array_equal(result.fun, f(run.x) if own else run.fun)
        assert_array_equal(result.x, run.x)
    assert_array_equal(result.path.x[0], np.atleast_1d(case.start))


@both_engines
@every_case
def test_every_result_is_consistent(case, engine):
    result = run_case(case, engine)
    f = case.objective()
    if not (isinstance(f, Function) and isinstance(f.fun, Late)):
        assert_array_equal(result.fun, f(result.x))
    assert len(result.path) == len(result.path.fun) == len(result.path.population)
    assert result.path.iteration[-1] == result.nit
    assert result.njev == result.nhev == 0 and result.jac is None
    if np.isfinite(result.fun) and result.nit:
        best = np.nanmin(result.path.fun)
        rounding = case.rtol * abs(best) if engine == "numpy" else 0.0
        assert not result.fun > best + rounding
    number = result.nfev if result.status == Status.MAX_EVALS else result.nit
    assert str(number) in result.message


# ---- workers -------------------------------------------------------------------------------------


def paraboloid(x, shift=0.0):
    return float(np.sum((x - shift) ** 2))


class Boom(Exception):
    pass


def fails(x):
    if x[0] > 1.0:
        raise Boom(f"at {x[0]}")
    return float(x @ x)


# jax, where another test has loaded it, warns of any fork
forks = pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")
# Up to Python 3.12 the thread that manages a pool trips over evaluations cancelled meanwhile.
trips = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


@forks
@both_engines
def test_workers_share_out_a_generation(engine):
    method = RandomSearch(0.2)
    expected = minimize(paraboloid, [1.0, 2.0], method, args=(0.5,), max_iter=5, rng=1)
    for workers in (1, 2, -1, map):
        result = minimize(paraboloid, [1.0, 2.0], method, args=(0.5,), max_iter=5, rng=1,
                          workers=workers, engine=engine)  # fmt: skip
        assert_array_equal(result.x, expected.x)
    with ThreadPoolExecutor(2) as pool:
        threaded = minimize(lambda x: paraboloid(x, 0.5), [1.0, 2.0], method, max_iter=5, rng=1,
                            workers=pool.map, engine=engine)  # fmt: skip
        assert_array_equal(threaded.x, expected.x)
    with ProcessPoolExecutor(2) as pool, pytest.raises(Boom, match="^at 1"):
        minimize(fails, [1.0, 2.0], method, rng=1, workers=pool.map, engine=engine)
    with pytest.raises(Boom, match="^at 1"):
        minimize(fails, [1.0, 2.0], method, rng=1, workers=2, engine=engine)
    with pytest.raises(ValueError, match="^workers gave 1 values for 20 points"):
        minimize(paraboloid, [1.0], method, rng=1, workers=lambda f, x: [1.0], engine=engine)
    with pytest.raises(ValueError, match="^workers gave None for 20 points: pass a map"):
        minimize(paraboloid, [1.0], method, rng=1, workers=lambda f, x: None, engine=engine)


def test_what_does_not_pickle_is_refused_before_it_is_sent():
    with pytest.raises(TypeError, match="^workers=2 sends fun to other processes, but it does not"):
        minimize(lambda x: 1.0, [1.0, 2.0], RandomSearch(0.2), rng=1, workers=2)


class Odd(Exception):
    def __init__(self, what, why):
        super().__init__(f"{what} {why}")


def odd(x):
    time.sleep(0.1)  # until all points are sent: the pool says why to those alone
    raise Odd("not", "unpickled")


@forks
@both_engines
def test_an_exception_that_does_not_unpickle_is_told(engine):
    with pytest.raises(BrokenProcessPool, match="or did fun raise what does not unpickle") as told:
        minimize(odd, [1.0, 2.0], RandomSearch(0.2), rng=1, workers=2, engine=engine)
    assert "__init__() missing 1 required positional argument: 'why'" in str(told.value.__cause__)


def sleeps(x):
    time.sleep(5.0)
    return float(x @ x)


@forks
@trips
@main_thread
@pytest.mark.skipif(sys.platform == "win32", reason="needs kill")
@both_engines
def test_ctrl_c_waits_for_no_evaluation(engine):
    run = RandomSearch(0.2).start([1.0, 2.0], rng=1, engine=engine)
    took = seconds_to_stop(
        lambda: minimize(sleeps, method=run, workers=2),
        lambda: os.kill(os.getpid(), signal.SIGINT),
    )
    assert took < 4.0 and run.iteration == 0
    assert minimize(paraboloid, method=run, args=(0.5,), max_iter=2).nit == 2


KILLED = """
import os
from ml4pa import RandomSearch, minimize

def told(x):
    os.write(1, b"at work\\n")
    return float(x @ x)

if __name__ == "__main__":
    minimize(told, [1.0, 2.0], RandomSearch(0.2), rng=1, workers=2, max_iter=10**9)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs kill")
def test_workers_end_with_the_process_that_is_killed(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(KILLED)
    path = os.pathsep.join(sys.path)
    with subprocess.Popen(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    ) as run:
        assert run.stdout.readline() == b"at work\n"
        run.kill()
        run.communicate(timeout=20.0)  # until the last who may write has ended


def dies(x):
    """Its process is killed, as by the system where memory is short."""
    if x[0] > 1.0:
        os._exit(9)
    return float(x @ x)


@forks
@both_engines
def test_a_killed_worker_is_told_and_nothing_is_lost(engine):
    with pytest.raises(BrokenProcessPool, match="^workers=2: a process ended while it evaluated"):
        minimize(dies, [1.0, 2.0], RandomSearch(0.2), rng=1, workers=2, engine=engine)
    run = RandomSearch(0.2).start([0.9, 2.0], rng=1, engine=engine)
    reference = RandomSearch(0.2).start([0.9, 2.0], rng=1, engine=engine)
    for _ in range(3):
        X = run.ask()
        with ProcessPoolExecutor(2) as pool, pytest.raises(BrokenProcessPool):
            list(pool.map(dies, X + 2.0))
        with ProcessPoolExecutor(2) as pool:  # a new one goes on
            run.tell(X, list(pool.map(paraboloid, X)))
        reference.tell(reference.ask(), [paraboloid(x) for x in reference.ask()])
    assert_array_equal(run.ask(), reference.ask())


def leaves_a_mark(place, x):
    """Slow, and tells that it was called."""
    time.sleep(0.02)
    (place / str(x)).touch()
    return float(x)


class Interrupted(list):
    """Points of which the last is never handed out: Ctrl-C comes first."""

    def __iter__(self):
        yield from self[:-1]
        raise KeyboardInterrupt


@forks
def test_ctrl_c_drops_what_no_worker_has_begun(tmp_path):
    """Ctrl-C while a generation is shared out, here of 64 points in 8 portions."""
    with pytest.raises(KeyboardInterrupt), _pool(2) as shared:
        shared(partial(leaves_a_mark, tmp_path), Interrupted(range(64)))
    # Of the seven portions sent, two may be at work, and three in the queue of the processes.
    assert len(list(tmp_path.iterdir())) <= 5 * 8


@forks
@both_engines
def test_pool_map_keeps_the_order_and_passes_exceptions(engine):
    expected = minimize(paraboloid, [1.0, 2.0], RandomSearch(0.2), max_iter=5, rng=1)
    with multiprocessing.Pool(2) as pool:
        result = minimize(paraboloid, [1.0, 2.0], RandomSearch(0.2), max_iter=5, rng=1,
                          workers=pool.map, engine=engine)  # fmt: skip
        assert_array_equal(result.x, expected.x)
        assert result.nfev == expected.nfev
        with pytest.raises(Boom, match="^at 1"):
            minimize(fails, [1.0, 2.0], RandomSearch(0.2), rng=1, workers=pool.map, engine=engine)


@forks
def test_a_landscape_is_shared_out_too():
    a = minimize(Beale(), [1.0, 2.0], RandomSearch(0.2), max_iter=3, rng=1, workers=2)
    b = minimize(Beale(), [1.0, 2.0], RandomSearch(0.2), max_iter=3, rng=1)
    assert_array_equal(a.x, b.x)


# ---- inputs --------------------------------------------------------------------------------------


@both_engines
def test_errors_have_name_value_constraint_and_cure(engine):
    beale = Beale()

    def refuse(text, fun=beale, x0=(1.0, 2.0), **given):
        with pytest.raises((ValueError, TypeError), match="^" + re.escape(text)):
            minimize(fun, x0, RandomSearch(0.1), engine=engine, **given)

    refuse("gtol=0.1 must be None: random_search is told no gradients", gtol=0.1)
    refuse("workers=0 must be >= 1", workers=0)
    refuse("workers='a' must be an int >= 1, -1 for all processors", workers="a")
    refuse("threads=0 must be >= 1", threads=0)
    refuse("x0=None, but random_search needs to know n", fun=bowl, x0=None)
    refuse("x0 has shape (3,) but fun is defined on n=2", x0=[1, 2, 3])
    refuse("x0[0]=1.0 is outside its bounds", bounds=[(2, 3), (0, 3)])
    refuse("fun(X) has shape (1,), but X has 20 rows",
           fun=Function(lambda X: [1.0], vectorized=True))  # fmt: skip
    run = RandomSearch(0.1).start([1.0, 2.0], rng=1, engine=engine)
    for X, values, text in (
        (np.ones((3, 2)), np.ones(3), "X has shape (3, 2), but this generation has shape (20, 2)"),
        (run.ask(), np.ones(3), "values has shape (3,), but X has 20 rows"),
        (run.ask(), ["a"] * 20, "values="),
        (np.full((20, 2), math.nan), np.ones(20), "X[0, 0]=nan must be finite"),
    ):
        with pytest.raises((ValueError, TypeError), match="^" + re.escape(text)):
            run.tell(X, values)
    assert run.iteration == 0


@both_engines
def test_what_is_asked_and_told_is_nobody_elses(engine):
    for method in POPULATIONS.values():
        run = method.start([1.0, 2.0], rng=1, engine=engine)
        with pytest.raises(ValueError, match="read-only"):
            run.ask()[0, 0] = 1.0
        assert run.ask() is run.ask()
        X, values = np.array(run.ask()), np.arange(float(len(run.ask())))
        kept, before = run.ask(), run.ask().copy()
        run.tell(X, values)
        assert_array_equal(values, np.arange(float(len(values))))
        X[:] = np.nan
        assert_array_equal(kept, before)
        assert np.isfinite(run.ask()).all() and np.isfinite(run.x).all()


def test_no_start_is_drawn_within_the_bounds():
    a = minimize(Beale(), None, RandomSearch(0.1), rng=4, max_iter=0)
    assert a.x.shape == (2,) and not np.array_equal(a.x, [0, 0])
    b = minimize(bowl, None, RandomSearch(0.1), bounds=[(5, 6)] * 3, rng=4, max_iter=3)
    assert (b.x >= 5).all() and (b.x <= 6).all()


@settings(deadline=None, max_examples=60)
@given(
    name=st.sampled_from(sorted(POPULATIONS)), n=st.integers(1, 9), rng=st.integers(0, 99),
    max_evals=st.integers(1, 300), stride=st.integers(0, 7), scale=st.floats(0.1, 10),
)  # fmt: skip
def test_any_sound_input_gives_a_sound_result(name, n, rng, max_evals, stride, scale):
    results = []
    for engine in ("compiled", "numpy"):
        seen = []

        def fun(x, seen=seen):
            seen.append(x.tolist())
            return float(np.sum(np.abs(x)))

        r = minimize(
            fun,
            np.full(n, scale),
            POPULATIONS[name],
            rng=rng,
            max_evals=max_evals,
            record=stride,
            engine=engine,
        )
        results.append(r)
        assert r.fun == fun(r.x) and r.nfev == len(seen) - 1 <= max_evals
        assert (r.path is None) == (stride == 0)
    assert results[0].message == results[1].message
    assert_close(
        results[0].x, results[1].x, STEP.get(POPULATIONS[name].name, SAME_BITS), results[0].nit + 1
    )


# ---- what exists only in Python ------------------------------------------------------------------


@dataclass(frozen=True)
class Coin(PopulationMethod):
    """A student's method: two points on a line."""

    name = "coin"

    def rows(self, run):
        return 2

    def init(self, run):
        return {"step": 1.0}

    def sample(self, run):
        return run.x + run.kept["step"] * np.array([[-1.0] * run.n, [1.0] * run.n])

    def update(self, run, X, values):
        run.kept["step"] *= 0.9


def test_a_students_method_and_objective_run_on_numpy():
    class Bowl(Objective):
        n = 2

        def _value(self, p):
            return np.sum(p * p, axis=-1)

    class Steep(Quadratic):
        def _value(self, p):
            return 3.0 * super()._value(p)

    result = minimize(Beale(), [1.0, 1.0], Coin(), max_iter=5, rng=1)
    assert result.engine == "numpy" and result.nfev == 10
    for f in (Bowl(), Steep(1, 2)):
        for method in POPULATIONS.values():
            result = minimize(f, [1.0, 2.0], method, rng=1, max_iter=20, record=True)
            assert result.engine == "numpy" and result.fun == f(result.x)
            assert result.path.fun[-1] == f(result.path.x[-1])


def test_landscapes_give_the_same_values_at_once_and_one_by_one():
    rng = np.random.default_rng(1)
    for f in (Ackley(7), Rosenbrock(2), Himmelblau(), Sphere(33)):
        X = rng.normal(size=(50, f.n))
        assert_array_equal(f(X), [f(x) for x in X])
