"""The wheel of fortune."""

from __future__ import annotations

import numpy as np

from ....objective import Array
from ..draws import PARENTS, Draws, Ints


def spin(draws: Draws, weights: Array, count: int) -> Ints:
    """Places drawn with probabilities in proportion to the weights."""
    edges = np.cumsum(weights)
    u = draws.uniforms(PARENTS, count, 1)[:, 0]
    return np.searchsorted(edges, u * edges[-1], side="right").astype(np.int64)
