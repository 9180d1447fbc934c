"""Levenberg-Marquardt: numbers worked by hand, what it ends by, and curves beside SciPy's fits."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from promises import both_engines, same
from specimens import correlated

from ml4pa import (
    MLP,
    Adam,
    Backtracking,
    Cost,
    Curve,
    Function,
    LevenbergMarquardt,
    Linear,
    Newton,
    Polynomial,
    Status,
    fit,
    minimize,
    multistart,
)
from ml4pa.landscapes import Cigar, Himmelblau, Quadratic, Rosenbrock, Sphere
from ml4pa.methods.newton import solve

X = np.linspace(0.1, 3.0, 12)
DECAY = Curve(lambda x, a, b: a * np.exp(-b * x), 2)
PULSE = Curve(lambda x, a, m, s, b: a * np.exp(-0.5 * ((x - m) / s) ** 2) + b, 4)


def noisy(curve, params, x=X, scale=0.02):
    noise = np.random.default_rng(7).normal(size=x.size)
    return curve.predict(params, x) + scale * noise


Y = noisy(DECAY, [2.0, 0.7])

# ---- steps by hand -------------------------------------------------------------------------------


@both_engines
def test_a_step_shrinks_the_distance_by_the_same_part_in_all_directions(engine):
    """On a x^2 + b y^2 the step is x/(1 + lambda); it gains (1 + 2 lambda)/(1 + lambda)^2 of f, as
    the model says, so lambda becomes a third."""
    run = LevenbergMarquardt(damping=1.0).start([3.0, -6.0], engine=engine)
    f = Quadratic(1, 1000)
    for damping, x in ((1.0, 1.5), (1 / 3, 0.375), (1 / 9, 0.0375)):
        at = run.ask()
        run.tell(at, f(at), f.gradient(at), f.hessian(at))
        assert run.state["damping"] == pytest.approx(damping)
        assert_allclose(run.ask(), [x, -2 * x], rtol=1e-14)
    assert_array_equal(run.state["scale"], [2.0, 2000.0])
    assert run.iteration == 2


GAINS = [  # actual over predicted, and the factor of lambda: max(1/3, 1 - (2 r - 1)^3)
    (2.0, 1 / 3), (1.0, 1 / 3), (0.95, 1 / 3), (0.9, 1 - 0.8**3), (0.75, 0.875), (0.5, 1.0),
    (0.25, 1.125), (1e-9, 2.0),
]  # fmt: skip


@both_engines
@pytest.mark.parametrize(("ratio", "factor"), GAINS)
def test_the_damping_follows_the_gain(ratio, factor, engine):
    run = LevenbergMarquardt(damping=0.5).start([2.0], engine=engine)
    # f = x^2: v = 4/(2 + 0.5 * 2) = 4/3, and the model goes from 4 to 4/9.
    run.tell(run.ask(), 4.0, [4.0], [[2.0]])
    assert run.ask()[0] == pytest.approx(2 / 3)
    assert run.state["predicted"] == pytest.approx(32 / 9)
    told = 4.0 - ratio * run.state["predicted"]
    assert run.accepts(told, np.array([1.0]))
    run.tell(run.ask(), told, [1.0], [[2.0]])
    assert run.iteration == 1
    assert run.state["damping"] == pytest.approx(0.5 * factor, rel=1e-6)


@both_engines
def test_a_trial_that_does_not_gain_is_taken_back(engine):
    """lambda grows by 2, 4, 8, ...; the next gain brings that back to 2."""
    run = LevenbergMarquardt(damping=0.5).start([2.0], engine=engine)
    run.tell(run.ask(), 4.0, [4.0], [[2.0]])
    for damping, told in ((1.0, 4.0), (4.0, math.nan), (32.0, math.inf)):  # equal is no gain
        assert not run.accepts(told, np.array([1.0]))
        run.tell(run.ask(), told, [1.0], [[2.0]])
        assert run.state["damping"] == damping and run.iteration == 0
        assert run.ask()[0] == pytest.approx(2.0 - 2.0 / (1.0 + damping))
        assert_array_equal(run.state["theta"], [2.0])
    assert not run.accepts(3.0, np.array([math.nan]))  # nor is a point without a gradient
    run.tell(run.ask(), 3.9, [1.0], [[4.0]])
    assert run.iteration == 1 and run.state["growth"] == 2.0 and run.state["scale"][0] == 4.0


@both_engines
def test_a_scale_is_no_more_than_2_to_the_20_times_the_present_curvature(engine):
    run = LevenbergMarquardt().start([1.0, 1.0], engine=engine)
    run.tell(run.ask(), 9.0, [1.0, 1.0], np.diag([2.0**30, 2.0**30]))
    run.tell(run.ask(), 8.0, [1.0, 1.0], np.diag([-(2.0**9), 0.0]) + 2.0**-1074)
    assert run.state["scale"][0] == 2.0**29
    assert run.state["scale"][1] == 2.0**-1054


@pytest.mark.parametrize("size", [1e-20, 1e-12, 1e-6, 1.0, 1e2])
def test_a_start_of_another_size(size):
    """The amplitude begins at 1, and so do the others, which matter less then by its square."""
    for curve, params in ((DECAY, [2.0, 0.7]), (PULSE, [5.0, 1.4, 0.3, 0.5])):
        scale = np.where(np.isin(np.arange(len(params)), [0, 3]), size, 1.0)
        y = size * noisy(curve, params)
        found = fit(curve, X, y)
        assert found.success, found.message
        one = fit(curve, X, y / size).params
        assert_allclose(np.abs(found.params / scale), np.abs(one), rtol=1e-5)  # a width may be < 0


@both_engines
def test_a_scale_is_the_largest_curvature_so_far_and_1_without(engine):
    run = LevenbergMarquardt(damping=1.0).start([1.0, 1.0], engine=engine)
    run.tell(run.ask(), 9.0, [3.0, 1.0], [[-3.0, 0.0], [0.0, 0.0]])
    # -3 + 3 lambda is positive from lambda = 2 on, the first that is tried after 1; 0 + lambda.
    assert run.state["damping"] == 2.0
    assert_allclose(run.ask(), [1 - 3 / 3, 1 - 1 / 2])
    run.tell(run.ask(), 8.0, [3.0, 1.0], [[1.0, 0.0], [0.0, 5.0]])
    assert_array_equal(run.state["scale"], [3.0, 5.0])


@both_engines
def test_from_a_maximum_it_goes_down(engine):
    """Newton's step leads to the maximum."""
    start = [-0.2, -0.9]
    assert minimize(Himmelblau(), start, Newton(), engine=engine).status == Status.SADDLE
    result = minimize(Himmelblau(), start, LevenbergMarquardt(), record=True, engine=engine)
    assert result.success and result.fun < 1e-20
    assert (np.diff(result.path.fun) < 0.0).all()
    assert len(result.path) == result.nit + 1 < result.nfev  # a trial taken back is no iterate


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(-40, 40), min_size=2, max_size=2), st.sampled_from([0, 1e-3, 1.0]))
def test_units_do_not_matter(powers, damping):
    """Only the larger pivot of the elimination may be another, and with it the last bits."""
    f, unit = Rosenbrock(), np.exp2(powers)
    scaled = Function(
        lambda x: f(x * unit),
        lambda x: f.gradient(x * unit) * unit,
        lambda x: f.hessian(x * unit) * np.outer(unit, unit),
    )
    start, method = np.array([-1.2, 1.0]), LevenbergMarquardt(damping=damping)
    plain = minimize(f, start, method, record=True, engine="numpy")
    other = minimize(scaled, start / unit, method, record=True, engine="numpy")
    assert plain.success and other.success and abs(plain.nit - other.nit) <= 1
    rows = min(len(plain.path), len(other.path)) - 1
    assert_allclose(other.path.x[:rows] * unit, plain.path.x[:rows], rtol=1e-9, atol=1e-9)


