"""What the tests are made of: a small model of each kind, every cost, a minimal instance of each
method, and Python objectives."""

from __future__ import annotations

import dataclasses
import functools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import ml4pa
from ml4pa import (
    CMAES,
    METHODS,
    MLP,
    Cost,
    Curve,
    Function,
    GeneticAlgorithm,
    GradientMethod,
    Linear,
    Logistic,
    Method,
    Polynomial,
    PopulationMethod,
)
from ml4pa.losses import LOSSES, Loss, Terms
from ml4pa.models import Chebyshev, Model
from ml4pa.models.links import LINKS

# ---- costs ---------------------------------------------------------------------------------------


def table(rows: int, columns: int, seed: int = 1) -> np.ndarray:
    """Standard normal numbers."""
    return np.random.default_rng(seed).normal(size=(rows, columns))


def correlated(size: int) -> np.ndarray:
    """A covariance matrix."""
    a = table(size, size, 2)
    return 0.5 * np.eye(size) + a @ a.T / size


#: A small model of each kind, with and without its options.
MODEL_ROWS: tuple[Model, ...] = (
    Polynomial(0),
    Polynomial(3),
    Chebyshev(4, -3.0, 4.0),
    Linear(1),
    Linear(3),
    Linear(18, intercept=False),
    Logistic(3),
    Logistic(9, intercept=False),
    MLP((1, 5, 3, 1)),
    MLP((3, 2)),
    MLP((2, 9, 8, 3), "relu"),
    MLP((3, 4, 1), "sigmoid", "sigmoid"),
    MLP((2, 5, 2), "tanh", "sigmoid"),
    Curve(lambda x, a, b: a * np.exp(-b * x), 2),
)


def cost(model: Model, loss: str, rows: int, **given: Any) -> Cost:
    """The model on random data; labels 0 and 1 where the loss wants them."""
    X = table(rows, model.features, 3)
    y = table(rows, model.outputs, 4)
    if model.link == "sigmoid":
        y = (y > 0) * 1.0
    if loss == "chi2" and "covariance" not in given:
        given.setdefault("sigma", 0.5 + np.abs(table(rows, model.outputs, 5)))
    return Cost(model, X, y, loss, **given)


def costs() -> dict[str, Callable[[], Cost]]:
    """Every model with every loss that it can have; penalties, sums, a covariance matrix."""
    made: dict[str, Callable[[], Cost]] = {}
    for m in MODEL_ROWS:
        for name, kind in LOSSES.items():
            if kind.classifies and m.link != "sigmoid":
                continue
            given: dict[str, dict[str, Any]] = {
                "": {},
                "-l1-l2": {"l1": 0.03, "l2": 0.2},
                "-sum": {"reduction": "sum"},
            }
            if kind.weighted:
                given["-covariance"] = {"covariance": correlated(21 * m.outputs), "l2": 0.1}
            for what, options in given.items():
                made[f"{m!r}-{name}{what}"] = functools.partial(cost, m, name, 21, **options)
    return made


COSTS = costs()


class Huber(Loss):
    """A loss of one's own: r^2 of a small residual r = f - y, of a large one 2|r| - 1."""

    name = "huber"

    def terms(self, s, y, link):
        f = LINKS[link](s)
        r = f.f - y
        inside = np.abs(r) < 1.0
        slope = np.where(inside, 2 * r, 2 * np.sign(r))
        return Terms(
            np.where(inside, r * r, 2 * np.abs(r) - 1),
            slope * f.slope,
            2.0 * inside * f.slope**2 + slope * f.curvature,
        )


# ---- the smallest instance of each method --------------------------------------------------------


def minimal(kind: type[Method], **given: Any) -> Method:
    """The method's defaults; where it has none, a learning rate of 1e-2 and a sigma of 0.3."""
    values = {"learning_rate": 1e-2, "sigma": 0.3, "sigma0": 0.3}
    for f in dataclasses.fields(kind):
        if f.default is dataclasses.MISSING:
            given.setdefault(f.name, values[f.name])
    return kind(**given)


