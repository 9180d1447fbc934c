"""The constants of CMA-ES's rules: a state made by hand, one generation, the paper's number.

Each rule that fires is just under its threshold in one test and just over it in another. Equations
are those of N. Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772 (2023).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from promises import both_engines

from ml4pa import CMAES, Status

every_mode = pytest.mark.parametrize("mode", ["full", "diagonal", "limited"])
#: Half a unit in the last place of 1: 1 + x is 1 up to here.
HALF = 2.0**-53
BELOW, ABOVE = 1.0 - 1e-6, 1.0 + 1e-6


def expected_length(n):
    """E|N(0, I)|, as the tutorial's section on step-size control approximates it."""
    return math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n**2))


def asked(run):
    """z, one a row, of a run with C = I."""
    state = run.snapshot()
    return (run.ask() - state["mean"]) / state["sigma"]


# ---- the update ----------------------------------------------------------------------------------


def with_path(run, length, values):
    """Gives the run a p_sigma that is ``length`` long after the next generation; where C = I and
    one row of the generation counts, its z enters eq. (43) alone."""
    p = run.method.parameters(len(run.x))
    z = asked(run)[np.argmin(values)]
    along = np.eye(len(z))[0]
    before = (length * along - math.sqrt(p.c_sigma * (2 - p.c_sigma)) * z) / (1 - p.c_sigma)
    run.restore({**run.snapshot(), "p_sigma": before})


@both_engines
@pytest.mark.parametrize("mode", ["full", "diagonal"])
@pytest.mark.parametrize("n", [1, 2, 9])
@pytest.mark.parametrize("factor", [BELOW, ABOVE])
def test_a_long_path_of_sigma_stops_that_of_the_covariance(factor, n, mode, engine):
    """h_sigma = 1 where |p_sigma| / sqrt(1 - (1 - c_sigma)^(2 (g + 1))) is below
    (1.4 + 2/(n + 1)) E|N(0, I)|; eqs. (45) and (47), whose delta makes up for the missing path."""
    c_c, c_1, c_sigma, g = 0.4, 0.2, 0.3, 3
    method = CMAES(1.0, population_size=6, mu=1, c_c=c_c, c_1=c_1, c_mu=0.0, c_sigma=c_sigma,
                   covariance=mode)  # fmt: skip
    run = method.start(np.zeros(n), rng=1, engine=engine)
    values = np.arange(6.0)[::-1]
    for _ in range(g):
        run.tell(run.ask(), values)
    one = np.eye(n) if mode == "full" else np.ones(n)
    kept = {"covariance": one, "sigma": 1.0, "p_c": np.full(n, 0.7)}
    if mode == "full":
        kept["factor"] = np.eye(n)
    run.restore({**run.snapshot(), **kept})
    longest = (1.4 + 2 / (n + 1)) * expected_length(n)
    with_path(run, factor * longest * math.sqrt(1 - (1 - c_sigma) ** (2 * (g + 1))), values)
    y = asked(run)[5]
    run.tell(run.ask(), values)

    h = 1.0 if factor < 1 else 0.0
    p_c = (1 - c_c) * np.full(n, 0.7) + h * math.sqrt(c_c * (2 - c_c)) * y
    delta = (1 - h) * c_c * (2 - c_c)
    rank_one = np.outer(p_c, p_c) if mode == "full" else p_c**2
    state = run.state
    assert_allclose(state["p_c"], p_c, rtol=1e-13)
    C = (1 + c_1 * delta - c_1) * one + c_1 * rank_one
    assert_allclose(state["covariance"], C, rtol=1e-12, atol=1e-15)


@both_engines
@every_mode
@pytest.mark.parametrize("exponent", [-0.4, 0.9, BELOW, ABOVE, 1.7])
def test_sigma_grows_by_e_at_the_most(exponent, mode, engine):
    """sigma exp(min(1, c_sigma/d_sigma (|p_sigma|/E|N(0, I)| - 1))): eq. (44), its exponent bounded
    as in N. Hansen, arXiv:1110.4181 (2011); |p_sigma|^2/n in LM-MA-ES (Loshchilov et al. 2019)."""
    n, c_sigma, d_sigma = 4, 0.5, 1.25
    method = CMAES(0.3, population_size=6, mu=1, c_sigma=c_sigma, d_sigma=d_sigma, covariance=mode)
    run = method.start(np.ones(n), rng=1, engine=engine)
    excess = exponent * d_sigma / c_sigma
    length = expected_length(n) * (1 + excess)
    if mode == "limited":
        length = math.sqrt(n * (1 + excess))
    with_path(run, length, np.arange(6.0))
    run.tell(run.ask(), np.arange(6.0))
    assert_allclose(run.state["sigma"], 0.3 * math.exp(min(1, exponent)), rtol=1e-12)


