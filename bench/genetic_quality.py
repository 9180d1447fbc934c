"""How low genetic algorithms come with equal evaluations: ``python bench/genetic_quality.py``.

Every library minimises the same landscapes within the same bounds, 10^4 n evaluations a run, a
population of 100, up to 15 seeds; what is compared is the median of the best cost. Each peer has
its own defaults; DEAP, which has none, the operators of the example in its README. ml4pa's were
chosen on other seeds, by `genetic_defaults.py`, so that these are a test.

The peers take hours, so their runs are kept with the project and not made again; ours, seconds, are
made anew for the table:

    python bench/genetic_quality.py                         # writes the section of RESULTS.md
    python bench/genetic_quality.py peers [name ...]        # the runs of peers that are missing
"""

from __future__ import annotations

import one_core

one_core.limit_threads()

import json  # noqa: E402
import random  # noqa: E402
import sys  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

import ml4pa  # noqa: E402

LANDSCAPES = ("Rastrigin", "Ackley", "Schwefel", "Griewank")
SIZES = (10, 30)
CELLS = [(landscape, n) for n in SIZES for landscape in LANDSCAPES]
SEEDS = range(101, 116)
PEERS_RUNS = Path(__file__).parent / "genetic" / "peers.json"
TITLE = "Genetic algorithms: best cost"
INTRODUCTION = """\
Written by `python bench/genetic_quality.py`. Medians of the best cost after 10⁴ n evaluations,
population 100, within the landscape's bounds; in brackets the number of seeds, from 101 on. Peers
have their own defaults, DEAP the operators of its README's example. ml4pa's defaults were chosen on
seeds 1 to 15, and on more landscapes: see "Genetic algorithms: defaults". The minima of all but
Schwefel's function are at 0, where its multiplicative mutation is at home."""
POPULATION = 100


def pygmo_sga(f: Any, evaluations: int, seed: int) -> float:
    import pygmo

    class Problem:
        def fitness(self, x: Any) -> list[float]:
            return [f(x)]

        def get_bounds(self) -> Any:
            return tuple(f.bounds.T)

    population = pygmo.population(pygmo.problem(Problem()), POPULATION, seed=seed)
    generations = evaluations // POPULATION - 1
    way = pygmo.algorithm(pygmo.sga(gen=generations, seed=seed))
    return float(way.evolve(population).champion_f[0])


def pymoo_ga(f: Any, evaluations: int, seed: int) -> float:
    from pymoo.algorithms.soo.nonconvex.ga import GA
    from pymoo.core.problem import Problem
    from pymoo.optimize import minimize

    class Vectorised(Problem):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(n_var=f.n, n_obj=1, xl=f.bounds[:, 0], xu=f.bounds[:, 1])

        def _evaluate(self, X: Any, out: Any, *_: Any, **__: Any) -> None:
            out["F"] = f(X)[:, np.newaxis]

    result = minimize(Vectorised(), GA(pop_size=POPULATION), ("n_eval", evaluations), seed=seed)
    return float(result.F[0])


def deap_simple(f: Any, evaluations: int, seed: int) -> float:
    """`eaSimple` of DEAP: two-point crossover, Gaussian mutation, tournaments of three."""
    from deap import base, creator, tools

    if not hasattr(creator, "Cost"):
        creator.create("Cost", base.Fitness, weights=(-1.0,))
        creator.create("Point", list, fitness=creator.Cost)
    random.seed(seed)
    low, high = f.bounds.T
    left = evaluations
    best = np.inf

    def evaluate(points: list[Any]) -> None:
        nonlocal left, best
        new = [p for p in points if not p.fitness.valid][:left]
        if not new:
            return
        for p in new:
            p[:] = np.clip(p, low, high).tolist()
        for p, cost in zip(new, f(np.array(new)).tolist(), strict=True):
            p.fitness.values = (cost,)
            best = min(best, cost)
        left -= len(new)

    points = [
        creator.Point(random.uniform(a, b) for a, b in f.bounds.tolist()) for _ in range(POPULATION)
    ]
    evaluate(points)
    while left > 0:
        points = [_copy(p) for p in tools.selTournament(points, POPULATION, tournsize=3)]
        for a, b in zip(points[::2], points[1::2], strict=True):
            if random.random() < 0.5:
                tools.cxTwoPoint(a, b)
                del a.fitness.values, b.fitness.values
        for p in points:
            if random.random() < 0.2:
                tools.mutGaussian(p, mu=0.0, sigma=1.0, indpb=0.2)
                del p.fitness.values
        evaluate(points)
    return float(best)


