"""The Goldstein-Price function."""

from __future__ import annotations

import numpy as np

from .base import Array, Landscape


class GoldsteinPrice(Landscape):
    r"""The Goldstein-Price function: four minima, and values over six orders of magnitude.

    .. math::

        f(x, y) &= [1 + (x + y + 1)^2 (19 - 14x + 3x^2 - 14y + 6xy + 3y^2)] \\
                &\times [30 + (2x - 3y)^2 (18 - 32x + 12x^2 + 48y - 36xy + 27y^2)]

    With u = x + y and v = 2x - 3y the factors part, and so they are computed here:

    .. math::

        A(u) &= 1 + (u + 1)^2 (3u^2 - 14u + 19), & A'(u) &= 12 (u + 1)(u - 1)(u - 2) \\
        B(v) &= 30 + v^2 (3v^2 - 16v + 18), & B'(v) &= 12 v (v - 1)(v - 3)

    Both are positive, so that the minima of f = A(u) B(v) are where u is -1 or 2 and v is 0 or 3.

    Domain [-2, 2]^2; minimum 3 at (0, -1), local minima 30 at (-0.6, -0.4), 84 at (1.8, 0.2) and
    840 at (1.2, 0.8).

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.GoldsteinPrice()
    >>> f([0.0, -1.0])
    3.0
    >>> f.gradient([0.0, 0.0]).tolist()
    [720.0, 720.0]

    References
    ----------
    A. A. Goldstein, J. F. Price, "On descent from local minima", Math. Comp. 25, 569, 1971.
    """

    dimension = 2
    formula = (
        r"[1 + (x + y + 1)^2 (19 - 14x + 3x^2 - 14y + 6xy + 3y^2)]"
        r"[30 + (2x - 3y)^2 (18 - 32x + 12x^2 + 48y - 36xy + 27y^2)]"
    )

    def _bounds(self) -> list[tuple[float, float]]:
        return [(-2.0, 2.0), (-2.0, 2.0)]

    def _minima(self) -> list[list[float]]:
        return [[0.0, -1.0], [-0.6, -0.4], [1.8, 0.2], [1.2, 0.8]]

    def _value(self, p: Array) -> Array:
        a, _, b, _, _, _ = self._factors(p)
        return a * b

    def _gradient(self, p: Array) -> Array:
        a, a1, b, b1, _, _ = self._factors(p)
        a1b, ab1 = a1 * b, a * b1
        return np.stack([a1b + 2.0 * ab1, a1b - 3.0 * ab1], axis=-1)

    def _hessian(self, p: Array) -> Array:
        a, a1, b, b1, u, v = self._factors(p)
        a2b = ((36.0 * u - 48.0) * u - 12.0) * b
        a1b1 = a1 * b1
        ab2 = a * ((36.0 * v - 96.0) * v + 36.0)
        hxx = (a2b + 4.0 * a1b1) + 4.0 * ab2
        hxy = (a2b - a1b1) - 6.0 * ab2
        hyy = (a2b - 6.0 * a1b1) + 9.0 * ab2
        return self._matrix([[hxx, hxy], [hxy, hyy]])

    @staticmethod
    def _factors(p: Array) -> tuple[Array, Array, Array, Array, Array, Array]:
        """A, A', B, B', u, v."""
        u, v = p[..., 0] + p[..., 1], 2.0 * p[..., 0] - 3.0 * p[..., 1]
        w = u + 1.0
        a = (w * w) * ((3.0 * u - 14.0) * u + 19.0) + 1.0
        b = (v * v) * ((3.0 * v - 16.0) * v + 18.0) + 30.0
        a1 = (12.0 * w) * ((u - 1.0) * (u - 2.0))
        b1 = (12.0 * v) * ((v - 1.0) * (v - 3.0))
        return a, a1, b, b1, u, v
