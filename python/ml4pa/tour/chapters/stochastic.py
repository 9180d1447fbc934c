"""Stochastic gradient descent: five million updates, a datum each."""

from __future__ import annotations

from functools import partial

import numpy as np
from matplotlib.axes import Axes

from ... import plot
from ...datasets import noisy_line
from ...fitted import Fit
from ...fitting import fit
from ...learning_rates import InverseTime
from ...methods import GradientDescent
from ...models import Polynomial
from ...objective import Array
from ..chapter import Chapter, panels, sheet
from ..measure import NUMPY_STEPS, Row, reason, seconds
from .line_fit import line

#: The lecture's cost of a datum has a half that the mean squared error has not: so half its rate.
HALF = 0.5
RATE = 5e-6
EPOCHS = 10
#: Of so many points the picture shows one.
SHOWN = 250


def stochastic() -> Chapter:
    x, y = noisy_line(rng=1)
    exact = fit(Polynomial(1), x, y).params
    steps = EPOCHS * len(x)
    methods = {
        "η = 5e-6": GradientDescent(HALF * RATE),
        "η = 1e-4/(1 + 2e-5 t)": GradientDescent(InverseTime(HALF * 20 * RATE, 2e-5)),
    }
    fits = {name: _descend(x, y, method) for name, method in methods.items()}
    chapter = Chapter(
        "Stochastic gradient descent: five million updates",
        "<p>500 000 points on the line <i>y</i> = 2<i>x</i> + 17 with noise 10. One gradient of the"
        " whole cost looks at all of them; here each update looks at one, drawn without repetition,"
        " ten times through the data: <i>θ</i> ← <i>θ</i> − <i>η</i> (<i>h</i> − <i>y</i>)"
        " ∂<i>h</i>/∂<i>θ</i>. The table's exact line is the least squares one.</p>",
        rows=[
            Row(
                f"SGD, {name}", f.params, f.cost, exact, line(f.params), line(exact), steps, steps,
                reason(f), seconds(partial(_descend, x, y, methods[name])),
                seconds(partial(_few, x, y, methods[name])) * (steps / NUMPY_STEPS), NUMPY_STEPS,
            )
            for name, f in fits.items()
        ],
    )  # fmt: skip
    figure = sheet(2, width=7.0, height=5.8)
    data, cost = panels(figure, 2)
    _draw_data(data, x, y, fits["η = 5e-6"])
    for name, found in fits.items():
        plot.history(found, cost, label=name, scale="linear")
    cost.axhline(100.0, color="black", linestyle=(0, (4, 3)), label="variance of the noise")
    cost.set_ylim(99.4, 121.0)
    cost.legend(fontsize=13)
    cost.set_ylabel("mean squared error", fontsize=15)
    start = fits["η = 5e-6"].history.cost[0]
    chapter.add(
        "sgd",
        figure,
        "Left, a few of the points, the line at the start and the lines after 1 and 10 passes."
        f" Right, the cost after each pass; it began at {start:.0f}. At a constant rate the last"
        " datum always pulls the line a little its way, and the cost jitters above its least value;"
        " a rate that decreases lets it settle, the more the longer.",
    )
    return chapter


def _descend(x: Array, y: Array, method: GradientDescent, epochs: int = EPOCHS) -> Fit:
    return fit(Polynomial(1), x, y, method, batch_size=1, epochs=epochs, initial=[1.0, 1.0], rng=1)


def _few(x: Array, y: Array, method: GradientDescent) -> Fit:
    """The NumPy engine on one pass through a part of the data."""
    return fit(
        Polynomial(1), x[:NUMPY_STEPS], y[:NUMPY_STEPS], method, batch_size=1, epochs=1,
        initial=[1.0, 1.0], rng=1, engine="numpy",
    )  # fmt: skip


def _draw_data(ax: Axes, x: Array, y: Array, last: Fit) -> None:
    first = _descend(x, y, GradientDescent(HALF * RATE), epochs=1)
    ends = np.array([0.0, 100.0])
    ax.plot(x[::SHOWN], y[::SHOWN], ".", color="0.65", markersize=3, label="data, 1 of 250")
    for (intercept, slope), name, color, style in (
        ((1.0, 1.0), "start", "#D55E00", ":"),
        (first.params, "1 pass", "#0072B2", "--"),
        (last.params, "10 passes", "black", "-"),
    ):
        ax.plot(
            ends, intercept + slope * ends, color=color, linestyle=style, linewidth=2.4, label=name
        )
    ax.set_xlabel("$x$", fontsize=15)
    ax.set_ylabel("$y$", fontsize=15)
    ax.tick_params(labelsize=13)
    ax.legend(fontsize=13)
