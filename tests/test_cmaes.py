"""CMA-ES: its formulas by hand, its parameters beside pycma's, its ends, restarts and bounds.

What it shares with other population methods is tested in test_population.py.
"""

from __future__ import annotations

import math
import pickle
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from promises import both_engines

from ml4pa import CMAES, Function, Status, minimize
from ml4pa.landscapes import Beale, Discus, Ellipsoid, Rosenbrock, Rotated, Sphere
from ml4pa.methods.cmaes.box import Box
from ml4pa.random import normals

every_mode = pytest.mark.parametrize("mode", ["full", "diagonal", "limited"])


# ---- parameters ----------------------------------------------------------------------------------


def test_parameters_by_hand():
    """n = 10: the numbers of the tutorial's table 1, computed with a pocket calculator."""
    p = CMAES(0.5).parameters(10)
    assert (p.population_size, p.mu) == (10, 5)
    assert_allclose(
        p.weights[:5], [0.45627265, 0.27075309, 0.16223112, 0.08523355, 0.02550959], 1e-6
    )
    assert_allclose(p.mu_eff, 3.16729, 1e-5)
    assert_allclose(p.c_sigma, 5.16729 / 18.16729, 1e-5)
    assert_allclose(p.d_sigma, 1.0 + 5.16729 / 18.16729, 1e-5)
    assert_allclose(p.c_c, 4.316729 / 14.633458, 1e-5)
    assert_allclose(p.c_1, 2.0 / (11.3**2 + 3.16729), 1e-5)
    assert_allclose(p.c_mu, 2.0 * (0.25 + 3.16729 + 1 / 3.16729 - 2) / (144 + 3.16729), 1e-5)
    assert_allclose(p.weights[:5].sum(), 1.0)
    # 1 + c_1/c_mu = 1.643, 1 + 2 mu_eff-/(mu_eff + 2) = 2.8, (1 - c_1 - c_mu)/(n c_mu) = 4.1
    assert_allclose(p.weights[5:].sum(), -1.0 - p.c_1 / p.c_mu)
    assert_allclose(p.chi_n, 3.08473, 1e-5)
    assert p.refresh == 1


@pytest.mark.parametrize("n", [1, 2, 5, 10, 40, 333])
@pytest.mark.parametrize("factor", [1, 4])
def test_parameters_are_those_of_pycma(n, factor):
    cma = pytest.importorskip("cma")
    size = factor * (4 + int(3 * math.log(n)))
    p = CMAES(0.5, population_size=size).parameters(n)
    theirs = cma.CMAEvolutionStrategy(max(n, 2) * [0.0], 0.5, {"verbose": -9, "popsize": size}).sp
    if n > 1:  # which pycma does not know
        assert_allclose(p.mu_eff, theirs.weights.mueff, 1e-12)
        assert_allclose([p.c_1, p.c_mu, p.c_c], [theirs.c1, theirs.cmu, theirs.cc], 1e-12)
        assert_allclose(p.weights, list(theirs.weights), 1e-12)
    assert p.c_1 + p.c_mu <= 1.0


def test_parameters_can_be_overridden():
    given = CMAES(
        0.5, population_size=8, mu=3, c_1=0.01, c_mu=0.02, c_c=0.3, c_sigma=0.4, d_sigma=2
    )
    p = given.parameters(4)
    assert (p.population_size, p.mu) == (8, 3)
    assert (p.c_1, p.c_mu, p.c_c, p.c_sigma, p.d_sigma) == (0.01, 0.02, 0.3, 0.4, 2.0)
    own = CMAES(0.5, population_size=4, weights=[3, 1, 0, -2]).parameters(4)
    assert_allclose(own.weights, [0.75, 0.25, 0.0, -0.5])
    assert own.mu == 2 and own.mu_eff == 1.6
    assert CMAES(0.5, mean_lr=0.5).parameters(4).c_m == 0.5
    assert (CMAES(0.5, active=False).parameters(9).weights >= 0.0).all()


def test_parameters_are_shared_and_cannot_be_written():
    for array in (CMAES(0.5).parameters(5).weights, CMAES(0.5).parameters(5).directions):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 1.0


