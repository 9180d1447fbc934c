r"""Bits: a gene is 0 or 1, b of them a parameter, the highest first, of the Gray code of k in

.. math:: x = low + k\,\frac{high - low}{2^b - 1}, \qquad k = 0, \dots, 2^b - 1.

In a Gray code neighbouring k differ in one bit alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ....objective import Array
from ..widths import unit

if TYPE_CHECKING:
    from ..draws import Ints
    from ..method import Box


def encode(X: Array, box: Box) -> Array:
    """The bits of the nearest k."""
    s, step = unit(box.low, box.high), _step(box)
    with np.errstate(divide="ignore", invalid="ignore"):
        k = np.where(step > 0.0, np.rint((X * s - box.low * s) / step), 0.0).astype(np.int64)
    gray = k ^ k >> 1
    bits = gray[..., np.newaxis] >> _shifts(box) & 1
    return bits.reshape(len(X), -1).astype(float)


def decode(genes: Array, box: Box) -> Array:
    """The parameters of bits."""
    gray = genes.reshape(len(genes), -1, box.bits).astype(np.int64)
    k = (np.bitwise_xor.accumulate(gray, axis=-1) << _shifts(box)).sum(axis=-1)
    s = unit(box.low, box.high)
    decoded: Array = (box.low * s + k.astype(float) * _step(box)) / s
    return decoded


def _step(box: Box) -> Array:
    """In units of s, where the width overflows."""
    s = unit(box.low, box.high)
    step: Array = (box.high * s - box.low * s) / float(2**box.bits - 1)
    return step


def _shifts(box: Box) -> Ints:
    return np.arange(box.bits - 1, -1, -1)
