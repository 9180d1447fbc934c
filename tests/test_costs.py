"""Costs: numbers worked by hand, differences, SciPy's formulas, and every error text."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
import scipy.linalg
import scipy.optimize
import scipy.special
from numpy.testing import assert_allclose, assert_array_equal
from specimens import (
    COSTS,
    MODEL_ROWS,
    Huber,
    correlated,
    cost,
    python,
    table,
)

import ml4pa
from ml4pa import MLP, Cost, Curve, Linear, Logistic, Polynomial, _core, minimize
from ml4pa.batches import Table
from ml4pa.losses import LOSSES, Loss
from ml4pa.models import MODELS, LinearModel, Model

every_cost = pytest.mark.parametrize("make", COSTS.values(), ids=COSTS)
every_model = pytest.mark.parametrize("model", MODEL_ROWS, ids=repr)


def somewhere(f: Cost, seed: int = 6) -> np.ndarray:
    return 0.5 * np.random.default_rng(seed).normal(size=f.n)


def slopes(fun, theta, h):
    """Central differences."""
    return np.array(
        [(fun(theta + h * e) - fun(theta - h * e)) / (2 * h) for e in np.eye(len(theta))]
    )


# ---- by hand -------------------------------------------------------------------------------------


def test_a_straight_line_by_hand():
    """f = 1 + 2x at 0, 1, 2 is 1, 3, 5; the data are 1, 3, 6: residual 1 in the last one."""
    x, y, theta = [0.0, 1.0, 2.0], [1.0, 3.0, 6.0], [1.0, 2.0]
    mean = Cost(Polynomial(1), x, y)
    assert mean(theta) == pytest.approx(1 / 3, rel=1e-15)
    assert_allclose(mean.gradient(theta), [-2 / 3, -4 / 3], rtol=1e-15)
    assert_allclose(mean.hessian(theta), [[2, 2], [2, 10 / 3]], rtol=1e-15)
    total = Cost(Polynomial(1), x, y, reduction="sum")
    assert total(theta) == 1.0
    assert_array_equal(total.gradient(theta), [-2, -4])
    chi2 = Cost(Polynomial(1), x, y, "chi2", sigma=[1.0, 1.0, 0.5])
    assert chi2(theta) == 4.0
    assert_array_equal(chi2.gradient(theta), [-8, -16])
    assert_array_equal(chi2.hessian(theta), [[12, 18], [18, 34]])
    for same in (Linear(1), MLP((1, 1))):  # the same parameters in the same order
        assert Cost(same, x, y)(theta) == mean(theta)
        assert_allclose(Cost(same, x, y).gradient(theta), mean.gradient(theta), rtol=1e-15)


def test_penalties_by_hand():
    """The intercept is free; the slope -3 costs l1 3 + l2 9, its slope is -l1 - 6 l2."""
    f = Cost(Linear(1), [0.0, 0.0], [5.0, 5.0], l1=0.5, l2=0.25)
    theta = [5.0, -3.0]
    assert f(theta) == 3.75
    assert_array_equal(f.gradient(theta), [0, -2.0])
    assert_array_equal(f.gradient([5.0, 0.0]), [0, 0])  # the subgradient of |0|
    assert_array_equal(f.hessian(theta), [[2.0, 0.0], [0.0, 0.5]])
    assert Cost(Linear(1, intercept=False), [0.0], [0.0], l2=2.0)([3.0]) == 18.0


def test_penalties_spare_the_intercepts():
    assert_array_equal(Polynomial(2).penalised, [0, 1, 1])
    assert_array_equal(Logistic(2).penalised, [0, 1, 1])
    assert_array_equal(Linear(2, intercept=False).penalised, [1, 1])
    assert_array_equal(MLP((2, 2, 1)).penalised, [0, 1, 1, 0, 1, 1, 0, 1, 1])
    assert_array_equal(Curve(np.sin, 1).penalised, [1])


def test_cross_entropy_by_hand():
    """p = 1/2 for both: ln 2 each; p - y = 1/2 and -1/2."""
    f = Cost(Logistic(1), [1.0, 3.0], [0, 1], "cross_entropy")
    assert f([0.0, 0.0]) == pytest.approx(math.log(2), rel=1e-15)
    assert_allclose(f.gradient([0.0, 0.0]), [0, -0.5], atol=1e-16)
    assert_allclose(f.hessian([0.0, 0.0]), [[0.25, 0.5], [0.5, 1.25]])


@pytest.mark.parametrize("score", [0.0, 1e-9, 1.0, 30.0, 40.0, 700.0, 750.0, 1000.0, 1e300])
def test_cross_entropy_is_stable_at_any_score(score):
    for s in (score, -score):
        for y in (0.0, 1.0, 0.25):
            f = Cost(Logistic(1, intercept=False), [1.0], [y], "cross_entropy")
            # log p and log(1 - p), each without cancellation
            exact = -(
                scipy.special.xlogy(y, 1) + y * scipy.special.log_expit(s)
                + (1 - y) * scipy.special.log_expit(-s)
            )  # fmt: skip
            assert_allclose(f([s]), exact, rtol=1e-14)
            # p near 1 is a multiple of 1.1e-16
            assert_allclose(f.gradient([s]), [scipy.special.expit(s) - y], rtol=1e-14, atol=2e-16)
            assert np.isfinite(f.hessian([s])).all()


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("rows", [1, 2, 3, 64, 200])
@pytest.mark.parametrize("score", [math.inf, -math.inf])
@pytest.mark.parametrize("y", [0.0, 0.25, 1.0])
def test_cross_entropy_of_a_score_that_overflows(y, score, rows, kind):
    """0 where all of y is on the score's side, else infinite; p is 0 or 1."""
    c = Cost(Logistic(1), np.full((rows, 1), 2, dtype=kind), np.full(rows, y), "cross_entropy")
    theta = np.array([0.0, math.copysign(1.5e308, score)])
    p = 1.0 if score > 0 else 0.0
    for told in (c.evaluate(theta, True), c.evaluate_compiled(theta, True)):
        assert told.f == (0.0 if y == p else math.inf)
        assert_allclose(told.g, [p - y, 2 * (p - y)], rtol=1e-15)
        assert_array_equal(told.h, np.zeros((2, 2)))