def test_parameters_of_the_other_modes():
    full, own = CMAES(0.5).parameters(7), CMAES(0.5, covariance="diagonal").parameters(7)
    assert_allclose([own.c_1, own.c_mu], [3 * full.c_1, 3 * full.c_mu])  # (n + 2)/3
    p = CMAES(0.5, covariance="limited").parameters(1000)
    assert_allclose(p.directions[:3, 0], [1e-3, 1e-3 / 1.5, 1e-3 / 2.25])
    assert_allclose(p.directions[:3, 1], [24e-3, 6e-3, 1.5e-3])
    assert_allclose(p.c_sigma, 0.048)
    assert (p.weights >= 0.0).all() and len(p.directions) == 24


# ---- one generation by hand ----------------------------------------------------------------------


@both_engines
def test_one_generation_by_hand(engine):
    """Every number after one generation of the full mode, from the tutorial's equations written
    out; n = 3, lambda = 4."""
    n, lam, sigma, m = 3, 4, 0.7, np.array([1.0, -2.0, 0.5])
    start = np.array([[2.0, 0.3, 0.0], [0.3, 1.0, 0.2], [0.0, 0.2, 0.5]])
    method = CMAES(sigma, population_size=lam, initial_covariance=start, mean_lr=0.8)
    run = method.start(m, rng=5, engine=engine)
    key = run.state["key"] % (1 << 64)
    z = normals(key, 0, np.arange(lam), n)
    y = z @ np.linalg.cholesky(start).T
    assert_allclose(run.ask(), m + sigma * y, rtol=1e-14, atol=1e-14)
    values = np.array([3.0, 1.0, 2.0, 7.0])
    run.tell(run.ask(), values)

    w = np.log(2.5) - np.log([1, 2, 3, 4])
    plus, minus = w[:2].sum(), -w[2:].sum()
    mu_eff = plus**2 / (w[:2] ** 2).sum()
    mu_eff_minus = minus**2 / (w[2:] ** 2).sum()
    c_sigma = (mu_eff + 2) / (n + mu_eff + 5)
    d_sigma = 1 + 2 * max(0, math.sqrt((mu_eff - 1) / (n + 1)) - 1) + c_sigma
    c_c = (4 + mu_eff / n) / (n + 4 + 2 * mu_eff / n)
    c_1 = 2 / ((n + 1.3) ** 2 + mu_eff)
    c_mu = min(1 - c_1, 2 * (0.25 + mu_eff + 1 / mu_eff - 2) / ((n + 2) ** 2 + mu_eff))
    alpha = min(1 + c_1 / c_mu, 1 + 2 * mu_eff_minus / (mu_eff + 2), (1 - c_1 - c_mu) / (n * c_mu))
    w = np.where(w > 0, w / plus, w * alpha / minus)
    best = [1, 2, 0, 3]  # the rows by their values
    z_w = w[0] * z[1] + w[1] * z[2]
    y_w = w[0] * y[1] + w[1] * y[2]
    p_sigma = math.sqrt(c_sigma * (2 - c_sigma) * mu_eff) * z_w
    chi_n = math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n))
    length = math.sqrt(p_sigma @ p_sigma)
    short = length / math.sqrt(1 - (1 - c_sigma) ** 2) < (1.4 + 2 / (n + 1)) * chi_n
    p_c = short * math.sqrt(c_c * (2 - c_c) * mu_eff) * y_w
    delta = (1 - short) * c_c * (2 - c_c)
    C = (1 + c_1 * delta - c_1 - c_mu * w.sum()) * start + c_1 * np.outer(p_c, p_c)
    for weight, i in zip(w, best, strict=True):
        scaled = weight if weight >= 0 else weight * n / (z[i] @ z[i])
        C = C + c_mu * scaled * np.outer(y[i], y[i])

    state = run.state
    assert_allclose(state["mean"], m + 0.8 * sigma * y_w, rtol=1e-13)
    assert_allclose(state["p_sigma"], p_sigma, rtol=1e-13)
    assert_allclose(state["p_c"], p_c, rtol=1e-13)
    assert_allclose(state["covariance"], C, rtol=1e-12, atol=1e-14)
    assert_allclose(state["factor"], np.linalg.cholesky(C), rtol=1e-12, atol=1e-14)
    assert_allclose(state["sigma"], sigma * math.exp(c_sigma / d_sigma * (length / chi_n - 1)))


