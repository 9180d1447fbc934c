"""Bounds: minima on them worked by hand, and no success short of one.

A new method inherits the test of walls by its line in the registry.
"""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from cases import LINE_SEARCH_ROWS
from numpy.testing import assert_allclose, assert_array_equal
from promises import both_engines, tell
from specimens import GRADIENT, minimal, wants_hessian

from ml4pa import (
    Backtracking,
    ExactLineSearch,
    Function,
    GradientDescent,
    Momentum,
    Nesterov,
    Newton,
    Status,
    minimize,
    multistart,
)
from ml4pa.landscapes import LANDSCAPES, Booth, Matyas, Quadratic, Rosenbrock, Saddle, Sphere
from ml4pa.learning_rates import LINE_SEARCHES


def quadratic(a, b):
    """x A x / 2 - b x."""
    a, b = np.array(a, dtype=float), np.array(b, dtype=float)
    return Function(
        lambda x: float(0.5 * x @ a @ x - b @ x), lambda x: a @ x - b, lambda x: a.copy()
    )


def coupled():
    return quadratic([[2, 1.9], [1.9, 2]], [0, 1])


def chain():
    return quadratic([[2, -1, 0], [-1, 2, -1], [0, -1, 2]], [1, 0, 1])


# objective, bounds, start, the minimum and its value
MINIMA = {
    # x0 = -1: 2 x1 - 1.9 = 1
    "coupled": (coupled, [(-1, 3), (-3, 3)], [0, 0], [-1, 1.45], -1.1025),
    # x1 = 1/2: 2 x0 = 1 + 1/2, and x2 alike
    "chain": (chain, [(None, 2), (0, 0.5), (0, 3)], [0, 0, 3], [0.75, 0.5, 0.75], -0.875),
    # y = 2: (x - 3)^2 + (2x - 3)^2
    "booth": (Booth, [(-10, 10), (-10, 2)], [0, 0], [1.8, 2], 1.8),
    # x = 1: 0.52 y = 0.48
    "matyas": (Matyas, [(1, 10), (-10, 10)], [5, 5], [1, 12 / 13], 1 / 26),
    # y = x^2, and (1 - x)^2 is left
    "rosenbrock-below": (Rosenbrock, [(-2, 0.5), (-2, 2)], [-1, 1], [0.5, 0.25], 0.25),
    "rosenbrock-above": (Rosenbrock, [(1.2, 2), (-2, 2)], [1.5, 0], [1.2, 1.44], 0.04),
    "corner": (lambda: Sphere(3), [(1, 2), (-5, -2), (0, 3)], [2, -3, 1], [1, -2, 0], 5.0),
    "inside": (Booth, [(0, 5), (0, 5)], [4, 0], [1, 3], 0.0),
}
SEARCHING = {
    f"{method.name}-{search.name}": type(method)(search)
    for method in GRADIENT.values() if method.searches
    for search in (kind() for kind in LINE_SEARCHES)
}  # fmt: skip
SECOND_ORDER = {
    **{name: method for name, method in GRADIENT.items() if wants_hessian(method)},
    **{name: method for name, method in SEARCHING.items() if wants_hessian(method)},
}
DESCENDING = {
    name: method
    for name, method in SEARCHING.items()
    if isinstance(method.learning_rate, ExactLineSearch) or wants_hessian(method)
}
every_minimum = pytest.mark.parametrize("name", MINIMA)


# ---- Newton's method, and line searches ----------------------------------------------------------


@both_engines
@every_minimum
@pytest.mark.parametrize("method", SECOND_ORDER.values(), ids=SECOND_ORDER)
@pytest.mark.parametrize("rule", [{}, {"xtol": 1e-8}, {"ftol": 1e-12}], ids=str)
def test_newton_finds_the_minimum(method, name, rule, engine):
    make, bounds, start, x, fun = MINIMA[name]
    result = minimize(make(), start, method, bounds=bounds, engine=engine, max_iter=100, **rule)
    assert_allclose(result.x, x, atol=1e-8)
    assert_allclose(result.fun, fun, atol=1e-12)
    # A search may find that the numbers allow no smaller value.
    assert result.success or (rule and result.status == Status.LINE_SEARCH)


@both_engines
@every_minimum
@pytest.mark.parametrize("method", DESCENDING.values(), ids=DESCENDING)
def test_a_search_within_bounds_never_rises(method, name, engine):
    make, bounds, start, x, _ = MINIMA[name]
    result = minimize(
        make(), start, method, bounds=bounds, engine=engine, record=True, max_iter=3000
    )
    assert (np.diff(result.path.fun) <= 1e-12 * np.abs(result.path.fun[:-1])).all()
    assert result.success
    assert_allclose(result.x, x, atol=1e-7)


