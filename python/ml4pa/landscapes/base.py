"""What all landscapes share: the front; each landscape's file is its formulas."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _core, checks
from ..native import NativeObjective
from ..objective import Array

__all__ = ["Array", "Landscape"]


class Landscape(NativeObjective):
    """A test function with known derivatives and minima, evaluated by the compiled engine.

    ``_value``, ``_gradient`` and ``_hessian`` of the subclass are the NumPy specification of the
    same function, for points of shape (..., n).

    Attributes
    ----------
    n : int
        The dimension.
    name, formula : str
        The name, and the formula in LaTeX.
    bounds : ndarray (n, 2)
        The usual domain, [low, high] a coordinate.
    minima : ndarray (k, n) or None
        The known minima, all in the domain unless the landscape says which; None where there is
        none.
    minimum : float or None
        The least value of f, None where f is unbounded below.
    """

    dimension: int | None = None
    formula: str = ""

    def __init__(self, n: int | None = None) -> None:
        super().__init__()
        self.n = checks.dimension(n, self)

    @property
    def bounds(self) -> Array:
        """The usual domain, (n, 2)."""
        return np.array(self._bounds(), dtype=float)

    @property
    def minima(self) -> Array | None:
        """The known minima, (k, n), the global ones first; None where there is none."""
        minima = self._minima()
        return None if minima is None else np.array(minima, dtype=float).reshape(-1, self.n)

    @property
    def minimum(self) -> float | None:
        """The least value of f; None where f is unbounded below."""
        minima = self.minima
        return None if minima is None else float(np.min(self._value(minima)))

    def __repr__(self) -> str:
        given = ", ".join(f"{k}={v!r}" for k, v in self._parameters().items())
        if self.dimension is None:
            given = f"{self.n}, {given}" if given else f"{self.n}"
        return f"{self.name}({given})"

    # What a subclass gives, beside its formulas.

    def _parameters(self) -> dict[str, float]:
        """The landscape's own parameters, in the order of the compiled twin's."""
        return {}

    def _bounds(self) -> list[tuple[float, float]]:
        raise NotImplementedError

    def _minima(self) -> Any:
        return None

    def _make_native(self) -> _core.Objective:
        return _core.landscape(self.name, list(self._parameters().values()), self.n)

    @staticmethod
    def _matrix(rows: list[list[Any]]) -> Array:
        """The entries of the Hessian, each of shape (...), as one array (..., n, n)."""
        entries = np.broadcast_arrays(*(entry for row in rows for entry in row))
        n = len(rows)
        return np.stack(entries, axis=-1).reshape(*entries[0].shape, n, n)

    @staticmethod
    def _diagonal(entries: Array) -> Array:
        """The matrices (..., n, n) with these entries (..., n) on their diagonals."""
        n = entries.shape[-1]
        h = np.zeros((*entries.shape, n), entries.dtype)
        i = np.arange(n)
        h[..., i, i] = entries
        return h
