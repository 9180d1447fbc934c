"""find_minima: all the minima within bounds, by descents from many starts."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import checks
from .bounds import held, restricted
from .costs import Cost
from .fleet import multistart
from .landscapes import Landscape
from .learning_rates import Backtracking
from .method import GradientMethod, Method
from .methods import GradientDescent, Newton
from .minimize import _method
from .objective import Array, Function, Objective, as_objective
from .population import PopulationMethod
from .random import generator
from .started import Multistart
from .stop import plural
from .units import Units, is_moderate, is_ordinary

KINDS = ("minimum", "degenerate", "saddle", "maximum")
SEVERAL = dict(zip(KINDS, ("minima", "degenerate", "saddles", "maxima"), strict=True))
SAMPLINGS = ("latin", "sobol")
#: Newton's steps at the end of each descent; a point of order four needs some forty.
POLISH = 60
#: The last of these steps, as a part of the window's width, of a point that counts as found.
SHARP = 1e-7
#: A descent ends where the gradient has fallen to this part of its usual size.
FLAT = 1e-6
#: Armijo's constant in units of the window. With 1e-4 a step of nearly 2/curvature is accepted,
#: and bounces from slope to slope for thousands of steps.
ENOUGH = 0.3


class Comparison(NamedTuple):
    """What `Minima.compare` finds.

    Attributes
    ----------
    matched : ndarray (j, 2) of int
        Rows of ``analytic`` and of ``Minima.x`` that are the same point.
    missed : ndarray (., n)
        Analytic minima that were not found.
    spurious : ndarray (., n)
        Minima that were found and are not among the analytic ones.
    on_bound : ndarray (., n)
        The same, of those on a bound: least there, but not stationary.
    """

    matched: NDArray[np.int64]
    missed: Array
    spurious: Array
    on_bound: Array


@dataclasses.dataclass(eq=False)
class Minima:
    """What comes out of `find_minima`: one row a stationary point, minima first, by their values.

    Attributes
    ----------
    x, fun : ndarray (k, n), (k,)
        The points and their values.
    kind : list of str
        "minimum", "saddle" or "maximum" by the signs of the Hessian's eigenvalues; "degenerate"
        where one is 0, as far as the distance allowed between equal points can tell. On a bound
        only directions within the bound count.
    eigenvalues : ndarray (k, n)
        Of the Hessian, ascending.
    hits : ndarray (k,)
        How many starts led there.
    on_bound : ndarray (k,) of bool
        Where f would fall further beyond the bounds.
    label : ndarray (m,)
        The row that each start led to, -1 where none.
    runs : Multistart
        The descents.
    """

    x: Array
    fun: Array
    kind: list[str]
    eigenvalues: Array
    hits: NDArray[np.int64]
    on_bound: NDArray[np.bool_]
    label: NDArray[np.int64]
    runs: Multistart
    width: Array = dataclasses.field(repr=False)

    def __len__(self) -> int:
        return len(self.fun)

    @property
    def share(self) -> Array:
        """The part of all starts that led to each point."""
        return self.hits / len(self.label)

    @property
    def unfinished(self) -> int:
        """How many starts led to no stationary point."""
        return int(np.sum(self.label < 0))

    @property
    def unseen(self) -> float:
        """Good and Turing's estimate of the probability that one more start finds a new point.

        The part of the starts that led to points hit once.
        """
        return float(np.sum(self.hits == 1)) / max(int(self.hits.sum()), 1)

    @property
    def missed(self) -> float:
        r"""Chao's estimate of how many points were not found, a lower bound.

        :math:`h_1 (h_1 - 1) / 2(h_2 + 1)` with h_1 points hit once and h_2 hit twice.
        """
        once, twice = (int(np.sum(self.hits == k)) for k in (1, 2))
        return once * (once - 1) / (2 * (twice + 1))

    def compare(self, analytic: Any, *, tol: float = 1e-4) -> Comparison:
        """Match the minima found with those known.

        Parameters
        ----------
        analytic : array_like (j, n), Landscape or None
            The known minima; a landscape brings its own. None, an empty array, or a landscape
            without minima, a saddle say: then all that were found are spurious or on a bound.
        tol : float > 0, default 1e-4
            How far apart a matching pair may be, in parts of the width of the bounds.
        """
        known = getattr(analytic, "minima", analytic)
        known = checks.known_minima("analytic", known, self.x.shape[1])
        tol = checks.positive_number("tol", tol)
        least = [i for i, kind in enumerate(self.kind) if kind in ("minimum", "degenerate")]
        apart = np.abs(known[:, np.newaxis] - self.x[least]) / self.width
        near = np.asarray((apart <= tol).all(axis=2))
        pairs = [(j, least[i]) for j, i in np.argwhere(near).tolist()]
        lost = ~near.any(axis=1)
        extra = np.array(least, dtype=np.int64)[~near.any(axis=0)]
        edge = self.on_bound[extra]
        matched = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return Comparison(matched, known[lost], self.x[extra[~edge]], self.x[extra[edge]])

    def __repr__(self) -> str:
        numbers = {kind: self.kind.count(kind) for kind in KINDS if kind in self.kind}
        counted = ", ".join(f"{m} {k if m == 1 else SEVERAL[k]}" for k, m in numbers.items())
        head = (
            f"<Minima: {counted or 'none'} from {plural(len(self.label), 'start')} "
            f"({self.unfinished} unfinished); a new start finds another with p = {self.unseen:.2g}>"
        )
        rows = [
            f"{self.fun[i]:>14.7g}  {self.kind[i]:<10} {self.share[i]:>6.1%}  "
            f"{np.array2string(self.x[i], precision=6, threshold=8)}"
            f"{'  on a bound' if self.on_bound[i] else ''}"
            for i in range(min(len(self), 12))
        ]
        if len(self) > 12:
            rows.append(f"{'...':>14}  and {len(self) - 12} more")
        return "\n".join([head, *rows])


def find_minima(
    fun: Any,
    bounds: Any = None,
    *,
    starts: int | ArrayLike = 1000,
    method: Method | str | None = None,
    rng: Any = None,
    sampling: str = "latin",
    tol: float = 1e-5,
    jac: Any = None,
    hess: Any = None,
    args: tuple[Any, ...] = (),
    max_iter: int = 2000,
    threads: int | None = None,
    progress: bool = False,
    engine: str = "compiled",
) -> Minima:
    r"""Find all minima of f within bounds: descents from many starts, sharpened and merged.

    Parameters
    ----------
    fun : Objective or callable
        As for `minimize`, and so are jac, hess and args.
    bounds : sequence of (low, high), (n, 2) array, or scipy.optimize.Bounds
        The finite window to search; by default the usual domain of a landscape. f is never
        evaluated outside it, and minima on it are found too.
    starts : int or array_like (m, n), default 1000
        How many starts, or the starts themselves.
    method : Method or str, optional
        What descends; by default `GradientDescent` with `Backtracking`, whose steps are at most
        1/50 of the window long, so that a run seldom leaves the basin where it began. `Newton`
        finds saddles and maxima too. Hyper-parameters are in units of x, whatever the window.
    rng : None, int, SeedSequence, BitGenerator or Generator
        Of the starts, and then of the method.
    sampling : {"latin", "sobol"}, default "latin"
        A Latin hypercube [1]_, in each coordinate one start in each of m equal intervals; or
        scrambled Sobol points, which need SciPy, best with m a power of 2.
    tol : float > 0, default 1e-5
        Points closer than this in each coordinate, in parts of the window's width, are the same.
    max_iter : int, default 2000
        The steps of each descent. It ends before where the gradient has fallen to 1e-6 of its
        median at the starts.
    threads, progress, engine
        As for `multistart`.

    Returns
    -------
    Minima
        The distinct stationary points, how many starts led to each, and estimates of what was
        missed [3]_ [4]_.

    Notes
    -----
    Each descent is followed by Newton's steps on the coordinates that no bound holds (a projected
    Newton method [2]_). A valley of equal minima gives many degenerate points.

    Where the widths of the window are not of order 1 (below 0.01, above 10000, or one more than 8
    times another), where it is more than 100 widths from 0, or where f is very flat or steep in it,
    descents by the default method, finite differences, kinds and the merging of points are in units
    of the window and of f's slope. Results are in units of x and f, but the messages of ``runs``
    speak of gradients in the units of the search. Landscapes are searched as they are.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Himmelblau()
    >>> minima = ml4pa.find_minima(f, starts=200, rng=1)
    >>> minima.x.round(4).tolist()
    [[-3.7793, -3.2832], [-2.8051, 3.1313], [3.0, 2.0], [3.5844, -1.8481]]
    >>> found = minima.compare(f)
    >>> len(found.matched), len(found.missed), len(found.spurious)
    (4, 0, 0)

    References
    ----------
    .. [1] McKay, Beckman & Conover, Technometrics 21 (1979) 239.
    .. [2] Bertsekas, SIAM J. Control Optim. 20 (1982) 221.
    .. [3] Good, Biometrika 40 (1953) 237, eq. (9).
    .. [4] Chao, Scand. J. Statist. 11 (1984) 265; in its bias-corrected form.
    """
    objective = as_objective(fun, jac, hess, args)
    window = checks.search_window(bounds, objective)
    n = len(window)
    low, high = window.T.copy()
    width = high - low
    random = generator(rng)
    checks.choice("sampling", sampling, SAMPLINGS)
    tol = checks.positive_number("tol", tol)
    if np.ndim(starts) == 0:
        m = checks.count("starts", starts, least=1)
        points = low + width * _unit_cube(m, n, sampling, random)
    else:
        points = checks.starts(starts, n)
        checks.starts_within(points, (low, high))
    objective = objective.within((low, high), n)
    if isinstance(objective, Cost) and not objective.model.linear:  # differences are its Hessian
        objective = Function(objective, objective.gradient, n=n).within((low, high), n)
    seen, units, slope = _seen(objective, low, high, points)
    bottom, top = units.inward(low), units.inward(high)
    f, begin = seen, units.inward(points)
    if method is None:
        search = Backtracking() if units.are_plain else Backtracking(c1=ENOUGH)
        how = _method(GradientDescent(search, clip=float((top - bottom).min()) / 50))
    else:
        how = _method(method)
    own = method is None or _has_no_units(how) or units.are_plain
    if not own:  # its steps are in units of x
        f, begin = units.unseen(objective, seen), points
        # What is measured there, the projected gradient, is never longer than the window.
        slope = min(_slope(_slopes(f, points)), float(width.min()))
    max_iter = checks.count("max_iter", max_iter)
    gtol = None if isinstance(how, PopulationMethod) else FLAT * slope
    runs = multistart(
        f, begin, how, bounds=np.column_stack([bottom, top]) if own else window,
        max_iter=max_iter, gtol=gtol, rng=random, record=max_iter + 1, threads=threads,
        progress=progress, engine=engine,
    )  # fmt: skip
    if own:
        runs = units.runs(runs)
    ends = units.inward(runs.x if gtol is None else _last(runs))
    sharp, found = _polish(seen, ends, bottom, top)
    return _merged(seen, units, sharp, found, runs, bottom, top, tol)


def _has_no_units(method: GradientMethod | PopulationMethod) -> bool:
    """Whether its steps are the same points in all units: Newton's, as long as they are whole."""
    if not isinstance(method, Newton):
        return False
    return method.damping == method.noise == 0.0 and method.clip is None