# ---- where it ends -------------------------------------------------------------------------------


def at_minimum(engine, f, g, h, x, told):
    """How a run ends whose first trial does not gain."""
    run = LevenbergMarquardt().start(x, engine=engine)
    run.tell(run.ask(), f, g, h)
    run.tell(run.ask(), told, g, h)
    return run.stop


@both_engines
def test_no_gain_is_2_to_the_minus_32_of_f(engine):
    least = 2.0**-32 * 8.0
    for factor, ends in ((1.0, True), (1.01, False)):
        slope = math.sqrt(2 * least * factor)  # with curvature 1 the gain is slope^2/2
        stop = at_minimum(engine, 8.0, [slope], [[1.0]], [1.0], 8.0 + 0.9 * least)
        assert list(stop) == (["NO_GAIN"] if ends else [])
        if ends:
            assert stop["NO_GAIN"] == (pytest.approx(least), least)
    # Nor may the trial differ by more: then it was not rounding.
    slope = math.sqrt(least)
    assert not at_minimum(engine, 8.0, [slope], [[1.0]], [1.0], 8.0 + 1.1 * least)
    assert not at_minimum(engine, 8.0, [slope], [[1.0]], [1.0], math.nan)


@both_engines
def test_no_trial_is_made_for_a_gain_that_no_value_can_show(engine):
    for factor, ends in ((1.0, True), (1.01, False)):
        run = LevenbergMarquardt(damping=0.0).start([1.0], engine=engine)
        run.tell(run.ask(), 8.0, [math.sqrt(2 * 2.0**-52 * 8.0 * factor)], [[1.0]])
        assert list(run.stop) == (["NO_GAIN"] if ends else [])
    # The undamped step would gain what can be shown.
    run = LevenbergMarquardt(damping=1e6).start([1.0], engine=engine)
    run.tell(run.ask(), 8.0, [math.sqrt(2 * 2.0**-50 * 8.0)], [[1.0]])
    assert not run.stop


