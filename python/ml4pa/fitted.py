"""What comes out of a fit."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .costs import Cost
from .models import Model
from .objective import Array
from .result import Result
from .stop import Status, plural


@dataclass(eq=False)
class History:
    """The cost in the course of a fit.

    Attributes
    ----------
    epoch : ndarray (k,)
        Passes over the data made so far; 0 is the start. Without mini-batches each step is one.
    cost : ndarray (k,)
        The cost on the data fitted.
    validation : ndarray (k,) or None
        The cost on the validation data, without penalties.
    """

    epoch: NDArray[np.int64]
    cost: Array
    validation: Array | None = None

    def __len__(self) -> int:
        return len(self.cost)

    @property
    def watched(self) -> Array:
        """What decides which parameters are the best: the validation cost where there is one."""
        return self.cost if self.validation is None else self.validation


@dataclass(eq=False, repr=False, kw_only=True)
class Fit(Result):
    """What comes out of `ml4pa.fit`: all of `Result`, and what it says of the model.

    Attributes
    ----------
    params, cost : ndarray (n,), float
        The best parameters, and their cost on the data fitted: ``x`` and ``fun`` by other names.
        The best are those of the epoch with the least cost, on the validation data where there
        are some.
    history : History
        The cost after each epoch.
    model : Model
        What was fitted.
    objective : Cost or None
        The cost as a function of the parameters, whose finite differences stay within the bounds
        of the fit; None where the data are in a file or a stream.
    """

    model: Model
    history: History
    #: What makes the objective: a copy of the data may be needed, and is made when asked for.
    make_objective: Callable[[], Cost | None] | None = None
    #: What the message says instead of the reason of stopping.
    note: str = ""

    @property
    def params(self) -> Array:
        return self.x

    @property
    def cost(self) -> float:
        return self.fun

    def predict(self, X: ArrayLike) -> Array:
        """The model at the rows of X: (N,), or (N, k) where it has k > 1 outputs."""
        return self.model.predict(self.x, X)

    @cached_property
    def objective(self) -> Cost | None:
        """The cost as a function of the parameters; None where the data are in a file."""
        return None if self.make_objective is None else self.make_objective()

    @property
    def covariance(self) -> Array | None:
        """The covariance matrix (n, n) of the parameters; see `ml4pa.costs.errors`.

        None where the cost has no minimum there that determines all parameters, or the data are
        in a file or a stream; ``errors_message`` says why.
        """
        return None if self._errors is None else self._errors.covariance

    @property
    def errors(self) -> Array | None:
        """The standard deviations (n,) of the parameters, or None as for ``covariance``."""
        return None if self._errors is None else self._errors.errors

    @property
    def correlation(self) -> Array | None:
        """The correlation matrix (n, n) of the parameters, or None as for ``covariance``."""
        return None if self._errors is None else self._errors.correlation

    @property
    def errors_message(self) -> str:
        """Where the errors come from, or why there are none."""
        if self._errors is None:
            return "no errors: the data are in a file or a stream, or the fit diverged"
        return str(self._errors.message)

    @property
    def chi2(self) -> float | None:
        """For ``loss="chi2"``: the sum over the data, without penalties."""
        if self.objective is None:
            return None
        loss = self.objective.loss
        if not (loss.weighted and loss.squares):
            return None
        return self.fun - self.objective._penalty(self.x)

    @property
    def ndof(self) -> int | None:
        """Data minus parameters."""
        return None if self.objective is None else self.objective.n_data - self.objective.n

    @cached_property
    def _errors(self) -> Any:
        from .costs import errors

        if self.objective is None or not np.isfinite(self.x).all():
            return None
        return errors(self.objective, self.x)

    @property
    def message(self) -> str:
        """The reason of stopping as a sentence, with what was measured and its limit."""
        h, reason = self.history, self.stop.reason
        if self.note:
            return self.note
        if reason not in (Status.EPOCHS, Status.PATIENCE, Status.DIVERGED) or len(h) == 0:
            return super().message
        at_start = reason == Status.DIVERGED and self.nit == 0
        if at_start and not math.isfinite(self.stop.measured):
            value = f"{self.stop.measured:g}"
            return f"diverged: the cost at initial is {value}: start where it is finite"
        kind = "cost" if h.validation is None else "validation cost"
        place = int(np.argmin(np.where(np.isfinite(h.watched), h.watched, np.inf)))
        best = f"best {kind} {h.watched[place]:.6g} after {plural(int(h.epoch[place]), 'epoch')}"
        last = plural(int(h.epoch[-1]), "epoch")
        if reason == Status.EPOCHS:
            return (
                f"epochs spent: {last} = epochs, cost {h.cost[0]:.6g} -> {h.cost[-1]:.6g}, {best}"
            )
        if reason == Status.PATIENCE:
            waited = f"{self.stop.measured:g} epochs >= patience = {self.stop.limit:g}"
            return f"patience spent: no better {kind} for {waited}, {best} of {int(h.epoch[-1])}"
        return (
            f"diverged: a parameter or the cost is not finite (last cost {h.cost[-1]:.6g}) in "
            f"epoch {int(h.epoch[-1])} after {plural(self.nit, 'step')}, {best}; try a smaller "
            "learning_rate"
        )

    def __repr__(self) -> str:
        told = [super().__repr__(), f"{'model':>8}: {self.model!r}"]
        if len(self.history):
            told.append(f"{'history':>8}: {plural(len(self.history), 'row')}")
        return "\n".join(told)
