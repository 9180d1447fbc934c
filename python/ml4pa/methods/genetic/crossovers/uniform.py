"""Uniform crossover."""

from __future__ import annotations

import numpy as np

from ....objective import Array
from ..draws import Draws


def uniform(draws: Draws, A: Array, B: Array) -> tuple[Array, Array]:
    """Each gene is swapped with probability 1/2."""
    kept = draws.bits(*A.shape) == 0
    return np.where(kept, A, B), np.where(kept, B, A)
