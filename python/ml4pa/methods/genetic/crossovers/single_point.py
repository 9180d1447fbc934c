"""Single-point crossover."""

from __future__ import annotations

import numpy as np

from ....objective import Array
from ..draws import PAIRS, Draws


def single_point(draws: Draws, A: Array, B: Array) -> tuple[Array, Array]:
    """The tails of the two are swapped from a place p on, p = 1, ..., L - 1."""
    pairs, length = A.shape
    p = 1.0 + np.floor(draws.uniforms(PAIRS, pairs, 2)[:, 1:] * (length - 1))
    head = np.arange(length) < p
    return np.where(head, A, B), np.where(head, B, A)
