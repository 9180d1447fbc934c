"""A cubic in one dimension."""

from __future__ import annotations

import numpy as np

from .base import Array, Landscape


class Cubic(Landscape):
    r"""A cubic with one local minimum, unbounded below: a long step falls over the edge.

    .. math:: f(x) = x^3 - 2x^2 + 2

    Domain [-1, 2.5]; local minimum 22/27 at 4/3, local maximum 2 at 0; ``minimum`` is None.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Cubic()
    >>> f([2.0])
    2.0
    >>> f.gradient([[1.0], [2.0]]).tolist()
    [[-1.0], [4.0]]

    References
    ----------
    P. Mehta et al., "A high-bias, low-variance introduction to Machine Learning for physicists",
    Physics Reports 810, 1, 2019, section IV, for descents that leave such a basin.
    """

    dimension = 1
    formula = r"x^3 - 2x^2 + 2"

    @property
    def minimum(self) -> float | None:
        """None: f is unbounded below."""
        return None

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-1.0, 2.5)]

    def _minima(self) -> list[list[float]]:
        return [[4.0 / 3.0]]

    def _value(self, p: Array) -> Array:
        x = p[..., 0]
        return (x * x) * (x - 2.0) + 2.0

    def _gradient(self, p: Array) -> Array:
        return p * (3.0 * p - 4.0)

    def _hessian(self, p: Array) -> Array:
        return (6.0 * p - 4.0)[..., np.newaxis]
