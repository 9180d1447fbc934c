"""Ackley's function."""

from __future__ import annotations

import numpy as np

from .base import Array, Landscape

_TINY = 1e-150


class Ackley(Landscape):
    r"""Ackley's function: a nearly flat, wavy plain with a deep funnel.

    .. math::

        f(x) = 20 - 20 \exp\left(-\frac{r}{5}\right) + e
               - \exp\left(\frac{1}{n} \sum_{i=1}^n \cos 2\pi x_i\right),
        \qquad r^2 = \frac{1}{n} \sum_{i=1}^n x_i^2

    Domain [-32.768, 32.768]^n; minimum 0 at the origin. Of the local minima, whose number grows
    as 65^n, ``minima`` lists none. The origin is the tip of a cone: the gradient is defined as 0
    there, and the Hessian, which has no limit, has a huge number on its diagonal.

    Parameters
    ----------
    n : int
        The dimension, at least 1.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Ackley(2)
    >>> f([0.0, 0.0])
    0.0
    >>> f.gradient([0.0, 0.0]).tolist()
    [0.0, 0.0]
    >>> round(f([1.0, 0.0]), 12)
    2.637531092108

    References
    ----------
    D. H. Ackley, "A Connectionist Machine for Genetic Hillclimbing", Kluwer, 1987; T. Baeck,
    H.-P. Schwefel, "An overview of evolutionary algorithms for parameter optimization",
    Evol. Comput. 1, 1, 1993, for n > 2.
    """

    formula = (
        r"20 - 20 \exp\left(-\frac{1}{5} \sqrt{\frac{1}{n} \sum_{i=1}^n x_i^2}\right)"
        r" + e - \exp\left(\frac{1}{n} \sum_{i=1}^n \cos 2\pi x_i\right)"
    )

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-32.768, 32.768)] * self.n

    def _minima(self) -> Array:
        return np.zeros((1, self.n))

    def _value(self, p: Array) -> Array:
        _, e1, e2 = self._parts(p)
        return ((20.0 - e1) + (np.e - e2))[..., 0]

    def _gradient(self, p: Array) -> Array:
        r, e1, e2 = self._parts(p)
        q = (2.0 * np.pi) * e2 / self.n
        return (0.2 * e1 / (self.n * r + _TINY)) * p + q * np.sin((2.0 * np.pi) * p)

    def _hessian(self, p: Array) -> Array:
        r, e1, e2 = self._parts(p)
        s, c = np.sin((2.0 * np.pi) * p), np.cos((2.0 * np.pi) * p)
        nr = self.n * r + _TINY
        d, k, q = p / nr, 0.2 * e1 / nr, (2.0 * np.pi) * e2 / self.n
        k2, q2 = (k * self.n) * (1.0 + 0.2 * r), (2.0 * np.pi) * q / self.n
        h = self._diagonal(k + (2.0 * np.pi) * (q * c))
        for u, v in (((k2 * d), d), ((q2 * s), s)):
            h -= u[..., :, np.newaxis] * v[..., np.newaxis, :]
        return h

    @staticmethod
    def _parts(p: Array) -> tuple[Array, Array, Array]:
        """r, 20 exp(-r/5) and exp(mean cos), each of shape (..., 1)."""
        r = np.sqrt(np.mean(p * p, axis=-1, keepdims=True))
        cosines = np.mean(np.cos((2.0 * np.pi) * p), axis=-1, keepdims=True)
        return r, 20.0 * np.exp(-0.2 * r), np.exp(cosines)
