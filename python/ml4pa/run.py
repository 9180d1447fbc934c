"""Runs: methods at work. A run asks for a point, and is told the value and gradient there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import checks
from .method import GradientMethod, State
from .objective import Array
from .stop import Status, Stop

if TYPE_CHECKING:
    from . import _core

ENGINES = ("compiled", "numpy")


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
        from .starting import resume

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
