"""The promises of population methods, over every method: seeds, threads, all that goes wrong."""

from __future__ import annotations

import _thread
import math
import pickle
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from cases import REDUCTION, SAME_BITS
from numpy.testing import assert_array_equal
from promises import both_engines
from specimens import (
    POPULATIONS,
    python,
)
from test_equality import assert_close
from test_promises_endings import main_thread, soon

from ml4pa import (
    CMAES,
    MLP,
    Adam,
    Cost,
    Function,
    GeneticAlgorithm,
    Objective,
    RandomSearch,
    Status,
    load,
    minimize,
)
from ml4pa.landscapes import Beale, Himmelblau, Rastrigin, Sphere

every_method = pytest.mark.parametrize("method", POPULATIONS.values(), ids=POPULATIONS)

#: How far apart the engines may be after a step, where a method has sums and products of matrices.
STEP: dict[str, float] = {"cmaes": REDUCTION}


# ---- seeds and threads ---------------------------------------------------------------------------


def same(a, b):
    assert repr(a) == repr(b)
    assert a.x.tobytes() == b.x.tobytes()
    for p, q in zip(a.path.population, b.path.population, strict=True):
        assert p.tobytes() == q.tobytes()
    assert a.path.fun.tobytes() == b.path.fun.tobytes()


@every_method
def test_the_same_seed_gives_the_same_bytes_for_any_number_of_threads(method):
    f = Rastrigin(400)  # slow enough for threads

    def run(threads=None):
        return minimize(
            f, np.full(400, 2.0), method, max_iter=12, rng=5, threads=threads, record=True
        )

    first = run(1)
    for threads in (2, 8, None):
        same(first, run(threads))
    with ThreadPoolExecutor(3) as pool:  # concurrent
        for other in pool.map(run, (2, 1, 2)):
            same(first, other)

    def nested(x):
        same(first, run(2))
        return float(x @ x)

    minimize(nested, [1.0], method, max_iter=1, rng=1)


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
@pytest.mark.parametrize("method", [CMAES(0.3), GeneticAlgorithm(20, mutation="gaussian")])
def test_a_cost_on_threads_is_the_same_bytes(method, engine):
    """Each evaluation is a pass over all data, long enough that threads share a generation."""
    X = np.random.default_rng(1).uniform(-1.0, 1.0, (6000, 2))
    model = MLP((2, 4, 1))
    f = Cost(model, X, np.sin(3.0 * X[:, 0]) * X[:, 1], l2=1e-3)
    results = [
        minimize(
            f, model.initial(1), method, rng=2, max_iter=25, threads=threads, engine=engine,
            record=True,
        )
        for threads in (1, 2, 8)
    ]  # fmt: skip
    for result in results[1:]:
        same(result, results[0])
    assert results[0].nfev == 25 * len(method.start(model.initial(1), 1).ask())
    assert results[0].fun < f(model.initial(1))
    assert_close(results[0].fun, f(results[0].x), REDUCTION if engine == "numpy" else SAME_BITS)


@every_method
def test_another_seed_is_another_run(method):
    a, b = (minimize(Sphere(3), [1, 2, 3], method, max_iter=3, rng=rng) for rng in (1, 2))
    assert not np.array_equal(a.x, b.x)


FORK = """
import os, sys
import numpy as np
from specimens import (
    POPULATIONS,
)
from ml4pa import minimize
from ml4pa.landscapes import Rastrigin
f = Rastrigin(400)
method = POPULATIONS[sys.argv[1]]
run = lambda: minimize(f, np.full(400, 2.0), method, max_iter=12, rng=5, threads=2).x.tobytes()
before = run()
child = os.fork()
if child == 0:
    os._exit(0 if run() == before else 1)
assert os.waitpid(child, 0)[1] == 0
assert run() == before
"""


@every_method
def test_a_fork_after_use_does_not_hang(method):
    done = python(FORK, method.name)
    assert done.returncode == 0, done.stderr


# ---- faults --------------------------------------------------------------------------------------


