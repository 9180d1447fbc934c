"""Landscapes: both engines against each other, against textbook formulas and complex steps."""

from __future__ import annotations

import itertools
import math
import pickle
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from ml4pa import CMAES, Function, GradientDescent, Newton, _core, landscapes, minimize
from ml4pa.landscapes import (
    LANDSCAPES,
    Ackley,
    Beale,
    Booth,
    Branin,
    Cigar,
    Cubic,
    Discus,
    DoubleWell,
    Ellipsoid,
    GoldsteinPrice,
    Griewank,
    Himmelblau,
    Landscape,
    Levy,
    Matyas,
    McCormick,
    MonkeySaddle,
    Quadratic,
    Rastrigin,
    Rosenbrock,
    Rotated,
    Saddle,
    Schwefel,
    Shifted,
    SixHumpCamel,
    Sphere,
    StyblinskiTang,
    ThreeHumpCamel,
    Wiggles,
)

# ---- the cases -----------------------------------------------------------------------------------

# Beside its defaults, and n = 1, 2, 3, 9, 17 where n is free.
VARIANTS: dict[type[Landscape], list[dict[str, Any]]] = {
    Quadratic: [{"a": 0.3, "b": 7.0}, {"a": -1.5, "b": 2.0}],
    Saddle: [{"a": 0.3, "b": 7.0}, {"a": 2.0, "b": -0.5}],
    Ellipsoid: [
        {"n": 2, "condition": 3.0},
        {"n": 9, "condition": 1.0},
        {"n": 9, "condition": 1e-3},
    ],
    Rosenbrock: [
        {},
        {"n": 2, "a": 1.7, "b": 3.0},
        {"n": 2, "a": -0.4, "b": 250.0},
        {"n": 3, "a": 0.0, "b": 10.0},
        {"n": 4},
        {"n": 9, "a": 1.7, "b": 3.0},
        {"n": 9, "b": 1.0},
    ],
}


def built(kind: type[Landscape]) -> list[Landscape]:
    variants = VARIANTS.get(kind, [])
    if kind.dimension is not None:
        return [kind(), *(kind(**v) for v in variants)]
    least = getattr(kind, "minimum_dimension", 1)
    return [*(kind(n) for n in (1, 2, 3, 9, 17) if n >= least), *(kind(**v) for v in variants)]


PLAIN = [f for kind in LANDSCAPES for f in built(kind)]
WRAPPED: list[Landscape] = [
    Rotated(Cubic(), 5),
    Rotated(Himmelblau(), 1),
    Rotated(Rastrigin(2), 2),
    Rotated(Rosenbrock(9), 3),
    Rotated(Ellipsoid(17), 4),
    Shifted(Wiggles(), [0.5]),
    Shifted(Beale(), [-1.0, 2.0]),
    Shifted(Saddle(a=2, b=3), [0.3, -0.2]),
    Shifted(Levy(9), np.linspace(-3, 3, 9)),
    Shifted(Rotated(Griewank(3), 6), [1.0, 2.0, 3.0]),
    Rotated(Shifted(GoldsteinPrice(), [0.5, 0.5]), 7),
    Rotated(Rotated(Shifted(Shifted(StyblinskiTang(2), [1.0, 1.0]), [0.0, 3.0]), 8), 9),
]
CASES = PLAIN + WRAPPED

# Polynomials in one or two variables: both engines give the same bits. Of these sums, only the
# order of summation differs, so that gradient and Hessian have the same bits.
SAME_BITS = (
    Cubic,
    DoubleWell,
    Quadratic,
    Saddle,
    MonkeySaddle,
    Beale,
    Himmelblau,
    Booth,
    Matyas,
    ThreeHumpCamel,
    SixHumpCamel,
    GoldsteinPrice,
)
SAME_DERIVATIVES = (*SAME_BITS, Sphere, Rosenbrock, StyblinskiTang, Cigar, Discus)

every_case = pytest.mark.parametrize("f", CASES, ids=repr)


def sample(f: Landscape, m: int = 40) -> np.ndarray:
    """m points, uniform in the bounds."""
    low, high = f.bounds.T
    points: np.ndarray = low + (high - low) * np.random.default_rng(17).random((m, f.n))
    return points