def test_a_network_by_hand():
    """1-2-1, tanh: s = b + w1 tanh(b1 + w11 x) + w2 tanh(b2 + w21 x)."""
    theta = np.array([0.1, 0.2, -0.3, 0.4, 0.5, 0.6, 0.7])
    x = np.array([0.5, -1.0])
    expected = 0.5 + 0.6 * np.tanh(0.1 + 0.2 * x) + 0.7 * np.tanh(-0.3 + 0.4 * x)
    assert_allclose(MLP((1, 2, 1)).predict(theta, x), expected, rtol=1e-14)
    f = Cost(MLP((1, 2, 1)), x[:1], [expected[0] - 1.0])  # residual 1, so dE/ds = 2
    a = np.tanh([0.1 + 0.2 * 0.5, -0.3 + 0.4 * 0.5])
    d = np.array([0.6, 0.7]) * (1 - a**2)
    g = [2 * d[0], d[0], 2 * d[1], d[1], 2.0, 2 * a[0], 2 * a[1]]
    assert_allclose(f.gradient(theta), g, rtol=1e-13)


@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 31, 32, 33, 65, 130])
def test_whitening_is_the_inverse_of_choleskys_factor(n):
    half = np.random.default_rng(n).standard_normal((n, n))
    c = half @ half.T + np.eye(n)
    told = _core.whitening(c)
    assert_allclose(told, np.linalg.inv(np.linalg.cholesky(c)), rtol=0, atol=1e-13)
    assert_array_equal(told, np.tril(told))
    c[-1, -1] = -1e-3
    assert _core.whitening(c) is None


def test_weights_are_quotients():
    """Rounded alike by all processors, which powers in NumPy are not."""
    sigma = np.random.default_rng(1).uniform(0.1, 10, 21)
    f = cost(Polynomial(3), "chi2", 21, sigma=sigma)
    assert_array_equal(f.weights[:, 0], [1.0 / (s * s) for s in sigma.tolist()])


