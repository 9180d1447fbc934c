r"""Blend crossover, BLX-alpha: L. J. Eshelman, J. D. Schaffer, "Real-coded genetic algorithms and
interval-schemata", FOGA 2 (1993) 187."""

from __future__ import annotations

import numpy as np

from ....objective import Array
from ..draws import GENES, Draws
from ..widths import unit

ALPHA = 0.5


def blend(draws: Draws, A: Array, B: Array) -> tuple[Array, Array]:
    r"""Each gene of each child is uniform between the parents' and alpha = 1/2 of their distance
    d beyond, in :math:`[\min(a, b) - \alpha d, \max(a, b) + \alpha d)`."""
    pairs, length = A.shape
    u = draws.uniforms(GENES, pairs, 2 * length)
    s = unit(A, B)
    d = np.abs(A * s - B * s)
    low, width = np.minimum(A, B) * s - ALPHA * d, (1.0 + 2.0 * ALPHA) * d
    return (low + u[:, :length] * width) / s, (low + u[:, length:] * width) / s