def minima(f: Landscape) -> np.ndarray:
    assert f.minima is not None
    return f.minima


def assert_close(actual: Any, expected: Any, rtol: float = 1e-12) -> None:
    """Equal, relative to the largest entry."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape
    error, scale = np.max(np.abs(actual - expected)), np.max(np.abs(expected))
    assert error <= rtol * scale, f"error {error} on a scale of {scale}"


# ---- the two engines -----------------------------------------------------------------------------


def test_registry_is_the_same_on_both_sides() -> None:
    assert sorted(_core.landscape_names()) == sorted(kind.__name__ for kind in LANDSCAPES)
    assert {kind.__name__ for kind in LANDSCAPES} <= set(landscapes.__all__)


@every_case
def test_engines_agree(f: Landscape) -> None:
    x = sample(f)
    for compiled, numpy, exact in (
        (f(x), f._value(x), SAME_BITS),
        (f.gradient(x), f._gradient(x), SAME_DERIVATIVES),
        (f.hessian(x), f._hessian(x), SAME_DERIVATIVES),
    ):
        if isinstance(f, exact):
            np.testing.assert_array_equal(compiled, numpy)
        else:
            assert_close(compiled, numpy)


@every_case
def test_one_point_is_a_row_of_many(f: Landscape) -> None:
    x = sample(f, 5)
    value, gradient, hessian = f(x), f.gradient(x), f.hessian(x)
    assert value.shape == (5,) and gradient.shape == (5, f.n) and hessian.shape == (5, f.n, f.n)
    for i in range(5):
        assert type(f(x[i])) is float and f(x[i]) == value[i]
        np.testing.assert_array_equal(f.gradient(x[i]), gradient[i])
        np.testing.assert_array_equal(f.hessian(x[i]), hessian[i])
        assert_close(f._value(x[i]), value[i])
        assert_close(f._gradient(x[i]), gradient[i], 1e-11)
        assert_close(f._hessian(x[i]), hessian[i], 1e-11)
    assert f(x[:0]).shape == (0,)
    assert f.gradient(x[:0]).shape == (0, f.n) and f.hessian(x[:0]).shape == (0, f.n, f.n)


# ---- the formulas --------------------------------------------------------------------------------

# As the literature prints them, at one point x (n,); p are the landscape's parameters.
TEXTBOOK: dict[type[Landscape], Callable[..., Any]] = {
    Cubic: lambda x: x[0] ** 3 - 2 * x[0] ** 2 + 2,
    DoubleWell: lambda x: x[0] ** 4 - 2 * x[0] ** 2,
    Wiggles: lambda x: np.sin(3 * x[0]) + x[0] ** 2 / 10,
    Quadratic: lambda x, a, b: a * x[0] ** 2 + b * x[1] ** 2 - 1,
    Saddle: lambda x, a, b: a * x[0] ** 2 - b * x[1] ** 2,
    MonkeySaddle: lambda x: x[0] ** 3 - 3 * x[0] * x[1] ** 2,
    Beale: lambda x: sum(
        (c - x[0] + x[0] * x[1] ** k) ** 2 for k, c in ((1, 1.5), (2, 2.25), (3, 2.625))
    ),
    Himmelblau: lambda x: (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2,
    Booth: lambda x: (x[0] + 2 * x[1] - 7) ** 2 + (2 * x[0] + x[1] - 5) ** 2,
    Matyas: lambda x: 0.26 * (x[0] ** 2 + x[1] ** 2) - 0.48 * x[0] * x[1],
    ThreeHumpCamel: lambda x: (
        2 * x[0] ** 2 - 1.05 * x[0] ** 4 + x[0] ** 6 / 6 + x[0] * x[1] + x[1] ** 2
    ),
    SixHumpCamel: lambda x: (
        (4 - 2.1 * x[0] ** 2 + x[0] ** 4 / 3) * x[0] ** 2
        + x[0] * x[1]
        + (-4 + 4 * x[1] ** 2) * x[1] ** 2
    ),
    GoldsteinPrice: lambda x: (
        (
            1
            + (x[0] + x[1] + 1) ** 2
            * (19 - 14 * x[0] + 3 * x[0] ** 2 - 14 * x[1] + 6 * x[0] * x[1] + 3 * x[1] ** 2)
        )
        * (
            30
            + (2 * x[0] - 3 * x[1]) ** 2
            * (18 - 32 * x[0] + 12 * x[0] ** 2 + 48 * x[1] - 36 * x[0] * x[1] + 27 * x[1] ** 2)
        )
    ),
    Branin: lambda x: (
        (x[1] - 5.1 / (4 * np.pi**2) * x[0] ** 2 + 5 / np.pi * x[0] - 6) ** 2
        + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x[0])
        + 10
    ),
    McCormick: lambda x: np.sin(x[0] + x[1]) + (x[0] - x[1]) ** 2 - 1.5 * x[0] + 2.5 * x[1] + 1,
    Sphere: lambda x: np.sum(x**2),
    Ellipsoid: lambda x, condition: sum(
        condition ** (i / max(len(x) - 1, 1)) * x[i] ** 2 for i in range(len(x))
    ),
    Rosenbrock: lambda x, a, b: np.sum(b * (x[1:] - x[:-1] ** 2) ** 2 + (a - x[:-1]) ** 2),
    Rastrigin: lambda x: 10 * len(x) + np.sum(x**2 - 10 * np.cos(2 * np.pi * x)),
    Ackley: lambda x: (
        -20 * np.exp(-0.2 * np.sqrt(np.mean(x**2)))
        - np.exp(np.mean(np.cos(2 * np.pi * x)))
        + 20
        + np.e
    ),
    Griewank: lambda x: (
        np.sum(x**2) / 4000 - math.prod(np.cos(v / np.sqrt(i)) for i, v in enumerate(x, 1)) + 1
    ),
    StyblinskiTang: lambda x: np.sum(x**4 - 16 * x**2 + 5 * x) / 2,
    Levy: lambda x: levy(1 + (x - 1) / 4),
    Schwefel: lambda x: 418.9828872724337 * len(x) - np.sum(x * np.sin(np.sqrt(np.abs(x)))),
    Cigar: lambda x: x[0] ** 2 + 1e6 * np.sum(x[1:] ** 2),
    Discus: lambda x: 1e6 * x[0] ** 2 + np.sum(x[1:] ** 2),
}


def levy(w: np.ndarray) -> Any:
    inner = (w[:-1] - 1) ** 2 * (1 + 10 * np.sin(np.pi * w[:-1] + 1) ** 2)
    last = (w[-1] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[-1]) ** 2)
    return np.sin(np.pi * w[0]) ** 2 + np.sum(inner) + last


@pytest.mark.parametrize("f", PLAIN, ids=repr)
def test_values_are_the_textbooks(f: Landscape) -> None:
    x = sample(f)
    assert_close(f(x), [TEXTBOOK[type(f)](row, **f._parameters()) for row in x])


def complex_step(fun: Callable[[Any], Any], x: np.ndarray) -> np.ndarray:
    """d fun / dx_j in the last axis, exact to rounding."""
    steps = 1e-30 * np.eye(x.shape[-1])
    return np.stack([fun(x + 1j * step).imag / 1e-30 for step in steps], axis=-1)


@every_case
def test_derivatives_are_those_of_the_value(f: Landscape) -> None:
    x = sample(f)
    assert_close(f.gradient(x), complex_step(f._value, x))
    assert_close(f.hessian(x), complex_step(f._gradient, x))


def test_saddle_has_the_factor_that_the_slides_miss() -> None:
    assert Saddle(a=3, b=5).gradient([1.0, 1.0]).tolist() == [6.0, -10.0]


@pytest.mark.parametrize("n", [1, 2, 17])
def test_ackley_is_defined_at_its_tip(n: int) -> None:
    f, x = Ackley(n), np.zeros(n)
    assert f(x) == f._value(x) == 0.0
    for gradient, hessian in (
        (f.gradient(x), f.hessian(x)),
        (f._gradient(x), f._hessian(x)),
        (f.gradient(1e-200 + x), f.hessian(1e-200 + x)),
    ):
        assert np.all(np.abs(gradient) < 1e-40)
        assert np.all(np.isfinite(hessian)) and np.all(np.diagonal(hessian) > 0.0)


def test_schwefel_has_a_finite_hessian_on_its_axes() -> None:
    f, x = Schwefel(3), np.array([0.0, 1.0, -1.0])
    np.testing.assert_array_equal(f.gradient(x), f._gradient(x))
    assert f.hessian(x)[0, 0] == f._hessian(x)[0, 0] == 0.0
    assert np.all(np.isfinite(f.hessian(x)))


@pytest.mark.parametrize("x", [1e-150, 1e-160, 1e-200, 1e-216, 1e-310, 5e-324])
def test_schwefel_close_to_its_axes(x: float) -> None:
    """f = -|x|^(3/2) sign(x): f' = -3/2 sqrt|x|, f'' = -3/4 sign(x)/sqrt|x|."""
    f, r = Schwefel(1), math.sqrt(x)
    for sign in (1.0, -1.0):
        p = np.array([sign * x])
        for slope in (f.gradient(p), f._gradient(p)):
            np.testing.assert_allclose(slope, [-1.5 * r], rtol=1e-15)
        for curvature in (f.hessian(p), f._hessian(p)):
            np.testing.assert_allclose(curvature, [[-0.75 * sign / r]], rtol=1e-15)


