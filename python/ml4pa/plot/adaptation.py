"""The four classic pictures of a run of CMA-ES."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from .. import checks
from ..objective import Array
from ..result import Result
from . import style

PANELS = ("values", "coordinates", "axes", "deviations")
#: Coordinates that have a name in the legend: so many looks there are.
MOST_NAMED = len(style.COLORS)


def adaptation(result: Result, ax: Axes | None = None, *, show: str = "values") -> Axes:
    r"""Draw one of the four classic panels of a run of CMA-ES, against evaluations.

    Parameters
    ----------
    result : Result
        Of `CMAES` with ``record=True`` or a stride.
    ax : Axes, optional
        Where to draw; new axes by default.
    show : {"values", "coordinates", "axes", "deviations"}, default "values"
        The best value, its distance to the best of all, sigma and the axis ratio; the coordinates
        of the mean; the lengths of the principal axes, which are the roots of the eigenvalues of C;
        or the standard deviation of each coordinate, sigma sqrt(C_ii). Up to seven coordinates are
        named, by their index. The path of ``covariance="limited"`` keeps no C: there are then no
        axis ratio, axes and deviations.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the path was not recorded, is not of a distribution, or has no covariance for the axes or
        the deviations.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Ellipsoid(4)
    >>> result = ml4pa.minimize(f, [1.0] * 4, ml4pa.CMAES(0.5), rng=1, record=True)
    >>> len(ml4pa.plot.adaptation(result, show="axes").lines)
    4
    """
    path = checks.recorded_population(result)
    checks.choice("show", show, PANELS)
    if path.mean is None or path.sigma is None:
        raise ValueError("result.path.mean=None: this picture is of a distribution, as of CMAES")
    if show in ("axes", "deviations"):
        checks.kept_covariance(path, show)
    ax = style.axes(ax)
    nfev = path.evaluations
    if show == "values":
        _values(ax, nfev, path.fun, path.sigma, path.covariance)
    elif show == "coordinates":
        _lines(ax, nfev, path.mean, "coordinates of the mean", "$m_i$", named=True)
    elif show == "axes":
        roots = _roots(path.covariance)
        _lines(ax, nfev, roots, "axes of the ellipsoid", "$\\sqrt{\\lambda_i(C)}$")
    else:
        deviations = path.sigma[:, np.newaxis] * np.sqrt(_variances(path.covariance))
        name = "$\\sigma \\sqrt{C_{ii}}$"
        _lines(ax, nfev, deviations, "standard deviations", name, named=True)
    if show != "coordinates":
        ax.set_yscale("log")
    return ax


def _variances(covariance: Array) -> Array:
    """The diagonal of C, (k, n); a path keeps that alone, or all of it."""
    if covariance.ndim == 2:
        return covariance
    variances: Array = np.diagonal(covariance, axis1=1, axis2=2)
    return variances


def _roots(covariance: Array) -> Array:
    """Lengths of the axes, (k, n), in units of sigma, the shortest first."""
    if covariance.ndim == 2:
        return np.sort(np.sqrt(covariance), axis=1)
    roots: Array = np.sqrt(np.maximum(np.linalg.eigvalsh(covariance), 0.0))
    return roots


def _values(ax: Axes, nfev: Array, fun: Array, sigma: Array, covariance: Array | None) -> None:
    best = np.fmin.accumulate(fun)
    with np.errstate(invalid="ignore"):
        above = fun - np.nanmin(fun)
    above = np.where(above > 0.0, above, np.nan)
    rows = [(np.abs(best), "best |f|"), (above, "f − best of all"), (sigma, "σ")]
    if covariance is None:
        y, title = "f, σ", "value, step size (no C in the path)"
    else:
        y, title = "f, σ, axis ratio", "value, step size, axis ratio"
        roots = _roots(covariance)
        rows.append((roots[:, -1] / roots[:, 0], "axis ratio"))
    for i, (values, label) in enumerate(rows):
        look = style.look(i)
        ax.plot(nfev, values, color=look.color, linestyle=look.line, linewidth=1.8, label=label)
    style.legend(ax)
    style.finish(ax, "evaluations", y, title)


def _lines(ax: Axes, nfev: Array, rows: Array, title: str, name: str, named: bool = False) -> None:
    """One line a column; few coordinates are named."""
    for i, values in enumerate(rows.T):
        look = style.look(i)
        label = str(i) if named and rows.shape[1] <= MOST_NAMED else None
        ax.plot(nfev, values, color=look.color, linestyle=look.line, linewidth=1.5, label=label)
    style.legend(ax, title="$i$", ncols=2)
    style.finish(ax, "evaluations", name, title)
