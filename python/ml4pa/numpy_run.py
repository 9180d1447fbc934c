"""The runs of the NumPy engine: the specification of the compiled ones."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import checks, learning_rates
from .method import GradientMethod
from .objective import Array
from .random import normals
from .run import Run
from .stop import Status, Stop
from .turn import Turn


class NumpyRun(Run):
    """What the runs of the NumPy engine share: the specification of the compiled ones."""

    engine = "numpy"

    def __init__(
        self, method: GradientMethod, x0: Array, key: int, bounds: checks.Bounds | None
    ) -> None:
        super().__init__(method, bounds)
        self.turn = Turn()
        self.theta = x0.copy()
        self.point = x0.copy()
        self.kept = method.init(self.theta)
        self.key = key
        self._best_x, self._best_fun = x0.copy(), math.inf
        self._iteration = 0
        self._stop: Stop | None = None
        self._asked: Array | None = None

    @property
    def below(self) -> float:
        """Derivatives at the asked point are of use where the value is below this."""
        return math.inf

    def ask(self) -> Array:
        self.turn.look()
        if self._asked is None:
            self._asked = self.point.copy()
            self._asked.flags.writeable = False
        return self._asked

    def tell(self, x: Any, f: Any, g: Any = None, H: Any = None) -> None:
        with self.turn.taken():
            self.learn(x, f, g, H)

    def learn(self, x: Any, f: Any, g: Any, H: Any) -> None:
        """`tell`, for who has the turn."""
        same = x is not None and x is self._asked
        x, f, g, H = checks.told(x, f, g, H, self.n, self.method.wants_hessian)
        if not same and not np.array_equal(x, self.point):
            self.move(x)
        self._asked = None
        self.note(f)
        self.update(f, g, H)

    def note(self, f: float) -> None:
        """Takes the asked point as the best where it is."""
        if math.isfinite(f) and f < self._best_fun:
            self._best_x, self._best_fun = self.point.copy(), f

    def update(self, f: float, g: Array, H: Array | None) -> None:
        """The step that follows value and gradient at the asked point."""
        raise NotImplementedError

    def move(self, x: Array) -> None:
        """Goes on from the caller's own point."""
        raise NotImplementedError

    def perturbed(self, g: Array) -> Array:
        """g + noise z, then scaled down to the largest norm allowed."""
        if self.method.noise > 0.0:
            z = normals(self.key, self._iteration, 0, self.n)
            g = g + self.method.noise * z
        if self.method.clip is not None:
            length = math.sqrt(float(np.sum(g * g)))
            if length > self.method.clip:
                g = g * (self.method.clip / length)
        return g

    def clipped(self, x: Array) -> Array:
        """x within the bounds."""
        if self.bounds is None:
            return x
        low, high = self.bounds
        return np.minimum(np.maximum(x, low), high)

    def diverge(self, f: float) -> None:
        self._stop = Stop(Status.DIVERGED, f, 0.0)

    def snapshot(self) -> dict[str, Any]:
        self.turn.look()
        stop = self._stop or Stop(-1, 0.0, 0.0)
        return {
            "iteration": self._iteration,
            "theta": self.theta.copy(),
            "best_x": self._best_x.copy(),
            "best_fun": self._best_fun,
            "stop_reason": int(stop.reason),
            "stop_measured": stop.measured,
            "stop_limit": stop.limit,
            "key": self.key - (1 << 64) if self.key >> 63 else self.key,
            **{k: v.copy() if isinstance(v, np.ndarray) else v for k, v in self.kept.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        self._iteration = int(state["iteration"])
        self.theta = np.array(state["theta"], dtype=float)
        self._best_x = np.array(state["best_x"], dtype=float)
        self._best_fun = float(state["best_fun"])
        reason = int(state["stop_reason"])
        stop = Stop(reason, float(state["stop_measured"]), float(state["stop_limit"]))
        self._stop = None if reason < 0 else stop
        self.key = int(state["key"]) % (1 << 64)
        self.kept = {
            k: np.array(state[k], dtype=float) if isinstance(v, np.ndarray) else type(v)(state[k])
            for k, v in self.kept.items()
        }
        self._asked = None

    @property
    def x(self) -> Array:
        self.turn.look()
        return self._best_x.copy()

    @property
    def fun(self) -> float:
        return self._best_fun

    @property
    def iteration(self) -> int:
        return self._iteration

    def stopped(self) -> Stop | None:
        return self._stop


class GradientRun(NumpyRun):
    """A run of a method whose step is one formula."""

    @property
    def looks_ahead(self) -> bool:
        return type(self.method).look_ahead is not GradientMethod.look_ahead

    def accepts(self, f: float, g: Array) -> bool:
        return True

    def update(self, f: float, g: Array, H: Array | None) -> None:
        if not math.isfinite(f):
            return self.diverge(f)
        return self.step(f, g)

    def advance(self, g: Any) -> None:
        with self.turn.taken():
            g = checks.vector(g, self.n)
            self._asked = None
            self.step(math.nan, g)

    def step(self, f: float, g: Array) -> None:
        """The update; f is where the last value was, if one is known."""
        eta = learning_rates.rate(self.method.learning_rate, self._iteration)
        with np.errstate(all="ignore"):  # what leaves the finite numbers is reported below
            theta = self.method.step(self.theta, self.perturbed(g), eta, self.kept)
        if getattr(theta, "shape", None) != self.theta.shape:
            theta = checks.stepped(theta, self.n, self.method)
        vectors = [theta, *(v for v in self.kept.values() if isinstance(v, np.ndarray))]
        if not all(np.isfinite(v).all() for v in vectors):
            self.theta = theta
            if not self.looks_ahead:
                self.point = theta
            return self.diverge(f)
        self.theta = self.clipped(theta)
        self._iteration += 1
        self.point = self.clipped(self.method.look_ahead(self.theta, self.kept))
        return None

    def move(self, x: Array) -> None:
        self.theta = x + (self.theta - self.method.look_ahead(self.theta, self.kept))
        self.point = x.copy()

    def snapshot(self) -> dict[str, Any]:
        state = super().snapshot()
        if self.looks_ahead:
            state["point"] = self.point.copy()
        return state

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        self.point = np.array(state.get("point", state["theta"]), dtype=float)
