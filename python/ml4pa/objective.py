"""Objectives: what a method minimises."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import checks

if TYPE_CHECKING:
    from . import _core

Array = NDArray[np.float64]

#: Coordinates of the points of finite differences that are made at a time.
MOST_MOVED = 1 << 20
#: Steps of finite differences, times max(1, |x|), that balance truncation and rounding.
FORWARD_STEP = float(np.finfo(float).eps) ** (1 / 2)
CENTRAL_STEP = float(np.finfo(float).eps) ** (1 / 3)


class Evaluation(NamedTuple):
    """What an objective says at one point, and the evaluations which that took."""

    f: float
    g: Array
    h: Array | None = None
    nfev: int = 1
    njev: int = 1
    nhev: int = 0


class Objective:
    """A function f: R^n -> R, perhaps with gradient and Hessian.

    A subclass gives ``_value``, ``_gradient`` and ``_hessian`` for arrays of shape (..., n); they
    return shapes (...), (..., n) and (..., n, n). The public calls check their argument first.

    Attributes
    ----------
    n : int or None
        The dimension, None where it is free.
    """

    n: int | None = None

    @property
    def name(self) -> str:
        """The name shown in tables and legends."""
        return type(self).__name__

    @property
    def twin(self) -> _core.Objective | None:
        """The same function compiled, None where there is none."""
        return None

    def within(self, limits: checks.Bounds | None, n: int, threads: int | None = None) -> Objective:
        """The same function of n coordinates, whose finite differences stay within the bounds."""
        return self

    def linearised(self) -> Objective:
        """The same function for a method to which the Hessian of a linearised model will do."""
        return self

    def check_hessian(self) -> None:
        """Refuses to be minimised by a method that needs the Hessian, where there is none."""

    def __call__(self, x: ArrayLike) -> Any:
        """f at one point (n,), a float, or at the rows of (m, n), an array (m,)."""
        p = checks.points(x, self)
        return float(self._value(p)) if p.ndim == 1 else self._value(p)

    def gradient(self, x: ArrayLike) -> Array:
        """The gradient, shape (n,) at one point, (m, n) at the rows of (m, n)."""
        return self._gradient(checks.points(x, self))

    def hessian(self, x: ArrayLike) -> Array:
        """The Hessian, shape (n, n) at one point, (m, n, n) at the rows of (m, n)."""
        return self._hessian(checks.points(x, self))

    def evaluate(self, x: Array, hessian: bool = False, below: float = math.inf) -> Evaluation:
        """Value, gradient and, where asked, Hessian at one point: what the NumPy loop calls.

        Where the value is not ``below``, the derivatives are of no use and may be NaN.
        """
        h = self._hessian(x) if hessian else None
        return Evaluation(float(self._value(x)), self._gradient(x), h, nhev=int(hessian))

    def evaluate_compiled(self, x: Array, hessian: bool = False) -> Evaluation:
        """The same by the compiled twin, where there is one."""
        return self.evaluate(x, hessian)

    def as_called(self, x: Array, fun: float) -> float:
        """The value ``fun`` that the NumPy engine found at x, as a call at x gives it."""
        return fun

    def _value(self, p: Array) -> Any:
        raise checks.missing(self, "_value")

    def _gradient(self, p: Array) -> Array:
        raise checks.missing(self, "_gradient", ", or minimise Function(f): finite differences")

    def _hessian(self, p: Array) -> Array:
        raise checks.missing(self, "_hessian", ", or minimise Function(f, f.gradient)")


class Function(Objective):
    r"""A Python objective.

    Parameters
    ----------
    fun : callable
        ``fun(x, *args) -> float``, x of shape (n,); with ``vectorized=True``
        ``fun(X, *args) -> (m,)``, X of shape (m, n), one point a row.
    jac : callable, True, "2-point" or "3-point", default "3-point"
        The gradient ``jac(x, *args) -> (n,)``. True: ``fun`` returns (value, gradient), for which
        it must not be vectorized. Otherwise it is taken by finite differences, forward,
        (f(x+h) - f(x))/h with h = eps^(1/2) max(1, \|x\|), or central, (f(x+h) - f(x-h))/2h with
        h = eps^(1/3) max(1, \|x\|), never outside the bounds.
    hess : callable, optional
        The Hessian ``hess(x, *args) -> (n, n)``; without it, central differences of ``jac``.
    vectorized : bool, default False
        See ``fun``.
    args : tuple
        More arguments for ``fun``, ``jac`` and ``hess``.
    n : int, optional
        The dimension; None leaves it free.

    Raises
    ------
    TypeError
        If ``fun``, ``jac`` or ``hess`` is not of the kinds above, or returns something else than
        real numbers of the right shape. Exceptions of the user's own code come through unchanged.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.Function(lambda x: x[0] ** 2 + 3 * x[1] ** 2, lambda x: [2 * x[0], 6 * x[1]])
    >>> f([1.0, 2.0])
    13.0
    >>> f.gradient([1.0, 2.0]).tolist()
    [2.0, 12.0]
    """

    def __init__(
        self,
        fun: Callable[..., Any],
        jac: Callable[..., Any] | bool | str | None = None,
        hess: Callable[..., Any] | None = None,
        *,
        vectorized: bool = False,
        args: tuple[Any, ...] = (),
        n: int | None = None,
    ) -> None:
        if not callable(fun):
            raise TypeError(f"fun={checks.shown(fun)} must be callable: fun(x) -> float")
        if jac is None or jac is False:
            jac = "3-point"
        if not callable(jac) and jac is not True:
            jac = checks.choice("jac", jac, ("2-point", "3-point"))
        if vectorized and jac is True:
            raise ValueError(
                "jac=True must be a callable, '2-point' or '3-point' with vectorized=True: such a "
                "fun returns the values alone"
            )
        if hess is not None and not callable(hess):
            raise TypeError(f"hess={checks.shown(hess)} must be callable: hess(x) -> (n, n)")
        self.fun = fun
        self.jac = jac
        self.hess = hess
        self.vectorized = vectorized
        self.args = tuple(args) if isinstance(args, tuple | list) else (args,)
        self.n = None if n is None else checks.count("n", n, least=1)
        self._limits: checks.Bounds | None = None

    @property
    def name(self) -> str:
        return str(getattr(self.fun, "__name__", type(self.fun).__name__))

    def __repr__(self) -> str:
        return f"Function({self.name})"

    @property
    def by_differences(self) -> bool:
        """Whether the gradient is taken by finite differences of the values."""
        return isinstance(self.jac, str)

    def within(self, limits: checks.Bounds | None, n: int, threads: int | None = None) -> Function:
        if limits is None:
            return self
        bounded = copy.copy(self)
        bounded._limits = limits
        return bounded

    def evaluate(self, x: Array, hessian: bool = False, below: float = math.inf) -> Evaluation:
        n = x.shape[0]
        nfev, njev = self.cost(n), 1
        if self.jac is True:
            f, g = self._pair(x)
        elif self.by_differences:
            f = self._number(x)
            g = self._differences(x, f)
            njev = 0
        else:
            f, g = self._number(x), self._slope(x)
        if not hessian:
            return Evaluation(f, g, None, nfev, njev, 0)
        if self.hess is not None:
            return Evaluation(f, g, self._curvature(x), nfev, njev, 1)
        self.check_hessian()
        return Evaluation(f, g, self._hessian(x), nfev, njev + 2 * n, 0)

    def check_hessian(self) -> None:
        if self.hess is None and (self.by_differences or self.jac is True):
            raise ValueError(
                "hess=None, but this method needs the Hessian: pass hess=, or jac= as a callable"
            )

    def cost(self, n: int) -> int:
        """The evaluations of ``fun`` that value and gradient take at one point."""
        if not self.by_differences:
            return 1
        return 1 + (n if self.jac == "2-point" else 2 * n)

    def _number(self, x: Array) -> float:
        if self.vectorized:
            return float(self._numbers(x[np.newaxis])[0])
        told = self.fun(x.copy(), *self.args)
        if type(told) is float:
            return told
        return checks.value(told[0] if self.jac is True else told, "fun(x)")

    def _numbers(self, points: Array) -> Array:
        if not self.vectorized:
            return np.array([self._number(p) for p in points])
        told = checks.array("fun(X)", self.fun(points.copy(), *self.args))
        if told.shape != points.shape[:1]:
            raise ValueError(
                f"fun(X) has shape {told.shape}, but X has {len(points)} rows: "
                f"a vectorized fun returns shape ({len(points)},)"
            )
        return told

    def _pair(self, x: Array) -> tuple[float, Array]:
        told = self.fun(x.copy(), *self.args)
        if not isinstance(told, tuple | list) or len(told) != 2:
            raise TypeError(
                f"fun(x) is {checks.shown(told)}, but with jac=True it must return (f, gradient)"
            )
        return checks.value(told[0], "fun(x)"), checks.vector(told[1], x.shape[0], "fun(x)[1]")

    def _slope(self, x: Array) -> Array:
        assert callable(self.jac)
        return checks.vector(self.jac(x.copy(), *self.args), x.shape[0], "jac(x)")

    def _curvature(self, x: Array) -> Array:
        assert self.hess is not None
        return checks.matrix(self.hess(x.copy(), *self.args), x.shape[0], "hess(x)")

    def _differences(self, x: Array, f: float) -> Array:
        """The gradient by finite differences."""
        forward = self.jac == "2-point"
        h = (FORWARD_STEP if forward else CENTRAL_STEP) * np.maximum(1.0, np.abs(x))
        low, high = self._limits if self._limits is not None else (-np.inf, np.inf)
        up, down = np.minimum(x + h, high), np.maximum(x - h, low)
        if forward:  # backward where there is no room ahead
            down = np.where(up > x, x, down)
        ahead = up > x
        values = self._moved(x, np.where(ahead, up, down) if forward else np.append(up, down))
        with np.errstate(over="ignore", invalid="ignore"):  # inf - inf: no slope
            if forward:
                rise = np.where(ahead, values - f, f - values)
            else:
                rise = values[: x.size] - values[x.size :]
        run = up - down
        slope: Array = np.divide(rise, run, out=np.zeros_like(rise), where=run > 0)
        return slope

    def _moved(self, x: Array, to: Array) -> Array:
        """The values where one coordinate after the other is moved; round and round, if need be.

        Where fun takes many points at once, it is given all of them, or as many as have a million
        coordinates.
        """
        i, rows = np.arange(to.size) % x.size, max(MOST_MOVED // x.size, 1)
        values = np.empty(to.size)
        for k in range(0, to.size, rows):
            part = slice(k, k + rows)
            points = np.tile(x, (i[part].size, 1))
            points[np.arange(len(points)), i[part]] = to[part]
            values[part] = self._numbers(points)
        return values

    def _value(self, p: Array) -> Any:
        return self._number(p) if p.ndim == 1 else self._numbers(p)

    def _gradient(self, p: Array) -> Array:
        if p.ndim == 2:
            return np.array([self._gradient(row) for row in p]).reshape(p.shape)
        if self.by_differences or self.jac is True:
            return self.evaluate(p).g
        return self._slope(p)

    def _hessian(self, p: Array) -> Array:
        if p.ndim == 2:
            return np.array([self._hessian(row) for row in p]).reshape(*p.shape, p.shape[1])
        if self.hess is not None:
            return self._curvature(p)
        h = CENTRAL_STEP * np.maximum(1.0, np.abs(p))
        low, high = self._limits if self._limits is not None else (-np.inf, np.inf)
        rows = []
        for i in range(p.size):
            step = np.where(np.arange(p.size) == i, h, 0.0)
            up, down = np.minimum(p + step, high), np.maximum(p - step, low)
            ahead, behind = self._gradient(up), self._gradient(down)
            if not up[i] > down[i]:
                rows.append(np.zeros(p.size))
                continue
            with np.errstate(over="ignore", invalid="ignore"):  # inf - inf: no curvature
                rows.append((ahead - behind) / (up[i] - down[i]))
        matrix: Array = np.array(rows)
        with np.errstate(over="ignore", invalid="ignore"):
            symmetric: Array = 0.5 * (matrix + matrix.T)
        if self._limits is not None:  # a coordinate held between two equal bounds takes no part
            held = np.flatnonzero(low == high)
            symmetric[held] = symmetric[:, held] = 0.0
            symmetric[held, held] = 1.0
        return symmetric


def as_objective(
    fun: Any,
    jac: Callable[..., Any] | bool | str | None = None,
    hess: Callable[..., Any] | None = None,
    args: tuple[Any, ...] = (),
) -> Objective:
    """What `minimize` was given, as an Objective."""
    if isinstance(fun, type) and issubclass(fun, Objective):
        raise TypeError(f"fun={checks.shown(fun)} is a class: pass {fun.__name__}(...)")
    if not isinstance(fun, Objective):
        return Function(fun, jac, hess, args=args)
    none = hasattr(args, "__len__") and len(args) == 0
    if jac is not None or hess is not None or not none:
        raise ValueError(
            f"jac, hess and args belong to a bare callable, but fun={checks.shown(fun)} brings "
            "its own"
        )
    return fun
