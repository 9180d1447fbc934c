"""CompiledFunction: what it takes and refuses, its lifetime, derivatives, and other drivers.

That both engines compute the same with it is tested over all methods by the rows of cases.py; its
promises in test_compiled_function_promises.py.
"""

from __future__ import annotations

import copy
import ctypes
import functools
import gc
import math
import pickle
import re
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from machine_code import DOUBLES, VALUE, WRITE, coded, value_code, view
from numpy.testing import assert_array_equal
from promises import both_engines, same
from specimens import (
    bowl,
    bowl_hess,
    bowl_jac,
    square,
)

import ml4pa
from ml4pa import CMAES, Adam, CompiledFunction, Function, Newton, Status, minimize

X = np.array([[0.5, -1.0, 2.0], [1.0, 0.0, 0.3]])

# ---- what is taken -------------------------------------------------------------------------------


@functools.cache
def cfuncs():
    """Value and gradient of sum_i (i + 1) x_i^2, and with data, times data[0]."""
    numba = pytest.importorskip("numba")
    from numba import carray, types

    number, whole, numbers = types.double, types.intc, types.CPointer(types.double)

    @numba.cfunc(number(whole, numbers))
    def value(n, x):
        total = 0.0
        for i in range(n):
            total += (i + 1) * x[i] * x[i]
        return total

    @numba.cfunc(types.void(whole, numbers, numbers))
    def slope(n, x, out):
        for i in range(n):
            out[i] = 2.0 * (i + 1) * x[i]

    @numba.cfunc(number(whole, numbers, types.CPointer(types.double)))
    def value_data(n, x, data):
        total = 0.0
        for i in range(n):
            total += (i + 1) * x[i] * x[i]
        return data[0] * total

    @numba.cfunc(types.void(whole, numbers, numbers, types.voidptr))
    def slope_data(n, x, out, data):
        scale = carray(data, 1, types.double)[0]
        for i in range(n):
            out[i] = scale * 2.0 * (i + 1) * x[i]

    return value, slope, value_data, slope_data


def ramp(x):
    return float(np.sum(np.arange(1.0, x.size + 1) * x * x))


def ramp_jac(x):
    return 2.0 * np.arange(1.0, x.size + 1) * x


def cffi_pointer(address, kind):
    cffi = pytest.importorskip("cffi")
    return cffi.FFI().cast(kind, address)


def low_level(function, *more):
    return pytest.importorskip("scipy").LowLevelCallable(function, *more)


class Bare(ctypes._CFuncPtr):
    """A function of a library, of which nothing is told but what it returns."""

    _flags_ = ctypes._FUNCFLAG_CDECL
    _restype_ = ctypes.c_double


#: Every kind of pointer: from a numba cfunc and its C type.
POINTERS = {
    "numba": lambda f, kind: f,
    "ctypes": lambda f, kind: f.ctypes,
    "ctypes-bare": lambda f, kind: Bare(f.address),
    "cffi": lambda f, kind: cffi_pointer(f.address, kind),
    "address": lambda f, kind: f.address,
    "numpy-integer": lambda f, kind: np.uintp(f.address),
    "scipy": lambda f, kind: low_level(f.ctypes),
    "scipy-cffi": lambda f, kind: low_level(cffi_pointer(f.address, kind)),
}


@pytest.mark.parametrize("kind", POINTERS)
def test_every_kind_of_pointer(kind):
    value, slope, *_ = cfuncs()
    make = POINTERS[kind]
    f = CompiledFunction(
        make(value, "double(*)(int, double *)"),
        jac=make(slope, "void(*)(int, double *, double *)"),
    )
    assert_array_equal(f(X), [ramp(x) for x in X])
    assert f(X[0]) == ramp(X[0]) and type(f(X[0])) is float
    assert_array_equal(f.gradient(X), [ramp_jac(x) for x in X])


@pytest.mark.parametrize("kind", POINTERS)
def test_every_kind_of_pointer_with_data(kind):
    *_, value, slope = cfuncs()
    make = POINTERS[kind]
    f = CompiledFunction(
        make(value, "double(*)(int, double *, void *)"),
        3,
        make(slope, "void(*)(int, double *, double *, void *)"),
        data=np.array([3.0]),
    )
    assert_array_equal(f(X), [3.0 * ramp(x) for x in X])
    assert_array_equal(f.gradient(X), [3.0 * ramp_jac(x) for x in X])


