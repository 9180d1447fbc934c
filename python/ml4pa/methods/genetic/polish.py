"""Gradient steps of the children: what they have learnt is inherited (Lamarckian)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...objective import Array, Objective
from ...population import Polished
from .draws import Draws

if TYPE_CHECKING:
    from ...method import GradientMethod
    from ...population_run import NumpyPopulationRun


class Polisher:
    """``steps`` steps of a gradient method from each row, a whole fleet at once."""

    def __init__(
        self, method: GradientMethod, steps: int, objective: Objective, n: int, threads: int | None
    ) -> None:
        self.method, self.steps, self.objective, self.threads = method, steps, objective, threads
        gradient = objective.cost(n) if hasattr(objective, "cost") else 1
        self.cost: int = gradient * (steps + 1)

    def __call__(self, run: NumpyPopulationRun, X: Array, most: float, left: float) -> Polished:
        from ...fleet import multistart

        rows = int(min(len(X), most // self.cost))
        told = multistart(
            self.objective,
            X[:rows],
            self.method,
            bounds=None if run.bounds is None else np.stack(run.bounds, axis=1),
            max_iter=self.steps,
            max_evals=self.cost,
            max_time=None if math.isinf(left) else left,
            rng=Draws(run.key, run.iteration).generator("polish") if self.method.noise else None,
            threads=self.threads,
        )
        spent = told.nfev.sum(), told.njev.sum(), told.nhev.sum()
        return Polished(told.x, told.fun, *map(int, spent))
