"""All minima: counted on landscapes whose minima are known, on bounds too, with their kinds."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ml4pa
from ml4pa import (
    Adam,
    Backtracking,
    Cost,
    Curve,
    Function,
    GradientDescent,
    LevenbergMarquardt,
    Minima,
    Newton,
    find_minima,
    multistart,
)
from ml4pa.landscapes import (
    LANDSCAPES,
    Beale,
    Cubic,
    Himmelblau,
    MonkeySaddle,
    Quadratic,
    Rastrigin,
    Rosenbrock,
    Saddle,
    SixHumpCamel,
    Sphere,
    Wiggles,
)
from ml4pa.minima import _kind, _polish

#: The Hessian of (x - y)^2.
ACROSS = np.array([[2.0, -2.0], [-2.0, 2.0]])


@pytest.mark.parametrize(
    ("f", "starts", "count"),
    [(Himmelblau(), 1000, 4), (SixHumpCamel(), 1000, 6), (Rastrigin(2), 2000, 121),
     (Wiggles(), 1000, 5)],
    ids=lambda value: getattr(value, "name", None),
)  # fmt: skip
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_of_them(f, starts, count, seed):
    minima = find_minima(f, f.bounds, starts=starts, rng=seed)
    found = minima.compare(f)
    assert len(f.minima) == count
    assert (len(found.matched), len(found.missed), len(found.spurious)) == (count, 0, 0)
    assert sorted(found.matched[:, 0]) == list(range(count))
    assert_allclose(minima.x[found.matched[:, 1]], f.minima[found.matched[:, 0]], atol=1e-8)
    assert minima.hits.sum() + minima.unfinished == starts
    assert_array_equal(minima.fun, f(minima.x))


@pytest.mark.parametrize(
    "kind", [k for k in LANDSCAPES if k.dimension is not None], ids=lambda k: k.__name__
)
def test_every_landscape_with_a_fixed_dimension(kind):
    f = kind()
    if f.minima is None:
        assert all(find_minima(f, starts=300, rng=1).on_bound)
        return
    found = find_minima(f, starts=500, rng=1).compare(f)
    assert (len(found.missed), len(found.spurious)) == (0, 0)


def test_shares_of_basins_are_those_of_the_descents():
    f = Himmelblau()
    minima = find_minima(f, starts=400, rng=5)
    assert minima.share.sum() == 1.0
    assert_array_equal(minima.hits, np.bincount(minima.label))
    assert_allclose(minima.runs.x, minima.x[minima.label], atol=1e-3)


# ---- kinds ---------------------------------------------------------------------------------------


def test_newton_finds_saddles_and_the_maximum_of_himmelblau():
    """Himmelblau's function has nine stationary points in the window."""
    minima = find_minima(Himmelblau(), starts=500, method=Newton(), rng=1)
    assert minima.kind == ["minimum"] * 4 + ["saddle"] * 4 + ["maximum"]
    assert_allclose(minima.x[-1], [-0.270845, -0.923039], atol=1e-6)
    assert_allclose(minima.fun[-1], 181.617, atol=1e-3)
    assert_allclose(Himmelblau().gradient(minima.x), 0.0, atol=1e-9)
    signs = np.sign(minima.eigenvalues)
    assert signs.tolist() == [[1, 1]] * 4 + [[-1, 1]] * 4 + [[-1, -1]]


def test_a_monkey_saddle_is_degenerate_and_a_saddle_a_saddle():
    monkey = find_minima(MonkeySaddle(), starts=200, method=Newton(), rng=1)
    assert monkey.kind.count("degenerate") == 1
    at = monkey.kind.index("degenerate")
    assert_allclose(monkey.x[at], 0.0, atol=1e-6)
    saddle = find_minima(Saddle(), [(-1, 2), (-1, 2)], starts=50, method=Newton(), rng=1)
    assert "saddle" in saddle.kind


