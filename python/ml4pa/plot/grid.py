"""A landscape on a grid, and whether its heights want a logarithm."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator

from .. import checks
from ..objective import Array, Objective

SCALES = ("auto", "linear", "log")


class Grid(NamedTuple):
    """f on a grid: x (p,), y (p,), values (p, p) of which row j belongs to y[j]; and its floor.

    Values that are not finite are masked.
    """

    x: Array
    y: Array
    values: Array
    floor: float

    @property
    def gap(self) -> Array:
        """f - floor."""
        return self.values - self.floor  # not np.asarray, which would lay bare what is masked


def evaluate(f: Objective, window: Array, points: int) -> Grid:
    """f on points x points places of a window (2, 2)."""
    points = checks.count("points", points, least=2)
    x, y = (np.linspace(low, high, points) for low, high in window.tolist())
    mesh = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    values = np.ma.masked_invalid(np.asarray(f(mesh), dtype=float).reshape(points, points))
    if values.count() == 0:
        raise ValueError(
            f"f={checks.shown(f)} is finite nowhere in bounds={window.tolist()}: choose others"
        )
    return Grid(x, y, values, _floor(f, float(values.min())))


def _floor(f: Objective, least: float) -> float:
    """The least value of f where it is known, else the least on the grid."""
    known = getattr(f, "minimum", None)
    return least if known is None else min(float(known), least)


def is_log(grid: Grid, scale: str) -> bool:
    """Whether heights are drawn in log(f - floor).

    On a round bowl, a twentieth of the window lies below 1/30 of the greatest height. Where the
    ratio is much larger, even steps would show nothing of the valley.
    """
    checks.choice("scale", scale, SCALES)
    if scale != "auto":
        return scale == "log"
    gap = np.ma.compressed(grid.gap)
    return bool(gap.max() > 60.0 * np.quantile(gap, 0.05))


def levels(grid: Grid, count: int, log: bool) -> Array:
    """The heights of the lines: even in f, or even in log(f - floor)."""
    count = checks.count("levels", count, least=2)
    heights = np.ma.compressed(grid.gap if log else grid.values)
    if log:
        heights = heights[heights > 0]
    if heights.size == 0 or heights.min() == heights.max():  # flat: one line around it
        middle = float(heights.min()) if heights.size else 1.0
        return np.array([0.5, 1.5]) * middle if middle else np.array([-1.0, 1.0])
    if not log:
        ticks = MaxNLocator(count).tick_values(float(heights.min()), float(heights.max()))
        return np.asarray(ticks, dtype=float)
    low = max(float(np.quantile(heights, 1e-3)), 1e-8 * float(heights.max()))
    return np.geomspace(low, heights.max(), count)
