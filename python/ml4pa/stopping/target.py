"""The value is low enough."""

from __future__ import annotations

from typing import Any

from .. import checks
from ..stop import Iterate, Rule, Status, Stop, plural


class Target(Rule):
    """f_t <= target."""

    keyword = "target"
    status = Status.TARGET
    converged = True

    @staticmethod
    def limit(given: Any) -> float:
        return checks.finite_number("target", given)

    @staticmethod
    def measure(it: Iterate) -> float:
        return it.f

    @staticmethod
    def sentence(stop: Stop, nit: int, nfev: int, norm: str) -> str:
        return (
            f"target reached: f = {stop.measured:.8g} <= target = {stop.limit:g} "
            f"after {plural(nit, 'step')}"
        )