def test_a_minimum_of_order_four_is_found():
    f = Function(lambda x: x[0] ** 4 + x[1] ** 2, lambda x: [4 * x[0] ** 3, 2 * x[1]])
    minima = find_minima(f, [(-1, 2), (-1, 2)], starts=20, rng=1)
    assert len(minima) == 1
    assert_allclose(minima.x, 0.0, atol=1e-6)


def test_a_point_counts_as_found_by_its_last_newton_step():
    """A ten-millionth of the window. Of x^20 a step takes 1/19 of x, so that 18/19 stay: the 60th
    is x0 (18/19)^59/19 long."""
    f = Function(lambda x: x[0] ** 20, lambda x: 20 * x**19, lambda x: [[380 * x[0] ** 18]])
    threshold = 1e-7 * 4.0 / ((18 / 19) ** 59 / 19)
    starts = threshold * np.array([[0.999], [1.001]])
    _, found = _polish(f, starts, np.array([-1.0]), np.array([3.0]))
    assert found.tolist() == [True, False]


@pytest.mark.parametrize(("factor", "kind"), [(0.999, "minimum"), (1.001, "degenerate")])
def test_curvatures_are_those_as_far_off_as_equal_points_are(factor, kind):
    """Along (1, 1), f is 1 - cos(s): curved up to |s| = pi/2. The coordinates of a point beside the
    minimum are tol times the widest side of the window away."""
    tol, low, high = 1e-5, np.array([-1.0, -1.0]), np.array([1.0, 2.0])
    d = np.array([1.0, 1.0]) * (np.pi / 2) * factor / (2 * tol * 3.0)  # s = d (x + y)
    f = Function(lambda x: 0.0, hess=lambda x: np.cos(d @ x) * np.outer(d, d) + ACROSS)
    assert _kind(f, np.zeros(2), np.ones(2, bool), low, high, tol) == kind


# ---- bounds --------------------------------------------------------------------------------------


def test_minima_on_bounds_are_found():
    f = Quadratic(1, 1)
    minima = find_minima(f, [(0.5, 2), (-1, 1)], starts=50, rng=1)
    assert_allclose(minima.x, [[0.5, 0.0]], atol=1e-12)
    assert minima.on_bound.tolist() == [True] and minima.kind == ["minimum"]
    corner = find_minima(f, [(0.5, 2), (-3, -1)], starts=50, rng=1)
    assert corner.x.tolist() == [[0.5, -1.0]]
    cubic = find_minima(Cubic(), [(-1, 2)], starts=50, rng=1)  # -1 at -1, and the local one at 4/3
    assert_allclose(cubic.x[:, 0], [-1.0, 4 / 3], atol=1e-12)
    assert cubic.on_bound.tolist() == [True, False]
    assert len(cubic.compare(Cubic()).on_bound) == 1 and len(cubic.compare(Cubic()).spurious) == 0


def test_f_is_never_evaluated_outside():
    seen = []

    def f(x):
        seen.append(x.copy())
        return float(np.sum(x**2) + x[0])

    find_minima(f, [(-0.2, 1), (0.1, 1)], starts=10, rng=1)
    seen = np.array(seen)
    assert (seen >= [-0.2, 0.1]).all() and (seen <= 1).all()


# ---- functions, estimates, comparison ------------------------------------------------------------


def test_a_function_without_derivatives():
    def f(x):
        return (x[0] ** 2 - 1) ** 2 + (x[1] - 0.3 * x[0]) ** 2

    minima = find_minima(f, [(-2, 2), (-2, 2)], starts=30, rng=2)
    assert_allclose(minima.x, [[-1, -0.3], [1, 0.3]], atol=1e-7)
    assert minima.kind == ["minimum", "minimum"]


def test_estimates_of_what_was_missed():
    """Good-Turing and Chao, by hand: h1 = 3 points hit once, h2 = 1 hit twice, of 10 starts."""
    minima = find_minima(Sphere(1), starts=10, rng=1)
    minima.hits = np.array([5, 2, 1, 1, 1])
    assert minima.unseen == 3 / 10
    assert minima.missed == 3 * 2 / (2 * 2)


