"""The recorded path of a run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .objective import Array


@dataclass(eq=False)
class Path:
    """Every stride-th iterate of a run, from the start, and the last.

    Attributes
    ----------
    x : ndarray (k, n)
        The points; row 0 is x0, the last row is where the run stopped.
    fun : ndarray (k,)
        Their values.
    iteration : ndarray (k,)
        Their place in the run.
    mean, sigma, covariance : ndarray (k, n), (k,), (k, n, n) or (k, n); None without them
        For populations: the distribution after so many generations. The covariance is that of a
        step in units of sigma, all of it or its diagonal.
    population : list of ndarray (lambda, n)
        For populations: the generations themselves.
    evaluations : ndarray (k,)
        For populations: the points evaluated so far. Between recorded generations each is taken to
        be as large as the one that ends them.

    Notes
    -----
    For populations ``x`` and ``fun`` are the best point of each generation and its value. Row 0 is
    x0 too, and alone in its population; its value is NaN, as it need not be evaluated.
    """

    x: Array
    fun: Array
    stride: int
    last: int
    mean: Array | None = None
    sigma: Array | None = None
    covariance: Array | None = None
    population: list[Array] | None = None

    @cached_property
    def iteration(self) -> NDArray[np.int64]:
        rows = np.arange(len(self.fun), dtype=np.int64) * self.stride
        if len(rows):
            rows[-1] = self.last
        return rows

    @cached_property
    def evaluations(self) -> NDArray[np.int64] | None:
        if self.population is None:
            return None
        told = np.array([0, *map(len, self.population[1:])])
        return np.cumsum(told * np.diff(self.iteration, prepend=0))

    def __len__(self) -> int:
        return len(self.fun)