class Scale(ctypes.Structure):
    _fields_ = [("scale", ctypes.c_double)]


def new_cffi(kind):
    return pytest.importorskip("cffi").FFI().new(kind, [3.0])


DATA = {
    "array": lambda: np.array([3.0]),
    "read-only": lambda: np.frombuffer(np.array([3.0]).tobytes()),
    "address": lambda: KEPT.ctypes.data,
    "c_void_p": lambda: ctypes.c_void_p(KEPT.ctypes.data),
    "pointer": lambda: ctypes.pointer(ctypes.c_double(3.0)),
    "number": lambda: ctypes.c_double(3.0),
    "structure": lambda: Scale(3.0),
    "ctypes-array": lambda: (ctypes.c_double * 2)(3.0, 4.0),
    "cffi-array": lambda: new_cffi("double[1]"),
    "cffi-void": lambda: cffi_pointer(KEPT.ctypes.data, "void *"),
}
KEPT = np.array([3.0])


@pytest.mark.parametrize("kind", DATA)
def test_every_kind_of_data(kind):
    *_, value, slope = cfuncs()
    f = CompiledFunction(value, jac=slope, data=DATA[kind]())
    gc.collect()
    assert_array_equal(f(X), [3.0 * ramp(x) for x in X])
    assert_array_equal(f.gradient(X), [3.0 * ramp_jac(x) for x in X])


def test_user_data_of_scipy_goes_with_its_function():
    *_, value, slope = cfuncs()
    two, five = np.array([2.0]), np.array([5.0])
    f = CompiledFunction(
        low_level(value.ctypes, two.ctypes.data_as(ctypes.c_void_p)),
        jac=low_level(slope.ctypes, five.ctypes.data_as(ctypes.c_void_p)),
    )
    assert_array_equal(f(X), [2.0 * ramp(x) for x in X])
    assert_array_equal(f.gradient(X), [5.0 * ramp_jac(x) for x in X])
    with pytest.raises(ValueError, match="^data=.* must be None: fun brings its own user_data"):
        CompiledFunction(low_level(value.ctypes, two.ctypes.data_as(ctypes.c_void_p)), data=five)


def test_a_function_as_data():
    """A callback that calls another function by its address."""
    seen = []
    with_data = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int, DOUBLES, ctypes.c_void_p)
    inner = value_code(ramp)

    def outer(n, x, data):
        seen.append(data)
        return VALUE(data)(n, x)

    for data in (inner, cfuncs()[0]):
        f = CompiledFunction(with_data(outer), data=data)
        assert f(X[0]) == ramp(X[0])
    assert seen == [ctypes.cast(inner, ctypes.c_void_p).value, cfuncs()[0].address]


def test_null_is_asked_for():
    seen = []
    with_data = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int, DOUBLES, ctypes.c_void_p)
    f = CompiledFunction(with_data(lambda n, x, data: seen.append(data) or 1.0), data=0)
    f([1.0, 2.0])
    assert seen == [None]


def test_data_may_be_for_the_derivatives_alone():
    value, *_, slope = cfuncs()
    f = CompiledFunction(value, jac=slope, hess=slope, data=np.array([3.0]))
    assert f(X[0]) == ramp(X[0])
    assert_array_equal(f.gradient(X[0]), 3.0 * ramp_jac(X[0]))


def test_ndpointer_and_void_pointers_are_parameters_too():
    for kind in (np.ctypeslib.ndpointer(dtype=float), np.ctypeslib.ndpointer(), ctypes.c_void_p):
        f = Bare(cfuncs()[0].address)
        f.argtypes = [ctypes.c_int, kind]
        assert CompiledFunction(f)(X[0]) == ramp(X[0])


# ---- what is refused -----------------------------------------------------------------------------


def refused(text, *args, **given):
    with pytest.raises((TypeError, ValueError), match="^" + re.escape(text)):
        CompiledFunction(*args, **given)


def function(result, *arguments):
    f = Bare(1)
    f.restype, f.argtypes = result, arguments
    return f


