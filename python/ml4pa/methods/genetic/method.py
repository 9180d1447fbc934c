"""The genetic algorithm: the method and its specification in NumPy."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from ... import checks
from ...method import GradientMethod, State
from ...objective import Array, Objective
from ...population import Moments, Polish, PopulationMethod
from ...random import stream
from ...records import rows
from ...stop import Status
from .draws import BOX, PAIRS, START, Draws
from .operators import CROSSOVERS, ENCODINGS, MUTATIONS, SELECTIONS, module, operator
from .widths import unit

if TYPE_CHECKING:
    from ...models import MLP
    from ...population_run import NumpyPopulationRun


#: The largest s_j: s_j z is finite for every normal drawn.
LARGEST_SCALE = float(np.finfo(float).max) / 16.0


class Step(NamedTuple):
    """How likely and how large the mutations of a generation are."""

    rate: float  # of a gene; of a neuron for "nodal"
    scale: Array  # (n,), s_j
    neurons: tuple[int, ...]  # how many weights each has


class Box(NamedTuple):
    """What an encoding is made for."""

    low: Array
    high: Array
    bits: int


@dataclass(frozen=True)
class GeneticAlgorithm(PopulationMethod):
    r"""Genetic algorithm: parents are selected, their chromosomes crossed, the children mutated.

    .. math:: \theta_{ij} \leftarrow \theta_{ij} (1 + \eta_j), \qquad
              \eta_j = s_j e^{-d t} z, \quad z \sim N(0, 1), \qquad
              i = 1, \dots, \lambda, \quad j = 1, \dots, n

    is the lecture's mutation; in generation t each gene takes part with probability p. The parents
    of the next generation are the best lambda of this one and of the elite of the one before.

    Parameters
    ----------
    population_size : int >= 2, default 100
        lambda, the points of a generation.
    mutation : str or callable, default "multiplicative"
        "multiplicative", as above: small steps near 0, none from 0 itself; "gaussian",
        :math:`\theta_{ij} + \eta_j`; "bit_flip" for ``encoding="binary"``; "nodal", for the
        parameters of an `MLP`: as "gaussian", all weights of a neuron or none. A callable of your
        own: ``mutation(genes, rng) -> genes``, (lambda, L), rng a NumPy generator.
    mutation_rate : float in [0, 1], optional
        p, of a gene, or of a neuron for "nodal"; default one gene or neuron of a chromosome on
        average, 0.7 genes for "multiplicative".
    mutation_scale : float or array_like (n,), optional
        s, for all or one a parameter. Default for "multiplicative" 10 between two finite bounds,
        1.5 where a side is open; for "gaussian" and "nodal" 0.3 times the width of the bounds, or
        max(\|x0\|, 1) where a side is open.
    mutation_decay : float >= 0, optional
        d, a generation; default 0.1/n.
    crossover : str, callable or None, default "single_point"
        "single_point" (tails swapped), "two_point", "uniform" (each gene swapped or not), "blend"
        (BLX-1/2), "sbx" (index 15); None: children are copies. A callable of your own:
        ``crossover(A, B, rng) -> (C, D)``, each (pairs, L).
    crossover_rate : float in [0, 1], default 0.9
        How likely a pair crosses; else its children are copies.
    selection : str or callable, default "tournament"
        "tournament" (of two), "roulette" (in proportion to how much better than the worst),
        "rank" (linear), "truncation" (the better half). A callable of your own:
        ``selection(values, count, rng) -> places``, values sorted with the best first.
    elite : int >= 0, default 1
        How many of the best parents compete with their children. ``population_size`` makes of it
        the best lambda of all parents and children.
    encoding : {"real", "binary"}, default "real"
        What a chromosome is: the parameters, or the bits of their Gray codes between two finite
        bounds, which crossover may cut anywhere.
    bits : int in [1, 32], default 16
        Of a parameter, for ``encoding="binary"``.
    model : MLP, optional
        Whose neurons "nodal" mutates; default that of the `Cost` that is minimised, so of a `fit`.
    polish : GradientMethod, optional
        Each child takes ``polish_steps`` steps of it before it is told (Lamarckian); needs the
        gradient. Then the NumPy loop runs, its gradient steps compiled, and without ``workers``.
    polish_steps : int >= 1, default 1
        How many.
    stagnation : int >= 1 or None, default 1000
        End where the best value is the same since so many generations.

    Notes
    -----
    The first generation is x0 itself and points uniform between two finite bounds; where a side is
    open, mutants of x0, every gene.

    One of the caller's own operators makes the run one of the NumPy engine, as ``result.engine``
    says.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Rastrigin(5)
    >>> result = ml4pa.minimize(
    ...     f, None, ml4pa.GeneticAlgorithm(), bounds=f.bounds, max_iter=300, rng=1)
    >>> result.fun < 1e-8, result.nfev, result.engine
    (True, 30000, 'compiled')
    >>> method = ml4pa.GeneticAlgorithm(
    ...     mutation=lambda genes, rng: genes + rng.normal(size=genes.shape))
    >>> ml4pa.minimize(f, [1.0] * 5, method, max_iter=10, rng=1).engine
    'numpy'

    References
    ----------
    J. H. Holland, "Adaptation in natural and artificial systems" (1975); D. E. Goldberg, "Genetic
    algorithms in search, optimization and machine learning" (1989). Nodal mutation: R. D. Ball et
    al. (NNPDF), "Parton distributions for the LHC run II", JHEP 04 (2015) 040, section 3.3, whose
    steps are uniform. The operators' own sources stand in their files.
    """

    name: ClassVar[str] = "genetic_algorithm"

    population_size: int = rows(100, least=2)
    mutation: Any = dataclasses.field(default="multiplicative", kw_only=True)
    mutation_rate: float | None = dataclasses.field(default=None, kw_only=True)
    mutation_scale: Any = dataclasses.field(default=None, kw_only=True)
    mutation_decay: float | None = dataclasses.field(default=None, kw_only=True)
    crossover: Any = dataclasses.field(default="single_point", kw_only=True)
    crossover_rate: float = dataclasses.field(
        default=0.9, kw_only=True, metadata={"within": {"ge": 0, "le": 1}}
    )
    selection: Any = dataclasses.field(default="tournament", kw_only=True)
    elite: int = dataclasses.field(default=1, kw_only=True, metadata={"least": 0})
    encoding: str = dataclasses.field(default="real", kw_only=True)
    bits: int = dataclasses.field(default=16, kw_only=True, metadata={"least": 1})
    model: MLP | None = dataclasses.field(default=None, kw_only=True)
    polish: GradientMethod | None = dataclasses.field(default=None, kw_only=True)
    polish_steps: int = dataclasses.field(default=1, kw_only=True, metadata={"least": 1})
    stagnation: int | None = dataclasses.field(default=1000, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        known = MUTATIONS, CROSSOVERS, SELECTIONS, ENCODINGS
        for name, value in checks.genetic(self, *known).items():
            object.__setattr__(self, name, value)

    def hyper_parameters(self) -> dict[str, Any]:
        return {**super().hyper_parameters(), "model": self.neurons or None}

    @property
    def has_twin(self) -> bool:
        own = (self.mutation, self.crossover, self.selection)
        return self.polish is None and not any(map(callable, own))

    @property
    def neurons(self) -> tuple[int, ...]:
        """How many weights each neuron of the model has."""
        if self.model is None:
            return ()
        sizes = zip(self.model.layers[:-1], self.model.layers[1:], strict=True)
        return tuple(1 + inputs for inputs, outputs in sizes for _ in range(outputs))

    def draw_start(self, n: int, key: int, bounds: checks.Bounds | None) -> Array:
        """The start where none is given: uniform between two finite bounds, else N(0, 1)."""
        x = super().draw_start(n, key, bounds)
        return (
            x if bounds is None else within(bounds, Draws(stream(key, START), 0), x[np.newaxis])[0]
        )

    def made_for(self, objective: Objective) -> PopulationMethod:
        """The neurons of "nodal" are those of the model of a `Cost`."""
        from ...costs import Cost

        if self.mutation != "nodal" or self.model is not None or not isinstance(objective, Cost):
            return self
        return dataclasses.replace(self, model=checks.network(objective.model))

    def check_start(self, x0: Array, bounds: checks.Bounds | None) -> None:
        checks.genetic_start(self, x0, bounds)

    def polisher(self, objective: Objective, n: int, threads: int | None) -> Polish | None:
        if self.polish is None:
            return None
        from .polish import Polisher

        return Polisher(self.polish, self.polish_steps, objective, n, threads)

    # The specification, in NumPy.

    def rows(self, run: NumpyPopulationRun) -> int:
        return self.population_size

    def init(self, run: NumpyPopulationRun) -> State:
        return {
            "start": run.x,
            "scale": self.first_scale(run.x, run.bounds),
            "population": np.zeros((self.population_size, run.n)),
            "values": np.full(self.population_size, math.nan),
            "elite": np.tile(run.x, (self.elite, 1)),
            "elite_values": np.full(self.elite, math.inf),
            "improved": math.inf,
            "still": 0,
        }

    def first_scale(self, x0: Array, bounds: checks.Bounds | None) -> Array:
        """s_j of the first generation, at most `LARGEST_SCALE`."""
        return np.minimum(self.told_scale(x0, bounds), LARGEST_SCALE)

    def told_scale(self, x0: Array, bounds: checks.Bounds | None) -> Array:
        """Without a given scale it depends on whether there are two finite bounds, and is, of
        mutations that add, in units of their width, or of max(|x0|, 1) where a side is open."""
        if self.mutation_scale is not None:
            return checks.per_coordinate("mutation_scale", self.mutation_scale, x0.size)
        if callable(self.mutation):
            return np.ones(x0.size)
        mutation = module("mutation", self.mutation)
        unit = np.maximum(np.abs(x0), 1.0) if mutation.ADDS else np.ones(x0.size)
        scale: Array = mutation.OPEN * unit
        if bounds is None:
            return scale
        with np.errstate(over="ignore", invalid="ignore"):
            width = bounds[1] - bounds[0] if mutation.ADDS else unit
            return np.where(boxed(bounds), mutation.SCALE * width, scale)

    def decay(self, n: int) -> float:
        """How much the logarithm of s_j falls in a generation."""
        if self.mutation_decay is not None:
            return self.mutation_decay
        if callable(self.mutation):
            return 0.0
        return float(module("mutation", self.mutation).DECAY) / n

    def sample(self, run: NumpyPopulationRun) -> Array:
        draws = Draws(run.key, run.iteration)
        if run.iteration == 0:
            return self.first_generation(run)
        X, values = self.parents(run)
        box, code = self.box(run), module("encoding", self.encoding)
        genes = code.encode(X, box)
        pairs = (self.population_size + 1) // 2
        places = self.select(draws, values, 2 * pairs)
        A, B = genes[places[0::2]], genes[places[1::2]]
        children = np.empty((2 * pairs, genes.shape[1]))
        children[0::2], children[1::2] = self.cross(draws, A, B)
        step = self.step(run, math.exp(-self.decay(run.n) * run.iteration), genes.shape[1])
        mutated = self.mutate(draws, children[: self.population_size], step)
        decoded: Array = code.decode(mutated, box)
        return decoded

    def update(self, run: NumpyPopulationRun, X: Array, values: Array) -> None:
        s = run.kept
        before, costs = self.parents(run)
        s["elite"], s["elite_values"] = before[: self.elite], costs[: self.elite]
        s["population"], s["values"] = X.copy(), values.copy()
        if run.fun < s["improved"]:
            s["improved"], s["still"] = run.fun, 0
        else:
            s["still"] += 1
        if self.stagnation is not None and s["still"] >= self.stagnation:
            run.halt(Status.STAGNATION, run.iteration + 1, self.stagnation)

    def parents(self, run: NumpyPopulationRun) -> tuple[Array, Array]:
        """The best lambda of the generation and the elite of the one before, and their values."""
        s = run.kept
        pool = np.concatenate([s["population"], s["elite"]])
        values = np.concatenate([s["values"], s["elite_values"]])
        order = np.argsort(values, kind="stable")[: self.population_size]
        return pool[order], values[order]

    def first_generation(self, run: NumpyPopulationRun) -> Array:
        """The start; uniform between two finite bounds, else mutants of the start, every gene."""
        draws, x0 = Draws(stream(run.key, START), 0), run.kept["start"]
        X = np.tile(x0, (self.population_size, 1))
        if run.bounds is None or not boxed(run.bounds).all():
            X = self.mutate(draws, X, self.step(run, 1.0, run.n)._replace(rate=1.0))
        if run.bounds is not None:
            X = within(run.bounds, draws, X)
        X[0] = x0
        box, code = self.box(run), module("encoding", self.encoding)
        decoded: Array = code.decode(code.encode(X, box), box)
        return decoded

    def box(self, run: NumpyPopulationRun) -> Box:
        low, high = (run.x, run.x) if run.bounds is None else run.bounds
        return Box(low, high, self.bits)

    def step(self, run: NumpyPopulationRun, decay: float, length: int) -> Step:
        """The mutations; without a given rate so many genes or neurons mutate on average."""
        rate = self.mutation_rate
        if rate is None:
            average = 1.0 if callable(self.mutation) else module("mutation", self.mutation).RATE
            rate = average / (len(self.neurons) or length)
        return Step(rate, run.kept["scale"] * decay, self.neurons)

    def select(self, draws: Draws, values: Array, count: int) -> Any:
        if callable(self.selection):
            places = self.selection(values.copy(), count, draws.generator("selection"))
            return checks.places(places, count, len(values))
        return operator("selection", self.selection)(draws, values, count)

    def cross(self, draws: Draws, A: Array, B: Array) -> tuple[Array, Array]:
        """The children of the pairs that cross; the others are their parents' copies."""
        if self.crossover is None:
            return A, B
        if callable(self.crossover):
            told = self.crossover(A.copy(), B.copy(), draws.generator("crossover"))
            C, D = checks.two_children(told, A.shape)
        else:
            C, D = operator("crossover", self.crossover)(draws, A, B)
        crossing = draws.uniforms(PAIRS, len(A), 1) < self.crossover_rate
        return np.where(crossing, C, A), np.where(crossing, D, B)

    def mutate(self, draws: Draws, genes: Array, step: Step) -> Array:
        if callable(self.mutation):
            told = self.mutation(genes.copy(), draws.generator("mutation"))
            return checks.children("mutation", told, genes.shape)
        mutated: Array = operator("mutation", self.mutation)(draws, genes, step)
        return mutated

    def moments(self, run: NumpyPopulationRun) -> Moments | None:
        return None


def boxed(bounds: checks.Bounds) -> Any:
    """Which coordinates have two finite bounds."""
    return np.isfinite(bounds[0]) & np.isfinite(bounds[1])


def within(bounds: checks.Bounds, draws: Draws, X: Array) -> Array:
    """Uniform between two finite bounds; elsewhere X."""
    low, high = bounds
    u = draws.uniforms(BOX, *X.shape)
    s = unit(low, high)
    with np.errstate(invalid="ignore"):
        drawn = (low * s + u * (high * s - low * s)) / s
    return np.where(boxed(bounds), drawn, X)
