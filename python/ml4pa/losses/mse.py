"""The mean squared error."""

from __future__ import annotations

import math
from typing import ClassVar

from .base import SquaredLoss


class MSE(SquaredLoss):
    r"""The mean squared error of N data.

    .. math:: E(\theta) = \frac{1}{N} \sum_{i=1}^{N} (y_i - f(x_i; \theta))^2

    The lecture's J is half of it.
    """

    name: ClassVar[str] = "mse"

    def unit(self, total: float, n_data: int, n_params: int) -> float:
        return 2.0 * total / (n_data - n_params) if n_data > n_params else math.nan
