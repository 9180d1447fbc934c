"""Fleets side by side: what one native call says of many starts is what minimize says of each."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from cases import FAST, LANDSCAPES
from numpy.testing import assert_array_equal
from promises import both_engines
from specimens import (
    GRADIENT,
    POPULATIONS,
    minimal,
)
from test_multistart import assert_same_result

import ml4pa
from ml4pa import (
    Adam,
    Constant,
    Cosine,
    GradientDescent,
    Momentum,
    Nesterov,
    Newton,
    RMSprop,
    Status,
    lanes,
    minimize,
    multistart,
)
from ml4pa.landscapes import Beale, Himmelblau, MonkeySaddle, Quadratic, Saddle, Sphere, Wiggles

SMALL = [kind for kind in LANDSCAPES if kind.dimension in (1, 2)]
#: Those whose steps need no trial have kernels.
METHODS = {
    name: minimal(type(m), **FAST.get(name, {}))
    for name, m in GRADIENT.items()
    if name != "levenberg_marquardt"
}


@pytest.fixture
def calls(monkeypatch):
    """Counts the native calls for a whole fleet."""
    counted = []

    def fleet(*given):
        counted.append(given)
        return native(*given)

    native = lanes._core.fleet
    monkeypatch.setattr(lanes._core, "fleet", fleet)
    return counted


def starts_for(f, m, seed=4, wide=1.0):
    low, high = (f.bounds * wide).T
    return np.random.default_rng(seed).uniform(low, high, (m, f.n))


def assert_rows(f, starts, method, **options):
    """Every row equals minimize's, bit for bit; returns the fleet."""
    fleet = multistart(f, starts, method, **options)
    for row, x0 in zip(fleet, starts, strict=True):
        assert_same_result(row, minimize(f, x0, method, **options))
    return fleet


@pytest.mark.parametrize("kind", SMALL, ids=lambda kind: kind.__name__)
def test_all_methods_on_all_small_landscapes(kind, calls):
    f = kind()
    for method in METHODS.values():
        fleet = assert_rows(f, starts_for(f, 21), method, max_iter=150)
        assert fleet.path is None
        assert_rows(f, starts_for(f, 9, wide=3.0), method, max_iter=40, record=True)
    assert len(calls) == 2 * len(METHODS)


@pytest.mark.parametrize("name", METHODS)
def test_what_ends_a_run_ends_its_lane(name, calls):
    f, method = Himmelblau(), METHODS[name]
    starts = starts_for(f, 40)
    for given in (
        {"xtol": 1e-3},
        {"ftol": 1e-4, "gtol": 1e-2},
        {"target": 1.0, "xtol": 1e-5, "record": 3},
        {"gtol": 1e-1, "max_evals": 60, "max_iter": 70, "record": 8},
        {"gtol": 0.0, "max_iter": 65},
        {"max_iter": 0, "record": True},
        {"max_evals": 1},
    ):
        assert_rows(f, starts, method, **{"max_iter": 400, **given})
    assert len(calls) == 7


def test_runs_end_for_many_reasons_at_many_steps():
    """So that blocks are full of holes: 300 lanes, each at its own time."""
    f = Himmelblau()
    starts = starts_for(f, 300, wide=1.4)
    fleet = assert_rows(
        f, starts, Momentum(0.008), gtol=1e-2, target=1e-6, max_iter=400, record=True
    )
    assert set(fleet.reasons()) == {"GRADIENT_TOLERANCE", "TARGET", "DIVERGED"}
    assert len(set(fleet.nit.tolist())) > 50


