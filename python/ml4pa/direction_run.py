"""Runs along a direction: gradient descent with a line search, and Newton's method."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import checks, learning_rates
from .bounds import held, restricted
from .learning_rates import LineSearch
from .method import GradientMethod
from .methods.newton import Newton
from .numpy_run import NumpyRun
from .objective import Array
from .stop import SECOND_DERIVATIVE, Status, Stop

#: From gradient and Hessian v, None where there is none; and whether it leads to a minimum.
Solve = Callable[[Array, Array], tuple[Array | None, bool]]


class HeldRun(NumpyRun):
    """A run that may ask for trials, and whose directions leave out what a bound holds."""

    def __init__(
        self, method: GradientMethod, x0: Array, key: int, bounds: checks.Bounds | None
    ) -> None:
        super().__init__(method, x0, key, bounds)
        #: The place of the asked point among the trials from theta; 0 where it is none.
        self.trials = 0

    def solved(self, g: Array, H: Array, solve: Solve) -> tuple[Array | None, bool]:
        """The direction in the coordinates that no bound holds, 0 in the others.

        Those that it would take beyond a bound, against their own gradients, are held as well.
        """
        if self.bounds is None:
            return solve(g, H)
        free = ~held(self.theta, g, *self.bounds)
        while True:
            v, definite = solve(np.where(free, g, 0.0), restricted(H, free))
            if v is None:
                return v, definite
            beyond = free & held(self.theta, v, *self.bounds)
            if not beyond.any():
                return v, definite
            free &= ~beyond

    def freed(self, g: Array) -> Array:
        """A copy of g, 0 where a bound holds the coordinate."""
        if self.bounds is None:
            return g.copy()  # the caller may write into his own
        return np.where(held(self.theta, g, *self.bounds), 0.0, g)

    def move(self, x: Array) -> None:
        self.point = x.copy()
        self.trials = 0

    def snapshot(self) -> dict[str, Any]:
        return {**super().snapshot(), "point": self.point.copy(), "trials": self.trials}

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        self.point, self.trials = np.array(state["point"], dtype=float), int(state["trials"])


class DirectionRun(HeldRun):
    """A run that goes along one direction v a step: theta - eta v.

    Gradient descent, where eta is searched for, and Newton's method.
    """

    #: A search that has not ended after so many trials has no step to find.
    MOST_TRIALS = 100
    #: What is lost to rounding: of f that Newton's step would gain, of x that it would move.
    GAIN = 16.0 * 2.0**-52
    STEP = 4.0 * 2.0**-52

    def __init__(
        self, method: GradientMethod, x0: Array, key: int, bounds: checks.Bounds | None
    ) -> None:
        super().__init__(method, x0, key, bounds)
        rate = method.learning_rate
        self.line = rate if isinstance(rate, LineSearch) else None
        self.search = self.line.init() if self.line else {}
        #: Whether a step ends at the first bound that it meets, and does not go on along it.
        self.ends_there = bool(
            bounds and self.line and (method.wants_hessian or not self.line.bends)
        )
        self.v = np.zeros(x0.size)
        self.eta = 0.0

    def slope(self, g: Array) -> float:
        """d/d eta of f(theta - eta v)."""
        with np.errstate(all="ignore"):
            return -float(np.sum(g * self.v))

    def trial_slope(self, g: Array) -> float:
        """The slope at a trial: 0 where f still falls at the bound that ends the step."""
        slope = self.slope(g)
        falls = slope < 0.0 and self.ends_there and self.eta >= self.reach().min()
        return 0.0 if falls else slope

    def accepts(self, f: float, g: Array) -> bool:
        if self.trials == 0 or self.line is None:
            return True
        return self.line.accepts(self.eta, f, self.trial_slope(g), self.search)

    def update(self, f: float, g: Array, H: Array | None) -> None:
        if self.line and not self.accepts(f, g):
            if self.trials >= self.MOST_TRIALS:
                return self.fail(self.eta)
            self.trials += 1
            return self.go(self.line.next(self.eta, f, self.trial_slope(g), self.search))
        if not math.isfinite(f):
            return self.diverge(f)
        if self.trials > 0:
            self._iteration += 1  # the accepted trial is the next iterate
        self.theta = self.point.copy()
        if H is not None and not np.isfinite(H).all():
            self._stop = Stop(Status.DIVERGED, f, SECOND_DERIVATIVE)
            return None
        v = self.direction(self.perturbed(g), H)
        if v is None:
            self._stop = Stop(Status.SINGULAR_HESSIAN, f, 0.0)
            return None
        self.v = v
        if self.line is None:
            self.go(learning_rates.rate(self.method.learning_rate, self._iteration))
            self._iteration += 1
            return None
        slope = self.slope(g)
        if not slope < 0.0:
            rests = not self.freed(g).any()
            reason = Status.GRADIENT_TOLERANCE if rests else Status.LINE_SEARCH
            self._stop = Stop(reason, 0.0 if rests else slope, 0.0)
            return None
        self.trials = 1
        return self.go(self.line.begin(f, slope, self.search))

    def direction(self, g: Array, H: Array | None) -> Array | None:
        """v, 0 where a bound holds the coordinate; or None where there is none."""
        if not isinstance(self.method, Newton):
            return self.freed(g)
        assert H is not None
        v, definite = self.solved(g, H, self.method.direction)
        if not definite:
            self.kept["indefinite"] += 1
        return v

    def reach(self) -> Array:
        """The eta at which each coordinate meets its bound, inf where it never does."""
        assert self.bounds is not None
        with np.errstate(all="ignore"):
            reach = (self.theta - np.where(self.v > 0.0, *self.bounds)) / self.v
        return np.where(self.v == 0.0, math.inf, reach)

    def go(self, eta: float) -> None:
        """Asks for theta - eta v, within the bounds."""
        if self.ends_there:
            eta = min(eta, float(self.reach().min()))
        self.eta = eta
        with np.errstate(all="ignore"):
            point = self.theta - eta * self.v
        if self.ends_there and self.bounds is not None:  # on it, not a rounding before it
            point = np.where(self.reach() <= eta, np.where(self.v > 0.0, *self.bounds), point)
        self.point = self.clipped(point)
        if not np.isfinite(point).all():
            self.diverge(self._best_fun)
        elif self.line and np.array_equal(self.point, self.theta):
            # A trial so short that it rounds to the start of the search would be taken for ever.
            self.fail(eta)

    def fail(self, eta: float) -> None:
        """The search has found no step: at a minimum, to rounding, there is none to find.

        Newton's full step v leads to the minimum of the model, and gains half of its slope there.
        """
        self._stop = Stop(Status.LINE_SEARCH, eta, 0.0)
        method = self.method
        if not (isinstance(method, Newton) and method.damping == method.noise == 0.0):
            return
        if method.clip is not None:
            return
        gain = -0.5 * self.search.get("slope0", -math.inf)
        least = self.GAIN * abs(self.search.get("f0", 0.0))
        with np.errstate(all="ignore"):
            step = float(np.max(np.where(self.v == 0.0, 0.0, np.abs(self.v / self.theta))))
        if gain <= least:
            self._stop = Stop(Status.NO_GAIN, gain, least)
        elif step <= self.STEP:
            self._stop = Stop(Status.NO_STEP, step, self.STEP)

    def snapshot(self) -> dict[str, Any]:
        return {
            **super().snapshot(),
            "direction": self.v.copy(),
            "eta": self.eta,
            **{f"search_{k}": v for k, v in self.search.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        self.v, self.eta = np.array(state["direction"], dtype=float), float(state["eta"])
        self.search = {k: float(state[f"search_{k}"]) for k in self.search}
