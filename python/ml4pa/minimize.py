"""minimize: the front of the loops of both engines."""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import _core, checks
from .evaluation import evaluator
from .loop import Listener, Outcome, loop
from .method import GradientMethod, Method
from .methods import METHODS
from .numpy_run import NumpyRun
from .objective import Array, Evaluation, Function, Objective, as_objective
from .path import Path
from .population import PopulationMethod
from .population_loop import PopulationOutcome, population_loop, start_alone
from .population_run import CompiledPopulationRun, NumpyPopulationRun, PopulationRun
from .population_run import start as start_population
from .progress import Bar
from .result import Result
from .run import ENGINES, Run
from .starting import is_native, native, noise_key, start_checked
from .stop import CONVERGED, Status, Stop
from .stopping import RULES

#: Where neither steps, evaluations nor time are limited.
DEFAULT_MAX_ITER = 100_000
#: Where no test of convergence is asked for.
#: What is asked of each rule: a call of minimize on a landscape takes microseconds, and looking it
#: up in their classes would be a good part of it.
LIMITS = tuple((i, rule.keyword, rule.limit, rule.converged) for i, rule in enumerate(RULES))


def minimize(
    fun: Any,
    x0: ArrayLike | None = None,
    method: Method | Run | str = "adam",
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
    callback: Callable[[Result], Any] | None = None,
    rng: Any = None,
    threads: int | None = None,
    workers: Any = None,
    on_nan: str = "worst",
    progress: bool = False,
    engine: str = "compiled",
) -> Result:
    r"""Minimise f from x0 by a method.

    Parameters
    ----------
    fun : Objective or callable
        What is minimised: a landscape, a `Function`, or ``fun(x, *args) -> float``.
    x0 : array_like (n,)
        The start, within the bounds. A population method may do without: `CMAES` and
        `GeneticAlgorithm` then draw one.
    method : Method, str or Run, default "adam"
        The method, or its lower-case name, which stands for its defaults. A Run, made by
        ``method.start(x0)`` or `ml4pa.load`, goes on from where it is, and stays where the call
        leaves it, also by Ctrl-C; it has its engine, its start, its bounds and its random numbers,
        so ``x0``, ``bounds`` and ``rng`` are None. Counters and budgets are those of the call.
    jac, hess, args
        For a bare callable: see `Function`.
    bounds : sequence of (low, high), (n, 2) array, or scipy.optimize.Bounds
        f is never evaluated outside them; None or an infinity leaves a side open.
    max_iter, max_evals : int
        The largest number of steps, and of evaluations of f. Without a budget of any kind,
        ``max_iter`` is 100 000.
    max_time : float
        Seconds. It is looked at every few milliseconds.
    target : float
        Stop where :math:`f_t \le` target.
    gtol, xtol, ftol : float >= 0
        Stop where :math:`|g_t| \le` gtol, :math:`|x_t - x_{t-1}| \le` xtol,
        :math:`|f_t - f_{t-1}| \le` ftol. With bounds, g is the projected gradient
        x - clip(x - g), and xtol and ftol wait while a coordinate stays on a bound though g points
        inwards. A line search also ends where it begins at g = 0. Without any of these and without
        a target, gtol is 1e-8; for `LevenbergMarquardt`, which has an end of its own, 0. A
        population has no gradient, so gtol is refused there; xtol and ftol are compared with how
        far the farthest point of a generation in each coordinate, and the worst value, are from the
        best.
    norm : inf or 2, default inf
        The norm in gtol and xtol: the largest absolute value, or the length.
    record : bool or int, default False
        Keep the path: every iterate, or every record-th, and the last. A row takes n + 1 numbers of
        8 bytes; of a population lambda n more, and of `CMAES` with ``covariance="full"`` n^2 more,
        so that 500 generations in 300 dimensions take 360 MB. A path that would not fit into
        memory if ``max_iter`` or ``max_evals`` were spent is refused; a population's that has
        outgrown it all the same is given up with a RuntimeWarning, and the result has none.
    callback : callable
        ``callback(intermediate_result)`` after every iterate, with ``x, fun, nit, nfev`` of the
        run so far; raising StopIteration ends the run with a valid result.
    rng : None, int, SeedSequence, BitGenerator or Generator
        Where the method's random numbers come from: a population's points, and `noise`.
    threads : int >= 1
        Threads that evaluate a native objective at the points of a population, and the finite
        differences of a `CompiledFunction`; default all that the process may use. No number of
        them changes a result.
    workers : int or map-like callable
        For populations: so many processes, -1 for all processors, or ``map(fun, points)`` such as
        ``Pool.map`` and ``ProcessPoolExecutor.map``, whose values come in the order of the points,
        which those of ``imap_unordered`` do not. Gradient methods refuse it.
    on_nan : {"worst", "raise"}, default "worst"
        A value that is NaN ends a gradient run as diverged and is ranked worst in a population, or
        it raises FloatingPointError with the point.
    progress : bool, default False
        Show a progress bar (tqdm, from the extra ``progress``).
    engine : {"compiled", "numpy"}, default "compiled"
        The compiled engine, or its specification in NumPy. A method that exists only in Python
        runs on NumPy's; ``result.engine`` says which one ran.

    Returns
    -------
    Result
        The best point evaluated, the reason of stopping, the counters, the path.

    Raises
    ------
    ValueError, TypeError
        For a wrong shape, a start that is not finite or outside the bounds, or an impossible
        hyper-parameter: the text gives name, value, constraint and cure.
    MemoryError
        For matrices of n x n numbers, of `Newton` or of `CMAES`, that do not fit into memory.
    FloatingPointError
        With ``on_nan="raise"``.

    Examples
    --------
    >>> import ml4pa
    >>> result = ml4pa.minimize(ml4pa.landscapes.Beale(), [4.0, 3.0], ml4pa.Adam(0.05))
    >>> result.success, result.x.round(6).tolist()
    (True, [3.0, 0.5])
    >>> ml4pa.minimize(lambda x: (x[0] - 1) ** 2, [3.0], ml4pa.Adam(0.1)).x.round(4).tolist()
    [1.0]
    """
    objective = as_objective(fun, jac, hess, args)
    checks.choice("engine", engine, ENGINES)
    run: Any = None  # one that goes on
    how: GradientMethod | PopulationMethod
    if isinstance(method, Run):
        run = checks.unfinished(method, objective.n, x0=x0, bounds=bounds, rng=rng)
        x0, engine, how = run.x, run.engine, run.method
    else:
        how = _method(method)
    given = {
        "gtol": gtol, "xtol": xtol, "ftol": ftol, "target": target,
        "max_iter": max_iter, "max_evals": max_evals,
    }  # fmt: skip
    if isinstance(how, PopulationMethod):
        return minimize_population(
            objective, x0, how, given, run=run, bounds=bounds, max_time=max_time, norm=norm,
            record=record, callback=callback, rng=rng, threads=threads, workers=workers,
            on_nan=on_nan, progress=progress, engine=engine,
        )  # fmt: skip
    start = checks.start(x0, objective.n, how.name)
    limits = checks.bounds(bounds, start.size) if run is None else run.bounds
    if run is None and limits is not None:
        checks.start_within(start, limits)
    rules = _limits(given, max_time, how.default_gtol)
    checks.enough_evals(max_evals, objective, start.size)
    time_limit = math.inf if max_time is None else checks.within("max_time", max_time, ge=0)
    stride = _stride(record)
    checks.room_for_path(stride, [max_iter, max_evals], start.size + 1)
    euclidean = _euclidean(norm)
    if threads is not None:
        threads = checks.threads(threads)
    if workers is not None:
        raise ValueError(
            f"workers={checks.shown(workers)} must be None: {how.name} asks for one point at a "
            "time, only populations are shared out"
        )
    checks.choice("on_nan", on_nan, ("worst", "raise"))
    checks.callback(callback)
    objective = objective.within(limits, start.size, threads)
    if how.wants_hessian:
        if how.linearises:
            objective = objective.linearised()
        objective.check_hessian()
        checks.room_for_matrices(how.name, start.size, "use a method without them, such as Adam")
    twin = objective.twin
    known = twin is not None or type(objective) is Function
    compiled = engine == "compiled" and (known or run is not None) and is_native(how)
    before = math.inf if run is None else run.fun
    ran = "compiled" if compiled else "numpy"
    bar = Bar(progress, max_iter, max_evals) if progress else None
    listener = None if callback is None else _listener(callback, ran)
    try:
        if compiled:
            what = twin if twin and on_nan == "worst" else _evaluator(objective, on_nan, True)
            if run is None:
                descend = partial(_core.minimize, *native(how, start, noise_key(how, rng), limits))
            else:
                descend = run.native.minimize
            outcome: Outcome | tuple[Any, ...] = descend(
                what, rules, euclidean, time_limit, stride, listener, bar, threads or 0
            )
        else:
            if run is None:
                run = start_checked(how, start, noise_key(how, rng), limits, "numpy")
            assert isinstance(run, NumpyRun)
            evaluate = _evaluator(objective, on_nan, False)
            told = loop(run, evaluate, rules, euclidean, time_limit, stride, listener, bar)
            outcome = told._replace(fun=objective.as_called(told.x, told.fun))
    finally:
        if bar is not None:
            bar.close()
    result = _result(outcome, how, ran, euclidean, stride)
    if before <= result.fun and before < math.inf:
        result.jac = None  # that of a point of an earlier call
    return result