def _seen(
    objective: Objective, low: Array, high: Array, points: Array
) -> tuple[Objective, Units, float]:
    """The objective with a gradient, in units that suit it, these units, and its usual slope.

    They are those of x and f, unless the window or f is far from order 1.
    """

    def ready(units: Units) -> Objective:
        limits = units.inward(low), units.inward(high)
        f = _with_gradient(units.seen(objective).within(limits, len(low)))
        return f.within(limits, len(low))

    units = Units.plain(len(low))
    known = isinstance(objective, Landscape)  # of order 1 in any window
    if known or is_ordinary(low, high):
        f = ready(units)
        slope = _slope(_slopes(f, points))
        if known or is_moderate(slope, low, high):
            return f, units, slope
    units = Units.of(low, high)
    units = units.suited(_slopes(ready(units), units.inward(points)))
    f = ready(units)
    return f, units, _slope(_slopes(f, units.inward(points)))


def _with_gradient(f: Objective) -> Objective:
    """A Python function without a gradient gets its finite differences as one: Newton needs a
    Hessian."""
    if not isinstance(f, Function) or f.twin is not None or not f.by_differences:
        return f
    hess = None if f.hess is None else f.hessian
    return Function(f, f.gradient, hess, vectorized=f.vectorized, n=f.n)