@both_engines
@every_method
@pytest.mark.parametrize("what", [math.nan, math.inf])
def test_no_value_at_all_ends_the_run(method, what, engine):
    result = minimize(lambda x: what, [1.0, 2.0], method, rng=1, engine=engine)
    assert result.status == Status.NO_VALUE and not result.success
    assert result.nit == 10 and "10 generations are NaN or infinite" in result.message
    assert_array_equal(result.fun, what)


@both_engines
@every_method
@pytest.mark.parametrize("record", [False, True])
def test_the_start_alone_has_the_value_of_a_call(method, engine, record):
    """NumPy's value of a row is not always that of the call, which the compiled engine makes."""
    f = Rastrigin(1)
    starts = np.random.default_rng(1).uniform(-3, 3, 50)
    assert any(f._value(np.array([[x]]))[0] != f([x]) for x in starts)
    for x in starts:
        told = minimize(f, [x], method, rng=1, max_iter=0, engine=engine, record=record)
        assert told.fun == f(told.x) and told.nfev == 1
        assert not record or told.path.fun.tolist() == [told.fun]


@both_engines
@every_method
def test_without_a_generation_it_ends_as_a_gradient_method_does(method, engine):
    """Target, tests of convergence and callback, with max_iter=0."""

    def go(f, method, **given):
        heard = []
        told = minimize(f, [1.0, 2.0], method, max_iter=0, engine=engine,
                        callback=lambda r: heard.append((r.nit, r.x.tolist(), r.fun, r.nfev)),
                        **given)  # fmt: skip
        return told.status, told.success, told.message, told.nit, told.fun, told.x.tolist(), heard

    f = Function(lambda x: float(x @ x), lambda x: 2 * x)
    for given in ({}, {"target": 9.0}, {"target": 1.0}, {"xtol": 9.0}, {"ftol": 9.0},
                  {"xtol": 9.0, "norm": 2}, {"max_evals": 1}):  # fmt: skip
        assert go(f, method, **given) == go(f, Adam(), **given)
    assert go(f, method, target=5.0)[0] == Status.TARGET


@both_engines
@every_method
def test_without_a_generation_nan_may_raise(method, engine):
    for f in (lambda x: math.nan, Broken()):
        with pytest.raises(FloatingPointError, match=r"^fun is NaN at x = \[1.0, 2.0\]"):
            minimize(f, [1.0, 2.0], method, max_iter=0, on_nan="raise", engine=engine)
        assert math.isnan(minimize(f, [1.0, 2.0], method, max_iter=0, engine=engine).fun)


@both_engines
@every_method
def test_without_a_generation_the_callback_may_end_it(method, engine):
    def stop(told):
        raise StopIteration

    told = minimize(Sphere(2), [1.0, 2.0], method, max_iter=0, callback=stop, engine=engine)
    assert told.status == Status.MAX_ITER and told.fun == 5.0


@both_engines
def test_steps_beyond_the_numbers_end_at_the_largest(engine):
    """Values as a list too; points of the caller's own must be finite."""
    run = RandomSearch(1e308).start([1.0, 2.0], rng=1, engine=engine)
    for iteration in range(3):
        asked = run.ask()
        assert np.isfinite(asked).all() and (np.abs(asked) == np.finfo(float).max).any()
        with pytest.raises(ValueError, match=r"^values has shape \(3,\), but X has 20 rows"):
            run.tell(asked, [1.0, 2.0, 3.0])
        own = asked.copy()
        own[4, 1] = -math.inf
        with pytest.raises(ValueError, match=r"^X\[4, 1\]=-inf must be finite"):
            run.tell(own, np.zeros(20))
        assert run.iteration == iteration
        run.tell(asked, list(np.tanh(asked).sum(axis=1)))


def test_a_row_that_is_nan_is_the_runs_own():
    """Where inf - inf was drawn; NaN is not equal to itself."""
    run = RandomSearch(0.1).start([1.0, 2.0], rng=1, engine="numpy")
    run._asked = np.full((20, 2), np.nan)
    assert run.asked(run.ask()).all() and not run.asked(run.ask().copy()).any()


def test_the_largest_generations_are_the_same_in_both_engines():
    def f(x):
        return float(np.sum(np.tanh(x)))

    a, b = (
        minimize(f, [1.0, 2.0], RandomSearch(1e308), rng=1, max_iter=5, engine=engine)
        for engine in ("compiled", "numpy")
    )
    assert_array_equal(a.x, b.x)
    assert a.message == b.message and a.fun == b.fun