#: Runs that swing, so that their best points lie at many steps; in the last, one coordinate of the
#: gradient vanishes long before the other.
SWINGING = {
    "momentum": (Himmelblau(), Momentum(0.01), {"gtol": 1e-2}),
    "momentum, longer": (Himmelblau(), Momentum(0.015), {}),
    "descent, a fixed point": (Himmelblau(), GradientDescent(0.02), {"gtol": 0.0}),
    "descent, a cycle": (Himmelblau(), GradientDescent(0.03), {}),
    "rmsprop": (Beale(), RMSprop(0.05), {"gtol": 1e-3}),
    "adam on a schedule": (Beale(), Adam(Cosine(0.5, steps=300)), {"gtol": 1e-6}),
    "nesterov": (Quadratic(), Nesterov(0.02, 0.99), {"gtol": 1e-4}),
    "one coordinate": (Quadratic(3.0, 0.01), GradientDescent(0.15), {"gtol": 1e-8}),
    "from far away": (Quadratic(), GradientDescent(0.25), {}),
}


@pytest.mark.parametrize("name", SWINGING)
def test_best_points_are_found_afterwards(name, calls):
    f, method, given = SWINGING[name]
    starts = starts_for(f, 90)
    starts[::9] *= 1e154 if name == "from far away" else 1.0  # f overflows, where x does not
    fleet = assert_rows(f, starts, method, max_iter=500, **given)
    assert len(calls) == 1
    if name in ("momentum, longer", "descent, a cycle"):
        paths = multistart(f, starts, method, max_iter=500, record=True, **given)
        assert len({np.argmin(run.path.fun) for run in paths}) > 10
    assert name != "from far away" or "DIVERGED" in fleet.reasons()


def test_any_number_of_starts():
    f = Beale()
    starts = starts_for(f, 300)
    whole = multistart(f, starts, Adam(0.1), max_iter=90, record=7)
    for m in (1, 2, 7, 8, 9, 127, 128, 129):
        part = multistart(f, starts[:m], Adam(0.1), max_iter=90, record=7)
        for name in ("x", "fun", "jac", "nit", "status", "measured", "limit"):
            assert_array_equal(getattr(part, name), getattr(whole, name)[:m], err_msg=name)
        longest = part.path.x.shape[1]
        assert_array_equal(part.path.x, whole.path.x[:m, :longest])


@pytest.mark.parametrize("name", METHODS)
def test_a_method_for_each_start(name, calls):
    f, m = Himmelblau(), 150
    starts = starts_for(f, m)
    rng = np.random.default_rng(5)
    method = METHODS[name]
    names = list(method.hyper_parameters())
    given = {key: rng.uniform(0.0, 0.9, m) for key in names}
    given["learning_rate"] = 10.0 ** rng.uniform(-4, 0, m)
    fleet = multistart(f, starts, method, max_iter=100, record=5, **given)
    assert len(calls) == 1
    for i in range(m):
        own = dataclasses.replace(method, **{key: float(v[i]) for key, v in given.items()})
        assert_same_result(fleet[i], minimize(f, starts[i], own, max_iter=100, record=5))


def test_schedules_for_all_and_for_each(calls):
    f = Himmelblau()
    starts = starts_for(f, 30)
    assert_rows(f, starts, Adam(Cosine(0.5, steps=50)), max_iter=80)
    rates = [Constant(0.01), 0.02, Cosine(0.01, steps=20)] * 10
    fleet = multistart(f, starts, "momentum", learning_rate=rates, momentum=0.5, max_iter=60)
    assert len(calls) == 2
    for i, rate in enumerate(rates):
        assert_same_result(fleet[i], minimize(f, starts[i], Momentum(rate, 0.5), max_iter=60))


@pytest.mark.parametrize("method", [*METHODS.values()], ids=METHODS)
def test_the_number_of_threads_changes_nothing(method):
    f = Beale()
    starts = starts_for(f, 500)
    one, two, eight = (
        multistart(f, starts, method, max_iter=120, record=9, threads=k) for k in (1, 2, 8)
    )
    for other in (two, eight):
        for name in ("x", "fun", "jac", "nit", "status", "measured", "limit"):
            assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
        assert one.path.x.tobytes() == other.path.x.tobytes()