def test_covariance_is_chi2_in_rotated_data():
    c = correlated(21)
    f = cost(Polynomial(3), "chi2", 21, covariance=c)
    theta = somewhere(f)
    r = f.y[:, 0] - f.model.predict(theta, f.X)
    assert_allclose(f(theta), r @ scipy.linalg.solve(c, r, assume_a="pos"), rtol=1e-12)
    diagonal = cost(Logistic(3), "chi2", 21, covariance=np.diag(np.linspace(1, 2, 21)))
    errors = cost(Logistic(3), "chi2", 21, sigma=np.sqrt(np.linspace(1, 2, 21)))
    theta = somewhere(errors)
    assert_allclose(diagonal(theta), errors(theta), rtol=1e-14)
    assert_allclose(diagonal.gradient(theta), errors.gradient(theta), rtol=1e-13)
    assert_allclose(diagonal.hessian(theta), errors.hessian(theta), rtol=1e-13)


# ---- derivatives ---------------------------------------------------------------------------------


@every_cost
def test_the_gradient_is_the_slope(make):
    f = make()
    theta = somewhere(f)
    g = f.gradient(theta)
    assert g.shape == (f.n,)
    assert_allclose(g, slopes(f, theta, 1e-6), rtol=2e-7, atol=2e-8 * max(1.0, np.abs(g).max()))


@every_cost
def test_the_hessian_is_the_slope_of_the_gradient(make):
    f = make()
    theta = somewhere(f)
    if not f.model.linear:
        with pytest.raises(TypeError, match=f"hessian: {f.model.name} has none"):
            f.hessian(theta)
        return
    h = f.hessian(theta)
    assert h.shape == (f.n, f.n)
    assert_array_equal(h, h.T)
    assert_allclose(h, slopes(f.gradient, theta, 1e-6), rtol=2e-7, atol=2e-8 * np.abs(h).max())


@every_cost
def test_many_points_at_once(make):
    f = make()
    points = np.stack([somewhere(f, seed) for seed in (1, 2, 3)])
    assert_array_equal(f(points), [f(p) for p in points])
    assert_array_equal(f.gradient(points), [f.gradient(p) for p in points])
    if f.model.linear:
        assert_array_equal(f.hessian(points), [f.hessian(p) for p in points])
    assert f(points[:0]).shape == (0,)


@every_cost
def test_subsets_add_up(make):
    f = make()
    theta = somewhere(f)
    if f.whitening is not None:
        with pytest.raises(ValueError, match="cannot be split"):
            f.subset([0, 1])
        return
    whole, parts = f(theta), [f.subset(slice(0, 8)), f.subset(np.arange(8, 21))]
    penalty = f.l1 * f.model.penalised @ np.abs(theta) + f.l2 * f.model.penalised @ theta**2
    share = [1.0, 1.0] if f.scale == 1.0 else [8 / 21, 13 / 21]
    added = sum(s * (p(theta) - penalty) for s, p in zip(share, parts, strict=True))
    assert_allclose(added + penalty, whole, rtol=1e-12)
    if f.model.name != "curve":
        assert_array_equal(pickle.loads(pickle.dumps(f)).gradient(theta), f.gradient(theta))


def test_tables_cover_the_registries():
    assert {type(model) for model in MODEL_ROWS} == set(MODELS.values())
    assert {make().loss for make in COSTS.values()} == set(LOSSES.values())


# ---- the compiled twin ---------------------------------------------------------------------------


def assert_same(a, b):
    """Within 1e-13 of the largest entry (at least 1)."""
    assert_allclose(a, b, rtol=0, atol=1e-13 * max(1.0, np.max(np.abs(b))))


@every_cost
def test_the_twin_is_the_specification(make):
    f = make()
    assert f.has_twin == (f.model.name != "curve")
    if not f.has_twin:
        return
    for seed in range(3):
        theta = somewhere(f, seed)
        assert_same(f(theta), f._value(theta))
        assert_same(f.gradient(theta), f._gradient(theta))
        if f.model.linear:
            assert_same(f.hessian(theta), f._hessian(theta))
            assert_array_equal(f.hessian(theta), f.hessian(theta).T)


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 7, 8, 9, 63, 64, 65, 1023, 1024, 1025, 4000])
def test_any_number_of_rows(rows):
    """Rows one by one, tiles of 64, vectors of 8, blocks of 1024: whole and cut."""
    for model in (Linear(9), Logistic(7), Polynomial(4), MLP((3, 5, 2)), MLP((9, 17, 8, 66))):
        for loss in ("mse", "chi2", *(["cross_entropy"] if model.link == "sigmoid" else [])):
            f = cost(model, loss, rows)
            theta = somewhere(f)
            assert_same(f(theta), f._value(theta))
            assert_same(f.gradient(theta), f._gradient(theta))
            if model.linear:
                assert_same(f.hessian(theta), f._hessian(theta))


