"""Costs on whole data sets: one value and gradient, whole fits, exact solutions, networks."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from job import Group, Job, Target, benchmarks, run

import ml4pa
from ml4pa.costs import solve


@dataclass(frozen=True)
class Table:
    """Rows and columns of labelled data."""

    rows: int = 1_500_000
    columns: int = 18


@functools.cache
def labelled(case: Table) -> tuple[Any, Any, Any]:
    """Standard normal data, labels drawn from a logistic law; and a theta to look at."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(case.rows, case.columns))
    truth = 0.3 * rng.normal(size=case.columns + 1)
    y = (rng.random(case.rows) < 1 / (1 + np.exp(-(X @ truth[1:] + truth[0])))) * 1.0
    return X, y, 0.1 * np.cos(np.arange(case.columns + 1))


@functools.cache
def cross_entropy(case: Table) -> ml4pa.Cost:
    X, y, _ = labelled(case)
    return ml4pa.Cost(ml4pa.Logistic(case.columns), X, y, "cross_entropy")


# ---- one value and gradient ----------------------------------------------------------------------


class Evaluation(Job):
    """`work` leaves value and gradient in `told`."""

    def __init__(self, case: Table) -> None:
        self.case = case
        self.X, self.y, self.theta = labelled(case)
        self.cost = cross_entropy(case)

    def check(self) -> None:
        f, g = self.told
        value, gradient = self.cost.value_and_gradient(self.theta)
        np.testing.assert_allclose(f, value, rtol=1e-10)
        np.testing.assert_allclose(g, gradient, rtol=1e-8, atol=1e-10)


class CompiledEvaluation(Evaluation):
    who = "ml4pa"

    def work(self) -> None:
        # The compiled gradient comes with the value.
        self.g = self.cost.gradient(self.theta)

    def check(self) -> None:
        self.told = self.cost(self.theta), self.g
        super().check()


class Sum(Evaluation):
    """The least that any pass over the data takes."""

    who = "the sum of the array, NumPy"

    def work(self) -> None:
        self.total = self.X.sum()

    def check(self) -> None:
        assert abs(self.total) < 1e5


class NumpyEvaluation(Evaluation):
    who = "NumPy"
    slow = True

    def work(self) -> None:
        s = self.X @ self.theta[1:] + self.theta[0]
        e = np.exp(-np.abs(s))
        f = np.mean(np.maximum(s, 0.0) - self.y * s + np.log1p(e))
        r = np.where(s >= 0, 1.0, e) / (1.0 + e) - self.y
        self.told = f, np.concatenate([[r.mean()], self.X.T @ r / len(r)])


class TorchEvaluation(Evaluation):
    who = "torch"
    needs = ("torch",)
    slow = True

    def __init__(self, case: Table) -> None:
        import torch

        super().__init__(case)
        self.torch = torch
        self.tensors = torch.from_numpy(self.X), torch.from_numpy(self.y)

    def work(self) -> None:
        X, y = self.tensors
        w = self.torch.tensor(self.theta, requires_grad=True)
        f = self.torch.nn.functional.binary_cross_entropy_with_logits(X @ w[1:] + w[0], y)
        f.backward()
        self.told = f.item(), w.grad.numpy()


# ---- the whole fit -------------------------------------------------------------------------------


class LogisticFit(Job):
    """`work` leaves theta, intercept first, in `theta`."""

    slow = True
    gtol = 1e-6

    def __init__(self, case: Table) -> None:
        self.case = case
        self.X, self.y, _ = labelled(case)
        self.cost = cross_entropy(case)

    def check(self) -> None:
        assert np.linalg.norm(self.cost.gradient(self.theta)) <= self.gtol


class CompiledLogisticFit(LogisticFit):
    who = "ml4pa.fit"

    def work(self) -> None:
        model = ml4pa.Logistic(self.case.columns)
        # Its tolerance is for the largest component.
        gtol = self.gtol / np.sqrt(model.n_params)
        self.theta = ml4pa.fit(model, self.X, self.y, loss="cross_entropy", gtol=gtol).params


