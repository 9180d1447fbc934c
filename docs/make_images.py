"""Draws the pictures of README.md and docs: ``python docs/make_images.py``."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import ml4pa

IMAGES = Path(__file__).parent / "images"


def first() -> None:
    """The first example of README.md."""
    f = ml4pa.landscapes.Beale()
    ax = ml4pa.plot.contour(f, bounds=[(-1, 4), (-2.5, 1.5)])
    for method in (ml4pa.GradientDescent(1e-3), ml4pa.Momentum(1e-3), ml4pa.Adam(0.3)):
        result = ml4pa.minimize(f, [1.0, -2.0], method, record=True)
        ml4pa.plot.path(result, ax, label=f"{type(method).__name__}: {result.nit} steps")
    ax.figure.savefig(IMAGES / "first.png", dpi=100)


def hubble() -> None:
    """The first example of fitting.md."""
    distance, velocity = ml4pa.datasets.hubble()
    ax = ml4pa.plot.fit(ml4pa.fit(ml4pa.Polynomial(1), distance, velocity), label="least squares")
    ax.set_xlabel("distance in Mpc, as of 1929")
    ax.set_ylabel("velocity in km/s")
    ax.figure.savefig(IMAGES / "hubble.png", dpi=100)


def basins() -> None:
    """The basins of studies.md."""
    f = ml4pa.landscapes.Himmelblau()
    runs = ml4pa.multistart(f, ml4pa.lattice(f, 240), ml4pa.Newton(), max_iter=100, record=100)
    ax = ml4pa.plot.basins(runs)
    ax.set_title("Newton's method on Himmelblau's function", fontsize=15)
    ax.figure.savefig(IMAGES / "basins.png", dpi=100)


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    first()
    hubble()
    basins()
