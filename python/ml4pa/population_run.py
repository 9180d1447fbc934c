"""Runs of population methods: a run asks for a generation, and is told its values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, checks
from .method import State
from .methods import METHODS
from .objective import Array
from .population import PopulationMethod
from .random import draw_key, normals, stream, uniforms
from .run import OfTheCore, Run
from .stop import Status, Stop
from .turn import Turn

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The methods that the compiled engine has.
COMPILED = frozenset(_core.population_signatures())
#: So many generations without a value below infinity end a run.
MOST_BARREN = 10
#: The largest number: all points are finite.
MOST = float(np.finfo(float).max)


class PopulationRun(Run):
    """A population method started at x0: all that changes.

    ``X = run.ask()`` (lambda, n) is the generation, the same read-only array until told;
    ``run.tell(X, values)`` takes the values (lambda,), also at points of the caller's own, repaired
    or injected, in place of some rows of X.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Sphere(3)
    >>> run = ml4pa.RandomSearch(0.5).start([1.0, 2.0, 3.0], rng=1)
    >>> while not run.stop and run.iteration < 100:
    ...     X = run.ask()
    ...     run.tell(X, f(X))
    >>> X.shape, run.fun < 0.1
    ((20, 3), True)
    """

    method: PopulationMethod  # type: ignore[assignment]

    def tell(self, X: Any, values: Any) -> None:  # type: ignore[override]
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<Run of {self.method!r} after {self.iteration} generations, best f = {self.fun:g}>"

    @property
    def state(self) -> State:
        hidden = ("noted", "barren")
        return self.method.show({k: v for k, v in super().state.items() if k not in hidden})

    def __reduce__(self) -> tuple[Any, ...]:
        return resume, (self.method, self.snapshot(), self.bounds, self.engine)


class CompiledPopulationRun(OfTheCore, PopulationRun):
    """A run of the compiled engine."""

    native: _core.PopulationRun
    engine = "compiled"

    def __init__(
        self, method: PopulationMethod, x0: Array, key: int, bounds: checks.Bounds | None
    ) -> None:
        self.method = method
        self.bounds = bounds
        low, high = (None, None) if bounds is None else bounds
        self.native = _core.start_population(
            method.name, method.hyper_parameters(), key, x0, low, high
        )
        # Without a Python frame between: a call takes less than a microsecond.
        self.ask = self.native.ask  # type: ignore[method-assign]
        self.tell = self.native.tell  # type: ignore[method-assign]

    def on_numpy(self) -> NumpyPopulationRun:
        """The same start on the NumPy engine, for an objective without a compiled twin."""
        key = int(self.snapshot()["key"]) % (1 << 64)
        return NumpyPopulationRun(self.method, self.x, key, self.bounds)


class NumpyPopulationRun(PopulationRun):
    """A run of the NumPy engine: the specification of the compiled one."""

    engine = "numpy"

    def __init__(
        self, method: PopulationMethod, x0: Array, key: int, bounds: checks.Bounds | None
    ) -> None:
        self.method = method
        self.bounds = bounds
        self.turn = Turn()
        self.key = key
        self._best_x, self._best_fun = x0.copy(), math.inf
        self._iteration = 0
        self._noted, self._barren = False, 0
        self._stop: Stop | None = None
        self._asked: Array | None = None
        self.kept = method.init(self)

    def normals(self, rows: int, domain: int = 0, first: int = 0, n: int | None = None) -> Array:
        """Standard normals (rows, n) of this iteration, from the stream ``domain``."""
        return normals(
            stream(self.key, domain), self._iteration, np.arange(first, first + rows), n or self.n
        )

    def uniforms(self, rows: int, domain: int = 0, first: int = 0, n: int | None = None) -> Array:
        """Uniforms in [0, 1), (rows, n), of this iteration, from the stream ``domain``."""
        return uniforms(
            stream(self.key, domain), self._iteration, np.arange(first, first + rows), n or self.n
        )

    def asked(self, X: Array) -> NDArray[np.bool_]:
        """Which rows of X are those asked for; the others the caller has repaired or injected."""
        asked = self.ask()
        if X is asked:  # NaN, which is not equal to itself, is no point of the caller's own
            return np.ones(len(X), dtype=bool)
        return np.asarray((X == asked).all(axis=1))

    def halt(self, reason: int, measured: float, limit: float) -> None:
        """Ends the run."""
        self._stop = Stop(reason, measured, limit)

    def ask(self) -> Array:
        self.turn.look()
        if self._asked is None:
            with np.errstate(all="ignore"):  # what overflows is moved back below
                X = np.ascontiguousarray(self.method.sample(self), dtype=float)
            X = np.minimum(np.maximum(X, -MOST), MOST)
            if self.bounds is not None:
                X = np.minimum(np.maximum(X, self.bounds[0]), self.bounds[1])
            self._asked = X
            self._asked.flags.writeable = False
        return self._asked

    def tell(self, X: Any, values: Any) -> None:  # type: ignore[override]
        with self.turn.taken():
            self.learn(X, values)

    def learn(self, X: Any, values: Any) -> None:
        """`tell`, for who has the turn."""
        asked = self.ask()
        if X is asked:  # the run's own points are taken as they are
            values = checks.values_of(values, len(X), "values")
        else:
            X, values = checks.told_population(X, values, *asked.shape)
        self.note(X, values)
        self._barren = 0 if (values < math.inf).any() else self._barren + 1
        self.method.update(self, X, values)
        self._iteration += 1
        self._asked = None
        if self._barren >= MOST_BARREN and self._stop is None:
            self.halt(Status.NO_VALUE, float(self._barren), float(MOST_BARREN))

    def note(self, X: Array, values: Array) -> None:
        """Takes the best of the evaluated rows as the best point where it is; any number is
        better than NaN."""
        for x, f in zip(X, values.tolist(), strict=False):
            best = self._best_fun
            if f < best or not self._noted or (math.isnan(best) and not math.isnan(f)):
                self._best_x, self._best_fun, self._noted = x.copy(), f, True

    def snapshot(self) -> dict[str, Any]:
        self.turn.look()
        stop = self._stop or Stop(-1, 0.0, 0.0)
        return {
            "iteration": self._iteration,
            "best_x": self._best_x.copy(),
            "best_fun": self._best_fun,
            "stop_reason": int(stop.reason),
            "stop_measured": stop.measured,
            "stop_limit": stop.limit,
            "key": self.key - (1 << 64) if self.key >> 63 else self.key,
            "noted": int(self._noted),
            "barren": self._barren,
            **{k: v.copy() if isinstance(v, np.ndarray) else v for k, v in self.kept.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        self._iteration = int(state["iteration"])
        self._best_x = np.array(state["best_x"], dtype=float)
        self._best_fun = float(state["best_fun"])
        reason = int(state["stop_reason"])
        stop = Stop(reason, float(state["stop_measured"]), float(state["stop_limit"]))
        self._stop = None if reason < 0 else stop
        self.key = int(state["key"]) % (1 << 64)
        self._noted, self._barren = bool(state["noted"]), int(state["barren"])
        self.kept = {
            k: np.array(state[k], dtype=v.dtype) if isinstance(v, np.ndarray) else type(v)(state[k])
            for k, v in self.kept.items()
        }
        self._asked = None

    @property
    def x(self) -> Array:
        self.turn.look()
        return self._best_x.copy()

    @property
    def n(self) -> int:
        return int(self._best_x.size)

    @property
    def fun(self) -> float:
        return self._best_fun

    @property
    def iteration(self) -> int:
        return self._iteration

    def stopped(self) -> Stop | None:
        return self._stop


def is_native(method: PopulationMethod) -> bool:
    """Whether the compiled engine has this very method: not a subclass of it, not a user's own."""
    return METHODS.get(method.name) is type(method) and method.name in COMPILED and method.has_twin