@both_engines
@pytest.mark.parametrize("search", LINE_SEARCH_ROWS, ids=repr)
def test_no_search_rises_on_any_landscape(search, engine):
    for kind in LANDSCAPES:
        f = kind() if kind.dimension is not None else kind(3)
        low, high = f.bounds.T
        bounds = np.stack([low + 0.2 * (high - low), low + 0.7 * (high - low)], axis=1)
        start = bounds[:, 0] + 0.9 * (bounds[:, 1] - bounds[:, 0])
        result = minimize(
            f, start, GradientDescent(search), bounds=bounds, engine=engine, record=True,
            max_iter=30,
        )  # fmt: skip
        assert (np.diff(result.path.fun) <= 1e-12 * np.abs(result.path.fun[:-1])).all(), f.name


@both_engines
@pytest.mark.parametrize("to", [0.85, 0.93044], ids=["falls", "flat"])
@pytest.mark.parametrize("bounds", [None, [(-2, 2)]], ids=["free", "bounds"])
def test_an_exact_search_does_not_climb_into_a_higher_valley(to, bounds, engine):
    """(x^2 - 1)^2 + x/2 from -1.3, in the lower valley: the first trial is in the higher one, where
    f falls, or is level."""
    f = Function(
        lambda x: float((x[0] ** 2 - 1) ** 2 + x[0] / 2), lambda x: 4 * x * (x**2 - 1) + 0.5
    )
    g = f.gradient([-1.3])[0]
    method = GradientDescent(ExactLineSearch(initial=(-1.3 - to) / g))
    result = minimize(f, [-1.3], method, bounds=bounds, engine=engine, record=True, max_iter=50)
    assert (np.diff(result.path.fun) < 1e-15).all()
    assert abs(result.x[0] + 1.05745) < 1e-4


def test_a_level_trial_above_the_start_is_too_long():
    """Where it is level in another valley, the search begins again below it."""
    line = ExactLineSearch()
    search = line.init()
    line.begin(1.0, -1.0, search)
    assert not line.accepts(8.0, 1.5, 0.0, search) and line.accepts(8.0, 1.0, 0.0, search)
    assert line.next(6.0, 1.5, -0.5, search) == 12.0
    assert line.next(8.0, 1.5, 0.0, search) == 4.0


@both_engines
@pytest.mark.parametrize("search", [Backtracking(), ExactLineSearch()], ids=repr)
@pytest.mark.parametrize("bounds", [None, [(-2, 2), (-1, 1)]], ids=["free", "bounds"])
def test_a_direction_that_climbs_is_no_rest(search, bounds, engine):
    """Newton's step to the saddle of x^2 - y^2 goes uphill along y."""
    result = minimize(Saddle(), [0.1, 0.5], Newton(search), bounds=bounds, engine=engine)
    assert result.status == Status.LINE_SEARCH and not result.success


@both_engines
def test_a_coordinate_that_the_coupled_step_pushes_out_is_held(engine):
    """At (-1, 0) both gradients point inwards, but the step to (-4.87, 5.13) leaves the first."""
    result = minimize(
        coupled(), [-1.0, 0.0], "newton", bounds=[(-1, 3), (-3, 3)], engine=engine, record=True
    )
    assert_allclose(result.path.x, [[-1, 0], [-1, 1.45]], rtol=1e-15)
    assert result.success


@both_engines
def test_a_held_coordinate_is_let_go_again(engine):
    """At (0, 3) the gradient is (3.75, 4.05), which holds x; at (0, 0.975) it is (-0.0975, 0)."""
    f = quadratic([[2, 1.9], [1.9, 2]], [1.95, 1.95])
    result = minimize(f, [0.0, 3.0], "newton", bounds=[(0, 3), (0, 3)], engine=engine, record=True)
    assert_allclose(result.path.x[:3], [[0, 3], [0, 0.975], [0.5, 0.5]], rtol=1e-13)
    assert result.success


@both_engines
@pytest.mark.parametrize("search", [Backtracking(), ExactLineSearch()], ids=repr)
def test_a_step_ends_on_the_first_bound_itself(search, engine):
    """From (5, 7) the step of x^2 + y^2 goes to 0: y = 0.7 is met first, where x = 0.5."""
    result = minimize(
        Sphere(2), [5.0, 7.0], Newton(search), bounds=[(0.1, 9), (0.7, 9)], engine=engine,
        record=True,
    )  # fmt: skip
    assert result.path.x[-1].tolist() == [0.1, 0.7] and result.success
    crossed = next(x for x in result.path.x if x[1] == 0.7)
    assert_allclose(crossed, [0.5, 0.7], rtol=1e-14)