@both_engines
@every_method
def test_some_nan_is_ranked_worst(method, engine):
    def half(x):
        return math.nan if x[0] < 0 else float(x @ x)

    result = minimize(half, [1.0, 1.0], method, rng=1, max_iter=30, engine=engine)
    assert math.isfinite(result.fun) and result.fun == half(result.x)
    with pytest.raises(FloatingPointError, match=r"^fun is NaN at x = \[") as error:
        minimize(half, [0.05, 1.0], method, rng=1, engine=engine, on_nan="raise")
    assert eval(str(error.value).partition(" = ")[2]) == error.value.x.tolist()
    assert error.value.x[0] < 0


@every_method
def test_on_nan_raise_with_a_native_objective(method):
    with pytest.raises(FloatingPointError, match=r"^fun is NaN at x = \["):
        minimize(Broken(), [1.0, 1.0], method, rng=1, on_nan="raise")


class Broken(Objective):
    n = 2

    def _value(self, p):
        return np.full(p.shape[:-1], math.nan)


@both_engines
@every_method
def test_minus_infinity_is_the_best(method, engine):
    def deep(x):
        return -math.inf if x[0] < 0.9 else float(x @ x)

    result = minimize(deep, [1.0, 1.0], method, rng=1, max_iter=20, engine=engine)
    assert result.fun == -math.inf and result.x[0] < 0.9


class Boom(Exception):
    pass


@both_engines
@every_method
def test_an_exception_in_generation_7_leaves_a_run_that_goes_on(method, engine):
    reference = method.start([1.0, 2.0], rng=3, engine=engine)
    run = method.start([1.0, 2.0], rng=3, engine=engine)
    told = []

    def fun(x):
        if len(told) == 7:
            raise Boom("seven")
        return float(x @ x)

    def work():
        while True:
            X = run.ask()
            run.tell(X, [fun(x) for x in X])
            told.append(X)

    with pytest.raises(Boom, match="^seven$"):
        work()
    assert run.iteration == 7
    for t in range(20):
        X = reference.ask()
        reference.tell(X, np.sum(X * X, axis=1))
        if t >= 7:
            X = run.ask()
            run.tell(X, np.sum(X * X, axis=1))
    assert_array_equal(run.x, reference.x)
    assert_array_equal(run.ask(), reference.ask())

    calls = []

    def raises(x):
        calls.append(x)
        if len(calls) == 50:
            raise Boom("fifty")
        return float(x @ x)

    with pytest.raises(Boom, match="^fifty$"):
        minimize(raises, [1.0, 2.0], method, rng=3, engine=engine)


@both_engines
@every_method
def test_a_run_goes_on_bit_for_bit(method, engine, tmp_path):
    f = Himmelblau()
    bounds = [(-5, 5), (-6, 4)]
    run = method.start([1.0, 2.0], rng=3, bounds=bounds, engine=engine)
    for t in range(9):
        X = run.ask()
        if t % 3 == 1:  # in the middle of a generation, too
            run = pickle.loads(pickle.dumps(run))
        elif t % 3 == 2:
            run.save(tmp_path / "run.npz")
            run = load(tmp_path / "run.npz")
        assert_array_equal(run.ask(), X)
        run.tell(run.ask(), f(X))
    other = method.start([1.0, 2.0], rng=3, bounds=bounds, engine=engine)
    for _ in range(9):
        X = other.ask()
        other.tell(X, f(X))
    assert_array_equal(run.ask(), other.ask())
    assert_array_equal(run.x, other.x)
    assert run.fun == other.fun and run.iteration == other.iteration == 9
    elsewhere = load_on(run, tmp_path, "numpy" if engine == "compiled" else "compiled")
    assert_close(elsewhere.ask(), run.ask(), STEP.get(method.name, SAME_BITS))


def load_on(run, folder, engine):
    run.save(folder / "other.npz")
    return load(folder / "other.npz", engine=engine)


