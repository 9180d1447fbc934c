"""Best cost and diversity of a population."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from .. import checks
from ..objective import Array
from ..path import Path
from ..result import Result
from . import style


def diversity(result: Result, ax: Axes | None = None) -> Axes:
    r"""Draw the best cost and the diversity of a population against the generation.

    The diversity is the standard deviation of a generation's points, the largest of all
    coordinates; the cost is the best one so far, above the lowest of the run.

    Parameters
    ----------
    result : Result
        Of a population method with ``record=True`` or a stride.
    ax : Axes, optional
        Where to draw; new axes by default.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the path was not recorded, or is not of a population.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Himmelblau()
    >>> method = ml4pa.GeneticAlgorithm(30)
    >>> result = ml4pa.minimize(f, [1.0, 1.0], method, rng=1, max_iter=40, record=True)
    >>> [line.get_label() for line in ml4pa.plot.diversity(result).lines]
    ['best f − lowest f', 'diversity']
    """
    path = checks.recorded_population(result)
    ax = style.axes(ax)
    best = np.fmin.accumulate(path.fun[1:])
    rows = (
        (best - np.nanmin(best, initial=np.inf), "best f − lowest f"),
        (_spreads(path), "diversity"),
    )
    for i, (values, label) in enumerate(rows):
        look = style.look(i)
        shown = np.where(values > 0.0, values, np.nan)
        ax.plot(
            path.iteration[1:], shown, color=look.color, linestyle=look.line, linewidth=1.8,
            label=label,
        )  # fmt: skip
    ax.set_yscale("log")
    style.legend(ax)
    style.finish(ax, "generation", "f, standard deviation", "best cost and diversity")
    return ax


def _spreads(path: Path) -> Array:
    """Of each recorded generation."""
    assert path.population is not None
    return np.array([float(np.max(np.std(X, axis=0))) for X in path.population[1:]])