@both_engines
def test_no_step_is_2_to_the_minus_26_of_theta_in_units_of_the_scale(engine):
    h = np.diag([4.0, 1.0])
    size = math.hypot(2 * 3.0, 1.0)  # of theta = (3, 1)
    for factor, ends in ((0.99, True), (1.01, False)):
        step = 2.0**-26 * factor * size
        stop = at_minimum(engine, 1e-20, [0.0, step], h, [3.0, 1.0], 1.0)
        assert list(stop) == (["NO_STEP"] if ends else [])
        if ends:
            assert stop["NO_STEP"] == (pytest.approx(2.0**-26 * factor), 2.0**-26)


@both_engines
@pytest.mark.parametrize("given", [{"noise": 1e-30}, {"clip": 1e-20}])
def test_a_gradient_that_was_changed_does_not_tell_a_minimum(given, engine):
    result = minimize(Sphere(2), [1.0, 1.0], LevenbergMarquardt(**given), engine=engine, rng=1)
    assert result.status not in (Status.NO_GAIN, Status.NO_STEP)


@both_engines
def test_a_gradient_of_the_wrong_sign_leads_nowhere(engine):
    f = Function(lambda x: float(x @ x), lambda x: -2 * x, lambda x: 2 * np.eye(2))
    result = minimize(f, [1.0, 2.0], LevenbergMarquardt(), engine=engine)
    assert result.status == Status.NO_DESCENT and not result.success and result.nit == 0
    assert result.message == (
        "no damping led below f = 5 after 0 steps: f does not determine all of x, the gradient "
        "does not fit the values, or the numbers allow no smaller value"
    )
    assert result.nfev < 30


@both_engines
def test_it_rests_where_the_gradient_is_zero(engine):
    run = LevenbergMarquardt().start([0.0], engine=engine)
    run.tell(run.ask(), 1.0, [0.0], [[2.0]])
    assert run.stop == {"GRADIENT_TOLERANCE": (0.0, 0.0)}
    run = LevenbergMarquardt().start([1.0], bounds=[(1, 2)], engine=engine)
    run.tell(run.ask(), 1.0, [2.0], [[2.0]])  # held by the bound
    assert run.stop == {"GRADIENT_TOLERANCE": (0.0, 0.0)}


