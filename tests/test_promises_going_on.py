"""A run in place of a method: `minimize` goes on with it, and leaves it where the call ended."""

from __future__ import annotations

import _thread
import math
import signal

import numpy as np
import pytest
from cases import LINE_SEARCH_ROWS
from numpy.testing import assert_array_equal
from promises import both_engines, noisy
from specimens import (
    GRADIENT,
    MINIMAL,
    POPULATIONS,
)
from test_promises_endings import main_thread, seconds_to_stop

from ml4pa import (
    CMAES,
    Adam,
    Function,
    GradientDescent,
    GradientMethod,
    Newton,
    RandomSearch,
    Run,
    Status,
    load,
    minimize,
)
from ml4pa.landscapes import Beale, Himmelblau, Rosenbrock, Sphere

METHODS = {
    **MINIMAL,
    **POPULATIONS,
    **{f"{name}-noise": noisy(method) for name, method in GRADIENT.items()},
    **{repr(search): GradientDescent(search) for search in LINE_SEARCH_ROWS},
}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
START = [1.0, 2.0]


@both_engines
@every_method
@pytest.mark.parametrize("python", [False, True])
def test_two_calls_are_one(method, engine, python, tmp_path):
    f = Himmelblau()
    if python:
        f = Function(f, f.gradient, f.hessian)
    whole = minimize(f, START, method, rng=3, engine=engine, gtol=None, max_iter=30)
    run = method.start(START, rng=3, engine=engine)
    nit = 0
    for steps in (1, 6, 23):
        result = minimize(f, method=run, max_iter=steps)
        assert result.engine == engine and result.nit <= steps
        nit += result.nit
        if result.status != Status.MAX_ITER or run.stop:
            break
        run.save(tmp_path / "run")
        run = load(tmp_path / "run")
    assert nit == whole.nit
    assert_array_equal(result.x, whole.x)
    assert result.fun == whole.fun


@both_engines
@every_method
def test_an_exception_leaves_a_run_that_goes_on(method, engine):
    class Boom(Exception):
        pass

    def boom(told):
        if told.nit == 4:
            raise Boom

    whole = minimize(Beale(), START, method, rng=3, engine=engine, max_iter=20)
    run = method.start(START, rng=3, engine=engine)
    with pytest.raises(Boom):
        minimize(Beale(), method=run, callback=boom)
    if not run.stop:
        # Of a gradient run iterate 4 has been told, of a population generation 4.
        left = 15 if isinstance(method, GradientMethod) else 16
        result = minimize(Beale(), method=run, max_iter=left)
        assert_array_equal(result.x, whole.x)


INTERRUPTED = {
    "small": (Beale(), GradientDescent(1e-9), "compiled"),
    "gradient": (Rosenbrock(30), Adam(1e-7), "compiled"),
    "newton": (Rosenbrock(30), Newton(1e-9, damping=1.0), "compiled"),
    # Caught while it learns in every other try.
    **{f"{n}": (Rosenbrock(n), CMAES(0.1), "compiled") for n in (180, 190, 200, 210)},
    **{f"numpy-{n}": (Rosenbrock(n), CMAES(0.1), "numpy") for n in (50, 60, 70)},
    **{
        f"numpy-adam-{n}": (Rosenbrock(n), Adam(1e-7), "numpy")
        for n in (900, 1000, 1100, 1200, 10**4)
    },
}


@main_thread
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "term"])
@pytest.mark.parametrize(("f", "method", "engine"), INTERRUPTED.values(), ids=INTERRUPTED)
def test_a_signal_leaves_a_run_that_goes_on(f, method, engine, number, request):
    before = signal.signal(number, signal.default_int_handler)  # raises, as a user's own may
    request.addfinalizer(lambda: signal.signal(number, before))

    def begun():
        return method.start(np.linspace(1, 2, f.n), rng=3, engine=engine)

    run = begun()
    given = {} if isinstance(method, CMAES) else {"gtol": 0}
    seconds_to_stop(
        lambda: minimize(f, method=run, max_iter=10**9, **given),
        lambda: _thread.interrupt_main(number),
    )
    done = run.iteration
    assert done > 0 and math.isfinite(run.fun)
    minimize(f, method=run, max_iter=20, **given)
    again = begun()
    minimize(f, method=again, max_iter=done + 20, **given)
    assert again.iteration == run.iteration
    assert_array_equal(again.ask(), run.ask())
    assert again.fun == run.fun