@both_engines
@every_mode
@pytest.mark.parametrize("n", [1, 3, 8])
@pytest.mark.parametrize("factor", [0.5, BELOW, ABOVE, 40.0])
def test_an_injected_step_is_clipped(factor, n, mode, engine):
    """At sqrt(n) + 2n/(n + 2) standard deviations; N. Hansen, arXiv:1110.4181 (2011)."""
    scale = np.linspace(0.5, 2, n)
    method = CMAES(0.3, population_size=6, mu=1, covariance=mode, scale=scale)
    run = method.start(np.ones(n), rng=1, engine=engine)
    longest = math.sqrt(n) + 2 * n / (n + 2)
    along = np.arange(1.0, n + 1) / np.linalg.norm(np.arange(1.0, n + 1))
    X = run.ask().copy()
    X[2] = 1 + 0.3 * scale * factor * longest * along
    run.tell(X, np.array([1.0, 2, 0, 3, 4, 5]))
    length = min(factor, 1.0) * longest
    assert_allclose(run.state["mean"], 1 + 0.3 * scale * length * along, rtol=1e-13)


@both_engines
@pytest.mark.parametrize("mode", ["full", "diagonal"])
def test_a_large_population_replaces_the_covariance(mode, engine):
    """c_mu = min(1 - c_1, ...), eq. (58): nearly 2 for n = 1 and lambda = 400, so that with c_1 = 0
    nothing of C is kept, and eq. (47) is C = sum w y y^T."""
    method = CMAES(1.0, population_size=400, active=False, c_1=0.0, covariance=mode)
    run = method.start([0.0], rng=1, engine=engine)
    z = asked(run)[:, 0]
    run.tell(run.ask(), np.arange(400.0))
    w = np.log(200.5) - np.log(np.arange(1, 201))
    assert_allclose(np.ravel(run.state["covariance"]), [(w / w.sum()) @ z[:200] ** 2], rtol=1e-12)


@both_engines
def test_rates_of_the_limited_mode_are_bounded_in_few_dimensions(engine):
    """c_sigma = 2 lambda/n, c_d = 1/n and c_c = lambda/n of the first direction (Loshchilov et al.
    2019) would be 12, 1 and 6 for n = 1: 1/2, 1/2 and 1 are taken."""
    run = CMAES(1.0, population_size=6, mu=1, covariance="limited").start(
        [0.0], rng=1, engine=engine
    )
    z = asked(run)[0]
    run.tell(run.ask(), np.arange(6.0))
    state = run.snapshot()
    assert_allclose(state["p_sigma"], math.sqrt(0.5 * 1.5) * z, rtol=1e-14)
    assert_allclose(state["directions"][0], z, rtol=1e-14)  # (1 - 1) 0 + sqrt(1 (2 - 1)) z
    run.restore({**state, "mean": np.zeros(1), "sigma": 1.0})
    steps = run.ask()[:, 0]
    run.restore({**run.snapshot(), "used": 0})
    plain = run.ask()[:, 0]
    assert_allclose(steps, (1 - 0.5) * plain + 0.5 * z * (z * plain), rtol=1e-13)


# ---- the ends ------------------------------------------------------------------------------------


def still(**given):
    """A method whose distribution stays as it is told."""
    return CMAES(
        **{"sigma0": 1.0, "population_size": 8, "mean_lr": 1e-300, "c_1": 0.0, "c_mu": 0.0,
           "d_sigma": 1e300, "tolfun": 0.0, "tolx": 0.0, **given}
    )  # fmt: skip


#: Values of a generation: neither flat nor all but equal.
VALUES = np.arange(8.0)


def after(run, generation, told=VALUES, best=None, middle=None, **state):
    """The run after one more generation, which is the descent's ``generation``-th; ``best`` and
    ``middle`` are the values of all before it."""
    before = generation - 1
    best = np.full(before, 0.0) if best is None else best
    middle = np.full(before, 4.0) if middle is None else middle
    history = {}
    for name, values in (("best_values", best), ("middle_values", middle)):
        assert len(values) == before
        kept = values[-20_000:]  # the newest, each at the place of its generation
        history[name] = np.roll(kept, before % 20_000) if before > 20_000 else kept
    run.restore({**run.snapshot(), "generation": before, **history, **state})
    mean, sigma = run.snapshot()["mean"], run.snapshot()["sigma"]
    run.tell(run.ask(), told)
    if not len(run.snapshot()["descents"]):  # it has not moved, as `still` says
        assert_array_equal(run.snapshot()["mean"], mean)
        assert run.snapshot()["sigma"] == sigma
    return run


