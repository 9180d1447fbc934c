"""Mini-batch descent of linear models."""

from __future__ import annotations

import functools
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from job import Group, Job, Target, benchmarks, run

import ml4pa

EPOCHS = 5


@dataclass(frozen=True)
class Data:
    """Rows and features; `kind` is "logistic" or "line"."""

    kind: str
    rows: int
    features: int
    batch: int
    eta: float
    shuffle: bool

    @property
    def model(self) -> Any:
        logistic = self.kind == "logistic"
        return ml4pa.Logistic(self.features) if logistic else ml4pa.Linear(1)

    @property
    def loss(self) -> str:
        return "cross_entropy" if self.kind == "logistic" else "mse"


@functools.cache
def arrays(kind: str, rows: int, features: int) -> tuple[Any, Any]:
    """X and y."""
    rng = np.random.default_rng(1)
    if kind == "line":
        x = rng.uniform(0, 1, (rows, 1))
        return x, 2 * x[:, 0] + 17 + 0.1 * rng.normal(size=rows)
    X = rng.normal(size=(rows, features))
    return X, (X @ np.linspace(-1, 1, features) + rng.logistic(size=rows) > 0).astype(float)


@functools.cache
def least(case: Data) -> tuple[float, Any]:
    """The least cost that there is, and the cost."""
    X, y = arrays(case.kind, case.rows, case.features)
    best = ml4pa.fit(case.model, X, y, loss=case.loss)
    return best.cost, best.objective


class Epochs(Job):
    """`work` leaves the parameters in `theta`."""

    def __init__(self, case: Data) -> None:
        self.case = case
        self.X, self.y = arrays(case.kind, case.rows, case.features)
        self.steps = EPOCHS * case.rows
        self.theta: Any = None

    def check(self) -> None:
        """Everybody's final cost is that of the best parameters, to 0.5 %."""
        cost, objective = least(self.case)
        assert objective(self.theta) < 1.005 * cost


class Compiled(Epochs):
    """The cost at the start and at the end, as the peers compute none between."""

    who = "ml4pa"
    evaluate = EPOCHS

    def work(self) -> None:
        self.theta = ml4pa.fit(
            self.case.model, self.X, self.y, ml4pa.GradientDescent(self.case.eta),
            loss=self.case.loss, epochs=EPOCHS, batch_size=self.case.batch,
            shuffle=self.case.shuffle, evaluate=self.evaluate, rng=1,
        ).params  # fmt: skip


class EachEpoch(Compiled):
    who = "ml4pa, cost after each epoch"
    evaluate = 1


class Numba(Epochs):
    """The gradient's loop alone: no cost is computed."""

    who = "numba"
    needs = ("numba",)

    def work(self) -> None:
        import numba_epochs

        c = self.case
        if c.kind == "logistic":
            self.theta = numba_epochs.logistic(self.X, self.y, EPOCHS, c.batch, c.eta, c.shuffle)
        else:
            self.theta = numba_epochs.line(self.X[:, 0], self.y, EPOCHS, c.eta, c.shuffle)


