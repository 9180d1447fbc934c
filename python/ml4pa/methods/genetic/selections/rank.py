"""Rank selection."""

from __future__ import annotations

import numpy as np

from ....objective import Array
from ..draws import Draws, Ints
from .wheel import spin


def rank(draws: Draws, values: Array, count: int) -> Ints:
    """With a probability that falls linearly with the place: lambda, lambda - 1, ..., 1."""
    return spin(draws, np.arange(len(values), 0.0, -1.0), count)
