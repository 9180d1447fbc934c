"""CMA-ES: a cloud of points that learns the shape of the valley."""

from __future__ import annotations

from typing import NamedTuple

from ... import plot
from ...landscapes import Himmelblau, Landscape, Rastrigin, Rosenbrock
from ...methods import CMAES
from ..chapter import Chapter, panels, sheet
from ..measure import descend


class Land(NamedTuple):
    """Where to start, how wide, and what to show."""

    f: Landscape
    title: str
    start: tuple[float, float]
    method: CMAES
    generations: tuple[int, ...]
    answer: tuple[float, float]


LANDS = (
    Land(Rosenbrock(), "Rosenbrock", (-1.2, 1.0), CMAES(0.3), (1, 5, 15, 30, 45), (1.0, 1.0)),
    Land(
        Himmelblau(), "Himmelblau", (0.0, 0.0), CMAES(2.0), (1, 4, 8, 12, 20),
        (-2.805118, 3.131313),
    ),
    Land(
        Rastrigin(2), "Rastrigin, 30 points a generation", (3.5, -3.2),
        CMAES(2.5, population_size=30), (1, 4, 8, 12, 20), (0.0, 0.0),
    ),
)  # fmt: skip


def evolution() -> Chapter:
    chapter = Chapter(
        "CMA-ES: learning the valley without a slope",
        "<p>No gradients: each generation is drawn from a normal distribution,"
        " <i>θ</i><sub>i</sub> ~ <i>N</i>(<i>m</i>, <i>σ</i>²<i>C</i>), and ranked. The mean moves"
        " to the better half, the step size <i>σ</i> grows while the steps go one way, and the"
        " covariance <i>C</i> turns and stretches along the steps that paid.</p>",
    )
    maps = sheet(3, width=6.4)
    for land, ax in zip(LANDS, panels(maps, 3), strict=True):
        result, row = descend(
            f"{land.title.partition(',')[0]}, CMA-ES", land.f, land.start, land.method,
            answer=land.answer, rng=1,
        )  # fmt: skip
        plot.contour(land.f, ax)
        ax.set_title(land.title, fontsize=16)
        plot.evolution(result, ax, generations=land.generations)
        chapter.rows.append(row)
        if land is LANDS[0]:
            classic = result
    chapter.add(
        "cmaes",
        maps,
        "Points of a few generations, the ellipses (two standard deviations) that they were drawn"
        " from, and the way of the mean. On Rosenbrock's function the ellipse turns into the"
        " valley; of Himmelblau's four equal minima one is chosen; on Rastrigin's egg box a"
        " generation of 30 looks over the barriers.",
    )
    figure = sheet(4, width=5.0)
    shows = ("values", "coordinates", "axes", "deviations")
    for show, ax in zip(shows, panels(figure, 4), strict=True):
        plot.adaptation(classic, ax, show=show)
    chapter.add(
        "cmaes_adaptation",
        figure,
        "The run on Rosenbrock's function: values with step size and axis ratio, the mean's"
        " coordinates, the axes of the ellipsoid, and the standard deviations.",
    )
    return chapter
