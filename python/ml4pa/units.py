"""Units in which a search within a window goes well: lengths by the window, heights by f."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .objective import Array, Function, Objective
from .started import Multistart, Paths

#: Widths that are of order 1, and how much the widest may exceed the narrowest.
NARROWEST, WIDEST, UNEQUAL = 1e-2, 1e4, 8.0
#: Windows further from 0, in widths, are too far for steps of finite differences times |x|.
FAR = 100.0
#: Slopes over widths, about the curvature: a line search that begins at 1 would take too long where
#: they are less; and where they are more, the projected gradient, which is never longer than the
#: window, is as small as a gradient that counts as 0.
FLATTEST, STEEPEST = 1e-4, 1e4
#: Exponents of 2 at least so large do not underflow.
LEAST = -1000


class Units(NamedTuple):
    """The change of coordinates x = origin + length u, and of values f(x) = height g(u).

    Lengths and height are powers of two: to scale by them rounds nothing. An origin other than 0
    is the lower bound of a window far from 0, from which all differences are exact (Sterbenz).
    So bounds become bounds exactly, and no u between them has an x beyond them.
    """

    origin: Array  # (n,)
    length: Array  # (n,)
    height: float = 1.0

    @classmethod
    def plain(cls, n: int) -> Units:
        """Those of x and f."""
        return cls(np.zeros(n), np.ones(n))

    @classmethod
    def of(cls, low: Array, high: Array) -> Units:
        """Those in which the window is 8 to 16 wide."""
        length = _power(high - low, -3.0)
        return cls(np.where(_far(low, high), low, 0.0), length)

    def suited(self, slopes: Array) -> Units:
        """Those that suit |gradients| (m, n) of g: as many steps along each coordinate, if need be.

        Gradient descent takes width^2 / (slope width) steps, so a coordinate along which g changes
        little gets a smaller width, down to 1/8. The height makes the usual slope 32 to 64.
        """
        usual = np.median(slopes, axis=0) if len(slopes) else np.zeros(self.length.size)
        if not usual.any():
            return self
        part = np.maximum(np.sqrt(usual / usual.max()), 1.0 / UNEQUAL)
        length = self.length / _power(part, 0.5)
        slope = np.median((slopes * (length / self.length)).max(axis=1))
        return self._replace(length=length, height=float(_power(slope, -5.0)))

    @property
    def are_plain(self) -> bool:
        return self.height == 1.0 and bool((self.length == 1.0).all() and not self.origin.any())

    def inward(self, x: Array) -> Array:
        """u at x."""
        return (x - self.origin) / self.length

    def outward(self, u: Array) -> Array:
        """x at u."""
        return self.origin + self.length * u

    def gradient(self, g: Array) -> Array:
        """Of f, from that of g."""
        return g * self.height / self.length

    def hessian(self, h: Array) -> Array:
        """Of f, from that of g."""
        return h * self.height / self.length[:, np.newaxis] / self.length

    def seen(self, f: Objective) -> Objective:
        """g; finite differences of f become those of g, with their steps in the new units."""
        if self.are_plain:
            return f
        inverse = Units(-self.origin / self.length, 1.0 / self.length, 1.0 / self.height)
        jac: Any = lambda u: inverse.gradient(f.gradient(self.outward(u)))  # noqa: E731
        hess: Any = lambda u: inverse.hessian(f.hessian(self.outward(u)))  # noqa: E731
        if isinstance(f, Function):
            jac = f.jac if f.by_differences else jac
            hess = None if f.hess is None else hess
        return Function(lambda u: f(self.outward(u)) / self.height, jac, hess, vectorized=True)

    def unseen(self, f: Objective, g: Objective) -> Objective:
        """f again, with the derivatives of g."""
        return Function(
            f,
            lambda x: self.gradient(g.gradient(self.inward(x))),
            lambda x: self.hessian(g.hessian(self.inward(x))),
            vectorized=True,
        )

    def runs(self, runs: Multistart) -> Multistart:
        """Runs on g as runs on f."""
        if self.are_plain:
            return runs
        path, jac = runs.path, runs.jac
        assert isinstance(path, Paths) and jac is not None
        return dataclasses.replace(
            runs, starts=self.outward(runs.starts), x=self.outward(runs.x),
            fun=runs.fun * self.height, jac=self.gradient(jac),
            path=Paths(self.outward(path.x), path.fun * self.height, path.rows, path.stride,
                       path.last),
        )  # fmt: skip


def _power(value: Any, exponent: float) -> Array:
    """The power of two at most 2^exponent value."""
    return np.asarray(np.exp2(np.maximum(np.floor(np.log2(value) + exponent), LEAST)))


def _far(low: Array, high: Array) -> NDArray[np.bool_]:
    return np.asarray(np.maximum(np.abs(low), np.abs(high)) > FAR * (high - low))


def is_ordinary(low: Array, high: Array) -> bool:
    """Whether a window is of order 1, in all directions alike, and not far from 0."""
    width = high - low
    least, most = float(width.min()), float(width.max())
    if not (least >= NARROWEST and most <= WIDEST and most <= UNEQUAL * least):
        return False
    return not _far(low, high).any()


def is_moderate(slope: float, low: Array, high: Array) -> bool:
    """Whether f is neither flat nor steep in such a window; a slope of 0 cannot be helped."""
    return slope == 0.0 or FLATTEST <= slope / float((high - low).max()) <= STEEPEST
