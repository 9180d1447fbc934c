"""What a fit found, over its data."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from .. import checks
from ..objective import Array
from . import style

#: Beyond so many points they are drawn as small dots without error bars.
MANY = 2000
#: Of still more points a random part is drawn, always the same.
MOST = 20_000
#: Places where the curve is evaluated.
PLACES = 401
#: The two classes: as circles and squares, that no information hangs on colour alone.
CLASSES = (("#0072B2", "o"), ("#D55E00", "s"))
#: Data in black or grey, so the first curve takes the second colour, which stands out.
GREY, FIRST = "#56697a", 1


def fit(
    fit: Any,
    ax: Axes | None = None,
    *,
    label: str | None = None,
    bounds: Any = None,
    band: bool = True,
    classes: tuple[str, str] = ("class 0", "class 1"),
) -> Axes:
    r"""Draw what a fit found over its data.

    One variable: the data with their error bars, the curve, and where the fit has errors a band of
    one standard deviation of the curve. A classifier of two variables: the data of both classes,
    the lines of p = 0.1, 0.5 and 0.9, and p as a shade. Otherwise the data against the prediction,
    and a classifier as histograms of p for both classes.

    Parameters
    ----------
    fit : Fit
        Of `ml4pa.fit`.
    ax : Axes, optional
        Where to draw; new axes by default. Several fits of the same data go into the same axes,
        which then hold the data once, and each curve in the next colour.
    label : str, optional
        The name in the legend; by default the model's.
    bounds : (low, high), optional
        Of the variable, where there is one; by default those of the data.
    band : bool, default True
        Whether to draw the band.
    classes : (str, str), default ("class 0", "class 1")
        What a classifier's classes are called.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError
        If it is no fit.

    Notes
    -----
    The band is the error propagated to the curve, :math:`\sqrt{j^T C j}` with the covariance C of
    the parameters and j the gradient of the prediction with respect to them.

    Examples
    --------
    >>> import ml4pa
    >>> from ml4pa.datasets import hubble
    >>> distance, velocity = hubble()
    >>> ax = ml4pa.plot.fit(ml4pa.fit(ml4pa.Polynomial(1), distance, velocity))
    >>> len(ax.lines)
    2
    """
    cost = checks.kept_cost(fit)
    ax = style.axes(ax)
    X, y = cost.X, cost.y
    classifies = cost.loss.classifies and y.shape[1] == 1
    if X.shape[1] == 1 and y.shape[1] == 1:
        _curve(ax, fit, label, bounds, band)
    elif classifies and X.shape[1] == 2:
        _map(ax, fit, classes)
    elif classifies:
        _histograms(ax, fit, classes)
    else:
        _against(ax, fit, label)
    style.legend(ax)
    return ax


# ---- one variable --------------------------------------------------------------------------------


def _curve(ax: Axes, fit: Any, label: str | None, bounds: Any, band: bool) -> None:
    cost = fit.objective
    x, y = cost.X[:, 0], cost.y[:, 0]
    bare = not ax.has_data()
    if not any(line.get_gid() == "data" for line in ax.lines):
        _data(ax, x, y, _sigma(cost))
    low, high = checks.interval("bounds", bounds) if bounds is not None else (x.min(), x.max())
    places = np.linspace(low, high, PLACES)
    curve = fit.predict(places)
    seen = sum(line.get_gid() == "fit" for line in ax.lines)
    look = style.look(FIRST + seen)
    ax.plot(places, curve, color=look.color, linestyle=look.line if seen else "-", linewidth=2.8,
            label=repr(fit.model) if label is None else label, gid="fit", zorder=4)  # fmt: skip
    if bare:
        ax.set_ylim(*_heights(ax, y, curve))
    if band and fit.covariance is not None:
        error = _propagated(fit, places)
        ax.fill_between(places, curve - error, curve + error, color=look.color, alpha=0.25,
                        linewidth=0, gid="band", zorder=3)  # fmt: skip
    ax.grid(color="#dddddd", linewidth=0.8)
    style.finish(ax, "$x$", "probability" if cost.loss.classifies else "$y$")


def _heights(ax: Axes, y: Array, curve: Array) -> tuple[float, float]:
    """The window: all data with their bars, and the curve unless it goes far astray."""
    low, high = ax.dataLim.y0, ax.dataLim.y1
    room = max(0.6 * np.ptp(y), 1e-300)
    if curve.min() < y.min() - room or curve.max() > y.max() + room:
        low, high = y.min() - room, y.max() + room
    size = max(abs(low), abs(high))
    if not high - low > 1e-9 * size:  # one value: it stands in the middle
        margin = 0.05 * size if size > 1e-9 else 1.0
    else:
        margin = 0.05 * (high - low)
    return low - margin, high + margin


def _data(ax: Axes, x: Array, y: Array, sigma: Array | None) -> None:
    if len(x) <= MANY:
        if sigma is not None:
            ax.errorbar(x, y, sigma, fmt="none", ecolor="black", elinewidth=1.2, zorder=2)
        size = 7 if len(x) < 60 else 4
        ax.plot(x, y, "o", color="black", markersize=size, label="data", gid="data", zorder=2)
        return
    chosen = _some(len(x))
    words = "data" if len(chosen) == len(x) else f"data, {len(chosen)} of {len(x)}"
    ax.plot([], [], "o", color=GREY, markersize=5, label=words)  # a pixel is lost in a legend
    ax.plot(x[chosen], y[chosen], ",", color=GREY, alpha=0.6, gid="data", zorder=2)


def _some(count: int) -> NDArray[np.intp]:
    """Which points are drawn: all, or a random part that is always the same."""
    if count <= MOST:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, MOST, replace=False))


def _sigma(cost: Any) -> Array | None:
    """The standard deviations of the data, where they have any."""
    if cost.weights is not None:
        return np.asarray(cost.weights[:, 0] ** -0.5)
    if cost.whitening is not None:  # W = L^-1 of C = L L^T, so that C = W^-1 W^-T
        root = np.linalg.inv(cost.whitening)
        return np.asarray(np.sqrt((root * root).sum(axis=1)))
    return None


def _propagated(fit: Any, x: Array) -> Array:
    """The standard deviation of the curve, by central differences in each parameter."""
    columns = []
    for j, step in enumerate(np.cbrt(np.finfo(float).eps) * np.maximum(1.0, np.abs(fit.params))):
        shift = step * (np.arange(len(fit.params)) == j)
        up, down = (fit.model.predict(fit.params + sign * shift, x) for sign in (1, -1))
        columns.append((up - down) / (2.0 * step))
    slope = np.column_stack(columns)
    return np.asarray(
        np.sqrt(np.maximum(np.einsum("ia,ab,ib->i", slope, fit.covariance, slope), 0.0))
    )


# ---- classifiers ---------------------------------------------------------------------------------


def _map(ax: Axes, fit: Any, classes: tuple[str, str]) -> None:
    """Two variables: both classes, and where the probability of class 1 is what."""
    X, label = fit.objective.X, fit.objective.y[:, 0] > 0.5
    low, high = X.min(axis=0), X.max(axis=0)
    margin = 0.04 * (high - low)
    a, b = (np.linspace(lo, up, 201) for lo, up in zip(low - margin, high + margin, strict=True))
    grid = np.stack(np.meshgrid(a, b), axis=-1)
    p = fit.predict(grid.reshape(-1, 2)).reshape(201, 201)
    ax.contourf(a, b, p, np.linspace(0.0, 1.0, 11), cmap=style.TWO, alpha=0.35)
    for levels, width, name in (([0.5], 2.6, "p = 0.5"), ([0.1, 0.9], 1.2, "p = 0.1 and 0.9")):
        ax.contour(a, b, p, levels, colors="black", linewidths=width, linestyles="solid", zorder=3)
        ax.plot([], [], color="black", linewidth=width, label=name)
    chosen = _some(len(X))
    for value, (color, marker) in zip((False, True), CLASSES, strict=True):
        rows = chosen[label[chosen] == value]
        ax.plot(*X[rows].T, linestyle="none", marker=marker, color=color, markersize=4.5,
                markeredgecolor="white", markeredgewidth=0.5, label=classes[value],
                gid="data")  # fmt: skip
    style.finish(ax, "$x_1$", "$x_2$")


def _histograms(ax: Axes, fit: Any, classes: tuple[str, str]) -> None:
    """The probabilities that the rows of each class were given."""
    p, label = fit.predict(fit.objective.X), fit.objective.y[:, 0] > 0.5
    edges = np.linspace(0.0, 1.0, 41).tolist()
    for value, (color, _) in zip((False, True), CLASSES, strict=True):
        ax.hist(
            p[label == value], edges, histtype="stepfilled", color=color, alpha=0.5, linewidth=2.0,
            edgecolor=color, hatch="" if value else "//", label=classes[value],
        )  # fmt: skip
    ax.set_yscale("log")
    ax.set_ylim(bottom=0.5)  # one row is seen
    ax.axvline(0.5, color="black", linewidth=1.6, linestyle=(0, (4, 3)))
    style.finish(ax, f"probability of {classes[1]}", "rows")


# ---- several variables ---------------------------------------------------------------------------


def _against(ax: Axes, fit: Any, label: str | None) -> None:
    """Data against prediction: on the diagonal where they agree."""
    y, f = fit.objective.y, fit.predict(fit.objective.X).reshape(fit.objective.y.shape)
    chosen = _some(len(y))
    for k in range(y.shape[1]):
        look = style.look(k)
        name = label or repr(fit.model)
        ax.plot(f[chosen, k], y[chosen, k], look.marker, color=look.color, markersize=5,
                alpha=0.6, markeredgecolor="none", gid="data",
                label=name if y.shape[1] == 1 else f"{name}, output {k}")  # fmt: skip
    ends = [min(y.min(), f.min()), max(y.max(), f.max())]
    ax.plot(ends, ends, color="black", linewidth=1.6, linestyle=(0, (4, 3)), gid="diagonal")
    ax.grid(color="#dddddd", linewidth=0.8)
    style.finish(ax, "prediction", "data")
