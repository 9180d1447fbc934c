"""Ctrl-C within one large piece of work: a gradient, a Hessian, a linear system, a generation."""

import functools
import gc
import signal
import sys
import threading
import time
import weakref

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from promises import tries
from test_promises_endings import main_thread

from ml4pa import (
    MLP,
    Adam,
    Backtracking,
    Cost,
    GeneticAlgorithm,
    GradientMethod,
    LevenbergMarquardt,
    Linear,
    Logistic,
    Newton,
    RandomSearch,
    fit,
    minimize,
    multistart,
)
from ml4pa.landscapes import Rastrigin, Rosenbrock, Rotated, Sphere

needs_a_timer = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="a timer of Unix")


def seconds_to_stop(call, after=0.15):
    """From a signal to KeyboardInterrupt; it comes also while this thread keeps Python's lock."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    start = time.perf_counter()
    signal.setitimer(signal.ITIMER_REAL, after)
    try:
        with pytest.raises(KeyboardInterrupt):
            call()
        return time.perf_counter() - start - after
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@functools.cache
def data(rows, features):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, features))
    return X, (X[:, 0] > 0) * 1.0


@functools.cache
def network(rows=100_000):
    return Cost(MLP((20, 300, 300, 1)), *data(rows, 20))


@functools.cache
def logistic(rows=8000, features=1500):
    return Cost(Logistic(features), *data(rows, features), "cross_entropy")


@functools.cache
def correlated():
    X, y = data(2500, 999)
    C = np.eye(2500) + 0.1
    return Cost(Linear(999), X, y, "chi2", covariance=C)


@functools.cache
def rotated():
    return Rotated(Sphere(1500), 1)


def initial(cost):
    return cost.model.initial(1)


def bits(size, **given):
    return GeneticAlgorithm(size, encoding="binary", mutation="bit_flip", **given)


# Each takes a second or more by itself, most of them several.
PIECES = {
    "gradient": lambda: network().gradient(initial(network())),
    "value": lambda: network()(np.vstack([initial(network())] * 9)),
    "minimize": lambda: minimize(network(), initial(network()), Adam(), max_iter=9),
    "epochs": lambda: fit(
        network().model, network().X, network().y, Adam(), epochs=9, batch_size=50_000, rng=1
    ),
    "population": lambda: minimize(
        network(), initial(network()), RandomSearch(0.1, population_size=8), max_iter=9, rng=1
    ),
    "crew": lambda: multistart(
        network(), [initial(network())] * 3, Adam(), max_iter=9, threads=2
    ),
    "hessian": lambda: logistic().hessian(np.zeros(1501)),
    "derivatives": lambda: logistic().derivatives(np.zeros(1501)),
    "newton cost": lambda: minimize(logistic(), np.zeros(1501), Newton(), max_iter=9),
    "newton": lambda: minimize(Rosenbrock(2500), np.full(2500, 0.3), Newton(), max_iter=9),
    "levenberg-marquardt": lambda: minimize(
        Rosenbrock(2500), np.full(2500, 0.3), LevenbergMarquardt(), max_iter=9
    ),
    "rotated": lambda: rotated().hessian(np.ones(1500)),
    "covariance": lambda: correlated().hessian(np.zeros(1000)),
    "genetic": lambda: minimize(
        Rastrigin(400), None, bits(4000), bounds=Rastrigin(400).bounds, max_iter=99, rng=1
    ),
}  # fmt: skip


@main_thread
@needs_a_timer
@pytest.mark.parametrize("name", PIECES)
def test_ctrl_c_stops_a_large_piece_of_work(name):
    network(), logistic(), correlated(), rotated()  # made before
    after = 0.7 if name == "epochs" else 0.15  # within an epoch, not in the cost before the first
    assert any(seconds_to_stop(PIECES[name], after) < 0.2 for _ in range(3))


BINARY = bits(500, stagnation=None)
GAUSSIAN = GeneticAlgorithm(5000, mutation="gaussian", mutation_rate=1.0, stagnation=None)
GOING_ON = {
    "network": (lambda: network(5000), Adam(1e-3), {}),
    "newton": (lambda: Rosenbrock(600), Newton(1e-3), {}),
    "newton cost": (lambda: logistic(2000, 520), Newton(1e-3), {}),
    "levenberg-marquardt": (lambda: Rosenbrock(600), LevenbergMarquardt(1e-3), {}),
    "population": (lambda: network(500), RandomSearch(0.1), {}),
    "binary": (lambda: Rastrigin(100), BINARY, {"bounds": Rastrigin(100).bounds}),
    "gaussian": (lambda: Rastrigin(100), GAUSSIAN, {}),
}


@main_thread
@needs_a_timer
@pytest.mark.parametrize("name", GOING_ON)
def test_a_run_goes_on_after_it(name):
    objective, method, given = GOING_ON[name]
    f = objective()

    def begun():
        return method.start(np.linspace(-0.5, 0.5, f.n), rng=3, **given)

    run, done = begun(), 0
    options = {"gtol": 0} if isinstance(method, GradientMethod) else {}
    for _ in range(2):
        seconds_to_stop(lambda: minimize(f, method=run, max_iter=10**9, **options))
        assert run.iteration >= done
        done = run.iteration
    minimize(f, method=run, max_iter=3, **options)
    again = begun()
    pending = tries(method)  # the last trial, which is not told
    minimize(f, method=again, max_iter=run.iteration + pending, **options)
    assert again.iteration == run.iteration
    assert_array_equal(again.ask(), run.ask())
    assert_array_equal(again.x, run.x)
    assert again.fun == run.fun


@main_thread
@needs_a_timer
@pytest.mark.parametrize(
    "method", [Newton(0.5), Newton(Backtracking()), LevenbergMarquardt()],
    ids=["plain", "search", "damped"],
)  # fmt: skip
def test_a_hessian_told_by_hand_may_be_told_again(method):
    """Also at a trial point that a line search accepts, which is the next iterate."""
    n = 3000
    H = np.eye(n) + 1e-4
    told = [(10.0, np.ones(n), H), (1.0, np.linspace(0.1, 1, n), H)]
    run, again = (method.start(np.ones(n)) for _ in range(2))
    for f, g, h in told:
        x, t = run.ask(), run.iteration
        assert seconds_to_stop(lambda: run.tell(x, f, g, h), 0.05) < 0.5  # noqa: B023
        assert run.iteration == t
        assert run.ask() is x
        run.tell(x, f, g, h)
        again.tell(again.ask(), f, g, h)
        assert run.iteration == again.iteration
        assert_array_equal(run.ask(), again.ask())
    assert run.iteration == (2 if method.learning_rate == 0.5 else 1)  # else the second is a trial


def a_large_hessian_is_told():
    n = 3000
    Newton().start(np.zeros(n)).tell(np.zeros(n), 1.0, np.ones(n), np.eye(n) + 1e-4)


@pytest.mark.parametrize("name", ["value", "tell"])
def test_other_threads_work_meanwhile(name):
    """The main one among them, who alone is told of Ctrl-C."""
    f = network()
    x = initial(f)
    work = {"value": lambda: f(x), "tell": a_large_hessian_is_told}[name]
    thread = threading.Thread(target=work)
    before = time.perf_counter()
    thread.start()
    turns = 0
    while thread.is_alive():
        time.sleep(0.01)
        turns += 1
    took = time.perf_counter() - before
    assert turns > 5 or took < 0.25


class Cycle:
    def __init__(self):
        self.itself = self


class LeavesGarbage:
    """In place of a progress bar. Its second call leaves Ctrl-C on its way, and garbage that the
    next look for signals may collect: what it allocates last it does without a call of a function,
    behind which Python would collect at once."""

    def __init__(self, *args):
        self.calls, self.told = 0, []

    def __call__(self, *args):
        self.calls += 1
        if self.calls == 1:
            gc.collect()
            gc.disable()
            for _ in range(50):
                cycle = Cycle()
                self.told.append(weakref.ref(cycle, lambda _: len(self.told)))
            del cycle
        elif self.calls == 2:
            signal.setitimer(signal.ITIMER_REAL, 0.004)
            a = 1
            gc.set_threshold(gc.get_count()[0] + 10)
            gc.enable()
            self.kept = [{a}, {a}, {a}, {a}, {a}, {a}, {a}, {a}, {a}, {a}, {a}, {a}, {a}, {a}, {a}]
        return True

    def close(self):
        pass


@main_thread
@needs_a_timer
def test_ctrl_c_is_not_lost_where_garbage_is_due(monkeypatch):
    monkeypatch.setattr(sys.modules["ml4pa.minimize"], "Bar", LeavesGarbage)
    threshold = gc.get_threshold()
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            minimize(Sphere(2), [1.0, 1.0], Adam(1e-9), max_iter=10**9, max_time=0.5, progress=True)
    finally:
        gc.set_threshold(*threshold)
        gc.enable()
        signal.signal(signal.SIGALRM, before)


# ---- the linear system, which is solved in blocks where it is large ------------------------------


@pytest.mark.parametrize("n", [512, 513, 600, 641])
@pytest.mark.parametrize("kind", ["definite", "indefinite", "permuted"])
def test_large_systems_are_solved_as_by_numpy(n, kind):
    rng = np.random.default_rng(n)
    A = rng.normal(size=(n, n))
    H = A @ A.T / n + np.eye(n)
    if kind == "indefinite":
        H -= 2.0 * np.eye(n)
    if kind == "permuted":  # a zero on the diagonal at once
        H = np.fliplr(np.diag(np.arange(1.0, n + 1))) + 0.1 * (A + A.T) / n
        H = 0.5 * (H + H.T)
    g, x = rng.normal(size=n), np.zeros(n)
    runs = [Newton(damping=0.25).start(x, engine=e) for e in ("compiled", "numpy")]
    for run in runs:
        run.tell(run.ask(), 1.0, g, H)
    a, b = runs
    assert_allclose(a.ask(), b.ask(), rtol=1e-9, atol=1e-11 * np.abs(b.ask()).max())
    assert a.state["indefinite"] == b.state["indefinite"] == (kind != "definite")


@pytest.mark.parametrize("what", ["zeros", "rank", "overflow"])
def test_large_systems_without_a_solution_are_reported(what):
    n = 600
    H = np.zeros((n, n)) if what == "zeros" else np.eye(n)
    if what == "rank":
        H[-1, -1] = 0.0
    if what == "overflow":
        H[0, 0] = 5e-324
    for engine in ("compiled", "numpy"):
        run = Newton().start(np.zeros(n), engine=engine)
        run.tell(run.ask(), 1.0, np.ones(n), H)
        assert list(run.stop) == ["SINGULAR_HESSIAN"]
