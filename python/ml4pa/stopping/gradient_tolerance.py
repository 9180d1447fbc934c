"""The gradient is small."""

from __future__ import annotations

from typing import Any

from .. import checks
from ..stop import Iterate, Rule, Status, Stop, plural


class GradientTolerance(Rule):
    """|g_t| <= gtol; with bounds, g is the projected gradient x - clip(x - g)."""

    keyword = "gtol"
    status = Status.GRADIENT_TOLERANCE
    converged = True
    wants_gradient = True

    @staticmethod
    def limit(given: Any) -> float:
        return checks.within("gtol", given, ge=0)

    @staticmethod
    def measure(it: Iterate) -> float:
        return it.norm(it.g)

    @staticmethod
    def sentence(stop: Stop, nit: int, nfev: int, norm: str) -> str:
        return (
            f"gradient tolerance reached: {norm.format('g')} = {stop.measured:.2g} "
            f"<= gtol = {stop.limit:g} after {plural(nit, 'step')}"
        )
