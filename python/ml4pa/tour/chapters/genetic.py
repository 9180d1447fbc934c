"""Genetic algorithms: parents, children, mutants; beside CMA-ES and gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ... import plot
from ...costs import Cost
from ...datasets import closure_test
from ...landscapes import Himmelblau, Landscape, Rastrigin
from ...method import Method
from ...methods import CMAES, GeneticAlgorithm, GradientDescent
from ...models import MLP
from ...result import Result
from ..chapter import Chapter, panels, sheet
from ..measure import descend

#: A landscape, where to start, and the steps of gradient descent.
LANDS: tuple[tuple[Landscape, tuple[float, float], float], ...] = (
    (Himmelblau(), (0.5, 0.5), 0.01),
    (Rastrigin(2), (3.5, -3.2), 0.001),
)
GENERATIONS = 60
EVALUATIONS = 100_000


def genetic() -> Chapter:
    chapter = Chapter(
        "Genetic algorithms",
        "<p>Parents are selected by tournaments, the tails of their chromosomes swapped, the"
        " children mutated, <i>θ</i><sub>ij</sub> ← <i>θ</i><sub>ij</sub>(1 +"
        " <i>η</i><sub>j</sub>), with steps that shrink; the best parents live on.</p>",
    )
    maps, curves = sheet(2, width=7.0), sheet(2, width=7.0)
    for (f, start, eta), left, right in zip(LANDS, panels(maps, 2), panels(curves, 2), strict=True):
        methods: dict[str, tuple[Method, dict[str, Any]]] = {
            "GeneticAlgorithm": (
                GeneticAlgorithm(30, elite=30), {"bounds": f.bounds, "max_iter": GENERATIONS}
            ),
            "CMA-ES": (CMAES(2.0, population_size=30), {"max_iter": GENERATIONS}),
            "gradient descent": (GradientDescent(eta), {"max_iter": 30 * GENERATIONS}),
        }  # fmt: skip
        results = {}
        for name, (method, limits) in methods.items():
            results[name], row = descend(f"{name} on {f.name}", f, start, method, rng=1, **limits)
            chapter.rows.append(row)
        _map(f, results["gradient descent"], results["GeneticAlgorithm"], left)
        plot.diversity(results["GeneticAlgorithm"], right)
        right.set_title(f"{f.name}: best cost and diversity", fontsize=16)
    chapter.add(
        "genetic",
        maps,
        "Some generations of 30 points, and gradient descent from the same start. The first"
        " generation fills the window; on Rastrigin's egg box the children look over the barriers"
        " that hold the descent, and the multiplicative mutation is at home where the minimum is"
        " at 0.",
    )
    chapter.add(
        "genetic_diversity",
        curves,
        "The best cost above the lowest of the run, and the standard deviation of the points: what"
        " the population has lost of its diversity, crossover cannot bring back.",
    )
    _closure(chapter)
    return chapter


def _map(f: Landscape, descent: Result, population: Result, ax: Axes) -> None:
    plot.contour(f, ax)
    plot.path(descent, ax)
    plot.evolution(population, ax, generations=(1, 4, 12, 30))
    ax.set_title(f.name, fontsize=16)
    ax.legend(title="generation", loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=13)


def _closure(chapter: Chapter) -> None:
    """A network, one neuron of which mutates at a time."""
    data = closure_test(rng=1)
    model = MLP((1, 5, 3, 1))
    cost = Cost(model, data.x[:, np.newaxis], data.y, "chi2", covariance=data.covariance)
    method = GeneticAlgorithm(mutation="nodal", crossover=None, elite=20)
    result, row = descend(
        "closure test, nodal", cost, model.initial(1), method, exact="χ² ≈ 68", rng=1,
        found=lambda r: f"χ² = {r.fun:.1f}", max_evals=EVALUATIONS, threads=1,
    )  # fmt: skip
    chapter.rows.append(row)
    figure = sheet(2, width=7.0)
    left, right = panels(figure, 2)
    left.errorbar(
        data.x, data.y, np.sqrt(np.diag(data.covariance)), fmt=".", color="0.6", label="data"
    )
    left.plot(data.x, data.truth, color="black", label="truth")
    left.plot(data.x, model.predict(result.x, data.x[:, np.newaxis]), label="nodal GA", lw=2)
    left.set_xlabel("$x$", fontsize=15)
    left.set_ylabel("$y$", fontsize=15)
    left.legend(fontsize=13)
    plot.diversity(result, right)
    chapter.add(
        "genetic_closure",
        figure,
        "The closure test by the nodal mutation: a mutant has new weights in one neuron of a"
        " network of 32 parameters.",
    )