@both_engines
def test_a_gain_below_the_normal_numbers_is_none(engine):
    """Here f has become 0, and what is left of x predicts a gain of 1e-320."""
    stop = at_minimum(engine, 0.0, [1e-157], [[1e6]], [1e-163], 0.0)
    assert stop == {"NO_GAIN": (pytest.approx(5e-321, rel=1e-2), 2.0**-1022)}
    start = [-2.34, 1.44, 0.97, -4.8, -4.63, 2.26, -1.95, -0.67]
    result = minimize(Cigar(8), start, LevenbergMarquardt(), engine=engine)
    assert result.success and result.fun == 0.0


@both_engines
def test_a_small_slope_at_a_large_coordinate_is_no_rest(engine):
    """x - g is x to rounding: the projected gradient must not be its difference to x."""
    start, bounds = [9e9, 0.0], [(1e9, 9e10), (None, None)]
    f = Function(
        lambda x: 0.5 * (1e-10 * x[0] - 1.0) ** 2 + 1.0 + x[1] ** 2,
        lambda x: np.array([1e-10 * (1e-10 * x[0] - 1.0), 2.0 * x[1]]),
        lambda x: np.diag([1e-20, 2.0]),
    )
    for rule in ({}, {"gtol": 1e-16}):
        result = minimize(f, start, LevenbergMarquardt(), bounds=bounds, engine=engine, **rule)
        assert result.success and result.nit > 0, result.message
        assert_allclose(result.x[0], 1e10, rtol=1e-5)
    spent = minimize(f, start, Adam(1.0), bounds=bounds, gtol=1e-16, max_iter=3, engine=engine)
    assert spent.status == Status.MAX_ITER


@both_engines
def test_a_noisy_gradient_that_points_out_of_the_bounds_is_no_rest(engine):
    method = LevenbergMarquardt(noise=10.0)
    for seed in range(20):
        result = minimize(Sphere(1), [1.0], method, bounds=[(-1, 1)], rng=seed, engine=engine)
        assert not result.success, result.message


@both_engines
def test_equations_that_have_lost_their_solution_tell_no_minimum(engine):
    """B is singular, and positive definite to rounding: its solution predicts a loss."""
    B = [[6.100900000000001, 6.1997], [6.1997, 6.300099999999999]]
    g = np.array([-2.44, -0.06])
    v, definite = solve(np.array(B), g)
    assert definite and v is not None and g @ v < 0.0
    assert not at_minimum(engine, 8.0, g, B, [1.0, 1.0], 8.0)


@both_engines
def test_equal_bounds_hold_a_coordinate_without_a_slope(engine):
    """Differences do not move it, so it has no curvature, either."""
    bounds = [(None, None), (3.0, 3.0)]
    f = Function(
        lambda x: (x[0] - 1.0) ** 2 + 8.0,
        lambda x: np.array([2.0 * (x[0] - 1.0), 0.0]),
        lambda x: np.diag([2.0, 0.0]),
    )
    for method in (LevenbergMarquardt(), Newton()):
        result = minimize(f, [1e-3, 3.0], method, bounds=bounds, engine=engine)
        assert result.success, result.message
        assert_allclose(result.x, [1.0, 3.0], rtol=1e-4)


@both_engines
def test_its_own_ending_can_be_replaced(engine):
    """gtol is 0 unless a test is asked for."""
    loose = minimize(Rosenbrock(), [-1.2, 1.0], LevenbergMarquardt(), gtol=1e-2, engine=engine)
    tight = minimize(Rosenbrock(), [-1.2, 1.0], LevenbergMarquardt(), engine=engine)
    assert loose.status == Status.GRADIENT_TOLERANCE and "gtol = 0.01" in loose.message
    assert loose.nit < tight.nit and tight.fun < 1e-28
    fleet = multistart(Rosenbrock(), [[-1.2, 1.0]] * 2, LevenbergMarquardt(), engine=engine)
    same(fleet[1], dataclasses.replace(tight, path=None))


