"""Data to fit: the tables' known least squares, and the laws that the generators promise."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ml4pa import datasets
from ml4pa.datasets import (
    closure_test,
    crickets,
    hubble,
    noisy_line,
    noisy_polynomial,
    two_classes,
)

GENERATORS = [closure_test, noisy_line, noisy_polynomial, two_classes]


# ---- tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "n", "slope", "intercept", "digits"),
    [(crickets, 15, 3.291094, 25.23231, (5e-7, 5e-6)), (hubble, 24, 454.158, -40.784, (5e-4,) * 2)],
)
def test_tables_have_their_known_line(
    table: Any, n: int, slope: float, intercept: float, digits: tuple[float, float]
) -> None:
    x, y = table()
    assert x.shape == y.shape == (n,)
    assert x.dtype == y.dtype == np.float64
    assert (np.abs(np.polyfit(x, y, 1) - [slope, intercept]) <= digits).all()


def test_tables_are_copies() -> None:
    for table in (crickets, hubble):
        x, y = table()
        x[:], y[:] = 0.0, 0.0
        assert all((column != 0.0).all() for column in table())


def test_hubble_reads_as_printed() -> None:
    distance, velocity = hubble()
    assert (distance[0], velocity[0], distance[-1], velocity[-1]) == (0.032, 170.0, 2.0, 1090.0)
    assert (distance[1:] >= distance[:-1]).all()
    assert int((velocity < 0).sum()) == 5


# ---- generators ----------------------------------------------------------------------------------


@pytest.mark.parametrize("generate", GENERATORS)
def test_generators_take_any_rng(generate: Any) -> None:
    """SPEC 7: the same seed gives the same bytes, and NumPy's global generator is left alone."""
    before = np.random.get_state()[1].copy()
    first, again, other = (generate(50, rng=seed) for seed in (1, 1, 2))
    for a, b in zip(first, again, strict=True):
        assert_array_equal(a, b)
    assert not np.array_equal(first[1], other[1])
    generator = np.random.default_rng(1)
    assert_array_equal(generate(50, rng=generator)[1], first[1])
    assert not np.array_equal(generate(50, rng=generator)[1], first[1])  # it has advanced
    assert_array_equal(generate(50, rng=np.random.SeedSequence(1))[1], first[1])
    assert not np.array_equal(generate(50)[1], generate(50)[1])
    assert_array_equal(np.random.get_state()[1], before)


def test_noisy_line_is_the_line_of_the_tutorial() -> None:
    """Least squares of N points: the slope's variance is σ²/(N Var x) [polyfit's own formula]."""
    x, y = noisy_line(rng=5)
    assert x.shape == y.shape == (500_000,)
    assert 0.0 <= x.min() < 0.01 and 99.99 < x.max() < 100.0
    slope, intercept = np.polyfit(x, y, 1)
    error = 10.0 / math.sqrt(500_000 * 100.0**2 / 12.0)
    assert abs(slope - 2.0) < 4.0 * error
    assert abs(intercept - 17.0) < 4.0 * math.hypot(10.0 / math.sqrt(500_000), 50.0 * error)
    residual = y - 17.0 - 2.0 * x
    assert abs(residual.std() - 10.0) < 4.0 * 10.0 / math.sqrt(2 * 500_000)
    assert abs(residual.mean()) < 4.0 * 10.0 / math.sqrt(500_000)


def test_noisy_polynomial_is_its_polynomial() -> None:
    c = np.zeros(16)
    c[[1, 5, 15]] = 2.0, -10.0, 15.0
    x, y = noisy_polynomial(4000, c, noise=0.0, interval=(-1.0, 0.5), rng=3)
    assert_allclose(y, 2 * x - 10 * x**5 + 15 * x**15, rtol=0, atol=1e-13)
    assert -1.0 <= x.min() < -0.99 and 0.49 < x.max() < 0.5
    noisy = noisy_polynomial(4000, c, noise=0.3, interval=(-1.0, 0.5), rng=3)
    assert_array_equal(noisy[0], x)  # only the noise is another
    assert abs((noisy[1] - y).std() - 0.3) < 4 * 0.3 / math.sqrt(8000)


