"""Activations of hidden neurons: a = g(z), and the slope g'(z) from a alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..objective import Array
from .links import sigmoid


class Activation(NamedTuple):
    """g(z) from z, and g'(z) from a = g(z)."""

    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]


#: The registry, by name.
ACTIVATIONS = {
    "tanh": Activation(np.tanh, lambda a: 1.0 - a * a),
    "sigmoid": Activation(lambda z: sigmoid(z).f, lambda a: a * (1.0 - a)),
    "relu": Activation(lambda z: np.maximum(z, 0.0), lambda a: np.where(a > 0.0, 1.0, 0.0)),
}
