"""Differences of numbers so large that they overflow."""

from __future__ import annotations

import numpy as np

from ...objective import Array


def unit(a: Array, b: Array) -> Array:
    """What a and b are multiplied by before they are subtracted, and the outcome divided by: 1, or
    1/4 where twice the difference may overflow. Powers of 2 round nothing."""
    with np.errstate(over="ignore"):
        vast = np.isinf(2.0 * (np.abs(a) + np.abs(b)))
    return np.where(vast, 0.25, 1.0)
