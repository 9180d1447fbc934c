"""Newton's method beside gradient descent, where the curvatures are far apart."""

from __future__ import annotations

from matplotlib.axes import Axes

from ... import plot
from ...landscapes import Landscape, Quadratic, Rosenbrock
from ...method import GradientMethod
from ...methods import GradientDescent, Newton
from ...result import Result
from ..chapter import Chapter, panels, sheet
from ..measure import descend, point


def narrow_valley() -> Chapter:
    chapter = Chapter(
        "Narrow valleys: what curvature is worth",
        "<p>Gradient descent cannot go faster than the steepest direction allows"
        " (<i>η</i> &lt; 2/<i>c</i>, with <i>c</i> the largest curvature), and then creeps along"
        " the flattest. Newton's method divides the slope by the curvature, direction by"
        " direction: <i>θ</i> ← <i>θ</i> − <i>H</i>⁻¹<i>g</i>.</p>",
    )
    maps = sheet(2, width=7.0)
    falls = sheet(2, width=7.0)
    lands: tuple[tuple[Landscape, tuple[float, float], float, str], ...] = (
        (Quadratic(1, 100), (1.8, 0.5), 0.0095, "x² + 100y² − 1"),
        (Rosenbrock(), (-1.2, 1.0), 1e-3, "Rosenbrock"),
    )
    for (f, start, eta, name), land, fall in zip(
        lands, panels(maps, 2), panels(falls, 2), strict=True
    ):
        runs = _descents(chapter, f, start, eta, name)
        land.set_title(name, fontsize=16)
        _map(f, land, runs)
        plot.convergence(runs, fall, minimum=f.minimum)
        fall.set_title(name, fontsize=16)
    chapter.add(
        "newton",
        maps,
        "Left, curvatures 2 and 200: gradient descent swings across the valley, Newton is there in"
        " one step, because the function is its own quadratic model. Right, Rosenbrock's bent"
        " valley: Newton's bold first steps leave the valley, but it follows the bend.",
    )
    chapter.add(
        "newton_convergence",
        falls,
        "Near the minimum Newton's method doubles the number of right digits with every step;"
        " gradient descent gains the same fraction each time.",
    )
    return chapter


def _descents(
    chapter: Chapter, f: Landscape, start: tuple[float, float], eta: float, name: str
) -> dict[str, Result]:
    methods: dict[str, GradientMethod] = {
        f"gradient descent, η = {eta:g}": GradientDescent(eta),
        "Newton": Newton(),
    }
    answer = None if f.minima is None else f.minima[0]
    runs: dict[str, Result] = {}
    for label, method in methods.items():
        short = label.replace("gradient descent, ", "")
        runs[label], row = descend(
            f"{name.replace(' ', '')}, {short}", f, start, method, answer=answer,
            found=lambda r: point(r.x, 6), gtol=1e-8,
        )  # fmt: skip
        chapter.rows.append(row)
    return runs


def _map(f: Landscape, ax: Axes, runs: dict[str, Result]) -> None:
    window = (
        [(-2.0, 2.0), (-0.85, 0.85)] if isinstance(f, Quadratic) else [(-2.0, 2.0), (-3.5, 3.0)]
    )
    plot.contour(f, ax, bounds=window, colorbar=True)
    for label, result in runs.items():
        plot.path(result, ax, label=label)
