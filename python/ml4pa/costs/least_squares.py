"""Least squares of a model that is linear in its parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import _core, checks
from ..native import NativeObjective
from ..objective import Array


class LeastSquares(NativeObjective):
    r"""Least squares of a model that is linear in its parameters.

    .. math:: J(\theta) = \mathrm{scale}\;|A\theta - y|^2

    Parameters
    ----------
    A : array_like (N, n)
        The design matrix: row i holds what multiplies the parameters at datum i.
    y : array_like (N,)
        The data.
    scale : float > 0, optional
        1/(2N) by default, the lecture's convention; 1/N gives the mean square, 1 the sum.

    Raises
    ------
    ValueError
        If the shapes do not fit or a number is not finite.

    Examples
    --------
    A straight line through (0, 1), (1, 3), (2, 5):

    >>> import ml4pa
    >>> J = ml4pa.LeastSquares([[1, 0], [1, 1], [1, 2]], [1, 3, 5])
    >>> J([1.0, 2.0])
    0.0
    >>> ml4pa.minimize(J, [0.0, 0.0], "newton").x.round(9).tolist()
    [1.0, 2.0]
    """

    def __init__(self, A: ArrayLike, y: ArrayLike, scale: float | None = None) -> None:
        super().__init__()
        self.A = checks.finite("A", A, ndim=2)
        self.y = checks.finite("y", y, ndim=1)
        if self.A.shape[0] != self.y.shape[0]:
            raise ValueError(
                f"y has length {self.y.size}, but A has {self.A.shape[0]} rows: "
                "give one datum a row"
            )
        self.n = self.A.shape[1]
        self.scale = checks.positive_number("scale", 0.5 / self.y.size if scale is None else scale)

    def _make_native(self) -> _core.Objective:
        return _core.least_squares(self.A, self.y, self.scale)

    def _value(self, p: Array) -> Any:
        residual = p @ self.A.T - self.y
        return self.scale * np.sum(residual * residual, axis=-1)

    def _gradient(self, p: Array) -> Array:
        return (2.0 * self.scale) * ((p @ self.A.T - self.y) @ self.A)

    def _hessian(self, p: Array) -> Array:
        h = (2.0 * self.scale) * (self.A.T @ self.A)
        return np.broadcast_to(h, (*p.shape[:-1], *h.shape)).copy()
