"""Subclasses with formulas of their own: never solved, searched or run by those of the parent."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from promises import both_engines
from specimens import table

from ml4pa import (
    MLP,
    Backtracking,
    Cost,
    GradientDescent,
    Linear,
    Newton,
    Polynomial,
    Status,
    fit,
    minimize,
)
from ml4pa.costs import errors, solve
from ml4pa.landscapes import Quadratic
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