class Lbfgs(LogisticFit):
    who = "scikit-learn, lbfgs"
    needs = ("sklearn",)
    solver = "lbfgs"
    gtol = 1e-5  # it looks at the largest component

    def work(self) -> None:
        from sklearn.linear_model import LogisticRegression

        fit = LogisticRegression(C=np.inf, solver=self.solver, tol=1e-6, max_iter=1000)
        fit.fit(self.X, self.y)
        self.theta = np.concatenate([fit.intercept_, fit.coef_[0]])


class NewtonCholesky(Lbfgs):
    who = "scikit-learn, newton-cholesky"
    solver = "newton-cholesky"


# ---- the exact solution --------------------------------------------------------------------------


class Exact(Job):
    """Degree 10 on [0, 1] from the lecture's 2x - 10 x^5 + 15 x^10, without noise."""

    most = 1e-9

    def __init__(self, case: int) -> None:
        self.x = np.random.default_rng(0).random(case)
        self.y = 2 * self.x - 10 * self.x**5 + 15 * self.x**10

    def check(self) -> None:
        exact = np.zeros(11)
        exact[[1, 5, 10]] = 2, -10, 15
        assert np.abs(self.c - exact).max() <= self.most


class CompiledExact(Exact):
    who = "ml4pa"

    def work(self) -> None:
        self.c = solve(ml4pa.Cost(ml4pa.Polynomial(10), self.x, self.y)).params


class LegendreCholesky(Exact):
    who = "legvander + Cholesky, NumPy"
    slow = True
    most = 1e-8

    def work(self) -> None:
        legendre = np.polynomial.legendre
        a = legendre.legvander(2 * self.x - 1, 10)
        low = np.linalg.cholesky(a.T @ a)
        c = np.linalg.solve(low.T, np.linalg.solve(low, a.T @ self.y))
        series = legendre.Legendre(c, domain=[0, 1])
        self.c = series.convert(kind=np.polynomial.Polynomial).coef


class PolynomialFit(Exact):
    who = "numpy.polynomial.Polynomial.fit"
    slow = True
    most = 1e-8

    def work(self) -> None:
        self.c = np.polynomial.Polynomial.fit(self.x, self.y, 10).convert().coef


# ---- networks ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Network:
    """A network, on 1000 points."""

    layers: tuple[int, ...]

    def data(self) -> tuple[Any, Any, Any]:
        x = np.linspace(-1, 1, 1000)[:, np.newaxis]
        # Not an odd function: Adam would magnify the rounding of biases whose gradient is 0.
        y = np.sin(3 * x + np.arange(self.layers[-1]) + 0.5)
        return x, y, ml4pa.MLP(self.layers).initial(1)


class Training(Job):
    """`work` is 500 steps of Adam (learning rate 1e-3) from the same start."""

    steps = 500

    def __init__(self, case: Network) -> None:
        self.case = case
        self.x, self.y, self.start = case.data()
        self.model = ml4pa.MLP(case.layers)
        self.cost = ml4pa.Cost(self.model, self.x, self.y)

    def check(self) -> None:
        adam = ml4pa.Adam(1e-3, eps=1e-8, eps_root=0)
        run = adam.start(self.start)
        for _ in range(self.steps):
            theta = run.ask()
            run.tell(theta, *self.cost.value_and_gradient(theta))
        np.testing.assert_allclose(self.f, self.cost(run.ask()), rtol=1e-6)


class CompiledTraining(Training):
    who = "ml4pa"

    def work(self) -> None:
        self.f = ml4pa.minimize(
            self.cost, self.start, ml4pa.Adam(1e-3, eps=1e-8, eps_root=0), gtol=0,
            max_iter=self.steps,
        ).fun  # fmt: skip


def weights(case: Network, theta: Any) -> list[Any]:
    """(W, b) of each layer."""
    parts, first = [], 0
    for into, out in zip(case.layers[:-1], case.layers[1:], strict=True):
        neurons = theta[first : first + out * (1 + into)].reshape(out, 1 + into)
        parts.append((neurons[:, 1:].T.copy(), neurons[:, 0].copy()))
        first += out * (1 + into)
    return parts


