"""Two-point crossover."""

from __future__ import annotations

import numpy as np

from ....objective import Array
from ..draws import PAIRS, Draws


def two_point(draws: Draws, A: Array, B: Array) -> tuple[Array, Array]:
    """What lies between two places, each 1, ..., L - 1, is swapped."""
    pairs, length = A.shape
    p = 1.0 + np.floor(draws.uniforms(PAIRS, pairs, 3)[:, 1:] * (length - 1))
    gene = np.arange(length)
    kept = (gene < p.min(axis=1, keepdims=True)) | (gene >= p.max(axis=1, keepdims=True))
    return np.where(kept, A, B), np.where(kept, B, A)
