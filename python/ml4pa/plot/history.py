"""How the cost fell, epoch by epoch."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from .. import checks
from ..objective import Array
from . import style

HIGHEST = 1e100
SCALES = ("auto", "linear", "log")
#: Beyond this ratio of the greatest cost to the least, a linear axis would hide the end.
TALL = 20.0


def history(
    fit: Any, ax: Axes | None = None, *, label: str | None = None, scale: str = "auto"
) -> Axes:
    r"""Draw the cost of a fit at the end of each epoch, on the data fitted and on those held back.

    Parameters
    ----------
    fit : Fit
        Of a fit in epochs.
    ax : Axes, optional
        Where to draw; new axes by default. Several fits go into the same axes, each in the next
        colour.
    label : str, optional
        The name in the legend.
    scale : {"auto", "linear", "log"}, default "auto"
        Of the cost. Auto takes the logarithm where the greatest cost is more than 20 times the
        least one.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the fit has no history, as an exact solution has none.

    Examples
    --------
    >>> import ml4pa
    >>> from ml4pa.datasets import two_classes
    >>> X, y = two_classes(rng=1)
    >>> fit = ml4pa.fit(
    ...     ml4pa.Logistic(2), X, y, ml4pa.Adam(0.05), loss="cross_entropy", epochs=20,
    ...     batch_size=50, rng=1,
    ... )
    >>> ax = ml4pa.plot.history(fit, label="Adam")
    >>> ax.get_xlabel()
    'epoch'
    """
    checks.choice("scale", scale, SCALES)
    kept = checks.kept_history(fit)
    ax = style.axes(ax)
    color = style.look(sum(line.get_gid() == "training" for line in ax.lines)).color
    names = ["data fitted", "held back"] if label is None else [label, f"{label}, held back"]
    named = label is not None or kept.validation is not None
    cost = _drawable(kept.cost)
    ax.plot(kept.epoch, cost, color=color, linewidth=2.4, gid="training",
            label=names[0] if named else None)  # fmt: skip
    if kept.validation is not None:
        validation = _drawable(kept.validation)
        ax.plot(kept.epoch, validation, color=color, linewidth=2.4, linestyle=(0, (2, 1)),
                gid="validation", label=names[1])  # fmt: skip
        best = int(np.nanargmin(validation))
        ax.plot(kept.epoch[best], validation[best], gid="best", **_best(color))
    if scale == "log" or (scale == "auto" and _tall(ax)):
        ax.set_yscale("log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    ax.grid(color="#dddddd", linewidth=0.8)
    style.finish(ax, "epoch", "cost")
    style.legend(ax)
    return ax


def _drawable(costs: Array) -> Array:
    """The costs, NaN where a fit that diverged has left every picture."""
    return np.where(np.abs(costs) < HIGHEST, costs, np.nan)


def _best(color: str) -> dict[str, Any]:
    """How the epoch whose parameters were kept is marked."""
    return {"marker": "D", "markersize": 10, "markerfacecolor": "white", "markeredgecolor": color,
            "markeredgewidth": 2.2, "zorder": 5, "linestyle": "none"}  # fmt: skip


def _tall(ax: Axes) -> bool:
    """Whether the costs drawn are of very different sizes, and none of them <= 0."""
    costs = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in ax.lines])
    costs = costs[np.isfinite(costs)]
    return bool(costs.size and costs.min() > 0 and costs.max() > TALL * costs.min())
