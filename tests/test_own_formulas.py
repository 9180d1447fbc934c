"""Classes of one's own: never solved or run by the formulas of others; and what they lack."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from promises import both_engines
from specimens import Huber, table

from ml4pa import (
    MLP,
    Adam,
    Backtracking,
    Cost,
    GradientDescent,
    GradientMethod,
    Linear,
    Momentum,
    Newton,
    Polynomial,
    RandomSearch,
    Status,
    fit,
    minimize,
)
from ml4pa.costs import errors, solve
from ml4pa.landscapes import Quadratic, Sphere
from ml4pa.losses import MSE, Loss, Terms
from ml4pa.method import hyper
from ml4pa.models import Chebyshev

X = np.linspace(-1.0, 2.0, 30)
#: x - 1/2 in units of its largest value, for Legendre's polynomials.
T = (X - 0.5) / 1.5


class Legendre(Polynomial):
    """By the design matrix alone."""

    def design(self, X):
        return np.polynomial.legendre.legvander((X[:, 0] - 0.5) / 1.5, self.degree)


class LegendreToo(Legendre):
    """With a score beside it."""

    def design(self, X):
        return super().design(X)

    def score(self, theta, X):
        return np.polynomial.legendre.legval((X - 0.5) / 1.5, theta)


class Shifted(Chebyshev):
    def design(self, X):
        return super().design(X) + 1.0


class Waves(Linear):
    def design(self, X):
        return np.column_stack([np.ones(len(X)), np.sin(X)])


class Sine(Linear):
    """Not linear in its parameters: a score and its derivatives, as for `Model`."""

    def score(self, theta, X):
        return np.sin(super().score(theta, X))

    def pull(self, theta, X, slope):
        return super().pull(theta, X, slope * np.cos(super().score(theta, X)))


LINEAR = [Legendre(2), LegendreToo(2), Shifted(2), Waves(2)]


def data(model):
    """Exact for the parameters 1, 2, 3."""
    x = X if model.features == 1 else table(30, 2)
    return x, model.design(x.reshape(30, -1)) @ [1.0, 2.0, 3.0]


@both_engines
@pytest.mark.parametrize("model", LINEAR, ids=repr)
def test_a_design_of_ones_own_is_the_one_that_is_solved(model, engine):
    x, y = data(model)
    told = fit(model, x, y, engine=engine)
    assert_allclose(told.params, [1.0, 2.0, 3.0], rtol=1e-12)
    assert told.success and told.status == Status.EXACT and told.engine == "numpy"
    assert_allclose(told.predict(x), y, atol=1e-13)
    assert_allclose(solve(Cost(model, x, y), engine).params, told.params, rtol=1e-12)


def test_the_engine_of_an_exact_solution_is_the_one_that_has_the_model():
    assert fit(Polynomial(2), X, X**2).engine == "compiled"
    assert fit(Polynomial(2), X, X**2, engine="numpy").engine == "numpy"


@pytest.mark.parametrize("model", LINEAR, ids=repr)
def test_its_score_and_gradient_are_those_of_the_design(model):
    x, y = data(model)
    cost, theta = Cost(model, x, y), np.array([0.3, -0.5, 0.7])
    a = model.design(cost.X)
    residual = a @ theta - y
    assert_allclose(cost(theta), residual @ residual / 30, rtol=1e-13)
    assert_allclose(cost.gradient(theta), 2 / 30 * a.T @ residual, rtol=1e-12)


def test_a_score_beside_the_design_is_kept():
    """legval's bits are not those of the design times theta."""
    theta, x = np.array([0.3, -0.5, 0.7]), X[:, np.newaxis]
    own = np.polynomial.legendre.legval((x - 0.5) / 1.5, theta)
    assert_array_equal(LegendreToo(2).score(theta, x), own)
    assert (Legendre(2).score(theta, x) != own).any()


def test_its_errors_are_those_of_its_design():
    y = np.cos(X)
    told = fit(Legendre(2), X, y)
    a = np.polynomial.legendre.legvander(T, 2)
    residual = y - a @ told.params
    covariance = residual @ residual / 27 * np.linalg.inv(a.T @ a)
    assert_allclose(told.covariance, covariance, rtol=1e-10)
    assert_allclose(errors(told.objective, told.params).errors, told.errors)


def test_the_errors_of_a_link_of_ones_own_are_fishers():
    class Odds(Polynomial):
        link = "sigmoid"

    cost = Cost(Odds(1), X, (np.cos(9 * X) > 0) * 1.0, "cross_entropy")
    theta = minimize(cost, [0.0, 0.0], "newton", gtol=1e-10).x
    p, a = cost.model.predict(theta, X), np.vander(X, 2, increasing=True)
    fisher = a.T @ ((p * (1 - p))[:, np.newaxis] * a)
    assert_allclose(errors(cost, theta).covariance, np.linalg.inv(fisher), rtol=1e-10)


def test_a_score_without_a_design_is_not_taken_as_linear():
    model = Sine(1)
    y = np.sin(0.3 + 0.5 * X)
    told = fit(model, X, y, max_iter=20_000)
    assert not model.linear and told.status != Status.EXACT
    assert_allclose(told.params, [0.3, 0.5], atol=1e-5)
    with pytest.raises(ValueError, match="is not linear least squares"):
        solve(Cost(model, X, y))