def _unit_cube(m: int, n: int, sampling: str, random: np.random.Generator) -> Array:
    """m points in the unit cube."""
    if sampling == "sobol":
        qmc = checks.scipy_qmc()
        try:
            engine = qmc.Sobol(n, rng=random)
        except TypeError:  # before SciPy 1.15
            engine = qmc.Sobol(n, seed=random)
        return np.asarray(engine.random(m), dtype=float)
    places = random.permuted(np.tile(np.arange(m), (n, 1)), axis=1).T
    return np.asarray((places + random.random((m, n))) / m)


def _slopes(objective: Objective, points: Array) -> Array:
    """The sizes of the gradient's coordinates at some of the points, where they are finite."""
    with np.errstate(all="ignore"):
        g = np.abs(objective.gradient(points[:200]))
    return np.asarray(g[np.isfinite(g).all(axis=1)])


def _slope(slopes: Array) -> float:
    """The usual size of the gradient."""
    return float(np.median(slopes.max(axis=1))) if len(slopes) else 0.0


def _last(runs: Multistart) -> Array:
    """Where the runs ended, which may be above their best points: at a saddle, say."""
    assert runs.path is not None
    return np.array([path.x[-1] for path in runs.path])


def _polish(
    objective: Objective, x: Array, low: Array, high: Array
) -> tuple[Array, NDArray[np.bool_]]:
    """Newton's steps on what no bound holds, for all points at once; and where they came to rest.

    A point that rises on the way was not near a minimum; a coordinate whose bound holds it has the
    equation 1 d = 0.
    """
    with np.errstate(all="ignore"):
        x = np.array(x)
        f0 = objective(x)
        step = np.full_like(x, np.inf)
        for _ in range(POLISH):
            moving = np.isfinite(x).all(axis=1) & (np.abs(step) > 1e-12 * (high - low)).any(axis=1)
            if not moving.any():
                break
            step[moving] = _newton_step(objective, x[moving], low, high)
            led = np.clip(x[moving] - step[moving], low, high)
            x[moving] = np.where(np.isfinite(step[moving]), led, x[moving])
        rest = np.asarray((np.abs(step) <= SHARP * (high - low)).all(axis=1))
        rose = objective(x) > f0 + 1e-8 * (1.0 + np.abs(f0))
    return x, rest & ~rose


