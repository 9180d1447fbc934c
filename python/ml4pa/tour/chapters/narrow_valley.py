"""Newton's method beside gradient descent, where the curvatures are far apart."""

from __future__ import annotations

from typing import NamedTuple

from ... import plot
from ...landscapes import Landscape, Quadratic, Rosenbrock
from ...method import GradientMethod
from ...methods import GradientDescent, Newton
from ...result import Result
from ..chapter import Chapter, panels, sheet
from ..measure import descend, point


class Valley(NamedTuple):
    """Where to start, how fast to go, and what to show."""

    f: Landscape
    title: str
    start: tuple[float, float]
    learning_rate: float
    window: list[tuple[float, float]]
    legend: tuple[float, float]


VALLEYS = (
    Valley(
        Quadratic(1, 100), "x² + 100y² − 1", (1.8, 0.5), 0.0095,
        [(-2.0, 2.0), (-0.85, 0.85)], (0.31, 0.04),
    ),
    Valley(
        Rosenbrock(), "Rosenbrock", (-1.2, 1.0), 1e-3,
        [(-2.0, 2.0), (-3.5, 3.0)], (0.42, 0.04),
    ),
)  # fmt: skip


def narrow_valley() -> Chapter:
    chapter = Chapter(
        "Narrow valleys: what curvature is worth",
        "<p>Gradient descent cannot go faster than the steepest direction allows"
        " (<i>η</i> &lt; 2/<i>c</i>, with <i>c</i> the largest curvature), and then creeps along"
        " the flattest. Newton's method divides the slope by the curvature, direction by"
        " direction: <i>θ</i> ← <i>θ</i> − <i>H</i>⁻¹<i>g</i>.</p>",
    )
    maps, falls = sheet(2, width=7.0), sheet(2, width=7.0)
    for valley, land, fall in zip(VALLEYS, panels(maps, 2), panels(falls, 2), strict=True):
        runs = _descents(chapter, valley)
        for ax in (land, fall):
            ax.set_title(valley.title, fontsize=16)
        plot.contour(valley.f, land, bounds=valley.window, colorbar=True)
        for label, result in runs.items():
            plot.path(result, land, label=label)
        plot.convergence(runs, fall, minimum=valley.f.minimum)
        fall.legend(fontsize=13, loc=valley.legend)
    chapter.add(
        "newton",
        maps,
        "Left, curvatures 2 and 200: gradient descent swings across the valley, Newton is there in"
        " one step, because the function is its own quadratic model. Right, Rosenbrock's bent"
        " valley: one of Newton's six steps leaves the valley and the next finds it again;"
        " gradient descent follows the bend in 43 000.",
    )
    chapter.add(
        "newton_convergence",
        falls,
        "Near the minimum Newton's method doubles the number of right digits with every step, and"
        " on a quadratic one step takes it all the way, out of the picture. Gradient descent gains"
        " the same fraction each time.",
    )
    return chapter


def _descents(chapter: Chapter, valley: Valley) -> dict[str, Result]:
    f, eta = valley.f, valley.learning_rate
    methods: dict[str, GradientMethod] = {
        f"gradient descent, η = {eta:g}": GradientDescent(eta),
        "Newton": Newton(),
    }
    runs: dict[str, Result] = {}
    for label, method in methods.items():
        name = f"{valley.title.replace(' ', '')}, {label.removeprefix('gradient descent, ')}"
        runs[label], row = descend(
            name, f, valley.start, method, answer=None if f.minima is None else f.minima[0],
            found=lambda r: point(r.x, 6), gtol=1e-8,
        )  # fmt: skip
        chapter.rows.append(row)
    return runs
