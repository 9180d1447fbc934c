"""What the genetic algorithm's defaults were chosen by: ``python bench/genetic_defaults.py``.

Medians of the best cost above the minimum over seeds 1 to 15, none of which `genetic_quality.py`
uses, on its four landscapes and others, whose minima are not at 0.
"""

from __future__ import annotations

import one_core

one_core.limit_threads()

from typing import Any, NamedTuple  # noqa: E402

import numpy as np  # noqa: E402

import ml4pa  # noqa: E402
from ml4pa.landscapes import Shifted  # noqa: E402

TITLE = "Genetic algorithms: defaults"
PLAIN = ("Rastrigin", "Ackley", "Schwefel", "Griewank", "Rosenbrock", "StyblinskiTang", "Levy")
MOVED = ("Rastrigin", "Ackley", "Griewank")
SIZES = (10, 30)
SEEDS = range(1, 16)
INTRODUCTION = """\
Written by `python bench/genetic_defaults.py`. Medians over seeds 1 to 15 of the best cost above the
minimum after 10⁴ n evaluations by the multiplicative mutation, population 100, within the
landscape's bounds; in those marked + it has been moved to a random place, by up to 0.3 of
the width. p is the mutation rate, s the scale, d the decay a generation. The first row has the
defaults."""


class Setting(NamedTuple):
    """Rate and decay are divided by n."""

    rate: float
    scale: float
    decay: float
    elite: int = 1

    def __str__(self) -> str:
        elite = f", elite={self.elite}" if self.elite > 1 else ""
        return f"p = {self.rate:g}/n, s = {self.scale:g}, d = {self.decay:g}/n{elite}"


SETTINGS = (
    Setting(0.7, 10.0, 0.1),
    Setting(0.35, 10.0, 0.1),
    Setting(0.5, 10.0, 0.1),
    Setting(1.0, 10.0, 0.1),
    Setting(1.4, 10.0, 0.1),
    Setting(0.7, 1.5, 0.1),
    Setting(0.7, 5.0, 0.1),
    Setting(0.7, 20.0, 0.1),
    Setting(0.7, 10.0, 0.03),
    Setting(0.7, 10.0, 0.07),
    Setting(0.7, 10.0, 0.13),
    Setting(1.0, 1.5, 0.03),
    Setting(0.7, 10.0, 0.1, elite=100),
)


class Problem(NamedTuple):
    name: str
    f: Any
    bounds: Any


def problems(n: int) -> list[Problem]:
    """The same for every setting."""
    rng = np.random.default_rng(5)
    found = []
    for name in PLAIN:
        f = getattr(ml4pa.landscapes, name)(n)
        found.append(Problem(name, f, f.bounds))
    for name in MOVED:
        f = getattr(ml4pa.landscapes, name)(n)
        move = rng.uniform(-0.3, 0.3, n) * np.ptp(f.bounds, axis=1)
        found.append(Problem(f"{name}+", Shifted(f, move), f.bounds))
    return found


def median(problem: Problem, n: int, setting: Setting) -> float:
    method = ml4pa.GeneticAlgorithm(
        mutation_rate=setting.rate / n, mutation_scale=setting.scale,
        mutation_decay=setting.decay / n, elite=setting.elite, stagnation=None,
    )  # fmt: skip
    costs = [
        ml4pa.minimize(
            problem.f, None, method, bounds=problem.bounds, max_evals=10_000 * n, rng=seed,
            threads=1,
        ).fun
        for seed in SEEDS
    ]  # fmt: skip
    return float(np.median(costs)) - problem.f.minimum


def table(n: int) -> list[str]:
    names = [problem.name for problem in problems(n)]
    lines = [f"**n = {n}**", "", "| | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for setting in SETTINGS:
        row = [f"{median(problem, n, setting):.1e}" for problem in problems(n)]
        lines.append(f"| {setting} | {' | '.join(row)} |")
    return [*lines, ""]


def main() -> None:
    from results import RESULTS, put

    lines = [f"## {TITLE}", "", INTRODUCTION, ""]
    for n in SIZES:
        lines += table(n)
    RESULTS.write_text(put(RESULTS.read_text(), TITLE, "\n".join(lines).strip()))


if __name__ == "__main__":
    main()