@both_engines
@every_method
def test_the_objective_is_never_evaluated_outside_the_bounds(method, engine):
    low, high = np.array([-1.0, 0.0, 2.0]), np.array([0.5, 0.0, 2.5])
    seen = []

    def fun(x):
        seen.append(x.copy())
        return float(np.sum((x - 10) ** 2))

    minimize(fun, [0.0, 0.0, 2.2], method, bounds=np.stack([low, high], 1), rng=1, max_iter=30,
             engine=engine)  # fmt: skip
    seen = np.array(seen)
    assert (seen >= low).all() and (seen <= high).all()


@both_engines
@every_method
@pytest.mark.parametrize("budget", [1, 2, 7, 20, 21, 100, 101])
def test_budgets_are_evaluations_really_made(method, budget, engine):
    calls = []

    def fun(x):
        calls.append(x)
        return float(x @ x)

    result = minimize(fun, [1.0, 2.0], method, max_evals=budget, rng=1, engine=engine)
    assert result.nfev == len(calls) == budget
    assert result.status == Status.MAX_EVALS and not result.success
    assert result.fun == min(float(x @ x) for x in calls)


@every_method
@pytest.mark.parametrize("vectorized", [False, True])
def test_a_vectorised_objective_is_called_once_a_generation(method, vectorized):
    shapes = []

    def fun(x):
        shapes.append(x.shape)
        return np.sum(x * x, axis=-1)

    result = minimize(
        Function(fun, vectorized=vectorized), [1.0, 2.0, 3.0], method, max_iter=5, rng=1
    )
    assert len(shapes) == (5 if vectorized else result.nfev)
    reference = minimize(lambda x: np.sum(x * x), [1.0, 2.0, 3.0], method, max_iter=5, rng=1)
    assert_array_equal(result.x, reference.x)


@both_engines
@every_method
def test_time_is_looked_at_within_a_generation(method, engine):
    def slow(x):
        time.sleep(0.02)
        return float(x @ x)

    start = time.perf_counter()
    result = minimize(slow, [1.0, 2.0], method, max_time=0.1, rng=1, engine=engine)
    assert time.perf_counter() - start < 0.25
    assert result.status == Status.MAX_TIME and 1 <= result.nfev <= 8
    assert result.fun < math.inf


#: One generation of these takes a second, most of it in the method itself: drawing, products of
#: matrices, Cholesky's factors (here in each generation).
HUGE = {
    "random_search": (RandomSearch(0.1, population_size=200), 200_000),
    "full": (CMAES(0.1, c_1=0.1, c_mu=0.1), 2000),
    "full-many": (CMAES(0.1, population_size=20_000), 500),
    "diagonal": (CMAES(0.1, covariance="diagonal", population_size=300), 100_000),
    "limited": (CMAES(0.1, covariance="limited", population_size=100), 100_000),
    "many": (CMAES(0.1, population_size=10**6), 2),
}


@main_thread
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", HUGE)
def test_ctrl_c_inside_a_huge_generation(name, threads):
    method, n = HUGE[name]
    f, x0 = Sphere(n), np.ones(n)
    soon(
        lambda: minimize(f, x0, method, rng=1, threads=threads, max_iter=10**6, target=-1.0),
        _thread.interrupt_main,
    )


@main_thread
def test_ctrl_c_while_a_huge_generation_is_drawn():
    """And the run still asks for the same one."""
    method = RandomSearch(0.1, population_size=150)
    run = method.start(np.ones(100_000), rng=1)
    expected = method.start(np.ones(100_000), rng=1).ask()

    def asking():
        while True:
            run.ask()
            run.restore(run.snapshot())  # drawn again

    soon(asking, _thread.interrupt_main)
    assert_array_equal(run.ask(), expected)


@both_engines
def test_callbacks_and_stop_iteration(engine):
    seen = []

    def callback(intermediate_result):
        seen.append(intermediate_result)
        if len(seen) == 4:
            raise StopIteration

    result = minimize(Beale(), [1.0, 1.0], RandomSearch(0.1), rng=1, callback=callback,
                      engine=engine)  # fmt: skip
    assert [r.nit for r in seen] == [1, 2, 3, 4]
    assert result.status == Status.CALLBACK and result.nit == 4 and result.nfev == 80