def test_few_starts_estimate_that_there_are_more():
    few = find_minima(Rastrigin(2), starts=60, rng=1)
    assert len(few) < 60 and few.unseen > 0.3 and few.missed > 15
    many = find_minima(Rastrigin(2), starts=4000, rng=1)
    assert many.unseen < 1e-3 and many.missed < 1


def test_comparison_names_what_is_missed_and_what_is_spurious():
    minima = find_minima(Himmelblau(), starts=200, rng=1)
    found = minima.compare([[3.0, 2.0], [0.0, 0.0]])
    assert found.matched.tolist() == [[0, 2]]
    assert found.missed.tolist() == [[0.0, 0.0]]
    assert len(found.spurious) == 3
    assert len(minima.compare([[3.001, 2.0]], tol=1e-5).matched) == 0
    assert len(minima.compare([[3.001, 2.0]], tol=1e-3).matched) == 1


@pytest.mark.parametrize("none", [None, [], np.empty((0, 2)), Saddle()], ids=repr)
def test_a_comparison_with_no_known_minima(none):
    """All that were found are spurious, and of a saddle there are none."""
    found = find_minima(Himmelblau(), starts=200, rng=1).compare(none)
    assert found.matched.shape == (0, 2) and found.missed.shape == (0, 2)
    assert len(found.spurious) == 4
    assert len(find_minima(Saddle(), starts=20, rng=1).compare(none).spurious) == 0


def test_what_is_compared_is_named():
    minima = find_minima(Himmelblau(), starts=20, rng=1)
    with pytest.raises(ValueError) as told:
        minima.compare([3.0, 2.0])
    assert str(told.value) == (
        "analytic has shape (2,), but must hold one minimum a row: pass shape (m, 2)"
    )
    with pytest.raises(ValueError, match=r"analytic\[0, 1\]=nan must be finite"):
        minima.compare([[3.0, np.nan]])


def test_starts_seeds_and_engines():
    a, b = (find_minima(SixHumpCamel(), starts=200, rng=7) for _ in range(2))
    assert_array_equal(a.x, b.x)
    assert_array_equal(a.label, b.label)
    numpy = find_minima(SixHumpCamel(), starts=40, rng=7, engine="numpy")
    compiled = find_minima(SixHumpCamel(), starts=40, rng=7)
    assert (numpy.runs.engine, compiled.runs.engine) == ("numpy", "compiled")
    assert_array_equal(numpy.label, compiled.label)
    given = find_minima(Himmelblau(), starts=[[3, 2.1], [3.1, 2.0], [-3, 3]], rng=1)
    assert given.hits.tolist() == [1, 2]
    adam = find_minima(Rosenbrock(2), starts=50, method=Adam(0.05), rng=1)
    assert_allclose(adam.x, [[1, 1]], atol=1e-9)


def test_a_latin_hypercube_has_one_start_in_each_interval():
    minima = find_minima(Quadratic(), [(0, 1), (2, 4)], starts=64, rng=3, max_iter=0)
    starts = minima.runs.starts
    assert sorted((64 * starts[:, 0]).astype(int)) == list(range(64))
    assert sorted((32 * (starts[:, 1] - 2)).astype(int)) == list(range(64))


def test_sobol_points():
    pytest.importorskip("scipy")
    minima = find_minima(Himmelblau(), starts=128, rng=3, sampling="sobol")
    assert len(minima) == 4
    cells = np.floor((minima.runs.starts + 5) / 10 * 8).astype(int)  # an (0, m, 2) net
    assert (np.bincount(cells @ [8, 1], minlength=64) == 2).all()


def test_population_methods_search_too():
    minima = find_minima(
        Himmelblau(), starts=20, method=ml4pa.RandomSearch(0.1), max_iter=200, rng=1
    )
    assert isinstance(minima, Minima)
    assert len(minima.compare(Himmelblau()).spurious) == 0 and len(minima) >= 2


# ---- windows and functions that are not of order 1 -----------------------------------------------

