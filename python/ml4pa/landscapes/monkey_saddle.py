"""The monkey saddle."""

from __future__ import annotations

import numpy as np

from .base import Array, Landscape


class MonkeySaddle(Landscape):
    r"""A saddle with three ways down: room for two legs and a tail.

    .. math:: f(x, y) = x^3 - 3xy^2

    Domain [-2, 2]^2; no minimum. At the origin the gradient and the Hessian vanish.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.MonkeySaddle()
    >>> f([1.0, 1.0])
    -2.0
    >>> f.gradient([1.0, 2.0]).tolist()
    [-9.0, -12.0]

    References
    ----------
    D. Hilbert, S. Cohn-Vossen, "Geometry and the Imagination", Chelsea, 1952, section 29.
    """

    dimension = 2
    formula = r"x^3 - 3xy^2"

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-2.0, 2.0), (-2.0, 2.0)]

    def _value(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        return x * (x * x - 3.0 * (y * y))

    def _gradient(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        return np.stack([3.0 * (x * x - y * y), (-6.0 * x) * y], axis=-1)

    def _hessian(self, p: Array) -> Array:
        x, y = p[..., 0], p[..., 1]
        return self._matrix([[6.0 * x, -6.0 * y], [-6.0 * y, -6.0 * x]])