def _copy(point: Any) -> Any:
    twin = type(point)(point)
    twin.fitness.values = point.fitness.values
    return twin


def pygad_ga(f: Any, evaluations: int, seed: int) -> float:
    import pygad

    best = np.inf

    def fitness(_: Any, points: Any, __: Any) -> list[float]:
        nonlocal best
        costs = f(np.asarray(points, dtype=float))
        best = min(best, float(np.min(costs)))
        return (-np.atleast_1d(costs)).tolist()  # type: ignore[no-any-return]

    ga = pygad.GA(
        num_generations=evaluations // POPULATION - 1,
        num_parents_mating=POPULATION // 2,
        fitness_func=fitness,
        fitness_batch_size=POPULATION,
        sol_per_pop=POPULATION,
        num_genes=f.n,
        gene_space=[{"low": a, "high": b} for a, b in f.bounds.tolist()],
        random_seed=seed,
        suppress_warnings=True,
    )
    ga.run()
    return best


def ours(f: Any, evaluations: int, seed: int) -> float:
    """Without the end by stagnation: all evaluations are made."""
    method = ml4pa.GeneticAlgorithm(POPULATION, stagnation=None)
    result = ml4pa.minimize(
        f, None, method, bounds=f.bounds, max_evals=evaluations, rng=seed, threads=1
    )
    assert result.nfev == evaluations
    return result.fun


Minimise = Callable[[Any, int, int], float]
PEERS: dict[str, Minimise] = {
    "pymoo GA": pymoo_ga,
    "pygmo sga": pygmo_sga,
    "DEAP eaSimple": deap_simple,
    "PyGAD": pygad_ga,
}


def run(names: list[str]) -> None:
    """All runs of peers that are not done, the first seed of all of them first."""
    warnings.simplefilter("ignore")
    done = peers_runs()
    for seed in SEEDS:
        for landscape, n in CELLS:
            f = getattr(ml4pa.landscapes, landscape)(n)
            for name in names or PEERS:
                key = f"{name}/{landscape}/{n}/{seed}"
                if key not in done:
                    done[key] = PEERS[name](f, 10_000 * n, seed)
                    PEERS_RUNS.write_text(json.dumps(done, indent=0) + "\n")


def peers_runs() -> dict[str, float]:
    return json.loads(PEERS_RUNS.read_text()) if PEERS_RUNS.exists() else {}


def own_runs() -> dict[str, float]:
    return {
        f"ml4pa/{landscape}/{n}/{seed}": ours(
            getattr(ml4pa.landscapes, landscape)(n), 10_000 * n, seed
        )
        for landscape, n in CELLS
        for seed in SEEDS
    }


def table(done: dict[str, float]) -> str:
    """The medians, and how many seeds they are of."""
    lines = [
        f"## {TITLE}",
        "",
        INTRODUCTION,
        "",
        "| | " + " | ".join(f"{landscape} {n}" for landscape, n in CELLS) + " |",
        "|---|" + "---|" * len(CELLS),
    ]
    medians: dict[str, list[float]] = {}
    for name in ("ml4pa", *PEERS):
        row = []
        for landscape, n in CELLS:
            keys = [f"{name}/{landscape}/{n}/{seed}" for seed in SEEDS]
            costs = [done[key] for key in keys if key in done]
            medians.setdefault(name, []).append(float(np.median(costs)))
            row.append(f"{np.median(costs):.2g} ({len(costs)})")
        lines.append(f"| {name} | {' | '.join(row)} |")
    own, *peers = medians.values()
    held = [
        "met" if mine <= min(theirs) else "**missed**"
        for mine, *theirs in zip(own, *peers, strict=True)
    ]
    lines.append(f"| ml4pa: no worse than the best peer | {' | '.join(held)} |")
    return "\n".join(lines)


def main(what: str = "table", *names: str) -> None:
    if what == "peers":
        return run(list(names))
    from results import RESULTS, put

    RESULTS.write_text(put(RESULTS.read_text(), TITLE, table(own_runs() | peers_runs())))
    return None


if __name__ == "__main__":
    main(*sys.argv[1:])
