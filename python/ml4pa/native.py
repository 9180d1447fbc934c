"""Objectives that the compiled engine has too."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from . import checks
from .objective import Array, Evaluation, Objective

if TYPE_CHECKING:
    from . import _core

_PACKAGE = __name__.partition(".")[0] + "."


class NativeObjective(Objective):
    """An objective with a compiled twin, which evaluates the public calls.

    ``_value``, ``_gradient`` and ``_hessian`` of the subclass are the NumPy specification of the
    same function; ``_make_native`` makes the twin.
    """

    n: int

    def __init__(self) -> None:
        self._compiled: _core.Objective | None = None

    @property
    def has_twin(self) -> bool:
        """Whether the compiled twin is the same function: not for a user's subclass, whose
        formulas may be others."""
        return type(self).__module__.startswith(_PACKAGE)

    @property
    def native(self) -> _core.Objective:
        """The compiled twin."""
        if self._compiled is None:
            self._compiled = self._make_native()
        return self._compiled

    @property
    def twin(self) -> _core.Objective | None:
        return self.native if self.has_twin else None

    def _make_native(self) -> _core.Objective:
        raise NotImplementedError

    def __call__(self, x: ArrayLike) -> Any:
        if not self.has_twin:
            return super().__call__(x)
        return self.native.value(checks.points(x, self))

    def gradient(self, x: ArrayLike) -> Array:
        if not self.has_twin:
            return super().gradient(x)
        return self.native.gradient(checks.points(x, self))

    def hessian(self, x: ArrayLike) -> Array:
        if not self.has_twin:
            return super().hessian(x)
        return self.native.hessian(checks.points(x, self))

    def evaluate(self, x: Array, hessian: bool = False, below: float = math.inf) -> Evaluation:
        with np.errstate(all="ignore"):  # a run that leaves the finite numbers is reported
            return super().evaluate(x, hessian, below)

    def evaluate_compiled(self, x: Array, hessian: bool = False) -> Evaluation:
        if not self.has_twin:
            return self.evaluate(x, hessian)
        f, g, h = self.native.value, self.native.gradient, self.native.hessian
        return Evaluation(f(x), g(x), h(x) if hessian else None, nhev=int(hessian))

    def as_called(self, x: Array, fun: float) -> float:
        # The twin adds up in another order than NumPy does.
        return float(self(x)) if math.isfinite(fun) else fun

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_compiled": None}
