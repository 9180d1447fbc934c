"""fit: dataset, model, cost function, minimiser."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from . import checks
from .batches import Table, split
from .costs import Cost
from .epochs import Course, Rows, Source, Stream, through_epochs
from .fitted import Fit, History
from .learning_rates import Backtracking
from .losses import LOSSES, Loss
from .method import GradientMethod, Method
from .methods import CMAES, Adam, LevenbergMarquardt, Newton
from .minimize import DEFAULT_MAX_ITER, _limits, _method, minimize
from .models import Curve, Model
from .objective import Array
from .population import PopulationMethod
from .progress import Bar
from .random import draw_key, generator
from .result import Result
from .run import ENGINES, Run
from .starting import is_native, start_checked
from .stop import Status, Stop
from .stopping import RULES

#: Where neither epochs, nor patience, nor time are limited; with patience, the most.
DEFAULT_EPOCHS, MOST_EPOCHS = 10, 1_000
#: Numbers in the path that is kept for the history where it is not asked for.
HISTORY = 1 << 20
#: Numbers in it with all that a row of a population holds, its covariance among them.
MOST_HISTORY = 1 << 27
#: Of the gradient of a prediction of 0, what is left at a minimum.
MOST_OF_ZERO = 1e-3
#: The most that a row costs, on average, where classes are told apart without doubt.
NO_DOUBT = 1e-2
#: From so many rows on, every so many rows show where to start, every so many blocks the curvature.
MANY, EVERY_ROW, EVERY_BLOCK = 100_000, 16, 8


def fit(
    model: Model,
    X: Any,
    y: Any = None,
    method: Method | str | None = None,
    *,
    loss: str | Loss = "mse",
    sigma: Any = None,
    covariance: Any = None,
    l1: float = 0.0,
    l2: float = 0.0,
    reduction: str = "mean",
    epochs: int | None = None,
    batch_size: int | None = None,
    shuffle: bool | int = True,
    initial: Any = None,
    validation: Any = None,
    patience: int | None = None,
    evaluate: int = 1,
    bounds: Any = None,
    max_iter: int | None = None,
    max_evals: int | None = None,
    max_time: float | None = None,
    target: float | None = None,
    gtol: float | None = None,
    xtol: float | None = None,
    ftol: float | None = None,
    record: bool | int = False,
    callback: Callable[[Any], Any] | None = None,
    rng: Any = None,
    threads: int | None = None,
    progress: bool = False,
    engine: str = "compiled",
) -> Fit:
    r"""Fit a model to data: find the parameters with the least cost.

    Three ways lead there. Without a method, a model that is linear in its parameters is solved
    exactly. Otherwise `minimize` goes down the cost of all data. With a batch size, or epochs, the
    method is told the gradient of one batch of rows after the other (stochastic gradient descent):

    .. math:: g = \frac{1}{B} \sum_{i \in \mathrm{batch}} \nabla_\theta L(y_i, f(x_i; \theta))
              + \nabla_\theta\, \mathrm{penalty}

    Parameters
    ----------
    model : Model
        `Polynomial`, `Linear`, `Logistic`, `MLP` or `Curve`.
    X : array_like (N, p), (N,) where p = 1, or an iterable of batches
        The data, one point a row. In mini-batches, float64 and float32 arrays are read as they
        lie, in any order of their axes. The gradient of a batch of float32 rows is computed in
        float32 (of up to four parameters, and of a `Curve`, in float64); the parameters, the
        method and the costs are float64 always. A mapped file (`numpy.memmap`) is read once an
        epoch. Without ``y``: batches (X, y) or (X, y, sigma) of
        the caller's own, which can be iterated once an epoch, or a function that returns an
        iterator.
    y : array_like (N,), or (N, k) where the model has k > 1 outputs
        What the model is to predict.
    method : Method or str, optional
        Default: the exact solution where the cost is quadratic in the parameters, which takes no
        steps, so that budgets, tolerances, path and callback have no part in it; Newton's method
        with backtracking for `Logistic`; `LevenbergMarquardt` for a `Curve`; else, with l1, and for
        a loss of your own (unless it is ``curved``), ``Adam(0.01)``. Mini-batches take any method
        whose step is one formula, so no line search, nor a method that wants a Hessian.
    loss, sigma, covariance, l1, l2, reduction
        The cost, see `Cost`. With ``reduction="sum"`` (and for "chi2") the gradient of a batch is a
        sum too, with its share B/N of the penalties.
    epochs : int >= 0, optional
        Passes over the data; default 10, or at most 1000 with ``patience`` or ``max_time``.
    batch_size : int >= 1, optional
        B, rows in a batch; the last of an epoch may be shorter. With ``epochs``, ``validation`` or
        ``patience`` but no batch size, a batch is all of the data.
    shuffle : bool or int >= 1, default True
        Meet the rows in a new random order in each epoch: True of all rows, all orders equally
        probable; a number of rows within windows of about so many, which come in a random order. A
        mapped file is read in windows of 64 MB. False keeps the rows in order.
    initial : array_like (n,), optional
        The start; default ``model.initial(rng)``.
    validation : (X, y), (X, y, sigma) or float in (0, 1), optional
        Data to watch that are not fitted, or the fraction of the rows, drawn at random, that is
        set aside for it. Their cost has no penalties. By itself it does not replace the exact
        solution, which is then that of the rows left.
    patience : int >= 1, optional
        Stop where the cost, of the validation data where there are some, has had no new minimum
        for so many epochs.
    evaluate : int >= 1, default 1
        Compute the costs after every so many epochs, and after the last: each takes a pass over the
        data. The callback, the target and the patience look at them only then.
    bounds : sequence of (low, high), (n, 2) array, or scipy.optimize.Bounds, optional
        Bounds of the parameters, outside of which a model is never evaluated.
    max_iter, max_evals, gtol, xtol, ftol, record
        As in `minimize`, without mini-batches.
    max_time, target
        Seconds, and the cost at which to stop. Mini-batches look at the target after each epoch.
    callback : callable
        ``callback(intermediate_result)`` after every epoch (step, without mini-batches), with
        ``x, fun, nit`` and in epochs ``history``; StopIteration ends the fit with a valid result.
    rng : None, int, SeedSequence, BitGenerator or Generator
        For the start, the order of the rows and the method's noise. The same seed gives the same
        bytes, in both engines the same orders.
    threads : int >= 1, optional
        As in `minimize`; they never change a result.
    progress : bool, default False
        Show a progress bar (tqdm, from the extra ``progress``).
    engine : {"compiled", "numpy"}, default "compiled"
        ``result.engine`` says which one ran.

    Returns
    -------
    Fit
        The best parameters, their errors, the history of the cost, the reason of stopping.

    Raises
    ------
    ValueError, TypeError
        For data or arguments that do not fit: the text gives name, value, constraint and cure.

    Notes
    -----
    With 100 000 rows or more (and 2000 a parameter) `Logistic`, left to its default method, starts
    at the optimum of every 16th row, and takes the Hessian of every eighth block of rows: the
    gradient, which decides when to stop, is that of all rows. Steps and evaluations are counted
    from there. Where that does not converge, or where a start, a budget, a target, the path or a
    callback is given, it is Newton's method on all rows from the start.

    ``success`` is True where the solution is exact, a test of convergence was met, the target or
    the patience. In a file or a stream the cost of an epoch is that of its batches (windows, of a
    file) as they were met, before their updates, since it is read only once.

    Examples
    --------
    A straight line through three points, with errors:

    >>> import ml4pa
    >>> line = ml4pa.fit(ml4pa.Polynomial(1), [0, 1, 2], [1, 3, 6], loss="chi2", sigma=0.5)
    >>> line.params.round(3).tolist(), line.errors.round(3).tolist()
    ([0.833, 2.5], [0.456, 0.354])

    The same data row by row, ten times:

    >>> steps = ml4pa.fit(ml4pa.Polynomial(1), [0, 1, 2], [1, 3, 6], ml4pa.GradientDescent(0.1),
    ...                   batch_size=1, epochs=10, rng=1)
    >>> steps.nit, len(steps.history), bool(steps.cost < steps.history.cost[0])
    (30, 11, True)
    """
    model = checks.model(model)
    checks.choice("engine", engine, ENGINES)
    if threads is not None:
        checks.threads(threads)
    checks.callback(callback)
    shuffle, evaluate = checks.shuffling(shuffle), checks.count("evaluate", evaluate, least=1)
    how = None if method is None else _method(method)
    draws = generator(rng)
    terms: dict[str, Any] = {"loss": loss, "l1": l1, "l2": l2, "reduction": reduction}
    in_epochs = {
        "batch_size": batch_size, "epochs": epochs, "patience": patience, "validation": validation,
    }  # fmt: skip
    in_steps: dict[str, Any] = {
        "max_iter": max_iter, "max_evals": max_evals, "gtol": gtol, "xtol": xtol, "ftol": ftol,
    }  # fmt: skip
    limits = checks.bounds(bounds, model.n_params)
    start = _initial(model, initial, limits, draws)

    if y is None or any(value is not None for value in in_epochs.values()):
        apart = "mini-batches, epochs or validation: correlated data are fitted all at once"
        checks.only_without(f"{apart}, for max_iter steps", covariance=covariance)
        checks.only_without(
            "epochs (try patience, target or max_time)", **in_steps, record=record or None
        )
        asked = _asked(in_epochs, evaluate, max_time, target)
        exactly = how is None and limits is None
        how = how or Adam(0.01)
        checks.steps_by_formula(how, "a fit in epochs")
        compiled = engine == "compiled"
        source, watched, objective = _source(
            model.within(limits), X, y, sigma, terms, asked, shuffle, draws, compiled
        )
        only_held_back = all(in_epochs[k] is None for k in ("epochs", "batch_size", "patience"))
        if exactly and only_held_back and objective is not None:
            kept = objective()
            if kept is not None and _is_quadratic(kept):
                return _exact(kept, engine, watched)
        if objective is not None:
            objective = partial(_within, objective, limits)
        run = _start(how, start, draws, limits, engine, source)
        course = _through(run, source, watched, asked, callback, progress, model)
        return _from_epochs(course, run, model, objective)

    cost = Cost(model, X, y, sigma=sigma, covariance=covariance, **terms)
    cost = cost.within(limits, cost.n)
    given: dict[str, Any] = {**in_steps, "target": target}
    _limits(given, max_time)  # checked by the exact solution too, which takes no steps
    if max_time is not None:
        checks.within("max_time", max_time, ge=0)
    stride = int(record) if isinstance(record, bool) else checks.count("record", record)
    if how is None and _is_quadratic(cost) and limits is None:
        return _exact(cost, engine)
    by_default = how is None
    how = how or _default(cost, limits)
    most = DEFAULT_MAX_ITER if max_iter is None else checks.count("max_iter", max_iter)
    stride = stride or _sparse(how, model.n_params, most)
    descend: Callable[..., Result] = partial(
        minimize, method=how, bounds=bounds, **given, max_time=max_time, record=stride,
        callback=callback, rng=draws, threads=threads, progress=progress, engine=engine,
    )  # fmt: skip
    own = (initial, max_iter, max_evals, max_time, target, callback, record or None)
    by_newton = by_default and isinstance(how, Newton)
    if by_newton and _are_many(cost) and all(value is None for value in own):
        result = _through_samples(cost, start, descend)
    else:
        result = descend(cost, start)
    note = _of_units(result, cost, how, gtol, limits)
    if limits is None:
        note = note or _of_separate_classes(result, cost)
    return _from_minimize(result, cost, model, bool(record), note)


def _initial(
    model: Model, initial: Any, limits: checks.Bounds | None, draws: np.random.Generator
) -> Array:
    """The start: what was given, else the model's own, moved into the bounds."""
    if initial is not None:
        start = checks.initial(initial, model.n_params)
        checks.start_within(start, limits, "initial")
        return start
    start = model.initial(draws)
    return start if limits is None else np.minimum(np.maximum(start, limits[0]), limits[1])


