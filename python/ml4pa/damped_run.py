"""Runs whose steps are damped until the value falls: Levenberg's and Marquardt's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import checks, learning_rates
from .direction_run import HeldRun
from .methods.levenberg_marquardt import LevenbergMarquardt, predicted, units
from .objective import Array
from .stop import SECOND_DERIVATIVE, Status, Stop


class DampedRun(HeldRun):
    """A run that asks for trial points, with more and more damping, until one gains."""

    method: LevenbergMarquardt

    #: What is lost to rounding where a trial fails: of f that the undamped step would gain, of
    #: theta that it would move.
    GAIN = 2.0**-32
    STEP = 2.0**-26
    #: A gain that no value can show, so that no trial is made for it.
    UNSEEN = 2.0**-52
    #: The least normal number: below it a gain has lost its digits, whatever f is.
    LOST = 2.0**-1022
    #: Of one step: lambda has left the finite numbers long before.
    MOST_TRIALS = 100

    def __init__(
        self, method: LevenbergMarquardt, x0: Array, key: int, bounds: checks.Bounds | None
    ) -> None:
        super().__init__(method, x0, key, bounds)
        #: At theta, from where trials are made: value, (noisy) gradient and B.
        self.f, self.g, self.B = math.inf, np.zeros(x0.size), np.zeros((x0.size, x0.size))
        self.predicted = 0.0

    @property
    def below(self) -> float:
        return self.f if self.trials > 0 else math.inf

    def accepts(self, f: float, g: Array) -> bool:
        return self.trials == 0 or (f < self.f and bool(np.isfinite(g).all()))

    def update(self, f: float, g: Array, H: Array | None) -> None:
        if not self.accepts(f, g):
            return self.fail(f)
        if not math.isfinite(f):
            return self.diverge(f)
        eta = self.rate(self._iteration + (self.trials > 0))  # first: it may raise
        if self.trials > 0:
            self.method.gained((self.f - f) / self.predicted, self.kept)
            self._iteration += 1  # the accepted trial is the next iterate
            self.trials = 0
        self.theta = self.point.copy()
        assert H is not None
        if not np.isfinite(H).all():
            self._stop = Stop(Status.DIVERGED, f, SECOND_DERIVATIVE)
            return None
        self.f, self.g, self.B = f, self.perturbed(g).copy(), H.copy()
        self.kept["scale"] = self.method.scaled(self.kept["scale"], H)
        if not self.freed(g).any():
            self._stop = Stop(Status.GRADIENT_TOLERANCE, 0.0, 0.0)
            return None
        return self.seek(eta)

    def fail(self, f: float) -> None:
        """A trial has not gained: at a minimum, to rounding, there is no more to gain."""
        eta = self.rate(self._iteration)
        self._stop = self.at_minimum(abs(f - self.f))
        if self._stop is None:
            self.method.failed(self.kept)
            self.seek(eta)

    def rate(self, t: int) -> float:
        return learning_rates.rate(self.method.learning_rate, t)

    def seek(self, eta: float) -> None:
        """Asks for the next trial for which the model predicts a gain."""
        while math.isfinite(self.kept["damping"]) and self.trials < self.MOST_TRIALS:
            self.trials += 1
            v = self.direction(self.kept["damping"])
            if v is not None and self.go(eta, v):
                if self.predicted <= self.UNSEEN * abs(self.f):
                    self._stop = self.at_minimum(0.0, self.UNSEEN)
                return
            self._stop = self.at_minimum(0.0)
            if self._stop is not None:
                return
            self.method.failed(self.kept)
        self._stop = Stop(Status.NO_DESCENT, self.f, 0.0)

    def direction(self, lam: float) -> Array | None:
        """v, 0 where a bound holds the coordinate; None where there is no minimum."""
        with np.errstate(over="ignore"):  # of the largest lambda
            v, definite = self.solved(
                self.g, self.B, lambda g, B: self.method.direction(g, B, lam, self.kept)
            )
        return v if definite else None

    def go(self, eta: float, v: Array) -> bool:
        """Asks for theta - eta v, within the bounds, where the model predicts a gain there."""
        with np.errstate(all="ignore"):
            self.point = self.clipped(self.theta - eta * v)
            self.predicted = predicted(self.g, self.B, self.point - self.theta)
        return 0.0 < self.predicted < math.inf  # neither, nor NaN, of a point that is not finite

    def at_minimum(self, change: float, part: float = GAIN) -> Stop | None:
        """Whether a trial that changes f by so much fails by rounding alone, of a part of f."""
        if self.method.noise > 0.0 or self.method.clip is not None:
            return None
        v = self.direction(0.0)
        if v is None:
            return None
        with np.errstate(all="ignore"):
            # Negative where the equations have lost their solution to rounding.
            gain = abs(0.5 * float(np.sum(self.freed(self.g) * v)))
            least = max(part * abs(self.f), self.LOST)
            if gain <= least and change <= least:
                return Stop(Status.NO_GAIN, gain, least)
            scale = units(self.kept["scale"])
            x2, v2 = float(np.sum(scale * self.theta**2)), float(np.sum(scale * v**2))
            step = math.sqrt(v2 / x2) if x2 > 0.0 else math.inf
        return Stop(Status.NO_STEP, step, self.STEP) if step <= self.STEP else None

    def snapshot(self) -> dict[str, Any]:
        return {
            **super().snapshot(),
            "value": self.f,
            "gradient": self.g.copy(),
            "curvature": self.B.copy(),
            "predicted": self.predicted,
        }

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        self.f, self.predicted = float(state["value"]), float(state["predicted"])
        self.g = np.array(state["gradient"], dtype=float)
        self.B = np.array(state["curvature"], dtype=float)