class ScikitLearn(Epochs):
    """Its batch is one row: the rate is that of a row of ml4pa's batch."""

    who = "scikit-learn, no penalty, constant rate"
    needs = ("sklearn",)
    slow = True

    def model(self, **given: Any) -> Any:
        from sklearn.linear_model import SGDClassifier, SGDRegressor

        c = self.case
        given |= {"penalty": None, "learning_rate": "constant"}
        if c.kind == "logistic":
            return SGDClassifier(loss="log_loss", eta0=c.eta / c.batch, **given)
        return SGDRegressor(eta0=2 * c.eta, **given)  # its loss is half the square

    def work(self) -> None:
        told = self.model(max_iter=EPOCHS, tol=None, shuffle=self.case.shuffle, random_state=1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            told.fit(self.X, self.y)
        self.theta = np.concatenate([np.atleast_1d(told.intercept_), told.coef_.ravel()])


class ScikitLearnDefaults(ScikitLearn):
    """SGDRegressor as it comes: a small L2 penalty, and a rate that falls with t^(1/4)."""

    who = "scikit-learn, defaults"

    def model(self, **given: Any) -> Any:
        from sklearn.linear_model import SGDRegressor

        return SGDRegressor(**given)


@dataclass(frozen=True)
class Net:
    """A network with two hidden layers, its data met in order, a row a step."""

    layers: tuple[int, int, int, int]
    rows: int = 10_000
    eta: float = 1e-3

    @property
    def model(self) -> ml4pa.MLP:
        return ml4pa.MLP(self.layers)

    @functools.cached_property
    def data(self) -> tuple[Any, Any]:
        rng = np.random.default_rng(1)
        X = rng.normal(size=(self.rows, self.layers[0]))
        y = rng.normal(size=(self.rows, self.layers[-1]))
        return X, np.sin(X[:, :1]) + 0.1 * y


class NetJob(Job):
    """`work` leaves the parameters in `theta`."""

    def __init__(self, case: Net) -> None:
        self.case = case
        self.X, self.y = case.data
        self.start = case.model.initial(1)
        self.steps = EPOCHS * case.rows
        self.theta: Any = None

    def check(self) -> None:
        """The same parameters, but for rounding."""
        np.testing.assert_allclose(self.theta, descended(self), rtol=1e-6, atol=1e-9)


def descended(job: NetJob) -> Any:
    """The parameters by ml4pa."""
    return ml4pa.fit(
        job.case.model, job.X, np.squeeze(job.y), ml4pa.GradientDescent(job.case.eta),
        epochs=EPOCHS, batch_size=1, shuffle=False, initial=job.start, evaluate=EPOCHS,
    ).params  # fmt: skip


class CompiledNet(NetJob):
    who = "ml4pa"

    def work(self) -> None:
        self.theta = descended(self)


class NumbaNet(NetJob):
    who = "numba"
    needs = ("numba",)

    def work(self) -> None:
        import numba_epochs

        c = self.case
        self.theta = numba_epochs.network(self.X, self.y, self.start, c.layers, EPOCHS, c.eta)


LOGISTIC = Data("logistic", 1_500_000, 18, 32, 0.05, True)
SINGLE = replace(LOGISTIC, batch=1, eta=LOGISTIC.eta / LOGISTIC.batch)
LINE = Data("line", 500_000, 1, 1, 1e-4, True)

DESCENTS = (
    Group(
        title="5 epochs of 1.5e6 x 18, batches of 32: logistic, shuffled",
        unit="ns a row",
        units=1e9,
        case=LOGISTIC,
        jobs=(Compiled, EachEpoch, Numba, ScikitLearn),
        targets=(Target(0.5, Numba.who), Target(1 / 5, ScikitLearn.who)),
        rounds=5,
    ),
    Group(
        title="5 epochs of 1.5e6 x 18, batches of 32: logistic, in order",
        unit="ns a row",
        units=1e9,
        case=replace(LOGISTIC, shuffle=False),
        jobs=(Compiled, EachEpoch, Numba),
        targets=(Target(1.0, Numba.who),),
        rounds=5,
    ),
    Group(
        title="5 epochs of 5e5 rows, one a step: line, shuffled",
        unit="ns a row",
        units=1e9,
        case=LINE,
        jobs=(Compiled, EachEpoch, Numba, ScikitLearn, ScikitLearnDefaults),
        targets=(Target(1 / 8, ScikitLearn.who), Target(1 / 8, ScikitLearnDefaults.who)),
        rounds=10,
    ),
    Group(
        title="5 epochs of 1.5e6 x 18: logistic, one row a step, shuffled",
        unit="ns a row",
        units=1e9,
        case=SINGLE,
        jobs=(Compiled, Numba, ScikitLearn),
        targets=(Target(1.0, Numba.who), Target(1.0, ScikitLearn.who)),
        rounds=5,
    ),
    Group(
        title="5 epochs of 1.5e6 x 18: logistic, one row a step, in order",
        unit="ns a row",
        units=1e9,
        case=replace(SINGLE, shuffle=False),
        jobs=(Compiled, Numba),
        rounds=5,
    ),
)


NETS = tuple(
    Group(
        title=f"5 epochs of 10^4 rows, one a step: network {'-'.join(map(str, layers))}",
        unit="ns a row",
        units=1e9,
        case=Net(layers),
        jobs=(CompiledNet, NumbaNet),
        targets=(Target(1.0, NumbaNet.who),),
        rounds=10,
    )
    for layers in ((1, 5, 3, 1), (1, 25, 20, 8), (18, 64, 64, 1))
)


GROUPS = (*DESCENTS, *NETS)


@benchmarks(NETS)
def test_networks(benchmark: Any, group: Group, kind: type[Job]) -> None:
    run(benchmark, group, kind, replace(group.case, rows=500))


@benchmarks(DESCENTS)
def test_epochs(benchmark: Any, group: Group, kind: type[Job]) -> None:
    case = group.case
    # The line, a row a step at a small rate, needs them all to come to its minimum.
    rows = case.rows if case.kind == "line" else case.rows // 10
    run(benchmark, group, kind, replace(case, rows=rows))
