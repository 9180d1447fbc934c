"""The user's own machine code as an objective."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from . import _core, checks
from .checks import machine_code
from .objective import CENTRAL_STEP, FORWARD_STEP, Array, Function


class CompiledFunction(Function):
    r"""The user's own machine code, evaluated without Python's lock and on all threads.

    Parameters
    ----------
    fun : function pointer
        ``double f(int n, double *x)``, or with ``void *data`` last: a numba ``@cfunc``, a
        ``scipy.LowLevelCallable``, a ctypes or cffi function pointer, or the address as an int.
    n : int, optional
        The dimension; None leaves it free: each start tells it.
    jac : function pointer, "2-point" or "3-point", default "3-point"
        The gradient, ``void g(int n, double *x, double *grad)``, or with ``void *data`` last. It
        writes all n numbers. Otherwise finite differences as in `Function`, the same numbers, but
        taken in machine code and on threads.
    hess : function pointer, optional
        The Hessian, ``void h(int n, double *x, double *hess)``, or with ``void *data`` last. It
        writes all n*n numbers, row by row. Without it, central differences of ``jac``.
    data : array, pointer or int, optional
        What the functions are handed as ``void *data``: a NumPy array (C-contiguous), a pointer of
        ctypes or cffi, a structure of ctypes, a numba ``@cfunc``, or an address; 0 is NULL. A
        LowLevelCallable gets its own ``user_data`` instead.

    Raises
    ------
    TypeError
        If a function is no machine code, or has another signature: parameters are checked where
        they are known (ctypes' ``argtypes``, a cffi type, the signatures of numba and SciPy). An
        address, and a ctypes function without ``argtypes``, are believed: they get data where data
        is given.
    ValueError
        For a null pointer, a function that takes data where none is given, data that no function
        takes, or an array scattered in memory.

    Notes
    -----
    The functions are called on several threads at once, each with a copy of x of its own, which
    they may write into. They must not raise: an exception in Python code behind a ctypes or cffi
    callback is printed, not passed on. What a function takes from where it lives (a cfunc, an
    array given as data) is kept alive. It does not pickle: an address means nothing in another
    process. ``threads=`` takes the place of ``workers=``.

    Examples
    --------
    >>> import ml4pa, numba
    >>> from numba import types
    >>> @numba.cfunc(types.double(types.intc, types.CPointer(types.double)))
    ... def valley(n, x):
    ...     return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
    >>> f = ml4pa.CompiledFunction(valley, 2)
    >>> f([0.0, 2.0])
    401.0
    >>> ml4pa.minimize(f, [-1.2, 1.0], ml4pa.CMAES(0.5), rng=1).x.round(6).tolist()
    [1.0, 1.0]
    """

    def __init__(
        self, fun: Any, n: int | None = None, jac: Any = None, hess: Any = None, *, data: Any = None
    ) -> None:
        self.fun, self.hess, self.data = fun, hess, data
        self.jac = "3-point" if jac is None else jac
        if isinstance(self.jac, str):
            checks.choice("jac", self.jac, ("2-point", "3-point"))
        self.n = None if n is None else checks.count("n", n, least=1)
        self.vectorized, self.args = False, ()
        self._limits: checks.Bounds | None = None
        self._threads: int | None = None
        self._value_code = machine_code.code("fun", fun, data)
        self._slope_code = None if self.by_differences else machine_code.code("jac", self.jac, data)
        self._curvature_code = None if hess is None else machine_code.code("hess", hess, data)
        codes = (self._value_code, self._slope_code, self._curvature_code)
        machine_code.data_is_taken([code for code in codes if code is not None], data)
        self._made: dict[int, _core.Objective] = {}

    def __repr__(self) -> str:
        return f"CompiledFunction({self.name})"

    def within(
        self, limits: checks.Bounds | None, n: int, threads: int | None = None
    ) -> CompiledFunction:
        bound = object.__new__(type(self))
        bound.__dict__.update(self.__dict__, n=n, _limits=limits, _threads=threads, _made={})
        return bound

    @property
    def twin(self) -> _core.Objective | None:
        return None if self.n is None else self._of(self.n)

    def _of(self, n: int) -> _core.Objective:
        """The core's view of it on n coordinates."""
        if n not in self._made:
            forward = self.jac == "2-point"
            low, high = (None, None) if self._limits is None else self._limits
            self._made[n] = _core.compiled_function(
                n, self._value_code, self._slope_code, self._curvature_code,
                FORWARD_STEP if forward else CENTRAL_STEP, CENTRAL_STEP, forward, low, high,
                self._threads or 0, (self.fun, self.jac, self.hess, self.data),
            )  # fmt: skip
        return self._made[n]

    def __call__(self, x: ArrayLike) -> Any:
        p = checks.points(x, self)
        return self._number(p) if p.ndim == 1 else self._numbers(p)

    def gradient(self, x: ArrayLike) -> Array:
        p = checks.points(x, self)
        return self._of(p.shape[-1]).gradient(p)

    def hessian(self, x: ArrayLike) -> Array:
        p = checks.points(x, self)
        return self._of(p.shape[-1]).hessian(p)

    # What the NumPy engine calls; its finite differences are those of `Function`.

    def _number(self, x: Array) -> float:
        return float(self._numbers(x[np.newaxis])[0])

    def _numbers(self, points: Array) -> Array:
        values: Array = self._of(points.shape[-1]).value(points)
        return values

    def _slope(self, x: Array) -> Array:
        return self._of(x.size).gradient(x)

    def _curvature(self, x: Array) -> Array:
        return self._of(x.size).hessian(x)

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"fun={self!r} cannot be pickled: an address means nothing in another process. Make it "
            "there anew; and instead of workers=, threads= shares it out"
        )

    def __copy__(self) -> CompiledFunction:
        bound = object.__new__(type(self))
        bound.__dict__.update(self.__dict__)
        return bound