def _newton_step(objective: Objective, x: Array, low: Array, high: Array) -> Array:
    g = objective.gradient(x)
    free = ~held(x, g, low, high)
    h = restricted(objective.hessian(x), free)
    wrong = ~np.isfinite(h).all(axis=(1, 2)) | ~np.isfinite(g).all(axis=1)
    h[wrong] = np.eye(x.shape[1])
    # The pseudo-inverse goes across a flat valley, and not along it.
    step = np.einsum("mij,mj->mi", np.linalg.pinv(h, hermitian=True), np.where(free, g, 0.0))
    step[wrong] = np.nan
    return np.asarray(step)


def _merged(
    objective: Objective, units: Units, x: Array, found: NDArray[np.bool_], runs: Multistart,
    low: Array, high: Array, tol: float,
) -> Minima:  # fmt: skip
    """The distinct ones of the points, lowest first, and what they are, in units of x and f."""
    width = high - low
    starts = units.inward(runs.starts)
    values = np.where(found, objective(np.where(found[:, np.newaxis], x, starts)), np.inf)
    label = np.full(len(x), -1, dtype=np.int64)
    chosen: list[int] = []
    for i in np.argsort(values, kind="stable").tolist():
        if label[i] < 0 and found[i]:
            near = found & (label < 0) & (np.abs(x - x[i]) <= tol * width).all(axis=1)
            label[near] = len(chosen)
            chosen.append(i)
    points, fun = x[chosen].reshape(-1, x.shape[1]), values[chosen]
    kinds, eigenvalues, on_bound = [], np.zeros_like(points), np.zeros(len(points), dtype=bool)
    for k, point in enumerate(points):
        stuck = held(point, objective.gradient(point), low, high)
        eigenvalues[k] = np.linalg.eigvalsh(units.hessian(objective.hessian(point)))
        kinds.append(_kind(objective, point, ~stuck, low, high, tol))
        on_bound[k] = stuck.any()
    order = sorted(range(len(points)), key=lambda k: (KINDS.index(kinds[k]), fun[k]))
    order = _by_place(order, points, fun, kinds)
    place = np.empty(len(order) + 1, dtype=np.int64)
    place[order], place[-1] = np.arange(len(order)), -1
    label = place[label]
    hits = np.bincount(label[label >= 0], minlength=len(order)).astype(np.int64)
    return Minima(
        units.outward(points[order]), fun[order] * units.height, [kinds[k] for k in order],
        eigenvalues[order], hits, on_bound[order], label, runs, width * units.length,
    )  # fmt: skip


