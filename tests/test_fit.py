"""fit: the exact solution, all data at once, and what is no success."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from specimens import (
    classes,
    plane,
    table,
)

import ml4pa
from ml4pa import (
    CMAES,
    MLP,
    Adam,
    Cost,
    Curve,
    GradientDescent,
    InverseTime,
    Linear,
    Logistic,
    Newton,
    Polynomial,
    Status,
    fit,
)
from ml4pa.costs import errors
from ml4pa.fitting import _by_default
from ml4pa.losses import MSE
from ml4pa.models import Chebyshev

ENGINES = ("compiled", "numpy")
engines = pytest.mark.parametrize("engine", ENGINES)


# ---- without mini-batches ------------------------------------------------------------------------


@engines
def test_a_polynomial_is_solved_exactly(engine):
    x = np.linspace(-1, 2, 40)
    y = 1 - 2 * x + 0.3 * x**3 + 0.01 * np.sin(40 * x)
    told = fit(Polynomial(3), x, y, engine=engine)
    wanted, covariance = np.polyfit(x, y, 3, cov=True)
    assert_allclose(told.params, wanted[::-1], rtol=1e-10)
    assert_allclose(told.covariance, covariance[::-1, ::-1], rtol=1e-8)
    assert_allclose(told.errors, np.sqrt(np.diag(told.covariance)))
    assert told.success and told.status == Status.EXACT
    assert told.nit == 0 and told.cost == told.fun == Cost(Polynomial(3), x, y)(told.params)
    assert_allclose(told.predict(x), np.polyval(wanted, x))
    assert told.ndof == 36 and told.chi2 is None


def test_data_that_do_not_determine_the_parameters_are_reported():
    told = fit(Polynomial(2), [0, 1, 1], [1, 2, 2])
    assert not told.success and told.status == Status.UNDETERMINED
    assert "determine 2 of 3 parameters" in told.message
    assert told.covariance is None and told.errors is None and told.correlation is None


@engines
@pytest.mark.parametrize(("low", "high", "degree"), [(1990, 2020, 8), (1, 10, 30), (0, 1, 30)])
def test_coefficients_that_float64_cannot_hold_are_reported(low, high, degree, engine):
    x = np.linspace(low, high, 100)
    y = np.sin(5 * (x - low) / (high - low)) + 0.1 * table(100, 1)[:, 0]
    told = fit(Polynomial(degree), x, y, loss="chi2", sigma=0.1, engine=engine)
    wanted = np.polynomial.Polynomial.fit(x, y, degree)
    least = np.sum((y - wanted(x)) ** 2) / 0.01
    assert not told.success and told.status == Status.ROUNDED
    assert f"but the minimum is {least:.5g}"[:-1] in told.message
    assert "models.Chebyshev" in told.message and "standard deviations" in told.errors_message
    same = fit(Chebyshev(degree, low, high), x, y, loss="chi2", sigma=0.1, engine=engine)
    assert same.success and same.chi2 == pytest.approx(least, rel=1e-6)
    low_degree = fit(Polynomial(2), x, y, loss="chi2", sigma=0.1, engine=engine)
    assert low_degree.success and low_degree.errors_message == "errors from the Hessian"


def test_the_exact_solution_stays_exact_where_rows_are_held_back():
    x, y = np.linspace(0, 1, 50), 3 - np.linspace(0, 1, 50) + 0.1 * table(50, 1)[:, 0]
    given = fit(Polynomial(1), x[:40], y[:40], validation=(x[40:], y[40:]))
    assert given.success and given.status == Status.EXACT
    assert_array_equal(given.params, fit(Polynomial(1), x[:40], y[:40]).params)
    assert given.history.validation.tolist() == [Cost(Polynomial(1), x[40:], y[40:])(given.params)]
    drawn = fit(Polynomial(1), x, y, validation=0.2, rng=1)
    assert drawn.status == Status.EXACT and drawn.objective.n_data == 40
    assert drawn.history.validation[0] != drawn.history.cost[0]
    asked = fit(Polynomial(1), x, y, validation=0.2, epochs=2, rng=1)
    assert asked.status == Status.EPOCHS


def test_errors_away_from_the_minimum_say_so():
    x = np.linspace(0, 3, 40)
    y = 3 * np.exp(-x) + 0.01 * table(40, 1)[:, 0]
    decay = Curve(lambda x, a, b: a * np.exp(-b * x), 2)
    found = fit(decay, x, y, loss="chi2", sigma=0.01)
    assert found.errors_message == "errors from the Hessian"
    held = fit(decay, x, y, loss="chi2", sigma=0.01, bounds=[(2.0, 2.5), (0.0, 9.0)])
    assert held.errors is not None and "bounds hold it" in held.errors_message
    # By hand: a mean of four, each with error 1/2, moved by one of its errors of 1/4.
    cost = Cost(Polynomial(0), [0, 1, 2, 3], [1, 2, 1, 2], "chi2", sigma=0.5)
    assert "minimum 1 standard deviations away" in errors(cost, [1.75]).message


def test_chi2_and_ndof():
    told = fit(Polynomial(1), [0, 1, 2, 3], [1, 3, 6, 7], loss="chi2", sigma=0.5)
    assert told.chi2 == pytest.approx(2.8) and told.ndof == 2
    held = fit(Polynomial(1), [0, 1, 2, 3], [1, 3, 6, 7], loss="chi2", sigma=0.5, l2=3.0)
    residual = [1, 3, 6, 7] - held.predict([0, 1, 2, 3])
    assert held.chi2 == pytest.approx(4 * residual @ residual)


@engines
def test_logistic_goes_to_the_optimum(engine):
    X, y = classes()
    told = fit(Logistic(3), X, y, loss="cross_entropy", engine=engine)
    assert told.success and told.status == Status.GRADIENT_TOLERANCE
    assert 0 < told.nhev < 20  # Newton's method, as with squares
    assert 0 < fit(Logistic(3), X, y, engine=engine).nhev < 20
    assert np.abs(Cost(Logistic(3), X, y, "cross_entropy").gradient(told.params)).max() < 1e-8
    assert told.history.cost[-1] < told.history.cost[0] == pytest.approx(np.log(2))
    assert told.path is None


def many(rows=120_000):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(rows, 3))
    return X, (rng.random(rows) < 1 / (1 + np.exp(1 - X @ [1.0, -0.5, 0.2]))) * 1.0


def test_samples_lead_to_the_optimum_of_many_rows():
    X, y = many()
    told = [fit(Logistic(3), X, y, loss="cross_entropy", engine=e, gtol=1e-9) for e in ENGINES]
    cost = Cost(Logistic(3), X, y, "cross_entropy")
    whole = ml4pa.minimize(cost, np.zeros(4), "newton", gtol=1e-12)
    for found, engine in zip(told, ENGINES, strict=True):
        assert found.success and found.engine == engine
        assert np.abs(cost.gradient(found.params)).max() <= 1e-9
        assert_allclose(found.params, whole.x, atol=1e-7)
        assert found.cost == pytest.approx(cost(found.params), rel=1e-12)
    assert_allclose(told[0].params, told[1].params, rtol=1e-9)
    assert told[0].nfev == told[1].nfev <= 8


def test_samples_that_mislead_are_given_up():
    """Every eighth block of rows has a column of zeros: its Hessian is singular."""
    X, y = many()
    X[np.arange(len(X)) // 1024 % 8 == 0, 2] = 0.0
    found = fit(Logistic(3), X, y, loss="cross_entropy")
    assert found.success
    assert np.abs(Cost(Logistic(3), X, y, "cross_entropy").gradient(found.params)).max() < 1e-6


def test_a_method_goes_down_the_whole_cost():
    x = np.linspace(0, 1, 30)
    told = fit(Polynomial(1), x, 2 * x + 17, GradientDescent(0.5), max_iter=100, record=True)
    same = ml4pa.minimize(
        Cost(Polynomial(1), x, 2 * x + 17), [0, 0], GradientDescent(0.5), max_iter=100, record=True
    )
    assert_array_equal(told.x, same.x)
    assert_array_equal(told.path.x, same.path.x)
    assert_array_equal(told.history.cost, same.path.fun)
    assert told.message == same.message


def test_bounds_are_kept():
    told = fit(Polynomial(1), [0, 1, 2, 3], [1, 3, 6, 7], bounds=[(0, 5), (0, 1)])
    assert_allclose(told.params, [2.75, 1.0], atol=1e-6)
    batched = fit(
        Polynomial(1), [0, 1, 2, 3], [1, 3, 6, 7], bounds=[(2, 5), (0, 1)], batch_size=2, rng=0
    )
    assert 2 <= batched.params[0] <= 5 and 0 <= batched.params[1] <= 1


def test_a_curve_is_fitted():
    x = np.linspace(0, 2, 30)
    told = fit(Curve(lambda x, a, b: a * np.exp(-b * x), 2), x, 3 * np.exp(-1.5 * x),
               Adam(0.05), gtol=1e-7)  # fmt: skip
    assert_allclose(told.params, [3, 1.5], rtol=1e-5)


# ---- a curve within bounds -----------------------------------------------------------------------

LINE = np.linspace(0.0, 1.0, 20)
FALLING = -0.3 * LINE + 0.5  # the best fit by sqrt(a) x + b with a >= 0 has a = 0
BOX = [(0.0, None), (0.0, 0.22)]


def rising(seen):
    def fun(x, a, b):
        seen.append((a, b))
        return np.sqrt(a) * x + b

    return fun


def all_within_the_box(seen):
    a, b = np.array(seen).T
    return a.min() == 0.0 and b.min() >= 0.0 and b.max() == 0.22


@engines
@pytest.mark.parametrize("jac", ["2-point", "3-point"])
@pytest.mark.parametrize(
    "how", [{"max_iter": 100}, {"epochs": 10}, {"epochs": 10, "batch_size": 5, "validation": 0.2}]
)
def test_a_curve_is_never_evaluated_outside_the_bounds(jac, how, engine):
    seen = []
    curve = Curve(rising(seen), 2, jac=jac)
    told = fit(curve, LINE, FALLING, GradientDescent(0.1), initial=[0.0, 0.22], bounds=BOX, rng=1,
               engine=engine, **how)  # fmt: skip
    assert told.errors is None or np.isfinite(told.errors).all()
    assert all_within_the_box(seen)
    assert told.status != Status.DIVERGED and told.model is curve


@engines
@pytest.mark.parametrize("jac", ["2-point", "3-point"])
def test_nor_is_its_cost_by_any_driver(jac, engine):
    box = [(0.0, 1.0), (0.0, 0.22)]
    start = [0.0, 0.22]
    for drive in (
        lambda f: ml4pa.minimize(f, start, GradientDescent(0.1), bounds=box, max_iter=20,
                                 engine=engine),
        lambda f: ml4pa.multistart(f, [start, [1.0, 0.0]], GradientDescent(0.1), bounds=box,
                                   max_iter=20, engine=engine),
        lambda f: ml4pa.sweep(f, start, ml4pa.grid(GradientDescent, learning_rate=[0.1, 0.2]),
                              bounds=box, max_iter=20, engine=engine),
    ):  # fmt: skip
        seen = []
        drive(Cost(Curve(rising(seen), 2, jac=jac), LINE, FALLING))
        assert all_within_the_box(seen)


def test_the_differences_of_a_curve_turn_at_a_bound():
    """d(a^2)/da at 1: free, with no room behind, with none ahead, and held."""
    for jac in ("2-point", "3-point"):
        model = Curve(lambda x, a: a * a * x, 1, jac=jac)
        for box, slope in ((None, 2.0), ((1, 2), 2.0), ((0, 1), 2.0), ((1, 1), 0.0)):
            limits = None if box is None else tuple(np.array([side], float) for side in box)
            bounded = model.within(limits)
            told = bounded.jacobian(np.ones(1), np.ones((1, 1)))
            assert_allclose(told, [[slope]], rtol=1e-4)
            assert_allclose(model.jacobian(np.ones(1), np.ones((1, 1))), [[2.0]], rtol=1e-4)
            assert bounded == model


def test_the_bounds_of_a_fit_end_with_it():
    """Its cost goes down beyond them where it is minimised again without."""
    told = fit(Curve(rising([]), 2), LINE, 1.0 + LINE, Adam(0.05), bounds=BOX, initial=[0.0, 0.1])
    cost = told.objective
    free = cost.within(None, 2)
    assert_array_equal(cost.limits[1], [np.inf, 0.22])
    slope = Cost(told.model, LINE, 1.0 + LINE).gradient([1.5, 0.9])
    assert free.limits is None and free.within(None, 2) is free
    assert_array_equal(free.gradient([1.5, 0.9]), slope)


def test_the_errors_of_a_bounded_curve():
    """Beside a bound the differences are those of one side: nearly the same errors."""
    seen = []

    def fun(x, a, b):
        seen.append(b)
        return a * np.exp(-b * x)

    y = np.exp(-2.0 * LINE) + 0.01 * np.cos(40 * LINE)
    free = fit(Curve(fun, 2), LINE, y, Adam(0.05), initial=[1.0, 1.0])
    expected, least = free.errors, float(free.x[1])
    for box in ((least, 9.0), (0.0, least)):
        seen.clear()
        bound = fit(Curve(fun, 2), LINE, y, Adam(0.05), initial=free.x, bounds=[(None, None), box])
        assert_allclose(bound.errors, expected, rtol=1e-2)
        assert box[0] <= min(seen) and max(seen) <= box[1]


@pytest.mark.parametrize("model", [Curve(lambda x, a, b: a * np.exp(-b * x), 2), MLP((1, 1))])
def test_a_parameter_between_equal_bounds_has_no_error(model):
    y = np.exp(-2.0 * LINE) + 0.01 * np.cos(40 * LINE)
    told = fit(model, LINE, y, Adam(0.05), initial=[1.0, 2.0], bounds=[(None, None), (2.0, 2.0)],
               max_iter=50)  # fmt: skip
    assert told.errors is None
    assert told.errors_message == "no errors: params[1] is held between equal bounds"


def test_a_linear_model_needs_no_differences_for_its_errors():
    told = fit(Polynomial(1), LINE, FALLING + 0.01 * np.cos(40 * LINE),
               bounds=[(None, None), (2.0, 2.0)], initial=[0.0, 2.0])  # fmt: skip
    assert told.errors is not None


def test_a_fit_without_residuals_has_errors_of_rounding_and_no_warning():
    """A thousandth of an error is then less than a rounding of the parameter."""
    decay = Curve(lambda x, a, b: a * np.exp(-b * x), 2)
    told = fit(decay, LINE, 2 * np.exp(-LINE), GradientDescent(ml4pa.Backtracking()),
               initial=[1.0, 1.0], gtol=0.0, max_iter=500)  # fmt: skip
    assert told.fun < 1e-30
    assert told.errors.max() < 1e-15 and told.errors_message.endswith("only rounding")


# ---- what is no success --------------------------------------------------------------------------


@engines
@pytest.mark.parametrize("unit", [1.0, 1e-4, 1e-9, 1e-17])
def test_a_gradient_is_not_small_for_the_unit_of_y(engine, unit):
    """Fluxes of 1e-17, whose every gradient is below the default tolerance."""
    x = np.linspace(0, 3, 20)
    told = fit(Curve(lambda x, a, b: unit * a * np.exp(-b * x), 2), x, unit * 3 * np.exp(-x),
               Adam(0.05), initial=[1.0, 0.5], max_iter=3000, engine=engine)  # fmt: skip
    assert told.success == (abs(told.params[0] - 3.0) < 0.1)
    if unit == 1e-17:
        assert told.nit == 0 and told.status == Status.GRADIENT_TOLERANCE and not told.success
        assert told.message.endswith("give y in a larger unit, or pass gtol=")
        assert "; but a prediction of 0 has max|g| = " in told.message
    elif unit == 1.0:
        assert told.success and "unit" not in told.message
    line = fit(Linear(1), x, unit * x, Adam(0.05), max_iter=3000, engine=engine)
    assert line.success == (np.max(np.abs(line.params / unit - [0, 1])) < 0.1)
    asked = fit(Linear(1), x, unit * x, Adam(0.05), gtol=1e-5, max_iter=3000, engine=engine)
    assert asked.success and "unit" not in asked.message
    assert fit(Linear(1), x, 0 * x, Adam(0.05), engine=engine).success


@engines
@pytest.mark.parametrize(("share", "success"), [(0.999e-3, True), (1.001e-3, False)])
def test_a_gradient_is_small_beside_that_of_a_prediction_of_0(share, success, engine):
    """A thousandth: on y = u x the gradient at theta is 1 - theta/u of that."""
    x, unit = np.linspace(0, 3, 20), 1e-17
    told = fit(Linear(1, intercept=False), x, unit * x, Adam(0.05), engine=engine,
               initial=[unit * (1 - share)])  # fmt: skip
    assert (told.nit, told.status) == (0, Status.GRADIENT_TOLERANCE)
    assert told.success == success


@pytest.mark.parametrize(("mean", "met"), [(0.999e-5, "tolfun"), (1.001e-5, None)])
def test_a_spread_is_wide_beside_the_cost_of_a_prediction_of_0(mean, met):
    """1e-11 beside the mean of y^2: the cost rises with the square of the gradient, so that a
    thousandth of that is a millionth of this."""
    y = np.sqrt(mean) * np.array([1.0, -1.0, 1.0])
    method = CMAES(1.0)
    told = fit(Polynomial(0), [0, 1, 2], y, method, rng=1)
    assert told.status == Status.TOLFUN
    assert _by_default(told, Cost(Polynomial(0), [0, 1, 2], y), method, None) == met


@engines
def test_a_gradient_that_a_bound_holds_back_is_no_matter_of_units(engine):
    x = np.linspace(0, 3, 20)
    told = fit(Polynomial(1), x, 1 + 2 * x, Adam(0.05), bounds=[(-5, 5), (-5, 1)], engine=engine)
    assert told.success and told.message.endswith("steps") and abs(told.jac[1]) > 1.0
    told = fit(Polynomial(1), x, 1 - 2 * x, Adam(0.05), bounds=[(-5, 5), (-1, 5)], engine=engine)
    assert told.success and told.jac[1] > 1.0


@engines
@pytest.mark.parametrize("how", [{}, {"covariance": "diagonal"},
                                 {"restarts": "ipop", "max_restarts": 1}])  # fmt: skip
@pytest.mark.parametrize("unit", [1e3, 1.0, 1e-3, 1e-8, 1e-17])
def test_values_are_not_small_for_the_unit_of_y(engine, how, unit):
    """The spread of values of 1e-17 is below the default tolerance from the first generation on."""
    x = np.linspace(0, 10, 50)
    y = unit * (1 + 2 * x + x * x)
    start = {"rng": 1, "initial": [0, 0, 0], "engine": engine}
    told = fit(Polynomial(2), x, y, CMAES(1.0, **how), **start)
    assert told.status == Status.TOLFUN
    assert told.success == (unit >= 1e-3)
    assert not told.success or np.max(np.abs(told.params / unit - [1, 2, 1])) < 0.02
    if not told.success:
        assert "tolfun = 1e-11 after" in told.message
        assert "; but a prediction of 0 has max|g| = " in told.message
        assert told.message.endswith(
            "so y is small for this tolfun: give y in a larger unit, or pass tolfun="
        )
    if unit == 1e-8 and not how:
        asked = fit(Polynomial(2), x, y, CMAES(1.0, tolfun=2e-11), **start)
        assert asked.success and "unit" not in asked.message
        ends = fit(Polynomial(2), x, y, CMAES(1.0), ftol=1e-9, **start)
        assert ends.status == Status.VALUE_TOLERANCE and ends.success
        solved = fit(Polynomial(2), x, y, CMAES(1.0, tolfun=1e-26, tolx=1e-20), **start)
        assert solved.success and np.max(np.abs(solved.params / unit - [1, 2, 1])) < 1e-4
        assert fit(Polynomial(2), x, 0 * x, CMAES(1.0), **start).success
        kink = fit(Linear(1, intercept=False), x, np.ones(50), CMAES(1.0, tolx=0), l1=20.0, rng=1,
                   engine=engine)  # fmt: skip
        assert kink.status == Status.TOLFUN and kink.success  # a minimum, though with a gradient
        start["initial"] = np.multiply(unit, [1, 2, 1])
        found = fit(Polynomial(2), x, y, CMAES(1e-14), **start)  # small as y is: it is a minimum
        assert found.status == Status.TOLFUN and found.success


@engines
@pytest.mark.parametrize("model", [Logistic(2), MLP((2, 3, 1), output="sigmoid")])
def test_separate_classes_have_no_best_fit(engine, model):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(40, 2))
    y = (X[:, 0] > 0.0).astype(float)
    how = None if model.linear else Adam(0.1)
    options = {"loss": "cross_entropy", "engine": engine, "rng": 1, "gtol": 1e-4}
    lost = fit(model, X, y, how, max_iter=50_000, **options)
    assert lost.status == Status.GRADIENT_TOLERANCE and not lost.success
    assert "; but the model separates the classes, and the cost falls" in lost.message
    assert fit(model, X, y, how, target=0.005, max_iter=50_000, **options).success
    if model.linear:
        assert fit(model, X, y, l2=1e-6, **options).success
        bound = fit(model, X, y, Adam(0.1), max_iter=50_000, bounds=[(-200, 200)] * 3, **options)
        assert bound.success and "separates" not in bound.message
        y[0] = 1.0 - y[0]
        assert fit(model, X, y, **options).success


# ---- errors --------------------------------------------------------------------------------------

X3, Y3 = plane(20)


@pytest.mark.parametrize(
    ("arguments", "given", "text"),
    [
        ((Linear(3), X3, Y3[:-1]), {"batch_size": 4}, "y has 19 rows, but X has 20"),
        ((Linear(2), X3, Y3), {"batch_size": 4}, r"X has shape \(20, 3\), but the model needs"),
        ((Linear(3), X3, Y3), {"batch_size": 0}, "batch_size=0 must be >= 1"),
        ((Linear(3), X3, Y3), {"epochs": -1}, "epochs=-1 must be >= 0"),
        ((Linear(3), X3, Y3), {"epochs": 3, "evaluate": 0}, "evaluate=0 must be >= 1"),
        ((Linear(3), X3, Y3), {"patience": 0}, "patience=0 must be >= 1"),
        ((Linear(3), X3, Y3), {"epochs": 3, "gtol": 1e-3}, "gtol is given, but does not go with"),
        ((Linear(3), X3, Y3), {"epochs": 3, "shuffle": 0}, "shuffle=0 must be >= 1"),
        ((Linear(3), X3, Y3), {"validation": 1.5}, "validation=1.5 must be < 1"),
        ((Linear(3), X3, Y3), {"validation": 0.96}, "validation=0.96 of 20 rows leaves none"),
        ((Linear(3), X3[:1], Y3[:1]), {"validation": 0.1}, "validation=0.1 of 1 rows leaves none"),
        ((Linear(3), X3, Y3), {"validation": "half"}, "validation has type str"),
        ((Linear(3), X3, Y3, Newton()), {"epochs": 3}, "does not go by gradients alone"),
        ((Linear(3), X3, Y3, GradientDescent(ml4pa.Backtracking())), {"epochs": 3},
         "is a line search, which a fit in epochs does not allow"),
        ((Linear(3), X3, Y3), {"initial": [0, 1]}, "initial has shape"),
        ((Linear(3), X3, Y3), {"initial": [0, 1, 2, np.nan]}, r"initial\[3\]=nan must be finite"),
        ((Linear(3), X3, Y3), {"initial": [0, 1, 2, 3], "bounds": [(1, 2)] * 4},
         r"initial\[0\]=0.0 is outside its bounds"),
        ((Linear(3), X3, Y3), {"epochs": 3, "loss": "chi2", "covariance": np.eye(20)},
         "covariance is given, but does not go with"),
        ((Linear(3), X3), {}, "y=None, so X must be an iterable of batches"),
        ((Linear(3), [(X3, Y3)]), {"batch_size": 3}, "batch_size is given, but"),
        ((Linear(3), [X3]), {}, "batch 0 of X is ndarray, but must be"),
        ((Linear(3), [(X3, Y3)]), {"l2": 1.0, "reduction": "sum"}, "must be 0 where batches"),
        ((Linear(3), [(X3, Y3)]), {"validation": 0.5}, "validation=0.5, but X is an iterable"),
        ((Linear(3), []), {}, "X gave no batch in epoch 1"),
        ((Linear(3), X3, Y3), {"engine": "fortran"}, "engine='fortran' must be one of"),
        ((Linear(3), X3, Y3), {"callback": 3}, "callback=3 must be callable"),
        ((Linear(3), X3, Y3), {"loss": MSE}, r"is a class: pass MSE\(\)"),
        ((Linear(3), X3, Y3, InverseTime(1, 1)), {}, "must be a Method or its name"),
        ((Linear(3), X3 * np.inf, Y3), {"batch_size": 3}, "must be finite"),
    ],
)  # fmt: skip
@engines
def test_what_does_not_fit_is_refused(arguments, given, text, engine):
    with pytest.raises((ValueError, TypeError), match=text), np.errstate(all="ignore"):
        fit(*arguments, **{"engine": engine, **given})


@pytest.mark.parametrize("model", [Polynomial(1)])
@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"shuffle": "x"}, "shuffle='x' must be a whole number"),
        ({"shuffle": -3}, "shuffle=-3 must be >= 1"),
        ({"evaluate": 0}, "evaluate=0 must be >= 1"),
        ({"evaluate": "q"}, "evaluate='q' must be a whole number"),
    ],
)
@pytest.mark.parametrize("epochs", [None, 2])
def test_a_fit_looks_at_all_that_it_is_given(model, given, text, epochs):
    with pytest.raises((ValueError, TypeError), match=f"^{text}"):
        fit(model, [0.0, 1.0, 2.0], [0.0, 1.0, 2.0], epochs=epochs, **given)
