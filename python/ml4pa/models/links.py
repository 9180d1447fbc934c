r"""Links: how a model's score s becomes its prediction f(s).

Each gives f and its first two derivatives with respect to s.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..objective import Array


class Linked(NamedTuple):
    """f(s), f'(s) and f''(s), of the shape of s."""

    f: Array
    slope: Array
    curvature: Array


def identity(s: Array) -> Linked:
    """f = s."""
    return Linked(s, np.ones_like(s), np.zeros_like(s))


def sigmoid(s: Array) -> Linked:
    r"""p = 1/(1 + exp(-s)), from exp(-\|s\|), which cannot overflow."""
    e = np.exp(-np.abs(s))
    q = 1.0 / (1.0 + e)
    p = np.where(s >= 0, q, e * q)
    slope = (e * q) * q
    return Linked(p, slope, slope * (1.0 - 2.0 * p))


#: The registry, by name.
LINKS = {"linear": identity, "sigmoid": sigmoid}
