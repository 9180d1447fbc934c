"""CMA-ES: a generation in the steady state, its covariance full, on the sphere from all ones.

Everybody has the standard population, one core, float64 and no stopping, and is beyond 4 n/lambda
generations when its time is taken. ml4pa's objective is machine code, as is pygmo's (its own
Rosenbrock function); those that ask and tell, or call Python, are given NumPy's cheapest sphere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from job import Group, Job, Target, benchmarks, run

import ml4pa
from ml4pa.stopping import RULES


@dataclass(frozen=True)
class Size:
    """A dimension and a mode; generations in one work."""

    n: int
    generations: int
    mode: str = "full"

    @property
    def population(self) -> int:
        return 4 + math.floor(3 * math.log(self.n))

    @property
    def warm(self) -> int:
        """Generations before the first work: a full matrix needs 4 n/lambda of them."""
        return 60 if self.mode != "full" else 10 + math.ceil(4 * self.n / self.population)


def sphere(x: Any) -> float:
    """One point."""
    return float(x.dot(x))


def spheres(X: Any) -> Any:
    """A generation."""
    return np.einsum("ij,ij->i", X, X)


class Cma(Job):
    """`prepare` brings it to the steady state where it has gone too far down to go on."""

    def __init__(self, case: Size) -> None:
        self.case = case
        self.steps = case.generations
        self.x0 = np.ones(case.n)
        self.begin()
        self.advance(case.warm)
        self.first = self.best()

    def begin(self) -> None:
        raise NotImplementedError

    def advance(self, generations: int) -> None:
        raise NotImplementedError

    def best(self) -> float:
        """The best value so far."""
        raise NotImplementedError

    def prepare(self) -> None:
        if self.best() < 1e-100:
            self.begin()
            self.advance(self.case.warm)

    def work(self) -> None:
        self.advance(self.case.generations)

    def check(self) -> None:
        """It goes down. Where that would take n generations, points are drawn about the start as
        they should be: f is n (1 + sigma0^2) on average, and the best of them lies below."""
        last = self.best()
        if self.case.n > 1000:
            assert 0.9 * self.case.n < last < 1.25 * self.case.n
        else:
            assert last < min(self.first, 0.5 * self.case.n)


class Compiled(Cma):
    who = "ml4pa"

    def begin(self) -> None:
        method = ml4pa.CMAES(0.5, covariance=self.case.mode, tolfun=0, tolx=0)
        self.f = ml4pa.landscapes.Sphere(self.case.n)
        self.run: Any = method.start(self.x0, rng=1)

    def advance(self, generations: int) -> None:
        limits = [math.nan] * len(RULES)
        limits[[rule.keyword for rule in RULES].index("max_iter")] = -generations
        told = self.run.native.minimize(
            self.f.native, limits, False, math.inf, 0, 1, False, None, None
        )
        assert told[3] == generations, self.run.stop

    def best(self) -> float:
        return float(self.run.fun)


class AskTell(Compiled):
    who = "ml4pa, ask and tell"

    def advance(self, generations: int) -> None:
        ask, tell, f = self.run.ask, self.run.tell, self.f
        for _ in range(generations):
            X = ask()
            tell(X, f(X))
        assert not self.run.stop


class Pygmo(Cma):
    who = "pygmo"
    needs = ("pygmo",)

    def begin(self) -> None:
        import pygmo

        problem = pygmo.problem(pygmo.rosenbrock(self.case.n))
        self.population = pygmo.population(problem, self.case.population, seed=1)
        self.done = 0

    def advance(self, generations: int) -> None:
        import pygmo

        # Its memory does not span calls of other lengths: each is a run of its own.
        way = pygmo.cmaes(gen=generations, ftol=0.0, xtol=0.0, seed=1)
        self.population = pygmo.algorithm(way).evolve(self.population)

    def best(self) -> float:
        return float(self.population.champion_f[0])

    def prepare(self) -> None:
        pass

    def check(self) -> None:
        assert self.best() < 1e3 * self.case.n


class Modcma(Cma):
    who = "modcma"
    needs = ("modcma",)
    matrix = "COVARIANCE"

    def begin(self) -> None:
        from modcma import c_maes

        modules = c_maes.Modules()
        modules.matrix_adaptation = getattr(c_maes.options.MatrixAdaptationType, self.matrix)
        modules.restart_strategy = c_maes.options.RestartStrategy.NONE
        modules.active = True
        settings = c_maes.Settings(
            self.case.n, modules, x0=self.x0, sigma0=0.5, lambda0=self.case.population
        )
        self.cma: Any = c_maes.ModularCMAES(settings)
        self.least = math.inf

    def advance(self, generations: int) -> None:
        for _ in range(generations):
            self.cma.step(sphere)

    def best(self) -> float:
        return float(self.cma.p.stats.global_best.y)


class ModcmaMatrix(Modcma):
    who = "modcma, MATRIX"
    matrix = "MATRIX"


class ModcmaNoEigen(Modcma):
    who = "modcma, COVARIANCE_NO_EIGV"
    matrix = "COVARIANCE_NO_EIGV"


class Fcmaes(Cma):
    who = "fcmaes"
    needs = ("fcmaes",)

    def begin(self) -> None:
        from fcmaes.cmaescpp import ACMA_C

        self.es: Any = ACMA_C(
            self.case.n, None, self.x0, 0.5, popsize=self.case.population, stop_fitness=-1e300,
            stop_hist=0,
        )  # fmt: skip
        self.least = math.inf

    def advance(self, generations: int) -> None:
        for _ in range(generations):
            values = spheres(np.asarray(self.es.ask()))
            self.least = min(self.least, float(values.min()))
            self.es.tell(values)

    def best(self) -> float:
        return self.least


class Pycma(Cma):
    who = "pycma"
    needs = ("cma",)

    def begin(self) -> None:
        import cma

        self.es = cma.CMAEvolutionStrategy(
            self.x0, 0.5, {"verbose": -9, "seed": 1, "popsize": self.case.population,
                           "CMA_diagonal": self.case.mode == "diagonal"},
        )  # fmt: skip

    def advance(self, generations: int) -> None:
        for _ in range(generations):
            X = self.es.ask()
            self.es.tell(X, list(map(sphere, X)))

    def best(self) -> float:
        return float(self.es.best.f)


class Cmaes(Cma):
    who = "cmaes"
    needs = ("cmaes",)

    def begin(self) -> None:
        import cmaes

        self.es = cmaes.CMA(self.x0, 0.5, population_size=self.case.population, seed=1)
        self.least = math.inf

    def advance(self, generations: int) -> None:
        for _ in range(generations):
            told = [(x, sphere(x)) for x in (self.es.ask() for _ in range(self.case.population))]
            self.least = min(self.least, *(f for _, f in told))
            self.es.tell(told)

    def best(self) -> float:
        return self.least


class Draw(Job):
    """What it costs NumPy to draw the normals of a generation, and no more."""

    who = "NumPy's draw alone"

    def __init__(self, case: Size) -> None:
        self.case = case
        self.steps = case.generations
        self.rng = np.random.default_rng(1)

    def work(self) -> None:
        for _ in range(self.steps):
            self.drawn = self.rng.standard_normal((self.case.population, self.case.n))

    def check(self) -> None:
        assert abs(self.drawn.mean()) < 0.01


class Evosax(Cma):
    """LM-MA-ES, float64, one jitted scan."""

    who = "evosax, LM-MA-ES"
    needs = ("evosax", "jax")

    def begin(self) -> None:
        import jax
        from evosax.algorithms import LM_MA_ES

        es = LM_MA_ES(population_size=self.case.population, solution=self.x0)
        parameters = es.default_params.replace(std_init=0.5)
        key = jax.random.key(1)
        self.state = es.init(key, self.x0, parameters)
        self.key = key

        def generation(carry: Any, key: Any) -> Any:
            one, two = jax.random.split(key)
            X, state = es.ask(one, carry, parameters)
            values = (X * X).sum(axis=1)
            state, _ = es.tell(two, X, values, state, parameters)
            return state, values.min()

        self.scan = jax.jit(lambda state, keys: jax.lax.scan(generation, state, keys))
        self.least = math.inf

    def advance(self, generations: int) -> None:
        import jax

        self.key, key = jax.random.split(self.key)
        self.state, values = self.scan(self.state, jax.random.split(key, generations))
        self.least = min(self.least, float(values.min()))

    def best(self) -> float:
        return self.least


FULL = (Compiled, AskTell, Pygmo, Modcma, Fcmaes, Pycma, Cmaes)
LARGE = (Compiled, Modcma, ModcmaMatrix, ModcmaNoEigen, Fcmaes, Pycma)
TITLE = "CMA-ES, one generation"

GROUPS = (
    Group(f"{TITLE}: n = 2", "µs", 1e6, Size(2, 300), FULL,
          (Target(1 / 2, "pygmo"),), rounds=30),
    Group(f"{TITLE}: n = 10", "µs", 1e6, Size(10, 300), FULL,
          (Target(1 / 5, "pygmo"), Target(1 / 5, "fcmaes")), rounds=30),
    Group(f"{TITLE}: n = 40", "µs", 1e6, Size(40, 300), (Compiled, Pygmo, Modcma, Fcmaes, Pycma),
          (Target(1 / 6, "modcma"),), rounds=10),
    Group(f"{TITLE}: n = 100", "µs", 1e6, Size(100, 200), LARGE,
          (Target(1 / 8, "modcma"), Target(1 / 2, "modcma, MATRIX")), rounds=5),
    Group(f"{TITLE}: n = 400", "ms", 1e3, Size(400, 40), LARGE,
          (Target(1 / 8, "modcma"),), rounds=5),
    Group(f"{TITLE}: n = 1000", "ms", 1e3, Size(1000, 26), LARGE,
          (Target(1 / 10, "modcma"), Target(1 / 10, "pycma"),
           Target(1 / 2, "modcma, COVARIANCE_NO_EIGV")), rounds=3),
    Group(f"{TITLE}: n = 10⁵, diagonal", "ms", 1e3, Size(100_000, 5, "diagonal"),
          (Compiled, Draw), (Target(1.0, "NumPy's draw alone"),), rounds=5),
    Group(f"{TITLE}: n = 10⁵, limited", "ms", 1e3, Size(100_000, 5, "limited"),
          (Compiled, Evosax), (Target(1 / 3, "evosax, LM-MA-ES"),), rounds=5),
)  # fmt: skip


@benchmarks(GROUPS)
def test_generation(benchmark: Any, group: Group, kind: type[Job]) -> None:
    run(benchmark, group, kind)
