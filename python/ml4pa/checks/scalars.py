"""Numbers, counts, words."""

from __future__ import annotations

import math
import numbers
import os
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np

from .shown import shown


def finite_number(name: str, value: Any) -> float:
    """A finite real number, as a float."""
    kind = type(value)  # the usual kinds first: isinstance with abstract classes is slow
    if (kind is float and math.isfinite(value)) or (kind is int and value.bit_length() < 1000):
        return float(value)
    array = isinstance(value, np.ndarray) and value.dtype.kind != "c"
    if not array and not _is_real(value):
        raise TypeError(f"{name}={shown(value)} must be a number")
    if isinstance(value, np.ndarray):
        unmasked(name, value)
    if isinstance(value, np.ndarray) and value.ndim > 0:
        raise TypeError(f"{name} has shape {value.shape}, but must be one number")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}={shown(value)} must be a real number") from None
    except OverflowError:
        raise ValueError(f"{name} must be finite, but is beyond the largest float") from None
    if not math.isfinite(number):
        raise ValueError(f"{name}={number} must be finite")
    return number


def bare(name: str, value: Any) -> None:
    """What NumPy would drop in silence: a mask is refused, of a unit it is said that it goes."""
    if isinstance(value, np.ndarray):
        if type(value) is not np.ndarray:
            unmasked(name, value)
            _without_unit(name, value)
    elif type(value) in (list, tuple) and value and isinstance(value[0], np.ndarray):
        for row in value:
            if isinstance(row, np.ndarray) and row.ndim:  # a number with a unit NumPy refuses
                bare(name, row)


def unmasked(name: str, value: Any) -> None:
    """No masked array, of which NumPy would take what lies under the mask."""
    mask = getattr(value, "mask", None)
    if mask is not None and np.any(mask):
        raise ValueError(
            f"{name} has masked numbers, {np.count_nonzero(mask)} of {value.size}: "
            "leave their rows out"
        )


def _without_unit(name: str, value: Any) -> None:
    """A warning where a quantity of astropy loses its unit; a column of a table is none."""
    unit = str(getattr(value, "unit", ""))
    if unit and hasattr(value, "to_value"):
        warnings.warn(
            f"{name} has the unit {unit}, which is dropped: ml4pa takes and returns numbers alone; "
            f"pass its .to_value({unit!r})",
            stacklevel=2,
        )


def _is_real(value: Any) -> bool:
    """Whether it is one real number, and not a truth value."""
    return isinstance(value, numbers.Real | np.number) and not isinstance(
        value, bool | np.bool_ | np.complexfloating
    )


def positive_number(name: str, value: Any) -> float:
    """A finite number > 0."""
    return within(name, value, gt=0)


def within(
    name: str,
    value: Any,
    *,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
) -> float:
    """A finite number in an interval."""
    number = finite_number(name, value)
    if ge is not None and not number >= ge:
        raise ValueError(f"{name}={value} must be >= {ge:g}")
    if gt is not None and not number > gt:
        raise ValueError(f"{name}={value} must be > {gt:g}")
    if le is not None and not number <= le:
        raise ValueError(f"{name}={value} must be <= {le:g}")
    if lt is not None and not number < lt:
        raise ValueError(f"{name}={value} must be < {lt:g}")
    return number


#: The core numbers the points of a generation, of which its draws are functions, by 32 bits.
BITS_OF_ROWS = 32


def count(name: str, value: Any, least: int = 0, bits: int = 63) -> int:
    """A whole number >= least of so many bits."""
    if type(value) is int and least <= value < 1 << bits:  # most calls
        return value
    if not _is_real(value):
        raise TypeError(f"{name}={shown(value)} must be a whole number")
    try:
        whole = int(value)
    except (ValueError, OverflowError, TypeError):  # of NaN, of an infinity, of a time
        whole = None
    if whole is None or whole != value:
        raise ValueError(f"{name}={value} must be a whole number")
    if whole < least:
        raise ValueError(f"{name}={value} must be >= {least}")
    if whole >= 1 << bits:
        raise ValueError(f"{name} must be < 2**{bits}")
    return whole


def threads(value: Any) -> int:
    """The most threads: an int >= 1, of which the core takes no more than 1024."""
    return min(count("threads", value, least=1), 1024)


def workers(value: Any) -> int:
    """How many processes: an int >= 1, or -1 for as many as there are processors."""
    if not _is_real(value):
        raise TypeError(
            f"workers={shown(value)} must be an int >= 1, -1 for all processors, or a map such as "
            "Pool.map"
        )
    if value == -1:
        return os.cpu_count() or 1
    return count("workers", value, least=1)


def picklable(fun: Any, workers: int) -> None:
    """What is sent to other processes; a pool that meets something else late may wait for ever."""
    import pickle

    try:
        pickle.dumps(fun)
    except Exception as error:
        raise TypeError(
            f"workers={workers} sends fun to other processes, but it does not pickle: {error}; "
            "use a function of a module"
        ) from error


def broken_pool(workers: int) -> str:
    """What is said where a worker is gone."""
    return (
        f"workers={workers}: a process ended while it evaluated fun: killed, crashed, out of "
        "memory (with fewer workers each has more of it), or did fun raise what does not unpickle?"
    )


def mapped(values: Any, points: int) -> list[Any]:
    """What the caller's own map has given, one value a point."""
    if isinstance(values, Iterable):
        told = list(values)
        if len(told) == points:
            return told
        what = f"{len(told)} values"
    else:
        what = shown(values)
    raise ValueError(
        f"workers gave {what} for {points} points: pass a map, such as Pool.map or "
        "ProcessPoolExecutor.map"
    )


def callback(value: Any) -> None:
    """None, or what is called with intermediate results."""
    if value is not None and not callable(value):
        raise TypeError(f"callback={shown(value)} must be callable: callback(intermediate_result)")


def choice(name: str, value: Any, choices: tuple[str, ...]) -> str:
    """One of a few words."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name}={shown(value)} must be one of {', '.join(map(repr, choices))}")
    return str(value)