@both_engines
def test_the_reduced_hessian_is_judged(engine):
    """x^2 - y^2 on |y| <= 1: a saddle inside, a minimum where a bound holds y."""
    bounds = [(-2, 2), (-1, 1)]
    inside = minimize(Saddle(), [0.5, 0.5], "newton", bounds=bounds, engine=engine)
    assert inside.status == Status.SADDLE and not inside.success
    edge = minimize(Saddle(), [0.5, 1.0], "newton", bounds=bounds, engine=engine)
    assert edge.success and edge.x.tolist() == [0.0, 1.0]


@both_engines
def test_a_singular_hessian_is_reported_of_what_is_free(engine):
    """x + y^2 has no curvature along x, which does not matter where a bound holds x."""
    f = Function(
        lambda x: float(x[0] + x[1] ** 2), lambda x: np.array([1.0, 2.0 * x[1]]),
        lambda x: np.diag([0.0, 2.0]),
    )  # fmt: skip
    bounds = [(0, 5), (-5, 5)]
    free = minimize(f, [1.0, 3.0], "newton", bounds=bounds, engine=engine)
    assert free.status == Status.SINGULAR_HESSIAN
    edge = minimize(f, [0.0, 3.0], "newton", bounds=bounds, engine=engine)
    assert edge.success and edge.x.tolist() == [0.0, 0.0]


@both_engines
@pytest.mark.parametrize("size", [2, 4])
def test_indefinite_steps_are_counted_once(size, engine):
    """Holding more coordinates solves again, in the same step."""
    a = np.eye(size)
    a[:2, :2] = [[2.0, 3.0], [3.0, 2.0]]
    f = quadratic(a, np.ones(size))
    run = Newton().start(np.zeros(size), bounds=[(0, 3)] * size, engine=engine)
    tell(run, f)
    assert run.state["indefinite"] <= 1 and run.iteration == 1


@pytest.mark.parametrize("method", SECOND_ORDER.values(), ids=SECOND_ORDER)
def test_rows_of_a_fleet_are_runs(method):
    bounds = [(-2, 0.5), (-2, 2)]
    starts = np.random.default_rng(2).uniform([-2, -2], [0.5, 2], (20, 2))
    fleet = multistart(Rosenbrock(), starts, method, bounds=bounds, record=True)
    for row, start in zip(fleet, starts, strict=True):
        alone = minimize(Rosenbrock(), start, method, bounds=bounds, record=True)
        assert row.message == alone.message and row.success == alone.success
        assert_array_equal(row.path.x, alone.path.x)


@both_engines
@pytest.mark.parametrize("method", SEARCHING.values(), ids=SEARCHING)
def test_a_search_within_bounds_goes_on_after_a_checkpoint(method, engine):
    bounds = [(-2, 0.5), (-2, 2)]
    a, b = (method.start([-1.0, 1.0], bounds=bounds, engine=engine) for _ in range(2))
    for _ in range(40):
        b = pickle.loads(pickle.dumps(b))
        assert list(a.stop) == list(b.stop)
        assert_array_equal(a.ask(), b.ask())
        if a.stop:
            break
        tell(a, Rosenbrock())
        tell(b, Rosenbrock())


# ---- no success at a wall ------------------------------------------------------------------------

WALLS = {
    name: minimal(type(method), **({} if wants_hessian(method) else {"learning_rate": 0.1}))
    for name, method in GRADIENT.items()
} | {"momentum-heavy": Momentum(0.1, 0.97), "nesterov-heavy": Nesterov(0.1, 0.97), **SEARCHING}


@both_engines
@pytest.mark.parametrize("method", WALLS.values(), ids=WALLS)
@pytest.mark.parametrize("rule", [{"xtol": 1e-9}, {"ftol": 1e-14}], ids=str)
@pytest.mark.parametrize("n", [1, 2])
def test_no_velocity_at_a_wall_is_a_success(method, rule, n, engine):
    """(x - 1)^2 from 5: what overshoots the minimum is held at 0 by its velocity for a while."""
    f = quadratic(2 * np.eye(n), np.full(n, 2.0))
    for start in (5.0, 3.0, 0.0):
        result = minimize(
            f, np.full(n, start), method, bounds=[(0, 5)] * n, engine=engine, max_iter=5000, **rule
        )
        assert not result.success or (np.abs(result.x - 1.0) < 0.1).all(), (start, result)


@both_engines
@pytest.mark.parametrize("rule", ["xtol", "ftol"])
def test_momentum_comes_back_from_the_wall(rule, engine):
    result = minimize(
        quadratic([[2.0]], [2.0]), [5.0], Momentum(0.1, 0.95), bounds=[(0, 5)], engine=engine,
        record=True, **{rule: 1e-14},
    )  # fmt: skip
    held = (result.path.x[1:, 0] == 0.0) & (result.path.x[:-1, 0] == 0.0)
    assert held.any()  # it stood still, and that was no rest
    assert result.success and abs(result.x[0] - 1.0) < 1e-5