@both_engines
@pytest.mark.parametrize("curvature", [1.0, -1.0])
def test_no_point_that_is_not_finite_is_asked_for(curvature, engine):
    run = LevenbergMarquardt(lambda t: 1e300, damping=2.0).start([1.0], engine=engine)
    run.tell(run.ask(), 1.0, [1e10], [[curvature]])
    assert np.isfinite(run.ask()).all() and run.state["damping"] > 2.0


@both_engines
def test_a_later_trial_may_tell_the_minimum(engine):
    """The first left the finite numbers, the second shows that f is flat."""
    run = LevenbergMarquardt().start([1.0], engine=engine)
    run.tell(run.ask(), 8.0, [1e-6], [[1.0]])
    run.tell(run.ask(), math.nan, [0.0], [[1.0]])
    assert not run.stop
    run.tell(run.ask(), 8.0, [1e-6], [[1.0]])
    assert list(run.stop) == ["NO_GAIN"]


def test_no_search_chooses_its_step():
    with pytest.raises(ValueError, match="a step of LevenbergMarquardt is not chosen by one: use"):
        LevenbergMarquardt(Backtracking())
    with pytest.raises(ValueError, match="^damping=-1.0 must be >= 0"):
        LevenbergMarquardt(damping=-1.0)


# ---- curves --------------------------------------------------------------------------------------

COVARIANCE = correlated(X.size)
COSTS = {
    "mse": Cost(DECAY, X, Y),
    "sum": Cost(DECAY, X, Y, reduction="sum", l2=0.3),
    "chi2": Cost(DECAY, X, Y, "chi2", sigma=np.linspace(0.1, 0.3, X.size)),
    "covariance": Cost(DECAY, X, Y, "chi2", covariance=COVARIANCE, l2=0.1),
}
WEIGHTS = {
    "mse": np.eye(X.size) / X.size,
    "sum": np.eye(X.size),
    "chi2": np.diag(np.linspace(0.1, 0.3, X.size) ** -2.0),
    "covariance": np.linalg.inv(COVARIANCE),
}


@pytest.mark.parametrize("name", COSTS)
def test_the_curvature_is_that_of_the_linearised_curve(name):
    cost, theta = COSTS[name], np.array([1.7, 0.4])
    plain = cost.evaluate(theta)
    told = cost.linearised().evaluate(theta, True, 1.0001 * plain.f)
    J = np.stack([np.exp(-0.4 * X), -1.7 * X * np.exp(-0.4 * X)], axis=1)
    expected = 2.0 * J.T @ WEIGHTS[name] @ J + 2.0 * cost.l2 * np.eye(2)
    assert_allclose(told.h, expected, rtol=1e-8)
    assert_array_equal(told.h, told.h.T)
    assert told.f == plain.f and (told.nfev, told.njev, told.nhev) == (1, 1, 1)
    assert_allclose(told.g, plain.g, rtol=1e-13)
    with pytest.raises(TypeError, match="use LevenbergMarquardt, or a method that needs"):
        minimize(cost, theta, Newton())


def test_the_curvature_of_many_rows():
    """More than are multiplied at a time, each with a weight of its own."""
    x, sigma = np.linspace(0.1, 3.0, 9001), np.linspace(0.1, 0.9, 9001)
    J = np.stack([np.exp(-0.4 * x), -1.7 * x * np.exp(-0.4 * x)], axis=1)
    cost = Cost(Curve(DECAY.fun, 2, lambda x, a, b: J), x, 0.0 * x, "chi2", sigma=sigma)
    told = cost.linearised().evaluate(np.array([1.7, 0.4]), True)
    assert_allclose(told.h, 2.0 * J.T @ (J / sigma[:, np.newaxis] ** 2), rtol=1e-12)


