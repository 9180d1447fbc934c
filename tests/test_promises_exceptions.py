"""Exceptions of the user's code come through, and bounds are never left.

A new method inherits these tests by its line in the registry: `MINIMAL` is made from it.
"""

from __future__ import annotations

import dataclasses
import gc
import traceback

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal
from promises import (
    LOADED,
    Recorder,
    both_engines,
    every_gradient_method,
    every_kind,
    recorded,
    tell,
)
from specimens import (
    MINIMAL,
    square,
    square_jac,
    wants_hessian,
)

from ml4pa import (
    Adam,
    Backtracking,
    ExactLineSearch,
    Function,
    GradientDescent,
    InverseTime,
    Momentum,
    Nesterov,
    Newton,
    minimize,
)
from ml4pa.landscapes import (
    Beale,
    Himmelblau,
    Quadratic,
)

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
            assert run.iteration == expected.iteration and not run.stop
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
    # Products of what is 0 stay 0: refused, unless there is a box to draw from.
    assume(name != "genetic_algorithm" or x0.all() or np.isfinite(box).all())
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
