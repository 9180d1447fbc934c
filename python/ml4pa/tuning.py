"""tune: the best hyper-parameters, found by an optimiser and not by trial and error."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from . import checks
from .fleet import multistart
from .method import Method
from .methods import CMAES
from .minimize import minimize
from .objective import Array, Function, Objective, as_objective
from .population import PopulationMethod
from .random import generator
from .spaces import Space
from .started import Multistart
from .stop import Status
from .tuned import PENALTY, Tuned

#: Beyond this, values are all as bad.
HUGE = 1e100
#: How much the values at the end count beside the costs: they decide between equal costs only.
TIE = 1e-9
#: Resamplings of the bootstrap.
RESAMPLED = 10_000


class Goal(NamedTuple):
    """What is made small: a cost of each run, whose mean over the runs counts."""

    cost: Callable[[Multistart], Array]
    ratio: bool  # costs are logarithms, so that their differences are ratios
    noun: str

    def gain(self, difference: float) -> float:
        """Of the mean difference of the costs."""
        return math.exp(difference) if self.ratio else difference


def tune(
    fun: Any,
    x0: ArrayLike | None,
    space: Space,
    *,
    method: Method | None = None,
    budget: int | None = 300,
    goal: str | Callable[[Multistart], Any] | None = None,
    target: float | None = None,
    max_evals: int = 1000,
    trials: int = 32,
    held_out: int = 128,
    default: Method | None = None,
    confidence: float = 0.95,
    rng: Any = None,
    progress: bool = False,
    jac: Any = None,
    hess: Any = None,
    args: tuple[Any, ...] = (),
    bounds: Any = None,
    max_iter: int | None = None,
    gtol: float | None = None,
    xtol: float | None = None,
    ftol: float | None = None,
    norm: float = math.inf,
    threads: int | None = None,
    engine: str = "compiled",
) -> Tuned:
    r"""Find the best hyper-parameters of a method for a function, and what they gain.

    Every setting that is tried runs from the same starts with the same random numbers; what is
    made small is the mean of its costs. The setting found is then compared with the default on
    runs that were not used for tuning, the same for both, and the gain gets a confidence interval
    by resampling the pairs [1]_.

    Parameters
    ----------
    fun : Objective or callable
        As for `minimize`; jac, hess, args and bounds too, and max_iter, the tests of convergence,
        norm, threads and engine of each run.
    x0 : array_like (n,) or (m, n), or None
        One start for all runs; or several, of which every second one is held out; or None for
        starts drawn evenly from ``bounds``, or from the usual domain of a landscape.
    space : Space
        What may vary, and in which ranges: what `space` makes.
    method : PopulationMethod, default ``CMAES(0.3)``
        What searches the space, seen as the unit cube.
    budget : int, default 300
        How many settings are tried; less where ``method`` has converged, and None until then.
    goal : {"evaluations", "value"} or callable, optional
        The cost of a run. ``"evaluations"``, the default where there is a ``target``: the
        logarithm of the evaluations that it took to be solved, to the target or to a test of
        convergence; a run that was not solved, diverged or not, counts as ten times ``max_evals``.
        ``"value"``, the default elsewhere: the least value found. Or
        ``goal(runs: Multistart) -> (m,)``, one number a run.
    target, max_evals
        As for `minimize`, of each run; ``max_evals`` is 1000 by default.
    trials, held_out : int, default 32 and 128
        How many runs each setting gets, and how many the comparison. Where starts are given, and
        nothing is random, as many as there are starts.
    default : Method, optional
        What to compare with: by default the method's own defaults, what has none in the middle of
        its range.
    confidence : float in (0, 1), default 0.95
        Of the interval.
    rng : None, int, SeedSequence, BitGenerator or Generator
        Of the starts, the runs, the search and the resampling.
    progress : bool, default False
        Show a progress bar over the settings.

    Returns
    -------
    Tuned

    Raises
    ------
    ValueError, TypeError
        For arguments that cannot be; never for a run that fails or diverges, which is counted.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Beale()
    >>> rates = ml4pa.space(ml4pa.Momentum, learning_rate=ml4pa.log_scale(1e-4, 1))
    >>> tuned = ml4pa.tune(f, None, rates, target=1e-6, budget=60, rng=1)
    >>> tuned.verdict
    'better'

    References
    ----------
    .. [1] B. Efron, R. J. Tibshirani, "An introduction to the bootstrap" (1993), chapters 8, 13.
    """
    objective = as_objective(fun, jac, hess, args)
    checks.a_space("space", space)
    random = generator(rng)
    search = checks.population_method(CMAES(0.3, tolx=1e-3) if method is None else method)
    default = space.default if default is None else checks.a_method("default", default)
    level = checks.within("confidence", confidence, gt=0, lt=1)
    wanted = _goal(goal, target, checks.count("max_evals", max_evals, least=1))
    if budget is not None:
        budget = checks.count("budget", budget, least=1)
    sizes = checks.count("trials", trials, least=1), checks.count("held_out", held_out, least=1)
    repeats = any(_is_random(one) for one in (default, space.end(0.0), space.end(1.0)))
    options = {
        "target": target, "max_evals": max_evals, "max_iter": max_iter, "gtol": gtol, "xtol": xtol,
        "ftol": ftol, "norm": norm, "bounds": bounds, "threads": threads, "engine": engine,
    }  # fmt: skip
    tuning, testing = (
        Trials(objective, starts, int(random.integers(1 << 62)), options)
        for starts in _starts(objective, x0, bounds, sizes, repeats, random)
    )
    history = _search(space, search, tuning, wanted, budget, random, progress)
    settings, best = history.best(space)
    runs, default_runs = testing.run(best), testing.run(default)
    differences = wanted.cost(default_runs) - wanted.cost(runs)
    low, high = _interval(differences, level, random)
    return Tuned(
        best, default, settings, wanted.gain(float(differences.mean())),
        (wanted.gain(low), wanted.gain(high)), level, history.columns(), runs, default_runs,
        wanted.noun, wanted.ratio,
    )  # fmt: skip


def _goal(goal: Any, target: float | None, max_evals: int) -> Goal:
    """By its name, or the user's own."""
    if callable(goal):
        return Goal(lambda runs: checks.costs(goal(runs), len(runs)), False, "cost")
    if goal is None:
        goal = "value" if target is None else "evaluations"
    if checks.choice("goal", goal, ("evaluations", "value")) == "value":
        return Goal(lambda runs: _bounded(runs.fun), False, "value")
    failed = math.log(PENALTY * max_evals)
    return Goal(
        lambda runs: np.where(runs.success, np.log(np.maximum(runs.nfev, 1)), failed),
        True,
        "evaluations",
    )


