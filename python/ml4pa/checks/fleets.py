"""Many runs: starts, hyper-parameters, room for paths."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import Array, Bounds, array, bounds, finite, interval, start, start_within
from .scalars import count
from .shown import shown

if TYPE_CHECKING:
    from ..objective import Objective


def starts(value: Any, n: int | None, name: str = "starts", row: str = "start") -> Array:
    """Finite starts (m, n), one a row, as a new array."""
    a = array(name, value)
    if a.ndim == 1 and n == 1:
        a = a[:, np.newaxis]
    if a.ndim != 2 or a.size == 0 or (n is not None and a.shape[1] != n):
        columns = "n" if n is None else n
        raise ValueError(
            f"{name} has shape {a.shape}, but must hold one {row} a row: pass shape (m, {columns})"
        )
    return np.array(finite(name, a, ndim=2))


def one_or_more_starts(x0: Any, n: int | None, limits: Any) -> Array:
    """One start (n,), or one a row, within the bounds: as a new array (m, n)."""
    a = array("x0", x0)
    rows = a.reshape(1, -1) if a.ndim < 2 else a
    if rows.ndim != 2 or rows.size == 0 or (n is not None and rows.shape[1] != n):
        columns = "n" if n is None else n
        raise ValueError(
            f"x0 has shape {a.shape}, but must be one start, shape ({columns},), or hold one a "
            f"row: pass shape (m, {columns})"
        )
    sides = bounds(limits, rows.shape[1])
    if a.ndim < 2:
        start_within(start(a, n, ""), sides)
    else:
        starts_within(finite("x0", a, ndim=2), sides, "x0")
    return np.array(rows)


def starts_within(points: Array, limits: Bounds | None, name: str = "starts") -> None:
    """All starts must lie within the bounds: fun is never evaluated outside them."""
    if limits is None:
        return
    low, high = limits
    outside = np.argwhere((points < low) | (points > high))
    if len(outside):
        i, j = (int(k) for k in outside[0])
        raise ValueError(
            f"{name}[{i}, {j}]={points[i, j]} is outside its bounds [{low[j]}, {high[j]}]: "
            "start within them"
        )


def hyper_parameters(caller: str, method: Any, given: dict[str, Any]) -> None:
    """Keywords that the method has; also a misspelt keyword of the caller comes here."""
    kind = method if isinstance(method, type) else type(method)
    names = [field.name for field in dataclasses.fields(kind)]
    for name in given:
        if name not in names:
            raise TypeError(
                f"{name}={shown(given[name])} is neither a keyword of {caller} nor a "
                f"hyper-parameter of {kind.__name__}: it has {', '.join(names)}"
            )


def all_given(caller: str, kind: Any, given: dict[str, Any]) -> None:
    """No hyper-parameter is left out that has no default."""
    for field in dataclasses.fields(kind):
        needed = field.default is field.default_factory is dataclasses.MISSING
        if needed and field.name not in given:
            raise TypeError(
                f"{caller} gives no {field.name}, but {kind.__name__} has no default for it: pass "
                f"{field.name}="
            )


def several(value: Any) -> bool:
    """Whether it holds values, a list of vectors of unequal lengths too."""
    return isinstance(value, list | tuple) or np.ndim(value) > 0


def one_a_start(name: str, value: Any, m: int) -> list[Any]:
    """A hyper-parameter of one value for each of m runs; a value may be a vector."""
    values: list[Any] = value.tolist() if type(value) is np.ndarray else list(value)
    if len(values) != m:
        raise ValueError(
            f"{name} has shape {getattr(value, 'shape', (len(values),))}, but there are {m} "
            f"starts: pass one value, or shape ({m},)"
        )
    return values


def known_minima(name: str, value: Any, n: int) -> Array:
    """Minima (k, n), one a row; none where there are none."""
    if value is None or array(name, value).size == 0:
        return np.empty((0, n))
    return starts(value, n, name, "minimum")


def every_value(name: str, values: list[Any], make: Callable[..., Any]) -> None:
    """The values of one hyper-parameter, tried in ``make(name=value)``.

    Hyper-parameters lie in intervals, so of numbers the extremes will do.
    """
    tried = list(range(len(values)))
    if all(type(v) is float and math.isfinite(v) for v in values):
        tried = sorted({values.index(min(values)), values.index(max(values))})
    for i in tried:
        try:
            make(**{name: values[i]})
        except (TypeError, ValueError) as error:
            text = str(error)
            if not text.startswith(f"{name}="):
                raise
            raise type(error)(f"{name}[{i}]" + text.removeprefix(name)) from None


def room_for_paths(rows: float, m: int, n: int, max_bytes: Any) -> None:
    """Paths of m runs that fit into the memory allowed."""
    most = count("max_bytes", max_bytes, least=1)
    if math.isinf(rows):
        raise ValueError(
            "record: the length of the paths must be limited: pass max_iter or max_evals"
        )
    size = 8 * m * int(rows) * (n + 1)
    if size > most:
        raise ValueError(
            f"record: {m} paths of up to {int(rows)} points in {n} dimensions may take {size} "
            f"bytes > max_bytes={most}: record every so many steps (record=100), lower max_iter, "
            "or raise max_bytes"
        )


def search_window(value: Any, f: Objective) -> Array:
    """The finite window (n, 2) to search: what was given, else the usual domain of f."""
    n = f.n
    if value is None:
        value = getattr(f, "bounds", None)
        if value is None:
            raise ValueError(
                f"bounds=None, but {f.name} has no usual domain: pass one pair (low, high) "
                "for each coordinate"
            )
    if n is None:
        n = np.size(value.lb) if hasattr(value, "lb") else len(value)
    low, high = bounds(value, n) or ((), ())
    for i, pair in enumerate(zip(low, high, strict=True)):
        interval(f"bounds[{i}]", pair)
    return np.column_stack([low, high])


def scipy_qmc() -> Any:
    """SciPy's low-discrepancy points."""
    try:
        from scipy.stats import qmc
    except ImportError:
        raise ImportError(
            "sampling='sobol' needs SciPy: pip install scipy, or sampling='latin'"
        ) from None
    return qmc
