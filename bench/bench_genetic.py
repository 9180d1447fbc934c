"""The genetic algorithm: a generation of a population of 100 on Rastrigin's function.

Everybody has their defaults, one core and Rastrigin's bounds. ml4pa's objective is machine code, as
is pygmo's; pymoo and PyGAD, which can, evaluate a generation at once, by ml4pa's landscape.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
from job import Group, Job, Target, benchmarks, run

import ml4pa
from ml4pa import _core
from ml4pa.stopping import RULES

POPULATION = 100


@dataclass(frozen=True)
class Size:
    """A dimension; generations in one work."""

    n: int
    generations: int


class Genetic(Job):
    """Each work is a run of its own."""

    def __init__(self, case: Size) -> None:
        self.case = case
        self.steps = case.generations
        self.f = ml4pa.landscapes.Rastrigin(case.n)
        self.best = math.inf

    def check(self) -> None:
        """Better than all of the many points that are drawn at random."""
        drawn = np.random.default_rng(1).uniform(*self.f.bounds[0], (1000, self.case.n))
        assert self.best < self.f(drawn).min()


class Compiled(Genetic):
    who = "ml4pa"

    def work(self) -> None:
        method = ml4pa.GeneticAlgorithm(POPULATION)
        result = ml4pa.minimize(
            self.f, None, method, bounds=self.f.bounds, max_iter=self.steps, rng=1, threads=1
        )
        assert result.nit == self.steps and result.engine == "compiled"
        self.best = result.fun


class Pygmo(Genetic):
    who = "pygmo sga"
    needs = ("pygmo",)

    def work(self) -> None:
        import pygmo

        population = pygmo.population(pygmo.problem(pygmo.rastrigin(self.case.n)), 100, seed=1)
        way = pygmo.algorithm(pygmo.sga(gen=self.steps, seed=1))
        self.best = float(way.evolve(population).champion_f[0])


class Pymoo(Genetic):
    who = "pymoo GA"
    needs = ("pymoo",)
    slow = True

    def work(self) -> None:
        from pymoo.algorithms.soo.nonconvex.ga import GA
        from pymoo.core.problem import Problem
        from pymoo.optimize import minimize

        f = self.f

        class Rastrigin(Problem):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__(n_var=f.n, n_obj=1, xl=f.bounds[:, 0], xu=f.bounds[:, 1])

            def _evaluate(self, X: Any, out: Any, *_: Any, **__: Any) -> None:
                out["F"] = f(X)[:, np.newaxis]

        result = minimize(Rastrigin(), GA(pop_size=POPULATION), ("n_gen", self.steps), seed=1)
        self.best = float(result.F[0])


class Deap(Genetic):
    """`eaSimple`; DEAP has no defaults: the operators of the example in its README."""

    who = "DEAP eaSimple"
    needs = ("deap",)
    slow = True

    def work(self) -> None:
        from deap import algorithms, base, creator, tools

        if not hasattr(creator, "Cost"):
            creator.create("Cost", base.Fitness, weights=(-1.0,))
            creator.create("Point", list, fitness=creator.Cost)
        random.seed(1)
        tools_of = base.Toolbox()
        tools_of.register("evaluate", lambda point: (self.f(point),))
        tools_of.register("mate", tools.cxTwoPoint)
        tools_of.register("mutate", tools.mutGaussian, mu=0.0, sigma=1.0, indpb=0.2)
        tools_of.register("select", tools.selTournament, tournsize=3)
        points = [
            creator.Point(random.uniform(a, b) for a, b in self.f.bounds.tolist())
            for _ in range(POPULATION)
        ]
        champion = tools.HallOfFame(1)
        algorithms.eaSimple(
            points, tools_of, 0.5, 0.2, self.steps, halloffame=champion, verbose=False
        )
        self.best = champion[0].fitness.values[0]


class Pygad(Genetic):
    who = "PyGAD"
    needs = ("pygad",)
    slow = True

    def work(self) -> None:
        import pygad

        ga = pygad.GA(
            num_generations=self.steps,
            num_parents_mating=POPULATION // 2,
            fitness_func=lambda _, points, __: (-self.f(points)).tolist(),
            fitness_batch_size=POPULATION,
            sol_per_pop=POPULATION,
            num_genes=self.case.n,
            gene_space=[{"low": a, "high": b} for a, b in self.f.bounds.tolist()],
            random_seed=1,
            suppress_warnings=True,
        )
        ga.run()
        self.best = -float(ga.best_solution()[1])


class Overhead(Genetic):
    """What a generation takes beside its vectorised objective, which costs next to nothing."""

    def fun(self, X: Any) -> Any:
        """The first coordinate of each point, squared."""
        return X[:, 0] * X[:, 0]

    def check(self) -> None:
        assert self.best < 1e-3


class CompiledOverhead(Overhead):
    who = "ml4pa"

    def work(self) -> None:
        fun = ml4pa.Function(self.fun, vectorized=True)
        method = ml4pa.GeneticAlgorithm(POPULATION)
        result = ml4pa.minimize(
            fun, None, method, bounds=self.f.bounds, max_iter=self.steps, rng=1, threads=1
        )
        assert result.nit == self.steps
        self.best = result.fun


class ScipyOverhead(Overhead):
    who = "SciPy differential_evolution"
    slow = True

    def work(self) -> None:
        from scipy.optimize import differential_evolution

        start = np.random.default_rng(1).uniform(*self.f.bounds[0], (POPULATION, self.case.n))
        result = differential_evolution(
            lambda x: self.fun(x.T), self.f.bounds, init=start, maxiter=self.steps, tol=0,
            polish=False, vectorized=True, updating="deferred", rng=1,
        )  # fmt: skip
        self.steps = int(result.nit)
        self.best = float(result.fun)


@dataclass(frozen=True)
class Genes:
    """Many genes; all of them mutate, or one a chromosome on average."""

    mutation_rate: float | None
    population: int = 10_000
    n: int = 1000


class CompiledGenes(Job):
    """A gene's share of a generation, the cheapest objective among it."""

    who = "ml4pa"

    def __init__(self, case: Genes) -> None:
        self.steps = case.population * case.n
        method = ml4pa.GeneticAlgorithm(case.population, mutation_rate=case.mutation_rate)
        self.f = ml4pa.landscapes.Sphere(case.n)
        self.run: Any = method.start(np.ones(case.n), rng=1)

    def work(self) -> None:
        limits = [math.nan] * len(RULES)
        limits[[rule.keyword for rule in RULES].index("max_iter")] = -1
        told = self.run.native.minimize(
            self.f.native, limits, False, math.inf, 0, 1, False, None, None
        )
        assert told[3] == 1

    def check(self) -> None:
        X = self.run.ask()
        assert np.mean(X != 1.0) > 1e-4 and self.run.fun <= self.f.n