SCALES = [[q, q] for q in (1e-10, 1e-6, 1.0, 1e6, 1e10)] + [
    [1e-6, 1e2], [1.0, 1e2], [1e10, 1e-10], [1e-100, 1e100],
]  # fmt: skip
DERIVATIVES = ["values", "2-point", "pair", "jac", "jac and hess"]


class Stretched:
    """height * Himmelblau(x / s), and what was asked of it."""

    def __init__(self, s, height=1.0, given="jac", vectorized=False):
        self.inner, self.s, self.height = Himmelblau(), np.array(s), height
        self.points = []
        self.window = self.inner.bounds * self.s[:, np.newaxis]
        jac = {"values": None, "2-point": "2-point", "pair": True}.get(given, self.jac)
        hess = self.hess if given == "jac and hess" else None
        fun = self.pair if given == "pair" else self.fun
        self.objective = Function(fun, jac, hess, vectorized=vectorized)
        self.minima = self.inner.minima * self.s

    def fun(self, x):
        self.points.extend(np.atleast_2d(x))
        return self.height * self.inner(x / self.s)

    def jac(self, x):
        self.points.append(x)
        return self.height * self.inner.gradient(x / self.s) / self.s

    def pair(self, x):
        return self.fun(x), self.jac(x)

    def hess(self, x):
        return self.height * self.inner.hessian(x / self.s) / self.s / self.s[:, np.newaxis]

    def search(self, **given):
        return find_minima(self.objective, self.window, **{"starts": 40, "rng": 1, **given})


def finds_all_four(f, minima):
    found = minima.compare(f)
    assert sorted(found.matched[:, 0]) == [0, 1, 2, 3]
    assert (len(found.missed), len(found.spurious), len(found.on_bound)) == (0, 0, 0)
    assert minima.kind == ["minimum"] * 4 and minima.unfinished == 0
    known = f.minima[found.matched[:, 0]]
    assert_allclose(minima.x[found.matched[:, 1]] / f.s, known / f.s, atol=1e-7)
    points = np.array(f.points)
    assert (points >= f.window[:, 0]).all() and (points <= f.window[:, 1]).all()


@pytest.mark.parametrize("s", SCALES, ids=str)
@pytest.mark.parametrize("given", DERIVATIVES)
def test_windows_of_any_size(s, given):
    f = Stretched(s, given=given)
    finds_all_four(f, f.search())


@pytest.mark.parametrize("height", [1e-300, 1e-17, 1e-12, 1e-6, 1e6, 1e12, 1e17, 1e290])
@pytest.mark.parametrize("given", ["values", "jac", "jac and hess"])
def test_functions_of_any_size(height, given):
    f = Stretched([1.0, 1.0], height, given)
    minima = f.search()
    finds_all_four(f, minima)
    assert_allclose(minima.fun, 0.0, atol=1e-12 * height)


@pytest.mark.parametrize("height", [1e-12, 1e12])
@pytest.mark.parametrize("given", ["values", "jac"])
def test_both_at_once(height, given):
    f = Stretched([1e-6, 1e3], height, given, vectorized=given == "values")
    finds_all_four(f, f.search())


@pytest.mark.parametrize("given", DERIVATIVES)
def test_results_are_in_units_of_x_and_f(given):
    f = Stretched([1e-6, 1e2], 1e9, given)
    minima = f.search()
    f, runs = f.objective, minima.runs
    assert_array_equal(minima.fun, f(minima.x))
    assert_array_equal(runs.fun, f(runs.x))
    for i in (0, 7):
        assert_array_equal(runs.path[i].x[0], runs.starts[i])
        assert_array_equal(runs.path[i].fun, f(runs.path[i].x))
    if given.startswith("jac"):
        assert_allclose(runs.jac, f.gradient(runs.x), rtol=1e-12)
        values = np.linalg.eigvalsh([f.hessian(x) for x in minima.x]) if f.hess else None
        if values is not None:
            assert_allclose(minima.eigenvalues, values, rtol=1e-9)


def test_unequal_windows_take_no_longer():
    calls = []
    for s in ([1.0, 1.0], [1.0, 10.0], [1.0, 100.0], [1e-6, 1e2], [1e5, 1.0]):
        f = Stretched(s)
        f.search()
        calls.append(len(f.points))
    assert max(calls) < 2 * calls[0]


