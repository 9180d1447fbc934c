"""fit: the exact solution, all data at once, and mini-batches."""

from __future__ import annotations

import _thread
import dataclasses
import pickle
import time

import numpy as np
import pytest
from cases import FAST
from numpy.testing import assert_allclose, assert_array_equal
from specimens import (
    GRADIENT,
    Huber,
    minimal,
    table,
)
from test_promises_endings import main_thread, soon

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
    Momentum,
    Nesterov,
    Newton,
    Polynomial,
    Status,
    fit,
)
from ml4pa.batches import order
from ml4pa.costs import errors, solve
from ml4pa.losses import MSE, Loss, Terms
from ml4pa.models import Chebyshev

ENGINES = ("compiled", "numpy")
engines = pytest.mark.parametrize("engine", ENGINES)


def plane(n=200, seed=0, noise=0.1):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, X @ [1.0, 2.0, 3.0] + 0.5 + noise * rng.normal(size=n)


def classes(n=200, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, (X @ [1.0, -1.0, 0.5] + rng.logistic(size=n) > 0).astype(float)


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


# ---- a loss of one's own -------------------------------------------------------------------------

#: y = x, but for the last of ten.
X10, Y10 = np.arange(10.0), np.append(np.arange(9.0), 60.0)


class Forgiving(Huber, MSE):
    """Squares by its class, but not by its terms."""

    name = "mse"


@engines
@pytest.mark.parametrize("loss", [Huber(), Forgiving()], ids=type)
@pytest.mark.parametrize("model", [Polynomial(1), Linear(1)], ids=repr)
def test_no_other_loss_is_solved_as_least_squares(model, loss, engine):
    """By hand: the last datum pulls with slope 2, and the residuals r = a + (b - 1) x of the others
    must hold it: sum r = 1 and sum x r = 9, so sum (x - 4) r = 60 (b - 1) = 5."""
    told = fit(model, X10, Y10, loss=loss, engine=engine)
    assert told.success and told.status == Status.GRADIENT_TOLERANCE and told.nhev == 0
    assert_allclose(told.params, [-2 / 9, 13 / 12], atol=1e-6)
    assert np.max(np.abs(told.jac)) < 1e-7 and told.engine == "numpy"
    held = fit(model, X10, Y10, loss=loss, validation=0.2, rng=1, engine=engine)
    assert held.status == Status.EPOCHS
    with pytest.raises(ValueError, match="is not linear least squares: there is no exact solution"):
        solve(told.objective, engine)


@engines
def test_squares_of_ones_own_are_solved(engine):
    class Named(MSE):
        name = "mine"

    told = fit(Polynomial(1), X10, Y10, loss=Named(), engine=engine)
    assert told.status == Status.EXACT
    assert_allclose(told.params, fit(Polynomial(1), X10, Y10).params, rtol=1e-12)


@engines
def test_newton_is_the_default_where_there_is_curvature(engine):
    class Curved(Loss):
        curved = True

        def terms(self, s, y, link):
            root = np.hypot(1, s - y)
            return Terms(root - 1, (s - y) / root, root**-3)

    told = fit(Polynomial(1), X10[:4], [0.1, 1.2, 1.9, 3.1], loss=Curved(), engine=engine)
    assert told.success and told.nhev > 0
    rest = told.predict(X10[:4]) - [0.1, 1.2, 1.9, 3.1]
    assert_allclose(np.vander(X10[:4], 2).T @ (rest / np.hypot(1, rest)), 0, atol=1e-7)


def test_the_unit_of_y_is_told_of_squares_alone():
    """Their gradient at a prediction of 0 is compared with; that of others is another."""
    x = np.linspace(0, 3, 20)
    for loss, noted in ((MSE(), True), (Forgiving(), False)):
        told = fit(Linear(1), x, 1e-10 * x, Adam(0.05), loss=loss)
        assert ("give y in a larger unit" in told.message) == noted


@engines
@pytest.mark.parametrize("batch_size", [1, 4])
@pytest.mark.parametrize("model", [Linear(1), Linear(3), Polynomial(2)], ids=repr)
def test_another_loss_in_epochs_by_hand(model, batch_size, engine):
    X, y = table(10, model.features), 2.0 * table(10, 1, 2)[:, 0]
    told = fit(model, X, y, Momentum(0.02), loss=Huber(), batch_size=batch_size, epochs=2,
               shuffle=False, engine=engine)  # fmt: skip
    a = np.hstack([np.ones((10, 1)), X, X**2] if model.name == "polynomial" else
                  [np.ones((10, 1)), X])  # fmt: skip
    theta, v = np.zeros(model.n_params), np.zeros(model.n_params)
    costs = []
    for epoch in range(3):
        r = np.abs(a @ theta - y)
        assert r.min() < 1.0 < r.max()  # both parts of the loss have their say
        costs.append(np.mean(np.where(r < 1.0, r * r, 2 * r - 1)))
        for first in range(0, 10 if epoch < 2 else 0, batch_size):
            rows = slice(first, first + batch_size)
            slope = 2 * np.clip(a[rows] @ theta - y[rows], -1, 1)
            v = 0.9 * v + 0.02 * (slope @ a[rows]) / len(slope)
            theta = theta - v
    assert_allclose(told.history.cost, costs, rtol=1e-12)


def test_errors_are_what_the_loss_says():
    class Told(Huber):
        weighted = True

        def unit(self, total, n_data, n_params):
            return 2.0

    silent = fit(Polynomial(1), X10, Y10, loss=Huber())
    assert silent.covariance is silent.errors is silent.correlation is silent.chi2 is None
    assert silent.errors_message == (
        "no errors: Huber does not say what they are, which a loss does by its method unit"
    )
    told = fit(Polynomial(1), X10, Y10, loss=Told(), sigma=1.0)
    assert told.chi2 is None
    a = np.vander(X10[:9], 2, increasing=True)  # where the loss is curved
    assert_allclose(told.covariance, np.linalg.inv(a.T @ a), rtol=1e-12)


# ---- mini-batches --------------------------------------------------------------------------------


@engines
def test_three_updates_by_hand(engine):
    """y = theta x, one datum at a time in order: theta <- theta - eta 2 (theta x - y) x."""
    told = fit(Linear(1, intercept=False), [1.0, 2.0, 3.0], [2.0, 2.0, 3.0], GradientDescent(0.1),
               batch_size=1, epochs=1, shuffle=False, initial=[0.0], engine=engine)  # fmt: skip
    theta = 0.0
    for x, y in ((1, 2), (2, 2), (3, 3)):
        theta -= 0.1 * 2 * (theta * x - y) * x
    assert_allclose(told.history.cost, [17 / 3, ((theta - 2) ** 2 + (2 * theta - 2) ** 2
                                                 + (3 * theta - 3) ** 2) / 3])  # fmt: skip
    assert told.nit == told.njev == 3 and told.nfev == 2


@engines
def test_a_fit_is_the_run_told_the_gradients_of_its_batches(engine):
    X, y = plane(50)
    method = Adam(0.05, noise=0.01)
    told = fit(Linear(3), X, y, method, batch_size=8, epochs=3, rng=5, engine=engine)
    draws = np.random.default_rng(5)
    key = ml4pa.random.draw_key(draws)
    run = method.start(np.zeros(4), draws)
    for epoch in range(3):
        rows = order(key, epoch, 50)
        for first in range(0, 50, 8):
            batch = rows[first : first + 8]
            cost = Cost(Linear(3), X[batch], y[batch])
            x = run.ask()
            run.tell(x, cost(x), cost.gradient(x))
    assert told.nit == 21 == run.iteration
    assert_allclose(told.params, run.ask(), rtol=1e-12)


def test_the_lectures_two_conventions():
    """A sum over the batch is B times its mean: the rate makes up for it."""
    X, y = plane(64)
    mean = fit(Linear(3), X, y, GradientDescent(0.08), batch_size=8, rng=1)
    total = fit(Linear(3), X, y, GradientDescent(0.01), batch_size=8, rng=1, reduction="sum")
    assert_allclose(mean.params, total.params, rtol=1e-12)
    assert_allclose(mean.cost * 64, total.cost, rtol=1e-12)


@engines
def test_the_best_parameters_are_kept(engine):
    X, y = plane()
    told = fit(Linear(3), X, y, Momentum(0.05), batch_size=10, patience=4, rng=2, engine=engine,
               validation=plane(100, seed=1))  # fmt: skip
    h = told.history
    best = int(np.argmin(h.validation))
    assert told.success and told.status == Status.PATIENCE
    assert int(h.epoch[-1]) == best + 4
    assert told.cost == pytest.approx(h.cost[best], rel=1e-14)  # products as BLAS rounds them
    again = Cost(Linear(3), *plane(100, seed=1))(told.params)
    assert again == pytest.approx(h.validation[best], rel=1e-13)
    assert "no better validation cost for 4 epochs >= patience = 4" in told.message
    assert f"after {best} epochs of {best + 4}" in told.message


def test_epochs_are_a_budget():
    X, y = plane()
    told = fit(Linear(3), X, y, batch_size=50, epochs=3)
    assert not told.success and told.status == Status.EPOCHS
    assert told.message.startswith("epochs spent: 3 epochs = epochs, cost 1")
    assert len(told.history) == 4 and told.nit == 12
    assert fit(Linear(3), X, y, batch_size=50, epochs=0).params.tolist() == [0, 0, 0, 0]
    assert fit(Linear(3), X, y, epochs=7).nit == 7  # a batch is all data


@engines
def test_the_cost_may_be_computed_now_and_then(engine):
    X, y = plane()
    each = fit(Linear(3), X, y, Adam(0.02), batch_size=9, epochs=8, rng=1, engine=engine)
    some = fit(Linear(3), X, y, Adam(0.02), batch_size=9, epochs=8, rng=1, engine=engine,
               evaluate=3)  # fmt: skip
    assert some.history.epoch.tolist() == [0, 3, 6, 8] and some.nfev == 4
    assert_array_equal(some.history.cost, each.history.cost[[0, 3, 6, 8]])
    assert_array_equal(some.params, each.params)


def test_the_target_and_the_time_end_a_fit():
    X, y = plane()
    told = fit(Linear(3), X, y, Adam(0.1), batch_size=10, epochs=500, target=0.1)
    assert told.status == Status.TARGET and told.success and told.cost <= 0.1
    assert "target" in told.message
    began = time.perf_counter()
    told = fit(Linear(3), X, y, batch_size=1, max_time=0.05, epochs=10**6)
    assert told.status == Status.MAX_TIME and time.perf_counter() - began < 2


@engines
def test_a_divergence_is_reported_with_its_history(engine):
    X, y = plane()
    told = fit(Linear(3), X, y, GradientDescent(10.0), batch_size=16, engine=engine)
    assert told.status == Status.DIVERGED and not told.success
    assert told.message.startswith("diverged: a parameter or the cost is not finite")
    assert "try a smaller learning_rate" in told.message
    assert np.isfinite(told.params).all() and np.isfinite(told.cost)
    assert not np.isfinite(told.history.cost[-1]) and len(told.history) >= 2


def test_callbacks_see_every_epoch_and_may_stop():
    X, y = plane()
    seen = []

    def callback(intermediate_result):
        told = intermediate_result
        seen.append((told.nit, told.fun, len(told.history)))
        if len(seen) == 3:
            raise StopIteration

    told = fit(Linear(3), X, y, batch_size=50, epochs=9, callback=callback)
    assert [s[0] for s in seen] == [4, 8, 12] and [s[2] for s in seen] == [2, 3, 4]
    assert told.status == Status.CALLBACK and not told.success
    assert told.cost == seen[-1][1]

    def broken(told):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fit(Linear(3), X, y, batch_size=50, callback=broken)


@engines
def test_the_same_seed_gives_the_same_bytes(engine):
    X, y = plane()
    one, two, other = (
        fit(MLP((3, 4, 1)), X, y, Adam(0.01, noise=0.1), batch_size=7, epochs=2, rng=seed,
            engine=engine, validation=0.3)
        for seed in (1, 1, 2)
    )  # fmt: skip
    assert_array_equal(one.params, two.params)
    assert_array_equal(one.history.validation, two.history.validation)
    assert not np.array_equal(one.params, other.params)


def test_a_fit_pickles():
    X, y = plane()
    for given in ({}, {"batch_size": 10}):
        told = fit(Linear(3), X, y, rng=1, **given)
        again = pickle.loads(pickle.dumps(told))
        assert again.message == told.message
        assert_array_equal(again.errors, told.errors)


# ---- both engines --------------------------------------------------------------------------------

METHODS_IN_EPOCHS = {
    **{name: minimal(type(m), **FAST.get(name, {})) for name, m in GRADIENT.items()
       if not m.wants_hessian},
    "noise": Adam(0.01, noise=0.1),
    "clip": Momentum(0.01, clip=0.3),
    "schedule": GradientDescent(InverseTime(0.02, 0.01)),
    "callable": GradientDescent(lambda t: 0.02 / (1 + t)),
}  # fmt: skip
#: Of few parameters, which stay in registers; of many; and models that are not linear.
MODELS_IN_EPOCHS = {
    "polynomial": (Polynomial(3), {}),
    "straight": (Polynomial(1), {}),
    "mean": (Polynomial(0), {}),
    "slope": (Linear(1, intercept=False), {}),
    "line": (Linear(1), {}),
    "plane": (Linear(2), {}),
    "four": (Linear(4, intercept=False), {}),
    "linear": (Linear(5), {}),
    "vectors": (Linear(19), {}),
    "logistic": (Logistic(2), {"loss": "cross_entropy"}),
    "logistic-13": (Logistic(13), {"loss": "cross_entropy"}),
    "logistic-mse": (Logistic(3), {}),
    "mlp": (MLP((2, 5, 3, 1)), {}),
    "mlp-2": (MLP((3, 4, 2), output="sigmoid"), {"loss": "cross_entropy"}),
    "chi2": (Linear(3), {"loss": "chi2"}),
    "chi2-2": (Linear(1), {"loss": "chi2"}),
    "sum": (Linear(2), {"reduction": "sum", "l1": 0.3, "l2": 0.2}),
    "penalties": (Linear(7), {"l1": 0.1, "l2": 0.2}),
}


def some_data(model, loss, n=101):
    rng = np.random.default_rng(n)
    X = 0.5 * rng.normal(size=(n, model.features))
    y = rng.normal(size=(n, model.outputs))
    if loss == "cross_entropy":
        y = (y > 0).astype(float)
    return X, y[:, 0] if model.outputs == 1 else y, 1 + rng.random(y[:, 0].shape)


def both(model, given, method, **options):
    X, y, sigma = some_data(model, given.get("loss"))
    errors = {"sigma": sigma} if given.get("loss") == "chi2" else {}
    if given.get("reduction") == "sum" or errors:
        method = dataclasses.replace(method, clip=1.0)  # sums make long steps
    told = [
        fit(model, X, y, method, rng=3, engine=engine, **{**given, **errors, **options})
        for engine in ENGINES
    ]
    assert [t.engine for t in told] == list(ENGINES)
    return told


@pytest.mark.parametrize("batch_size", [1, 7, 64, 150])
@pytest.mark.parametrize("kind", MODELS_IN_EPOCHS)
@pytest.mark.parametrize("name", METHODS_IN_EPOCHS)
def test_one_epoch_is_the_same(name, kind, batch_size):
    """Sums in another order: 1e-12 a step, so 1e-9 in 101 of them."""
    a, b = both(*MODELS_IN_EPOCHS[kind], METHODS_IN_EPOCHS[name], batch_size=batch_size, epochs=1)
    scale = max(1.0, float(np.abs(b.params).max()))
    assert_allclose(a.params, b.params, rtol=0, atol=(1e-9 if batch_size < 7 else 1e-11) * scale)
    assert_allclose(a.history.cost, b.history.cost, rtol=1e-9)
    for attribute in ("nit", "nfev", "njev", "nhev", "status", "success"):
        assert getattr(a, attribute) == getattr(b, attribute)


@pytest.mark.parametrize("kind", ["line", "linear", "mlp"])
@pytest.mark.parametrize(
    "options",
    [{"shuffle": False}, {"shuffle": 20}, {"bounds": True}, {"validation": 0.2, "patience": 2}],
    ids=repr,
)
def test_all_options_are_the_same(kind, options):
    model, given = MODELS_IN_EPOCHS[kind]
    if "bounds" in options:
        options = {"bounds": [(-0.1, 0.1)] * model.n_params}
    a, b = both(model, given, Adam(0.02), batch_size=8, epochs=4, **options)
    assert_allclose(a.params, b.params, rtol=1e-9)
    assert_allclose(a.history.watched, b.history.watched, rtol=1e-9)
    assert (a.message, a.nit) == (b.message, b.nit)


@pytest.mark.parametrize("kind", ["line", "linear", "mlp"])
@pytest.mark.parametrize("method", [GradientDescent(1e4), Nesterov(1e4), Adam(1e308)], ids=repr)
def test_both_engines_diverge_alike(kind, method):
    a, b = both(*MODELS_IN_EPOCHS[kind], method, batch_size=2, epochs=50)
    assert a.status == b.status == Status.DIVERGED
    assert a.nit == b.nit and len(a.history) == len(b.history)


def test_many_short_rows_are_copied_and_shuffled():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20_000, 3))
    y = x @ [1.0, 2.0, 3.0]
    sigma = 1 + rng.random(20_000)
    options = {"batch_size": 500, "epochs": 2, "rng": 1, "loss": "chi2", "sigma": sigma}
    for X, close in ((x, 1e-11), (x.astype(np.float32), 1e-5), (np.asfortranarray(x), 1e-11)):
        a, b = (fit(Linear(3), X, y, GradientDescent(1e-4), engine=e, **options) for e in ENGINES)
        assert_allclose(a.params, b.params, rtol=close, atol=0.1 * close)