@both_engines
def test_limited_steps_are_the_factors_one_after_the_other(engine):
    """Algorithm 3 of Loshchilov et al., as it is printed, beside the products of matrices."""
    n, f = 12, Ellipsoid(12)
    scale = np.linspace(1, 2, n)
    method = CMAES(0.5, covariance="limited", scale=scale)
    p = method.parameters(n)
    run = method.start(np.ones(n), rng=3, engine=engine)
    key = run.state["key"] % (1 << 64)
    mean, sigma = np.ones(n), 0.5
    path, M = np.zeros(n), np.zeros((len(p.directions), n))
    for t in range(40):
        z = normals(key, t, np.arange(p.population_size), n)
        d = z.copy()
        for j in range(min(t, len(M))):
            c = p.directions[j, 0]
            d = (1 - c) * d + c * np.outer(d @ M[j], M[j])
        X = mean + sigma * scale * d
        assert_allclose(run.ask(), X, rtol=1e-10, atol=1e-12)
        values = f(X)
        order = np.argsort(values)[: p.mu]
        w = p.weights[: p.mu]
        mean = mean + sigma * scale * (w @ d[order])
        z_w = w @ z[order]
        path = (1 - p.c_sigma) * path + math.sqrt(p.mu_eff * p.c_sigma * (2 - p.c_sigma)) * z_w
        for j, c in enumerate(p.directions[:, 1]):
            M[j] = (1 - c) * M[j] + math.sqrt(p.mu_eff * c * (2 - c)) * z_w
        sigma *= math.exp(min(1, p.c_sigma / 2 * (path @ path / n - 1)))
        run.tell(run.ask(), values)
    A = np.eye(n)
    for j in range(min(40, len(M))):
        c = p.directions[j, 0]
        A = ((1 - c) * np.eye(n) + c * np.outer(M[j], M[j])) @ A
    A = scale[:, np.newaxis] * A
    assert_allclose(run.state["covariance"], A @ A.T, rtol=1e-9, atol=1e-12)


@every_mode
@pytest.mark.parametrize("n", [33, 40, 70, 131])
def test_engines_agree_where_products_are_tiled(n, mode):
    """More coordinates than a tile and a panel have."""
    f = Rotated(Ellipsoid(n), rng=2) if mode == "full" else Ellipsoid(n)
    method = CMAES(0.5, covariance=mode)
    a, b = (method.start(np.ones(n), rng=3, engine=e) for e in ("compiled", "numpy"))
    for t in range(1, 31):
        assert_allclose(a.ask(), b.ask(), rtol=1e-12 * t, atol=1e-12 * t)
        values = f(a.ask())
        for run in (a, b):
            run.tell(run.ask(), values)
    for name, kept in a.state.items():
        assert_allclose(kept, b.state[name], rtol=1e-10, atol=1e-10, err_msg=name)


# ---- what it minimises ---------------------------------------------------------------------------

TURNED = Rotated(Ellipsoid(10), rng=1)


@pytest.mark.parametrize(
    ("method", "f", "most"),
    [
        (CMAES(0.5), TURNED, 4900),  # pycma takes 3920
        (CMAES(0.5), Rosenbrock(10), 6200),  # 4870
        (CMAES(0.5), Sphere(10), 1700),  # 1360
        (CMAES(0.5, covariance="diagonal"), Ellipsoid(10), 2500),
        (CMAES(0.5, covariance="limited"), Sphere(50), 7000),
    ],
    ids=lambda x: getattr(x, "name", None),
)
def test_evaluations_to_the_target(method, f, most):
    """The median of nine seeds is within a quarter of what the reference implementation takes."""
    x0 = np.full(f.n, 0.1 if isinstance(f, Rosenbrock) else 1.0)
    taken = [minimize(f, x0, method, rng=s, target=1e-8, max_evals=10**5).nfev for s in range(9)]
    assert np.median(taken) <= most


@every_mode
def test_covariance_learns_the_axes(mode):
    f = Ellipsoid(4, condition=100)
    run = CMAES(0.5, covariance=mode, tolfun=0, tolx=0).start(np.ones(4), rng=2)
    for _ in range(150 if mode != "limited" else 1):
        X = run.ask()
        run.tell(X, f(X))
    C = run.state["covariance"]
    variances = np.diag(C) if C.ndim == 2 else C
    if mode != "limited":
        assert 20 < variances[0] / variances[3] < 500
    else:
        assert C.shape == (4, 4)