@both_engines
@pytest.mark.parametrize("rule", ["xtol", "ftol"])
def test_a_gradient_of_rounding_at_a_wall_does_not_wait(rule, engine):
    """The minimum is on the bound, and what rounding leaves of the gradient points inwards."""
    f = Function(lambda x: float((x[0] - 3.0) ** 2), lambda x: 2.0 * (x - 3.0) - 1e-15)
    result = minimize(
        f, [3.0], GradientDescent(0.1), bounds=[(3, 5)], engine=engine, max_iter=1000, **{rule: 0.0}
    )
    assert result.success and result.x.tolist() == [3.0]


# ---- where a line search rests -------------------------------------------------------------------


@both_engines
@pytest.mark.parametrize("method", SEARCHING.values(), ids=SEARCHING)
@pytest.mark.parametrize("rule", [{"xtol": 1e-8}, {"ftol": 1e-12}, {"target": -9.0}], ids=str)
@pytest.mark.parametrize(
    ("bounds", "x"),
    [(None, [0, 0]), ([(0, 9), (-9, 9)], [0, 0]), ([(1, 9), (None, 9)], [1, 0])],
    ids=["free", "at-0", "at-1"],
)
def test_a_search_that_hits_the_minimum_is_a_success(method, rule, bounds, x, engine):
    """x^2 + y^2 from (3, 1): the first step along the gradient ends at 0."""
    result = minimize(Sphere(2), [3.0, 1.0], method, bounds=bounds, engine=engine, **rule)
    assert result.success and result.x.tolist() == x
    if result.status == Status.GRADIENT_TOLERANCE:
        steps = "1 step" if result.nit == 1 else f"{result.nit} steps"
        assert result.message == (
            f"gradient tolerance reached: max|g| = 0 <= gtol = 0 after {steps}"
        )


@both_engines
@pytest.mark.parametrize("method", SEARCHING.values(), ids=SEARCHING)
def test_a_run_at_rest_says_so(method, engine):
    run = method.start([0.0, 0.0], engine=engine)
    tell(run, Quadratic())
    assert run.stop == {"GRADIENT_TOLERANCE": (0.0, 0.0)}
    held = method.start([1.0, 0.0], bounds=[(1, 2), (-1, 1)], engine=engine)
    tell(held, Quadratic())
    assert held.stop == {"GRADIENT_TOLERANCE": (0.0, 0.0)}
    falling = method.start([2.0, 0.0], bounds=[(1, 2), (-1, 1)], engine=engine)
    tell(falling, Quadratic())
    assert not falling.stop


# ---- a search at the minimum ---------------------------------------------------------------------

SEARCHES = [kind() for kind in LINE_SEARCHES]
every_search = pytest.mark.parametrize("search", SEARCHES, ids=repr)


def rising(g, h, f0=0.0):
    """Whatever the gradient says, every other point is higher."""
    return Function(
        lambda x: f0 if x[0] == 3.0 else f0 + 1.0, lambda x: np.array([g]), lambda x: [[h]]
    )


@both_engines
@every_search
@pytest.mark.parametrize(
    ("f", "status"),
    [
        (rising(1e-15, 1.0), Status.NO_STEP),  # 1.1 roundings of 3
        (rising(2.6e-15, 1.0), Status.NO_STEP),
        (rising(2.7e-15, 1.0), Status.LINE_SEARCH),
        (rising(1e-7, 1.0, 2.0), Status.NO_GAIN),  # gains 5e-15 of 2
        (rising(1.19e-7, 1.0, 2.0), Status.NO_GAIN),
        (rising(1.195e-7, 1.0, 2.0), Status.LINE_SEARCH),
        (rising(1e-15, -1.0), Status.LINE_SEARCH),  # it climbs
    ],
)
def test_what_is_lost_to_rounding(f, status, search, engine):
    """4 roundings of 3 are 2.66e-15, and 16 of 2 are 7.1e-15: the gain of a step of 1.19e-7."""
    for gtol in (0.0, 1e-20):
        result = minimize(f, [3.0], Newton(search), gtol=gtol, engine=engine)
        assert result.status == status
        assert result.success == (status != Status.LINE_SEARCH)


@both_engines
@every_search
@pytest.mark.parametrize(
    "method",
    [
        lambda search: Newton(search, damping=1e20),
        lambda search: Newton(search, clip=1e-20),
        lambda search: Newton(search, noise=1e-30),
        GradientDescent,
    ],
    ids=["damped", "clipped", "noisy", "descent"],
)
def test_a_short_step_that_does_not_lead_to_the_minimum_is_none(method, search, engine):
    """The minimum is far off, but the step is short."""
    g = 1e-16 if method is GradientDescent or method(search).noise else 1.0
    result = minimize(rising(g, 1.0), [3.0], method(search), gtol=0, rng=1, engine=engine)
    assert result.status == Status.LINE_SEARCH and not result.success
