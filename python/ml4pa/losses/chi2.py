"""The sum of squares in units of the errors."""

from __future__ import annotations

from typing import ClassVar

from .base import SquaredLoss


class Chi2(SquaredLoss):
    r"""The sum of squared residuals r = y - f in units of their errors.

    .. math:: \chi^2(\theta) = \sum_{i=1}^{N} \Bigl(\frac{r_i}{\sigma_i}\Bigr)^2
              \qquad\text{or}\qquad \chi^2(\theta) = r^T C^{-1} r

    It is always a sum. With a covariance matrix C = L L^T, factored once, it is the squared length
    of L^-1 r.

    References
    ----------
    Particle Data Group, Review of Particle Physics, "Statistics", the method of least squares.
    """

    name: ClassVar[str] = "chi2"
    weighted: ClassVar[bool] = True

    def unit(self, total: float, n_data: int, n_params: int) -> float:
        return 2.0
