"""Models: functions of data and parameters, one short file each, and this registry."""

from __future__ import annotations

from .base import LinearModel, Model
from .chebyshev import Chebyshev
from .curve import Curve
from .linear import Linear
from .logistic import Logistic
from .mlp import MLP
from .polynomial import Polynomial

#: The registry: one line a model; every test of models runs over it.
MODELS: dict[str, type[Model]] = {
    model.name: model for model in (Polynomial, Chebyshev, Linear, Logistic, MLP, Curve)
}

__all__ = [
    "MLP",
    "MODELS",
    "Chebyshev",
    "Curve",
    "Linear",
    "LinearModel",
    "Logistic",
    "Model",
    "Polynomial",
]
