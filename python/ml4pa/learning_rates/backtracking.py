"""Armijo's line search."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from .base import LineSearch, hyper


@dataclass(frozen=True)
class Backtracking(LineSearch):
    r"""Armijo's rule: the first of :math:`\eta_0, q\eta_0, q^2\eta_0, \dots` that descends enough.

    .. math:: \varphi(\eta) \le \varphi(0) + c_1\,\eta\,\varphi'(0),
              \qquad \varphi(\eta) = f(\theta - \eta v)

    Parameters
    ----------
    initial : float > 0, default 1
        :math:`\eta_0`.
    shrink : float in (0, 1), default 0.5
        q.
    c1 : float in (0, 1), default 1e-4
        The part of the first slope's descent that is asked for.

    Notes
    -----
    Every trial takes a value and a gradient, both counted. With bounds, gradient descent's trials
    bend along those that they meet; Newton's end at the first one.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Rosenbrock()
    >>> method = ml4pa.GradientDescent(ml4pa.Backtracking())
    >>> ml4pa.minimize(f, [-1.2, 1.0], method, gtol=1e-3).x.round(2).tolist()
    [1.0, 1.0]

    References
    ----------
    Nocedal & Wright, Numerical Optimization (2006), algorithm 3.1.
    """

    name: ClassVar[str] = "backtracking"
    bends: ClassVar[bool] = True

    initial: float = hyper(1.0, gt=0)
    shrink: float = hyper(0.5, gt=0, lt=1)
    c1: float = hyper(1e-4, gt=0, lt=1)

    def init(self) -> dict[str, float]:
        return {"f0": 0.0, "slope0": 0.0}

    def begin(self, f: float, slope: float, search: dict[str, float]) -> float:
        search["f0"], search["slope0"] = f, slope
        return self.initial

    def accepts(self, eta: float, f: float, slope: float, search: dict[str, float]) -> bool:
        return math.isfinite(f) and f <= search["f0"] + (self.c1 * eta) * search["slope0"]

    def next(self, eta: float, f: float, slope: float, search: dict[str, float]) -> float:
        return self.shrink * eta
