"""Fleets side by side: many starts of a method on a small landscape in one native call."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import _core, learning_rates
from .learning_rates import check_learning_rate
from .method import own_names
from .objective import Array
from .started import SUCCESS, Ints, Paths, Rows
from .stop import NEGATIVE, Status

if TYPE_CHECKING:
    from .fleet import Fleet


def side_by_side(fleet: Fleet) -> bool:
    """Whether the compiled engine has the whole fleet: a method as it is, on a small landscape."""
    if not fleet.compiled or fleet.euclidean or fleet.limits is not None:
        return False
    twin = fleet.objective.twin
    if twin is None or fleet.on_nan == "raise" or not _core.fleet_has(twin, fleet.method.name):
        return False
    noises = fleet.varied.get("noise", [fleet.method.noise])
    clips = fleet.varied.get("clip", [fleet.method.clip])
    rates = fleet.varied.get("learning_rate", [fleet.method.learning_rate])
    plain = not any(noises) and all(clip is None for clip in clips)
    return plain and all(is_formula(rate) for rate in rates)


def rows_side_by_side(fleet: Fleet) -> Rows:
    """One native call for all runs."""
    method, varied, m = fleet.method, fleet.varied, len(fleet.starts)
    names = own_names(type(method))  # type: ignore[arg-type]
    rates: Any = [method.learning_rate]
    fields = np.array([getattr(method, name) for name in names], dtype=float)
    if varied:
        fields = np.empty((m, len(names)))
        for k, name in enumerate(names):
            fields[:, k] = varied.get(name, getattr(method, name))
        rates = varied.get("learning_rate", rates * m)
    if varied and all(isinstance(rate, float | int) for rate in rates):
        rates = np.array(rates, dtype=float)
    else:
        rates = [learning_rates.native(check_learning_rate(rate)) for rate in rates]
    twin = fleet.objective.twin
    assert twin is not None
    most = int(most_rows(fleet.rules, fleet.stride)) if fleet.stride else 0
    reason, measured, limit, nit, x, fun, jac, hessians, points, values, filled = _core.fleet(
        twin, method.name, fleet.starts, fields, rates, fleet.rules,
        fleet.max_time, fleet.stride, most, fleet.threads or 0, fleet.bar,
    )  # fmt: skip
    jac[~np.isfinite(fun)] = np.nan  # no point was finite
    fun = np.where(np.isfinite(fun), fun, measured)
    path = None
    if fleet.stride:
        longest = int(filled.max())
        path = Paths(points[:, :longest], values[:, :longest], filled, fleet.stride, nit)
    if method.wants_hessian:
        _report_saddles(reason, measured, limit, hessians)
    nfev = nit + 1
    nhev = nfev if method.wants_hessian else np.zeros_like(nit)
    return Rows(x, fun, jac, nit, nfev, nfev.copy(), nhev.copy(), reason, measured, limit, path)


def _report_saddles(reason: Ints, measured: Array, limit: Array, hessians: Array) -> None:
    """As `Result.check_minimum`: no success where an eigenvalue is negative, beyond rounding."""
    suspect = np.flatnonzero(np.isin(reason, SUCCESS) & ~surely_positive(hessians))
    eigenvalues = np.linalg.eigvalsh(hessians[suspect])
    saddle = eigenvalues[:, 0] < NEGATIVE * np.abs(eigenvalues).max(axis=1)
    found = suspect[saddle]
    reason[found], measured[found], limit[found] = Status.SADDLE, eigenvalues[saddle, 0], 0.0


def surely_positive(hessians: Array) -> NDArray[np.bool_]:
    """Where matrices (m, n, n) of one or two dimensions have positive eigenvalues, without them."""
    corner = hessians[:, -1, -1]
    if hessians.shape[1] == 1:
        return corner > 0
    with np.errstate(all="ignore"):
        product = hessians[:, 0, 0] * corner
        return (corner > 0) & (product - hessians[:, 0, 1] ** 2 > 1e-9 * product)


def is_formula(rate: Any) -> bool:
    """Whether a learning rate is a number or a schedule of the library."""
    spec = learning_rates.native(rate)
    while type(spec) is tuple and not learning_rates.is_line_search(rate):
        spec = spec[2] if spec[2] is not None else 0.0
    return isinstance(spec, float | int)


def most_rows(rules: list[float], stride: int) -> float:
    """The largest number of recorded points of a run; inf where nothing limits it."""
    steps = -rules[Status.MAX_ITER], -rules[Status.MAX_EVALS]
    known = [step for step in steps if not math.isnan(step)]
    return min(known) // stride + 2 if known else math.inf
