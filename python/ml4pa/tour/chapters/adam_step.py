"""Adam's step, from no signal to no noise."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ...methods import Adam
from ...objective import Array
from ...run import Run
from ..chapter import Chapter, panels, sheet
from ..measure import Row, seconds

ETA, BETA, STEPS, SEED = 1e-3, 0.99, 3000, 7
#: Mean over standard deviation of the gradients, one a coordinate.
SIGNALS = np.geomspace(1e-3, 1e3, 241)


def adam_step() -> Chapter:
    gradients = SIGNALS + np.random.default_rng(SEED).standard_normal((STEPS, SIGNALS.size))
    ratio, step = measured(gradients)
    chapter = Chapter(
        "Adam: a step sized by the signal-to-noise ratio",
        "<p>With the variance <i>σ</i>² = <i>ŝ</i> − <i>m̂</i>² of the gradients that it remembers,"
        " Adam's step is −<i>η</i> <i>m̂</i>/√(<i>m̂</i>² + <i>σ</i>²). Where the gradient barely"
        " fluctuates that is −<i>η</i>, however steep the slope; where noise rules it is"
        " −<i>η</i> <i>m̂</i>/<i>σ</i>, small.</p>",
    )
    chapter.add(
        "adam_step",
        _picture(ratio, step),
        f"{SIGNALS.size} parameters, each fed {STEPS} random gradients of its own mean and unit"
        f" variance; each dot is the last step of one. Both memories are {BETA} here, so that ŝ"
        " and m̂ belong to the same past and σ² is a variance. The step always points against m̂,"
        " so its size is drawn.",
    )
    chapter.rows.extend(_rows(gradients, ratio, step))
    return chapter


def fed(gradients: Array, engine: str = "compiled") -> Run:
    """Adam after these gradients."""
    run = Adam(ETA, beta1=BETA, beta2=BETA).start(np.zeros(gradients.shape[1]), engine=engine)
    for g in gradients:
        run.tell(run.ask(), 0.0, g)
    return run


def measured(gradients: Array) -> tuple[Array, Array]:
    """m-hat/sigma and step/eta at the last gradient, per parameter."""
    run = fed(gradients[:-1])
    before = run.ask().copy()
    run.tell(run.ask(), 0.0, gradients[-1])
    step = (run.ask() - before) / ETA
    weight = 1.0 - BETA**run.iteration
    m, s = run.state["m"] / weight, run.state["s"] / weight
    return m / np.sqrt(s - m * m), step


def _picture(ratio: Array, step: Array) -> Figure:
    figure = sheet(1, width=8.6, height=5.8)
    (ax,) = panels(figure, 1)
    line = np.geomspace(1e-3, 2e3, 200)
    ax.plot(np.abs(ratio), np.abs(step), "o", color="#0072B2", markersize=7, alpha=0.6,
            markeredgecolor="none", label="Adam, last step", gid="steps")  # fmt: skip
    ax.axhline(1.0, color="#D55E00", linewidth=2.4, linestyle=(0, (6, 2)), label="step = −η")
    ax.plot(line, line, color="black", linewidth=2.4, linestyle=(0, (2, 1)), label="step = −η m̂/σ")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(1e-3, 2e3)
    ax.set_ylim(1e-3, 4)
    ax.set_xlabel("signal to noise, |m̂|/σ", fontsize=15)
    ax.set_ylabel("|step|/η", fontsize=15)
    ax.tick_params(labelsize=13)
    ax.grid(color="#dddddd", linewidth=0.8)
    ax.legend(fontsize=13, loc="lower right")
    return figure


def _rows(gradients: Array, ratio: Array, step: Array) -> list[Row]:
    """The two limits, at the ends of the range."""
    compiled = seconds(lambda: fed(gradients))
    numpy = seconds(lambda: fed(gradients, "numpy"))
    loud, quiet = int(np.argmax(np.abs(ratio))), int(np.argmin(np.abs(ratio)))
    small = step[quiet] / ratio[quiet]
    limits = (("m̂ ≫ σ: step/η", step[loud], "-1"), ("m̂ ≪ σ: step/η ÷ m̂/σ", small, "-1"))
    return [
        Row(
            f"Adam, {name}", np.array([value]), 0.0, np.array([-1.0]),
            f"{value:.6f}", exact, STEPS, STEPS, "all told", compiled, numpy, STEPS,
        )
        for name, value, exact in limits
    ]  # fmt: skip