def test_what_is_no_machine_code():
    refused("fun=None must be machine code: a numba @cfunc, a scipy.LowLevelCallable", None)
    refused("fun=True must be machine code", True)
    refused("fun='f' must be machine code", "f")
    refused("fun=0 must be the address of a function, not 0", 0)
    refused("fun=-1 must be the address of a function", -1)
    refused("fun=", VALUE())  # a null pointer
    with pytest.raises(TypeError, match="and Python code is for ml4pa.Function$"):
        CompiledFunction(lambda x: 1.0)
    refused("jac=True must be machine code", 1, jac=True)
    refused("jac='forward' must be one of '2-point', '3-point'", 1, jac="forward")
    refused("hess=1.5 must be machine code", 1, hess=1.5)
    refused("n=0 must be >= 1", 1, 0)


def test_signatures_that_are_others():
    number, whole, void = ctypes.c_double, ctypes.c_int, ctypes.c_void_p
    refused(
        "fun has the signature 'double (double)', but must have 'double (int, double *)' or "
        "'double (int, double *, void *)'",
        function(number, number),
    )
    refused("fun has the signature 'int (int, double *)'", function(whole, whole, DOUBLES))
    refused("fun has the signature 'void (int, double *)'", function(None, whole, DOUBLES))
    refused("fun has the signature 'c_float (int,", function(ctypes.c_float, whole, DOUBLES))
    refused("fun has the signature 'double (c_long,", function(number, ctypes.c_long, DOUBLES))
    floats = ctypes.POINTER(ctypes.c_float)
    refused("fun has the signature 'double (int, c_float *)'", function(number, whole, floats))
    refused(
        "fun has the signature 'double (int, double *, double)'",
        function(number, whole, DOUBLES, number),
    )
    refused("fun has the signature", function(number, whole, DOUBLES, void, void))
    refused("jac has the signature 'double (int, double *)', but must have 'void (int, double *, "
            "double *)' or", 1, jac=function(number, whole, DOUBLES))  # fmt: skip
    refused("hess has the signature", 1, hess=VALUE(1))
    single = np.ctypeslib.ndpointer(dtype=np.float32)
    refused("fun has the signature 'double (int, float32 *)'", function(number, whole, single))
    value, slope, *_ = cfuncs()
    refused("fun has the signature 'void (int, double *, double *)'", slope)
    refused("jac has the signature 'double (int, double *)'", value, jac=value)
    refused("fun has the signature 'void (int, double *, double *)'", low_level(slope.ctypes))
    refused("fun has the signature 'double (int)'", cffi_pointer(1, "double(*)(int)"))
    refused("fun is 'double *' of cffi, but must be a function", cffi_pointer(1, "double *"))


def test_data_that_nobody_takes():
    value, _, value_data, _ = cfuncs()
    refused("data is given, but fun takes no 'void *' after x", value, data=KEPT)
    refused("data is an array that lies scattered", value_data, data=np.ones((4, 2))[:, 0])
    refused("data is an array that lies scattered", value_data, data=np.array([None]))
    swapped = np.dtype(float).newbyteorder()
    for data in (np.ones(4, swapped), np.ones(4, [("a", float), ("b", swapped)])):
        refused(f"data has dtype {data.dtype}, whose bytes", value_data, data=data)
    refused("data has masked", value_data, data=np.ma.array([1.0, 2.0], mask=[False, True]))
    refused("data=[3.0] must be an array of NumPy, a pointer", value_data, data=[3.0])
    refused("data=1.5 must be", value_data, data=1.5)


@pytest.mark.parametrize("kind", ["numba", "ctypes", "cffi", "scipy", "scipy-cffi"])
def test_data_that_is_wanted_but_not_given(kind):
    """A function that reads it would end the process."""
    value, _, value_data, slope_data = cfuncs()
    make = POINTERS[kind]
    form = "(*)(int, double *, {}void *)"
    fun = make(value_data, "double" + form.format(""))
    jac = make(slope_data, "void" + form.format("double *, "))
    refused("data=None, but fun takes data, 'double (int, double *, ", fun)
    refused("data=None, but jac takes data, 'void (int, double *, double *, ", value, jac=jac)
    refused("data=None, but hess takes data, 'void (int, double *, double *, ", value, hess=jac)
    with pytest.raises(ValueError, match=r" \*\)': pass data=, or data=0 for NULL$"):
        CompiledFunction(fun)
    CompiledFunction(fun, jac=jac, hess=jac, data=0)