@pytest.mark.parametrize("features", [1, 7, 8, 9, 16, 17, 25, 40])
@pytest.mark.parametrize("intercept", [True, False])
def test_any_number_of_features(features, intercept):
    """Rows are read eight numbers at a time, the last of them twice."""
    for model in (Linear(features, intercept), Logistic(features, intercept)):
        f = cost(model, "chi2", 77)
        theta = somewhere(f)
        assert_same(f(theta), f._value(theta))
        assert_same(f.gradient(theta), f._gradient(theta))
        assert_same(f.hessian(theta), f._hessian(theta))
        g, h = f.derivatives(theta)
        assert_array_equal(g, f.gradient(theta))
        assert_array_equal(h, f.hessian(theta))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_hessian_of_some_blocks(reduction):
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(10_000, 2)), rng.integers(0, 2, 10_000)
    f = Cost(Logistic(2), X, y, "cross_entropy", l2=0.3, reduction=reduction)
    part = f.replaced(sampled=4)
    theta = np.array([0.1, 0.2, -0.3])
    some = np.arange(10_000) // 1024 % 4 == 0
    alone = f.subset(some).replaced(l2=0.0).hessian(theta)
    by_hand = alone * (10_000 / some.sum() if reduction == "sum" else 1.0)
    by_hand += 0.6 * np.diag([0, 1, 1])
    assert_allclose(part.hessian(theta), by_hand, rtol=1e-13)
    assert_same(part.hessian(theta), part._hessian(theta))
    assert part(theta) == f(theta)
    assert_array_equal(part.gradient(theta), f.gradient(theta))


def test_the_registries_agree():
    assert _core.model_names() == [m for m in MODELS if m not in ("logistic", "curve")]


def test_a_model_or_loss_of_ones_own_runs_on_numpy():
    class Wave(LinearModel):
        n_params, features = 3, 1

        def design(self, X):
            return np.hstack([np.ones_like(X), np.sin(X), np.cos(X)])

    x, y = table(30, 1), table(30, 1, 2)
    some = (
        Cost(Wave(), x, y),
        Cost(Polynomial(2), x, y, Huber()),
        Cost(Logistic(1), x, y, Huber()),
    )
    for f in some:
        result = minimize(f, np.zeros(f.n), "adam", max_iter=3)
        assert result.engine == "numpy"
        theta = somewhere(f)
        assert_allclose(f.gradient(theta), slopes(f, theta, 1e-6), atol=1e-8)
        assert_allclose(f.hessian(theta), slopes(f.gradient, theta, 1e-6), atol=1e-8)


def test_the_core_takes_no_other_loss_for_squares(monkeypatch):
    """A loss that has its line in Python's registry alone is refused, not computed as another."""
    monkeypatch.setitem(LOSSES, "huber", Huber())
    x, y = table(9, 1), table(9, 1, 2)
    for model in (Linear(1), Polynomial(2)):
        with pytest.raises(ValueError, match="^no compiled loss is named huber$"):
            Cost(model, x, y, "huber")([0.0] * model.n_params)
        with pytest.raises(ValueError, match="^no compiled loss is named huber$"):
            Table(model, x, y, loss="huber").loop  # noqa: B018, it is made when asked for


