"""Exact solutions and errors of parameters: against NumPy, SciPy and, in `peers`, iminuit."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest
import scipy.optimize
from numpy.testing import assert_allclose, assert_array_equal
from promises import both_engines
from specimens import (
    correlated,
    cost,
    table,
)

import ml4pa
from ml4pa import MLP, Cost, Curve, Linear, Logistic, Polynomial, fit
from ml4pa.costs import errors, solve
from ml4pa.costs.basis import basis_of
from ml4pa.costs.solve import Found, _told
from ml4pa.models import Chebyshev, Model

#: 2x - 10 x^5 + 15 x^10
LECTURE = np.zeros(11)
LECTURE[[1, 5, 10]] = 2, -10, 15


def lecture(x):
    return 2 * x - 10 * x**5 + 15 * x**10


# ---- exact solutions -----------------------------------------------------------------------------


@both_engines
def test_a_line_by_hand(engine):
    """Through (0, 1), (1, 3), (2, 6): slope 5/2, through the mean (1, 10/3)."""
    for model in (Polynomial(1), Linear(1)):
        told = solve(Cost(model, [0, 1, 2], [1, 3, 6]), engine)
        assert_allclose(told.params, [5 / 6, 5 / 2], rtol=1e-14)
        assert told.rank == 2


@both_engines
def test_degree_10_is_recovered(engine):
    x = np.random.default_rng(0).random(1_000_000)
    told = solve(Cost(Polynomial(10), x, lecture(x)), engine)
    assert np.abs(told.params - LECTURE).max() <= 1e-9
    assert told.rank == 11 and told.condition < 10


@both_engines
@pytest.mark.parametrize("degree", [0, 1, 3, 7])
@pytest.mark.parametrize("interval", [(0, 1), (-5, 100), (1e6, 1e6 + 1), (1e-9, 3e-9)])
def test_the_solution_is_that_of_numpy_polynomial(engine, degree, interval):
    x = np.random.default_rng(1).uniform(*interval, 200)
    y = np.sin(3 * (x - interval[0]) / (interval[1] - interval[0]))
    y += 0.1 * table(200, 1)[:, 0]
    told = solve(Cost(Polynomial(degree), x, y), engine)
    # Shifted: numpy maps a + b x, which loses digits far from 0.
    best = np.polynomial.Chebyshev.fit(x - x.min(), y, degree)
    c = solve(Cost(Chebyshev(degree, x.min(), x.max()), x, y), engine)
    assert_allclose(c.params, best.coef, rtol=1e-11, atol=1e-12)
    powers = Chebyshev(degree, x.min(), x.max()).powers(c.params)
    assert_allclose(told.params, powers, rtol=1e-9)


@both_engines
@pytest.mark.parametrize("loss", ["mse", "chi2"])
@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("model", [Linear(3), Linear(5, intercept=False), Polynomial(3)], ids=repr)
def test_the_gradient_vanishes(engine, loss, l2, model):
    for given in ({}, {"reduction": "sum"}, {"covariance": correlated(60)}):
        if "covariance" in given and loss == "mse":
            continue
        f = cost(model, loss, 60, l2=l2, **given)
        told = solve(f, engine)
        size = np.abs(f.hessian(told.params)) @ (1 + np.abs(told.params))
        assert_array_equal(np.abs(f.gradient(told.params)) < 1e-13 * size, True)
        exact = np.linalg.solve(f.hessian(told.params), -f.gradient(np.zeros(f.n)))
        assert_allclose(told.params, exact, rtol=1e-9)


@both_engines
def test_lengths_of_columns_do_not_matter(engine):
    x = table(100, 4) * [1e-8, 1.0, 1e9, 1e-3] + [0, 5.0, 1e10, 0]
    theta = np.array([1.0, 1e8, -2.0, 3e-9, 1e3])
    told = solve(Cost(Linear(4), x, Linear(4).predict(theta, x)), engine)
    assert_allclose(told.params, theta, rtol=1e-8)


@both_engines
@pytest.mark.parametrize(
    ("model", "x", "rank"),
    [
        (Polynomial(2), [0.0, 1.0, 1.0, 0.0], 2),
        (Polynomial(1), [2.0, 2.0, 2.0, 2.0], 1),
        (Polynomial(5), [0.0, 1.0, 2.0, 3.0], 4),
        (Linear(2), [[1, 2], [2, 4], [3, 6], [5, 10]], 2),
        (Linear(2), [[1, 0], [1, 1], [1, 2], [1, 3]], 2),
        (Linear(2), [[0, 0], [0, 1], [0, 2], [0, 3]], 2),
    ],
)
def test_rank_deficiency_is_reported(engine, model, x, rank):
    y = [1.0, 3.0, 3.0, 1.0]
    f = Cost(model, x, y)
    told = solve(f, engine)
    assert told.rank == rank
    assert told.message.startswith(f"the data determine {rank} of {f.n} parameters")
    assert_allclose(f.gradient(told.params), 0, atol=1e-10)  # still a minimum
    assert solve(Cost(model, x, y, l2=0.1), engine).rank == f.n or f.n - rank > 1


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: cost(Logistic(1), "mse", 5), "model=Logistic.* is not linear least squares"),
        (lambda: cost(Logistic(1), "cross_entropy", 5), "model=Logistic"),
        (lambda: cost(MLP((1, 1)), "mse", 5), "model=MLP"),
        (lambda: cost(Curve(np.multiply, 1), "mse", 5), "model=Curve"),
        (lambda: cost(Linear(1), "mse", 5, l1=0.5), "l1=0.5 must be 0"),
    ],
)
def test_what_has_no_exact_solution(make, text):
    with pytest.raises(ValueError, match=f"^{text}.*pass a method"):
        solve(make())


def test_chebyshev_and_powers():
    model = Chebyshev(4, 2.0, 6.0)
    c = np.array([0.5, -1.0, 2.0, 0.25, 3.0])
    reference = np.polynomial.Chebyshev(c, domain=[2, 6])
    x = np.linspace(1.5, 6.5, 7)
    assert_allclose(model.predict(c, x), reference(x), rtol=1e-13)
    assert_allclose(
        model.powers(c), reference.convert(kind=np.polynomial.Polynomial).coef, rtol=1e-12
    )
    assert_allclose(model.powers(c, c), 2 * model.powers(c))
    with pytest.raises(ValueError, match="high=2 must be > 2"):
        Chebyshev(4, 2, 2)


@pytest.mark.parametrize(("factor", "exact"), [(0.999, True), (1.001, False)])
@pytest.mark.parametrize("y", [[1.0, -1, 1, -1], [5000.0] * 4])
def test_exact_is_a_thousandth_of_the_least_cost_or_the_rounding_of_y(y, factor, exact):
    """A mean moved by d costs N d^2 more: 1e-3 of the least, and 1e-12 of that of zero, are no
    matter. With a covariance matrix the cost is always looked at."""
    f = Cost(Polynomial(0), [0, 1, 2, 3], y, "chi2", covariance=np.eye(4))
    mean, at_zero = np.mean(y), float(np.sum(np.square(y)))
    least = 4 * np.var(y)
    d = np.sqrt(factor * (1e-3 * least + 1e-12 * at_zero) / 4)
    told = _told(basis_of(f), f, Found(np.array([mean + d]), 1, 1.0, least, at_zero))
    assert told.exact == exact
    assert told.message.startswith("exact solution" if exact else "rounded: ")


@pytest.mark.parametrize(("factor", "looked"), [(1.001, False), (0.999, True)])
def test_a_cost_is_looked_at_where_rounding_may_be_a_tenth_of_what_is_allowed(factor, looked):
    """N (n eps sum |theta_k x^k|)^2, with N = 4, n = 2, x up to 3 and theta = (1, 2): 7 in all."""
    f = Cost(Polynomial(1), [0, 1, 2, 3], [9, 9, 9, 9], "chi2", sigma=1.0)
    rounding = 4 * (2 * 2.0**-52 * 7) ** 2
    found = Found(np.array([1.0, 2.0]), 2, 1.0, factor * rounding / (0.1 * 1e-3), 0.0)
    assert _told(basis_of(f), f, found).exact != looked  # far from exact, if it is looked at


# ---- errors --------------------------------------------------------------------------------------

rng = np.random.default_rng(5)
T = np.linspace(0.1, 4.0, 60)
SIGMA = 0.05 + 0.05 * rng.random(60)
DECAY = 2.0 * np.exp(-T / 1.5) + SIGMA * rng.normal(size=60)
CUBIC = 1 - T + 0.3 * T**2 + SIGMA * rng.normal(size=60)


def decay(t, a, tau):
    return a * np.exp(-t / tau)


def decay_jac(t, a, tau):
    e = np.exp(-t / tau)
    return np.column_stack([e, a * e * t / tau**2])


@pytest.mark.parametrize("degree", [0, 1, 3, 6])
def test_errors_are_those_of_polyfit(degree):
    for given, numpy in (
        ({}, {"cov": True}),
        ({"loss": "chi2", "sigma": SIGMA}, {"cov": "unscaled", "w": 1 / SIGMA}),
    ):
        f = Cost(Polynomial(degree), T, CUBIC, **given)
        theta, covariance = np.polyfit(T, CUBIC, degree, **numpy)
        told = errors(f, theta[::-1])
        assert_allclose(told.covariance, covariance[::-1, ::-1], rtol=1e-7)  # as LAPACK rounds
        assert_allclose(told.errors, np.sqrt(np.diag(covariance))[::-1], rtol=1e-7)
        assert_allclose(np.diag(told.correlation), 1.0)
        outer = np.outer(told.errors, told.errors)
        assert_allclose(told.correlation * outer, told.covariance, rtol=1e-12)
        assert np.abs(told.correlation).max() <= 1 + 1e-12


@pytest.mark.parametrize("moved", [-0.0999, 0.0999, -0.1001, 0.1001])
def test_a_tenth_of_an_error_away_from_the_minimum_is_told(moved):
    """A mean of four, each with error 1/2: its own is 1/4."""
    f = Cost(Polynomial(0), [0, 1, 2, 3], [1, 2, 1, 2], "chi2", sigma=0.5)
    told = errors(f, [1.5 + 0.25 * moved])
    assert told.errors.tolist() == [0.25]
    assert ("standard deviations away" in told.message) == (abs(moved) > 0.1)


@pytest.mark.parametrize("theta", [0.0, 1.5, -30.0])
def test_differences_are_taken_over_a_thousandth_of_an_error(theta):
    """y = a t with errors 1/2: that of a is 1/2 / sqrt(sum t^2). The first estimate is made over
    1e-4 of the parameter, of 1 where it is 0."""
    seen = []

    class Line(Model):
        n_params = features = 1

        def score(self, theta, X):
            seen.append(float(theta[0]))
            return theta * X

        def pull(self, theta, X, slope):
            return np.sum(slope * X, axis=0)

    t = np.array([1.0, 2.0, 4.0])
    f = Cost(Line(), t, theta * t, "chi2", sigma=0.5)
    seen.clear()
    told = errors(f, [theta])
    assert_allclose(told.errors, 0.5 / np.sqrt(21.0), rtol=1e-9)
    away = np.unique(np.abs(np.array(seen) - theta))
    assert_allclose(away, [0.0, *sorted([1e-4 * abs(theta or 1.0), 5e-4 / np.sqrt(21.0)])],
                    rtol=1e-6)  # fmt: skip


@pytest.mark.parametrize(
    ("theta", "step"), [(0.0, 5e-4 / np.sqrt(21.0)), (-30.0, 3e-3), (1e6, 15.0 / np.sqrt(21.0))]
)
def test_second_derivatives_of_a_curve_are_differences_of_its_jacobian(theta, step):
    """y = a t again: over 1e-4 of a, but from a thousandth of its error to 30."""
    seen = []

    def slope(t, a):
        seen.append(float(a))
        return t[:, np.newaxis]

    t = np.array([1.0, 2.0, 4.0])
    f = Cost(Curve(lambda t, a: a * t, 1, slope), t, theta * t, "chi2", sigma=0.5)
    assert_allclose(errors(f, [theta]).errors, 0.5 / np.sqrt(21.0), rtol=1e-14)
    away = np.unique(np.abs(np.array(seen) - theta))
    assert_allclose(away, [0.0, step], rtol=1e-6)


@pytest.mark.parametrize(
    ("given", "W"),
    [
        ({}, np.eye(60)),
        ({"l2": 0.3}, np.eye(60)),
        ({"loss": "chi2", "sigma": SIGMA}, np.diag(SIGMA**-2)),
        ({"loss": "chi2", "covariance": correlated(60)}, np.linalg.inv(correlated(60))),
    ],
)
@pytest.mark.parametrize("jac", [None, "2-point", decay_jac])
def test_errors_of_a_curve_have_its_second_derivatives(given, W, jac):
    """H = 2 J^T W J + 2 sum_i (W r)_i f_i'', the derivatives of a exp(-t/tau) written out."""
    a, tau = theta = np.array([2.0, 1.5])
    e, t = np.exp(-T / tau), T / tau**2
    J = np.column_stack([e, a * e * t])
    r = a * e - DECAY
    mixed, last = (W @ r) @ (e * t), (W @ r) @ (a * e * t * (t - 2.0 / tau))
    H = 2.0 * J.T @ W @ J + 2.0 * np.array([[0.0, mixed], [mixed, last]])
    H += 2.0 * given.get("l2", 0.0) * np.eye(2)
    unit = 2.0 if "loss" in given else 2.0 * r @ r / 58
    curve = Curve(decay, 2, jac)
    told = errors(Cost(curve, T, DECAY, reduction="sum", **given), theta)
    assert_allclose(
        told.covariance, unit * np.linalg.inv(H), rtol=1e-5 if jac == "2-point" else 1e-7
    )


@pytest.mark.parametrize("absolute", [True, False])
def test_errors_are_those_of_curve_fit(absolute):
    """curve_fit leaves out the second derivatives of the curve: a term that falls with N."""
    sigma = SIGMA if absolute else None
    theta, covariance = scipy.optimize.curve_fit(decay, T, DECAY, [1, 1], sigma,
                                                 absolute_sigma=absolute)  # fmt: skip
    f = Cost(Curve(decay, 2), T, DECAY, *(["chi2"] if absolute else []), sigma=sigma)
    told = errors(f, theta)
    assert_allclose(told.covariance, covariance, rtol=0.05)
    line, covariance = scipy.optimize.curve_fit(lambda t, a, b: a + b * t, T, CUBIC, [1, 1], sigma,
                                                absolute_sigma=absolute)  # fmt: skip
    for model in (Linear(1), Polynomial(1), Curve(lambda t, a, b: a + b * t, 2), MLP((1, 1))):
        f = Cost(model, T, CUBIC, *(["chi2"] if absolute else []), sigma=sigma)
        assert_allclose(errors(f, line).covariance, covariance, rtol=1e-5)


def test_errors_with_a_covariance_matrix():
    c = correlated(60)
    f = Cost(Linear(1), T, CUBIC, "chi2", covariance=c)
    a = np.column_stack([np.ones(60), T])
    expected = np.linalg.inv(a.T @ np.linalg.solve(c, a))
    assert_allclose(errors(f, solve(f).params).covariance, expected, rtol=1e-10)


def test_errors_of_logistic_regression_are_fishers():
    f = cost(Logistic(2), "cross_entropy", 300)
    theta = ml4pa.minimize(f, np.zeros(3), "newton", gtol=1e-10).x
    p = f.model.predict(theta, f.X)
    a = np.column_stack([np.ones(300), f.X])
    fisher = a.T @ ((p * (1 - p))[:, None] * a)
    assert_allclose(errors(f, theta).covariance, np.linalg.inv(fisher), rtol=1e-10)
    total = cost(Logistic(2), "cross_entropy", 300, reduction="sum")
    assert_allclose(errors(total, theta).covariance, np.linalg.inv(fisher), rtol=1e-10)


def test_a_penalty_is_in_the_hessian():
    f = Cost(Polynomial(2), T, CUBIC, "chi2", sigma=SIGMA, l2=3.0)
    expected = 2 * np.linalg.inv(f.hessian(np.zeros(3)))
    assert_allclose(errors(f, solve(f).params).covariance, expected, rtol=1e-9)


@pytest.mark.parametrize("given", [{}, {"sigma": SIGMA}, {"covariance": correlated(60)}])
@pytest.mark.parametrize("far", [1e3, 1e5, 1e6])
def test_errors_where_columns_are_nearly_dependent(far, given):
    """Year and square of the year: the same plane as of the years since, whose errors are known.
    The matrix X^T X has condition numbers up to 1e22."""
    loss, t = "chi2" if given else "mse", np.arange(60.0)
    near = Cost(Linear(2), np.column_stack([t, t**2]), CUBIC, loss, **given)
    t = t + far
    f = Cost(Linear(2), np.column_stack([t, t**2]), CUBIC, loss, **given)
    told, known = errors(f, solve(f).params), errors(near, solve(near).params)
    assert_allclose(told.errors[2], known.errors[2], rtol=1e-5)  # of the square: the same
    turn = np.array([[1, -far, far**2], [0, 1, -2 * far], [0, 0, 1]])
    expected = turn @ known.covariance @ turn.T
    assert_allclose(told.covariance, expected, rtol=1e-4)


def test_errors_of_residuals_that_are_rounding_say_so():
    line = fit(Polynomial(1), T, 2 * T + 17 + np.tile([0.0, 2.0**-49], 30))
    assert line.success and line.errors.max() < 1e-13
    assert line.errors_message == "errors from the Hessian, of residuals that are only rounding"
    noisy = fit(Polynomial(1), T, 2 * T + 17 + 1e-12 * CUBIC)
    assert noisy.errors_message == "errors from the Hessian"


@pytest.mark.parametrize(
    ("f", "theta", "text"),
    [
        (Cost(Polynomial(1), [1, 1, 1], [1, 2, 3]), [0, 2], "the Hessian has the eigenvalue"),
        (Cost(Linear(2), T.reshape(-1, 2)[:, [0, 0]], T[:30]), [0, 1, 1], "the Hessian has"),
        (Cost(Polynomial(1), [0, 1], [1, 2]), [1, 1], "2 data and 2 parameters leave no"),
        (Cost(MLP((1, 2, 1)), T, CUBIC), np.zeros(7), "the Hessian has the eigenvalue"),
        (Cost(Curve(decay, 2), T, DECAY), [2.0, -0.1], "the Hessian has the eigenvalue -"),
        (Cost(Curve(lambda t, a: a * t * np.nan, 1), T, DECAY), [2.0], "no residual|not finite"),
    ],
)
def test_no_errors_where_there_is_no_minimum(f, theta, text):
    with np.errstate(all="ignore"):
        told = errors(f, theta)
    assert told[:3] == (None, None, None)
    assert told.message.startswith("no errors: ")
    assert re.search(text, told.message), told.message


@pytest.mark.peers
def test_errors_are_those_of_iminuit():
    iminuit = pytest.importorskip("iminuit")
    for model, y in ((Curve(decay, 2), DECAY), (Polynomial(2), CUBIC), (Linear(1), CUBIC)):
        f = Cost(model, T, y, "chi2", sigma=SIGMA)
        minuit = iminuit.Minuit(f, np.ones(f.n))
        minuit.errordef = 1.0
        minuit.strategy = 2
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            minuit.migrad()
            minuit.hesse()
        assert minuit.valid
        told = errors(f, np.array(minuit.values))
        assert_allclose(told.covariance, np.array(minuit.covariance), rtol=2e-3)
    f = cost(Logistic(2), "cross_entropy", 200, reduction="sum")
    minuit = iminuit.Minuit(f, np.zeros(3))
    minuit.errordef = 0.5
    minuit.strategy = 2
    minuit.migrad()
    minuit.hesse()
    told = errors(f, np.array(minuit.values))
    assert_allclose(told.covariance, np.array(minuit.covariance), rtol=2e-3)
