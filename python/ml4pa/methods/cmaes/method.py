"""CMA-ES: the method and its specification in NumPy."""

from __future__ import annotations

import dataclasses
import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ... import checks
from ...method import State, hyper
from ...objective import Array
from ...population import Moments, PopulationMethod
from ...stop import Stop
from . import restarts as rules
from . import termination
from .box import Box
from .diagonal import Diagonal
from .full import Full
from .limited import Limited
from .parameters import Parameters, default_population_size, path_gain, standard

if TYPE_CHECKING:
    from ...population_run import NumpyPopulationRun, PopulationRun

Shape = Full | Diagonal | Limited
#: The largest n for which ``run.state`` makes a matrix of the limited mode's directions.
MOST_SHOWN = 2000
SHAPES: dict[str, type[Shape]] = {"full": Full, "diagonal": Diagonal, "limited": Limited}


@dataclass(frozen=True)
class CMAES(PopulationMethod):
    r"""Covariance matrix adaptation evolution strategy.

    .. math:: x_i = m + \sigma\, y_i, \qquad y_i = L z_i, \qquad z_i \sim N(0, I), \qquad
              L L^T = C, \qquad i = 1, \dots, \lambda

    From the points in the order of their values, the mean m, the step size sigma and the covariance
    C of the next generation are learnt: eqs. (38)-(47) of [1]_, with negative weights ("active")
    and without an eigen-decomposition.

    Parameters
    ----------
    sigma0 : float > 0
        The initial step size: about a third of the width of the region where the minimum is
        expected.
    population_size : int >= 2, optional
        lambda, the points of a generation; default 4 + floor(3 ln n).
    covariance : {"full", "diagonal", "limited"}, default "full"
        All of C; its diagonal (sep-CMA-ES, for separable or very large problems); or a few
        directions (LM-MA-ES, for n up to 10^6).
    active : bool, default True
        Whether the worse half of the points shrinks C along its steps.
    restarts : {None, "ipop", "bipop"}, default None
        Begin again where a descent has ended, with a population twice as large (IPOP), or also
        with small ones and small steps in between (BIPOP), until a budget is spent. The Result's
        ``restarts`` tells of each descent. Populations larger than the first damp the step size
        more than eq. (55): see `parameters`; and a descent whose values have settled to 1e-4 of
        what they are above the best value of the run makes room for the next.
    mean_lr : float in (0, 1], default 1
        c_m, the learning rate of the mean.
    scale : float or array_like (n,), optional
        The initial standard deviation of each coordinate, in units of ``sigma0``; default 1. All
        from 1e-150 to 1e150.
    initial_covariance : array_like (n, n) or (n,), optional
        The initial C, all of it or its diagonal; default I. ``scale`` multiplies its rows and
        columns.
    mu, weights, c_sigma, d_sigma, c_c, c_1, c_mu : optional
        In place of the standard parameters, which `parameters` shows. ``weights`` are lambda
        numbers from the best point to the worst, decreasing.
    tolfun : float >= 0, default 1e-11
        End where the best values of the last 10 + 30 n/lambda generations, and the values of the
        last one, differ by no more; of n + 6 generations where rounding makes f flat, where also
        16 roundings of f are enough.
    tolx : float >= 0, default 1e-11
        End where every standard deviation, and the path of C, are below tolx sigma0; this, tolxup
        and tolcondition in units of ``scale`` and of the deviations of ``initial_covariance``.
    tolxup : float > 1, default 1e4
        End where the largest standard deviation has grown by more than this: sigma0 was far too
        small, or f has no minimum.
    tolcondition : float > 1, default 1e14
        End where the condition number of C is larger.
    max_restarts : int >= 0, default 9
        How often the population may be doubled.
    restart_region : array_like (2,) or (n, 2), optional
        The low and the high end of the box in which restarts begin, uniformly: for all coordinates,
        or for each. Default: the bounds, and N(x0, sigma0^2) in a coordinate that has not two.

    Notes
    -----
    Where there are bounds, the search space is folded onto them by a smooth map (`box.Box`): the
    objective is never evaluated outside, and a minimum on a bound is an ordinary one.

    ``tell`` takes points of the caller's own in place of those asked for; a step that is longer
    than sqrt(n) + 2n/(n + 2) standard deviations is shortened to that [2]_.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Rosenbrock(5)
    >>> result = ml4pa.minimize(f, [0.0] * 5, ml4pa.CMAES(0.5), target=1e-10, rng=1)
    >>> result.success, result.x.round(4).tolist()
    (True, [1.0, 1.0, 1.0, 1.0, 1.0])
    >>> p = ml4pa.CMAES(0.5).parameters(10)
    >>> p.population_size, p.mu, round(p.mu_eff, 3)
    (10, 5, 3.167)

    References
    ----------
    .. [1] N. Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772 (2023).
    .. [2] N. Hansen, "Injecting external solutions into CMA-ES", arXiv:1110.4181 (2011).
    """

    name: ClassVar[str] = "cmaes"

    sigma0: float = hyper(gt=0)
    population_size: int | None = dataclasses.field(default=None, kw_only=True)
    covariance: str = dataclasses.field(default="full", kw_only=True)
    active: bool = dataclasses.field(default=True, kw_only=True)
    restarts: str | None = dataclasses.field(default=None, kw_only=True)
    mean_lr: float = dataclasses.field(
        default=1.0, kw_only=True, metadata={"within": {"gt": 0, "le": 1}}
    )
    scale: Any = dataclasses.field(default=None, kw_only=True)
    initial_covariance: Any = dataclasses.field(default=None, kw_only=True)
    mu: int | None = dataclasses.field(default=None, kw_only=True)
    weights: Any = dataclasses.field(default=None, kw_only=True)
    c_sigma: float | None = dataclasses.field(default=None, kw_only=True)
    d_sigma: float | None = dataclasses.field(default=None, kw_only=True)
    c_c: float | None = dataclasses.field(default=None, kw_only=True)
    c_1: float | None = dataclasses.field(default=None, kw_only=True)
    c_mu: float | None = dataclasses.field(default=None, kw_only=True)
    tolfun: float = dataclasses.field(default=1e-11, kw_only=True, metadata={"within": {"ge": 0}})
    tolx: float = dataclasses.field(default=1e-11, kw_only=True, metadata={"within": {"ge": 0}})
    tolxup: float = dataclasses.field(default=1e4, kw_only=True, metadata={"within": {"gt": 1}})
    tolcondition: float = dataclasses.field(
        default=1e14, kw_only=True, metadata={"within": {"gt": 1}}
    )
    max_restarts: int = dataclasses.field(default=9, kw_only=True, metadata={"least": 0})
    restart_region: Any = dataclasses.field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, value in checks.cmaes(self).items():
            object.__setattr__(self, name, value)

    def parameters(self, n: int, population_size: int | None = None) -> Parameters:
        """The strategy parameters for n coordinates, those given among them; of a restart, where
        there are any and ``population_size`` is larger than the first one."""
        n = checks.count("n", n, least=1)
        size = population_size or self.first_size(n)
        checks.enough_for_parents(self.mu, size, n)
        return strategy(self, n, size)

    def first_size(self, n: int) -> int:
        """lambda of the first descent."""
        return self.population_size or default_population_size(n)

    def row_size(self, n: int) -> int:
        covariance = {"full": n * n, "diagonal": n, "limited": 0}[self.covariance]
        return super().row_size(n) + n + 1 + covariance

    def hyper_parameters(self) -> dict[str, Any]:
        given = super().hyper_parameters()
        for name in ("initial_covariance", "restart_region"):
            if given[name] is not None:
                given[name] = np.ravel(given[name]).tolist()
        return given

    def start_deviations(self, n: int) -> Array:
        """The standard deviations before the first generation, (n,), in units of sigma0."""
        scale = checks.per_coordinate("scale", self.scale, n)
        C = checks.initial_covariance(self.initial_covariance, n, self.covariance)
        with np.errstate(over="ignore", under="ignore"):
            variances = scale * (np.diag(C) if C.ndim == 2 else C) * scale
        deviations: Array = np.sqrt(variances)
        return deviations

    def initial(self, n: int) -> Array:
        """C before the first generation: (n, n), or its diagonal (n,)."""
        scale = checks.per_coordinate("scale", self.scale, n)
        C = checks.initial_covariance(self.initial_covariance, n, self.covariance)
        if self.covariance == "full":
            return scale[:, np.newaxis] * (C if C.ndim == 2 else np.diag(C)) * scale
        return scale * C * scale

    def check_start(self, x0: Array, bounds: checks.Bounds | None) -> None:
        checks.enough_for_parents(self.mu, self.first_size(x0.size), x0.size)
        checks.start_deviations(self.start_deviations(x0.size))
        checks.restart_region(self.restart_region, x0.size)

    def grown(self, state: State, n: int) -> dict[str, tuple[int, ...]]:
        checks.stored_descents(self, state, n)
        remembered = (min(int(state["generation"]), termination.MEMORY),)
        return {
            "descents": (9 * int(state["restart"]),),
            "best_values": remembered,
            "middle_values": remembered,
        }

    def story(self, run: PopulationRun) -> tuple[Any, ...]:
        return () if self.restarts is None else rules.story(run.snapshot())

    def show(self, state: State) -> State:
        """Of the limited mode C too, where it is not too large: n <= 2000."""
        n = len(state["mean"])
        if self.covariance != "limited" or n > MOST_SHOWN:
            return state
        p = strategy(self, n, int(state["population_size"]))
        shape = Limited(state, p, self.start_deviations(n))
        return {**state, "covariance": shape.matrix()}

    # The specification, in NumPy.

    def rows(self, run: NumpyPopulationRun) -> int:
        return int(run.kept["population_size"])

    def init(self, run: NumpyPopulationRun) -> State:
        state: State = {
            "start": run.x,
            "restart": 0,
            "doublings": 0,
            "small_evaluations": 0,
            "large_evaluations": 0,
            "last_large": 0,
            "repairs": 0,
            "descents": np.zeros(0),
        }
        size = self.first_size(run.n)
        limit = 0 if self.restarts is None else rules.generation_limit(run.n, size)
        first = rules.Next("first", size, self.sigma0, limit)
        self.begin(run, state, first, run.x)
        return state

    def begin(self, run: NumpyPopulationRun, state: State, descent: rules.Next, x0: Array) -> None:
        """A new descent at x0."""
        p = strategy(self, run.n, descent.population_size)
        box = self.box(run)
        state.update(
            regime=rules.REGIMES.index(descent.regime),
            population_size=descent.population_size,
            generation_limit=descent.generation_limit,
            sigma_start=descent.sigma0,
            mean=x0.copy() if box is None else box.outside(x0),
            sigma=descent.sigma0,
            p_sigma=np.zeros(run.n),
            path_weight=0.0,
            generation=0,
            evaluations=0,
            descent_fun=math.inf,
            best_values=np.zeros(0),
            middle_values=np.zeros(0),
            **SHAPES[self.covariance].begin(run.n, self.initial(run.n), run.key, p),
        )

    def box(self, run: NumpyPopulationRun) -> Box | None:
        return None if run.bounds is None else Box(*run.bounds)

    def sample(self, run: NumpyPopulationRun) -> Array:
        """x = m + sigma y, eqs. (38)-(40), then folded onto the box."""
        s, (_, Y) = run.kept, self.draw(run)
        X: Array = s["mean"] + s["sigma"] * Y
        box = self.box(run)
        return X if box is None else box.inside(X)

    def draw(self, run: NumpyPopulationRun) -> tuple[Array, Array]:
        """z and y of this generation, one a row."""
        Z = run.normals(self.rows(run))
        return Z, self.shape(run).steps(Z)

    def shape(self, run: NumpyPopulationRun) -> Shape:
        p = strategy(self, run.n, self.rows(run))
        return SHAPES[self.covariance](run.kept, p, self.start_deviations(run.n))

    def inject(self, run: NumpyPopulationRun, X: Array, Z: Array, Y: Array) -> None:
        """z and y of the caller's own points, no longer than sqrt(n) + 2n/(n + 2); Hansen (2011),
        eq. (3)."""
        s, box, shape = run.kept, self.box(run), self.shape(run)
        longest = math.sqrt(run.n) + 2.0 * run.n / (run.n + 2.0)
        for i in np.flatnonzero(~run.asked(X)):
            x = X[i] if box is None else box.outside(X[i])
            y = (x - s["mean"]) / s["sigma"]
            z = shape.normal(y)
            length = math.sqrt(float(np.sum(z * z)))
            factor = longest / length if length > longest else 1.0
            Z[i], Y[i] = factor * z, factor * y

    def update(self, run: NumpyPopulationRun, X: Array, values: Array) -> None:
        s, p, shape = run.kept, self.parameters(run.n, self.rows(run)), self.shape(run)
        s["evaluations"] += p.population_size
        if not (values < math.inf).any():
            return  # nothing is learnt from it
        Z, Y = self.draw(run)
        self.inject(run, X, Z, Y)
        order = np.argsort(values, kind="stable")
        weights = np.empty(p.population_size)
        weights[order] = p.weights
        parents = np.maximum(weights, 0.0)
        z_mean = parents @ Z
        y_mean = shape.mean_step(parents, Y, z_mean)  # (41)
        s["mean"] = s["mean"] + (p.c_m * s["sigma"]) * y_mean  # (42)
        s["p_sigma"] = (1.0 - p.c_sigma) * s["p_sigma"] + path_gain(
            p.c_sigma, p.mu_eff
        ) * z_mean  # (43)
        square = float(np.sum(s["p_sigma"] * s["p_sigma"]))
        forget = (1.0 - p.c_sigma) * (1.0 - p.c_sigma)
        s["path_weight"] = forget * s["path_weight"] + (
            1.0 - forget
        )  # 1 - (1 - c_sigma)^(2 (g + 1))
        longest = (1.4 + 2.0 / (p.n + 1.0)) * p.chi_n
        h_sigma = 1.0 if square < s["path_weight"] * longest * longest else 0.0
        shape.adapt(h_sigma, y_mean, z_mean, Y, Z, weights)
        if self.covariance == "limited":
            excess = square / p.n - 1.0
        else:
            excess = math.sqrt(square) / p.chi_n - 1.0
        s["sigma"] = s["sigma"] * math.exp(min(1.0, p.c_sigma / p.d_sigma * excess))  # (44)

        ranked = values[order]
        s["descent_fun"] = min(s["descent_fun"], float(ranked[0]))
        termination.remember(s, float(ranked[0]), float(ranked[p.population_size // 2]))
        spread = float(ranked[-1]) - float(ranked[0])
        stop = termination.why(self, p, s, shape, spread, run.fun)
        if stop is not None:
            self.end(run, stop)

    def end(self, run: NumpyPopulationRun, stop: Stop) -> None:
        """The end of a descent: the next one begins, or the run ends."""
        s = run.kept
        if self.restarts is None:
            return run.halt(*stop)
        rules.account(s)
        first = self.first_size(run.n)
        following = rules.follow(self.restarts, s, run.key, run.n, first, self.sigma0)
        if following.regime == "large" and s["doublings"] >= self.max_restarts:
            return run.halt(*stop)
        s["descents"] = np.append(s["descents"], rules.row(s, stop))
        s["restart"] += 1
        s["doublings"] += int(following.regime == "large")
        deviations = self.sigma0 * self.start_deviations(run.n)
        region = checks.restart_region(self.restart_region, run.n)
        x0 = rules.new_start(s, run.key, deviations, region, run.bounds)
        return self.begin(run, s, following, x0)

    def moments(self, run: NumpyPopulationRun) -> Moments:
        s, box = run.kept, self.box(run)
        mean = s["mean"] if box is None else box.inside(s["mean"])
        C = s.get("covariance")
        return Moments(mean, s["sigma"], C.ravel() if run.n == 1 and C is not None else C)


@functools.lru_cache(maxsize=64)
def strategy(method: CMAES, n: int, population_size: int) -> Parameters:
    enlarged = method.restarts is not None and population_size > method.first_size(n)
    p = standard(n, population_size, dataclasses.asdict(method), enlarged)
    for shared in (p.weights, p.directions):
        shared.setflags(write=False)
    return p