@every_mode
def test_injected_points_lead_the_mean(mode):
    """A much better point of the caller's own draws the mean, by a bounded step."""
    run = CMAES(0.1, covariance=mode, population_size=8).start(np.zeros(5), rng=1)
    f = Sphere(5)
    goal = np.full(5, 3.0)
    for t in range(60):
        X = np.array(run.ask())
        X[0] = goal
        before, sigma = run.state["mean"], run.state["sigma"]
        run.tell(X, f(X - goal))
        if t == 0:  # 53 standard deviations away, taken as sqrt(5) + 10/7
            longest = math.sqrt(5) + 10 / 7
            assert np.linalg.norm(run.state["mean"] - before) < longest * sigma
    assert np.linalg.norm(run.state["mean"] - goal) < 0.5
    assert_array_equal(run.x, goal)


def test_scale_is_a_change_of_units():
    """With a power of two in each coordinate, the same run bit for bit in the factors' units."""
    scale = np.array([1.0, 4.0, 0.5])
    a = minimize(Ellipsoid(3), np.ones(3), CMAES(0.3), rng=1, max_iter=50, record=True)
    b = minimize(
        lambda x: Ellipsoid(3)(x / scale), scale, CMAES(0.3, scale=scale), rng=1, max_iter=50,
        record=True,
    )  # fmt: skip
    assert_array_equal(a.path.fun, b.path.fun)
    assert_array_equal(a.path.mean, b.path.mean / scale)


def test_start_is_drawn_where_none_is_given():
    a = minimize(Sphere(4), None, CMAES(1e-9), rng=3, max_iter=1, record=True)
    assert 0.3 < np.linalg.norm(a.path.x[0]) < 6.0


# ---- bounds --------------------------------------------------------------------------------------

BOXES = {
    "face": ([(0, 2), (-3, 3), (-3, 3)], [0, 0, 0]),
    "edge": ([(0, 2), (0, 3), (-3, 3)], [0, 0, 0]),
    "corner": ([(0, 2), (0, 3), (-4, 0)], [0, 0, 0]),
    "beyond-a-face": ([(0, 2), (-3, 3), (-3, 3)], [-1, 0.3, 0]),
    "beyond-an-edge": ([(0, 2), (0, 3), (-3, 3)], [-1, -2, 0]),
    "beyond-a-corner": ([(0, 2), (0, 3), (-4, 0)], [-1, -2, 5]),
    "half-open": ([(0, None), (None, 3), (-4, None)], [-1, 5, 0.2]),
    "held": ([(1, 1), (0, 3), (-4, 0)], [0, -1, 0]),
}


@both_engines
@pytest.mark.parametrize("where", BOXES)
def test_minimum_on_a_bound(where, engine):
    bounds, centre = BOXES[where]
    low = np.array([-np.inf if b[0] is None else b[0] for b in bounds], dtype=float)
    high = np.array([np.inf if b[1] is None else b[1] for b in bounds], dtype=float)
    seen = []

    def f(X):
        seen.append(X.copy())
        return ((X - np.array(centre)) ** 2).sum(axis=1)

    result = minimize(
        Function(f, vectorized=True), [1, 1, -1], CMAES(0.5), bounds=bounds, rng=1, engine=engine
    )
    X = np.concatenate(seen)
    assert (low <= X).all() and (high >= X).all()
    best = np.clip(centre, low, high)
    assert result.success
    assert abs(result.fun - ((best - centre) ** 2).sum()) <= 1e-8
    assert_allclose(result.x, best, atol=1e-4)


def test_box_is_continuous_and_turns_back():
    box = Box(np.array([0.0, -np.inf, 1.0]), np.array([2.0, 4.0, np.inf]))
    y = np.linspace(-9, 9, 20001)[:, np.newaxis] * np.ones(3)
    x = box.inside(y)
    assert np.abs(np.diff(x, axis=0)).max() < 1.3 * (18 / 20000)  # slope at most 1
    assert (x[:, 0] >= 0).all() and (x[:, 0] <= 2).all() and x[:, 0].min() < 1e-6
    assert (x[:, 1] <= 4).all() and (x[:, 2] >= 1).all()
    middle = np.array([1.0, -7.0, 5.0])
    assert_array_equal(box.inside(middle), middle)
    inner = np.array([[0.0, 4.0, 1.0], [2.0, 3.9, 1.05], [1.97, 0.0, 9.0]])
    assert_allclose(box.inside(box.outside(inner)), inner, atol=1e-14)


