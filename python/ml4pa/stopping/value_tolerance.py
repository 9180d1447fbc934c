"""The value hardly changes."""

from __future__ import annotations

import math
from typing import Any

from .. import checks
from ..stop import Iterate, Rule, Status, Stop, plural


class ValueTolerance(Rule):
    """|f_t - f_{t-1}| <= ftol, where no bound keeps a coordinate waiting."""

    keyword = "ftol"
    status = Status.VALUE_TOLERANCE
    converged = True

    @staticmethod
    def limit(given: Any) -> float:
        return checks.within("ftol", given, ge=0)

    @staticmethod
    def measure(it: Iterate) -> float:
        return math.inf if it.iteration == 0 or it.waits else abs(it.f - it.f_before)

    @staticmethod
    def sentence(stop: Stop, nit: int, nfev: int, norm: str) -> str:
        return (
            f"value tolerance reached: |df| = {stop.measured:.2g} "
            f"<= ftol = {stop.limit:g} after {plural(nit, 'step')}"
        )
