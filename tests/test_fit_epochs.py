"""fit in epochs: mini-batches, in both engines and of all kinds of data."""

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
    minimal,
    plane,
)
from test_promises_endings import main_thread, soon

import ml4pa
from ml4pa import (
    MLP,
    Adam,
    Cost,
    GradientDescent,
    InverseTime,
    Linear,
    Logistic,
    Momentum,
    Nesterov,
    Polynomial,
    Status,
    fit,
)
from ml4pa.batches import order

ENGINES = ("compiled", "numpy")
engines = pytest.mark.parametrize("engine", ENGINES)


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