@pytest.mark.parametrize("x", [1e-200, -1e-200])
def test_newton_ends_alike_beside_an_axis_of_schwefel(x: float) -> None:
    """Concave on the right of the axis, convex on its left."""
    ends = [minimize(Schwefel(2), [x, 1.0], Newton(), engine=e) for e in ("compiled", "numpy")]
    assert ends[0].status == ends[1].status
    assert ends[0].message == ends[1].message


@pytest.mark.parametrize("f", PLAIN, ids=repr)
def test_a_nan_shows_in_the_value(f: Landscape) -> None:
    assert math.isnan(f(np.full(f.n, np.nan)))
    assert np.all(np.isnan(f.gradient(np.full(f.n, np.nan))))


# ---- minima --------------------------------------------------------------------------------------

# Values at the listed minima, in their order, for the smallest n.
VALUES: dict[type[Landscape], list[float] | None] = {
    Cubic: [22 / 27],
    DoubleWell: [-1.0, -1.0],
    Wiggles: [
        -0.9731804794973067,
        -0.7586284086132372,
        -0.32954628593577723,
        0.3140209196591906,
        1.1720033155244851,
    ],
    Quadratic: [-1.0],
    Saddle: None,
    MonkeySaddle: None,
    Himmelblau: [0.0] * 4,
    ThreeHumpCamel: [0.0, *[0.2986384422368598] * 2],
    SixHumpCamel: [
        *[-1.0316284534898774] * 2,
        *[-0.21546382438371764] * 2,
        *[2.1042503103112584] * 2,
    ],
    GoldsteinPrice: [3.0, 30.0, 84.0, 840.0],
    Branin: [0.3978873577297383] * 3,
    McCormick: [-1.9132229549810364, 1.2283696986087568],
    Rastrigin: [
        0.0,
        *[0.9949590570932914] * 2,
        *[3.9798311905540875] * 2,
        *[8.95460124148701] * 2,
        *[15.91924379246153] * 2,
        *[24.873722934542226] * 2,
    ],
    StyblinskiTang: [-39.16616570377141, -25.02944665528394],
}