def test_what_needs_more_is_run_one_by_one(calls):
    f = Himmelblau()
    starts = starts_for(f, 3)
    for method, options in (
        (GradientDescent(0.01, noise=0.1), {"rng": 3}),
        (GradientDescent(0.01, clip=1.0), {}),
        (GradientDescent(lambda t: 0.01), {}),
        (GradientDescent(ml4pa.Backtracking()), {}),
        (GradientDescent(0.01), {"norm": 2}),
        (GradientDescent(0.01), {"bounds": f.bounds}),
        (GradientDescent(0.01), {"on_nan": "raise"}),
        (GradientDescent(0.01), {"engine": "numpy"}),
        (POPULATIONS["cmaes"], {"rng": 3}),
    ):
        multistart(f, starts, method, max_iter=3, **options)
    multistart(Sphere(2), starts, GradientDescent(0.01), max_iter=3)
    multistart(lambda x: x @ x, starts, GradientDescent(0.01), max_iter=3)
    assert calls == []


def test_memory_that_is_used_again_belongs_to_one_fleet():
    """20 MB of paths: the second fleet may not have the first one's block, the third may."""
    f = Himmelblau()

    def paths(seed):
        starts = starts_for(f, 2000, seed)
        return multistart(f, starts, GradientDescent(1e-3), gtol=0, max_iter=400, record=True).path

    first = paths(1)
    kept = first.x.copy(), first.fun.copy()
    second = paths(2)
    part = second.x[:, 3]
    assert not np.shares_memory(first.x, second.x)
    assert_array_equal(first.x, kept[0])
    assert_array_equal(first.fun, kept[1])
    del first, second
    before = part.copy()
    third = paths(1)
    assert_array_equal(third.x, kept[0])
    assert_array_equal(third.fun, kept[1])
    assert_array_equal(part, before)  # a view keeps its block


def test_spent_time_ends_all_that_go_on():
    f = Himmelblau()
    for record in (False, 1000):
        options = {"max_time": 0.05, "gtol": 0.0, "record": record}
        if record:
            options["max_iter"] = 10**7
        fleet = multistart(f, starts_for(f, 300), GradientDescent(1e-9), max_bytes=2**34, **options)
        assert set(fleet.reasons()) == {"MAX_TIME"} and (fleet.nit >= 0).all()
        assert (fleet.measured >= 0.05).all() and (fleet.limit == 0.05).all()
    assert_array_equal(fleet.path.rows, (fleet.nit - 1) // 1000 + 2)
    assert_array_equal([path.iteration[-1] for path in fleet.path], fleet.nit)


# ---- Newton's method in one and two dimensions ---------------------------------------------------


@both_engines
@pytest.mark.parametrize("f", [Himmelblau(), MonkeySaddle(), Saddle(), Wiggles()], ids=repr)
def test_saddles_are_reported_for_each_lane(f, engine):
    starts = np.vstack([starts_for(f, 60), np.zeros((1, f.n))])
    fleet = assert_rows(f, starts, Newton(), max_iter=50, engine=engine)
    assert Status.SADDLE in fleet.status
    assert not fleet.success[fleet.status == Status.SADDLE].any()


@pytest.mark.parametrize("kind", SMALL, ids=lambda kind: kind.__name__)
def test_newton_has_the_same_bits_in_both_engines(kind):
    if kind.__name__ not in {k.__name__ for k in (Himmelblau, Beale, MonkeySaddle, Quadratic)}:
        pytest.skip("its own values differ in the last bit")
    f = kind()
    starts = starts_for(f, 12)
    for method in (Newton(), Newton(0.5, damping=3.0)):
        a, b = (
            multistart(f, starts, method, engine=engine, max_iter=30)
            for engine in ("compiled", "numpy")
        )
        assert_array_equal(a.x, b.x)
        assert_array_equal(a.nit, b.nit)
        assert_array_equal(a.status, b.status)
