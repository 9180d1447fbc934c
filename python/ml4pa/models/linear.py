"""The linear model in several variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .. import checks
from ..objective import Array
from .base import LinearModel


@dataclass(frozen=True)
class Linear(LinearModel):
    r"""A linear function of several variables.

    .. math:: f(x; \theta) = \theta_0 + \sum_{j=1}^{p} \theta_j x_j

    Parameters
    ----------
    features : int >= 1
        p.
    intercept : bool, default True
        Whether there is theta_0, which comes first and which ``l1`` and ``l2`` do not penalise.
        Without it the p parameters are theta_1, ..., theta_p.

    Examples
    --------
    >>> import ml4pa
    >>> ml4pa.Linear(2).predict([1.0, 2.0, 3.0], [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]).tolist()
    [1.0, 3.0, 6.0]
    >>> ml4pa.Linear(2, intercept=False).predict([2.0, 3.0], [[1.0, 1.0]]).tolist()
    [5.0]
    """

    name: ClassVar[str] = "linear"

    features: int
    intercept: bool = True

    def __post_init__(self) -> None:
        features = checks.count("features", self.features, least=1)
        intercept = checks.flag("intercept", self.intercept)
        self._set(features=features, intercept=intercept, n_params=features + int(intercept))

    @property
    def penalised(self) -> Array:
        mask = np.ones(self.n_params)
        if self.intercept:
            mask[0] = 0.0
        return mask

    def design(self, X: Array) -> Array:
        return np.column_stack([np.ones(len(X)), X]) if self.intercept else X

    def score(self, theta: Array, X: Array) -> Array:
        s = X @ theta[1:] + theta[0] if self.intercept else X @ theta
        return s[:, np.newaxis]

    def pull(self, theta: Array, X: Array, slope: Array) -> Array:
        g = slope[:, 0] @ X
        return np.concatenate([[slope.sum()], g]) if self.intercept else g

    def native(self) -> tuple[str, list[float], list[str]]:
        return "linear", [self.features, int(self.intercept)], [self.link]