@pytest.mark.parametrize("kind", LANDSCAPES)
def test_minima_have_the_documented_values(kind: type[Landscape]) -> None:
    f, expected = built(kind)[0], VALUES.get(kind, [0.0])
    if expected is None:
        assert f.minima is None and f.minimum is None
        return
    np.testing.assert_allclose(f(minima(f)), expected, rtol=1e-14, atol=2e-13)
    if kind is Cubic:
        assert f.minimum is None
    else:
        assert f.minimum == pytest.approx(expected[0], rel=1e-14, abs=2e-13)


@every_case
def test_minima_are_minima(f: Landscape) -> None:
    if f.minima is None:
        return
    assert f.minima.ndim == 2 and f.minima.shape[1] == f.n
    values = f(f.minima)
    assert np.all(np.diff(values) >= -1e-12 * (1.0 + np.max(np.abs(values))))
    if f.minimum is not None:
        assert values[0] == pytest.approx(f.minimum, rel=1e-13, abs=1e-11)
    for x, g, h in zip(f.minima, f.gradient(f.minima), f.hessian(f.minima), strict=True):
        assert np.min(np.linalg.eigvalsh(h)) > 0.0
        # A Newton step from the minimum is below the last bits of x.
        assert np.max(np.abs(np.linalg.solve(h, g))) <= 1e-14 * (1.0 + np.max(np.abs(x)))
    if not isinstance(f, Rotated):
        assert np.all((f.bounds[:, 0] <= f.minima) & (f.minima <= f.bounds[:, 1]))


