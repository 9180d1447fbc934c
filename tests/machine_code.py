"""Objectives of machine code for the tests: ctypes callbacks, which need no compiler and can count,
and numba's, which run beside one another."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ml4pa import CompiledFunction

DOUBLES = ctypes.POINTER(ctypes.c_double)
VALUE = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int, DOUBLES)
WRITE = ctypes.CFUNCTYPE(None, ctypes.c_int, DOUBLES, DOUBLES)


def view(pointer: Any, *shape: int) -> np.ndarray:
    return np.ctypeslib.as_array(pointer, shape)


def value_code(fun: Callable[[np.ndarray], float]) -> Any:
    """``fun(x)`` of Python behind a C pointer."""
    return VALUE(lambda n, x: fun(view(x, n)))


def write_code(fun: Callable[[np.ndarray], Any], order: int = 1) -> Any:
    """A gradient (order 1) or Hessian (order 2) of Python behind a C pointer."""

    def call(n: int, x: Any, out: Any) -> None:
        view(out, *order * (n,))[...] = fun(view(x, n))

    return WRITE(call)


def coded(fun: Any, jac: Any = None, hess: Any = None, n: int | None = None) -> CompiledFunction:
    """A CompiledFunction of Python functions, which take Python's lock for themselves."""
    return CompiledFunction(
        value_code(fun),
        n,
        write_code(jac) if callable(jac) else jac,
        None if hess is None else write_code(hess, 2),
    )


@functools.cache
def spinning(per_unit: int = 0) -> Any:
    """numba's sphere, which adds for a while before: longer where x[0] is larger."""
    import numba
    from numba import types

    @numba.cfunc(types.double(types.intc, types.CPointer(types.double)))
    def sphere(n, x):
        total = 0.0
        for i in range(n):
            total += x[i] * x[i]
        waste = 1.0 + abs(x[0])
        for _ in range(int(per_unit * (1.0 + min(abs(x[0]), 3.0)))):
            waste = waste * 0.999 + 1e-3
        return total + 0.0 * waste

    return sphere
