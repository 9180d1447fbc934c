"""Griewank's function."""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import Array, Landscape


class Griewank(Landscape):
    r"""Griewank's function: a wide bowl with ripples that fade as n grows.

    .. math::

        f(x) = \sum_{i=1}^n \frac{x_i^2}{4000}
               - \prod_{i=1}^n \cos \frac{x_i}{\sqrt{i}} + 1

    Domain [-600, 600]^n; minimum 0 at the origin. Of the local minima, whose number grows
    exponentially with n, ``minima`` lists none.

    Parameters
    ----------
    n : int
        The dimension, at least 1.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Griewank(2)
    >>> f([0.0, 0.0])
    0.0
    >>> f.hessian([0.0, 0.0]).round(12).tolist()
    [[1.0005, 0.0], [0.0, 0.5005]]

    References
    ----------
    A. O. Griewank, "Generalized descent for global optimization", J. Optim. Theory Appl. 34, 11,
    1981.
    """

    formula = r"\sum_{i=1}^n \frac{x_i^2}{4000} - \prod_{i=1}^n \cos \frac{x_i}{\sqrt{i}} + 1"

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-600.0, 600.0)] * self.n

    def _minima(self) -> Array:
        return np.zeros((1, self.n))

    def _value(self, p: Array) -> Any:
        _, product, _ = self._parts(p)
        return np.sum(p * p, axis=-1) / 4000.0 + (1.0 - product[..., 0])

    def _gradient(self, p: Array) -> Array:
        _, product, t = self._parts(p)
        return p / 2000.0 + product * t

    def _hessian(self, p: Array) -> Array:
        w, product, t = self._parts(p)
        h = 0.0 - (product * t)[..., :, np.newaxis] * t[..., np.newaxis, :]
        i = np.arange(self.n)
        h[..., i, i] = product * (w * w) + 1.0 / 2000.0
        return h

    def _parts(self, p: Array) -> tuple[Array, Array, Array]:
        """w_i = 1/sqrt(i), the product of the cosines (..., 1), and w_i tan(w_i x_i).

        The product without its factor i is product / cos_i: the cosine of a double is never 0.
        """
        w = 1.0 / np.sqrt(np.arange(1.0, self.n + 1.0))
        s, c = np.sin(w * p), np.cos(w * p)
        return w, np.prod(c, axis=-1, keepdims=True), w * (s / c)