def all_minima(f: Landscape, each: int) -> list[np.ndarray]:
    """The minima in the bounds, by Newton's method with |eigenvalues| from a grid of starts."""
    low, high = f.bounds.T
    axes = [a + (b - a) * (np.arange(each) + 0.37) / each for a, b in zip(low, high, strict=True)]
    x = np.array(list(itertools.product(*axes)))
    for _ in range(100):
        eigenvalues, v = np.linalg.eigh(f._hessian(x))
        size = np.abs(eigenvalues)
        size = np.maximum(size, 1e-6 * np.max(size, axis=-1, keepdims=True) + 1e-12)
        step = -np.einsum("mij,mj,mkj,mk->mi", v, 1.0 / size, v, f._gradient(x))
        length = np.linalg.norm(step, axis=-1, keepdims=True)
        step *= np.minimum(1.0, 0.05 * np.max(high - low) / np.maximum(length, 1e-300))
        value, t = f._value(x), np.ones((len(x), 1))
        for _ in range(12):
            t[f._value(x + t * step) > value] /= 2.0
        x = x + t * step
        x = x[np.all((low < x) & (x < high), axis=-1)]
    found: list[np.ndarray] = []
    for p, g, e in zip(x, f._gradient(x), np.linalg.eigvalsh(f._hessian(x)), strict=True):
        is_minimum = e[0] > 1e-6 * e[-1] and np.max(np.abs(g)) < 1e-7 * e[-1]
        if is_minimum and all(np.max(np.abs(p - q)) > 1e-5 for q in found):
            found.append(p)
    return found


@pytest.mark.parametrize(
    ("f", "each"),
    [
        *((kind(), 200 if kind.dimension == 1 else 24) for kind in LANDSCAPES if kind.dimension),
        (Rastrigin(1), 100),
        (Rastrigin(2), 40),
        (StyblinskiTang(1), 50),
        (StyblinskiTang(2), 12),
        (Rosenbrock(2), 12),
        (Rosenbrock(2, a=1.7, b=3.0), 12),
        (Rosenbrock(3), 7),
        (Rosenbrock(4), 6),
        (Shifted(Rotated(Himmelblau(), 1), [0.0, 0.0]), 24),
    ],
    ids=lambda value: repr(value) if isinstance(value, Landscape) else "",
)
def test_no_minimum_is_missing(f: Landscape, each: int) -> None:
    found, listed = all_minima(f, each), f.minima
    if listed is None:
        assert not found
        return
    listed = listed[np.all((f.bounds[:, 0] < listed) & (listed < f.bounds[:, 1]), axis=1)]
    assert len(found) == len(listed)
    for x in found:
        assert np.min(np.max(np.abs(listed - x), axis=1)) < 1e-6


def test_global_minima_are_the_least_values_met() -> None:
    for f in PLAIN:
        if f.minimum is not None:
            assert f.minimum <= np.min(f(sample(f, 1000)))


def test_minima_that_depend_on_the_parameters() -> None:
    assert Quadratic(a=-1, b=1).minimum is None and Quadratic(a=-1, b=1).minima is None
    assert Quadratic(a=0, b=1).minimum == -1.0 and Quadratic(a=0, b=1).minima is None
    assert Saddle(a=1, b=-1).minimum == 0.0
    assert Rosenbrock(3, a=2).minima is None and Rosenbrock(3, a=2).minimum is None
    np.testing.assert_array_equal(minima(Rosenbrock(2, a=2)), [[2.0, 4.0]])
    for f, count in (
        (Rosenbrock(9), 2),
        (Rosenbrock(200), 2),
        (Rosenbrock(9, b=1), 1),
        (Rastrigin(2), 121),
        (Rastrigin(3), 1),
        (StyblinskiTang(2), 4),
        (StyblinskiTang(3), 1),
    ):
        assert minima(f).shape == (count, f.n)


