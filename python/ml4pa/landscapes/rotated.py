"""A rotated landscape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from ..random import generator
from .base import Array, Landscape
from .wrapper import Wrapper

if TYPE_CHECKING:
    RNG = int | np.random.SeedSequence | np.random.BitGenerator | np.random.Generator | None


class Rotated(Wrapper):
    r"""A landscape turned by a random orthogonal matrix R, so that no axis is special.

    .. math::

        \tilde f(x) = f(Rx), \qquad \nabla\tilde f = R^T \nabla f, \qquad
        \tilde H = R^T H R, \qquad \tilde x^* = R^T x^*

    R is drawn uniformly (Haar measure), reflections included. The bounds are those of f, whose
    box does not turn with it: a minimum near a corner of the box may lie outside after the turn,
    and is listed all the same.

    Parameters
    ----------
    f : Landscape
        What is turned.
    rng : None, int, SeedSequence, BitGenerator or Generator, default None
        Where R is drawn from, by ``np.random.default_rng(rng)``.

    Attributes
    ----------
    matrix : ndarray (n, n)
        R, read-only.

    Raises
    ------
    TypeError
        Where f is no landscape.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Rotated(ml4pa.landscapes.Ellipsoid(3, condition=100), rng=1)
    >>> f
    Rotated(Ellipsoid(3, condition=100.0), rng=1)
    >>> f([0.0, 0.0, 0.0])
    0.0
    >>> (f.matrix @ f.hessian([1.0, 2.0, 3.0]) @ f.matrix.T).round(9).diagonal().tolist()
    [2.0, 20.0, 200.0]

    References
    ----------
    F. Mezzadri, "How to generate random matrices from the classical compact groups",
    Notices AMS 54, 592, 2007, arXiv:math-ph/0609050: the signs in the QR decomposition.
    """

    def __init__(self, f: Landscape, rng: RNG = None) -> None:
        super().__init__(f)
        q, r = np.linalg.qr(generator(rng).standard_normal((self.n, self.n)))
        self.matrix: Array = q * np.where(np.diagonal(r) < 0.0, -1.0, 1.0)
        self.matrix.flags.writeable = False
        self.formula = rf"f(Rx), \; f(x) = {f.formula}"
        self._seed = rng if isinstance(rng, int) else None

    def __repr__(self) -> str:
        seed = "" if self._seed is None else f", rng={self._seed}"
        return f"Rotated({self.inner!r}{seed})"

    def _bounds(self) -> list[tuple[float, float]]:
        return self.inner._bounds()

    def _minima(self) -> Array | None:
        minima = self.inner.minima
        return None if minima is None else minima @ self.matrix

    def _value(self, p: Array) -> Any:
        return self.inner._value(p @ self.matrix.T)

    def _gradient(self, p: Array) -> Array:
        return self.inner._gradient(p @ self.matrix.T) @ self.matrix

    def _hessian(self, p: Array) -> Array:
        return self.matrix.T @ self.inner._hessian(p @ self.matrix.T) @ self.matrix

    def _make_native(self) -> _core.Objective:
        return _core.rotated(self.inner.native, self.matrix)
