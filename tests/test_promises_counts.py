"""What was called, how often, and where: counted by the objective itself."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from promises import both_engines
from specimens import (
    GRADIENT,
    wants_hessian,
)

import ml4pa
from ml4pa import (
    CMAES,
    MLP,
    Adam,
    Exponential,
    Function,
    GeneticAlgorithm,
    Linear,
    Newton,
    Polynomial,
    find_minima,
    fit,
    minimize,
    multistart,
)
from ml4pa.landscapes import Beale, Rotated, Sphere

HESSIANS = [name for name, m in GRADIENT.items() if wants_hessian(m)]


class Counted:
    """x^2, and where it was asked."""

    def __init__(self):
        self.points = []

    def __call__(self, x):
        self.points.append(np.array(x))
        return float(x @ x)


@both_engines
@pytest.mark.parametrize("name", HESSIANS)
def test_differences_of_the_gradient_ask_for_no_value(name, engine):
    fun = Counted()
    f = Function(fun, lambda x: 2 * x)
    result = minimize(f, [1.0, 2.0, 3.0], Newton(0.1), max_evals=5, engine=engine)
    assert result.nfev == len(fun.points) == 5
    assert result.njev == 5 * (1 + 2 * 3)
    fun.points.clear()
    assert f.gradient([1.0, 2.0]).tolist() == [2.0, 4.0] and not fun.points


@pytest.mark.parametrize(("jac", "power"), [("2-point", 1 / 2), ("3-point", 1 / 3)])
def test_differences_balance_rounding_and_curvature(jac, power):
    """Steps of eps^(1/2) forward and eps^(1/3) to both sides, times |x| where that is above 1;
    Press et al., Numerical Recipes (2007), section 5.7."""
    fun, x = Counted(), np.array([0.5, -3.0])
    Function(fun, jac).gradient(x)
    h = np.finfo(float).eps ** power * np.array([1.0, 3.0])
    sides = (1,) if jac == "2-point" else (1, -1)
    wanted = [x, *(x + side * step for side in sides for step in np.diag(h))]
    asked = {tuple(p) for p in fun.points}
    assert asked - {tuple(x)} == {tuple(p) for p in wanted} - {tuple(x)}


def test_differences_of_the_gradient_are_central():
    """eps^(1/3), times |x| where that is above 1."""
    asked = []

    def slope(x):
        asked.append(tuple(x))
        return 2 * x

    x = np.array([0.5, -3.0])
    Function(Counted(), slope).hessian(x)
    h = np.finfo(float).eps ** (1 / 3) * np.array([1.0, 3.0])
    assert set(asked) == {tuple(x + side * step) for side in (1, -1) for step in np.diag(h)}


def test_no_points_have_no_gradients():
    f = Function(Counted(), lambda x: 2 * x)
    assert f.gradient(np.zeros((0, 3))).shape == (0, 3)
    assert f.hessian(np.zeros((0, 3))).shape == (0, 3, 3)


@pytest.mark.parametrize("given", [{"beta1": [0.5, 0.9]}, {"noise": [0.0, 0.0]}])
def test_a_schedule_goes_with_a_hyper_parameter_of_each_start(given):
    rate = Exponential(0.01, 0.01)
    runs = multistart(Beale(), [[1.0, 1.0]] * 2, Adam(rate), max_iter=9, **given)
    for i, run in enumerate(runs.x):
        method = Adam(rate, **{k: v[i] for k, v in given.items()})
        assert_array_equal(run, minimize(Beale(), [1.0, 1.0], method, max_iter=9).x)


def test_find_minima_stays_within_the_bounds():
    fun = Counted()
    with pytest.raises(ValueError, match=r"starts\[0, 0\]=5.0 is outside its bounds"):
        find_minima(Function(fun, lambda x: 2 * x), [(-1, 1)] * 2, starts=[[5.0, 5.0]])
    assert not fun.points

    def half(x):
        return fun(x) if x[0] > 0 else np.nan

    find_minima(half, [(-1, 1)] * 2, starts=10, rng=1)
    assert fun.points and np.abs(fun.points).max() <= 1.0


def test_find_minima_hands_on_the_arguments():
    found = find_minima(
        lambda x, a: float(a * x @ x), [(-1, 1)] * 2, args=(2,),
        hess=lambda x, a: 2 * a * np.eye(2), starts=5, rng=1,
    )  # fmt: skip
    assert found.x.round(6).tolist() == [[0.0, 0.0]]
    with pytest.raises(TypeError, match="max_iter=None must be"):
        find_minima(Beale(), max_iter=None)


@both_engines
@pytest.mark.parametrize("n", [1, 2, 3])
def test_no_gradient_where_no_value_was_finite(n, engine):
    start = [1e160] * n
    result = minimize(Sphere(n), start, Adam(0.1), engine=engine)
    assert result.fun == np.inf and np.isnan(result.jac).all()
    assert "f(x0) = inf: start where f is finite" in result.message
    runs = multistart(Sphere(n), [start, [1.0] * n], Adam(0.1), max_iter=3, engine=engine)
    assert np.isnan(runs.jac[0]).all() and np.isfinite(runs.jac[1]).all()
    nowhere = minimize(lambda x: np.nan, start, Adam(0.1), engine=engine)
    assert np.isnan(nowhere.jac).all()


def test_polishing_keeps_the_time():
    def slow(x):
        time.sleep(0.002)
        return float(x @ x)

    method = GeneticAlgorithm(20, polish=Adam(0.1), polish_steps=50)
    began = time.perf_counter()
    result = minimize(Function(slow, lambda x: 2 * x), [1.0, 2.0], method, max_time=0.1, rng=1)
    assert result.status.name == "MAX_TIME" and time.perf_counter() - began < 1.0
    with pytest.raises(ValueError, match="workers=2 must be None: polish"):
        minimize(Function(slow, lambda x: 2 * x), [1.0, 2.0], method, workers=2)


def test_workers_call_a_vectorized_function_with_rows():
    def rows(X):
        assert X.ndim == 2
        return np.sum(X**2, axis=1)

    f = Function(rows, vectorized=True)
    a = minimize(f, [1.0, 2.0], CMAES(0.3), workers=map, max_iter=5, rng=1)
    assert_array_equal(a.x, minimize(f, [1.0, 2.0], CMAES(0.3), max_iter=5, rng=1).x)


@pytest.mark.parametrize("size", [math.inf, 1.7e308])
def test_differences_of_what_overflows_do_not_warn(size):
    """inf - inf is no number, and 1.7e308 + 1.7e308 is infinite."""
    jump = lambda x: size if x[0] > 0.0 else -size  # noqa: E731
    flat = math.nan if size == math.inf else 0.0
    for jac in ("2-point", "3-point"):
        assert_array_equal(Function(jump, jac).gradient([0.0, 0.0]), [math.inf, flat])
    step = Function(lambda x: 0.0, lambda x: np.where(x > 0.0, size, -size))
    assert step.hessian([0.0, 1.0])[0, 0] == math.inf
    assert_array_equal(step.hessian([1.0, 2.0]), np.full((2, 2), flat))


@pytest.mark.parametrize("jac", ["2-point", "3-point"])
def test_finite_differences_need_little_memory(jac, monkeypatch):
    """A million coordinates of points at a time, so that 10^5 parameters do not need 80 GB."""
    sizes = []

    def rows(X):
        sizes.append(len(X))
        return np.sum(X**3, axis=1)

    x, bounds = np.linspace(-1, 2, 5), [(-5, 0.5)] * 3 + [(-5, 5), (2, 5)]
    x[:3] = np.minimum(x[:3], 0.5)
    f = Function(rows, jac, vectorized=True).within(ml4pa.checks.bounds(bounds, 5), 5)
    points = 5 if jac == "2-point" else 10
    g = f.gradient(x)
    assert sizes == [1, points]
    sizes.clear()
    monkeypatch.setattr(ml4pa.objective, "MOST_MOVED", 17)
    assert_array_equal(f.gradient(x), g)
    assert sizes == [1, 3, 2] if jac == "2-point" else sizes == [1, 3, 3, 3, 1]
    assert_array_equal(Function(lambda p: float(rows(p[np.newaxis])[0]), jac).gradient(x),
                       Function(rows, jac, vectorized=True).gradient(x))  # fmt: skip


def test_a_stream_of_no_epochs_leaves_the_start():
    told = fit(Linear(1), lambda: iter([([[1.0]], [1.0])]), method=Adam(0.1), epochs=0)
    assert_array_equal(told.params, Linear(1).initial(None))


@both_engines
def test_the_value_of_epochs_is_that_of_a_call(engine):
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(41, 3)), rng.normal(size=41)
    for seed in range(5):
        told = fit(
            Linear(3), X, y, Adam(0.05), epochs=3, batch_size=7, rng=seed, engine=engine
        )  # fmt: skip
        assert told.fun == told.objective(told.x)


X, Y = np.arange(6.0).reshape(3, 2), np.arange(3.0)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: fit(MLP((2, 2, 1)), X, Y, Newton()), "mlp has none"),
        (lambda: fit(Linear(2), X, Y, max_iter=-5), "max_iter=-5 must be >= 0"),
        (lambda: fit(Linear(2), X, Y, Adam(0.1), max_iter="x"), "max_iter='x' must be"),
        (lambda: fit(Linear(2), X, Y, gtol="x"), "gtol='x' must be a number"),
        (lambda: fit(Linear(2), X, Y, target="x"), "target='x' must be a number"),
        (lambda: fit(Linear(2), X, Y, max_time=-1), "max_time=-1 must be >= 0"),
        (lambda: Adam(np.complex128(0.1 + 2j)), "learning_rate=.* must be a number"),
        (lambda: minimize(Beale(), [1, 1], target=1j), "target=1j must be a number"),
        (lambda: Rotated(Sphere(2), rng=-1), "rng=-1 must be"),
        (lambda: minimize(Beale(), [1, 1], args=np.ones(2)), "args belong to a bare callable"),
        (lambda: CMAES(0.3).parameters("x"), "n='x' must be a whole number"),
        (lambda: ml4pa.load(__file__), "is not a checkpoint of ml4pa: it is no .npz file"),
    ],
)
def test_what_is_refused_is_named(call, text):
    with pytest.raises((ValueError, TypeError), match=text):
        call()


def test_small_integers_are_numbers():
    told = fit(Polynomial(1), [0, 1, 2], [1, 2, 4], Adam(0.1), max_iter=np.int8(2))
    assert told.nit == 2


def test_scipys_product_with_the_hessian_is_refused():
    optimize = pytest.importorskip("scipy.optimize")
    with pytest.raises(ValueError, match="hessp=.* must be None: newton"):
        optimize.minimize(
            lambda x: x @ x, [1.0], method=Newton(), jac=lambda x: 2 * x, hessp=lambda x, p: 2 * p
        )


def test_infinite_values_warn_of_nothing():
    minimize(lambda x: float(np.where(x[0] > 0.5, np.inf, x @ x)), [0.6, 0.2], Adam(0.1))