@main_thread
def test_what_handles_ctrl_c_is_what_did_before():
    before = signal.getsignal(signal.SIGINT)
    minimize(Beale(), START, Adam(0.1), max_iter=5, engine="numpy")
    assert signal.getsignal(signal.SIGINT) is before

    def own(number, frame):
        pass

    def sets(told):
        signal.signal(signal.SIGINT, own)

    try:
        minimize(Beale(), START, Adam(0.1), max_iter=5, engine="numpy", callback=sets)
        assert signal.getsignal(signal.SIGINT) is own
    finally:
        signal.signal(signal.SIGINT, before)


class First(Exception):
    pass


class Second(Exception):
    pass


@main_thread
@pytest.mark.parametrize("method", [Adam(0.1), RandomSearch(0.1)], ids=lambda m: m.name)
def test_no_signal_is_lost_while_a_run_learns(method):
    """Each is raised once, where the run has learnt; the second finds the first one's way out."""

    class Struck(type(method)):  # by both, in the midst of its first update
        def step(self, *given):
            strike()
            return super().step(*given)

        def update(self, *given):
            strike()
            return super().update(*given)

    def strike():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
        learnt.append(run.iteration)

    def raises(kind):
        def handle(number, frame):
            learnt.append(kind)
            raise kind

        return handle

    learnt = []
    run = Struck(0.1).start(START, rng=1)
    before = (
        signal.signal(signal.SIGINT, raises(First)),
        signal.signal(signal.SIGTERM, raises(Second)),
    )
    try:
        with pytest.raises((First, Second)):
            minimize(Beale(), method=run, max_iter=5)
        assert learnt[0] == 0 and set(learnt[1:]) == {First, Second} and len(learnt) == 3
        assert run.iteration == 1
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])


@main_thread
def test_a_generation_that_takes_long_may_be_torn():
    """The best point is kept, and what cannot go on says so."""
    n = 10**6
    run = CMAES(1.0, covariance="limited").start(np.ones(n), rng=3)
    seconds_to_stop(lambda: minimize(Sphere(n), method=run), _thread.interrupt_main)
    assert np.isfinite(run.x).all()
    if run.stop:
        assert list(run.stop) == ["TORN"]
        with pytest.raises(ValueError, match=r"has stopped \(TORN\)"):
            minimize(Sphere(n), method=run)
    else:
        assert minimize(Sphere(n), method=run, max_iter=1).nit == 1


def test_the_gradient_is_that_of_the_best_point_or_none():
    run = Adam(0.1).start([3.0, 0.5])  # the minimum
    minimize(Beale(), method=run, max_iter=1, gtol=0, xtol=0)
    later = minimize(Beale(), method=run, max_iter=0)
    assert later.fun == 0.0 and later.jac is None
    better = minimize(Beale(), method=Adam(0.1).start([3.1, 0.5]), max_iter=5)
    assert_array_equal(better.jac, Beale().gradient(better.x))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"x0": [1.0, 2.0]}, r"x0=\[1.0, 2.0\] must be None: method is a Run, which has its own"),
        ({"bounds": [(0, 1)] * 2}, "bounds=.* must be None: method is a Run"),
        ({"rng": 1}, "rng=1 must be None: method is a Run"),
    ],
)
def test_a_run_has_its_own_start_bounds_and_numbers(given, text):
    with pytest.raises(ValueError, match=text):
        minimize(Beale(), **given, method=Adam(0.1).start([1.0, 2.0]))


def test_runs_that_cannot_go_on_are_refused():
    with pytest.raises(ValueError, match="method is a Run on n=2, but fun is defined on n=5"):
        minimize(Rosenbrock(5), method=Adam(0.1).start([1.0, 2.0]))
    run = CMAES(0.5).start([1.0, 2.0], rng=1)
    assert isinstance(run, Run) and minimize(Beale(), method=run).status == Status.TOLFUN
    with pytest.raises(ValueError, match=r"has stopped \(TOLFUN\): start another one"):
        minimize(Beale(), method=run)
