"""Schwefel's function."""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import Array, Landscape

_DEPTH = 418.9828872724337
_TINY = 1e-300  #: |x|^(3/2) of less has lost its digits


class Schwefel(Landscape):
    r"""Schwefel's function: the best minimum is in a corner, far from the next best.

    .. math:: f(x) = 418.9829 n - \sum_{i=1}^n x_i \sin\sqrt{|x_i|}

    Domain [-500, 500]^n; minimum 0 at (420.96875, ..., 420.96875). Of the local minima, whose
    number grows exponentially with n, ``minima`` lists none; outside the domain f is unbounded
    below. The constant is taken to full precision, so that the minimum is 0 to rounding. The
    Hessian has no limit where an x_i is 0; its entry is defined as 0 there.

    Parameters
    ----------
    n : int
        The dimension, at least 1.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Schwefel(2)
    >>> round(f([0.0, 0.0]), 9)
    837.965774545
    >>> f.minima.round(5).tolist()
    [[420.96875, 420.96875]]

    References
    ----------
    H.-P. Schwefel, "Numerical Optimization of Computer Models", Wiley, 1981, problem 2.26.
    """

    formula = r"418.9829 n - \sum_{i=1}^n x_i \sin\sqrt{|x_i|}"

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-500.0, 500.0)] * self.n

    def _minima(self) -> Array:
        return np.full((1, self.n), 420.96874635998205)

    def _value(self, p: Array) -> Any:
        return np.sum(_DEPTH - p * np.sin(np.sqrt(self._magnitude(p))), axis=-1)

    def _gradient(self, p: Array) -> Array:
        r = np.sqrt(self._magnitude(p))
        return -(np.sin(r) + (0.5 * r) * np.cos(r))

    def _hessian(self, p: Array) -> Array:
        magnitude = self._magnitude(p)
        r = np.sqrt(magnitude)
        size = magnitude * r
        with np.errstate(divide="ignore", invalid="ignore"):  # of what is not taken
            close = np.where(magnitude > 0.0, p / magnitude / r, 0.0)
            sign_over_r = np.where(size > _TINY, p / size, close)
        return self._diagonal((0.25 * sign_over_r) * (r * np.sin(r) - 3.0 * np.cos(r)))

    @staticmethod
    def _magnitude(p: Array) -> Array:
        """|x|, written so that it is analytic where x is not 0."""
        magnitude: Array = np.where(np.real(p) < 0.0, -p, p)
        return magnitude
