"""CMA-ES with restarts: their sizes, damping, starts, and how each descent ends."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from promises import both_engines

from ml4pa import CMAES, Status, checks, load, minimize
from ml4pa.landscapes import Rastrigin, Sphere
from ml4pa.methods.cmaes import restarts
from ml4pa.methods.cmaes.box import Box


def test_larger_populations_of_restarts_are_damped_more():
    """n = 20, lambda = 24: s = sqrt((mu_eff - 1)/21) = 0.55; at 384 it is 2.3."""
    method = CMAES(0.5, restarts="ipop")
    for size, factor in ((24, 1.0), (48, 1.0), (384, 2.0)):
        p, alone = method.parameters(20, size), CMAES(0.5).parameters(20, size)
        s = math.sqrt((p.mu_eff - 1.0) / 21.0)
        assert_allclose(p.d_sigma, 1.0 + factor * s - (factor - 1.0) * 2.0 + p.c_sigma)
        assert_allclose(alone.d_sigma, 1.0 + 2.0 * max(0.0, s - 1.0) + p.c_sigma)
    assert method.parameters(20).d_sigma == CMAES(0.5).parameters(20).d_sigma  # of the first one
    own = CMAES(0.5, restarts="ipop", population_size=24)
    assert own.parameters(20).d_sigma == CMAES(0.5).parameters(20, 24).d_sigma
    given = CMAES(0.5, restarts="ipop", d_sigma=1.5)
    assert given.parameters(20, 48).d_sigma == 1.5


@both_engines
def test_ipop_doubles_the_population(engine):
    result = minimize(
        Rastrigin(3), [2.0, 3.0, -2.0], CMAES(0.5, restarts="ipop"), rng=2, max_evals=60_000,
        engine=engine, target=1e-9,
    )  # fmt: skip
    assert result.status == Status.TARGET
    sizes = [d.population_size for d in result.restarts]
    assert len(sizes) >= 2
    assert sizes == [7 * 2**k for k in range(len(sizes))]
    assert [d.regime for d in result.restarts] == ["first"] + ["large"] * (len(sizes) - 1)
    assert sum(d.nfev for d in result.restarts) == result.nfev
    assert sum(d.nit for d in result.restarts) == result.nit
    # In NumPy the result's value is that of a call, which adds up in another order.
    rtol = 1e-12 if engine == "numpy" else 0.0
    assert_allclose(min(d.fun for d in result.restarts), result.fun, rtol=rtol)
    for d in result.restarts[:-1]:
        assert d.sigma0 == 0.5 and str(d.nit) in d.message and d.status != Status.RUNNING
    assert result.restarts[-1].status == Status.RUNNING


@both_engines
def test_bipop_follows_its_rules(engine):
    result = minimize(
        Rastrigin(4), np.full(4, 3.0), CMAES(1.0, restarts="bipop"), rng=1, max_evals=15_000,
        engine=engine,
    )  # fmt: skip
    assert result.status == Status.MAX_EVALS and len(result.restarts) > 4
    small, large, last, doublings = 0, 0, 0, 0
    for k, d in enumerate(result.restarts):
        if k == 0:
            assert (d.regime, d.population_size, d.sigma0) == ("first", 8, 1.0)
        elif small < large:
            assert d.regime == "small"
            assert 8 <= d.population_size <= max(8, 8 * 0.5 * 2**doublings)
            assert 0.01 <= d.sigma0 <= 1.0
            assert d.nfev <= max(0.5 * last, d.population_size)
        else:
            doublings += 1
            assert (d.regime, d.sigma0) == ("large", 1.0)
            assert d.population_size == 8 * 2**doublings
        if d.regime == "large":
            large, last = large + d.nfev, d.nfev
        else:
            small += d.nfev
    assert {"small", "large"} <= {d.regime for d in result.restarts}


@both_engines
def test_a_descent_behind_the_best_value_makes_room_for_the_next(engine):
    """Local minima of Rastrigin's function are left before they are known to 1e-11."""
    method = CMAES(1.0, restarts="bipop", max_restarts=4)
    result = minimize(Rastrigin(3), np.full(3, 3.0), method, rng=1, engine=engine)
    behind = [k for k, d in enumerate(result.restarts) if d.status == Status.BEHIND]
    shares = []
    for k in behind:
        stop, best = result.restarts[k].stop, min(d.fun for d in result.restarts[: k + 1])
        assert 1e-11 < stop.measured <= stop.limit
        shares.append((result.restarts[k].fun - best) / stop.limit)
    # The newest values are some 1e-4 of the distance above the best one of the descent; and a few
    # descents came upon a better point on their way than where they came to rest.
    assert_allclose(max(shares), 1e4, rtol=1e-3)
    assert np.sum(np.isclose(shares, 1e4, rtol=1e-2)) > len(behind) / 2 > 3
    for k in set(range(len(result.restarts))) - set(behind):
        assert result.restarts[k].status in (Status.TOLFUN, Status.DESCENT_LIMIT)


@both_engines
@pytest.mark.parametrize(
    ("restarts", "best", "reason"),
    [("ipop", -1.0, "BEHIND"), ("ipop", -np.inf, "TOLFUN"), (None, -1.0, "TOLFUN")],
)
def test_behind_is_for_restarts_and_finite_values(restarts, best, reason, engine):
    """A sphere, and a better value that was met once."""
    method = CMAES(0.3, restarts=restarts, max_restarts=0)
    run = method.start(np.zeros(2), rng=1, engine=engine)
    run.tell(run.ask(), [best, 1.0, 2.0, 3.0, 4.0, 5.0])
    while not run.stop and run.iteration < 300:
        X = run.ask()
        run.tell(X, ((X - 1.0) ** 2).sum(axis=1))
    assert list(run.stop) == [reason]


