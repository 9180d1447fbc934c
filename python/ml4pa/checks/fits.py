"""Data, batches and keywords of fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from .arrays import Array, all_finite, array, real
from .models import loss
from .scalars import count
from .telling import vector

if TYPE_CHECKING:
    from ..models import Model


def table(name: str, value: Any, columns: int) -> NDArray[Any]:
    """Data (N, columns) as they are where they are float32 or float64, else as float64."""
    a = real(name, value)
    if not (a.dtype.kind == "f" and a.dtype.itemsize in (4, 8) and a.dtype.isnative):
        a = array(name, a)
    if a.ndim == 1 and columns == 1:
        a = a.reshape(-1, 1)
    if a.ndim != 2 or a.shape[1] != columns or a.size == 0:
        wanted = "(N,)" if columns == 1 else f"(N, {columns})"
        raise ValueError(f"{name} has shape {a.shape}, but the model needs {wanted}, not empty")
    return a


def table_sigma(value: Any, y: NDArray[Any]) -> NDArray[Any]:
    """Standard deviations, one for each number of y (N, k)."""
    a = real("sigma", value)
    if a.ndim == 0:
        return np.broadcast_to(array("sigma", a), y.shape)
    a = table("sigma", a, y.shape[1])
    if a.shape != y.shape:
        raise ValueError(f"sigma has {len(a)} rows, but y has {len(y)}: pass one for each of y")
    return a


def same_length(X: NDArray[Any], y: NDArray[Any]) -> None:
    """One datum a row."""
    if len(X) != len(y):
        raise ValueError(f"y has {len(y)} rows, but X has {len(X)}: give one datum a row")


def is_mapped(a: Any) -> bool:
    """Whether an array is a view of a file."""
    while isinstance(a, np.ndarray):
        if isinstance(a, np.memmap):
            return True
        a = a.base
    return False


def batch(item: Any, place: int) -> tuple[Any, Any, Any]:
    """What a stream of batches gave: X, y and perhaps sigma."""
    if not isinstance(item, tuple | list) or len(item) not in (2, 3):
        what = f"{len(item)} things" if isinstance(item, tuple | list) else type(item).__name__
        raise TypeError(f"batch {place} of X is {what}, but must be (X, y) or (X, y, sigma)")
    X, y, *sigma = item
    return X, y, sigma[0] if sigma else None


def stream(value: Any, model: Model, terms: dict[str, Any], known: Any, fraction: Any) -> None:
    """An iterable of batches, or a function that returns one."""
    data = hasattr(value, "__array__")  # a data frame is iterated over its columns' names
    if data or not (callable(value) or hasattr(value, "__iter__")):
        raise TypeError(
            "y=None, so X must be an iterable of batches (X, y), but has type "
            f"{type(value).__name__}: pass y"
        )
    if fraction is not None:
        raise ValueError(f"validation={fraction}, but X is an iterable of batches: pass (X, y)")
    summed = loss(terms["loss"], model, known).weighted or terms["reduction"] == "sum"
    if summed and (terms["l1"] or terms["l2"]):
        raise ValueError(
            f"l1={terms['l1']}, l2={terms['l2']} must be 0 where batches of one's own are summed: "
            "what share of the penalties a batch has is not known; use reduction='mean'"
        )


def validation(value: Any, sigma: Any) -> tuple[Any, Any, Any]:
    """Data to watch: (X, y), for chi2 (X, y, sigma), where one number holds for both."""
    if not isinstance(value, tuple | list) or len(value) not in (2, 3):
        raise TypeError(
            f"validation has type {type(value).__name__}, but must be (X, y), (X, y, sigma) or a "
            "fraction of the rows"
        )
    X, y, *errors = value
    return X, y, errors[0] if errors else sigma if np.ndim(sigma) == 0 else None


def rows_to_fit(fraction: float, held: int, n: int) -> None:
    """Rows that validation leaves."""
    if held == n:
        raise ValueError(
            f"validation={fraction} of {n} rows leaves none to fit: pass a smaller fraction, or "
            "(X, y) to validate with"
        )


def initial(value: Any, n: int) -> Array:
    """Parameters to start from."""
    a = vector(value, n, "initial", "the model has n_params=").copy()
    if not all_finite(a):
        i = int(np.flatnonzero(~np.isfinite(a))[0])
        raise ValueError(f"initial[{i}]={a[i]} must be finite")
    return a


def no_batches(epoch: int) -> NoReturn:
    """An iterable that is used up."""
    cure = "" if epoch == 0 else ": an iterator runs once, pass a list or a function returning one"
    raise ValueError(f"X gave no batch in epoch {epoch + 1}{cure}")


def shuffling(value: Any) -> bool | int:
    """True, False, or the rows that are shuffled together."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return count("shuffle", value, least=1)


def steps_by_formula(method: Any, why: str) -> None:
    """A method that can be told the gradient of a batch."""
    from ..learning_rates import is_line_search
    from ..method import GradientMethod

    if not isinstance(method, GradientMethod) or method.wants_hessian:
        raise ValueError(f"method={method!r} does not go by gradients alone, as {why} needs")
    if is_line_search(method.learning_rate):
        raise ValueError(
            f"learning_rate={method.learning_rate!r} is a line search, which {why} does not allow: "
            "the cost of one batch is not that of the next; use a number or a schedule"
        )


def only_without(why: str, **given: Any) -> None:
    """Keywords that do not go with something else that was given."""
    for name, value in given.items():
        if value is not None:
            raise ValueError(f"{name} is given, but does not go with {why}")