def _by_place(order: list[int], points: Array, fun: Array, kinds: list[str]) -> list[int]:
    """Equal values in the order of their points, so that rounding does not decide it."""

    def key(k: int) -> tuple[Any, ...]:
        value = 0.0 if fun[k] == 0.0 else float(f"{fun[k]:.9g}")
        value = 0.0 if abs(value) < 1e-12 else value
        return (KINDS.index(kinds[k]), value, points[k].round(9).tolist())

    return sorted(order, key=key)


def _kind(
    objective: Objective, x: Array, free: NDArray[np.bool_], low: Array, high: Array, tol: float
) -> str:
    """By the signs of the curvatures, those that stay the same as far off as equal points are."""
    if not free.any():
        return "minimum"
    inside = np.ix_(free, free)
    h = objective.hessian(x)[inside]
    values, vectors = np.linalg.eigh(h)
    sure = []
    for value, vector in zip(values, vectors.T, strict=True):
        aside = np.zeros_like(x)
        aside[free] = vector
        aside *= tol * float(np.max(high - low)) / max(float(np.max(np.abs(aside))), 1e-300)
        there = [np.clip(x + sign * aside, low, high) for sign in (1.0, -1.0)]
        curved = [vector @ objective.hessian(y)[inside] @ vector for y in there]
        sure.append(math.copysign(1.0, value) if min(np.sign(curved) * np.sign(value)) > 0 else 0.0)
    if 1.0 in sure and -1.0 in sure:
        return "saddle"
    if 0.0 in sure:
        return "degenerate"
    return "minimum" if sure[0] > 0 else "maximum"