# ---- how it ends ---------------------------------------------------------------------------------


ENDS = {
    Status.TOLFUN: (CMAES(0.3), lambda: Sphere(3), {}),
    Status.TOLX: (CMAES(0.3, tolfun=0, tolx=1e-3), lambda: Sphere(3), {}),
    Status.NO_EFFECT_COORDINATE: (
        CMAES(0.3, covariance="diagonal", tolfun=0, tolx=0),
        lambda: Function(lambda x: float(abs(x - 1e8).sum())),
        {"x0": np.full(3, 1e8 + 0.4)},
    ),
    Status.NO_EFFECT_AXIS: (
        CMAES(0.3, tolfun=0, tolx=0, tolcondition=1e300),
        lambda: Function(lambda x: (x[0] - x[1]) ** 2 * 1e8 + 1e-6 * ((x - 1e6) ** 2).sum()),
        {"x0": np.full(3, 1e6 + 0.4)},
    ),
    Status.FLAT_FITNESS: (CMAES(0.3), lambda: Function(lambda x: float(x[0] > 1e9)), {}),
    Status.CONDITION: (CMAES(0.3, tolcondition=1e4), lambda: Ellipsoid(3), {}),
    Status.TOLXUP: (CMAES(1e-3), lambda: Function(lambda x: -float(x[0])), {}),
    Status.STAGNATION: (CMAES(0.3), lambda: Function(noise), {"max_iter": 20_000}),
    Status.RESOLUTION: (CMAES(0.3), lambda: Function(lambda x: float(x @ x) - 1.5e7), {}),
}  # fmt: skip


def noise(x):
    """A function of the bits of x, which no sample tells anything of."""
    return float(np.frombuffer(np.ascontiguousarray(x).tobytes(), np.uint8).sum() % 251)


@both_engines
@pytest.mark.parametrize("status", ENDS, ids=lambda s: s.name)
def test_every_reason(status, engine):
    method, objective, options = ENDS[status]
    options = {"x0": np.full(3, 0.5), **options}
    result = minimize(objective(), method=method, rng=4, engine=engine, **options)
    assert result.status == status, result.message
    assert result.success == (50 <= status <= 53 or status == Status.RESOLUTION)
    assert str(result.nit) in result.message


@both_engines
def test_flat_is_half_of_the_values_in_a_third_of_the_generations(engine):
    """n = 3: in more than 3 of the last 9 generations, the last of them among these."""
    flat, steep = np.array([2.0] * 4 + [3.0] * 3), np.array([2.0] * 3 + [3.0] * 4)
    for pattern, generation in (("1111", 4), ("1010101", 7), ("1000000011011", 13)):
        run = CMAES(0.3).start(np.zeros(3), rng=1, engine=engine)
        for k, bit in enumerate(pattern):
            assert not run.stop, (pattern, k)
            run.tell(run.ask(), flat if bit == "1" else steep)
        assert list(run.stop) == ["FLAT_FITNESS"], pattern
        assert run.iteration == generation


def test_learning_a_matrix_is_no_stagnation():
    """f stands still for some thousand generations, until C knows the one short axis."""
    result = minimize(
        Discus(100), np.full(100, 3.0), CMAES(2.0), target=1e-9, max_evals=200_000, rng=1
    )
    assert result.status == Status.TARGET, result.message


@both_engines
@pytest.mark.parametrize(
    ("offset", "n", "status"),
    [(100.0, 2, Status.TOLFUN), (1e5, 5, Status.RESOLUTION), (-1e12, 10, Status.RESOLUTION)],
)
def test_a_minimum_that_rounding_makes_flat_is_found(engine, offset, n, status):
    result = minimize(
        lambda x: float(x @ x) + offset, np.full(n, 2.0), CMAES(0.5), rng=1, engine=engine
    )
    assert result.status == status and result.success
    assert result.fun - offset <= 16 * np.spacing(abs(offset))


