"""Hubble's nebulae: a fit with errors, solved exactly."""

from __future__ import annotations

from ... import plot
from ...datasets import hubble as nebulae
from ...fitting import fit
from ...models import Polynomial
from ..chapter import Chapter, panels, sheet


def hubble() -> Chapter:
    distance, velocity = nebulae()
    line = fit(Polynomial(1), distance, velocity)
    (intercept, slope), errors = line.params, line.errors
    if errors is None:
        raise AssertionError("the Hessian of a line through many points is positive definite")
    chapter = Chapter(
        "Hubble 1929: the farther, the faster",
        "<p>Model, data, cost, minimiser: a straight line, 24 nebulae, the mean squared error, and,"
        " since the line is linear in its parameters, no steps at all but one linear system. Its"
        " matrix, the Hessian of the cost, gives the errors of the parameters too.</p>",
    )
    figure = sheet(1, width=9.0)
    (ax,) = panels(figure, 1)
    plot.fit(line, ax)
    ax.set_xlabel("distance in Mpc", fontsize=15)
    ax.set_ylabel("velocity in km/s", fontsize=15)
    chapter.add(
        "hubble",
        figure,
        f"Velocity = ({slope:.0f} ± {errors[1]:.0f}) km/s/Mpc × distance"
        f" {'−' if intercept < 0 else '+'} ({abs(intercept):.0f} ± {errors[0]:.0f}) km/s. Today's"
        " value is near 70: Hubble's distances were too short, and no error bar of a fit can know"
        f" that. The slope is {slope / errors[1]:.0f} standard deviations from 0:"
        " the universe expands.",
    )
    return chapter
