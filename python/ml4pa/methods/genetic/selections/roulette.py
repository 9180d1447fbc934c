"""Roulette."""

from __future__ import annotations

import math

import numpy as np

from ....objective import Array
from ..draws import Draws, Ints
from .wheel import spin


def roulette(draws: Draws, values: Array, count: int) -> Ints:
    """With a probability in proportion to how much better than the worst finite value a value is,
    so that costs may be negative; equal ones are drawn alike, NaN and infinity never."""
    if values[0] == -math.inf:
        return spin(draws, (values == -math.inf).astype(float), count)
    finite = values < math.inf
    if not finite.any():
        return spin(draws, np.ones(len(values)), count)
    size = 2.0 ** (len(values).bit_length() + 1)  # exact, and the sum of all cannot overflow
    worst = values[finite][-1] / size
    weights = np.where(finite, worst - np.where(finite, values, 0.0) / size, 0.0)
    return spin(draws, weights if weights.any() else finite.astype(float), count)
