"""Runs: methods at work. A run asks for a point, and is told the value and gradient there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import _core, checks, learning_rates
from .bounds import held, restricted
from .learning_rates import LineSearch
from .method import GradientMethod, State, own_names
from .methods import METHODS
from .methods.newton import Newton
from .objective import Array
from .random import draw_key, generator, normals
from .stop import SECOND_DERIVATIVE, Status, Stop
from .turn import Turn

ENGINES = ("compiled", "numpy")
#: The methods that the compiled engine has; one that is new may have no twin yet.
COMPILED = frozenset(_core.method_signatures())


class Run:
    """A method started at x0: all that changes.

    ``ask`` and ``tell`` until ``stop`` is not empty; `minimize` is exactly this loop, and takes a
    run in place of a method.

    Attributes
    ----------
    method : Method
        The hyper-parameters.
    n : int
        The dimension.
    engine : str
        ``"compiled"`` or ``"numpy"``.
    x, fun : ndarray (n,), float
        The best point told so far, and its value (inf before the first).
    iteration : int
        t, the steps completed.
    state : dict
        What the method keeps: ``theta`` and, by method, ``velocity``, ``m``, ``s``, ...
    stop : dict
        The reasons met by the run itself, {Status name: (measured, limit)}; empty while it should
        go on.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Quadratic()
    >>> run = ml4pa.GradientDescent(0.25).start([1.0, 2.0])
    >>> while not run.stop and run.iteration < 3:
    ...     x = run.ask()
    ...     run.tell(x, f(x), f.gradient(x))
    >>> run.ask().tolist()
    [0.125, 0.25]
    """

    engine = ""

    def __init__(self, method: GradientMethod, bounds: checks.Bounds | None) -> None:
        self.method = method
        self.bounds = bounds

    def ask(self) -> Array:
        """Where value and gradient are wanted, (n,): a read-only copy, the same until told."""
        raise NotImplementedError

    def tell(self, x: Any, f: Any, g: Any = None, H: Any = None) -> None:
        """The value f and gradient g (n,) at x, for Newton also the Hessian H (n, n).

        ``x`` is the asked point; another point moves the run there first.
        """
        raise NotImplementedError

    def advance(self, g: Any) -> None:
        """The step alone, from the gradient g (n,) of a part of the data at the asked point.

        For methods whose step is one formula: neither a line search nor Newton's method.
        """
        raise NotImplementedError(f"a step of {self.method!r} needs more than a gradient: use tell")

    def accepts(self, f: float, g: Array) -> bool:
        """Whether the asked point is an iterate: False for a line search's rejected trial."""
        raise NotImplementedError

    def snapshot(self) -> dict[str, Any]:
        """All that the run needs to go on, as arrays and numbers; the same for both engines."""
        raise NotImplementedError

    def restore(self, state: dict[str, Any]) -> None:
        """Takes over a snapshot."""
        raise NotImplementedError

    @property
    def n(self) -> int:
        return int(self.x.size)

    @property
    def x(self) -> Array:
        raise NotImplementedError

    @property
    def fun(self) -> float:
        raise NotImplementedError

    @property
    def iteration(self) -> int:
        raise NotImplementedError

    @property
    def state(self) -> State:
        hidden = ("best_x", "best_fun", "stop_reason", "stop_measured", "stop_limit", "iteration")
        return {k: v for k, v in self.snapshot().items() if k not in hidden}

    @property
    def stop(self) -> dict[str, tuple[float, float]]:
        stop = self.stopped()
        return {} if stop is None else {Status(stop.reason).name: (stop.measured, stop.limit)}

    def stopped(self) -> Stop | None:
        """The reason by itself."""
        raise NotImplementedError

    def save(self, path: Any) -> None:
        """Write all that `ml4pa.load` needs to go on, bit for bit; see `ml4pa.checkpoint`."""
        from .checkpoint import save

        save(self, path)

    def __reduce__(self) -> tuple[Any, ...]:
        return resume, (self.method, self.snapshot(), self.bounds, self.engine)

    def __repr__(self) -> str:
        return f"<Run of {self.method!r} after {self.iteration} steps, best f = {self.fun:g}>"


class OfTheCore:
    """What a run leaves to the core, where all that changes is kept."""

    native: _core.Run | _core.PopulationRun

    def snapshot(self) -> dict[str, Any]:
        return self.native.snapshot()

    def restore(self, state: dict[str, Any]) -> None:
        self.native.restore(state)

    @property
    def x(self) -> Array:
        return self.native.x

    @property
    def fun(self) -> float:
        return self.native.fun

    @property
    def iteration(self) -> int:
        return self.native.iteration

    def stopped(self) -> Stop | None:
        reason, measured, limit = self.native.stop
        return None if reason < 0 else Stop(reason, measured, limit)


