"""Arrays, points, bounds, starts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .scalars import bare, count
from .shown import shown

if TYPE_CHECKING:
    from ..objective import Objective

Array = NDArray[np.float64]
Bounds = tuple[Array, Array]


def array(name: str, value: Any) -> Array:
    """A C-ordered float64 array; copied only when it is not one already."""
    return np.asarray(real(name, value), dtype=np.float64, order="C")


def real(name: str, value: Any) -> NDArray[Any]:
    """An array of real numbers, as precise as they are."""
    bare(name, value)
    try:
        a = np.asarray(value)
        if a.dtype.kind == "O":
            a = of_objects(a)
        if a.dtype.kind not in "biuf":
            raise TypeError
        return a
    except RuntimeError as error:  # of a tensor of torch that keeps its gradient: tells the cure
        raise TypeError(f"{name} must be an array of real numbers: {error}") from None
    except (TypeError, ValueError, OverflowError):
        cure = ": pass .toarray()" if hasattr(value, "toarray") else ""  # a sparse matrix
        raise TypeError(f"{name}={shown(value)} must be an array of real numbers{cure}") from None


def of_objects(a: NDArray[Any]) -> Array:
    """Python's numbers of any kind; neither text nor None, which NumPy would turn into numbers."""
    for number in a.flat:
        if np.asarray(number).dtype.kind not in "biufO":
            raise TypeError
    return np.array([float(number) for number in a.flat]).reshape(a.shape)


def interval(name: str, value: Any) -> tuple[float, float]:
    """Two finite numbers, the lower one first."""
    a = array(name, value)
    if a.shape != (2,):
        raise ValueError(f"{name} has shape {a.shape}, but must be a pair (low, high)")
    low, high = a.tolist()
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"{name}=({low}, {high}) must be finite with low < high")
    return low, high


def finite(name: str, value: Any, ndim: int) -> Array:
    """A finite array of so many dimensions, not empty."""
    a = array(name, value)
    if a.ndim != ndim or a.size == 0:
        raise ValueError(f"{name} has shape {a.shape}, but must have {ndim} dimensions, not empty")
    if not _sums_up(a) and not np.isfinite(a).all():
        place = tuple(int(i[0]) for i in np.nonzero(~np.isfinite(a)))
        where = ", ".join(map(str, place))
        raise ValueError(f"{name}[{where}]={a[place]} must be finite")
    return a


def _sums_up(a: Array) -> bool:
    """Whether the sum is finite, and so each number: half the time of looking at each."""
    with np.errstate(all="ignore"):
        return math.isfinite(np.add.reduce(a, axis=None))


def dimension(n: int | None, owner: Any) -> int:
    """The dimension of a landscape: its own where that is fixed, else the one given."""
    if owner.dimension is not None:
        if n is not None:
            name = type(owner).__name__
            raise TypeError(
                f"n={shown(n)} is given, but {name} is defined on n={owner.dimension} alone: pass "
                f"{name}()"
            )
        return int(owner.dimension)
    return count("n", n, least=getattr(owner, "minimum_dimension", 1))


def points(x: Any, f: Objective) -> Array:
    """One point (n,), or m points as the rows of (m, n)."""
    a = array("x", x)
    if a.ndim == 0 and f.n == 1:
        a = a.reshape(1)
    if a.ndim not in (1, 2) or (f.n is not None and a.shape[-1] != f.n):
        n = "n" if f.n is None else f.n
        raise ValueError(
            f"x has shape {a.shape}, but {f.name} is defined on n={n}: "
            f"pass shape ({n},) for one point or (m, {n}) for m points"
        )
    return a


def start(x0: Any, n: int | None, method: str) -> Array:
    """A finite start (n,), as a new array."""
    if x0 is None:
        length = "" if n is None else f" of length {n}"
        raise ValueError(f"x0=None, but {method} needs a start: pass an array{length}")
    a = array("x0", x0)
    shape = a.shape
    if not shape:
        a = a.reshape(1)
        shape = (1,)
    if len(shape) != 1 or shape[0] == 0:
        raise ValueError(f"x0 has shape {shape}, but must be one point: pass an array (n,)")
    if n is not None and shape[0] != n:
        raise ValueError(
            f"x0 has shape {shape} but fun is defined on n={n}: pass an array of length {n}"
        )
    if not all_finite(a):
        i = int(np.flatnonzero(~np.isfinite(a))[0])
        raise ValueError(f"x0[{i}]={a[i]} must be finite")
    return a


def all_finite(a: Array) -> bool:
    """Whether all numbers of a vector are finite; quick for a few."""
    if a.size <= 16:
        return all(map(math.isfinite, a.tolist()))
    return bool(np.isfinite(a).all())


def bounds(value: Any, n: int) -> Bounds | None:
    """(low, high), each (n,): from pairs, an (n, 2) array or an object with lb and ub."""
    if value is None:
        return None
    bare("bounds", value)
    if hasattr(value, "lb") and hasattr(value, "ub"):
        low, high = _sides("bounds.lb", value.lb, n), _sides("bounds.ub", value.ub, n)
    else:
        try:
            # a data frame's own iteration goes over its columns
            rows = np.asarray(value) if hasattr(value, "__array__") else value
            pairs = [tuple(pair) for pair in rows]
        except (TypeError, RuntimeError):
            raise TypeError(
                f"bounds={shown(value)} must be pairs (low, high), an (n, 2) array, or an object "
                "with lb and ub"
            ) from None
        if len(pairs) != n or any(len(pair) != 2 for pair in pairs):
            raise ValueError(
                f"bounds has length {len(pairs)}, but must hold one pair (low, high) "
                f"for each of the n={n} coordinates"
            )
        low = array("bounds", [-np.inf if a is None else a for a, _ in pairs])
        high = array("bounds", [np.inf if b is None else b for _, b in pairs])
    for i in range(n):
        if not low[i] <= high[i]:
            raise ValueError(f"bounds[{i}]=({low[i]}, {high[i]}) must have low <= high")
    return np.ascontiguousarray(low), np.ascontiguousarray(high)


def _sides(name: str, value: Any, n: int) -> Array:
    """One number for all coordinates, or one for each."""
    a = array(name, value)
    if a.size not in (1, n):
        raise ValueError(f"{name} has shape {a.shape}, but x0 has length {n}")
    return np.broadcast_to(a.ravel(), (n,))


def population_dimension(n: int | None, bounds: Any, method: str) -> int:
    """n where no start is given: that of the objective, else the length of the bounds."""
    if n is not None:
        return n
    given = getattr(bounds, "lb", bounds)
    try:
        return len(given)
    except TypeError:
        raise ValueError(
            f"x0=None, but {method} needs to know n: pass an array (n,), or bounds"
        ) from None


def start_within(x0: Array, limits: Bounds | None, name: str = "x0") -> None:
    """The start must lie within the bounds: fun is never evaluated outside them."""
    if limits is None:
        return
    low, high = limits
    outside = np.flatnonzero((x0 < low) | (x0 > high))
    if outside.size:
        i = int(outside[0])
        raise ValueError(
            f"{name}[{i}]={x0[i]} is outside its bounds [{low[i]}, {high[i]}]: start within them"
        )


def enough_evals(max_evals: int | None, objective: Objective, n: int) -> None:
    """A budget that one gradient by finite differences does not exceed."""
    if max_evals is None or not hasattr(objective, "cost"):
        return
    least = objective.cost(n)
    if max_evals < least:
        raise ValueError(
            f"max_evals={max_evals} must be >= {least}: one gradient by finite differences "
            "takes so many, or pass jac="
        )
