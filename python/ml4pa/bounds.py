"""Bounds: which coordinates they hold, and what is left of a Hessian then."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .objective import Array


def held(x: Array, v: Array, low: Array, high: Array) -> NDArray[np.bool_]:
    """The coordinates on a bound that a step along -v would take beyond it, or on two equal ones.

    The latter whatever v is: differences do not move such a coordinate, so its slope may be 0.
    """
    on_low, on_high = x <= low, x >= high
    return np.asarray((on_low & (v > 0.0)) | (on_high & (v < 0.0)) | (on_low & on_high))


def projected(x: Array, g: Array, low: Array, high: Array) -> Array:
    """The gradient x - clip(x - g), where g is not lost to rounding beside a large x."""
    return np.minimum(np.maximum(g, x - high), x - low)


def restricted(h: Array, free: NDArray[np.bool_]) -> Array:
    """The Hessians (..., n, n) of the free coordinates; 1 on the diagonal of the others."""
    both = free[..., :, np.newaxis] & free[..., np.newaxis, :]
    return np.where(both, h, np.eye(h.shape[-1]))


def waits(x: Array, before: Array, g: Array, low: Array, high: Array) -> bool:
    """Whether a coordinate stays on its bound, though its projected gradient g points inwards.

    A velocity may hold it there for many steps: that is no rest. A gradient that is mere rounding
    would not move it.
    """
    still = (x == before) & ((x <= low) | (x >= high))
    return bool(np.any(still & (np.abs(g) > 1e-12 * np.abs(x))))
