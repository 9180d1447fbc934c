"""A shifted landscape."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import _core, checks
from .base import Array, Landscape
from .wrapper import Wrapper


class Shifted(Wrapper):
    r"""A landscape moved so that its first minimum is at a given point.

    .. math:: \tilde f(x) = f(x - x_\mathrm{opt} + x^*)

    x* is the first of ``f.minima``; where f lists none, x* = 0 and the origin moves to x_opt. The
    bounds and all minima move along. A method that is drawn to the origin shows itself here.

    Parameters
    ----------
    f : Landscape
        What is moved.
    x_opt : array_like (n,)
        Where its first minimum goes.

    Attributes
    ----------
    x_opt : ndarray (n,)
        As given, read-only.
    offset : ndarray (n,)
        x_opt - x*, read-only.

    Raises
    ------
    TypeError
        Where f is no landscape.
    ValueError
        Where x_opt is not n finite numbers.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Shifted(ml4pa.landscapes.Sphere(2), [1.0, 2.0])
    >>> f
    Shifted(Sphere(2), [1.0, 2.0])
    >>> f([1.0, 2.0])
    0.0
    >>> f.bounds.tolist()
    [[-4.0, 6.0], [-3.0, 7.0]]

    References
    ----------
    P. N. Suganthan et al., "Problem definitions and evaluation criteria for the CEC 2005 special
    session on real-parameter optimization", Nanyang Technological University, 2005.
    """

    def __init__(self, f: Landscape, x_opt: ArrayLike) -> None:
        super().__init__(f)
        point = checks.array("x_opt", x_opt).copy()
        if point.shape != (self.n,):
            raise ValueError(
                f"x_opt has shape {point.shape} but f is defined on n={self.n}: "
                f"pass an array of length {self.n}"
            )
        for i in np.flatnonzero(~np.isfinite(point)):
            raise ValueError(f"x_opt[{i}]={point[i]} must be finite")
        minima = f.minima
        self.x_opt: Array = point
        self.offset: Array = point.copy() if minima is None else point - minima[0]
        self.x_opt.flags.writeable = self.offset.flags.writeable = False
        self.formula = rf"f(x - x_\mathrm{{opt}} + x^*), \; f(x) = {f.formula}"

    def __repr__(self) -> str:
        return f"Shifted({self.inner!r}, {self.x_opt.tolist()})"

    def _bounds(self) -> list[tuple[float, float]]:
        offset = self.offset.tolist()
        return [(a + d, b + d) for (a, b), d in zip(self.inner._bounds(), offset, strict=True)]

    def _minima(self) -> Array | None:
        minima = self.inner.minima
        return None if minima is None else np.vstack([self.x_opt, minima[1:] + self.offset])

    def _value(self, p: Array) -> Any:
        return self.inner._value(p - self.offset)

    def _gradient(self, p: Array) -> Array:
        return self.inner._gradient(p - self.offset)

    def _hessian(self, p: Array) -> Array:
        return self.inner._hessian(p - self.offset)

    def _make_native(self) -> _core.Objective:
        return _core.shifted(self.inner.native, self.offset)