def test_only_squares_have_a_covariance_matrix():
    class Weighted(Huber):
        weighted = True

    x, y, theta = table(9, 1), table(9, 1, 2), [0.1, 0.2]
    with pytest.raises(ValueError, match="^covariance is given, but loss='huber' is no sum of squ"):
        Cost(Linear(1), x, y, Weighted(), covariance=np.eye(9))
    f = Cost(Linear(1), x, y, Weighted(), sigma=0.5)
    assert f(theta) == pytest.approx(4.0 * Cost(Linear(1), x, y, Huber(), reduction="sum")(theta))


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: Cost(Polynomial(1), [0, 1], [0, 1], Loss())([0, 0]), "Loss has no terms"),
        (lambda: Model.score(Linear(1), np.zeros(2), np.zeros((1, 1))), "Linear has no score"),
        (lambda: Model.pull(Linear(1), np.zeros(2), np.zeros((1, 1)), 0), "Linear has no pull"),
        (lambda: Model.design(Linear(1), np.zeros((1, 1))), "Linear has no design"),
    ],
)
def test_what_a_class_of_ones_own_lacks_is_named(call, name):
    with pytest.raises(NotImplementedError, match=f"^{name}: define it$"):
        call()


THREADS = """
import hashlib, numpy as np
from specimens import (
    MODEL_ROWS,
    cost,
)
digest = hashlib.sha256()
for model in MODEL_ROWS:
    for loss in ("mse", "chi2"):
        f = cost(model, loss, 20_000)
        if f.has_twin:
            theta = np.cos(np.arange(f.n))
            digest.update(np.float64(f(theta)).tobytes() + f.gradient(theta).tobytes())
            if model.linear:
                digest.update(f.hessian(theta).tobytes())
print(digest.hexdigest())
"""


def test_the_number_of_threads_changes_nothing():
    told = {python(THREADS, OMP_NUM_THREADS=n, OMP_DYNAMIC="false").stdout for n in "1234"}
    assert len(told) == 1 and told != {""}


@pytest.mark.parametrize("x", [-1e300, -1e4, -745.0, -40.0, -1.0, -1e-3, -1e-9, -1e-300, 0.0])
def test_elementary_functions(x):
    """exp, log1p and tanh of the core are its own: each to a few units in the last place."""
    for s in (x, -x):
        net = Cost(MLP((1, 1, 1)), [1.0], [0.0], reduction="sum")
        assert_allclose(net([s, 0.0, 0.0, 1.0]), np.tanh(s) ** 2, rtol=2e-15, atol=0)
        for y in (0.0, 1.0):
            f = Cost(Logistic(1, False), [1.0], [y], "cross_entropy")
            assert_allclose(f([s]), f._value(np.array([s])), rtol=1e-15, atol=1e-307)
            assert_allclose(f.gradient([s]), f._gradient(np.array([s])), rtol=1e-14, atol=1e-16)


def test_elementary_functions_densely():
    x = np.concatenate([np.linspace(-40, 40, 20_001), np.geomspace(1e-300, 1, 2001)])
    for s in x[::7]:
        f = Cost(MLP((1, 1, 1)), [1.0], [0.0], reduction="sum")
        assert_allclose(f([s, 0.0, 0.0, 1.0]), np.tanh(s) ** 2, rtol=1.5e-15, atol=0)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_parameters_that_are_not_finite(bad):
    for model in (Linear(2), Logistic(2), MLP((2, 3, 1)), MLP((2, 3, 1), "relu")):
        f = cost(model, "mse", 70)
        for j in range(f.n):
            theta = np.where(np.arange(f.n) == j, bad, 0.3)
            with np.errstate(all="ignore"):
                assert_array_equal(np.isnan(f(theta)), np.isnan(f._value(theta)))


# ---- models --------------------------------------------------------------------------------------


@every_model
def test_models(model):
    assert MODELS[model.name] is type(model)
    theta = model.initial(7)
    assert theta.shape == (model.n_params,)
    assert_array_equal(theta, model.initial(7))
    X = table(5, model.features)
    f = model.predict(theta, X)
    assert f.shape == ((5,) if model.outputs == 1 else (5, model.outputs))
    if model.linear:
        theta = np.linspace(-1, 1, model.n_params)
        assert_allclose(model.design(X) @ theta, model.score(theta, X)[:, 0], atol=1e-14)
    with pytest.raises(AttributeError):
        model.n_params = 3
    with pytest.raises(ValueError, match="^params has shape"):
        model.predict(np.zeros(model.n_params + 1), X)
    if model.name != "curve":
        assert pickle.loads(pickle.dumps(model)) == model