def test_the_dimension_is_held_to():
    f = CompiledFunction(cfuncs()[0], 3)
    assert f.n == 3
    with pytest.raises(ValueError, match=r"^x has shape \(2,\), but value is defined on n=3"):
        f([1.0, 2.0])
    with pytest.raises(ValueError, match=r"^x0 has shape \(2,\) but fun is defined on n=3"):
        minimize(f, [1.0, 2.0])
    free = CompiledFunction(cfuncs()[0])
    assert free.n is None and free([2.0]) == 4.0 and free(X[0]) == ramp(X[0])
    assert minimize(free, [1.0, 2.0], Adam(0.1)).x.shape == (2,)


# ---- lifetime ------------------------------------------------------------------------------------


def test_it_keeps_what_it_calls_alive_and_lets_go_of_it():
    def make():
        data = np.array([3.0])
        gone = weakref.ref(data)
        with_data = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int, DOUBLES, ctypes.c_void_p)

        def fun(n, x, data):
            return ctypes.cast(data, DOUBLES)[0] * ramp(view(x, n))

        called = weakref.ref(fun)
        return CompiledFunction(with_data(fun), data=data), gone, called

    f, gone, called = make()
    gc.collect()
    assert f(X[0]) == 3.0 * ramp(X[0])
    result = minimize(f, X[0], CMAES(0.3), rng=1, max_iter=3)
    assert result.fun == f(result.x)
    native = f.within(None, 3).twin  # what a run holds
    del f
    gc.collect()
    assert native.value(X)[0] == 3.0 * ramp(X[0])
    assert gone() is not None and called() is not None
    del native
    gc.collect()
    assert gone() is None and called() is None


def test_copies_share_the_code_and_pickles_are_refused():
    f = CompiledFunction(cfuncs()[0], 3)
    assert copy.copy(f)(X[0]) == f(X[0])
    with pytest.raises(TypeError, match=r"^fun=CompiledFunction\(value\) cannot be pickled: an"):
        pickle.dumps(f)
    with pytest.raises(TypeError, match="instead of workers=, threads= shares it out"):
        minimize(f, X[0], ml4pa.RandomSearch(0.1), rng=1, workers=2)
    result = minimize(f, X[0], Adam(0.1), max_iter=5, record=True)
    same(pickle.loads(pickle.dumps(result)), result)
    expected = minimize(f, X[0], ml4pa.RandomSearch(0.1), rng=1, max_iter=5)
    with ThreadPoolExecutor(2) as pool:  # which need not pickle
        result = minimize(f, X[0], ml4pa.RandomSearch(0.1), rng=1, max_iter=5, workers=pool.map)
    assert_array_equal(result.x, expected.x)


def test_a_run_leaves_no_bounds_behind():
    """Differences at a bound are taken within it, in that run alone."""
    seen = []

    def fun(x):
        seen.append(x.copy())
        return ramp(x)

    at, low = np.array([1.0, 2.0]), np.array([1.0, 2.0])
    f = coded(fun)
    first = f.gradient(at)
    assert min(x[0] for x in seen) < 1.0
    for _ in range(2):
        seen.clear()
        minimize(f, at, Adam(0.1), bounds=[(1, 3), (2, 3)], max_iter=2)
        assert (np.array(seen) >= low).all()
        assert_array_equal(f.gradient(at), first)


# ---- derivatives ---------------------------------------------------------------------------------

WINDOWS = {
    "free": None,
    "inside": ([-9.0] * 3, [9.0] * 3),
    "at-the-bounds": ([0.5, -1.0, -1.0], [3.0, 4.0, 2.0]),
    "held": ([0.5, -1.0, 2.0], [0.5, 4.0, 2.0]),
}


@pytest.mark.parametrize("where", WINDOWS)
@pytest.mark.parametrize("kind", [None, "2-point", "3-point", bowl_jac])
def test_differences_are_those_of_a_python_function(kind, where):
    window = WINDOWS[where] and tuple(np.array(side) for side in WINDOWS[where])
    f = Function(bowl, kind).within(window, 3)
    x = X[0]
    for threads in (1, 2):
        g = coded(bowl, kind).within(window, 3, threads)
        assert_array_equal(g.gradient(x), f.gradient(x))
        assert_array_equal(g.hessian(x), f.hessian(x))
        a, b = g.evaluate(x), f.evaluate(x)
        assert_array_equal(a.g, b.g)
        assert (a.f, a.nfev, a.njev) == (b.f, b.nfev, b.njev)


