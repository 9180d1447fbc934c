"""Random search around the best point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ..method import State, hyper
from ..objective import Array
from ..population import Moments, PopulationMethod
from ..records import rows

if TYPE_CHECKING:
    from ..population_run import NumpyPopulationRun


@dataclass(frozen=True)
class RandomSearch(PopulationMethod):
    r"""Random search: points around the best one so far, with a step size that never changes.

    .. math:: x_i = m + \sigma z_i, \quad z_i \sim N(0, I), \quad i = 1, \dots, \lambda; \qquad
              m \leftarrow \text{the best point told so far}

    The plainest population method: what any other must beat.

    Parameters
    ----------
    sigma : float > 0
        The standard deviation of a step.
    population_size : int >= 1, default 20
        lambda.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Himmelblau()
    >>> result = ml4pa.minimize(f, [0.0, 0.0], ml4pa.RandomSearch(0.1), max_iter=200, rng=1)
    >>> result.x.round(1).tolist(), result.nfev
    ([3.0, 2.0], 4000)

    References
    ----------
    L. A. Rastrigin, "The convergence of the random search method in the extremal control of a many
    parameter system", Automation and Remote Control 24 (1963) 1337.
    """

    name: ClassVar[str] = "random_search"

    sigma: float = hyper(gt=0)
    population_size: int = rows(20, least=1)

    def rows(self, run: NumpyPopulationRun) -> int:
        return self.population_size

    def init(self, run: NumpyPopulationRun) -> State:
        return {"mean": run.x}

    def sample(self, run: NumpyPopulationRun) -> Array:
        return run.kept["mean"] + self.sigma * run.normals(self.population_size)

    def update(self, run: NumpyPopulationRun, X: Array, values: Array) -> None:
        if run.fun < np.inf:
            run.kept["mean"] = run.x

    def moments(self, run: NumpyPopulationRun) -> Moments:
        return Moments(run.kept["mean"], self.sigma)
