"""What all losses share."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from ..models.links import LINKS, Linked
from ..objective import Array

__all__ = ["Array", "Linked", "Loss", "Terms"]


class Terms(NamedTuple):
    """A loss datum by datum: its value and its first two derivatives with respect to the score."""

    value: Array
    slope: Array
    curvature: Array


class Loss:
    """How far a prediction is from a datum.

    A subclass gives ``terms``; the cost adds them up, weighted, and takes the mean where that is
    the convention.
    """

    name: ClassVar[str] = ""
    #: Whether the data must be probabilities, and the model's link the sigmoid.
    classifies: ClassVar[bool] = False
    #: Whether the data have errors: a standard deviation each, or a covariance matrix.
    weighted: ClassVar[bool] = False

    def terms(self, s: Array, y: Array, link: str) -> Terms:
        """The loss of each datum y, of the shape of y, at the scores s."""
        raise NotImplementedError

    def unit(self, total: float, n_data: int, n_params: int) -> float:
        """What the inverse Hessian of the sum over the data is multiplied by, to be the covariance
        matrix of the parameters; ``total`` is the sum at the minimum."""
        raise NotImplementedError


class SquaredLoss(Loss):
    r"""(f - y)^2, whatever its weight."""

    def terms(self, s: Array, y: Array, link: str) -> Terms:
        f = LINKS[link](s)
        r = f.f - y
        return Terms(r * r, (2.0 * r) * f.slope, 2.0 * (f.slope * f.slope + r * f.curvature))