def test_initial_weights_of_a_network():
    """Variances of Glorot and He; biases 0."""
    for activation, variance in (("tanh", 2 / 500), ("relu", 2 / 300)):
        model = MLP((300, 200, 1), activation)
        neurons = model.initial(3)[: 200 * 301].reshape(200, 301)
        assert_array_equal(neurons[:, 0], 0)
        assert_allclose(neurons[:, 1:].var(), variance, rtol=0.02)
    assert not np.array_equal(model.initial(3), model.initial(4))


def test_curves():
    def decay(t, a, tau):
        return a * np.exp(-t / tau)

    def decay_jac(t, a, tau):
        return np.stack([np.exp(-t / tau), a * t / tau**2 * np.exp(-t / tau)], axis=1)

    t = np.linspace(0, 5, 30)
    y = decay(t, 2.0, 1.5) + 0.01 * table(30, 1)[:, 0]
    exact, _ = scipy.optimize.curve_fit(decay, t, y, [1, 1], ftol=1e-15, xtol=1e-15)
    for jac, rtol in ((decay_jac, 1e-12), ("3-point", 1e-8), ("2-point", 1e-5)):
        f = Cost(Curve(decay, 2, jac), t, y)
        assert_allclose(f.gradient([1.0, 1.0]), slopes(f, np.ones(2), 1e-6), rtol=1e-4)
        result = minimize(f, [1.0, 1.0], ml4pa.Adam(0.05), max_iter=3000, gtol=1e-9)
        assert result.engine == "numpy"
        assert_allclose(result.x, exact, rtol=max(rtol, 1e-6))
    named = Curve(decay, 2, decay_jac)
    assert repr(named) == "Curve(fun=decay, n_params=2, jac=decay_jac, features=1)"
    plane = Curve(lambda x, a, b: a * x[0] + b * x[1], 2, features=2)
    assert_allclose(plane.predict([2.0, 3.0], [[1.0, 1.0], [0.0, 2.0]]), [5.0, 6.0])


@pytest.mark.parametrize("unit", [1.0, 1e-5, 1e-9, 1e-30])
@pytest.mark.parametrize(("jac", "rtol"), [("3-point", 1e-7), ("2-point", 1e-5)])
@pytest.mark.parametrize(
    ("bent", "slope"),
    [
        (lambda u: np.exp(-u), lambda u: -np.exp(-u)),
        (lambda u: np.exp(u), lambda u: np.exp(u)),
        (lambda u: np.exp(u * u), lambda u: 2 * u * np.exp(u * u)),
        (lambda u: 1 / (1 + u), lambda u: -1 / (1 + u) ** 2),
    ],
)
def test_differences_of_a_curve_know_small_units(unit, jac, rtol, bent, slope):
    """A curve of b x where x is large: b is small, and so must its step be, without overflow."""
    t, b = np.linspace(0.1, 3, 20), 0.7 * unit
    curve = Curve(lambda x, b: bent(b * x), 1, jac)
    found = curve.jacobian(np.array([b]), t[:, np.newaxis] / unit)[:, 0]
    assert_allclose(found * unit, t * slope(0.7 * t), rtol=rtol)


@pytest.mark.parametrize(
    ("theta", "unit", "steps"),
    [
        (0.7, 1.0, [1.0]),
        (0.0, 1e-9, [1.0]),
        (1e-300, 1e-9, [1.0]),
        (7.0, 1e-9, [7.0]),
        (0.7, 1e-9, [0.7, 1.0]),
    ],
)
def test_a_step_is_shortened_only_where_the_curve_bends(theta, unit, steps):
    seen = []

    def fun(x, b):
        seen.append(b)
        return 1.0 + np.sin(b * x)

    Curve(fun, 1).jacobian(np.array([theta]), np.linspace(0.1, 3, 20)[:, np.newaxis] / unit)
    expected = np.finfo(float).eps ** (1 / 3) * np.array(steps)
    assert len(seen) == 2 * len(steps)
    assert_allclose(np.unique(np.abs(np.array(seen) - theta).round(12)), expected, atol=1e-11)


