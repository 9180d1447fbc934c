"""Fitting is not predicting: polynomials on data that they have seen, and on others."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.polynomial import Polynomial as Law

from ... import plot
from ...datasets import noisy_polynomial
from ...fitting import fit
from ...models import Polynomial
from ...studies import overfitting as study
from ..chapter import Chapter, panels, sheet

#: The lecture's two laws, coefficients of 1, x, x², …
LAWS = {
    "2x": (0.0, 2.0),
    "2x − 10x⁵ + 15x¹⁰": (0.0, 2.0, 0.0, 0.0, 0.0, -10.0, 0.0, 0.0, 0.0, 0.0, 15.0),
}
DEGREES = {1: ("#0072B2", "-"), 3: ("#D55E00", "--"), 10: ("#009E73", "-.")}
REPEATS = 30


def overfitting() -> Chapter:
    chapter = Chapter(
        "Fitting is not predicting",
        "<p>Polynomials of degree 1, 3 and 10, fitted by least squares to few data with noise."
        " The more freedom, the smaller the error on the data that were fitted. Whether the fit"
        " predicts anything is decided by data that it has not seen.</p>",
    )
    figure = sheet(2, width=7.0)
    for ax, (name, law) in zip(panels(figure, 2), LAWS.items(), strict=True):
        _draw_fits(ax, name, law)
    chapter.add(
        "fits",
        figure,
        "Twenty points with noise 1 from each of two laws (dotted), and three fits to them. Beyond"
        " x = 1 (grey) there were no data, and the high degree leaves the picture, even where the"
        " law is of that degree.",
    )
    figure = sheet(2, rows=2, width=7.0)
    degree, size, noise, outside = panels(figure, 2, rows=2)
    law = LAWS["2x"]
    plot.overfitting(study(law, tuple(range(1, 11)), repeats=REPEATS, rng=1), degree)
    plot.overfitting(
        study(law, (1, 10), n=(12, 20, 50, 200, 1000), repeats=REPEATS, rng=1), size, against="n"
    )
    plot.overfitting(
        study(law, (1, 10), noise=(0.1, 0.3, 1.0, 3.0), repeats=REPEATS, rng=1), noise,
        against="noise",
    )  # fmt: skip
    plot.overfitting(
        study(law, tuple(range(1, 11)), n=100, repeats=REPEATS, rng=1), outside,
        errors=("training", "new", "beyond"),
    )  # fmt: skip
    outside.set_title("100 data, and new data in 1 < x < 1.25", fontsize=15)
    chapter.add(
        "errors",
        figure,
        "Data from 2x, medians of 30 repeats. The error on the data fitted falls with the degree,"
        " that on new data rises (top left). More data close the gap (top right), noise scales it"
        " (bottom left). Outside the interval no number of data helps: a hundred make degree 10"
        " sound within, and worthless beyond (bottom right).",
    )
    return chapter


def _draw_fits(ax: Axes, name: str, law: tuple[float, ...]) -> None:
    x, y = noisy_polynomial(20, law, noise=1.0, rng=2)
    grid = np.linspace(0.0, 1.25, 400)
    ax.axvspan(1.0, 1.25, color="0.9", zorder=0)
    ax.plot(grid, Law(law)(grid), color="black", linestyle=":", linewidth=2.4, label=f"law {name}")
    ax.plot(x, y, "o", color="black", markersize=8, label="data")
    for degree, (color, style) in DEGREES.items():
        found = fit(Polynomial(degree), x, y)
        ax.plot(grid, found.predict(grid), color=color, linestyle=style, linewidth=2.4,
                label=f"degree {degree}")  # fmt: skip
    ax.set_ylim(-4.0, 8.0)
    ax.set_xlim(0.0, 1.25)
    ax.set_xlabel("$x$", fontsize=15)
    ax.set_ylabel("$y$", fontsize=15)
    ax.tick_params(labelsize=13)
    ax.legend(fontsize=13, loc="upper left", ncols=2, framealpha=1.0)
