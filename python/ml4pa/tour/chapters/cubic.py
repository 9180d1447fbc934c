"""One dimension: three ways to choose the step."""

from __future__ import annotations

from ... import plot
from ...landscapes import Cubic
from ...learning_rates import ExactLineSearch, InverseTime, LearningRate
from ...methods import GradientDescent
from ..chapter import Chapter, panels, sheet
from ..measure import descend, point

RATES: dict[str, LearningRate] = {
    "η = 0.1": 0.1,
    "exact line search": ExactLineSearch(),
    "η = 0.1/(1 + 0.1 t)": InverseTime(0.1, 0.1),
}


def cubic() -> Chapter:
    f = Cubic()
    chapter = Chapter(
        "A cubic: how long should a step be?",
        "<p>Gradient descent walks against the slope: <i>x</i> ← <i>x</i> − <i>η f′</i>(<i>x</i>)."
        " On <i>f</i>(<i>x</i>) = <i>x</i>³ − 2<i>x</i>² + 2 it starts at 2 and stops when a step"
        " is no longer than 10⁻⁴. The valley is at <i>x</i> = 4/3, where"
        " <i>f′</i> = <i>x</i>(3<i>x</i> − 4) vanishes.</p>",
    )
    figure = sheet(2, 2, height=4.9)
    *maps, fall = panels(figure, 2, 2)
    runs = {}
    for (name, rate), ax in zip(RATES.items(), maps, strict=True):
        result, row = descend(
            f"cubic, {name}", f, [2.0], GradientDescent(rate), xtol=1e-4, answer=[4 / 3],
            found=lambda r: point(r.x, 8), exact="4/3 = 1.33333333",
        )  # fmt: skip
        plot.curve(f, ax, bounds=(0.9, 2.1))
        ax.set_title(f"{name}: {len(result.path or ())} points", fontsize=16)
        plot.path(result, ax, arrows=1)
        runs[name] = result
        chapter.rows.append(row)
    plot.convergence(runs, fall, minimum=22 / 27)
    fall.set_title("height above the minimum", fontsize=16)
    chapter.add(
        "cubic",
        figure,
        "From the circle along the arrow to the square; the star is the true minimum. A fixed rate"
        " slows down by itself, because the slope does. The exact line search goes each time to"
        " the lowest point along its line, and is there after three steps. A rate that falls like"
        " 1/t hesitates: it too stops at a step of 10⁻⁴, but a little further from the minimum.",
    )
    return chapter
