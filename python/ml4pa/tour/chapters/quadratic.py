"""A round bowl: the four fates of a learning rate."""

from __future__ import annotations

from ... import plot
from ...landscapes import Quadratic
from ...methods import GradientDescent
from ...result import Result
from ...stop import Status
from ..chapter import Chapter, panels, sheet
from ..measure import descend, point

#: eta, and what it does where the curvature is 2.
RATES = {
    0.1: "creeps in",
    0.5: "one step",
    1.0: "swings for ever",
    1.01: "diverges",
}
START = (1.5, 1.0)
STEPS = 100_000


def quadratic() -> Chapter:
    f = Quadratic()
    chapter = Chapter(
        "A bowl: when does a step become too long?",
        "<p>On <i>f</i> = <i>x</i>² + <i>y</i>² − 1 every step multiplies the distance from the"
        " minimum by |1 − 2<i>η</i>|. Below <i>η</i> = 1/2 the way is straight, at 1/2 it is one"
        " step, beyond it jumps across, at 1 it swings for ever, and above 1 it flies away.</p>",
    )
    maps, runs = sheet(2, 2), {}
    for (eta, fate), ax in zip(RATES.items(), panels(maps, 2, 2), strict=True):
        result, row = descend(
            f"bowl, η = {eta:g}", f, START, GradientDescent(eta), max_iter=STEPS,
            answer=[0, 0] if eta < 1 else None, exact="(0, 0)" if eta < 1 else "none: |1 − 2η| ≥ 1",
            found=_last,
        )  # fmt: skip
        plot.contour(f, ax)
        ax.set_aspect("equal")
        ax.set_title(f"η = {eta:g}: {fate}", fontsize=16)
        plot.path(result, ax, arrows=2 if eta < 0.5 else 1)
        runs[f"η = {eta:g}"] = result
        chapter.rows.append(row)
    chapter.add(
        "quadratic",
        maps,
        "The same start (circle) with four learning rates. At η = 1 the two ends of the line are"
        " visited in turn; at η = 1.01 each jump is 2 % longer than the last, until it leaves the"
        " picture and, after some 18 000 steps, the numbers themselves: the run says “diverged”"
        " and keeps its path.",
    )
    figure = sheet(1, width=9.0)
    (ax,) = panels(figure, 1)
    plot.convergence(runs, ax, minimum=f.minimum, scale="linear")
    ax.legend(fontsize=13, loc="center right")
    ax.set_xlim(0, 100)
    ax.set_ylim(1e-17, 1e4)
    chapter.add(
        "quadratic_convergence",
        figure,
        "Height above the minimum in the first hundred steps: each is a straight line, for each"
        " step multiplies it by (1 − 2η)². The exact step (η = 0.5) falls to zero at once, out of"
        " the picture, for zero has no logarithm.",
    )
    return chapter


def _last(result: Result) -> str:
    """Where the run stopped, which is not its best point if that is the start."""
    if result.path is None or result.status is Status.DIVERGED:
        return "overflow"
    return point(result.path.x[-1])