def test_a_hessian_is_taken_row_by_row():
    f = coded(bowl, bowl_jac, lambda x: np.arange(9.0).reshape(3, 3))
    assert_array_equal(f.hessian(X[0]), np.arange(9.0).reshape(3, 3))
    assert_array_equal(f.hessian(X)[1], np.arange(9.0).reshape(3, 3))
    assert_array_equal(coded(bowl, bowl_jac, bowl_hess).hessian(X), [bowl_hess(x) for x in X])


@both_engines
def test_newton_needs_a_hessian_or_a_gradient(engine):
    with pytest.raises(ValueError, match="^hess=None, but this method needs the Hessian"):
        minimize(coded(bowl), X[0], Newton(), engine=engine)
    a = minimize(coded(bowl, bowl_jac), X[0], Newton(), engine=engine)
    assert a.success and a.njev == (a.nit + 1) * 7 and a.nhev == 0
    b = minimize(coded(bowl, bowl_jac, bowl_hess), X[0], Newton(), engine=engine)
    assert b.success and b.nhev == b.nit + 1 == b.njev


def test_what_a_gradient_leaves_out_is_seen():
    """A coordinate that is not written is no zero, with which the run would end as converged."""

    def half(n, x, out):
        out[0] = 2 * x[0]

    f = CompiledFunction(value_code(square), jac=WRITE(half))
    g = f.gradient([1.0, 2.0])
    assert g[0] == 2.0 and np.isnan(g[1])
    assert minimize(f, [1.0, 2.0], Adam(0.1)).status == Status.DIVERGED


@both_engines
def test_what_is_written_into_x_is_harmless(engine):
    def spoil(fun):
        def call(x):
            told = fun(x.copy())
            x[:] = math.nan
            return told

        return call

    f, g = coded(spoil(bowl), spoil(bowl_jac)), coded(bowl, bowl_jac)
    for method in (Adam(0.1), CMAES(0.3)):
        a = minimize(f, X[0], method, rng=1, max_iter=9, engine=engine, record=True)
        same(a, minimize(g, X[0], method, rng=1, max_iter=9, engine=engine, record=True))
    assert_array_equal(coded(spoil(bowl)).gradient(X), coded(bowl).gradient(X))


# ---- other drivers -------------------------------------------------------------------------------


def quartic(x):
    return float((x[0] ** 2 - 1) ** 2 + (x[1] ** 2 - 1) ** 2 + 0.1 * x[0])


def quartic_jac(x):
    return 4 * x * (x**2 - 1) + np.array([0.1, 0.0])


@pytest.mark.parametrize("jac", [None, quartic_jac])
def test_multistart_find_minima_and_sweep_take_it(jac):
    f, g = coded(quartic, jac), Function(quartic, jac)
    starts = np.array([[0.5, 0.5], [-0.5, 0.7], [0.3, -2.0]])
    for method in (Adam(0.05), CMAES(0.3)):
        rows = ml4pa.multistart(f, starts, method, max_iter=50, rng=1)
        assert rows.engine == "compiled"
        rng = np.random.default_rng(1)
        for row, start in zip(rows, starts, strict=True):
            same(row, minimize(g, start, method, max_iter=50, rng=rng))
    found = ml4pa.find_minima(f, [(-2, 2), (-2, 2)], starts=30, rng=1)
    expected = ml4pa.find_minima(g, [(-2, 2), (-2, 2)], starts=30, rng=1)
    assert len(found.x) == 4 == len(expected.x)
    assert_array_equal(found.x, expected.x)
    table = ml4pa.sweep(f, [0.5, 0.5], ml4pa.grid(Adam, learning_rate=[0.01, 0.1]), max_iter=20)
    again = ml4pa.sweep(g, [0.5, 0.5], ml4pa.grid(Adam, learning_rate=[0.01, 0.1]), max_iter=20)
    assert_array_equal(table.runs.x, again.runs.x)


def test_it_can_be_asked_and_told():
    f = CompiledFunction(cfuncs()[0], 3, cfuncs()[1])
    result = minimize(f, X[0], CMAES(0.3), rng=2, max_iter=20)
    run = CMAES(0.3).start(X[0], rng=2)
    for _ in range(20):
        points = run.ask()
        run.tell(points, f(points))
    assert_array_equal(run.x, result.x)
