"""How a method becomes a run, in either engine."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import _core, checks, learning_rates
from .damped_run import DampedRun
from .direction_run import DirectionRun
from .learning_rates import LineSearch
from .method import GradientMethod, own_names
from .methods import METHODS
from .methods.levenberg_marquardt import LevenbergMarquardt
from .methods.newton import Newton
from .numpy_run import GradientRun
from .objective import Array
from .random import draw_key, generator
from .run import ENGINES, OfTheCore, Run

#: The methods that the compiled engine has; one that is new may have no twin yet.
COMPILED = frozenset(_core.method_signatures())


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
    own_step = type(method).step is not GradientMethod.step
    if isinstance(method, LevenbergMarquardt) and not own_step:
        return DampedRun(method, x0, key, limits)
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
