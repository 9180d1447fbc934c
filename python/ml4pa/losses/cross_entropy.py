"""The cross-entropy of a probability."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..models.links import LINKS
from .base import Array, Loss, Terms


class CrossEntropy(Loss):
    r"""The cross-entropy of labels y in [0, 1] and probabilities p = 1/(1 + exp(-s)).

    .. math:: E(\theta) = -\frac{1}{N} \sum_{i=1}^{N}
              \bigl[y_i \ln p_i + (1 - y_i) \ln(1 - p_i)\bigr]

    It is computed from the score, not from the rounded probability:

    .. math:: -y \ln p - (1 - y) \ln(1 - p) = \max(s, 0) - y s + \ln(1 + e^{-|s|}),

    which overflows for no score and keeps its digits where p is close to y. At a score that has
    itself overflown it is 0 where y is the label on its side, else infinite. The derivatives with
    respect to s are p - y and p (1 - p).
    """

    name: ClassVar[str] = "cross_entropy"
    classifies: ClassVar[bool] = True
    curved: ClassVar[bool] = True

    def terms(self, s: Array, y: Array, link: str) -> Terms:
        p = LINKS["sigmoid"](s)
        tail = np.log1p(np.exp(-np.abs(s)))
        with np.errstate(invalid="ignore"):
            line = np.maximum(s, 0.0) - y * s
        return Terms(np.where(np.isinf(s), _limit(s, y), line) + tail, p.f - y, p.slope)

    def unit(self, total: float, n_data: int, n_params: int) -> float:
        return 1.0


def _limit(s: Array, y: Array) -> Array:
    """The loss at the infinite scores."""
    limit: Array = np.where(np.where(s > 0, 1.0 - y, y) > 0, np.abs(s), np.zeros_like(s))
    return limit