def minimize_population(
    objective: Objective,
    x0: Any,
    how: PopulationMethod,
    given: dict[str, Any],
    *,
    run: PopulationRun | None = None,
    bounds: Any,
    max_time: float | None,
    norm: float,
    record: bool | int,
    callback: Callable[[Result], Any] | None,
    rng: Any,
    threads: int | None,
    workers: Any,
    on_nan: str,
    progress: bool,
    engine: str,
) -> Result:
    """`minimize` for methods that ask for a generation; `given` are the rules' keywords."""
    for rule in RULES:
        value = given.get(rule.keyword)
        if rule.wants_gradient and value is not None:
            raise ValueError(
                f"{rule.keyword}={checks.shown(value)} must be None: {how.name} is told no "
                "gradients, use xtol, ftol or target"
            )
    begins = run is None
    if run is None:
        how = how.made_for(objective)
        run = start_population(how, x0, rng, bounds, objective.n, engine)
    rules = _limits(given, max_time, math.nan, how.default_max_iter)
    time_limit = math.inf if max_time is None else checks.within("max_time", max_time, ge=0)
    stride = _stride(record)
    most = given["max_evals"]
    generations = None if most is None else most // how.first_size(run.n) + 1
    checks.room_for_path(stride, [given["max_iter"], generations], how.row_size(run.n))
    euclidean = _euclidean(norm)
    if threads is not None:
        threads = checks.threads(threads)
    nan_raises = checks.choice("on_nan", on_nan, ("worst", "raise")) == "raise"
    checks.callback(callback)
    objective = objective.within(run.bounds, run.n, threads)
    twin = objective.twin
    only_python = twin is None and type(objective) is not Function
    if begins and only_python and isinstance(run, CompiledPopulationRun):
        run = run.on_numpy()
    polish = how.polisher(objective, run.n, threads)
    checks.enough_to_polish(given["max_evals"], polish)
    if polish is not None and workers is not None:
        raise ValueError(
            f"workers={checks.shown(workers)} must be None: polish goes down from each child in "
            "this process"
        )
    bar = Bar(progress, given["max_iter"], given["max_evals"]) if progress else None
    listener = None if callback is None else _listener(callback, run.engine)
    with evaluator(objective, workers, time_limit) as evaluate:
        try:
            if given["max_iter"] == 0:
                outcome = start_alone(run, evaluate, objective, rules, stride, nan_raises, listener)
            elif isinstance(run, CompiledPopulationRun):
                what = twin if twin is not None and workers is None else evaluate
                told = run.native.minimize(
                    what, rules, euclidean, time_limit, stride, threads or 0, nan_raises,
                    listener, bar,
                )  # fmt: skip
                outcome = PopulationOutcome(*told)
            else:
                assert isinstance(run, NumpyPopulationRun)
                outcome = population_loop(
                    run, evaluate, rules, euclidean, time_limit, stride, nan_raises, listener, bar,
                    polish,
                )  # fmt: skip
                outcome = outcome._replace(fun=objective.as_called(outcome.x, outcome.fun))
        finally:
            if bar is not None:
                bar.close()
    if stride and outcome.path_x is None:
        warnings.warn(checks.path_given_up(stride), RuntimeWarning, stacklevel=3)
    result = _population_result(outcome, run.engine, euclidean, stride)
    result.restarts = how.story(run)
    return result