class CompiledRun(OfTheCore, Run):
    """A run of the compiled engine."""

    native: _core.Run
    engine = "compiled"

    def __init__(
        self, method: GradientMethod, x0: Array, key: int, bounds: checks.Bounds | None
    ) -> None:
        self.method = method
        self.bounds = bounds
        self.native = native_run(method, x0, key, bounds)
        # Without a Python frame between: a call takes less than a microsecond.
        self.ask = self.native.ask  # type: ignore[method-assign]
        self.tell = self.native.tell  # type: ignore[method-assign]

    def advance(self, g: Any) -> None:
        if self.method.wants_hessian or isinstance(self.method.learning_rate, LineSearch):
            return super().advance(g)
        return self.native.advance(g)

    def accepts(self, f: float, g: Array) -> bool:
        return self.native.accepts(f, g)


def native_run(
    method: GradientMethod, x0: Array, key: int, bounds: checks.Bounds | None
) -> _core.Run:
    """What a CompiledRun is made of."""
    return _core.start(*native(method, x0, key, bounds))


def native(
    method: GradientMethod, x0: Array, key: int, bounds: checks.Bounds | None
) -> tuple[str, list[float], Any, float, float, int, Array, Array | None, Array | None]:
    """What the core makes a run from."""
    low, high = (None, None) if bounds is None else bounds
    return (
        method.name,
        [getattr(method, name) for name in own_names(type(method))],  # type: ignore[arg-type]
        learning_rates.native(method.learning_rate),
        method.noise,
        math.inf if method.clip is None else method.clip,
        key,
        x0,
        low,
        high,
    )


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


class DirectionRun(NumpyRun):
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
        self.trials = 0

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
        v, definite = self.method.direction(g, H) if self.bounds is None else self.within(g, H)
        if not definite:
            self.kept["indefinite"] += 1
        return v

    def within(self, g: Array, H: Array) -> tuple[Array | None, bool]:
        """Newton's direction in the coordinates that no bound holds.

        Those that it would take beyond a bound, against their own gradients, are held as well.
        """
        assert isinstance(self.method, Newton) and self.bounds is not None
        free = ~held(self.theta, g, *self.bounds)
        while True:
            v, definite = self.method.direction(np.where(free, g, 0.0), restricted(H, free))
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

    def move(self, x: Array) -> None:
        self.point = x.copy()
        self.trials = 0

    def snapshot(self) -> dict[str, Any]:
        return {
            **super().snapshot(),
            "point": self.point.copy(),
            "direction": self.v.copy(),
            "eta": self.eta,
            "trials": self.trials,
            **{f"search_{k}": v for k, v in self.search.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        self.point = np.array(state["point"], dtype=float)
        self.v = np.array(state["direction"], dtype=float)
        self.eta, self.trials = float(state["eta"]), int(state["trials"])
        self.search = {k: float(state[f"search_{k}"]) for k in self.search}


def is_native(method: GradientMethod) -> bool:
    """Whether the compiled engine has this very method: not a subclass of it, not a user's own."""
    rate = method.learning_rate
    if isinstance(rate, LineSearch) and type(rate) not in learning_rates.LINE_SEARCHES:
        return False
    return METHODS.get(method.name) is type(method) and method.name in COMPILED


def start(method: GradientMethod, x0: Any, rng: Any, bounds: Any, engine: str) -> Run:
    """`Method.start` for gradient methods."""
    checks.choice("engine", engine, ENGINES)
    point = checks.start(x0, None, method.name)
    limits = checks.bounds(bounds, point.size)
    checks.start_within(point, limits)
    key = noise_key(method, rng)
    return start_checked(method, point, key, limits, engine)


def noise_key(method: GradientMethod, rng: Any) -> int:
    """The key of the noise; 0 where there is none, but a wrong rng is refused all the same."""
    if method.noise > 0.0:
        return draw_key(rng)
    if rng is not None:
        generator(rng)
    return 0


def start_checked(
    method: GradientMethod, x0: Array, key: int, limits: checks.Bounds | None, engine: str
) -> Run:
    """The run, of arguments that are already checked."""
    if engine == "compiled" and is_native(method):
        return CompiledRun(method, x0, key, limits)
    newton = isinstance(method, Newton) and method.searches  # not with a step of one's own
    if isinstance(method.learning_rate, LineSearch) or newton:
        return DirectionRun(method, x0, key, limits)
    return GradientRun(method, x0, key, limits)


def resume(
    method: GradientMethod, state: dict[str, Any], bounds: checks.Bounds | None, engine: str
) -> Run:
    """A run that goes on from a snapshot, of either engine."""
    run = start_checked(method, np.array(state["theta"], dtype=float), 0, bounds, engine)
    run.restore(state)
    return run