def test_one_jacobian_serves_gradient_and_curvature_of_an_iterate():
    calls = []

    def jac(x, a, b):
        calls.append((a, b))
        return np.stack([np.exp(-b * x), -a * x * np.exp(-b * x)], axis=1)

    found = fit(Curve(DECAY.fun, 2, jac), X, Y, max_iter=50, record=True)
    assert found.success and found.nit + 1 == found.nhev == found.njev < found.nfev
    assert len(calls) == found.njev  # none at a trial that failed


def test_a_step_that_gains_much_has_forward_differences():
    """Half of the evaluations; at the first point, too."""
    calls = []

    def fun(x, a, b):
        calls.append((a, b))
        return DECAY.fun(x, a, b)

    cost = Cost(Curve(fun, 2), X, Y).linearised()
    theta = np.array([1.7, 0.4])
    f = cost(theta)
    for below, count in ((math.inf, 3), (1.002 * f, 3), (1.0005 * f, 5), (f, 1)):
        calls.clear()
        told = cost.evaluate(theta, True, below)
        assert len(calls) == count and told.f == f
        assert np.isnan(told.g).all() and told.njev == told.nhev == 0 if count == 1 else True
    slope = cost.evaluate(theta, True, 1.0005 * f).g
    assert_allclose(cost.evaluate(theta, True).g, slope, rtol=1e-6)


def test_a_curve_is_fitted_by_it():
    scipy = pytest.importorskip("scipy.optimize")
    for curve, params, start in (
        (DECAY, [2.0, 0.7], [1.0, 1.0]),
        (PULSE, [5.0, 1.4, 0.3, 0.5], [1.0, 1.0, 1.0, 1.0]),
        (PULSE, [5e-9, 1.4e6, 3e5, 5e-10], [1e-9, 1e6, 1e6, 1e-10]),  # in other units
    ):
        x = X * (params[1] / 1.4 if curve is PULSE else 1.0)
        y = noisy(curve, params, x, 0.01 * params[0])
        found = fit(curve, x, y, initial=start)
        assert found.success and found.errors_message == "errors from the Hessian"
        popt, pcov = scipy.curve_fit(curve.fun, x, y, p0=params)
        assert_allclose(found.params, popt, rtol=1e-6)
        assert_allclose(found.errors, np.sqrt(np.diagonal(pcov)), rtol=0.2)
        again = fit(curve, x, y, LevenbergMarquardt(), initial=start, engine="numpy")
        same(found, again)


def test_a_bound_holds_a_parameter():
    scipy = pytest.importorskip("scipy.optimize")
    y = noisy(PULSE, [5.0, 1.4, 0.3, 0.5])
    bounds = [(0, 4.5), (1, 2), (0.2, 1), (None, None)]
    points = []

    def watched(x, *params):
        points.append(params)
        return PULSE.fun(x, *params)

    found = fit(Curve(watched, 4), X, y, bounds=bounds)
    low, high = np.array([(-np.inf if a is None else a, np.inf if b is None else b)
                          for a, b in bounds]).T  # fmt: skip
    assert found.success and found.params[0] == 4.5
    assert (np.array(points) >= low).all() and (np.array(points) <= high).all()
    other = scipy.least_squares(
        lambda p: PULSE.fun(X, *p) - y, [1.0, 1.5, 0.5, 0.5], bounds=(low, high), xtol=1e-12,
        ftol=1e-12, gtol=1e-12,
    )  # fmt: skip
    assert_allclose(found.params, other.x, rtol=1e-5)


def test_equal_bounds_fix_a_parameter():
    free = Curve(lambda x, a, m, b: PULSE.fun(x, a, m, 0.3, b), 3)
    y = noisy(PULSE, [5.0, 1.4, 0.3, 0.5])
    bounds = [(0, 9), (None, None), (0.3, 0.3), (None, None)]
    found = fit(PULSE, X, y, bounds=bounds, initial=[4.0, 1.2, 0.3, 1.0])
    assert found.success and found.status == Status.NO_GAIN and found.params[2] == 0.3
    other = fit(free, X, y, initial=[4.0, 1.2, 1.0])
    assert_allclose(np.delete(found.params, 2), other.params, rtol=1e-6)