class JaxScan(Training):
    who = "jax scan"
    needs = ("jax", "optax")

    def __init__(self, case: Network) -> None:
        import jax
        import jax.numpy as jnp
        import optax

        super().__init__(case)
        optimizer = optax.adam(1e-3)

        def cost(parts: Any, x: Any, y: Any) -> Any:
            a = x
            for W, b in parts[:-1]:
                a = jnp.tanh(a @ W + b)
            W, b = parts[-1]
            return jnp.mean((a @ W + b - y) ** 2)

        @jax.jit
        def train(parts: Any, x: Any, y: Any) -> Any:
            def step(carry: Any, _: Any) -> Any:
                parts, state = carry
                f, g = jax.value_and_grad(cost)(parts, x, y)
                update, state = optimizer.update(g, state)
                return (optax.apply_updates(parts, update), state), f

            (parts, _), path = jax.lax.scan(
                step, (parts, optimizer.init(parts)), None, length=self.steps
            )
            return cost(parts, x, y), path

        self.train = train
        parts = weights(case, self.start)
        self.arguments = jax.tree_util.tree_map(jnp.asarray, (parts, self.x, self.y))

    def work(self) -> None:
        self.f = float(self.train(*self.arguments)[0])


class Torch(Training):
    who = "torch fused"
    needs = ("torch",)
    slow = True

    def __init__(self, case: Network) -> None:
        import torch

        super().__init__(case)
        self.torch = torch
        self.tensors = torch.from_numpy(self.x), torch.from_numpy(self.y)

    def work(self) -> None:
        torch = self.torch
        parts = [
            (torch.tensor(W, requires_grad=True), torch.tensor(b, requires_grad=True))
            for W, b in weights(self.case, self.start)
        ]
        flat = [p for pair in parts for p in pair]
        adam = torch.optim.Adam(flat, lr=1e-3, fused=True)
        x, y = self.tensors

        def cost() -> Any:
            a = x
            for W, b in parts[:-1]:
                a = torch.tanh(torch.addmm(b, a, W))
            W, b = parts[-1]
            return torch.nn.functional.mse_loss(torch.addmm(b, a, W), y)

        for _ in range(self.steps):
            adam.zero_grad()
            cost().backward()
            adam.step()
        self.f = cost().item()


TABLE = Table()
GROUPS = (
    Group(
        title="cross-entropy and gradient, 1.5e6 x 18, float64: evaluation",
        unit="ms",
        units=1e3,
        case=TABLE,
        jobs=(CompiledEvaluation, Sum, NumpyEvaluation, TorchEvaluation),
        targets=(
            Target(2.0, Sum.who),
            Target(1 / 3, NumpyEvaluation.who),
            Target(1 / 3, TorchEvaluation.who),
        ),
        rounds=20,
    ),
    Group(
        title="logistic regression to |gradient| = 1e-6, 1.5e6 x 18: fit",
        unit="ms",
        units=1e3,
        case=TABLE,
        jobs=(CompiledLogisticFit, Lbfgs, NewtonCholesky),
        targets=(Target(1 / 5, Lbfgs.who), Target(1 / 5, NewtonCholesky.who)),
        rounds=5,
    ),
    Group(
        title="polynomial of degree 10, 10^6 points: exact",
        unit="ms",
        units=1e3,
        case=1_000_000,
        jobs=(CompiledExact, LegendreCholesky, PolynomialFit),
        targets=(Target(1 / 4, LegendreCholesky.who),),
        rounds=20,
    ),
    Group(
        title="one step of Adam with gradient, MLP on 1000 points: 1-5-3-1",
        unit="us a step",
        units=1e6,
        case=Network((1, 5, 3, 1)),
        jobs=(CompiledTraining, JaxScan, Torch),
        targets=(Target(1 / 2, JaxScan.who), Target(1 / 6, Torch.who)),
        rounds=20,
    ),
    Group(
        title="one step of Adam with gradient, MLP on 1000 points: 1-25-20-8",
        unit="us a step",
        units=1e6,
        case=Network((1, 25, 20, 8)),
        jobs=(CompiledTraining, JaxScan, Torch),
        targets=(Target(1 / 1.6, JaxScan.who), Target(1 / 6, Torch.who)),
        rounds=10,
    ),
)

#: Where nothing is timed.
SMALL: dict[type, Any] = {Table: Table(20_000, 18), int: 20_000}


@benchmarks(GROUPS)
def test_cost(benchmark: Any, group: Group, kind: type[Job]) -> None:
    run(benchmark, group, kind, SMALL.get(type(group.case), group.case))