@main_thread
def test_ctrl_c_stops_the_loop_soon():
    x = np.linspace(0, 1, 300_000)
    soon(
        lambda: fit(Polynomial(1), x, x, GradientDescent(1e-9), batch_size=1, epochs=10**6),
        _thread.interrupt_main,
    )


# ---- kinds of data -------------------------------------------------------------------------------


@engines
@pytest.mark.parametrize("kind", ["single", "columns", "reversed", "list", "integers"])
def test_data_of_any_kind(engine, kind):
    X, y = plane(60)
    X, y = np.round(8 * X) / 8, np.round(8 * y) / 8  # the same in float32
    given = {
        "single": (X.astype(np.float32), y.astype(np.float32)),
        "columns": (np.asfortranarray(X), y),
        "reversed": (X[::-1].copy()[::-1], np.repeat(y, 2)[::2]),
        "list": (X.tolist(), y.tolist()),
        "integers": ((8 * X).astype(int), y),
    }[kind]
    scale = 8.0 if kind == "integers" else 1.0
    options = {"batch_size": 8, "epochs": 2, "rng": 3, "engine": engine}
    told = fit(Linear(3), *given, GradientDescent(0.01), **options)
    wanted = fit(Linear(3), scale * X, y, GradientDescent(0.01), **options)
    rtol = 1e-5 if kind == "single" else 1e-12
    assert_allclose(told.params, wanted.params, rtol=rtol)
    assert_allclose(told.history.cost, wanted.history.cost, rtol=rtol)
    assert told.errors is not None