def start(
    method: PopulationMethod, x0: Any, rng: Any, bounds: Any, n: int | None, engine: str
) -> PopulationRun:
    """A run of checked arguments; n is the objective's dimension, None where that is free."""
    key = draw_key(rng)
    if x0 is None:
        n = checks.population_dimension(n, bounds, method.name)
        limits = checks.bounds(bounds, n)
        point = method.draw_start(n, key, limits)
    else:
        point = checks.start(x0, n, method.name)
        limits = checks.bounds(bounds, point.size)
        checks.start_within(point, limits)
    method.check_start(point, limits)
    return start_checked(method, point, key, limits, engine)


def start_checked(
    method: PopulationMethod, x0: Array, key: int, limits: checks.Bounds | None, engine: str
) -> PopulationRun:
    """The run, of arguments that are already checked."""
    if engine == "compiled" and is_native(method):
        return CompiledPopulationRun(method, x0, key, limits)
    return NumpyPopulationRun(method, x0, key, limits)


def resume(
    method: PopulationMethod, state: dict[str, Any], bounds: checks.Bounds | None, engine: str
) -> PopulationRun:
    """A run that goes on from a snapshot, of either engine."""
    run = start_checked(method, np.array(state["best_x"], dtype=float), 0, bounds, engine)
    run.restore(state)
    return run
