"""The evaluations are spent."""

from __future__ import annotations

from typing import Any

from .. import checks
from ..stop import Iterate, Rule, Status, Stop, plural


class MaxEvals(Rule):
    """nfev + (what the last point took) > max_evals: the budget is never passed.

    Written as -(nfev + last_cost) <= -(max_evals + 1).
    """

    keyword = "max_evals"
    status = Status.MAX_EVALS
    converged = False

    @staticmethod
    def limit(given: Any) -> float:
        return -float(checks.count("max_evals", given, least=1) + 1)

    @staticmethod
    def measure(it: Iterate) -> float:
        return -float(it.nfev + it.last_cost)

    @staticmethod
    def sentence(stop: Stop, nit: int, nfev: int, norm: str) -> str:
        return (
            f"evaluations spent: nfev = {nfev} of max_evals = {-stop.limit - 1:g} "
            f"after {plural(nit, 'step')}, before a test of convergence ended it"
        )