def _method(method: Method | str) -> GradientMethod | PopulationMethod:
    if isinstance(method, str):
        if method not in METHODS:
            raise ValueError(
                f"method={checks.shown(method)} must be one of {', '.join(map(repr, METHODS))}"
            )
        kind = METHODS[method]
        try:
            method = kind()
        except TypeError:
            missing = next(
                f.name for f in dataclasses.fields(kind) if f.default is dataclasses.MISSING
            )
            raise ValueError(
                f"method={checks.shown(method)} has no default {missing}: "
                f"pass method={kind.__name__}({missing}=...)"
            ) from None
    if not isinstance(method, (GradientMethod, PopulationMethod)):
        what = f"a class: pass {method.__name__}(...)" if isinstance(method, type) else "unknown"
        raise TypeError(f"method={checks.shown(method)} is {what}; it must be a Method or its name")
    return method


def _limits(
    given: dict[str, Any],
    max_time: float | None,
    gtol: float = GradientMethod.default_gtol,
    max_iter: float = DEFAULT_MAX_ITER,
) -> list[float]:
    """The limits of the rules, in the order of their registry; NaN where there is none.

    A rule that a driver does not offer has none either.
    ``gtol`` holds where no test of convergence is asked for, ``max_iter`` where no budget is.
    """
    limits = [math.nan] * len(LIMITS)
    converges, ends = False, max_time is not None
    for i, keyword, limit, converged in LIMITS:
        value = given.get(keyword)
        if value is not None:
            limits[i] = limit(value)
            if converged:
                converges = True
            else:
                ends = True
    if not converges:
        limits[Status.GRADIENT_TOLERANCE] = gtol
    if not ends:
        limits[Status.MAX_ITER] = -max_iter
    return limits


