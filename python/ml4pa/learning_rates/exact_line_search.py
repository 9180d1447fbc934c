"""The line search of the textbooks' steepest descent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from .base import LineSearch, hyper


@dataclass(frozen=True)
class ExactLineSearch(LineSearch):
    r"""The first minimum along the direction, up to a tolerance on the slope.

    With :math:`\varphi(\eta) = f(\theta - \eta v)`: the step is doubled while :math:`\varphi`
    falls, then the zero of :math:`\varphi'` is found between the last two trials by secants, kept
    off the ends of the bracket, until :math:`|\varphi'(\eta)| \le \mathrm{tol}\,|\varphi'(0)|`.
    A trial above :math:`\varphi(0)` has passed the minimum, whatever its slope.

    Parameters
    ----------
    initial : float > 0, default 0.1
        The first trial of the first search; a later search begins with the last step taken.
    tol : float in (0, 1), default 1e-2
        See above.

    Notes
    -----
    Every trial takes a value and a gradient, both counted. With bounds, the step ends at the first
    one that it meets, if :math:`\varphi` still falls there.

    Examples
    --------
    >>> import ml4pa
    >>> method = ml4pa.GradientDescent(ml4pa.ExactLineSearch())
    >>> result = ml4pa.minimize(ml4pa.landscapes.Cubic(), [2.0], method, xtol=1e-4, record=True)
    >>> len(result.path), round(float(result.x[0]), 8)
    (4, 1.33333333)
    """

    name: ClassVar[str] = "exact_line_search"

    initial: float = hyper(0.1, gt=0)
    tol: float = hyper(1e-2, gt=0, lt=1)

    def init(self) -> dict[str, float]:
        return {
            "f0": 0.0,
            "slope0": 0.0,
            "low": 0.0,
            "low_slope": 0.0,
            "high": 0.0,
            "high_slope": 0.0,
            "last": self.initial,
        }

    def begin(self, f: float, slope: float, search: dict[str, float]) -> float:
        search.update(f0=f, slope0=slope, low=0.0, low_slope=slope)
        search.update(high=math.inf, high_slope=math.inf)
        return search["last"]

    def accepts(self, eta: float, f: float, slope: float, search: dict[str, float]) -> bool:
        small = abs(slope) <= self.tol * abs(search["slope0"])
        return small and not self._rises(f, search["f0"])

    def next(self, eta: float, f: float, slope: float, search: dict[str, float]) -> float:
        rises = self._rises(f, search["f0"])
        if not rises and slope < 0.0:
            search.update(low=eta, low_slope=slope)
        else:
            known = not rises and math.isfinite(slope)
            search.update(high=eta, high_slope=slope if known else math.inf)
        search["last"] = self._trial(**search)
        return search["last"]

    @staticmethod
    def _rises(f: float, f0: float) -> bool:
        """Whether f is above f0, beyond rounding, or not finite."""
        return not (math.isfinite(f) and f <= f0 + 1e-12 * abs(f0))

    @staticmethod
    def _trial(low: float, low_slope: float, high: float, high_slope: float, **_: float) -> float:
        if not math.isfinite(high):
            return 2.0 * low
        width = high - low
        if not math.isfinite(high_slope):
            return low + 0.5 * width
        part = low_slope / (low_slope - high_slope)  # where the secant is zero
        return low + min(max(part, 0.1), 0.9) * width