def _bounded(values: Array) -> Array:
    """Values that have a mean."""
    return np.clip(np.where(np.isnan(values), HUGE, values), -HUGE, HUGE)


def _is_random(method: Method) -> bool:
    """Whether two runs from the same start may differ."""
    return isinstance(method, PopulationMethod) or getattr(method, "noise", 0.0) > 0.0


class Trials(NamedTuple):
    """Runs from the same starts, with the same random numbers for every method."""

    objective: Objective
    starts: Array
    seed: int
    options: dict[str, Any]

    def run(self, method: Method) -> Multistart:
        return multistart(self.objective, self.starts, method, rng=self.seed, **self.options)


def _starts(
    objective: Objective,
    x0: Any,
    bounds: Any,
    sizes: tuple[int, int],
    repeats: bool,
    random: np.random.Generator,
) -> tuple[Array, Array]:
    """The starts for tuning, and those held out."""
    if x0 is None:
        low, high = checks.search_window(bounds, objective).T
        points = low + (high - low) * random.random((sum(sizes), len(low)))
        return points[: sizes[0]], points[sizes[0] :]
    given = checks.one_or_more_starts(x0, objective.n, bounds)
    sets = (given, given) if len(given) == 1 else (given[0::2], given[1::2])
    if not repeats:
        return sets
    one, two = (
        points[np.arange(max(size, len(points))) % len(points)]
        for points, size in zip(sets, sizes, strict=True)
    )
    return one, two


class History(NamedTuple):
    """What was tried."""

    settings: list[dict[str, Any]]
    cost: list[float]
    order: list[float]  # the cost, and between equal costs the values at the end
    solved: list[int]
    diverged: list[int]

    def best(self, space: Space) -> tuple[dict[str, Any], Method]:
        settings = self.settings[int(np.argmin(self.order))]
        return settings, space.method(**settings)

    def columns(self) -> dict[str, Array]:
        names = self.settings[0]
        return {
            **{name: np.array([setting[name] for setting in self.settings]) for name in names},
            "cost": np.array(self.cost),
            "solved": np.array(self.solved),
            "diverged": np.array(self.diverged),
        }


def _search(
    space: Space,
    search: PopulationMethod,
    trials: Trials,
    goal: Goal,
    budget: int | None,
    random: np.random.Generator,
    progress: bool,
) -> History:
    """Minimises the mean cost over the unit cube."""
    history = History([], [], [], [], [])

    def mean_cost(u: Array) -> float:
        settings = space.values(u)
        runs = trials.run(space.method(**settings))
        cost = float(goal.cost(runs).mean())
        order = cost + TIE * float(np.arcsinh(_bounded(runs.fun)).mean())
        history.settings.append(settings)
        history.cost.append(cost)
        history.order.append(order)
        history.solved.append(int(runs.success.sum()))
        history.diverged.append(int((runs.status == Status.DIVERGED).sum()))
        return order

    k = len(space.ranges)
    minimize(
        Function(mean_cost), [0.5] * k, search, bounds=[(0.0, 1.0)] * k, max_evals=budget,
        rng=random, progress=progress,
    )  # fmt: skip
    return history


def _interval(
    differences: Array, confidence: float, random: np.random.Generator
) -> tuple[float, float]:
    """The percentiles of the mean under resampling of the pairs; Efron & Tibshirani, ch. 13."""
    m = len(differences)
    means = differences[random.integers(m, size=(RESAMPLED, m))].mean(axis=1)
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(means, [tail, 1.0 - tail])
    return float(low), float(high)
