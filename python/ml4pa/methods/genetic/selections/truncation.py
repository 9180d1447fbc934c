"""Truncation selection."""

from __future__ import annotations

import numpy as np

from ....objective import Array
from ..draws import PARENTS, Draws, Ints


def truncation(draws: Draws, values: Array, count: int) -> Ints:
    """One of the better half, each with the same probability."""
    u = draws.uniforms(PARENTS, count, 1)[:, 0]
    return np.floor(u * ((len(values) + 1) // 2)).astype(np.int64)
