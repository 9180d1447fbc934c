"""Hyper-parameters of CMA-ES."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .arrays import Array, Bounds, array, finite
from .memory import room_for_matrices
from .scalars import BITS_OF_ROWS, choice, count, positive_number, within
from .shown import shown

SHAPES = ("full", "diagonal", "limited")
#: More coordinates would need more than 20 GB for each matrix.
MOST_FULL = 50_000


def cmaes(method: Any) -> dict[str, Any]:
    """The hyper-parameters of `CMAES` that are not one number in an interval, checked."""
    choice("covariance", method.covariance, SHAPES)
    restarts = method.restarts
    if restarts is not None and not (isinstance(restarts, str) and restarts in ("ipop", "bipop")):
        raise ValueError(f"restarts={shown(restarts)} must be None, 'ipop' or 'bipop'")
    if not isinstance(method.active, bool | np.bool_):
        raise TypeError(f"active={shown(method.active)} must be True or False")
    out: dict[str, Any] = {"active": bool(method.active)}
    size = method.population_size
    if size is not None:
        out["population_size"] = size = count("population_size", size, 2, BITS_OF_ROWS)
    if method.mu is not None:
        out["mu"] = mu = count("mu", method.mu, least=1)
        if size is not None and mu > size:
            raise ValueError(f"mu={mu} must be <= population_size={size}")
        if method.weights is not None:
            raise ValueError(f"mu={mu} must be None where weights are given: they tell it")
    if method.weights is not None:
        out["weights"] = _weights(method, size)
    for name, most in (("c_sigma", 1), ("c_c", 1), ("c_1", 1), ("c_mu", 1), ("d_sigma", math.inf)):
        given = getattr(method, name)
        if given is not None:
            least = {"gt": 0} if name in ("c_sigma", "d_sigma") else {"ge": 0}
            out[name] = within(name, given, le=most, **least)
    if (method.c_1 or 0.0) + (method.c_mu or 0.0) > 1.0:
        raise ValueError(f"c_1={method.c_1} + c_mu={method.c_mu} must be <= 1")
    if method.scale is not None:
        out["scale"] = positive_numbers("scale", method.scale)
    if method.initial_covariance is not None:
        out["initial_covariance"] = _covariance(method.initial_covariance)
    if method.restart_region is not None:
        out["restart_region"] = _region(method)
    return out


def enough_for_parents(mu: int | None, size: int, n: int) -> None:
    """A population that has so many parents, where its size follows from n."""
    if mu is not None and mu > size:
        raise ValueError(
            f"mu={mu} must be <= population_size={size}, that of n={n}: pass a larger "
            "population_size"
        )


def _weights(method: Any, size: int | None) -> tuple[float, ...]:
    w = finite("weights", method.weights, 1)
    if size is None or method.restarts is not None:
        raise ValueError("weights need a population_size of their length, and restarts=None")
    if w.size != size:
        raise ValueError(f"weights has length {w.size}, but population_size={size}")
    if not (np.diff(w) <= 0.0).all() or not w[0] > 0.0:
        raise ValueError(f"weights={shown(w.tolist())} must decrease from a positive one")
    return tuple(w.tolist())


def positive_numbers(name: str, value: Any) -> float | tuple[float, ...]:
    """One positive number, or one a coordinate."""
    a = array(name, value)
    if a.ndim == 0:
        return positive_number(name, float(a))
    a = finite(name, a, 1)
    if not (a > 0.0).all():
        i = int(np.flatnonzero(~(a > 0.0))[0])
        raise ValueError(f"{name}[{i}]={a[i]} must be > 0")
    return tuple(a.tolist())


def _covariance(value: Any) -> tuple[Any, ...]:
    """The diagonal of a positive definite matrix, or all of it."""
    a = array("initial_covariance", value)
    if a.ndim == 1:
        return tuple(np.atleast_1d(positive_numbers("initial_covariance", a)).tolist())
    a = finite("initial_covariance", a, 2)
    if a.shape[0] != a.shape[1] or not np.allclose(a, a.T, rtol=1e-12, atol=0.0):
        raise ValueError(f"initial_covariance of shape {a.shape} must be square and symmetric")
    try:
        np.linalg.cholesky(a)
    except np.linalg.LinAlgError:
        raise ValueError("initial_covariance must be positive definite") from None
    return tuple(map(tuple, a.tolist()))


def _region(method: Any) -> tuple[Any, ...]:
    """The low and the high end for all coordinates, or a pair for each."""
    if method.restarts is None:
        raise ValueError("restart_region needs restarts='ipop' or 'bipop'")
    a = array("restart_region", method.restart_region)
    a = finite("restart_region", a, 1 if a.ndim < 2 else 2)
    if a.shape[-1] != 2:
        raise ValueError(f"restart_region has shape {a.shape}, but must be (2,) or (n, 2)")
    for low, high in a.reshape(-1, 2).tolist():
        if not low <= high:
            raise ValueError(f"restart_region with ({low}, {high}) must have low <= high")
    return tuple(a.tolist()) if a.ndim == 1 else tuple(map(tuple, a.tolist()))


def restart_region(value: Any, n: int) -> Bounds | None:
    """(low, high), each (n,)."""
    if value is None:
        return None
    a = array("restart_region", value)
    if a.ndim == 2 and len(a) != n:
        raise ValueError(f"restart_region has length {len(a)}, but x0 has length {n}")
    low, high = np.broadcast_to(a, (n, 2)).T.copy()
    return low, high


def per_coordinate(name: str, value: Any, n: int) -> Array:
    """One positive number a coordinate, from one or n of them; 1 for None."""
    a = np.ones(n) if value is None else array(name, value)
    if a.ndim == 1 and a.size != n:
        raise ValueError(f"{name} has length {a.size}, but x0 has length {n}")
    return np.array(np.broadcast_to(a, (n,)))


def start_deviations(deviations: Array) -> None:
    """Standard deviations at the start whose squares are numbers."""
    wrong = np.flatnonzero(~((deviations >= 1e-150) & (deviations <= 1e150)))
    if wrong.size:
        raise ValueError(
            f"scale and initial_covariance give coordinate {wrong[0]} the standard deviation "
            f"{deviations[wrong[0]]:g} at the start, which must be from 1e-150 to 1e+150: "
            "give x in another unit"
        )


def initial_covariance(value: Any, n: int, mode: str) -> Array:
    """C, (n, n), or its diagonal (n,); only the full mode keeps a matrix."""
    a = np.ones(n) if value is None else array("initial_covariance", value)
    if a.shape[0] != n:
        raise ValueError(f"initial_covariance has shape {a.shape}, but x0 has length {n}")
    if mode == "full" and n > MOST_FULL:
        raise ValueError(
            f"covariance='full' keeps matrices of n x n numbers, but n={n} is > {MOST_FULL}: "
            "use 'diagonal' or 'limited'"
        )
    if mode == "full":
        room_for_matrices("covariance='full'", n, "use 'diagonal' or 'limited'")
    if a.ndim == 2 and mode != "full":
        raise ValueError(
            f"initial_covariance has shape {a.shape}, but covariance={mode!r} keeps no matrix: "
            f"give its diagonal, shape ({n},)"
        )
    return a
