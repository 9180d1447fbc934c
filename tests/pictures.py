"""What the tests of the pictures share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

os.environ["MPLBACKEND"] = "Agg"

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.contour import QuadContourSet

import ml4pa
from ml4pa import plot
from ml4pa.datasets import hubble, two_classes
from ml4pa.landscapes import (
    LANDSCAPES,
    Beale,
    Cubic,
    Quadratic,
    Saddle,
)
from ml4pa.studies import overfitting

AXES = [name for name in plot.__all__ if name != "explore"]  # which is a widget
FLAT = [kind for kind in LANDSCAPES if kind.dimension == 2]
LINE = [kind for kind in LANDSCAPES if kind.dimension == 1]


@pytest.fixture
def closed() -> Iterator[None]:
    """No picture is left for the next test."""
    yield
    plt.close("all")


def lines(ax: Axes, gid: str) -> list[Any]:
    """What was drawn under this name."""
    return [line for line in ax.lines if line.get_gid() == gid]


def contours(ax: Axes) -> QuadContourSet:
    return next(c for c in ax.collections if isinstance(c, QuadContourSet))


def points(line: Any) -> Any:
    return np.column_stack(line.get_data())


def descent(f: Any = None, x0: Any = (1.5, 1.0), eta: float = 0.1, **limits: Any) -> ml4pa.Result:
    method = ml4pa.GradientDescent(eta)
    return ml4pa.minimize(f or Quadratic(), list(x0), method, **{"record": True, **limits})


def line_fit(**errors: Any) -> ml4pa.Fit:
    """A straight line through Hubble's nebulae."""
    loss = "chi2" if errors else "mse"
    return ml4pa.fit(ml4pa.Polynomial(1), *hubble(), loss=loss, **errors)


def in_epochs(**how: Any) -> ml4pa.Fit:
    """A fit that has a history."""
    method = ml4pa.GradientDescent(0.1)
    return ml4pa.fit(ml4pa.Polynomial(1), *hubble(), method, **{"epochs": 30, "rng": 1, **how})


def classified(p: int, model: ml4pa.Logistic | ml4pa.MLP | None = None, **how: Any) -> ml4pa.Fit:
    """A classifier of p variables."""
    X, y = two_classes(300, p, rng=1)
    return ml4pa.fit(model or ml4pa.Logistic(p), X, y, loss="cross_entropy", **how)


def evolved(mode: str = "full", n: int = 2, **how: Any) -> ml4pa.Result:
    """A run of CMA-ES on an ellipsoid."""
    method = ml4pa.CMAES(0.3, covariance=mode, tolfun=0, tolx=0)
    how = {"max_iter": 30, "record": True, "rng": 1, **how}
    return ml4pa.minimize(ml4pa.landscapes.Ellipsoid(n), np.ones(n), method, **how)


def fleet() -> ml4pa.Multistart:
    """Runs from a lattice of starts."""
    f = ml4pa.landscapes.Himmelblau()
    return ml4pa.multistart(f, ml4pa.lattice(f, 12), ml4pa.Momentum(0.01), max_iter=400)


def swept() -> ml4pa.Sweep:
    """A table of settings, some of which diverge."""
    rates = ml4pa.grid(ml4pa.Momentum, learning_rate=[1e-3, 1e-2, 1e-1], momentum=[0.5, 0.9])
    return ml4pa.sweep(Beale(), [1.0, 1.0], rates, max_iter=10000)


STUDY = overfitting(degrees=(1, 2, 4), repeats=5, rng=1)


def drawn(name: str, ax: Axes | None = None) -> Axes:
    """One picture of each kind."""
    return {
        "contour": lambda: plot.contour(Beale(), ax),
        "surface": lambda: plot.surface(Saddle(), ax),
        "curve": lambda: plot.curve(Cubic(), ax),
        "path": lambda: plot.path(descent(), ax, label="way"),
        "convergence": lambda: plot.convergence({"run": descent()}, ax),
        "evolution": lambda: plot.evolution(evolved(), ax),
        "adaptation": lambda: plot.adaptation(evolved(), ax),
        "diversity": lambda: plot.diversity(evolved(), ax),
        "fit": lambda: plot.fit(line_fit(), ax),
        "history": lambda: plot.history(in_epochs(), ax),
        "overfitting": lambda: plot.overfitting(STUDY, ax),
        "basins": lambda: plot.basins(fleet(), ax),
        "sweep": lambda: plot.sweep(swept(), ax),
        "animate": lambda: plot.animate({"way": descent()}, ax, f=Quadratic(), frames=5),
    }[name]()
