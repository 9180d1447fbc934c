"""multistart: one method from many starts, a whole fleet of runs in one call."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import checks, machine
from .crew import Crew, Going
from .lanes import is_formula, most_rows, rows_side_by_side, side_by_side
from .learning_rates import is_line_search
from .loop import Outcome, loop
from .method import GradientMethod, Method
from .methods import METHODS
from .minimize import (
    _euclidean,
    _evaluator,
    _limits,
    _method,
    _result,
    _stride,
    minimize_population,
)
from .numpy_run import NumpyRun
from .objective import Array, Function, Objective, as_objective
from .population import PopulationMethod
from .progress import Count
from .random import generator
from .result import Result
from .run import ENGINES
from .started import IS_SUCCESS, Ints, Multistart, Paths, Rows
from .starting import is_native, native_run, start_checked
from .stop import Status, Stop

#: The largest size of whole paths that is taken without asking.
MAX_BYTES = 2**30


def multistart(
    fun: Any,
    starts: ArrayLike,
    method: Method | str = "adam",
    *,
    jac: Any = None,
    hess: Any = None,
    args: tuple[Any, ...] = (),
    bounds: Any = None,
    max_iter: int | None = None,
    max_evals: int | None = None,
    max_time: float | None = None,
    target: float | None = None,
    gtol: float | None = None,
    xtol: float | None = None,
    ftol: float | None = None,
    norm: float = math.inf,
    record: bool | int = False,
    rng: Any = None,
    threads: int | None = None,
    on_nan: str = "worst",
    progress: bool = False,
    engine: str = "compiled",
    max_bytes: int = MAX_BYTES,
    **hyper_parameters: Any,
) -> Multistart:
    r"""Minimise f from many starts by one method, a hyper-parameter perhaps another a start.

    Parameters
    ----------
    fun : Objective or callable
        As for `minimize`, and so are jac, hess, args, bounds, the tests of convergence, norm,
        on_nan and engine.
    starts : array_like (m, n)
        One start a row, all within the bounds. For a function of one variable (m,) will do.
    method : Method or str, default "adam"
        The method of all runs.
    max_iter, max_evals : int
        The budget of each run.
    max_time : float
        Seconds for all of them; runs that are not done by then end as MAX_TIME.
    record : bool or int, default False
        Keep the paths: every iterate, or every record-th, and the last.
    rng : None, int, SeedSequence, BitGenerator or Generator
        Where the random numbers come from. A run that needs some takes one draw, its key, in the
        order of the rows: calling `minimize` with the same Generator for one start after another
        gives the same rows.
    threads : int >= 1
        Threads that the runs are shared among; no number of them changes a result.
    progress : bool, default False
        Show a progress bar over the runs (tqdm, from the extra ``progress``).
    max_bytes : int, default 2**30
        The largest size of the paths of gradient methods, known before the first step.
    **hyper_parameters
        Hyper-parameters of the method by name, with one value a start (m,), or one for all. They
        take the place of the method's own: ``learning_rate=[0.1, 0.01, 0.001]``.

    Returns
    -------
    Multistart
        One row a start.

    Raises
    ------
    ValueError, TypeError
        As `minimize`; for hyper-parameters of another length, and for paths beyond ``max_bytes``.
    FloatingPointError
        With ``on_nan="raise"``.

    Notes
    -----
    This is the loop ``[minimize(fun, x0, method, ...) for x0 in starts]``, and row i has the same
    bits. Runs that diverge or fail are rows like the others, and nothing is raised.

    Gradient methods on landscapes of one or two dimensions, without noise, clipping, bounds, line
    search or a Python learning rate, are one native call that advances many runs side by side.
    Other runs on native objectives go several at a time, on ``threads``; those that call Python,
    one by one.

    Examples
    --------
    >>> import numpy as np, ml4pa
    >>> f = ml4pa.landscapes.Himmelblau()
    >>> starts = np.random.default_rng(1).uniform(-5, 5, (100, 2))
    >>> fleet = ml4pa.multistart(f, starts, ml4pa.GradientDescent(0.01))
    >>> len(np.unique(fleet.x.round(6), axis=0)), fleet.success.all()
    (4, np.True_)
    >>> fleet[3].message == ml4pa.minimize(f, starts[3], ml4pa.GradientDescent(0.01)).message
    True
    >>> rates = ml4pa.multistart(
    ...     f, np.tile([1.0, 1.0], (4, 1)), "momentum", learning_rate=[1e-3, 3e-3, 1e-2, 3e-2]
    ... )
    >>> rates.reasons()
    {'GRADIENT_TOLERANCE': 3, 'DIVERGED': 1}
    """
    objective = as_objective(fun, jac, hess, args)
    checks.choice("engine", engine, ENGINES)
    points = checks.starts(starts, objective.n)
    m, n = points.shape
    how, varied = _varied(method, hyper_parameters, m)
    limits = checks.bounds(bounds, n)
    checks.starts_within(points, limits)
    given = {
        "gtol": gtol, "xtol": xtol, "ftol": ftol, "target": target,
        "max_iter": max_iter, "max_evals": max_evals,
    }  # fmt: skip
    time_limit = math.inf if max_time is None else checks.within("max_time", max_time, ge=0)
    bar = Count(m, "start") if progress else None
    try:
        if isinstance(how, PopulationMethod):
            options = {"given": given, "norm": norm, "record": record, "bounds": bounds,
                       "threads": threads, "on_nan": on_nan, "engine": engine}  # fmt: skip
            populations = Populations(objective, how, varied, points, generator(rng), options)
            rows, ran = _population_rows(populations, time_limit, bar)
            return _multistart(points, rows, ran, norm == 2)
        checks.enough_evals(max_evals, objective, n)
        rules = _limits(given, max_time, how.default_gtol)
        stride = _stride(record)
        if stride:
            checks.room_for_paths(most_rows(rules, stride), m, n, max_bytes)
        if threads is not None:
            threads = checks.threads(threads)
        checks.choice("on_nan", on_nan, ("worst", "raise"))
        objective = objective.within(limits, n, threads)
        if how.wants_hessian:
            if how.linearises:
                objective = objective.linearised()
            objective.check_hessian()
        known = objective.twin is not None or type(objective) is Function
        compiled = engine == "compiled" and known and is_native(how)
        fleet = Fleet(
            objective, how, varied, points, _keys(how, varied, m, rng), limits, rules,
            _euclidean(norm), time_limit, stride, on_nan, threads, compiled, bar,
        )  # fmt: skip
        return _multistart(
            points, _rows(fleet), "compiled" if compiled else "numpy", fleet.euclidean
        )
    finally:
        if bar is not None:
            bar.close()


class Fleet(NamedTuple):
    """Many runs of a gradient method, checked."""

    objective: Objective
    method: GradientMethod
    varied: dict[str, list[Any]]  # hyper-parameters of one value a start
    starts: Array  # (m, n)
    keys: NDArray[np.uint64]  # (m,), 0 where a run has no noise
    limits: checks.Bounds | None
    rules: list[float]
    euclidean: bool
    max_time: float  # of all runs together
    stride: int
    on_nan: str
    threads: int | None
    compiled: bool
    bar: Callable[[int], None] | None  # told how many runs are done


class Populations(NamedTuple):
    """Many runs of a population method."""

    objective: Objective
    method: PopulationMethod
    varied: dict[str, list[Any]]
    starts: Array
    rng: np.random.Generator
    options: dict[str, Any]  # of `minimize`


def _rows(fleet: Fleet) -> Rows:
    """All runs of a gradient method: side by side, or one after another."""
    if side_by_side(fleet):
        return rows_side_by_side(fleet)

    threads = _crew_of(fleet)
    if threads > 1:  # the runs share them, so none of a run's own evaluations do
        alone = fleet.objective.within(fleet.limits, fleet.starts.shape[1], 1)
        fleet = fleet._replace(objective=alone, threads=1)

    def run(i: int, left: float, going: Going | None) -> Result:
        return _row(fleet, i, left, going)

    results = _one_by_one(run, len(fleet.starts), fleet.max_time, fleet.bar, threads)
    rows = _packed(results)
    if rows.path is None:
        return rows
    n = fleet.starts.shape[1]
    return rows._replace(path=Paths.of(rows.path, n, fleet.stride, rows.nit))


def _crew_of(fleet: Fleet) -> int:
    """How many runs may go at the same time: of those that call no Python."""
    rates = fleet.varied.get("learning_rate", [fleet.method.learning_rate])
    native = fleet.compiled and fleet.objective.twin is not None and fleet.on_nan == "worst"
    if not (native and all(is_line_search(rate) or is_formula(rate) for rate in rates)):
        return 1
    return min(fleet.threads or machine.threads(), len(fleet.starts))


def _population_rows(
    runs: Populations, max_time: float, bar: Callable[[int], None] | None
) -> tuple[Rows, str]:
    """All runs of a population method: each of them shares its points among the threads."""

    def run(i: int, left: float, _: Going | None) -> Result:
        return minimize_population(
            runs.objective, runs.starts[i], _method_of(runs, i), rng=runs.rng,
            max_time=None if math.isinf(left) else left, callback=None, workers=None,
            progress=False, **runs.options,
        )  # fmt: skip

    results = _one_by_one(run, len(runs.starts), max_time, bar)
    return _packed(results), results[0].engine


def _one_by_one(
    run: Callable[[int, float, Going | None], Result],
    m: int,
    max_time: float,
    bar: Callable[[int], None] | None,
    threads: int = 1,
) -> list[Result]:
    """``run(i, seconds left, may it go on)`` for each row."""
    began = time.perf_counter()

    def timed(i: int, going: Going | None) -> Result:
        result = run(i, max(max_time - (time.perf_counter() - began), 0.0), going)
        if result.stop.reason == Status.MAX_TIME:  # the time is that of all runs together
            spent = time.perf_counter() - began
            result.stop = Stop(Status.MAX_TIME, spent, max_time)
        return result

    if threads > 1:
        return Crew(timed, m, threads).results(bar)
    results = []
    for i in range(m):
        results.append(timed(i, None))
        if bar is not None:
            bar(i + 1)
    return results


def _packed(results: list[Result]) -> Rows:
    """The results as plain arrays."""

    def column(name: str) -> Ints:
        return np.array([getattr(result, name) for result in results], dtype=np.int64)

    jacs = [result.jac for result in results if result.jac is not None]
    paths = [result.path for result in results if result.path is not None]
    reason, measured, limit = np.array([result.stop for result in results]).T
    return Rows(
        np.array([result.x for result in results]),
        np.array([result.fun for result in results]),
        np.array(jacs) if jacs else None,
        column("nit"), column("nfev"), column("njev"), column("nhev"),
        reason.astype(np.int64), measured, limit, paths or None,
    )  # fmt: skip


def _multistart(starts: Array, rows: Rows, engine: str, euclidean: bool) -> Multistart:
    return Multistart(
        starts, rows.x, rows.fun, rows.jac, rows.nit, rows.nfev, rows.njev, rows.nhev,
        rows.reason, IS_SUCCESS[rows.reason], rows.path, engine, rows.measured, rows.limit,
        euclidean,
    )  # fmt: skip


def _row(fleet: Fleet, i: int, max_time: float, going: Going | None = None) -> Result:
    """What `minimize` does from start i, without its checks."""
    method, key = _method_of(fleet, i), int(fleet.keys[i])
    evaluate = _evaluator(fleet.objective, fleet.on_nan, fleet.compiled)
    rules, euclidean, stride = fleet.rules, fleet.euclidean, fleet.stride
    if fleet.compiled:
        twin = fleet.objective.twin
        what = twin if twin and fleet.on_nan == "worst" else evaluate
        native = native_run(method, fleet.starts[i], key, fleet.limits)
        told = native.minimize(
            what, rules, euclidean, max_time, stride, None, going, fleet.threads or 0
        )
        return _result(Outcome._make(told), method, "compiled", euclidean, stride)
    run = start_checked(method, fleet.starts[i], key, fleet.limits, "numpy")
    assert isinstance(run, NumpyRun)
    outcome = loop(run, evaluate, rules, euclidean, max_time, stride, None, None)
    outcome = outcome._replace(fun=fleet.objective.as_called(outcome.x, outcome.fun))
    return _result(outcome, method, "numpy", euclidean, stride)


def _method_of(runs: Any, i: int) -> Any:
    """The method of row i."""
    if not runs.varied:
        return runs.method
    return dataclasses.replace(runs.method, **{k: v[i] for k, v in runs.varied.items()})


def _varied(
    method: Method | str, given: dict[str, Any], m: int
) -> tuple[GradientMethod | PopulationMethod, dict[str, list[Any]]]:
    """The method with what is given for all rows, and what is given for each."""
    if not given:
        return _method(method), {}
    start: Method | type[Method]
    start = METHODS[method] if isinstance(method, str) and method in METHODS else _method(method)
    checks.hyper_parameters("multistart", start, given)
    many = {name: checks.one_a_start(name, v, m) for name, v in given.items() if checks.several(v)}

    def make(**changed: Any) -> Method:
        fields = {**given, **{name: values[0] for name, values in many.items()}, **changed}
        return start(**fields) if isinstance(start, type) else dataclasses.replace(start, **fields)

    for name, values in many.items():
        checks.every_value(name, values, make)
    return _method(make()), many


def _keys(
    method: GradientMethod, varied: dict[str, list[Any]], m: int, rng: Any
) -> NDArray[np.uint64]:
    """The keys of the runs with noise: one draw each, in the order of the rows."""
    noisy = np.asarray(varied.get("noise", np.full(m, method.noise)), dtype=float) > 0.0
    keys = np.zeros(m, dtype=np.uint64)
    if noisy.any() or rng is not None:
        drawn = generator(rng)
        keys[noisy] = drawn.integers(0, 1 << 64, size=int(noisy.sum()), dtype=np.uint64)
    return keys
