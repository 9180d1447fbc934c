"""The steps are spent."""

from __future__ import annotations

from typing import Any

from .. import checks
from ..stop import Iterate, Rule, Status, Stop, plural


class MaxIter(Rule):
    """t >= max_iter, written as -t <= -max_iter."""

    keyword = "max_iter"
    status = Status.MAX_ITER
    converged = False

    @staticmethod
    def limit(given: Any) -> float:
        return -float(checks.count("max_iter", given))

    @staticmethod
    def measure(it: Iterate) -> float:
        return -float(it.iteration)

    @staticmethod
    def sentence(stop: Stop, nit: int, nfev: int, norm: str) -> str:
        spent = f"steps spent: {plural(nit, 'step')} = max_iter"
        return f"{spent} before a test of convergence ended it"