def fires(run, status):
    """Whether the run ends, and if so for this reason."""
    assert list(run.stop) in ([], [status.name]), run.stop
    return bool(run.stop)


@both_engines
@every_mode
@pytest.mark.parametrize(("factor", "ends"), [(BELOW, True), (1 + 1e-6, False)])
def test_no_effect_of_a_fifth_of_a_deviation(factor, ends, mode, engine):
    """NoEffectCoord: adding 0.2 standard deviations to a coordinate does not change m. Beside 1
    that is 2^-53, or less; the second coordinate, about 0, is narrower, and moves."""
    sigma = 0.25
    deviation = factor * HALF / (0.2 * sigma)
    method = still(sigma0=sigma, covariance=mode, scale=[deviation, 1e-3 * deviation])
    run = method.start([1.0, 1e-30], rng=1, engine=engine)
    axis = {"narrowest": np.array([0.0, 1.0])} if mode == "full" else {}
    run = after(run, 10, **axis)
    assert fires(run, Status.NO_EFFECT_COORDINATE) == ends
    if ends:
        assert_allclose(run.stopped().measured, sigma * deviation, rtol=1e-14)
        assert run.stopped().limit == 0.0


@both_engines
@pytest.mark.parametrize(("factor", "ends"), [(BELOW, True), (ABOVE, False)])
def test_no_effect_of_a_tenth_of_the_narrow_axis(factor, ends, engine):
    """NoEffectAxis: adding 0.1 standard deviations along an axis of C does not change m."""
    sigma = 0.25
    deviation = factor * HALF / (0.1 * sigma)
    start = np.array([0.5 * deviation, 1.0])
    run = still(sigma0=sigma, scale=start).start([1.0, 1.0], rng=1, engine=engine)
    factor_of_C = np.diag([deviation, 4.0])  # 4 and 16 times the variances at the start
    run = after(
        run, 10, covariance=factor_of_C**2, factor=factor_of_C, smallest=4.0,
        narrowest=np.array([3.0, 0.0]),
    )  # fmt: skip
    assert fires(run, Status.NO_EFFECT_AXIS) == ends
    if ends:
        assert run.stopped().measured == sigma * 2.0  # in units of the start


@both_engines
@every_mode
@pytest.mark.parametrize(("factor", "ends"), [(BELOW, False), (ABOVE, True)])
def test_growth_of_sigma_by_ten_thousand_ends_it(factor, ends, mode, engine):
    """TolXUp: sigma times the largest deviation has increased by more than 10^4."""
    run = still(sigma0=0.5, covariance=mode, scale=[1.0, 3.0]).start([1, 1], rng=1, engine=engine)
    run = after(run, 10, sigma=0.5e4 * factor)
    assert fires(run, Status.TOLXUP) == ends


@both_engines
@pytest.mark.parametrize("mode", ["full", "diagonal"])
@pytest.mark.parametrize(("factor", "ends"), [(BELOW, False), (ABOVE, True)])
def test_a_condition_number_of_1e14_ends_it(factor, ends, mode, engine):
    """ConditionCov: the condition number of C exceeds 10^14."""
    run = still(covariance=mode).start([1, 1], rng=1, engine=engine)
    variances = np.array([1.0, 1e14 * factor])
    shape = {"covariance": variances}
    if mode == "full":
        shape = {
            "covariance": np.diag(variances), "factor": np.diag(np.sqrt(variances)),
            "narrowest": np.array([1.0, 0.0]), "widest": np.array([0.0, 1.0]),
        }  # fmt: skip
    run = after(run, 10, sigma=1e-4, **shape)
    assert fires(run, Status.CONDITION) == ends


@both_engines
@pytest.mark.parametrize("generation", [9, 10, 11])
def test_the_distribution_is_looked_at_in_every_tenth_generation(generation, engine):
    run = still(sigma0=0.5).start([1, 1], rng=1, engine=engine)
    run = after(run, generation, sigma=1e4)
    assert fires(run, Status.TOLXUP) == (generation == 10)