def _stride(record: bool | int) -> int:
    return int(record) if record is True or record is False else checks.count("record", record)


def _euclidean(norm: float) -> bool:
    if not isinstance(norm, (float, int)) or norm not in (2, math.inf):
        raise ValueError(f"norm={checks.shown(norm)} must be inf or 2")
    return norm == 2


def _evaluator(objective: Objective, on_nan: str, compiled: bool) -> Callable[..., Evaluation]:
    """What a loop calls for value, gradient and Hessian at a point."""
    found = objective.evaluate_compiled if compiled else objective.evaluate
    if on_nan == "worst":
        return found

    def evaluate(x: Array, *wanted: Any) -> Evaluation:
        told = found(x, *wanted)
        if math.isnan(told.f):
            checks.nan_value(x)
        return told

    return evaluate


def _listener(callback: Callable[[Result], Any], engine: str) -> Listener:
    """Turns what a loop tells at an iterate into ``callback(intermediate_result)``."""

    def listen(
        nit: int, x: Array, f: float, best: Array, fun: float, nfev: int, njev: int, nhev: int
    ) -> bool:
        told = Result(x, f, False, Status.RUNNING, nit, nfev, njev, nhev, None, engine)
        try:
            callback(told)
        except StopIteration:
            return False
        return True

    return listen


def _result(
    told: Outcome | tuple[Any, ...],
    method: GradientMethod,
    engine: str,
    euclidean: bool,
    stride: int,
) -> Result:
    # The fields of an Outcome: a call takes microseconds, and asking for each by name a good part.
    reason, measured, limit, nit, nfev, njev, nhev, x, fun, jac, hessian, path_x, path_f = told
    if not math.isfinite(fun):
        fun, jac = measured, np.full(x.size, math.nan)  # inf where no value was finite
    if reason < len(RULES):
        success, status = RULES[reason].converged, RULES[reason].status
    else:
        success, status = reason in CONVERGED, Status(reason)
    path = None if path_x is None or path_f is None else Path(path_x, path_f, stride, nit)
    stop = Stop(reason, measured, limit)
    result = Result(
        x, fun, success, status, nit, nfev, njev, nhev, jac, engine, path, stop, euclidean
    )
    if success and hessian is not None:
        result.check_minimum(hessian.reshape(x.size, x.size))
    return result


def _population_result(o: PopulationOutcome, engine: str, euclidean: bool, stride: int) -> Result:
    stop = Stop(o.reason, o.measured, o.limit)
    rule = RULES[stop.reason] if stop.reason < len(RULES) else None
    path = None
    if o.path_x is not None and o.path_f is not None and o.population is not None:
        points, sizes = o.population
        populations = np.split(points, np.cumsum(sizes)[:-1])
        path = Path(
            o.path_x, o.path_f, stride, o.iteration, o.mean, o.sigma, o.covariance, populations
        )
    status = rule.status if rule is not None else Status(stop.reason)
    success = rule.converged if rule is not None else status in CONVERGED
    return Result(
        o.x,
        o.fun,
        success,
        status,
        o.iteration,
        o.nfev,
        o.njev,
        o.nhev,
        None,
        engine,
        path,
        stop,
        euclidean,
    )