# ---- the exact solution, and all data at once ----------------------------------------------------


def _sparse(how: Method, n: int, steps: int) -> int:
    """The stride of a history that is not asked for."""
    row = how.row_size(n) if isinstance(how, PopulationMethod) else 0
    return max(1, n * steps // HISTORY, row * steps // MOST_HISTORY)


def _default(cost: Cost, limits: checks.Bounds | None) -> GradientMethod:
    """The method of a cost for which there is no exact solution."""
    curved = (cost.loss.squares or cost.loss.curved) and not cost.l1
    if curved and cost.model.linear and limits is None:
        return Newton(Backtracking())
    if curved and isinstance(cost.model, Curve):
        return LevenbergMarquardt()
    return Adam(0.01)


def _is_quadratic(cost: Cost) -> bool:
    """Whether the minimum solves linear equations."""
    return cost.least_squares and cost.l1 == 0


def _exact(cost: Cost, engine: str, watched: Table | None = None) -> Fit:
    from .costs import solve

    told = solve(cost, engine)
    status = Status.EXACT
    if not told.exact:
        status = Status.ROUNDED if told.rank == cost.n else Status.UNDETERMINED
    held_back = None if watched is None else np.array([watched.value(told.params)])
    value = float(cost(told.params))
    history = History(np.zeros(1, dtype=np.int64), np.array([value]), held_back)
    return Fit(
        told.params, value, told.exact, status, 0, 1, 1, 0, cost.gradient(told.params),
        engine if cost.has_twin else "numpy",
        stop=Stop(status, told.rank, cost.n), model=cost.model, history=history,
        make_objective=partial(_same, cost), note=told.message,
    )  # fmt: skip


def _are_many(cost: Cost) -> bool:
    """Whether a part of the data says nearly what all say."""
    return len(cost.X) >= max(MANY, 2000 * cost.n) and cost.whitening is None


def _through_samples(cost: Cost, start: Array, descend: Callable[..., Result]) -> Result:
    """Newton's method on some rows, then on all with the Hessian of some: the gradient decides."""
    few = descend(cost.subset(slice(None, None, EVERY_ROW)), start)
    result = descend(cost.replaced(sampled=EVERY_BLOCK), few.x) if few.success else few
    return result if result.success else descend(cost, start)


def _within(objective: Callable[[], Cost | None], limits: checks.Bounds | None) -> Cost | None:
    cost = objective()
    return None if cost is None else cost.within(limits, cost.n)


def _same(cost: Cost) -> Cost:
    return cost


def _of_units(
    result: Result, cost: Cost, how: Method, gtol: float | None, limits: checks.Bounds | None
) -> str:
    """What to say where a default tolerance is met because y is small.

    The gradient is compared with that of a prediction of 0, which has the units of y, too.
    """
    mse = cost.loss.squares and not cost.loss.weighted
    squares = mse and cost.model.link == "linear"
    met = _by_default(result, cost, how, gtol)
    if not squares or met is None:
        return ""
    slope = cost.gradient(result.x) if result.jac is None else result.jac
    if limits is not None:  # what a bound holds back is no way down
        low, high = limits
        slope = np.where(slope > 0.0, result.x > low, result.x < high) * slope
    of_zero = np.max(np.abs(2.0 * cost.scale * cost.model.pull(result.x, cost.X, cost.y)))
    if of_zero == 0.0 or np.max(np.abs(slope)) <= MOST_OF_ZERO * of_zero:
        return ""
    return (
        f"{result.message}; but a prediction of 0 has max|g| = {of_zero:.2g}, so y "
        f"is small for this {met}: give y in a larger unit, or pass {met}="
    )


def _by_default(result: Result, cost: Cost, how: Method, gtol: float | None) -> str | None:
    """The tolerance that ended the run, where it is a default that may be wide for the unit of y.

    Near a minimum the cost rises with the square of the gradient.
    """
    if result.status == Status.GRADIENT_TOLERANCE and gtol is None:
        return "gtol"
    settled = result.status in (Status.TOLFUN, Status.BEHIND)
    if not settled or getattr(how, "tolfun", None) != CMAES.tolfun:
        return None
    of_zero = cost.scale * float(np.sum(cost.y * cost.y))
    return "tolfun" if CMAES.tolfun > MOST_OF_ZERO * MOST_OF_ZERO * of_zero else None


def _of_separate_classes(result: Result, cost: Cost) -> str:
    """What to say where every row is on its own side of the boundary.

    Parameters s times as large (of a network, those of the last layer) then cost less for every
    s > 1: the gradient comes within any tolerance on the way to infinity.
    """
    unbound = cost.loss.classifies and not cost.l1 and not cost.l2
    if not unbound or not result.success or result.status == Status.TARGET:
        return ""
    if result.fun > NO_DOUBT * cost.scale * cost.n_data:
        return ""
    p = cost.model.predict(result.x, cost.X).ravel()
    if not np.array_equal(np.where(p > 0.5, 1.0, 0.0), cost.y.ravel()):
        return ""
    return (
        f"{result.message}; but the model separates the classes, and the cost falls on to 0 as the "
        "parameters grow: it has no minimum; pass l2= or bounds="
    )


def _from_minimize(result: Result, cost: Cost, model: Model, keep_path: bool, note: str) -> Fit:
    path = result.path
    assert path is not None
    return Fit(
        result.x, result.fun, result.success and not note, result.status, result.nit,
        result.nfev, result.njev, result.nhev, result.jac, result.engine,
        path if keep_path else None, result.stop,
        result.euclidean, model=model, history=History(path.iteration, path.fun),
        make_objective=partial(_same, cost), note=note,
    )  # fmt: skip


# ---- epochs --------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """What was asked of the epochs."""

    epochs: int
    evaluate: int
    batch_size: int | None
    patience: int | None
    validation: Any
    target: float | None
    max_time: float


def _asked(
    given: dict[str, Any], evaluate: int, max_time: float | None, target: float | None
) -> Asked:
    epochs, patience, batch_size = (given[k] for k in ("epochs", "patience", "batch_size"))
    if epochs is None:
        limited = patience is not None or max_time is not None
        epochs = MOST_EPOCHS if limited else DEFAULT_EPOCHS
    return Asked(
        checks.count("epochs", epochs),
        evaluate,
        None if batch_size is None else checks.count("batch_size", batch_size, least=1),
        None if patience is None else checks.count("patience", patience, least=1),
        given["validation"],
        None if target is None else checks.finite_number("target", target),
        math.inf if max_time is None else checks.within("max_time", max_time, ge=0),
    )


def _source(
    model: Model,
    X: Any,
    y: Any,
    sigma: Any,
    terms: dict[str, Any],
    asked: Asked,
    shuffle: bool | int,
    draws: np.random.Generator,
    compiled: bool,
) -> tuple[Source, Table | None, Callable[[], Cost | None] | None]:
    """The data in batches, those to watch, and what makes the cost of all of them."""
    given = asked.validation
    fraction: Any = given if isinstance(given, numbers.Real) else None
    bare = {**terms, "l1": 0.0, "l2": 0.0}
    watched = None
    if given is not None and fraction is None:
        X_new, y_new, sigma_new = checks.validation(given, sigma)
        watched = Table(model, X_new, y_new, sigma_new, compiled, **bare)
    if y is None:
        checks.only_without("batches of one's own", batch_size=asked.batch_size, sigma=sigma)
        checks.stream(X, model, terms, LOSSES, fraction)
        return Stream(model, X, terms), watched, None
    table = Table(model, X, y, sigma, compiled, **terms)
    if fraction is not None:
        checks.within("validation", fraction, gt=0, lt=1)
        if table.mapped:
            raise ValueError(f"validation={fraction}, but X is a mapped file: pass (X, y) for it")
        fitted, held = split(len(table), fraction, draw_key(draws))
        watched, table = table.taken(held, **bare), table.taken(fitted)
    size = len(table) if asked.batch_size is None else asked.batch_size
    return Rows(table, size, shuffle, draw_key(draws)), watched, table.objective


def _start(
    how: Method,
    start: Array,
    draws: np.random.Generator,
    limits: checks.Bounds | None,
    engine: str,
    source: Source,
) -> Run:
    assert isinstance(how, GradientMethod)
    compiled = engine == "compiled" and is_native(how) and source.compiled
    key = draw_key(draws) if how.noise > 0.0 else 0
    return start_checked(how, start, key, limits, "compiled" if compiled else "numpy")


def _through(
    run: Run,
    source: Source,
    watched: Table | None,
    asked: Asked,
    callback: Callable[[Any], Any] | None,
    progress: bool,
    model: Model,
) -> Course:
    bar = Bar(progress, asked.epochs, None, "epoch") if progress else None

    def listen(course: Course) -> bool:
        cost = course.cost[-1]
        if bar is not None:
            bar(course.epoch[-1], None, cost, None, cost, 0, 0, 0)
        if callback is not None:
            told = _from_epochs(course, run, model, None)
            told.x, told.fun = run.ask().copy(), cost
            try:
                callback(told)
            except StopIteration:
                return False
        return True

    try:
        return through_epochs(
            run, source, asked.epochs, evaluate=asked.evaluate, validation=watched,
            patience=asked.patience, target=asked.target, max_time=asked.max_time, listener=listen,
        )  # fmt: skip
    finally:
        if bar is not None:
            bar.close()


def _from_epochs(course: Course, run: Run, model: Model, objective: Any) -> Fit:
    fun = course.best_cost
    if run.engine == "numpy" and objective is not None and (cost := objective()) is not None:
        fun = cost.as_called(course.best_x, fun)
    stop = course.stop
    rule = RULES[stop.reason] if stop.reason < len(RULES) else None
    return Fit(
        course.best_x.copy(), fun, rule is not None or stop.reason == Status.PATIENCE,
        Status(stop.reason), run.iteration, course.nfev, run.iteration, 0, None, run.engine,
        stop=stop, model=model, history=course.history(), make_objective=objective,
    )  # fmt: skip