def test_a_curve_may_be_compiled():
    numba = pytest.importorskip("numba")

    def decay(t, a, tau):
        return a * np.exp(-t / tau)

    def decay_jac(t, a, tau):
        e = np.exp(-t / tau)
        return np.stack((e, a * t / tau**2 * e), axis=1)

    t = np.linspace(0, 5, 30)
    y = decay(t, 2.0, 1.5) + 0.01 * table(30, 1)[:, 0]
    written = Cost(Curve(decay, 2, decay_jac), t, y)
    compiled = Cost(Curve(numba.njit(decay), 2, numba.njit(decay_jac)), t, y)
    assert_allclose(compiled([1.0, 1.0]), written([1.0, 1.0]), rtol=1e-14)
    assert_allclose(compiled.gradient([1.0, 1.0]), written.gradient([1.0, 1.0]), rtol=1e-13)
    told = ml4pa.fit(Curve(numba.njit(decay), 2), t, y, ml4pa.Adam(0.05), gtol=1e-7)
    assert told.success
    assert_allclose(told.params, [2.0, 1.5], rtol=0.02)


# ---- against SciPy -------------------------------------------------------------------------------


def test_newton_reaches_what_scipy_reaches():
    f = cost(Logistic(3), "cross_entropy", 200, l2=0.01)
    ours = minimize(f, np.zeros(4), "newton", gtol=1e-12)
    theirs = scipy.optimize.minimize(f, np.zeros(4), jac=f.gradient, hess=f.hessian,
                                     method="trust-exact", options={"gtol": 1e-10})  # fmt: skip
    assert ours.success and ours.nit < 12
    assert_allclose(ours.x, theirs.x, atol=1e-8)


# ---- errors --------------------------------------------------------------------------------------

X, Y = np.arange(6.0).reshape(3, 2), np.array([0.0, 1.0, 1.0])
NAN = np.where(X == 3, np.nan, X)
WRONG = [
    ("model=", {"model": Linear}, TypeError),
    ("model=3", {"model": 3}, TypeError),
    ("loss='l2' must be one of 'mse', 'chi2', 'cross_entropy'", {"loss": "l2"}, ValueError),
    ("loss='cross_entropy' needs a model whose", {"loss": "cross_entropy"}, ValueError),
    ("X has shape \\(3, 2\\), but Linear has p=3", {"model": Linear(3)}, ValueError),
    ("X has shape \\(3,\\), but Linear has p=2", {"X": X[:, 0]}, ValueError),
    ("X has shape \\(3, 2\\), but Polynomial has p=1", {"model": Polynomial(1)}, ValueError),
    ("X has shape \\(0, 2\\)", {"X": X[:0], "y": Y[:0]}, ValueError),
    ("X\\[1, 1\\]=nan must be finite", {"X": NAN}, ValueError),
    ("X=.* must be an array of real numbers", {"X": [["a", "b"]]}, TypeError),
    ("y has shape \\(2,\\), but X has 3 rows", {"y": Y[:2]}, ValueError),
    ("y has shape \\(3,\\), but X has 3 rows and the model 2 outputs: pass shape \\(3, 2\\)",
     {"model": MLP((2, 2))}, ValueError),
    ("y\\[2\\]=inf must be finite", {"y": [0, 1, np.inf]}, ValueError),
    ("y\\[1\\]=2 must lie in \\[0, 1\\]",
     {"model": Logistic(2), "loss": "cross_entropy", "y": [0, 2, 1]}, ValueError),
    ("sigma is given, but loss='mse' knows no errors", {"sigma": 1.0}, ValueError),
    ("covariance is given, but loss='mse'", {"covariance": np.eye(3)}, ValueError),
    ("sigma and covariance: none is given", {"loss": "chi2"}, ValueError),
    ("sigma and covariance: both are given",
     {"loss": "chi2", "sigma": 1, "covariance": np.eye(3)}, ValueError),
    ("sigma\\[1\\]=0 must be finite and > 0", {"loss": "chi2", "sigma": [1, 0, 1]}, ValueError),
    ("sigma\\[0\\]=nan must be finite and > 0", {"loss": "chi2", "sigma": np.nan}, ValueError),
    ("sigma\\[0\\]=5e-151 must be from 1e-150 to 1e\\+150, .*: give y and sigma in another unit",
     {"loss": "chi2", "sigma": 5e-151}, ValueError),
    ("sigma\\[2\\]=2e\\+150 must be from", {"loss": "chi2", "sigma": [1, 2, 2e150]}, ValueError),
    ("sigma has shape \\(2,\\), but y has shape \\(3,\\)",
     {"loss": "chi2", "sigma": [1, 2]}, ValueError),
    ("covariance has shape \\(2, 2\\), but y has 3 numbers",
     {"loss": "chi2", "covariance": np.eye(2)}, ValueError),
    ("covariance\\[0, 1\\]=1 but covariance\\[1, 0\\]=0: must be symmetric",
     {"loss": "chi2", "covariance": [[2, 1, 0], [0, 2, 0], [0, 0, 2]]}, ValueError),
    ("covariance has the eigenvalue -1, but must be positive definite",
     {"loss": "chi2", "covariance": np.diag([1.0, -1.0, 1.0])}, ValueError),
    ("covariance\\[0, 2\\]=inf must be finite",
     {"loss": "chi2", "covariance": [[1, 0, np.inf], [0, 1, 0], [0, 0, 1]]}, ValueError),
    ("l1=-1 must be >= 0", {"l1": -1}, ValueError),
    ("l2=-1 must be >= 0", {"l2": -1}, ValueError),
    ("l2='a' must be a number", {"l2": "a"}, TypeError),
    ("reduction='max' must be one of 'mean', 'sum'", {"reduction": "max"}, ValueError),
]  # fmt: skip


