"""The loop: ask, evaluate, record, ask the stopping rules, tell."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from . import checks
from .method import GradientMethod, Method
from .methods import METHODS
from .native import NativeObjective
from .objective import Array, Evaluation, Function, Objective, as_objective
from .path import Path
from .progress import Bar
from .random import draw_key
from .result import Result
from .run import ENGINES, CompiledRun, NumpyRun, is_native, start_checked
from .stop import Iterate, Status, Stop, euclidean_norm, max_norm, message
from .stopping import RULES, first_met

#: Where neither steps, evaluations nor time are limited.
DEFAULT_MAX_ITER = 100_000
#: Where no test of convergence is asked for.
DEFAULT_GTOL = 1e-8
#: How often Ctrl-C, progress bars and the clock are looked at, in seconds.
POLL = 20e-3

Listener = Callable[..., bool]


class Outcome(NamedTuple):
    """What a loop gives back, in both engines."""

    reason: int
    measured: float
    limit: float
    iteration: int
    nfev: int
    njev: int
    nhev: int
    x: Array
    fun: float
    jac: Array
    path_x: Array | None
    path_f: Array | None


def minimize(
    fun: Any,
    x0: ArrayLike | None = None,
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
        The start, within the bounds.
    method : Method or str, default "adam"
        The method, or its lower-case name, which stands for its defaults.
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
        x - clip(x - g). Without any of these and without a target, gtol is 1e-8.
    norm : inf or 2, default inf
        The norm in gtol and xtol: the largest absolute value, or the length.
    record : bool or int, default False
        Keep the path: every iterate, or every record-th, and the last.
    callback : callable
        ``callback(intermediate_result)`` after every iterate, with ``x, fun, nit, nfev`` of the
        run so far; raising StopIteration ends the run with a valid result.
    rng : None, int, SeedSequence, BitGenerator or Generator
        Where the method's random numbers come from (`noise`).
    threads : int >= 1
        Threads for the evaluation of populations; gradient methods ask for one point at a time.
    workers
        For populations; gradient methods refuse it.
    on_nan : {"worst", "raise"}, default "worst"
        A value that is NaN ends a gradient run as diverged, or raises FloatingPointError with the
        point.
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
    how = _method(method)
    if engine not in ENGINES:
        checks.choice("engine", engine, ENGINES)
    start = checks.start(x0, objective.n, how.name)
    limits = checks.bounds(bounds, start.size)
    if limits is not None:
        checks.start_within(start, limits)
        if isinstance(objective, Function):
            objective = objective.within(limits)
    rules = _limits(gtol, xtol, ftol, target, max_iter, max_evals, max_time)
    time_limit = math.inf if max_time is None else checks.within("max_time", max_time, ge=0)
    stride = _stride(record)
    euclidean = _euclidean(norm)
    if threads is not None:
        checks.count("threads", threads, least=1)
    if workers is not None:
        raise ValueError(
            f"workers={workers!r} must be None: {how.name} asks for one point at a time, "
            "only populations are shared out"
        )
    if on_nan != "worst":
        checks.choice("on_nan", on_nan, ("worst", "raise"))
    compiled = (
        engine == "compiled"
        and is_native(how)
        and (type(objective) is Function or _twin(objective) is not None)
    )
    key = draw_key(rng) if how.noise > 0.0 else 0
    run = start_checked(how, start, key, limits, "compiled" if compiled else "numpy")

    bar = Bar(progress, max_iter, max_evals) if progress else None
    listener = None if callback is None else _listener(callback, run.engine)
    try:
        if isinstance(run, CompiledRun):
            target_ = _native(objective, on_nan)
            told = run.native.minimize(
                target_, rules, euclidean, time_limit, stride, listener, bar
            )
            outcome = Outcome._make(told)
        else:
            assert isinstance(run, NumpyRun)
            evaluate = _evaluator(objective, on_nan)
            outcome = _loop(run, evaluate, rules, euclidean, time_limit, stride, listener, bar)
    finally:
        if bar is not None:
            bar.close()
    return _result(outcome, objective, how, run.engine, euclidean, stride)


def _method(method: Method | str) -> GradientMethod:
    if isinstance(method, str):
        if method not in METHODS:
            raise ValueError(f"method={method!r} must be one of {', '.join(map(repr, METHODS))}")
        kind = METHODS[method]
        try:
            method = kind()
        except TypeError:
            raise ValueError(
                f"method={method!r} has no default learning_rate: "
                f"pass method={kind.__name__}(learning_rate=...)"
            ) from None
    if not isinstance(method, GradientMethod):
        what = f"a class: pass {method.__name__}(...)" if isinstance(method, type) else "unknown"
        raise TypeError(f"method={method!r} is {what}; it must be a Method or its name")
    return method


def _limits(
    gtol: float | None,
    xtol: float | None,
    ftol: float | None,
    target: float | None,
    max_iter: int | None,
    max_evals: int | None,
    max_time: float | None,
) -> list[float]:
    """The limits of the rules, in the order of their registry; NaN where there is none."""
    if gtol is None and xtol is None and ftol is None and target is None:
        gtol = DEFAULT_GTOL
    if max_iter is None and max_evals is None and max_time is None:
        max_iter = DEFAULT_MAX_ITER
    given: dict[str, float | None] = {
        "gtol": None if gtol is None else checks.within("gtol", gtol, ge=0),
        "xtol": None if xtol is None else checks.within("xtol", xtol, ge=0),
        "ftol": None if ftol is None else checks.within("ftol", ftol, ge=0),
        "target": None if target is None else checks.finite_number("target", target),
        "max_iter": None if max_iter is None else checks.count("max_iter", max_iter),
        "max_evals": None if max_evals is None else checks.count("max_evals", max_evals, least=1),
    }
    limits = []
    for rule in RULES:
        value = given[rule.keyword]
        limits.append(math.nan if value is None else float(rule.limit(value)))
    return limits


def _stride(record: bool | int) -> int:
    return int(record) if isinstance(record, bool) else checks.count("record", record)


def _euclidean(norm: float) -> bool:
    if norm not in (2, math.inf):
        raise ValueError(f"norm={norm!r} must be inf or 2")
    return norm == 2


def _evaluator(objective: Objective, on_nan: str) -> Callable[[Array, bool], Evaluation]:
    """What a loop calls for value, gradient and Hessian at a point."""
    if on_nan == "worst":
        return objective.evaluate

    def evaluate(x: Array, hessian: bool) -> Evaluation:
        told = objective.evaluate(x, hessian)
        if math.isnan(told.f):
            raise FloatingPointError(f"fun is NaN at x = {x.tolist()}")
        return told

    return evaluate


def _native(objective: Objective, on_nan: str) -> Any:
    """What the compiled loop evaluates: a compiled objective, or a Python call."""
    return _twin(objective) or _evaluator(objective, on_nan)


def _twin(objective: Objective) -> Any:
    """The compiled twin of an objective, None where it has none."""
    if isinstance(objective, NativeObjective) and objective.has_twin:
        return objective.native
    return None


def _listener(callback: Callable[[Result], Any], engine: str) -> Listener:
    """Turns what a loop tells at an iterate into ``callback(intermediate_result)``."""

    def listen(
        nit: int, x: Array, f: float, best: Array, fun: float, nfev: int, njev: int, nhev: int
    ) -> bool:
        told = Result(
            x, f, False, Status.CALLBACK, "running", nit, nfev, njev, nhev, np.array([]), engine
        )
        try:
            callback(told)
        except StopIteration:
            return False
        return True

    return listen


def _loop(
    run: NumpyRun,
    evaluate: Callable[[Array, bool], Evaluation],
    rules: list[float],
    euclidean: bool,
    max_time: float,
    stride: int,
    listener: Listener | None,
    bar: Bar | None,
) -> Outcome:
    """The loop in NumPy: the specification of the compiled one."""
    norm = euclidean_norm if euclidean else max_norm
    nfev = njev = nhev = 0
    iteration = -1
    x = before = run.point.copy()
    f = math.nan
    jac = np.zeros(run.n)
    rows: list[tuple[Array, float]] = []
    stop: Stop | None = None
    began = polled = time.perf_counter()
    while stop is None:
        point = run.ask()
        told = evaluate(point.copy(), run.method.wants_hessian)
        nfev, njev, nhev = nfev + told.nfev, njev + told.njev, nhev + told.nhev
        if math.isfinite(told.f) and told.f < run.fun:
            jac = told.g.copy()
        accepted = run.accepts(told.f, told.g)
        if accepted:
            iteration += 1
            before, f_before = x, f
            x, f = point, told.f
            if stride and iteration % stride == 0:
                rows.append((x, f))
            if math.isfinite(f) and np.isfinite(told.g).all():
                g = told.g if run.bounds is None else x - run.clipped(x - told.g)
                it = Iterate(x, f, g, before, f_before, iteration, nfev, told.nfev, norm)
                stop = first_met(rules, it)
            else:
                stop = Stop(Status.DIVERGED, f, 0.0)
        if stop is None:
            run.tell(point, told.f, told.g, told.h)
            stop = run.stopped()
        else:
            run.note(told.f)
        if accepted and listener is not None:
            going = listener(iteration, x.copy(), f, run.x, run.fun, nfev, njev, nhev)
            if not going and stop is None:
                stop = Stop(Status.CALLBACK, 0.0, 0.0)
        now = time.perf_counter()
        if stop is None and now - began >= max_time:
            stop = Stop(Status.MAX_TIME, now - began, max_time)
        if bar is not None and now - polled >= POLL:
            polled = now
            bar(iteration, x, f, run.x, run.fun, nfev, njev, nhev)
    if stride and iteration % stride:
        rows.append((x, f))
    return Outcome(
        stop.reason, stop.measured, stop.limit, iteration, nfev, njev, nhev, run.x, run.fun, jac,
        np.array([r[0] for r in rows]).reshape(len(rows), run.n) if stride else None,
        np.array([r[1] for r in rows]) if stride else None,
    )  # fmt: skip


def _result(
    o: Outcome, objective: Objective, method: GradientMethod, engine: str, euclidean: bool, stride: int
) -> Result:
    stop = Stop(o.reason, o.measured, o.limit)
    if stop.reason < len(RULES):
        rule = RULES[stop.reason]
        success, status = rule.converged, rule.status
        text = rule.sentence(stop, o.iteration, o.nfev, "|{}|" if euclidean else "max|{}|")
    else:
        success, status = False, Status(stop.reason)
        text = message(stop, o.iteration, o.nfev, euclidean, {})
    path = None
    if o.path_x is not None and o.path_f is not None:
        path = Path(o.path_x, o.path_f, stride, o.iteration)
    fun = o.fun if math.isfinite(o.fun) else o.measured
    return Result(
        o.x, fun, success, status, text, o.iteration, o.nfev, o.njev, o.nhev, o.jac, engine, path
    )
