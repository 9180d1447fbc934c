"""Models, losses, data of a cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Array, array, finite
from .scalars import choice, count
from .shown import shown

if TYPE_CHECKING:
    from ..costs import Cost
    from ..losses import Loss
    from ..models import Model


def flag(name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name}={shown(value)} must be True or False")
    return bool(value)


def layers(value: Any) -> tuple[int, ...]:
    """The sizes of the layers of a network."""
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise TypeError(f"layers={shown(value)} must be the sizes of the layers: (2, 5, 1), say")
    sizes = tuple(count(f"layers[{i}]", size, least=1) for i, size in enumerate(value))
    if len(sizes) < 2:
        raise ValueError(f"layers={sizes} must have inputs and outputs: at least two sizes")
    return sizes


def model(value: Any) -> Model:
    """A model, not its class."""
    from ..models import Model

    if not isinstance(value, Model):
        what = f"a class: pass {value.__name__}(...)" if isinstance(value, type) else "no Model"
        raise TypeError(f"model={shown(value)} is {what}; it must be Polynomial(3), Linear(2), ...")
    return value


def loss(value: Any, model: Model, known: dict[str, Loss]) -> Loss:
    """A loss, or one by its name, fit for the model."""
    from ..losses import Loss

    if isinstance(value, type) and issubclass(value, Loss):
        raise TypeError(f"loss={shown(value)} is a class: pass {value.__name__}()")
    kind = value if isinstance(value, Loss) else known[choice("loss", value, tuple(known))]
    if kind.classifies and model.link != "sigmoid":
        raise ValueError(
            f"loss={kind.name!r} needs a model whose output is a probability, but model={model!r}: "
            "use Logistic, or MLP(..., output='sigmoid')"
        )
    return kind


def inputs(X: Any, model: Model) -> Array:
    """The data of a model, (N, p), finite."""
    a = array("X", X)
    p = model.features
    if a.ndim == 1 and p == 1:
        a = a.reshape(-1, 1)
    if a.ndim != 2 or a.shape[1] != p or a.size == 0:
        raise ValueError(
            f"X has shape {a.shape}, but {type(model).__name__} has p={p} "
            f"feature{'s' if p > 1 else ''}: "
            + (f"pass shape (N, {p}), one point a row" if p > 1 else "pass shape (N,) or (N, 1)")
        )
    return finite("X", a, ndim=2)


def targets(y: Any, rows: int, model: Model) -> Array:
    """What a model is to predict, (N, k), finite."""
    a = array("y", y)
    k = model.outputs
    shape = (rows,) if k == 1 else (rows, k)
    if a.shape not in (shape, (rows, k)):
        raise ValueError(
            f"y has shape {a.shape}, but X has {rows} rows and the model {k} "
            f"output{'s' if k > 1 else ''}: pass shape {shape}"
        )
    return finite("y", a, a.ndim).reshape(rows, k)


def probabilities(name: str, a: Array) -> None:
    """Numbers in [0, 1]."""
    if outside := _first_row(name, a, (a < 0) | (a > 1)):
        raise ValueError(f"{outside} must lie in [0, 1]: labels are 0 and 1")


def _first_row(name: str, a: Array, wrong: NDArray[np.bool_]) -> str:
    """The first of the wrong ones as ``name[row]=value``; empty where there is none."""
    if not wrong.any():
        return ""
    i, j = (int(k[0]) for k in np.nonzero(wrong))
    return f"{name}[{i}]={a[i, j]:g}" if a.shape[1] == 1 else f"{name}[{i}, {j}]={a[i, j]:g}"


def errors_wanted(loss: Loss, sigma: Any, covariance: Any) -> None:
    """sigma or covariance, for a loss that has errors and for no other."""
    given = {"sigma": sigma, "covariance": covariance}
    names = [name for name, value in given.items() if value is not None]
    if names and not loss.weighted:
        raise ValueError(
            f"{names[0]} is given, but loss={loss.name!r} knows no errors: use loss='chi2'"
        )
    if covariance is not None and not loss.squares:
        raise ValueError(
            f"covariance is given, but loss={loss.name!r} is no sum of squares, which alone can "
            "have one: pass sigma"
        )
    if loss.weighted and len(names) != 1:
        what = "both are given" if names else "none is given"
        raise ValueError(
            f"sigma and covariance: {what}, but loss={loss.name!r} needs one of them "
            "(sigma=1.0 for unit errors)"
        )


def same_unit(sigma: Any, y: Any) -> None:
    """Standard deviations in the unit of y, where both have one, as columns of astropy may."""
    units = [getattr(a, "unit", None) for a in (sigma, y) if isinstance(a, np.ndarray)]
    if len(units) == 2 and None not in units and units[0] != units[1]:
        raise ValueError(
            f"sigma has the unit {units[0]}, but y has the unit {units[1]}: convert one of them"
        )


def sigma(value: Any, y: Array) -> Array:
    """Standard deviations, one for each of the data (N, k)."""
    a = array("sigma", value)
    if a.ndim == 1 and y.shape[1] == 1:
        a = a[:, np.newaxis]
    if a.ndim and a.shape != y.shape:
        shape = y.shape[:1] if y.shape[1] == 1 else y.shape
        raise ValueError(
            f"sigma has shape {np.shape(value)}, but y has shape {shape}: "
            "pass one number, or one for each of the data"
        )
    a = np.broadcast_to(a, y.shape)
    if wrong := _first_row("sigma", a, ~((a > 0) & np.isfinite(a))):
        raise ValueError(f"{wrong} must be finite and > 0")
    squarable(a, 1e150)
    return np.ascontiguousarray(a)


def squarable(sigma: Array, most: float, where: str = "") -> None:
    """Standard deviations (N, k) whose squares are numbers, and whose inverse squares are."""
    if wrong := _first_row("sigma", sigma, (sigma < 1.0 / most) | (sigma > most)):
        raise ValueError(
            f"{wrong} must be from {1.0 / most:g} to {most:g}{where}, for the sake of 1/sigma^2: "
            "give y and sigma in another unit"
        )


def covariance(value: Any, size: int) -> Array:
    """A symmetric matrix of a size."""
    a = array("covariance", value)
    if a.shape != (size, size):
        raise ValueError(
            f"covariance has shape {a.shape}, but y has {size} numbers: pass shape ({size}, {size})"
        )
    a = finite("covariance", a, ndim=2)
    apart = np.abs(a - a.T)
    if np.max(apart) > 1e-8 * np.max(np.abs(a)):
        i, j = (int(k) for k in np.unravel_index(np.argmax(apart), a.shape))
        raise ValueError(
            f"covariance[{i}, {j}]={a[i, j]:g} but covariance[{j}, {i}]={a[j, i]:g}: "
            "must be symmetric"
        )
    return a


def indefinite(a: Array) -> ValueError:
    """What to raise for a covariance matrix that has no Cholesky factor."""
    least = float(np.linalg.eigvalsh(a)[0])
    return ValueError(f"covariance has the eigenvalue {least:g}, but must be positive definite")


def has_hessian(cost: Cost) -> None:
    """The second derivatives of a model that has none."""
    if not cost.model.linear:
        other = "LevenbergMarquardt, or " if cost.model.name == "curve" else ""
        raise TypeError(
            f"hessian: {cost.model.name} has none, only Polynomial, Linear and Logistic have: "
            f"use {other}a method that needs the gradient alone"
        )


def quadratic(cost: Cost) -> None:
    """A cost whose minimum is the solution of linear equations."""
    if cost.least_squares:
        if cost.l1 == 0:
            return
        what = f"l1={cost.l1:g} must be 0"
    else:
        what = f"model={cost.model!r} with loss={cost.loss.name!r} is not linear least squares"
    raise ValueError(f"{what}: there is no exact solution, pass a method, Newton() or Adam() say")
