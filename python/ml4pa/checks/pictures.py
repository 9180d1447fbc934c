"""What can be drawn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .arrays import Array, array, interval
from .scalars import count
from .shown import shown

if TYPE_CHECKING:
    from ..objective import Objective


def drawable(f: Objective, n: int, figure: str) -> None:
    """A picture of f needs one or two coordinates."""
    if f.n is not None and f.n != n:
        cure = {1: "use plot.curve", 2: "use plot.contour or plot.surface"}.get(
            f.n, f"draw a cut through it, a function of {n} of its coordinates"
        )
        raise ValueError(f"f={shown(f)} is defined on n={f.n}, but {figure} draws n={n}: {cure}")


def axes(value: Any) -> Any:
    """Axes of matplotlib, and not a figure or an array of them."""
    from matplotlib.axes import Axes

    if not isinstance(value, Axes):
        raise TypeError(f"ax={shown(value)} must be Axes of matplotlib: fig, ax = plt.subplots()")
    return value


def window(value: Any, f: Objective, n: int) -> Array:
    """The part of the domain to draw, (n, 2): what was given, else the usual domain of f."""
    if value is None:
        value = getattr(f, "bounds", None)
        if value is None:
            pairs = ", ".join(["(low, high)"] * n)
            raise ValueError(
                f"bounds=None, but {f.name} has no usual domain: pass bounds=[{pairs}]"
            )
    a = array("bounds", value)
    if a.shape == (2,) and n == 1:
        a = a.reshape(1, 2)
    if a.shape != (n, 2):
        raise ValueError(
            f"bounds has shape {a.shape}, but must hold one pair (low, high) "
            f"for each of the n={n} coordinates"
        )
    for i, pair in enumerate(a):
        interval(f"bounds[{i}]", pair)
    return a


def recorded(result: Any, name: str = "result") -> Any:
    """The path of a result."""
    path = getattr(result, "path", None)
    if path is None:
        if not hasattr(result, "path"):
            raise TypeError(
                f"{name}={shown(result)} must be a Result of minimize(..., record=True)"
            )
        raise ValueError(f"{name}.path=None, but the path is what is drawn: pass record=True")
    return path


def is_fit(value: Any) -> None:
    """What ml4pa.fit returned."""
    if not (hasattr(value, "predict") and hasattr(value, "params")):
        kind = type(value).__name__
        raise TypeError(f"fit has type {kind}, but must be a Fit, what ml4pa.fit returned")


def is_study(value: Any) -> None:
    """What ml4pa.studies.overfitting returned."""
    if not (hasattr(value, "training") and hasattr(value, "beyond")):
        kind = type(value).__name__
        raise TypeError(f"study has type {kind}, but must be what studies.overfitting returned")


def kept_cost(fit: Any) -> Any:
    """The cost of a fit, which holds the data."""
    is_fit(fit)
    if fit.objective is None:
        raise ValueError(
            "fit.objective=None, but its data are what is drawn: those of a file or a stream are "
            "not kept, draw fit.predict(x) yourself"
        )
    return fit.objective


def kept_history(fit: Any) -> Any:
    """The costs of a fit, epoch by epoch."""
    is_fit(fit)
    if len(fit.history) < 2:
        raise ValueError(
            f"fit.history has {len(fit.history)} rows, but needs two: an exact solution has no "
            "epochs, fit with a method such as ml4pa.Adam()"
        )
    return fit.history


def recorded_population(result: Any) -> Any:
    """The path of a population."""
    path = recorded(result)
    if path.population is None:
        raise ValueError("result.path.population=None: this picture is of a population's run")
    if len(path) < 2:
        raise ValueError("result.path has no generation: pass max_iter >= 1")
    return path


def kept_covariance(path: Any, show: str) -> None:
    """The covariance of a distribution."""
    if path.covariance is None:
        raise ValueError(
            f"result.path.covariance=None, but show={show!r} is drawn from it: run CMAES with "
            "covariance='full' or 'diagonal', or show='values' or 'coordinates'"
        )


def least_finite(values: list[float]) -> float:
    """The least of the values of runs, which are nothing to draw where none is finite."""
    known = [value for value in values if math.isfinite(value)]
    if not known:
        raise ValueError(
            f"results have the values {shown(values)}, but one must be finite: start where f is "
            "finite"
        )
    return min(known)


def coordinates(value: Any, n: int) -> list[int]:
    """Two of n coordinates."""
    pair = [count("coordinates", c) for c in value]
    if len(pair) != 2 or max(pair) >= n:
        raise ValueError(f"coordinates={tuple(value)} must be two numbers < n={n}")
    return pair


def flat_starts(runs: Any) -> Any:
    """Many runs from points of a plane."""
    fleet = getattr(runs, "runs", runs)
    if not hasattr(fleet, "starts"):
        kind = type(runs).__name__
        raise TypeError(
            f"runs has type {kind}, but must be what multistart or find_minima returned"
        )
    n = fleet.starts.shape[1]
    if n != 2:
        raise ValueError(f"runs have n={n}, but basins draws n=2: take a cut of two coordinates")
    return fleet


def swept(sweep: Any, x: str | None, y: str | None) -> list[str]:
    """The hyper-parameters along the axes of a picture of a sweep, one or two."""
    if not hasattr(sweep, "grid"):
        kind = type(sweep).__name__
        raise TypeError(f"sweep has type {kind}, but must be a Sweep, what ml4pa.sweep returned")
    axes = sweep.grid.axes
    varies = [name for name, values in axes.items() if len(values) > 1]
    for given, name in (("x", x), ("y", y)):
        if name is not None and name not in axes:
            raise ValueError(f"{given}={shown(name)} must be one of {', '.join(map(repr, axes))}")
    if x is None and y is None:
        if not varies:
            raise ValueError("sweep has one setting, but a picture needs several: see ml4pa.grid")
        return varies[:2]
    if x is None:
        x = next((name for name in varies if name != y), None)
    return [name for name in (x, y) if name is not None]


def explorable(f: Objective, bounds: Any) -> int:
    """One or two variables: those of f, else of the window."""
    n = f.n if f.n is not None or bounds is None else len(bounds)
    if n not in (1, 2):
        raise ValueError(
            f"f={shown(f)} is defined on n={n}, but explore draws n=1 or n=2: explore a cut "
            "through it"
        )
    return int(n)
