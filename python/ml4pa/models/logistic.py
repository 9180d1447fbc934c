"""Logistic regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .linear import Linear


@dataclass(frozen=True)
class Logistic(Linear):
    r"""The probability of one of two classes, logistic in a linear score.

    .. math:: p(x; \theta) = \frac{1}{1 + e^{-s}}, \qquad
              s = \theta_0 + \sum_{j=1}^{p} \theta_j x_j

    Parameters
    ----------
    features, intercept
        As for `Linear`: the intercept comes first, and is not penalised.

    Examples
    --------
    >>> import ml4pa
    >>> ml4pa.Logistic(1).predict([0.0, 1.0], [-1000.0, 0.0, 1000.0]).tolist()
    [0.0, 0.5, 1.0]
    """

    name: ClassVar[str] = "logistic"
    link = "sigmoid"
