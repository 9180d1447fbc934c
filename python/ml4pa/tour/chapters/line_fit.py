"""The crickets: a straight line through real data, by gradient descent."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ... import plot
from ...costs import LeastSquares
from ...datasets import crickets
from ...methods import GradientDescent
from ...objective import Array
from ...result import Result
from ..chapter import Chapter, panels, sheet
from ..measure import descend


def line_fit() -> Chapter:
    chirps, temperature = crickets()
    design = np.column_stack([np.ones_like(chirps), chirps])
    cost = LeastSquares(design, temperature)
    exact: Array = np.linalg.lstsq(design, temperature, rcond=None)[0].astype(float)
    result, row = descend(
        "crickets, η = 0.001", cost, [1.0, 1.0], GradientDescent(1e-3), gtol=1e-3, norm=2,
        max_iter=1_000_000, answer=exact, found=lambda r: line(r.x), exact=line(exact),
    )  # fmt: skip
    steeper = float(np.linalg.cond(cost.hessian(exact)))
    chapter = Chapter(
        "Crickets: a straight line through real data",
        "<p>The warmer the night, the faster the striped ground cricket chirps (G. W. Pierce,"
        " <i>The Songs of Insects</i>, 1948). The line <i>θ</i>₀ + <i>θ</i>₁<i>x</i> minimises"
        " <i>J</i> = Σ(<i>h</i> − <i>y</i>)²/2<i>N</i>; gradient descent starts at (1, 1) and stops"
        " at |∇<i>J</i>| ≤ 0.001.</p>",
        rows=[row],
    )
    chapter.add(
        "crickets",
        _picture(chirps, temperature, cost, exact, result),
        f"{spaced(result.njev)} gradients, in {row.compiled:.2f} s: the cost is a trough, some"
        f" {spaced(round(steeper))} times steeper across than along, and the rate that the walls"
        " allow is slow along the floor: a few steps from the start to the floor, then a long"
        " creep.",
    )
    return chapter


def spaced(number: int) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}".replace(",", "\u2009")


def line(theta: Array) -> str:
    """A straight line in words."""
    return f"{theta[0]:.4f} + {theta[1]:.5f} x"


def _picture(
    chirps: Array, temperature: Array, cost: LeastSquares, exact: Array, result: Result
) -> Figure:
    figure = sheet(2, width=7.0, height=5.8)
    data, valley = panels(figure, 2)
    x = np.array([14.0, 20.5])
    data.plot(chirps, temperature, "o", color="black", markersize=9, label="crickets")
    data.plot(x, result.x[0] + result.x[1] * x, color="#0072B2", linewidth=3,
              label=f"descent: {line(result.x)}")  # fmt: skip
    data.plot(x, exact[0] + exact[1] * x, color="#D55E00", linewidth=3, linestyle=(0, (3, 3)),
              label=f"exact: {line(exact)}")  # fmt: skip
    data.set_xlabel("chirps a second", fontsize=15)
    data.set_ylabel("temperature in °F", fontsize=15)
    data.tick_params(labelsize=13)
    data.legend(fontsize=13, loc="upper left")

    plot.contour(cost, valley, bounds=[(-4, 34), (0, 7)], colorbar=True)
    plot.path(result, valley)
    valley.plot(*exact, marker="*", color="#F0E442", markeredgecolor="black", markersize=24,
                linestyle="none", zorder=6.5)  # fmt: skip
    figure.axes[-1].set_ylabel("J − least J", fontsize=15)
    valley.set_xlabel("intercept θ₀ (°F)", fontsize=15)
    valley.set_ylabel("slope θ₁", fontsize=15)
    valley.set_title("the cost J and the way down", fontsize=16)
    return figure
