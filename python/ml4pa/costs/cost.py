"""The cost of a model on data."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import _core, checks
from ..losses import LOSSES, Loss
from ..models import MODELS, Curve, Model
from ..models.links import LINKS
from ..native import NativeObjective
from ..objective import Array, Evaluation

#: Of the value before: below it a step is far from the last one, and its Jacobian need not be good.
ROUGH = 0.999
#: Rows of a Jacobian that are multiplied at a time.
IN_CACHE = 4096


class Cost(NativeObjective):
    r"""theta -> the cost of a model on N data, with gradient.

    .. math:: E(\theta) = \frac{1}{N} \sum_i L(y_i, f(x_i; \theta))
              + l_1 \sum_j |\theta_j| + l_2 \sum_j \theta_j^2

    Parameters
    ----------
    model : Model
        `Polynomial`, `Linear`, `Logistic`, `MLP` or `Curve`.
    X : array_like (N, p), or (N,) where p = 1
        The data, one point a row.
    y : array_like (N,), or (N, k) where the model has k > 1 outputs
        What the model is to predict; probabilities, mostly 0 and 1, for the cross-entropy.
    loss : {"mse", "chi2", "cross_entropy"} or Loss, default "mse"
        (y - f)^2, ((y - f)/sigma)^2 or -[y ln p + (1 - y) ln(1 - p)]. The cross-entropy belongs to
        models whose output is a probability: `Logistic`, and `MLP` with ``output="sigmoid"``. A
        subclass of ``losses.Loss`` of your own runs on the NumPy engine.
    sigma : float > 0 or array_like of the shape of y, for "chi2"
        The standard deviations of y.
    covariance : array_like (N, N), for "chi2" instead of sigma
        The covariance matrix C of y (of the N k numbers row after row where k > 1): symmetric,
        positive definite. Its Cholesky factors are taken once.
    l1, l2 : float >= 0, default 0
        Weights of the penalties, which are added to the cost once, whatever the reduction. The
        sums run over the parameters that are not intercepts (nor an MLP's biases). The gradient of
        l1 is the subgradient l1 sign(theta_j), 0 at theta_j = 0.
    reduction : {"mean", "sum"}, default "mean"
        "sum" drops the 1/N; "chi2" is always a sum. With k > 1 outputs, N counts all numbers in y.

    Attributes
    ----------
    n : int
        The number of parameters.
    n_data : int
        N, all numbers in y.

    Raises
    ------
    ValueError, TypeError
        If shapes do not fit, a number is not finite (the text gives its row), sigma is not
        positive, the covariance matrix is not symmetric and positive definite, or a probability is
        outside [0, 1].

    Notes
    -----
    The Hessian exists for `Polynomial`, `Linear` and `Logistic`; `LevenbergMarquardt` takes that of
    the linearised curve for `Curve`. The arrays are not copied if they
    are C-ordered float64: do not change them while the cost is in use.

    Examples
    --------
    A straight line through (0, 1), (1, 3), (2, 6):

    >>> import ml4pa
    >>> cost = ml4pa.Cost(ml4pa.Polynomial(1), [0, 1, 2], [1, 3, 6], "chi2", sigma=0.5)
    >>> cost([1.0, 2.0])
    4.0
    >>> cost.gradient([1.0, 2.0]).tolist()
    [-8.0, -16.0]
    >>> ml4pa.minimize(cost, [0.0, 0.0], "newton").x.round(6).tolist()
    [0.833333, 2.5]
    """

    #: The bounds of the parameters, which finite differences respect; see `within`.
    limits: checks.Bounds | None = None
    #: The Hessian is that of every so many blocks of rows; `fit` sets it for many data.
    sampled: int = 1
    #: Whether the Hessian is that of the linearised model; see `linearised`.
    gauss_newton: bool = False

    def __init__(
        self,
        model: Model,
        X: ArrayLike,
        y: ArrayLike,
        loss: str | Loss = "mse",
        *,
        sigma: ArrayLike | None = None,
        covariance: ArrayLike | None = None,
        l1: float = 0.0,
        l2: float = 0.0,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        self.model = checks.model(model)
        self.loss = checks.loss(loss, model, LOSSES)
        self.n = model.n_params
        self.X = checks.inputs(X, model)
        self.y = checks.targets(y, len(self.X), model)
        if self.loss.classifies:
            checks.probabilities("y", self.y)
        checks.errors_wanted(self.loss, sigma, covariance)
        checks.same_unit(sigma, y)
        self.weights = None if sigma is None else inverse_square(checks.sigma(sigma, self.y))
        self.whitening = None if covariance is None else _whitening(covariance, self.y.size)
        self.l1 = checks.within("l1", l1, ge=0)
        self.l2 = checks.within("l2", l2, ge=0)
        self.reduction = checks.choice("reduction", reduction, ("mean", "sum"))

    @property
    def n_data(self) -> int:
        """N, all numbers in y."""
        return int(self.y.size)

    @property
    def scale(self) -> float:
        """What multiplies the sum over the data: 1/N for a mean, 1 for a sum."""
        return 1.0 if self.loss.weighted or self.reduction == "sum" else 1.0 / self.n_data

    @property
    def least_squares(self) -> bool:
        """Whether it is least squares, linear in the parameters, but for penalties."""
        return self.model.linear and self.model.link == "linear" and self.loss.squares

    @property
    def has_twin(self) -> bool:
        return (
            type(self).__module__.startswith("ml4pa.")
            and MODELS.get(self.model.name) is type(self.model)
            and type(LOSSES.get(self.loss.name)) is type(self.loss)
            and self.model.native() is not None
        )

    def __repr__(self) -> str:
        return f"Cost({self.model!r}, {len(self.X)} rows, loss={self.loss.name!r})"

    def subset(self, rows: Any) -> Cost:
        """The same cost on some of the rows: an index array, a mask or a slice.

        A mean is then the mean over these rows; the penalties stay.
        """
        if self.whitening is not None:
            raise ValueError(
                f"rows={checks.shown(rows)} must be all: data with a covariance matrix cannot be "
                "split"
            )
        weights = None if self.weights is None else self.weights[rows]
        return self.replaced(X=self.X[rows], y=self.y[rows], weights=weights)

    def replaced(self, **attributes: Any) -> Cost:
        """The same cost with some attributes replaced, unchecked."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__, _compiled=None, **attributes)
        other.n = other.model.n_params
        return other

    def within(self, limits: checks.Bounds | None, n: int, threads: int | None = None) -> Cost:
        if limits is self.limits:
            return self
        bounded = copy.copy(self)  # with the twin, which takes no differences
        bounded.model, bounded.limits = self.model.within(limits), limits
        return bounded

    def linearised(self) -> Cost:
        """The same cost; with a `Curve`, its Hessian is that of the linearised curve."""
        return self.replaced(gauss_newton=True) if isinstance(self.model, Curve) else self

    # The specification, in NumPy.

    def value_and_gradient(self, theta: Array, gradient: bool = True) -> tuple[float, Array]:
        """E and its gradient (n,) at one theta (n,); zeros for the gradient if not asked for."""
        s = self.model.score(theta, self.X)
        value, slope = self._summed(s)
        value = self.scale * value + self._penalty(theta)
        if not gradient:
            return value, np.zeros(self.n)
        return value, self.scale * self.model.pull(theta, self.X, slope) + self._pull(theta)

    def _summed(self, s: Array) -> tuple[float, Array]:
        """The sum over the data and its derivatives with respect to the scores."""
        value, slope, _ = self._terms(s)
        return value, slope

    def _terms(self, s: Array) -> tuple[float, Array, Array]:
        """The same, and the second derivatives; but with a covariance matrix none."""
        if self.whitening is not None:
            f = LINKS[self.model.link](s)
            u = self.whitening @ (f.f - self.y).ravel()
            slope = 2.0 * (self.whitening.T @ u).reshape(s.shape) * f.slope
            return float(u @ u), slope, np.zeros(0)
        value, slope, curvature = self.loss.terms(s, self.y, self.model.link)
        if self.weights is not None:
            value, slope = self.weights * value, self.weights * slope
            curvature = self.weights * curvature
        return float(np.sum(value)), slope, curvature

    def _penalty(self, theta: Array) -> float:
        if not (self.l1 or self.l2):
            return 0.0
        lengths = self.l1 * np.abs(theta) + self.l2 * (theta * theta)
        return float(self.model.penalised @ lengths)

    def _pull(self, theta: Array) -> Array:
        if not (self.l1 or self.l2):
            return np.zeros(self.n)
        return self.model.penalised * (self.l1 * np.sign(theta) + (2.0 * self.l2) * theta)

    def _curved(self, theta: Array) -> Array:
        """The Hessian (n, n) at one theta."""
        checks.has_hessian(self)
        if self.sampled > 1:
            return self._sampled_hessian(theta)
        a = self.model.design(self.X)
        s = self.model.score(theta, self.X)
        if self.whitening is not None:
            f = LINKS[self.model.link](s)
            u = self.whitening @ (f.f - self.y).ravel()
            j = self.whitening @ (f.slope * a)
            bent = (2.0 * (self.whitening.T @ u)).reshape(s.shape) * f.curvature
            h = 2.0 * (j.T @ j) + a.T @ (bent * a)
        else:
            curvature = self.loss.terms(s, self.y, self.model.link).curvature
            if self.weights is not None:
                curvature = self.weights * curvature
            h = self.scale * (a.T @ (curvature * a))
        h = 0.5 * (h + h.T)  # a product of matrices rounds its two halves apart
        h[np.diag_indices(self.n)] += (2.0 * self.l2) * self.model.penalised
        return h

    def _of_jacobian(self, J: Array, curvature: Array) -> Array:
        """J^T W J: the Hessian (n, n) of the sum over the data, of a model with the Jacobian J."""
        if self.whitening is not None:
            u = self.whitening @ J
            h = 2.0 * (u.T @ u)
        else:
            h = np.zeros((self.n, self.n))
            for k in range(0, len(J), IN_CACHE):  # what is multiplied stays in the cache
                rows = J[k : k + IN_CACHE]
                h += rows.T @ (curvature[k : k + IN_CACHE] * rows)
        return np.asarray(0.5 * (h + h.T))

    def _linearised(self, theta: Array, below: float) -> Evaluation:
        """Value, and of one Jacobian the gradient and the Hessian of the linearised curve."""
        assert isinstance(self.model, Curve)
        s = self.model.score(theta, self.X)
        value, slope, curvature = self._terms(s)
        value = self.scale * value + self._penalty(theta)
        if not value < below:
            none = np.full((self.n, self.n), math.nan)
            return Evaluation(value, none[0], none, njev=0)
        J = self.model.jacobian(theta, self.X, s[:, 0], rough=value < ROUGH * below)
        h = self.scale * self._of_jacobian(J, curvature)
        h[np.diag_indices(self.n)] += (2.0 * self.l2) * self.model.penalised
        g = self.scale * (slope[:, 0] @ J) + self._pull(theta)
        return Evaluation(value, g, h, nhev=1)

    def _sampled_hessian(self, theta: Array) -> Array:
        """Every ``sampled``-th block stands for all; blocks as the core cuts them."""
        n, rows = self.n, len(self.X)
        most = min(max((1 << 22) // (n * n + n), 8), 512)
        block = max(1024, -(-rows // most))
        block = -(-block // 64) * 64
        part = self.subset(np.arange(rows) // block % self.sampled == 0)
        more = rows / len(part.X) * self.scale / part.scale
        h = more * part.replaced(sampled=1, l2=0.0)._curved(theta)
        h[np.diag_indices(n)] += (2.0 * self.l2) * self.model.penalised
        return np.asarray(h)

    def _value(self, p: Array) -> Any:
        if p.ndim == 2:
            return np.array([self._value(row) for row in p])
        return self.value_and_gradient(p, gradient=False)[0]

    def _gradient(self, p: Array) -> Array:
        if p.ndim == 2:
            return np.array([self._gradient(row) for row in p]).reshape(p.shape)
        return self.value_and_gradient(p)[1]

    def _hessian(self, p: Array) -> Array:
        if p.ndim == 2:
            return np.array([self._hessian(row) for row in p]).reshape(*p.shape, self.n)
        return self._curved(p)

    def evaluate(self, x: Array, hessian: bool = False, below: float = math.inf) -> Evaluation:
        with np.errstate(all="ignore"):  # a run that leaves the finite numbers is reported
            if hessian and self.gauss_newton:
                if type(self).value_and_gradient is Cost.value_and_gradient:
                    return self._linearised(x, below)
                f, g = self.value_and_gradient(x)  # a subclass has its own
                return Evaluation(f, g, self._linearised(x, math.inf).h, nhev=1)
            f, g = self.value_and_gradient(x)
            return Evaluation(f, g, self._curved(x) if hessian else None, nhev=int(hessian))

    def check_hessian(self) -> None:
        if not self.gauss_newton:
            checks.has_hessian(self)

    def derivatives(self, theta: Array) -> tuple[Array, Array]:
        """Gradient (n,) and Hessian (n, n) at theta, in one pass over the data."""
        return self.expansion(theta)[1:]

    def expansion(self, theta: Array) -> tuple[float, Array, Array]:
        """Value, gradient (n,) and Hessian (n, n) at theta, in one pass over the data."""
        if not self.has_twin:
            return float(self._value(theta)), self._gradient(theta), self._hessian(theta)
        return self.native.evaluate(theta)

    def hessian(self, x: ArrayLike) -> Array:
        checks.has_hessian(self)
        return super().hessian(x)

    def _make_native(self) -> _core.Objective:
        native = self.model.native()
        assert native is not None
        name, numbers, words = native
        mask = self.model.penalised.tolist()
        return _core.cost(
            name, numbers, words, self.loss.name, self.X, self.y, self.weights, self.whitening,
            mask, self.scale, self.l1, self.l2, self.sampled,
        )  # fmt: skip


def inverse_square(sigma: Array) -> Array:
    """1/sigma^2. A power would have other last bits on other processors, a quotient has not."""
    return 1.0 / (sigma * sigma)


def _whitening(covariance: ArrayLike, size: int) -> Array:
    """L^-1, for C = L L^T, by the compiled engine: see `inverse_square`."""
    a = checks.covariance(covariance, size)
    whitening = _core.whitening(a)
    if whitening is None:
        raise checks.indefinite(a)
    return whitening