class Draw(Job):
    """A normal for each gene, by the same generator."""

    who = "a normal a gene"

    def __init__(self, case: Genes) -> None:
        self.steps = case.population * case.n

    def work(self) -> None:
        for i in range(100):
            self.drawn = _core.normals(1, 0, i, self.steps // 100)

    def check(self) -> None:
        assert abs(float(np.std(self.drawn)) - 1.0) < 0.01


PEERS = (Compiled, Pygmo, Pymoo, Deap, Pygad)
TARGETS = (
    Target(1 / 3, "pygmo sga"),
    Target(1 / 50, "pymoo GA"),
    Target(1 / 50, "DEAP eaSimple"),
    Target(1 / 50, "PyGAD"),
)
TITLE = "genetic algorithm, one generation of 100"
GROUPS = (
    Group(f"{TITLE}: Rastrigin, n = 10", "µs", 1e6, Size(10, 100), PEERS, TARGETS, rounds=30),
    Group(f"{TITLE}: Rastrigin, n = 100", "µs", 1e6, Size(100, 100), PEERS, TARGETS, rounds=30),
    Group(f"{TITLE}: vectorised Python function, n = 10", "µs", 1e6, Size(10, 300),
          (CompiledOverhead, ScipyOverhead), (Target(1 / 5, "SciPy differential_evolution"),),
          rounds=10),
    Group(f"{TITLE}: vectorised Python function, n = 100", "µs", 1e6, Size(100, 100),
          (CompiledOverhead, ScipyOverhead), (Target(1 / 5, "SciPy differential_evolution"),),
          rounds=10),
    Group("genetic algorithm, 10⁴ chromosomes of 1000 genes: every gene mutates", "ns a gene", 1e9,
          Genes(1.0), (CompiledGenes, Draw), (Target(3.0, "a normal a gene"),), rounds=5),
    Group("genetic algorithm, 10⁴ chromosomes of 1000 genes: one in 1000 mutates", "ns a gene", 1e9,
          Genes(None), (CompiledGenes, Draw), (Target(3.0, "a normal a gene"),), rounds=5),
)  # fmt: skip


@benchmarks(GROUPS)
def test_generation(benchmark: Any, group: Group, kind: type[Job]) -> None:
    run(benchmark, group, kind)