@pytest.mark.parametrize(("text", "given", "kind"), WRONG, ids=[w[0] for w in WRONG])
def test_cost_refuses(text, given, kind):
    arguments = {"model": Linear(2), "X": X, "y": Y, **given}
    with pytest.raises(kind, match=f"^{text}"):
        Cost(**arguments)


WRONG_MODELS = [
    ("degree=-1 must be >= 0", lambda: Polynomial(-1)),
    ("degree=1.5 must be a whole number", lambda: Polynomial(1.5)),
    ("features=0 must be >= 1", lambda: Linear(0)),
    ("intercept=1 must be True or False", lambda: Logistic(2, 1)),
    ("layers=\\(3,\\) must have inputs and outputs", lambda: MLP([3])),
    ("layers\\[1\\]=0 must be >= 1", lambda: MLP((3, 0, 1))),
    ("layers=3 must be the sizes", lambda: MLP(3)),
    ("activation='gelu' must be one of 'tanh', 'sigmoid', 'relu'", lambda: MLP((1, 1), "gelu")),
    ("output='exp' must be one of 'linear', 'sigmoid'", lambda: MLP((1, 1), output="exp")),
    ("fun=3 must be callable", lambda: Curve(3, 1)),
    ("n_params=0 must be >= 1", lambda: Curve(np.sin, 0)),
    ("jac='4-point' must be one of", lambda: Curve(np.sin, 1, "4-point")),
    ("fun\\(x, \\*params\\) has shape \\(2,\\), but x has length 1",
     lambda: Curve(lambda x, a: [a, a], 1).predict([1.0], [1.0])),
    ("jac\\(x, \\*params\\) has shape \\(1,\\), but there are 1 points and 1 parameters",
     lambda: Cost(Curve(lambda x, a: a * x, 1, lambda x, a: x), [1.0], [1.0]).gradient([1.0])),
]  # fmt: skip


@pytest.mark.parametrize(("text", "make"), WRONG_MODELS, ids=[w[0] for w in WRONG_MODELS])
def test_models_refuse(text, make):
    with pytest.raises((ValueError, TypeError), match=f"^{text}"):
        make()


def test_data_are_neither_copied_nor_written():
    x, y = table(9, 2), table(9, 1)[:, 0]
    x.flags.writeable = y.flags.writeable = False
    f = Cost(Linear(2), x, y)
    assert np.shares_memory(f.X, x) and np.shares_memory(f.y, y)
    f.gradient(np.ones(3))
    g = Cost(Linear(2), np.asfortranarray(x), y.astype(np.float32).astype(float))
    assert_allclose(g.gradient(np.ones(3)), f.gradient(np.ones(3)), rtol=1e-6)


def test_wrong_points_are_refused():
    f = Cost(Linear(2), X, Y)
    for call in (f, f.gradient, f.hessian):
        with pytest.raises(ValueError, match="x has shape \\(2,\\), but Cost is defined on n=3"):
            call([1.0, 2.0])