def test_an_exact_fit_is_a_success():
    y = DECAY.predict([2.0, 0.7], X)
    found = fit(DECAY, X, y)
    assert found.success and found.status in (Status.NO_STEP, Status.GRADIENT_TOLERANCE)
    assert_allclose(found.params, [2.0, 0.7], rtol=1e-13)


def test_a_plateau_is_no_success():
    """Where the curve does not depend on a parameter, no damping leads on."""
    found = fit(DECAY, X, Y, initial=[1.0, 1e3])
    assert not found.success and found.status == Status.NO_DESCENT and found.errors is None


def test_too_many_parameters_are_no_success():
    """Only their product matters: the cost is at its minimum, but there are many."""
    found = fit(Curve(lambda x, a, b, c: a * b * np.exp(-c * x), 3), X, Y)
    assert not found.success and found.status == Status.NO_DESCENT
    assert "f does not determine all of x" in found.message
    assert_allclose(found.cost, fit(DECAY, X, Y).cost, rtol=1e-8)


def test_a_start_that_is_no_number_is_told():
    growth = Curve(lambda x, a, b: a * np.exp(np.minimum(b * x, 700)), 2)
    found = fit(growth, X, Y, initial=[1.0, 1e3])
    assert found.status == Status.DIVERGED and not found.success
    assert found.message == "diverged: the cost at initial is inf: start where it is finite"
    assert found.errors is None  # and without a warning


def test_a_cost_of_ones_own_is_what_falls():
    """Its values and gradients, and not those of the class that it is made from."""

    class Pulled(Cost):
        def value_and_gradient(self, theta, gradient=True):
            f, g = super().value_and_gradient(theta, gradient)
            return f + 10.0 * theta[0] ** 2, g + np.array([20.0 * theta[0], 0.0])

    cost = Pulled(DECAY, X, Y)
    found = minimize(cost, [1.0, 1.0], LevenbergMarquardt())
    assert found.success and abs(found.x[0]) < 1.0
    assert_allclose(cost.gradient(found.x), 0.0, atol=1e-7)


def test_who_is_fitted_by_default():
    def by(model, y, **given):
        """The evaluations of a fit: only Adam's have no Hessian."""
        return fit(model, X, y, max_iter=3, **given).nhev > 0

    assert by(DECAY, Y) and by(DECAY, Y, bounds=[(0, 9), (0, 9)]) and by(DECAY, Y, l2=0.1)
    assert not by(DECAY, Y, l1=0.1)  # which has a kink
    assert not by(MLP((1, 3, 1)), Y) and not by(Polynomial(1), Y, l1=0.1)
    assert fit(DECAY, X, Y, epochs=2).nhev == 0


def test_linear_models_have_their_own_hessian():
    found = fit(Linear(1), X, Y, LevenbergMarquardt(damping=0.0))
    exact = fit(Linear(1), X, Y)
    assert found.nit <= 3
    assert_allclose(found.params, exact.params, rtol=1e-12)
    assert fit(Linear(1), X, Y, Adam(0.1), max_iter=2).nhev == 0
    with pytest.raises(TypeError, match="hessian: mlp has none"):
        fit(MLP((1, 3, 1)), X, Y, LevenbergMarquardt())


def test_nan_of_a_curve_is_stepped_back_from():
    """The root of what a step makes negative."""
    curve = Curve(lambda x, a, b: np.sqrt(a - b * x), 2)
    y = curve.predict([4.0, 1.0], X)
    with np.errstate(invalid="ignore"):
        found = fit(curve, X, y, initial=[40.0, 0.1])
    assert found.success
    assert_allclose(found.params, [4.0, 1.0], rtol=1e-6)