@both_engines
@pytest.mark.parametrize(("n", "size", "window"), [(2, 8, 18), (2, 60, 11), (5, 8, 29)])
def test_values_that_settle_end_it(n, size, window, engine):
    """TolFun: the best values of 10 + ceil(30 n/lambda) generations, and all of the last one, are
    within 1e-11."""
    told = np.append(np.zeros(size - 1), 1e-12)
    told[size // 2 :] = 1e-12  # not flat
    for spread, ends in ((0.99e-11, True), (1.01e-11, False)):
        run = still(tolfun=1e-11, population_size=size).start(np.ones(n), rng=1, engine=engine)
        best = np.zeros(window + 1)
        best[:2], best[2] = 1.0, spread  # before the window, and its first
        assert fires(after(run, window + 2, told, best=best), Status.TOLFUN) == ends
    run = still(tolfun=1e-11, population_size=size).start(np.ones(n), rng=1, engine=engine)
    assert not fires(after(run, window - 1, told), Status.TOLFUN)
    assert CMAES(1.0).tolfun == CMAES(1.0).tolx == 1e-11


@both_engines
@pytest.mark.parametrize("f", [1.0, -1024.0])
@pytest.mark.parametrize(("roundings", "status"), [(16, "RESOLUTION"), (17, "FLAT_FITNESS")])
def test_flat_values_within_sixteen_roundings_are_a_minimum(roundings, status, f, engine):
    """RESOLUTION, our own: 16 eps |f|."""
    told = np.full(8, f)
    told[7] += roundings * 2.0**-52 * abs(f)
    run = still().start([1.0, 1.0], rng=1, engine=engine)
    run = after(run, 90, told, best=np.full(89, f), middle=np.full(89, f))
    assert list(run.stop) == [status]


@both_engines
@pytest.mark.parametrize(("share", "ends"), [(0.99e-4, True), (1.01e-4, False)])
def test_a_descent_that_settles_above_the_best_value_makes_room(share, ends, engine):
    """BEHIND, our own: the spread is 1e-4 of what the values are above the best of the run."""
    run = still(restarts="ipop").start([1.0, 1.0], rng=1, engine=engine)
    told = np.full(8, 2.0 + 3.0 * share)
    told[0] = 2.0
    told[1:4] = 2.0 + share
    run = after(run, 100, told, best=np.full(99, 2.0), best_fun=-1.0, noted=1)
    reasons = run.snapshot()["descents"].reshape(-1, 9)[:, 6].tolist()
    assert reasons == ([Status.BEHIND] if ends else [])


# The generation, n, lambda, and how many generations the test of stagnation looks at:
# max(120 + 30 n^1.5/lambda, a fifth of the run), at most 20 000.
STAGNATION = [
    (200, 4, 8, 150),
    (200, 1, 2, 135),
    (200, 4, 12, 140),
    (200, 2, 8, 131),
    (1000, 4, 8, 200),
    (120_000, 4, 8, 20_000),
]


@both_engines
@pytest.mark.parametrize(("generation", "n", "size", "count"), STAGNATION)
@pytest.mark.parametrize("name", ["best", "middle"])
@pytest.mark.parametrize("side", ["oldest", "newest"])
def test_medians_of_the_oldest_and_the_newest_30_per_cent(
    side, name, generation, n, size, count, engine
):
    """Stagnation: in both histories the median of the newest 30 % is not better than that of the
    oldest 30 %; one value more or less that has come down decides it.

    The tutorial has n in place of n^1.5; its place is that of the upper middle.
    """
    part = math.floor(0.3 * count)
    told = np.append(0.0, np.full(size - 1, 4.0))
    first = generation - count
    for short in (0, 1):
        run = still(population_size=size).start(np.ones(n), rng=1, engine=engine)
        history = {"best": np.zeros(generation), "middle": np.full(generation, 4.0)}
        values = history[name]
        if side == "oldest":  # higher than the newest by just too few, or by enough
            higher = part - part // 2 - 1 + short
            values[first : first + higher] += 1.0
            values[first - 1] += 1.0
            values[first + part] += 1.0
        else:  # and lower than the oldest
            lower = part // 2 + short
            values[generation - part : generation - part + lower] -= 1.0
            values[generation - part - 1] -= 1.0
        run = after(run, generation, told, **{k: v[:-1] for k, v in history.items()})
        assert fires(run, Status.STAGNATION) == (short == 0), short


@both_engines
def test_no_stagnation_before_so_many_generations(engine):
    """120 + ceil(30 n^1.5/lambda): 150 and 151; and it is looked for in every 50th generation."""
    for size, ends in ((64, True), (63, False)):
        told = np.append(0.0, np.full(size - 1, 4.0))
        run = still(population_size=size).start(np.ones(16), rng=1, engine=engine)
        assert fires(after(run, 150, told), Status.STAGNATION) == ends
    for generation in (160, 190):
        run = still().start(np.ones(4), rng=1, engine=engine)
        assert not fires(after(run, generation, told[:8]), Status.STAGNATION)
