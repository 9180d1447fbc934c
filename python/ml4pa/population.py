"""Population methods: methods that ask for a generation, and are told its values."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

import numpy as np

from . import checks
from .method import Method, State
from .objective import Array, Objective
from .random import normals, stream

if TYPE_CHECKING:
    from .population_run import NumpyPopulationRun, PopulationRun

#: The stream from which a start is drawn where none is given.
START_STREAM = 0x73746172


class Polished(NamedTuple):
    """Rows that were improved, and what it took."""

    X: Array
    values: Array
    nfev: int
    njev: int
    nhev: int


class Polish(Protocol):
    """Improves the first rows of a generation, as many as a number of evaluations allows, in so
    many seconds."""

    #: The most evaluations that a row takes.
    cost: int

    def __call__(self, run: NumpyPopulationRun, X: Array, most: float, left: float) -> Polished: ...


class Moments(NamedTuple):
    """The distribution of a generation; the covariance is that of the step in units of sigma,
    (n, n) or the diagonal (n,), None where the method has none."""

    mean: Array
    sigma: float
    covariance: Array | None = None


@dataclass(frozen=True)
class PopulationMethod(Method):
    """A method that asks for a generation: lambda points, the rows of a matrix.

    A subclass gives ``rows``, ``init``, ``sample`` and ``update``, perhaps ``moments``; it then
    runs on the NumPy loop at once. Each is given the run, which has ``n``, ``bounds``,
    ``iteration``, ``kept`` (what ``init`` returned: arrays and numbers, all that a checkpoint
    holds), ``x`` and ``fun`` (the best so far), and ``normals`` and ``uniforms`` to draw with. A
    draw depends on nothing but the key, the iteration, the row and the coordinate, so that a
    loaded checkpoint draws the same generation again.

    A method of the library has a compiled twin too: ``cpp/include/ml4pa/population_run.hpp`` says
    what it must have. Where arrays of ``kept`` grow, ``grown`` tells their shapes.
    """

    #: Where neither steps, evaluations nor time are limited.
    default_max_iter: ClassVar[int] = 100_000
    #: What SciPy's ``tol`` is to a population.
    tolerance: ClassVar[str] = "ftol"

    def hyper_parameters(self) -> dict[str, Any]:
        """The method's own values by name, None where one is left open."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}

    @property
    def has_twin(self) -> bool:
        """Whether the compiled engine can do all that these hyper-parameters ask for."""
        return True

    def start(
        self, x0: Any = None, rng: Any = None, bounds: Any = None, *, engine: str = "compiled"
    ) -> PopulationRun:
        """Start at x0 (n,): returns the run, which asks for a generation and is told its values.

        ``x0=None`` needs bounds, whose length then is the dimension.
        """
        from .population_run import start

        checks.choice("engine", engine, ("compiled", "numpy"))
        return start(self, x0, rng, bounds, None, engine)

    # The specification, in NumPy.

    def draw_start(self, n: int, key: int, bounds: checks.Bounds | None) -> Array:
        """The start where none is given: N(0, I), moved into the bounds."""
        x = normals(stream(key, START_STREAM), 0, 0, n)
        return x if bounds is None else np.minimum(np.maximum(x, bounds[0]), bounds[1])

    def first_size(self, n: int) -> int:
        """lambda of the first generation; 1 where it is not known before the start."""
        return int(getattr(self, "population_size", None) or 1)

    def row_size(self, n: int) -> int:
        """Numbers in a row of the path, as far as they are known before the start."""
        return (self.first_size(n) + 1) * n + 1

    def made_for(self, objective: Objective) -> PopulationMethod:
        """The method, with what it was not told but the objective tells."""
        return self

    def check_start(self, x0: Array, bounds: checks.Bounds | None) -> None:
        """Refuses hyper-parameters that do not fit the start."""

    def grown(self, state: State, n: int) -> dict[str, tuple[int, ...]]:
        """The shapes of what has grown since the start, of a checkpoint; refuses one that the
        method cannot have written."""
        return {}

    def story(self, run: PopulationRun) -> tuple[Any, ...]:
        """What `Result.restarts` tells: one record a descent, of a method that restarts."""
        return ()

    def polisher(self, objective: Objective, n: int, threads: int | None) -> Polish | None:
        """What improves a generation before it is told, where the method does."""
        return None

    def show(self, state: State) -> State:
        """What ``run.state`` shows of what is kept."""
        return state

    def rows(self, run: NumpyPopulationRun) -> int:
        """lambda of this generation."""
        raise NotImplementedError

    def init(self, run: NumpyPopulationRun) -> State:
        """What is kept between the generations; ``run.x`` is the start."""
        return {}

    def sample(self, run: NumpyPopulationRun) -> Array:
        """The generation, (lambda, n); what lies outside the bounds is moved onto them."""
        raise NotImplementedError

    def update(self, run: NumpyPopulationRun, X: Array, values: Array) -> None:
        """What is learnt from the values (lambda,) at the rows of X.

        ``run.asked(X)`` says which rows are those asked for. ``run.halt`` ends the run.
        """

    def moments(self, run: NumpyPopulationRun) -> Moments | None:
        """The distribution that the next generation comes from."""
        return None
