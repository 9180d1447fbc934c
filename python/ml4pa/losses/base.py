"""What all losses share."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from .. import checks
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

    A subclass gives ``terms``, and ``unit`` where its fits have errors; the cost adds the terms up,
    weighted, and takes the mean where that is the convention. What it is beside that, it says by
    the flags below: nothing is taken for granted of a loss that does not say so.
    """

    name: ClassVar[str] = ""
    #: Whether the data must be probabilities, and the model's link the sigmoid.
    classifies: ClassVar[bool] = False
    #: Whether the data have standard deviations: each term is multiplied by 1/sigma^2. Squares may
    #: have a covariance matrix instead.
    weighted: ClassVar[bool] = False
    #: Whether the curvature is > 0 at every score, so that `fit` goes down a linear model by
    #: Newton's method where it is given none.
    curved: ClassVar[bool] = False

    @property
    def squares(self) -> bool:
        """Whether a term is (f - y)^2: a model linear in its parameters then is solved exactly."""
        return False

    def terms(self, s: Array, y: Array, link: str) -> Terms:
        """The loss of each datum y, of the shape of y, at the scores s, and in their precision.

        ``LINKS[link](s)`` is the prediction f with its derivatives. The curvature is what Newton's
        method and the errors of the parameters are made from.
        """
        raise checks.missing(self, "terms")

    def unit(self, total: float, n_data: int, n_params: int) -> float | None:
        """What the inverse Hessian of the sum over the data is multiplied by, to be the covariance
        matrix of the parameters; ``total`` is the sum at the minimum.

        None, where nothing else is said: the fits have no errors.
        """
        return None


class SquaredLoss(Loss):
    r"""(f - y)^2, whatever its weight."""

    @property
    def squares(self) -> bool:
        return type(self).terms is SquaredLoss.terms  # not of a subclass with other ones

    def terms(self, s: Array, y: Array, link: str) -> Terms:
        f = LINKS[link](s)
        r = f.f - y
        return Terms(r * r, (2.0 * r) * f.slope, 2.0 * (f.slope * f.slope + r * f.curvature))