MINIMAL: dict[str, Method] = {name: minimal(kind) for name, kind in METHODS.items()}
#: Those that are told gradients: they have a learning rate, noise and clipping.
GRADIENT = {name: m for name, m in MINIMAL.items() if isinstance(m, GradientMethod)}
#: Those that ask for a generation.
POPULATIONS = {name: m for name, m in MINIMAL.items() if isinstance(m, PopulationMethod)}
POPULATIONS |= {
    "cmaes-diagonal": CMAES(0.3, covariance="diagonal"),
    "cmaes-limited": CMAES(0.3, covariance="limited"),
    "cmaes-ipop": CMAES(0.3, restarts="ipop", tolfun=1e-2),
    "cmaes-bipop": CMAES(0.3, restarts="bipop", tolfun=1e-2, mean_lr=0.9, active=False),
    "genetic-sbx": GeneticAlgorithm(
        20, mutation="gaussian", mutation_decay=0.01, crossover="sbx", selection="rank", elite=2
    ),
    "genetic-uniform": GeneticAlgorithm(
        15,
        mutation_rate=1.0,
        mutation_scale=0.8,
        crossover="uniform",
        selection="roulette",
        elite=15,
    ),
}

#: Genetic algorithms on x0 of length 13 within bounds: every operator, odd and even populations.
GENETIC: dict[str, GeneticAlgorithm] = {
    "multiplicative": GeneticAlgorithm(20),
    "multiplicative-all": GeneticAlgorithm(7, mutation_rate=1.0, mutation_scale=0.3, elite=0),
    "gaussian": GeneticAlgorithm(
        21,
        mutation="gaussian",
        mutation_rate=0.4,
        mutation_scale=np.linspace(0.1, 2.0, 13),
        mutation_decay=0.05,
        crossover="two_point",
        selection="roulette",
        elite=3,
    ),
    "gaussian-all": GeneticAlgorithm(
        20, mutation="gaussian", mutation_rate=1.0, crossover="sbx", selection="rank", elite=20
    ),
    "no-crossover": GeneticAlgorithm(9, crossover=None, selection="truncation"),
    "no-mutation": GeneticAlgorithm(
        50, mutation_rate=0.0, crossover="blend", selection="truncation", crossover_rate=1.0
    ),
    "uniform": GeneticAlgorithm(6, crossover="uniform", crossover_rate=0.5, selection="rank"),
    "bits": GeneticAlgorithm(
        20, encoding="binary", mutation="bit_flip", crossover="single_point", selection="roulette"
    ),
    "bits-all": GeneticAlgorithm(
        15, encoding="binary", mutation="bit_flip", mutation_rate=1.0, crossover="two_point", bits=5
    ),
    "bits-uniform": GeneticAlgorithm(
        2, encoding="binary", mutation="bit_flip", mutation_rate=0.1, crossover="uniform", bits=32
    ),
    "nodal": GeneticAlgorithm(20, mutation="nodal", model=MLP((2, 3, 1)), crossover="uniform"),
    "nodal-all": GeneticAlgorithm(
        11, mutation="nodal", model=MLP((2, 3, 1)), mutation_rate=1.0, mutation_decay=0.1
    ),
}


def python(source: str, *arguments: Any, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a program with this package and these tests at hand; it must not hang."""
    folders = Path(ml4pa.__file__).parents[1], Path(__file__).parent
    path = os.pathsep.join(map(str, folders))
    return subprocess.run(
        [sys.executable, "-c", source, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def wants_hessian(method: Method) -> bool:
    return getattr(method, "wants_hessian", False)


# ---- Python objectives ---------------------------------------------------------------------------

WEIGHTS = np.array([1.0, 2.0, 4.0])


def bowl(x):
    """1 x0^2 + 2 x1^2 + 4 x2^2 + x0 x1, with its derivatives below."""
    return x[0] * x[0] + 2 * x[1] * x[1] + 4 * x[2] * x[2] + x[0] * x[1]


def bowl_jac(x):
    return [2 * x[0] + x[1], 4 * x[1] + x[0], 8 * x[2]]


def bowl_hess(x):
    return [[2, 1, 0], [1, 4, 0], [0, 0, 8]]


def weighted(x, weights, offset):
    return float(weights @ (x - offset) ** 2)


def weighted_jac(x, weights, offset):
    return 2 * weights * (x - offset)


class Late:
    """x^2 for a while, then something that is no number."""

    def __init__(self, what: float, after: int = 5) -> None:
        self.what, self.left = what, after

    def __call__(self, x):
        self.left -= 1
        return self.what if self.left < 0 else square(x)


def square(x):
    with np.errstate(over="ignore"):
        return float(x @ x)


def square_jac(x):
    return 2 * x


def bowl_function() -> Function:
    return Function(bowl, bowl_jac, bowl_hess)


def plane(n=200, seed=0, noise=0.1):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, X @ [1.0, 2.0, 3.0] + 0.5 + noise * rng.normal(size=n)


def classes(n=200, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, (X @ [1.0, -1.0, 0.5] + rng.logistic(size=n) > 0).astype(float)