# ---- wrappers ------------------------------------------------------------------------------------


def test_rotated_is_the_landscape_at_r_x() -> None:
    f = Rosenbrock(5)
    g = Rotated(f, rng=1)
    x = sample(f)
    np.testing.assert_allclose(g.matrix @ g.matrix.T, np.eye(5), atol=1e-14)
    assert_close(g(x), f(x @ g.matrix.T))
    assert_close(g.gradient(x), f.gradient(x @ g.matrix.T) @ g.matrix)
    np.testing.assert_array_equal(g.bounds, f.bounds)
    assert g.name == "Rotated Rosenbrock" and g.minimum == 0.0


def test_rotated_draws_from_its_rng_alone() -> None:
    f = Sphere(4)
    state = np.random.get_state()[1].copy()  # type: ignore[index]
    a, b, c = Rotated(f, 1), Rotated(f, np.random.default_rng(1)), Rotated(f, 2)
    np.testing.assert_array_equal(a.matrix, b.matrix)
    assert not np.array_equal(a.matrix, c.matrix)
    assert not np.array_equal(Rotated(f).matrix, Rotated(f).matrix)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # type: ignore[index]


def test_rotations_are_uniform() -> None:
    # Under the Haar measure the trace has mean 0 and variance 1; without the signs of R's
    # diagonal its mean is far from 0.
    rng = np.random.default_rng(3)
    traces = [np.trace(Rotated(Sphere(3), rng).matrix) for _ in range(900)]
    assert abs(np.mean(traces)) < 4.0 / 30.0
    assert abs(np.var(traces) - 1.0) < 0.3


def test_shifted_moves_the_first_minimum() -> None:
    f = Shifted(Himmelblau(), [1.0, -1.0])
    assert f([1.0, -1.0]) == 0.0
    np.testing.assert_array_equal(f.offset, [-2.0, -3.0])
    np.testing.assert_array_equal(f.bounds, [[-7.0, 3.0], [-8.0, 2.0]])
    np.testing.assert_allclose(minima(f) - f.offset, minima(Himmelblau()), atol=1e-15)
    saddle = Shifted(Saddle(), [1.0, 2.0])
    assert saddle([1.0, 2.0]) == 0.0 and saddle.minima is None and saddle.minimum is None


@every_case
def test_shared_between_threads(f: Landscape) -> None:
    x = sample(f, 200)
    expected = f(x)
    with ThreadPoolExecutor(4) as pool:
        for value in pool.map(f, [x] * 8):
            np.testing.assert_array_equal(value, expected)


# ---- the front -----------------------------------------------------------------------------------


@every_case
def test_pickle_keeps_everything(f: Landscape) -> None:
    x = sample(f, 3)
    f(x)
    g = pickle.loads(pickle.dumps(f))
    assert repr(g) == repr(f) and g.n == f.n and g.formula == f.formula
    np.testing.assert_array_equal(g(x), f(x))
    np.testing.assert_array_equal(g.bounds, f.bounds)


@every_case
def test_attributes(f: Landscape) -> None:
    assert f.n >= 1 and f.name and f.formula
    assert f.bounds.shape == (f.n, 2) and np.all(f.bounds[:, 0] < f.bounds[:, 1])
    if "rng" in repr(f) or not isinstance(f, Rotated):
        g = eval(repr(f), vars(landscapes))
        assert repr(g) == repr(f)
        np.testing.assert_array_equal(g(sample(f)), f(sample(f)))


def test_repr() -> None:
    assert repr(Beale()) == "Beale()"
    assert repr(Quadratic(1, b=3)) == "Quadratic(a=1.0, b=3.0)"
    assert repr(Sphere(3)) == "Sphere(3)"
    assert repr(Rosenbrock()) == "Rosenbrock(2, a=1.0, b=100.0)"
    assert repr(Ellipsoid(4)) == "Ellipsoid(4, condition=1000000.0)"
    assert repr(Rotated(Sphere(2), np.random.default_rng(1))) == "Rotated(Sphere(2))"
    assert repr(Rotated(Shifted(Sphere(1), [2]), 3)) == "Rotated(Shifted(Sphere(1), [2.0]), rng=3)"