@both_engines
@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_a_start_where_nothing_changes_is_no_minimum(engine, offset):
    result = minimize(lambda x: offset, [1.0, 2.0], CMAES(0.5), rng=1, engine=engine)
    assert result.status == Status.FLAT_FITNESS and not result.success


@both_engines
@pytest.mark.parametrize("told", ["scale", "initial_covariance"])
@pytest.mark.parametrize("status", ENDS, ids=lambda s: s.name)
def test_units_of_the_coordinates_change_no_bit(status, told, engine):
    """Sizes, growth and condition are measured in units of the deviations at the start; powers of
    two round nothing."""
    method, objective, options = ENDS[status]
    f, options = objective(), {"x0": np.full(3, 0.5), "max_iter": 2000, **options}
    units = 2.0 ** np.array([-60, 0, 70])
    own = {"scale": units} if told == "scale" else {"initial_covariance": units * units}
    options |= {"rng": 4, "engine": engine}
    plain = minimize(f, method=method, **options)
    options["x0"] = units * options["x0"]
    scaled = minimize(lambda x: f(x / units), method=replace(method, **own), **options)
    assert (scaled.status, scaled.nit) == (plain.status, plain.nit), scaled.message
    assert_array_equal(scaled.x / units, plain.x)
    if status != Status.NO_EFFECT_COORDINATE:  # which measures that coordinate's
        assert_allclose(scaled.stop.measured, plain.stop.measured, rtol=1e-6)


@both_engines
def test_covariance_that_breaks_is_repaired_and_counted(engine):
    """A covariance that is not positive definite, as after a fault: mended, and the run goes on."""
    run = CMAES(0.5).start(np.ones(3), rng=1, engine=engine)
    for _ in range(5):
        run.tell(run.ask(), Sphere(3)(run.ask()))
    state = run.snapshot()
    for broken in (-4.0 * np.eye(3) - 1.0, np.diag([1.0, 1.0, -0.5]), np.full((3, 3), np.nan)):
        run.restore({**state, "covariance": broken})
        run.tell(run.ask(), Sphere(3)(run.ask()))
        assert run.state["repairs"] == state["repairs"] + 1
        assert np.isfinite(run.ask()).all() and np.isfinite(run.state["covariance"]).all()
        np.linalg.cholesky(run.state["covariance"])
    result = minimize(Sphere(3), np.ones(3), CMAES(0.5), rng=1)
    assert result.success


@both_engines
def test_a_repair_is_one_in_units_of_the_start(engine):
    units = 2.0 ** np.array([-60, 0, 70])
    square = np.outer(units, units)
    for broken in (-4.0 * np.eye(3) - 1.0, np.full((3, 3), np.nan), np.ones((3, 3))):
        repaired = []
        for scale in (np.ones(3), units):
            run = CMAES(0.5, scale=scale).start(scale, rng=1, engine=engine)
            C = broken * np.outer(scale, scale)
            run.restore({**run.snapshot(), "covariance": C})
            run.tell(run.ask(), Sphere(3)(run.ask() / scale))
            repaired.append(run.snapshot())
        assert repaired[0]["repairs"] == repaired[1]["repairs"]
        assert_array_equal(repaired[1]["covariance"] / square, repaired[0]["covariance"])


@pytest.mark.parametrize("units", [np.ones(3), 2.0 ** np.array([-60, 0, 70])], ids=["1", "own"])
@pytest.mark.parametrize(("mode", "repairs"), [("full", 60), ("diagonal", 56)])
def test_a_covariance_that_its_weights_break_is_repaired_and_counted(mode, repairs, units):
    """Negative weights so large that C is negative in nearly every generation."""
    method = CMAES(0.5, covariance=mode, population_size=6, weights=[1, 0.5, 0, -4, -4, -4],
                   c_mu=0.6, c_1=0.1, tolfun=0, tolx=0, scale=units)  # fmt: skip
    f = Ellipsoid(3)
    runs = [method.start(units, rng=1, engine=e) for e in ("compiled", "numpy")]
    for run in runs:
        for _ in range(60):
            run.tell(run.ask(), f(run.ask() / units))
            assert np.isfinite(run.ask()).all()
            C = run.state["covariance"]
            np.linalg.cholesky(C if mode == "full" else np.diag(C))
        assert run.state["repairs"] == repairs
        assert math.isfinite(run.state["sigma"]) and not run.stop


