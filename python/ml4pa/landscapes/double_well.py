"""The double well."""

from __future__ import annotations

import numpy as np

from .base import Array, Landscape


class DoubleWell(Landscape):
    r"""Two equal wells with a hill between them.

    .. math:: f(x) = x^4 - 2x^2

    Domain [-2, 2]; minima -1 at -1 and 1, local maximum 0 at 0.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.DoubleWell()
    >>> f([[-1.0], [1.0], [2.0]]).tolist()
    [-1.0, -1.0, 8.0]
    >>> f.minima.tolist()
    [[-1.0], [1.0]]

    References
    ----------
    L. D. Landau, "On the theory of phase transitions", Zh. Eksp. Teor. Fiz. 7, 19, 1937: the free
    energy of the broken phase.
    """

    dimension = 1
    formula = r"x^4 - 2x^2"

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-2.0, 2.0)]

    def _minima(self) -> list[list[float]]:
        return [[-1.0], [1.0]]

    def _value(self, p: Array) -> Array:
        x = p[..., 0]
        x2 = x * x
        return x2 * (x2 - 2.0)

    def _gradient(self, p: Array) -> Array:
        return (4.0 * p) * (p * p - 1.0)

    def _hessian(self, p: Array) -> Array:
        return (12.0 * (p * p) - 4.0)[..., np.newaxis]