@engines
@pytest.mark.parametrize("kind", ["linear", "logistic", "mlp"])
def test_batches_of_float32_are_computed_in_float32(engine, kind):
    """Close to the same numbers in float64, but not as close as float64 would be."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(60, 5)).astype(np.float32)
    y = (X.sum(axis=1) > 0).astype(np.float32)
    model, loss = {
        "linear": (Linear(5), "mse"),
        "logistic": (Logistic(5), "cross_entropy"),
        "mlp": (MLP((5, 4, 1)), "mse"),
    }[kind]
    options = {"loss": loss, "batch_size": 7, "epochs": 3, "rng": 3, "engine": engine}
    told = fit(model, X, y, GradientDescent(0.05), **options)
    wanted = fit(model, X.astype(float), y.astype(float), GradientDescent(0.05), **options)
    assert 1e-9 < np.max(np.abs(told.params - wanted.params)) < 1e-5
    assert told.params.dtype == told.history.cost.dtype == np.float64


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


@engines
def test_errors_of_float32_have_squares(engine):
    X, y = plane(20)
    X, y = X.astype(np.float32), y.astype(np.float32)
    options = {"loss": "chi2", "batch_size": 5, "epochs": 2, "engine": engine}
    match = r"sigma\[1\]=1e\+20 must be from 1e-18 to 1e\+18 where X is float32, .*: give y and"
    with pytest.raises(ValueError, match=match):
        fit(Linear(3), X, y, Adam(0.1), sigma=[1.0, 1e20] * 10, **options)
    assert np.isfinite(fit(Linear(3), X, y, Adam(0.1), sigma=1e18, **options).cost)


@engines
def test_a_mapped_file_is_read_once_an_epoch(engine, tmp_path, monkeypatch):
    X, y = plane(100)
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    read = []
    loaded = ml4pa.batches.Table.loaded
    monkeypatch.setattr(ml4pa.batches.Table, "BLOCK", 30 * 8 * 3)
    monkeypatch.setattr(
        ml4pa.batches.Table, "loaded", lambda self, w: (read.append(w), loaded(self, w))[1]
    )
    told = fit(Linear(3), mapped, y, Adam(0.05), batch_size=7, epochs=2, rng=1, engine=engine)
    assert sorted((w.start, w.stop) for w in read[:4]) == [(0, 28), (28, 56), (56, 84), (84, 100)]
    assert len(read) == 8 and [w.start for w in read[:4]] != [0, 28, 56, 84]
    windowed = fit(Linear(3), X, y, Adam(0.05), batch_size=7, epochs=2, rng=1, shuffle=30,
                   engine=engine)  # fmt: skip
    assert_allclose(told.params, windowed.params, rtol=1e-12)
    assert told.nit == 30 and len(told.history) == 2
    assert told.errors is None and "file" in told.errors_message


@engines
def test_batches_of_ones_own(engine):
    X, y = plane(60)
    batches = [(X[k : k + 7], y[k : k + 7]) for k in range(0, 60, 7)]
    options = {"epochs": 3, "engine": engine}
    wanted = fit(Linear(3), X, y, Adam(0.05), batch_size=7, shuffle=False, **options)
    for given in (batches, lambda: iter(batches), tuple(map(list, batches))):
        told = fit(Linear(3), given, method=Adam(0.05), validation=(X, y), **options)
        assert_allclose(told.params, wanted.params, rtol=1e-12)
        assert_allclose(told.history.validation, wanted.history.cost[1:], rtol=1e-12)
    # The cost as it was met: each batch before its update.
    theta, met = np.zeros(4), []
    run = Adam(0.05).start(theta)
    for x, z in batches:
        cost = Cost(Linear(3), x, z)
        met.append(cost(run.ask()) * len(z))
        run.advance(cost.gradient(run.ask()))
    assert told.history.cost[0] == pytest.approx(sum(met) / 60, rel=1e-12)


def test_an_iterator_runs_once():
    X, y = plane(20)
    with pytest.raises(ValueError, match="no batch in epoch 2: an iterator runs once"):
        fit(Linear(3), iter([(X, y)]), epochs=2)
    assert fit(Linear(3), iter([(X, y)]), epochs=1).nit == 1


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