# ---- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"sigma0": 0}, "sigma0=0 must be > 0"),
        ({"population_size": 1}, "population_size=1 must be >= 2"),
        ({"covariance": "sparse"}, "covariance='sparse' must be one of"),
        ({"restarts": "yes"}, "restarts='yes' must be None, 'ipop' or 'bipop'"),
        ({"mean_lr": 1.5}, "mean_lr=1.5 must be <= 1"),
        ({"scale": [1, -1]}, r"scale\[1\]=-1.0 must be > 0"),
        ({"scale": 0}, "scale=0.0 must be > 0"),
        ({"initial_covariance": [[1, 2], [2, 1]]}, "must be positive definite"),
        ({"initial_covariance": [[1, 2], [0, 1]]}, "must be square and symmetric"),
        ({"population_size": 6, "mu": 7}, "mu=7 must be <= population_size=6"),
        ({"weights": [1, 0]}, "weights need a population_size"),
        ({"population_size": 3, "weights": [1, 0]}, "weights has length 2, but population_size=3"),
        ({"population_size": 2, "weights": [0, 1]}, "must decrease from a positive one"),
        ({"c_1": 0.6, "c_mu": 0.6}, r"c_1=0.6 \+ c_mu=0.6 must be <= 1"),
        ({"tolx": -1}, "tolx=-1 must be >= 0"),
        ({"restart_region": (0, 1)}, "restart_region needs restarts='ipop' or 'bipop'"),
        ({"restarts": "ipop", "restart_region": (1, 0)}, "must have low <= high"),
        ({"restarts": "ipop", "restart_region": (1, np.inf)}, "restart_region"),
        ({"restarts": "ipop", "restart_region": [0, 1, 2]}, r"must be \(2,\) or \(n, 2\)"),
    ],
)
def test_impossible_hyper_parameters(given, text):
    with pytest.raises(ValueError, match=text):
        CMAES(**{"sigma0": 1.0, **given})


@both_engines
@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"scale": [1, 2]}, "scale has length 2, but x0 has length 3"),
        ({"scale": [1, 1e-170, 1]}, "give coordinate 1 the standard deviation 0 at the start"),
        ({"scale": 1e200}, "give coordinate 0 the standard deviation inf at the start"),
        ({"initial_covariance": [1, 2]}, r"shape \(2,\), but x0 has length 3"),
        ({"initial_covariance": np.eye(3), "covariance": "limited"}, "keeps no matrix"),
        (
            {"restarts": "ipop", "restart_region": [(0, 1)] * 2},
            "restart_region has length 2, but x0 has length 3",
        ),
    ],
)
def test_hyper_parameters_of_another_dimension(given, text, engine):
    with pytest.raises(ValueError, match=text):
        minimize(Sphere(3), np.ones(3), CMAES(1.0, **given), engine=engine)


def test_a_full_matrix_of_too_many_coordinates():
    with pytest.raises(ValueError, match="n=200000 is > 50000: use 'diagonal' or 'limited'"):
        CMAES(1.0).start(np.ones(200_000))


def test_methods_with_arrays_are_compared_and_hashed():
    a = CMAES(0.5, scale=[1, 2], initial_covariance=np.eye(2))
    assert a == CMAES(0.5, scale=np.array([1.0, 2.0]), initial_covariance=[[1, 0], [0, 1]])
    assert hash(a) == hash(pickle.loads(pickle.dumps(a)))
    assert a != CMAES(0.5)


@both_engines
def test_no_more_parents_than_there_are_children(engine):
    text = r"^mu=1000 must be <= population_size=6, that of n=2"
    with pytest.raises(ValueError, match=text):
        CMAES(0.3, mu=1000).parameters(2)
    with pytest.raises(ValueError, match=text):
        CMAES(0.3, mu=1000).start([1.0, 2.0], engine=engine)
    with pytest.raises(ValueError, match=text):
        minimize(Beale(), [1.0, 2.0], CMAES(0.3, mu=1000), engine=engine)
    with pytest.raises(ValueError, match=r"^mu=7 must be <= population_size=6"):
        CMAES(0.3, mu=7).parameters(2)
    assert CMAES(0.3, mu=6).parameters(2).mu == 6
    assert CMAES(0.3, mu=1000).parameters(2, 1000).population_size == 1000