def test_a_network_of_ones_own_runs_on_numpy():
    class Doubled(MLP):
        def score(self, theta, X):
            return 2.0 * super().score(theta, X)

        def pull(self, theta, X, slope):
            return super().pull(theta, X, 2.0 * slope)

    assert fit(Doubled((1, 2, 1)), X, X, epochs=1, rng=1).engine == "numpy"
    assert minimize(Cost(Doubled((1, 2, 1)), X, X), np.ones(7), max_iter=1).engine == "numpy"


# ---- methods -------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Half(GradientDescent):
    def step(self, theta, g, eta, state):
        return theta - 0.5 * eta * g


@dataclasses.dataclass(frozen=True)
class HalfNewton(Newton):
    def step(self, theta, g, eta, state):
        return theta - 0.5 * eta * g


@both_engines
@pytest.mark.parametrize("kind", [Half, HalfNewton])
def test_a_step_of_ones_own_is_the_one_that_is_taken(kind, engine):
    told = minimize(Quadratic(1, 2), [1.0, 2.0], kind(0.25), max_iter=1, engine=engine)
    assert_array_equal(told.x, [0.75, 1.0])  # the gradient is (2, 8)
    assert told.engine == "numpy"


@pytest.mark.parametrize("kind", [Half, HalfNewton])
def test_no_line_search_chooses_a_step_of_ones_own(kind):
    with pytest.raises(ValueError, match="is a line search, but a step of Half"):
        kind(Backtracking())


def test_a_step_of_ones_own_may_say_that_a_line_search_is_welcome():
    @dataclasses.dataclass(frozen=True)
    class Same(GradientDescent):
        searches = True

        def step(self, theta, g, eta, state):
            return theta - eta * g

    same, plain = (
        minimize(Quadratic(1, 3), [1.0, 2.0], kind(Backtracking()), max_iter=5)
        for kind in (Same, GradientDescent)
    )
    assert_array_equal(same.x, plain.x)


# ---- losses --------------------------------------------------------------------------------------

#: y = x, but for the last of ten.
X10, Y10 = np.arange(10.0), np.append(np.arange(9.0), 60.0)


class Forgiving(Huber, MSE):
    """Squares by its class, but not by its terms."""

    name = "mse"


@both_engines
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


@both_engines
def test_squares_of_ones_own_are_solved(engine):
    class Named(MSE):
        name = "mine"

    told = fit(Polynomial(1), X10, Y10, loss=Named(), engine=engine)
    assert told.status == Status.EXACT
    assert_allclose(told.params, fit(Polynomial(1), X10, Y10).params, rtol=1e-12)


@both_engines
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


@both_engines
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


# ---- what a class lacks --------------------------------------------------------------------------


def test_a_method_that_lacks_its_decorator_is_told():
    """Its hyper-parameters are none yet, inherited, new or given another default."""

    class Bare(GradientMethod):
        beta: float = hyper(0.9, ge=0, lt=1)

    class Below(Bare):
        pass

    class Other(Momentum):
        momentum: float = hyper(0.5, ge=0, lt=1)

    for kind, name in ((Bare, "beta of Bare"), (Below, "beta of Bare"), (Other, "momentum of Oth")):
        for _ in range(2):
            with pytest.raises(TypeError, match=rf"^{name}.*class with @dataclass\(frozen=True\)$"):
                kind(0.1)

    class Renamed(Momentum):
        name = "renamed"

    assert Renamed(0.1).momentum == 0.9
    assert dataclasses.dataclass(frozen=True)(Other)(0.1).momentum == 0.5


@pytest.mark.parametrize(
    ("returned", "text"),
    [
        (None, r"Mine.step\(...\)=None must be an array of real numbers"),
        (1.0, r"Mine.step\(...\) has shape \(\), but x has length 2: give shape \(2,\)"),
        (np.ones(3), r"Mine.step\(...\) has shape \(3,\), but x has length 2"),
        (np.ones((2, 1)), r"Mine.step\(...\) has shape \(2, 1\), but x has length 2"),
    ],
)
def test_a_step_that_returns_no_vector_is_told(returned, text):
    class Mine(GradientMethod):
        def step(self, theta, g, eta, state):
            return returned

    with pytest.raises((TypeError, ValueError), match=text):
        minimize(Sphere(2), [1.0, 2.0], Mine(0.1), max_iter=3)


def test_a_step_may_return_a_list():
    class Mine(GradientMethod):
        def step(self, theta, g, eta, state):
            return [0.5 * x for x in theta.tolist()]

    assert minimize(Sphere(2), [1.0, 2.0], Mine(0.1), max_iter=2).x.tolist() == [0.25, 0.5]

    class Nothing(GradientMethod):
        pass

    with pytest.raises(NotImplementedError, match="^Nothing has no step: define it$"):
        minimize(Sphere(2), [1.0, 2.0], Nothing(0.1), max_iter=2)


def test_a_population_of_ones_own_may_end_as_cmaes_does():
    """It has no tolfun, which fits compare with the unit of y."""

    @dataclasses.dataclass(frozen=True)
    class Settled(RandomSearch):
        def update(self, run, X, values):
            run.halt(Status.TOLFUN, 0.0, 1.0)

    told = fit(Linear(1), X, 1e-8 * X, Settled(1.0), rng=1)
    assert told.status == Status.TOLFUN and told.success