@both_engines
def test_a_last_descent_that_is_behind_is_a_success(engine):
    """Its values have settled, and the better one is the result: here a pit that the first
    generation meets."""
    method = CMAES(0.3, restarts="ipop", max_restarts=0)
    pit = method.start(np.zeros(2), rng=1).ask()[2].copy()

    def f(x):
        return -1.0 if np.array_equal(x, pit) else float(((x - 1.0) ** 2).sum())

    result = minimize(f, np.zeros(2), method, rng=1, engine=engine)
    assert (result.status, result.success, result.fun) == (Status.BEHIND, True, -1.0)
    assert result.message.startswith("behind the best value of the run: spread of the values ")


def test_descents_are_the_same_in_both_engines():
    method = CMAES(1.0, restarts="bipop", max_restarts=3)
    options = {"rng": 1, "max_evals": 20_000}
    a, b = (
        minimize(Rastrigin(3), np.full(3, 3.0), method, engine=engine, **options)
        for engine in ("numpy", "compiled")
    )
    assert len(a.restarts) == len(b.restarts) > 4
    for p, q in zip(a.restarts, b.restarts, strict=True):
        assert (p.regime, p.population_size, p.nit, p.status) == (
            q.regime, q.population_size, q.nit, q.status,
        )  # fmt: skip
        assert_allclose(p.sigma0, q.sigma0)
        # Rounding errors grow over a descent that has not settled, one that is behind.
        assert_allclose(p.fun, q.fun, rtol=1e-6)


def test_restarts_end_when_the_population_has_doubled_enough():
    method = CMAES(0.5, restarts="ipop", max_restarts=2)
    result = minimize(Rastrigin(2), [2.0, 3.0], method, rng=1)
    assert [d.population_size for d in result.restarts] == [6, 12, 24]
    assert result.restarts[-1].status == result.status == Status.TOLFUN and result.success


def test_restarts_begin_anywhere_in_the_bounds():
    method = CMAES(0.01, restarts="ipop", max_restarts=6)
    run = method.start([1.0, 1.0], rng=1, bounds=[(-5, 5), (0, 9)])
    starts = []
    while not run.stop:
        if run.state["generation"] == 0:
            starts.append(run.state["mean"])
        run.tell(run.ask(), Sphere(2)(run.ask()))
    starts = np.array(starts[1:])
    assert len(starts) == 6 and np.ptp(starts, axis=0).min() > 2.0


@pytest.mark.parametrize(
    ("region", "bounds", "low", "high"),
    [
        ((2, 3), None, [2, 2], [3, 3]),
        ([(-9, -8), (4, 4)], None, [-9, 4], [-8, 4]),
        ((2, 4), [(-1, 3), (None, None)], [2, 2], [3, 4]),
    ],
)
def test_restarts_begin_in_the_region(region, bounds, low, high):
    runs = [
        CMAES(0.01, restarts="bipop", max_restarts=4, restart_region=region)
        .start([1.0, 1.0], rng=1, bounds=bounds, engine=engine)
        for engine in ("numpy", "compiled")
    ]  # fmt: skip
    starts = []
    while not runs[0].stop:
        if runs[0].state["generation"] == 0:
            starts.append(runs[0].state["mean"])
            assert_array_equal(runs[1].state["mean"], runs[0].state["mean"])
        for run in runs:
            run.tell(run.ask(), Sphere(2)(run.ask()))
    box = None if bounds is None else Box(*checks.bounds(bounds, 2))
    inside = np.array(starts[1:]) if box is None else box.inside(np.array(starts[1:]))
    assert len(inside) >= 4
    assert (inside >= np.array(low) - 1e-12).all() and (inside <= np.array(high) + 1e-12).all()
    assert (np.ptp(inside, axis=0) >= 0.3 * np.subtract(high, low)).all()


@both_engines
def test_restarted_run_is_saved_and_goes_on_bit_for_bit(engine, tmp_path):
    method = CMAES(0.5, restarts="bipop", tolfun=1e-3)
    f, run = Rastrigin(3), method.start([2.0, 3.0, 1.0], rng=7, engine=engine)
    while run.state["restart"] < 3:
        run.tell(run.ask(), f(run.ask()))
    run.tell(run.ask(), f(run.ask()))
    run.save(tmp_path / "run.npz")
    copies = [load(tmp_path / "run.npz"), pickle.loads(pickle.dumps(run))]
    for _ in range(200):
        X = run.ask()
        run.tell(X, f(X))
        for copy in copies:
            assert_array_equal(copy.ask(), X)
            copy.tell(copy.ask(), f(X))
    told = run.snapshot()
    for copy in copies:
        assert restarts.story(copy.snapshot()) == restarts.story(told)
        for name, value in copy.snapshot().items():
            assert_array_equal(value, told[name], err_msg=name)


def test_each_descent_measures_its_shape_from_the_same_draws():
    """The start vectors of the power iterations come from the key of the run."""
    f, method = Rastrigin(3), CMAES(0.5, restarts="ipop", tolfun=1e-3)
    runs = [method.start([2.0, 3.0, 1.0], rng=7, engine=e) for e in ("compiled", "numpy")]
    first = [run.snapshot() for run in runs]
    for run in runs:
        while run.state["restart"] < 1:
            run.tell(run.ask(), f(run.ask()))
    other = method.start([2.0, 3.0, 1.0], rng=8).snapshot()
    for name in ("widest", "narrowest"):
        draws = first[0][name]
        for state in (first[1], *(run.snapshot() for run in runs)):
            assert_array_equal(state[name], draws)
        assert not np.array_equal(draws, other[name])
    assert not np.array_equal(first[0]["widest"], first[0]["narrowest"])
