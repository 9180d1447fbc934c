"""A curve of the user's own."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

from .. import checks
from ..objective import Array
from .base import Model

#: Over a step of differences f should change by about eps^(1/2) or eps^(1/3) of itself, and may by
#: so many times that.
MOST_CHANGE = 100.0
#: Parameters so small are 0 to finite differences.
TINY = 1e-200


@dataclass(frozen=True)
class Curve(Model):
    r"""A function of the user's own, f(x; theta_1, ..., theta_n), as in SciPy's ``curve_fit``.

    Parameters
    ----------
    fun : callable
        ``fun(x, *params) -> (N,)``; x has shape (N,), or (p, N), one variable a row, where the data
        have p > 1 columns. Python, NumPy, or compiled (a function of numba, say).
    n_params : int >= 1
        n.
    jac : callable or "2-point" or "3-point", default "3-point"
        The Jacobian ``jac(x, *params) -> (N, n)``; else differences, forward with steps
        h = eps^(1/2) max(1, \|theta_j\|), or central with h = eps^(1/3) max(1, \|theta_j\|), never
        outside the bounds of a fit. Where f changes by much more over such a step (100 eps^(1/2)
        or 100 eps^(1/3) of its largest value), the 1 is left out: theta_j is small by its unit.
        `LevenbergMarquardt` takes forward differences as long as its steps gain more than a
        thousandth of the cost.
    features : int >= 1, default 1
        p.

    Notes
    -----
    `fit` takes `LevenbergMarquardt` for it. It has no compiled twin, so it runs on the NumPy loop.
    `initial` gives ones, SciPy's default.

    Examples
    --------
    >>> import numpy as np, ml4pa
    >>> decay = ml4pa.Curve(lambda t, a, tau: a * np.exp(-t / tau), 2)
    >>> decay.predict([3.0, 2.0], [0.0, 2.0]).round(4).tolist()
    [3.0, 1.1036]
    """

    name: ClassVar[str] = "curve"

    fun: Callable[..., Any]
    n_params: int
    jac: Callable[..., Any] | str | None = None
    features: int = 1

    #: What `within` was told; no field, so that it takes no part in comparisons.
    _limits: ClassVar[checks.Bounds | None] = None

    def __post_init__(self) -> None:
        if not callable(self.fun):
            raise TypeError(
                f"fun={checks.shown(self.fun)} must be callable: fun(x, *params) -> (N,)"
            )
        self._set(
            n_params=checks.count("n_params", self.n_params, least=1),
            features=checks.count("features", self.features, least=1),
            jac="3-point" if self.jac is None else self.jac,
        )
        if not callable(self.jac):
            checks.choice("jac", self.jac, ("2-point", "3-point"))

    def __repr__(self) -> str:
        def name(f: Any) -> str:  # of a function without its address, which every process changes
            return getattr(f, "__name__", None) or repr(f)

        jac = name(self.jac) if callable(self.jac) else repr(self.jac)
        return (
            f"Curve(fun={name(self.fun)}, n_params={self.n_params}, jac={jac}, "
            f"features={self.features})"
        )

    def within(self, limits: checks.Bounds | None) -> Curve:
        bounded = copy.copy(self)
        bounded._set(_limits=limits)
        return bounded

    def initial(self, rng: Any = None) -> Array:
        return np.ones(self.n_params)

    def score(self, theta: Array, X: Array) -> Array:
        told = self.fun(self._variables(X), *theta.tolist())
        return checks.vector(told, len(X), "fun(x, *params)")[:, np.newaxis]

    def pull(self, theta: Array, X: Array, slope: Array) -> Array:
        return slope[:, 0] @ self.jacobian(theta, X)

    def jacobian(
        self, theta: Array, X: Array, here: Array | None = None, rough: bool = False
    ) -> Array:
        """df/dtheta, shape (N, n); from f at theta, where it is known.

        ``rough``: forward differences will do where the user's are not better.
        """
        if callable(self.jac):
            told = checks.array("jac(x, *params)", self.jac(self._variables(X), *theta.tolist()))
            if told.shape != (len(X), self.n_params):
                raise ValueError(
                    f"jac(x, *params) has shape {told.shape}, but there are {len(X)} points and "
                    f"{self.n_params} parameters: give shape ({len(X)}, {self.n_params})"
                )
            return told
        forward = rough or self.jac == "2-point"
        if forward and here is None:
            here = self.score(theta, X)[:, 0]
        eps = float(np.finfo(float).eps) ** (1 / 2 if forward else 1 / 3)
        J = np.empty((self.n_params, len(X)))  # one column after the other, as they are used
        for j, size in enumerate(np.abs(theta).tolist()):
            step = partial(self._difference, theta, X, j, here if forward else None)
            with np.errstate(over="ignore", invalid="ignore"):  # of a step that is too long
                rise, run, ahead = step(eps * max(1.0, size))
                if TINY < size < 1.0:
                    change, most = _largest(rise), _largest(ahead)
                    if not change <= MOST_CHANGE * eps * most < math.inf:
                        rise, run, _ = step(eps * size)
                np.divide(rise, run, out=J[j])
        return J.T

    def _difference(
        self, theta: Array, X: Array, j: int, here: Array | None, h: float
    ) -> tuple[Array, float, Array]:
        """What f rises over a step h of theta_j, from here or from behind; its length; f ahead."""
        at = float(theta[j])
        up, down = at + h, at - h
        if self._limits is not None:
            low, high = (float(limit[j]) for limit in self._limits)
            up, down = min(up, high), max(down, low)
        if not up > down:  # held between two equal bounds
            return np.zeros(len(X)), 1.0, np.zeros(len(X))

        def f(moved: float) -> Array:
            to = theta.copy()
            to[j] = moved
            return self.score(to, X)[:, 0]

        if here is None:
            ahead = f(up)
            return ahead - f(down), up - down, ahead
        if up > at:
            ahead = f(up)
            return ahead - here, up - at, ahead
        return here - f(down), at - down, here  # there is no room ahead

    def _variables(self, X: Array) -> Array:
        return X[:, 0] if self.features == 1 else X.T


def _largest(a: Array) -> float:
    """The largest absolute value; NaN where there is one."""
    return max(float(a.max()), -float(a.min()))
