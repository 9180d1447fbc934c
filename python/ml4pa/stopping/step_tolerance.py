"""The step is small."""

from __future__ import annotations

import math
from typing import Any

from .. import checks
from ..stop import Iterate, Rule, Status, Stop, plural


class StepTolerance(Rule):
    """|x_t - x_{t-1}| <= xtol, where no bound keeps a coordinate waiting."""

    keyword = "xtol"
    status = Status.STEP_TOLERANCE
    converged = True

    @staticmethod
    def limit(given: Any) -> float:
        return checks.within("xtol", given, ge=0)

    @staticmethod
    def measure(it: Iterate) -> float:
        return math.inf if it.iteration == 0 or it.waits else it.norm(it.x - it.x_before)

    @staticmethod
    def sentence(stop: Stop, nit: int, nfev: int, norm: str) -> str:
        return (
            f"step tolerance reached: {norm.format('dx')} = {stop.measured:.2g} "
            f"<= xtol = {stop.limit:g} after {plural(nit, 'step')}"
        )
