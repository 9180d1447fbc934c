"""What all models share: the front; each model's file is its formulas."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..objective import Array
from .links import LINKS

__all__ = ["Array", "LinearModel", "Model"]


class Model:
    r"""A function f(x; theta) of data x and parameters theta; a frozen dataclass.

    The model computes a score s(x; theta), and its link turns the score into the prediction:
    f = s ("linear") or f = 1/(1 + exp(-s)) ("sigmoid"). A subclass gives the score, and the
    product of a vector with the score's Jacobian, from which comes the gradient of any loss.

    Attributes
    ----------
    name : str
        The lower-case name.
    n_params : int
        n, the length of theta.
    features, outputs : int
        p and k: the numbers that go in for each row of data, and those that come out.
    link : str
        ``"linear"`` or ``"sigmoid"``.
    linear : bool
        Whether the score is linear in theta: s = A theta with the design matrix A.
    """

    name: ClassVar[str] = ""
    linear: ClassVar[bool] = False

    n_params: int
    features: int
    outputs: int = 1
    link: str = "linear"

    def _set(self, **values: Any) -> None:
        """The fields as they were checked, and what follows from them."""
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def penalised(self) -> Array:
        """1 for the parameters that l1 and l2 penalise, 0 for the intercepts, shape (n,)."""
        return np.ones(self.n_params)

    def predict(self, params: ArrayLike, X: ArrayLike) -> Array:
        """f(x; theta) for each row of the data.

        Parameters
        ----------
        params : array_like (n,)
            theta.
        X : array_like (N, p), or (N,) where p = 1
            The data, one point a row.

        Returns
        -------
        ndarray (N,), or (N, k) where the model has k > 1 outputs
        """
        theta = checks.vector(params, self.n_params, "params", "the model has n_params=")
        s = self.score(theta, checks.inputs(X, self))
        f = LINKS[self.link](s).f
        return f[:, 0] if self.outputs == 1 else f

    def initial(self, rng: Any = None) -> Array:
        """A start for a fit, (n,): zeros where the cost has one minimum, else drawn from rng."""
        return np.zeros(self.n_params)

    def within(self, limits: checks.Bounds | None) -> Model:
        """The same model, whose finite differences stay within the bounds of theta."""
        return self

    # The specification, in NumPy.

    def score(self, theta: Array, X: Array) -> Array:
        """s, shape (N, k), for theta (n,) and X (N, p)."""
        raise checks.missing(self, "score")

    def pull(self, theta: Array, X: Array, slope: Array) -> Array:
        """sum_i slope_i ds_i/dtheta, shape (n,), for the slopes dL/ds, shape (N, k)."""
        raise checks.missing(self, "pull")

    def design(self, X: Array) -> Array:
        """The design matrix A (N, n) of a model whose score is linear in theta: s = A theta."""
        raise checks.missing(self, "design")

    # The compiled twin.

    def native(self) -> tuple[str, list[float], list[str]] | None:
        """Its name, numbers and words; None where there is none."""
        return None


class LinearModel(Model):
    """A model whose score is linear in theta: a subclass gives its design matrix."""

    linear: ClassVar[bool] = True

    def __init_subclass__(cls, **keywords: Any) -> None:
        """A design of one's own has no score of another one, nor a score another one's design."""
        super().__init_subclass__(**keywords)
        if "design" in vars(cls):
            for name in {"score", "pull"} - set(vars(cls)):
                setattr(cls, name, vars(LinearModel)[name])
        elif "score" in vars(cls) and "linear" not in vars(cls):
            cls.linear = False

    def score(self, theta: Array, X: Array) -> Array:
        return (self.design(X) @ theta)[:, np.newaxis]

    def pull(self, theta: Array, X: Array, slope: Array) -> Array:
        return slope[:, 0] @ self.design(X)
