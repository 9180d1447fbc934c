"""Basins: which minimum a start falls into, under three methods."""

from __future__ import annotations

from typing import Any

from ... import plot
from ...fleet import multistart
from ...landscapes import Himmelblau
from ...lattices import lattice
from ...methods import GradientDescent, Momentum, Newton
from ..chapter import Chapter, panels, sheet

#: Starts along each side.
POINTS = 140
METHODS: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("gradient descent, η = 0.005", GradientDescent(0.005), {"max_iter": 2000, "gtol": 1e-4}),
    ("momentum, η = 0.01, γ = 0.9", Momentum(0.01), {"max_iter": 2000, "gtol": 1e-4}),
    ("Newton", Newton(), {"max_iter": 100, "record": 100}),
)


def basins() -> Chapter:
    chapter = Chapter(
        "Basins: where does a start lead?",
        "<p>Himmelblau's function has four minima. Which of them does a descent reach? Each start"
        " has the colour of the minimum that its run comes to rest in, paler where more steps were"
        " needed. One would expect that it is the nearest one downhill.</p>",
    )
    figure = sheet(3, width=6.0)
    for (name, method, limits), ax in zip(METHODS, panels(figure, 3), strict=True):
        f = Himmelblau()
        plot.basins(multistart(f, lattice(f, POINTS), method, **limits), ax)
        ax.set_title(name, fontsize=16)
    chapter.add(
        "basins",
        figure,
        "With small steps it is: four areas, divided along the ridges. With momentum a start far up"
        " gains so much speed that it crosses several valleys, and which one it stays in hangs on"
        " the last digits of the start. Newton's method seeks a vanishing slope, so that saddles"
        " and the maximum (crosses) have basins too, and the borders between them are a fractal.",
    )
    return chapter
