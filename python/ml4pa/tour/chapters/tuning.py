"""Beyond trial and error: the optimiser, optimised."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ... import plot
from ...landscapes import Rosenbrock
from ...methods import Momentum
from ...spaces import log_scale, space
from ...sweeps import grid, sweep
from ...tuned import Tuned
from ...tuning import tune
from ..chapter import Chapter, panels, sheet

SPACE = space(Momentum, learning_rate=log_scale(1e-5, 0.1), momentum=(0.0, 0.99))
TARGET, MOST = 1e-6, 10_000
STARTS = np.random.default_rng(1).uniform((-2.0, -1.0), (2.0, 3.0), (128, 2))


def tuning() -> Chapter:
    f = Rosenbrock()
    tuned = tune(f, STARTS, SPACE, target=TARGET, max_evals=MOST, budget=200, rng=1)
    chapter = Chapter(
        "Beyond trial and error",
        "<p>How does one find good hyper-parameters? Another optimiser does it: CMA-ES varies"
        " learning rate and momentum, and what it minimises is the number of evaluations that"
        " descents on Rosenbrock's function need, from 64 starts, the same for every"
        " setting. Whether the setting found is better than the default is told by 64 other"
        f" starts.</p><p>{tuned.message[0].upper()}{tuned.message[1:]}.</p>",
    )
    figure = sheet(2, width=7.0)
    left, right = panels(figure, 2)
    values = {"learning_rate": np.geomspace(1e-5, 0.1, 21), "momentum": np.linspace(0, 0.99, 17)}
    rates = grid(Momentum, **values)
    table = sweep(f, STARTS[0:24:2], rates, target=TARGET, max_evals=MOST)
    plot.sweep(table, left, show="nfev")
    left.set_title("by a grid, and by CMA-ES", fontsize=16)
    left.plot(
        tuned.history["learning_rate"], tuned.history["momentum"], "o", color="#D55E00",
        markeredgecolor="white", markersize=6, zorder=5,
    )  # fmt: skip
    _draw_solved(right, tuned)
    chapter.add(
        "tuning",
        figure,
        "Left: evaluations (light is few) over learning rate and momentum, on a grid; dots are the"
        " settings that CMA-ES tried. Right: how many of the held-out descents have arrived after"
        " so many evaluations.",
    )
    return chapter


def _draw_solved(ax: Axes, tuned: Tuned) -> None:
    """How many held-out runs are solved after so many evaluations."""
    shown: tuple[tuple[str, Any, str, str], ...] = (
        ("tuned", tuned.runs, "#0072B2", "-"),
        ("default", tuned.default_runs, "#D55E00", "--"),
    )
    for name, runs, color, line in shown:
        solved = np.sort(runs.nfev[runs.success])
        x, y = np.append(solved, MOST), np.append(np.arange(1, len(solved) + 1), len(solved))
        ax.step(x, y, where="post", color=color, linestyle=line, linewidth=2.4, label=name)
    ax.set_xscale("log")
    ax.set_ylim(0, len(tuned.runs) + 0.5)
    ax.set_xlabel("evaluations", fontsize=15)
    ax.set_ylabel(f"descents arrived, of {len(tuned.runs)}", fontsize=15)
    ax.tick_params(labelsize=13)
    ax.grid(color="#dddddd", linewidth=0.8)
    ax.legend(fontsize=13, loc="lower right")