@every_case
def test_takes_what_numpy_takes(f: Landscape) -> None:
    x = np.asfortranarray(np.round(sample(f, 4)))
    x.flags.writeable = False
    for value in (f(x.tolist()), f(x.astype(int)), f(x.astype(np.float32)), f(x[::-1])[::-1]):
        np.testing.assert_array_equal(value, f(x))
    np.testing.assert_array_equal(f.gradient(x.astype(int)), f.gradient(x))


@every_case
def test_wrong_shape(f: Landscape) -> None:
    for shape in ((f.n + 1,), (3, f.n + 1), (2, 2, f.n)):
        texts = set()
        for call in (f, f.gradient, f.hessian):
            with pytest.raises(ValueError, match=rf"x has shape .*{f.name}.*n={f.n}") as error:
                call(np.zeros(shape))
            texts.add(str(error.value))
        assert len(texts) == 1 and f"{shape}" in texts.pop()


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: Sphere(0), ValueError, "n=0 must be >= 1"),
        (lambda: Rosenbrock(1), ValueError, "n=1 must be >= 2"),
        (lambda: Sphere(2.5), ValueError, "n=2.5 must be a whole number"),  # type: ignore[arg-type]
        (lambda: Quadratic(a=math.nan), ValueError, "a=nan must be finite"),
        (lambda: Saddle(b=math.inf), ValueError, "b=inf must be finite"),
        (lambda: Quadratic(a="1"), TypeError, "a='1' must be a number"),  # type: ignore[arg-type]
        (lambda: Rosenbrock(2, b=-1), ValueError, "b=-1 must be > 0"),
        (lambda: Ellipsoid(3, condition=0), ValueError, "condition=0 must be > 0"),
        (
            lambda: Shifted(Sphere(2), [1.0, 2.0, 3.0]),
            ValueError,
            r"x_opt has shape \(3,\) but f is defined on n=2: pass an array of length 2",
        ),
        (lambda: Shifted(Sphere(2), [0.0, math.nan]), ValueError, r"x_opt\[1\]=nan must be finite"),
        (lambda: Shifted(Sphere(2), "ab"), TypeError, "x_opt='ab' must be an array"),
        (lambda: Rotated(abs, 1), TypeError, "must be a landscape"),  # type: ignore[arg-type]
        (lambda: Shifted(None, [1.0]), TypeError, "f=None must be"),  # type: ignore[arg-type]
    ],
)
def test_bad_arguments(make: Callable[[], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        make()


def test_derivatives_that_a_landscape_of_ones_own_lacks_are_named() -> None:
    class Bowl(Landscape):
        def _value(self, p: Any) -> Any:
            return np.sum(p * p, axis=-1)

    class Sloped(Bowl):
        def _gradient(self, p: Any) -> Any:
            return 2.0 * p

    class Empty(Landscape):
        pass

    f, sloped, x = Bowl(2), Sloped(2), [1.0, 2.0]
    assert f(x) == 5.0 and minimize(f, x, CMAES(0.5), max_iter=3, rng=1).fun < 5.0
    with pytest.raises(
        NotImplementedError, match=r"^Bowl has no _gradient: .* minimise Function\(f"
    ):
        minimize(f, x, "adam")
    with pytest.raises(NotImplementedError, match=r"^Sloped has no _hessian: .*\(f, f.gradient\)$"):
        minimize(sloped, x, "newton")
    assert minimize(Function(f), x, GradientDescent(0.1)).success  # as the texts say
    assert minimize(Function(sloped, sloped.gradient), x, "newton").success
    with pytest.raises(NotImplementedError, match="^Empty has no _value: define it$"):
        Empty(2)(x)


@pytest.mark.parametrize(
    "kind", [k for k in LANDSCAPES if k.dimension and "__init__" not in vars(k)]
)
def test_a_landscape_of_a_fixed_dimension_takes_none(kind):
    for n in (7, kind.dimension, "junk", [1, 2]):
        text = f"n={n!r} is given, but {kind.__name__} is defined on n={kind.dimension} alone"
        with pytest.raises(TypeError, match=f"^{re.escape(text)}"):
            kind(n)