def test_two_classes_overlap_as_promised() -> None:
    n, p, delta = 200_001, 3, 2.0
    X, y = two_classes(n, p, separation=delta, rng=6)
    assert X.shape == (n, p)
    assert sorted(set(y.tolist())) == [0.0, 1.0]
    assert int(y.sum()) == 100_001
    assert 0.49 < y[: n // 2].mean() < 0.51  # in random order
    for label in (0.0, 1.0):
        cloud = X[y == label]
        width = 4.0 / math.sqrt(len(cloud))
        assert_allclose(cloud.mean(axis=0), (label - 0.5) * delta / math.sqrt(p), atol=width)
        assert_allclose(np.cov(cloud.T), np.eye(p), atol=2 * width)
    right = ((X.sum(axis=1) > 0) == (y == 1)).mean()
    best = 0.5 * (1.0 + math.erf(delta / 2.0 / math.sqrt(2.0)))
    assert abs(right - best) < 4.0 * math.sqrt(best * (1 - best) / n)


def test_closure_test_has_the_covariance_it_states() -> None:
    """χ² of the truth has mean n and variance 2n; whitened residuals are not correlated."""
    n, repeats = 20, 2000
    rng = np.random.default_rng(8)
    sets = [closure_test(n, noise=0.1, correlated=0.3, length=0.5, rng=rng) for _ in range(repeats)]
    C = sets[0].covariance
    residuals = np.array([data.y - data.truth for data in sets])
    assert_allclose(np.cov(residuals.T), C, atol=5 * 0.1 * math.sqrt(2 / repeats))
    assert_allclose(np.diag(C), 0.1**2 + 0.3**2)
    assert C[0, 1] == pytest.approx(0.3**2 * math.exp(-(0.98 / 19) / 0.5))
    chi2 = np.einsum("ki,ki->k", residuals, np.linalg.solve(C, residuals.T).T)
    assert abs(chi2.mean() - n) < 4.0 * math.sqrt(2 * n / repeats)
    assert abs(chi2.var() / (2 * n) - 1.0) < 0.25


def test_closure_test_of_another_curve() -> None:
    data = closure_test(11, np.cos, correlated=0.0, interval=(0.0, 1.0), rng=1)
    assert_array_equal(data.x, np.linspace(0, 1, 11))
    assert_array_equal(data.truth, np.cos(data.x))
    assert_array_equal(data.covariance, 0.05**2 * np.eye(11))


def test_all_of_them_are_listed() -> None:
    assert {*datasets.__all__} == {f.__name__ for f in (*GENERATORS, crickets, hubble)} | {
        "ClosureTest"
    }


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: noisy_line(0), "n=0 must be >= 1"),
        (lambda: noisy_line(noise=-1), "noise=-1 must be >= 0"),
        (lambda: noisy_line(slope=math.nan), "slope=nan must be finite"),
        (lambda: noisy_line(interval=(1, 1)), "interval=(1.0, 1.0) must be finite with low < high"),
        (lambda: noisy_polynomial(interval=3), "interval has shape (), but must be a pair"),
        (lambda: noisy_polynomial(coefficients=[]), "coefficients has shape (0,), but must have 1"),
        (lambda: two_classes(1), "n=1 must be >= 2"),
        (lambda: two_classes(features=0), "features=0 must be >= 1"),
        (lambda: two_classes(separation=-1), "separation=-1 must be >= 0"),
        (lambda: closure_test(noise=0), "noise=0 must be > 0"),
        (lambda: closure_test(length=0), "length=0 must be > 0"),
        (lambda: closure_test(5, lambda x: x[:3]), "curve(x) has shape (3,), but x has length 5"),
        (lambda: closure_test(5, lambda x: x / 0.0 - 1), "curve(x)"),
        (lambda: noisy_line(rng=-1), "rng=-1 must be >= 0"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_bad_input(call: Any, text: str) -> None:
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value).startswith(text)
