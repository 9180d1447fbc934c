"""Beale's function: five methods from three starts."""

from __future__ import annotations

from dataclasses import replace

from matplotlib.figure import Figure

from ... import plot
from ...landscapes import Beale
from ...method import GradientMethod
from ...methods import Adam, GradientDescent, Momentum, Nesterov, RMSprop
from ...result import Result
from ..chapter import Chapter, panels, sheet
from ..measure import Row, descend, point

METHODS: dict[str, GradientMethod] = {
    "GradientDescent": GradientDescent(2e-5),
    "Momentum": Momentum(2e-5),
    "Nesterov": Nesterov(2e-5),
    "RMSprop": RMSprop(1e-3),
    "Adam": Adam(0.1),
}
TARGET, STEPS = 1e-5, 1_000_000
#: Along x -> -infinity with y = 1 + c/x, f tends to the least value of
#: (1.5 + c)^2 + (2.25 + 2c)^2 + (2.625 + 3c)^2, at c = -13.875/14.
FAR_VALLEY = 14.203125 - 13.875**2 / 14

STARTS = {
    (4.0, 3.0): "From (4, 3), high on a wall: the first steps are enormous, the last ones tiny."
    " Momentum and Nesterov overshoot, then follow the valley; RMSprop and Adam scale each"
    " coordinate by its own slope, and arrive in hundreds of times fewer steps than gradient"
    " descent, in ten times fewer than the other two.",
    (-1.0, 4.0): "From (−1, 4) the slope leads into the valley on the left, which falls for ever"
    f" towards {FAR_VALLEY:.3f} as x → −∞, y → 1, and holds no minimum: four of the five walk"
    f" along it until their million steps are spent (the grey band: Adam's steps are too long for"
    " the valley, and throw it up the walls). Momentum is carried over the ridge by its own speed,"
    " and arrives.",
    (-2.0, -4.0): "From (−2, −4) all five arrive. Gradient descent and Adam first rest on the"
    " plateau by x = 0, where f hardly changes.",
}


def beale() -> Chapter:
    f = Beale()
    rates = "; ".join(f"{name} <i>η</i> = {rate(m)}" for name, m in METHODS.items())
    chapter = Chapter(
        "Beale's valley: five methods, three starts",
        "<p>Steep walls (<i>f</i> beyond 10⁵) around a curved, almost flat valley, with one"
        f" minimum, 0 at (3, 1/2). Rates small enough for the walls: {rates}; memory 0.9. Each"
        " descent stops at <i>f</i> ≤ 10⁻⁵, or after 10⁶ steps.</p>",
    )
    for i, (start, caption) in enumerate(STARTS.items()):
        runs: dict[str, Result] = {}
        for name, method in METHODS.items():
            runs[name], row = _descent(f, start, name, method)
            chapter.rows.append(row)
        chapter.add(f"beale_{i + 1}", _picture(f, runs), caption)
    return chapter


def rate(method: GradientMethod) -> str:
    """Its learning rate in words."""
    return f"{method.learning_rate:g}".replace("e-05", "·10⁻⁵")


def _descent(
    f: Beale, start: tuple[float, float], name: str, method: GradientMethod
) -> tuple[Result, Row]:
    result, row = descend(
        f"Beale ({start[0]:g}, {start[1]:g}) {name}", f, start, method, answer=[3, 0.5],
        found=lambda r: point(r.x, 3), target=TARGET, max_iter=STEPS,
    )  # fmt: skip
    if not result.success:
        row = replace(row, exact=f"valley: f → {FAR_VALLEY:.3f}")
    return result, row


def _picture(f: Beale, runs: dict[str, Result]) -> Figure:
    figure = sheet(2, width=7.0, height=5.8)
    land, fall = panels(figure, 2)
    plot.contour(f, land, colorbar=True)
    for name, result in runs.items():
        plot.path(result, land, label=name, arrows=2)
    plot.convergence(runs, fall, minimum=f.minimum, scale="log")
    return figure
