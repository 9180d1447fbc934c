"""Tournaments."""

from __future__ import annotations

import numpy as np

from ....objective import Array
from ..draws import PARENTS, Draws, Ints

#: Those who meet in one.
SIZE = 2


def tournament(draws: Draws, values: Array, count: int) -> Ints:
    """The better of two drawn at random, with replacement."""
    u = draws.uniforms(PARENTS, count, SIZE)
    return np.min(np.floor(u * len(values)), axis=1).astype(np.int64)
