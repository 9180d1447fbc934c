"""Values, gradients, Hessians that a run is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from .arrays import Array, all_finite, array, of_objects
from .scalars import bare, within
from .shown import shown


def value(f: Any, name: str = "f") -> float:
    """One real number, NaN and infinities too."""
    bare(name, f)
    try:
        a = np.asarray(f)
        if a.dtype.kind == "O":
            a = of_objects(a)
    except RuntimeError as error:  # as in `real`
        raise TypeError(f"{name} must be one real number: {error}") from None
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{name} is {shown(f)}, but must be one real number") from None
    if a.size != 1 or a.dtype.kind not in "biuf":
        what = f"an array of shape {a.shape}" if a.ndim else f"{shown(f)}"
        raise TypeError(f"{name} is {what}, but must be one real number")
    return float(a.reshape(()))


def vector(g: Any, n: int, name: str = "g", of: str = "x has length ") -> Array:
    """An array (n,)."""
    a = array(name, g)
    if a.ndim == 0 and n == 1:
        a = a.reshape(1)
    if a.shape != (n,):
        raise ValueError(f"{name} has shape {a.shape}, but {of}{n}: give shape ({n},)")
    return a


def matrix(h: Any, n: int, name: str = "H") -> Array:
    """An array (n, n)."""
    a = array(name, h)
    if a.ndim == 0 and n == 1:
        a = a.reshape(1, 1)
    if a.shape != (n, n):
        raise ValueError(f"{name} has shape {a.shape}, but x has length {n}: give ({n}, {n})")
    return a


def told(
    x: Any, f: Any, g: Any, h: Any, n: int, hessian: bool
) -> tuple[Array, float, Array, Array | None]:
    """What `run.tell` was given."""
    if g is None:
        raise ValueError("g=None, but this method needs the gradient: tell(x, f, g)")
    if hessian and h is None:
        raise ValueError("H=None, but this method needs the Hessian: tell(x, f, g, H)")
    point = vector(x, n, "x", "the run has n=")
    if not all_finite(point):
        i = int(np.flatnonzero(~np.isfinite(point))[0])
        raise ValueError(f"x[{i}]={point[i]} must be finite")
    number, slope = value(f), vector(g, n)
    curvature = None if h is None else matrix(h, n)  # looked at even where it is not wanted
    return point, number, slope, curvature if hessian else None


def told_population(X: Any, values: Any, rows: int, n: int) -> tuple[Array, Array]:
    """What the `run.tell` of a population was given."""
    points = array("X", X)
    if points.shape != (rows, n):
        raise ValueError(
            f"X has shape {points.shape}, but this generation has shape ({rows}, {n}): "
            "replace rows of run.ask() by points of your own"
        )
    if not np.isfinite(points).all():
        i, j = (int(k[0]) for k in np.nonzero(~np.isfinite(points)))
        raise ValueError(f"X[{i}, {j}]={points[i, j]} must be finite")
    return points, values_of(values, rows, "values")


def values_of(told: Any, rows: int, name: str) -> Array:
    """The values at the rows of a generation, NaN and infinities too."""
    a = array(name, told)
    if a.shape != (rows,):
        raise ValueError(f"{name} has shape {a.shape}, but X has {rows} rows: give ({rows},)")
    return a


def nan_value(x: Array) -> None:
    """Raises for a value that is NaN, at the point x: `error.x`, since the text may be too long."""
    error = FloatingPointError(f"fun is NaN at x = {shown(x.tolist())}")
    error.x = x.copy()  # type: ignore[attr-defined]
    raise error


def rate_at(learning_rate: Callable[[int], Any], t: int) -> float:
    """The value at t of a learning rate that is a callable."""
    eta = learning_rate(t)
    name = f"learning_rate(t={t})"
    return within(name, eta, ge=0)


def run_at_work() -> NoReturn:
    """A run that somebody else works with."""
    raise RuntimeError(
        "this run is at work in another call, which has not ended: one caller at a time works with "
        "it. Its callback may read and save it, and anybody read run.fun and run.iteration"
    )


def unfinished(run: Any, n: int | None, **given: Any) -> Any:
    """A run that goes on, which has its own start, bounds and random numbers."""
    for name, value in given.items():
        if value is not None:
            raise ValueError(
                f"{name}={shown(value)} must be None: method is a Run, which has its own"
            )
    if n is not None and n != run.n:
        raise ValueError(f"method is a Run on n={run.n}, but fun is defined on n={n}")
    if run.stop:
        reasons = ", ".join(run.stop)
        raise ValueError(f"method is a Run that has stopped ({reasons}): start another one")
    return run
