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
    Where it comes to a point above :math:`\varphi(0)`, it looks again nearer to the start.

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
        higher = f > search["f0"] + 1e-12 * abs(search["f0"])  # beyond rounding
        return math.isfinite(f) and self._is_level(slope, search) and not higher

    def next(self, eta: float, f: float, slope: float, search: dict[str, float]) -> float:
        if math.isfinite(f) and self._is_level(slope, search):
            # Above the start, in another valley or at a bound: the minimum was passed on the way.
            search.update(low=0.0, low_slope=search["slope0"], high=eta, high_slope=math.inf)
        elif math.isfinite(f) and slope < 0.0:
            search.update(low=eta, low_slope=slope)
        else:
            known = math.isfinite(f) and math.isfinite(slope)
            search.update(high=eta, high_slope=slope if known else math.inf)
        search["last"] = self._trial(**search)
        return search["last"]

    def _is_level(self, slope: float, search: dict[str, float]) -> bool:
        return abs(slope) <= self.tol * abs(search["slope0"])

    @staticmethod
    def _trial(low: float, low_slope: float, high: float, high_slope: float, **_: float) -> float:
        if not math.isfinite(high):
            return 2.0 * low
        width = high - low
        if not math.isfinite(high_slope):
            return low + 0.5 * width
        part = low_slope / (low_slope - high_slope)  # where the secant is zero
        return low + min(max(part, 0.1), 0.9) * width