@pytest.mark.parametrize("derivatives", [0, 1, 2])
@pytest.mark.parametrize("seed", [1, 2])
def test_waves_of_500_nanometres(derivatives, seed):
    k = 2 * np.pi / 500e-9
    given = {
        "jac": lambda x: -k * np.sin(k * x),
        "hess": lambda x: -k * k * np.cos(k * x)[:, np.newaxis],
    }
    given = dict(list(given.items())[:derivatives])
    minima = find_minima(lambda x: np.cos(k * x[0]), [(0, 2e-6)], starts=40, rng=seed, **given)
    assert_allclose(minima.x[:, 0], (np.arange(4) + 0.5) * 500e-9, atol=1e-14)
    assert minima.kind == ["minimum"] * 4


@pytest.mark.parametrize(("low", "width"), [(1e3, 1.0), (1e6, 1e-3), (-1e6, 1e-3), (1e9, 1.0)])
def test_windows_far_from_0(low, width):
    points = []

    def f(x):
        points.append(x[0])
        return np.cos(4 * np.pi * (x[0] - low) / width)

    minima = find_minima(f, [(low, low + width)], starts=20, rng=1)
    assert_allclose((minima.x[:, 0] - low) / width, [0.25, 0.75], atol=1e-6)
    assert min(points) >= low and max(points) <= low + width


def test_a_minimum_in_the_corner_of_a_small_window_is_the_corner():
    corner = find_minima(lambda x: float(x @ [1e6, -2e3]), [(2e-6, 5e-6), (0, 7e-3)], starts=9)
    assert corner.x.tolist() == [[2e-6, 7e-3]] and corner.on_bound.tolist() == [True]


@pytest.mark.parametrize("given", DERIVATIVES)
def test_newton_finds_all_nine_points_of_a_stretched_window(given):
    minima = Stretched([1e-6, 1e2], given=given).search(method="newton", starts=100)
    assert minima.runs.nit.max() < 100  # by gradients in these units no run would end
    assert minima.kind == ["minimum"] * 4 + ["saddle"] * 4 + ["maximum"]
    assert_allclose(minima.x[-1] / [1e-6, 1e2], [-0.270845, -0.923039], atol=1e-6)


@pytest.mark.parametrize("given", ["values", "jac"])
def test_a_method_takes_its_steps_in_units_of_x(given):
    f = Stretched([1e3, 1e3], 1e12, given)
    gentle = f.search(method=ml4pa.GradientDescent(1e-9), max_iter=50)
    same = ml4pa.multistart(
        f.objective, gentle.runs.starts, ml4pa.GradientDescent(1e-9), bounds=f.window, max_iter=50
    )
    assert_allclose(gentle.runs.x, same.x, rtol=1e-6)
    damped = Newton(damping=1e9)
    assert_allclose(
        f.search(method=damped, max_iter=3).runs.x,
        ml4pa.multistart(
            Stretched([1e3, 1e3], 1e12, "jac and hess").objective, gentle.runs.starts, damped,
            bounds=f.window, max_iter=3,
        ).x,
        rtol=1e-6,
    )  # fmt: skip
    random = f.search(method=ml4pa.RandomSearch(100.0), max_iter=200, starts=20)
    assert len(random.compare(f).missed) == 0


def test_engines_agree_in_a_stretched_window():
    numpy, compiled = (Stretched([1e-6, 1e2]).search(engine=e) for e in ("numpy", "compiled"))
    assert (numpy.runs.engine, compiled.runs.engine) == ("numpy", "compiled")
    assert_array_equal(numpy.x, compiled.x)
    assert_array_equal(numpy.runs.path.x, compiled.runs.path.x)


