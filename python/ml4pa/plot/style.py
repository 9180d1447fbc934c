"""What the pictures share: sizes for the last row of a lecture room, and colours for every eye.

Everything is set on the axes at hand; matplotlib's global settings stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, ListedColormap
from matplotlib.patheffects import AbstractPathEffect, Normal, Stroke

from .. import checks
from ..objective import Array, Objective

TITLE, LABEL, TICK, LEGEND = 16, 15, 13, 12
FIGURE = (7.5, 5.6)

#: Okabe and Ito's palette (without its yellow, which is lost on white), dark colours first.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9")
#: With them go line styles and markers, so that no information hangs on colour alone.
LINES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (6, 2, 1, 2)), (0, (2, 1)), "-", (0, (9, 3)), "--")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
MINIMUM = {"marker": "*", "color": "#F0E442", "markeredgecolor": "black", "markersize": 24}

#: Low is dark, high is light; pale enough for every line drawn over it.
PALE: Colormap = LinearSegmentedColormap.from_list(
    "ml4pa_pale", ["#8fa9bf", "#b9cbd9", "#dbe5ec", "#f2f5f8", "#fdfdfc"]
)
#: From one class to the other, by way of white.
TWO: Colormap = LinearSegmentedColormap.from_list("ml4pa_two", ["#0072B2", "#ffffff", "#D55E00"])


def flat(color: str) -> Colormap:
    """A map of one colour."""
    return ListedColormap([color])


class Look(NamedTuple):
    """How the i-th thing of its kind is drawn."""

    color: str
    line: Any
    marker: str


def look(i: int) -> Look:
    """The i-th look; they repeat after seven."""
    k = i % len(COLORS)
    return Look(COLORS[k], LINES[k], MARKERS[k])


def axes(ax: Axes | None, projection: str | None = None) -> Axes:
    """The caller's axes; without any, axes on a new figure."""
    if ax is not None:
        given: Axes = checks.axes(ax)
        return given
    # The layout engine has no room to give to axes in perspective.
    layout = None if projection == "3d" else "constrained"
    figure = plt.figure(figsize=FIGURE, layout=layout)
    if projection == "3d":
        figure.subplots_adjust(0.0, 0.04, 0.94, 0.93)
    return figure.add_subplot(projection=projection)  # type: ignore[arg-type, no-any-return, unused-ignore]


def finish(ax: Axes, x: str, y: str, title: str = "") -> None:
    """Labels and their sizes; what the caller has labelled stays."""
    if not ax.get_xlabel():
        ax.set_xlabel(x, fontsize=LABEL)
    if not ax.get_ylabel():
        ax.set_ylabel(y, fontsize=LABEL)
    if title and not ax.get_title():
        ax.set_title(title, fontsize=TITLE)
    ax.tick_params(labelsize=TICK)


def legend(ax: Axes, **where: Any) -> None:
    """A legend, where something has a name."""
    if ax.get_legend_handles_labels()[1]:
        ax.legend(fontsize=LEGEND, framealpha=0.92, **where)


def halo(width: float) -> list[AbstractPathEffect]:
    """A white rim, which keeps a line apart from what lies under it."""
    return [Stroke(linewidth=width, foreground="white"), Normal()]


def title_of(f: Objective) -> str:
    """The name, and the formula where it is short enough to stand in one line."""
    formula = str(getattr(f, "formula", ""))
    return f"{f.name}:  ${formula}$" if 0 < len(formula) <= 32 else f.name


#: More stars than these would hide which is the least.
MOST_MINIMA = 16


def known_minima(f: Objective, window: Array) -> Array:
    """The known minima of f within the window, (k, n); of too many to tell apart the least."""
    minima = getattr(f, "minima", None)
    if minima is None:
        return np.empty((0, len(window)))
    inside = ((minima >= window[:, 0]) & (minima <= window[:, 1])).all(axis=1)
    minima = np.asarray(minima[inside], dtype=float)
    if len(minima) > MOST_MINIMA:
        values = np.asarray(f(minima))
        minima = minima[values <= values.min() + 1e-9 * max(1.0, abs(float(values.min())))]
    return minima


# Axes of a surface remember how heights are drawn, so that a path lies on the surface.

_HEIGHT = "_ml4pa_height"


def set_height(ax: Axes, height: Callable[[Any], Any]) -> None:
    """Remembers z = height(f)."""
    setattr(ax, _HEIGHT, height)


def get_height(ax: Axes) -> Callable[[Any], Any]:
    """z = height(f) on these axes: f itself where no surface was drawn."""
    height: Callable[[Any], Any] = getattr(ax, _HEIGHT, np.asarray)
    return height
