"""Saddles: without noise a descent can come to rest where there is no minimum."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from ... import plot
from ...landscapes import Landscape, MonkeySaddle, Saddle
from ...methods import GradientDescent
from ...result import Result
from ..chapter import Chapter, sheet_3d
from ..measure import descend, point

RATE, NOISE, START = 0.02, 0.1, (1.5, 0.0)
SEEDS = (1, 3)
#: Where f has fallen so far, the point is at the edge of the window, some 2 from the saddle.
EDGE: dict[str, float] = {"Saddle": -3.5, "MonkeySaddle": -8.0}


def saddles() -> Chapter:
    chapter = Chapter(
        "Saddles: a little noise helps",
        f"<p>Both landscapes fall without end, and both have a point where the slope vanishes and"
        f" which is no minimum. A descent (<i>η</i> = {RATE}) that starts exactly on the ridge,"
        f" at (1.5, 0), feels no slope to either side. Gaussian noise of {NOISE} in the gradient"
        f" pushes it off the ridge; it is stopped at the edge of the window.</p>",
    )
    for f in (Saddle(), MonkeySaddle()):
        runs = _descents(f, chapter)
        chapter.add(f.name.lower(), _picture(f, runs), CAPTIONS[f.name])
    return chapter


FORMULAS = {"Saddle": "x² − y²", "MonkeySaddle": "x³ − 3xy²"}
CAPTIONS = {
    "Saddle": "x² − y². Without noise the descent comes to rest on the saddle, and the gradient"
    " tolerance calls that success: a vanishing slope does not make a minimum. With noise it"
    " leaves, to one side or the other, as chance will have it.",
    "MonkeySaddle": "x³ − 3xy²: two valleys for the legs and one for the tail. Here even the"
    " curvature vanishes at the centre, so that the descent without noise comes closer ever more"
    " slowly, like 1/t; with noise it falls into a valley on the way.",
}


def _descents(f: Landscape, chapter: Chapter) -> dict[str, Result]:
    runs: dict[str, Result] = {}
    limits: dict[str, Any] = {"target": EDGE[f.name], "gtol": 1e-6, "max_iter": 200_000}
    cases = {"no noise": (0.0, None)} | {f"noise, seed {s}": (NOISE, s) for s in SEEDS}
    for name, (noise, seed) in cases.items():
        runs[name], row = descend(
            f"{f.name}, {name}", f, START, GradientDescent(RATE, noise=noise), rng=seed,
            answer=None if noise else [0, 0], **limits,
            exact="falls without end" if noise else "(0, 0), a saddle",
            found=lambda r: point(r.x, 3),
        )  # fmt: skip
        chapter.rows.append(row)
    return runs


def _picture(f: Landscape, runs: dict[str, Result]) -> Figure:
    figure, space, flat = sheet_3d()
    for ax in (space, flat):
        ax.set_title(FORMULAS[f.name], fontsize=16)
    plot.surface(f, space)
    plot.contour(f, flat, colorbar=True)
    for name, result in runs.items():
        plot.path(result, space)
        plot.path(result, flat, label=name, arrows=2)
    return figure