def test_a_slice_is_searched_along_its_length():
    """f changes little across a thin window, whose width says nothing about f there."""
    f = Himmelblau()
    window = [(-5, 5), (-0.05, 0.05)]
    python = find_minima(lambda x: f(x), window, jac=f.gradient, starts=40, rng=1)
    landscape = find_minima(f, window, starts=40, rng=1)
    assert python.unfinished == landscape.unfinished == 0
    assert_allclose(python.x, landscape.x, atol=1e-7)
    assert_array_equal(python.hits, landscape.hits)


@pytest.mark.parametrize("value", [np.nan, 1.0])
def test_no_slope_at_all(value):
    found = find_minima(lambda x: value, [(0, 1e-6), (0, 1)], starts=5, rng=1)
    assert found.kind == ([] if np.isnan(value) else ["degenerate"] * 5)


def test_ordinary_windows_are_searched_as_they_are():
    f = Himmelblau()
    ordinary = find_minima(lambda x: f(x), f.bounds, jac=f.gradient, starts=20, rng=1)
    clip = 10.0 / 50
    runs = ml4pa.multistart(
        Function(lambda x: f(x), f.gradient), ordinary.runs.starts,
        ml4pa.GradientDescent(ml4pa.Backtracking(), clip=clip), bounds=f.bounds,
        max_iter=2000, gtol=float(ordinary.runs.limit[0]),
    )  # fmt: skip
    assert_array_equal(ordinary.runs.x, runs.x)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"bounds": None}, ("bounds=None, but <lambda> has no usual domain: pass one pair (low, "
         "high) for each coordinate")),
        ({"bounds": [(0, np.inf)]}, "bounds[0]=(0.0, inf) must be finite with low < high"),
        ({"starts": 0}, "starts=0 must be >= 1"),
        ({"tol": 0}, "tol=0 must be > 0"),
        ({"sampling": "grid"}, "sampling='grid' must be one of 'latin', 'sobol'"),
        ({"starts": [[2.0]]}, ("starts[0, 0]=2.0 is outside its bounds [0.0, 1.0]: start within "
         "them")),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused_with_a_cure(given, text):
    with pytest.raises(ValueError) as told:
        find_minima(lambda x: x[0] ** 2, **{"bounds": [(0, 1)], "rng": 1, **given})
    assert str(told.value) == text


def test_repr_is_a_table():
    text = repr(find_minima(Beale(), starts=100, rng=1))
    assert "minimum" in text and "unfinished" in text and "[3.  0.5]" in text
    several = repr(find_minima(Himmelblau(), starts=100, rng=1))
    assert several.startswith("<Minima: 4 minima from 100 starts (0 unfinished)")
    assert repr(find_minima(Beale(), starts=1, rng=1)).startswith("<Minima: none from 1 start (")


def test_landscapes_are_searched_as_they_are():
    """In a window of any size: natively, with the bits of `multistart`."""
    f, window = Himmelblau(), [(2.5, 3.5), (1.96875, 2.03125)]
    found = find_minima(f, window, starts=20, rng=1)
    method = GradientDescent(Backtracking(), clip=0.0625 / 50)
    gtol = found.runs[int(np.argmax(found.runs.success))].stop.limit
    runs = multistart(f, found.runs.starts, method, bounds=window, gtol=gtol, max_iter=2000)
    assert_array_equal(found.runs.nit, runs.nit)
    assert_array_equal(found.runs.x, runs.x)


@pytest.mark.parametrize("size", [1.0, 1e-9])
def test_the_minima_of_the_cost_of_a_curve(size):
    """A wave has many, in frequency and phase; the cost has no Hessian of its own."""
    x = np.linspace(0.0, 6.0, 25)
    y = size * np.sin(2.3 * x + 0.4)
    wave = Curve(lambda x, w, phase: size * np.sin(w * x + phase), 2)
    for method in (None, LevenbergMarquardt()):
        cost = Cost(wave, x, y)
        minima = find_minima(cost, [(0.5, 4.0), (-3.0, 3.0)], starts=20, rng=1, method=method)
        assert len(minima) > 2 and minima.kind[0] == "minimum"
        assert_allclose(minima.x[0], [2.3, 0.4], rtol=1e-6)
        assert minima.fun[1] > 0.1 * size**2
