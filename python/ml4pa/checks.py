"""Every argument check and error text: name, value, constraint, cure.

Both engines come here, so that they say the same. A check returns its argument in the form that
the rest of the package works with.
"""

from __future__ import annotations

import dataclasses
import math
import numbers
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .costs import Cost
    from .losses import Loss
    from .models import Model
    from .objective import Objective

Array = NDArray[np.float64]
Bounds = tuple[Array, Array]


# ---- numbers -------------------------------------------------------------------------------------


def finite_number(name: str, value: Any) -> float:
    """A finite real number, as a float."""
    kind = type(value)  # the usual kinds first: isinstance with abstract classes is slow
    if (kind is float and math.isfinite(value)) or (kind is int and value.bit_length() < 1000):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, numbers.Real | np.number | np.ndarray):
        raise TypeError(f"{name}={value!r} must be a number")
    if isinstance(value, np.ndarray) and value.ndim > 0:
        raise TypeError(f"{name} has shape {value.shape}, but must be one number")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}={value!r} must be a real number") from None
    except OverflowError:
        raise ValueError(f"{name} must be finite, but is beyond the largest float") from None
    if not math.isfinite(number):
        raise ValueError(f"{name}={number} must be finite")
    return number


def _is_real(value: Any) -> bool:
    """Whether it is one real number, and not a truth value."""
    return isinstance(value, numbers.Real | np.number) and not isinstance(
        value, bool | np.bool_ | np.complexfloating
    )


def positive_number(name: str, value: Any) -> float:
    """A finite number > 0."""
    return within(name, value, gt=0)


def within(
    name: str,
    value: Any,
    *,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
) -> float:
    """A finite number in an interval."""
    number = finite_number(name, value)
    if ge is not None and not number >= ge:
        raise ValueError(f"{name}={value} must be >= {ge:g}")
    if gt is not None and not number > gt:
        raise ValueError(f"{name}={value} must be > {gt:g}")
    if le is not None and not number <= le:
        raise ValueError(f"{name}={value} must be <= {le:g}")
    if lt is not None and not number < lt:
        raise ValueError(f"{name}={value} must be < {lt:g}")
    return number


def count(name: str, value: Any, least: int = 0) -> int:
    """A whole number >= least."""
    if type(value) is int and least <= value < 1 << 63:  # most calls
        return value
    if not _is_real(value):
        raise TypeError(f"{name}={value!r} must be a whole number")
    try:
        whole = int(value)
    except (ValueError, OverflowError):  # of NaN, of an infinity
        whole = None
    if whole is None or whole != value:
        raise ValueError(f"{name}={value} must be a whole number")
    if whole < least:
        raise ValueError(f"{name}={value} must be >= {least}")
    if whole >= 1 << 63:
        raise ValueError(f"{name} must be < 2**63")
    return whole


def interval(name: str, value: Any) -> tuple[float, float]:
    """Two finite numbers, the lower one first."""
    a = array(name, value)
    if a.shape != (2,):
        raise ValueError(f"{name} has shape {a.shape}, but must be a pair (low, high)")
    low, high = a.tolist()
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"{name}=({low}, {high}) must be finite with low < high")
    return low, high


def workers(value: Any) -> int:
    """How many processes: an int >= 1, or -1 for as many as there are processors."""
    if not _is_real(value):
        raise TypeError(
            f"workers={value!r} must be an int >= 1, -1 for all processors, or a map such as "
            "Pool.map"
        )
    if value == -1:
        return os.cpu_count() or 1
    return count("workers", value, least=1)


def choice(name: str, value: Any, choices: tuple[str, ...]) -> str:
    """One of a few words."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name}={value!r} must be one of {', '.join(map(repr, choices))}")
    return str(value)


# ---- points --------------------------------------------------------------------------------------


def array(name: str, value: Any) -> Array:
    """A C-ordered float64 array; copied only when it is not one already."""
    try:
        a = np.asarray(value)
        if a.dtype.kind not in "biuf":
            raise TypeError
        return np.asarray(a, dtype=np.float64, order="C")
    except (TypeError, ValueError):
        raise TypeError(f"{name}={value!r} must be an array of real numbers") from None


def finite(name: str, value: Any, ndim: int) -> Array:
    """A finite array of so many dimensions, not empty."""
    a = array(name, value)
    if a.ndim != ndim or a.size == 0:
        raise ValueError(f"{name} has shape {a.shape}, but must have {ndim} dimensions, not empty")
    if not _sums_up(a) and not np.isfinite(a).all():
        place = tuple(int(i[0]) for i in np.nonzero(~np.isfinite(a)))
        where = ", ".join(map(str, place))
        raise ValueError(f"{name}[{where}]={a[place]} must be finite")
    return a


def _sums_up(a: Array) -> bool:
    """Whether the sum is finite, and so each number: half the time of looking at each."""
    with np.errstate(all="ignore"):
        return math.isfinite(np.add.reduce(a, axis=None))


def dimension(n: int | None, owner: Any) -> int:
    """The dimension of a landscape: its own where that is fixed, else the one given."""
    if owner.dimension is not None:
        return int(owner.dimension)
    return count("n", n, least=getattr(owner, "minimum_dimension", 1))


def points(x: Any, f: Objective) -> Array:
    """One point (n,), or m points as the rows of (m, n)."""
    a = array("x", x)
    if a.ndim == 0 and f.n == 1:
        a = a.reshape(1)
    if a.ndim not in (1, 2) or (f.n is not None and a.shape[-1] != f.n):
        n = "n" if f.n is None else f.n
        raise ValueError(
            f"x has shape {a.shape}, but {f.name} is defined on n={n}: "
            f"pass shape ({n},) for one point or (m, {n}) for m points"
        )
    return a


def start(x0: Any, n: int | None, method: str) -> Array:
    """A finite start (n,), as a new array."""
    if x0 is None:
        length = "" if n is None else f" of length {n}"
        raise ValueError(f"x0=None, but {method} needs a start: pass an array{length}")
    a = array("x0", x0)
    if a.ndim == 0:
        a = a.reshape(1)
    if a.ndim != 1 or a.size == 0:
        raise ValueError(f"x0 has shape {a.shape}, but must be one point: pass an array (n,)")
    if n is not None and a.shape[0] != n:
        raise ValueError(
            f"x0 has shape {a.shape} but fun is defined on n={n}: pass an array of length {n}"
        )
    if not all_finite(a):
        i = int(np.flatnonzero(~np.isfinite(a))[0])
        raise ValueError(f"x0[{i}]={a[i]} must be finite")
    return a


def all_finite(a: Array) -> bool:
    """Whether all numbers of a vector are finite; quick for a few."""
    if a.size <= 16:
        return all(map(math.isfinite, a.tolist()))
    return bool(np.isfinite(a).all())


def bounds(value: Any, n: int) -> Bounds | None:
    """(low, high), each (n,): from pairs, an (n, 2) array or an object with lb and ub."""
    if value is None:
        return None
    if hasattr(value, "lb") and hasattr(value, "ub"):
        low, high = _sides("bounds.lb", value.lb, n), _sides("bounds.ub", value.ub, n)
    else:
        try:
            pairs = [tuple(pair) for pair in value]
        except TypeError:
            raise TypeError(
                f"bounds={value!r} must be pairs (low, high), an (n, 2) array, or an object with "
                "lb and ub"
            ) from None
        if len(pairs) != n or any(len(pair) != 2 for pair in pairs):
            raise ValueError(
                f"bounds has length {len(pairs)}, but must hold one pair (low, high) "
                f"for each of the n={n} coordinates"
            )
        low = array("bounds", [-np.inf if a is None else a for a, _ in pairs])
        high = array("bounds", [np.inf if b is None else b for _, b in pairs])
    for i in range(n):
        if not low[i] <= high[i]:
            raise ValueError(f"bounds[{i}]=({low[i]}, {high[i]}) must have low <= high")
    return np.ascontiguousarray(low), np.ascontiguousarray(high)


def _sides(name: str, value: Any, n: int) -> Array:
    """One number for all coordinates, or one for each."""
    a = array(name, value)
    if a.size not in (1, n):
        raise ValueError(f"{name} has shape {a.shape}, but x0 has length {n}")
    return np.broadcast_to(a.ravel(), (n,))


def population_dimension(n: int | None, bounds: Any, method: str) -> int:
    """n where no start is given: that of the objective, else the length of the bounds."""
    if n is not None:
        return n
    given = getattr(bounds, "lb", bounds)
    try:
        return len(given)
    except TypeError:
        raise ValueError(
            f"x0=None, but {method} needs to know n: pass an array (n,), or bounds"
        ) from None


def start_within(x0: Array, limits: Bounds | None, name: str = "x0") -> None:
    """The start must lie within the bounds: fun is never evaluated outside them."""
    if limits is None:
        return
    low, high = limits
    outside = np.flatnonzero((x0 < low) | (x0 > high))
    if outside.size:
        i = int(outside[0])
        raise ValueError(
            f"{name}[{i}]={x0[i]} is outside its bounds [{low[i]}, {high[i]}]: start within them"
        )


def enough_evals(max_evals: int | None, objective: Objective, n: int) -> None:
    """A budget that one gradient by finite differences does not exceed."""
    if max_evals is None or not hasattr(objective, "cost"):
        return
    least = objective.cost(n)
    if max_evals < least:
        raise ValueError(
            f"max_evals={max_evals} must be >= {least}: one gradient by finite differences "
            "takes so many, or pass jac="
        )


# ---- many runs -----------------------------------------------------------------------------------


def starts(value: Any, n: int | None) -> Array:
    """Finite starts (m, n), one a row, as a new array."""
    a = array("starts", value)
    if a.ndim == 1 and n == 1:
        a = a[:, np.newaxis]
    if a.ndim != 2 or a.size == 0 or (n is not None and a.shape[1] != n):
        columns = "n" if n is None else n
        raise ValueError(
            f"starts has shape {a.shape}, but must hold one start a row: pass shape (m, {columns})"
        )
    return np.array(finite("starts", a, ndim=2))


def starts_within(points: Array, limits: Bounds | None) -> None:
    """All starts must lie within the bounds: fun is never evaluated outside them."""
    if limits is None:
        return
    low, high = limits
    outside = np.argwhere((points < low) | (points > high))
    if len(outside):
        i, j = (int(k) for k in outside[0])
        raise ValueError(
            f"starts[{i}, {j}]={points[i, j]} is outside its bounds [{low[j]}, {high[j]}]: "
            "start within them"
        )


def hyper_parameters(caller: str, method: Any, given: dict[str, Any]) -> None:
    """Keywords that the method has; also a misspelt keyword of the caller comes here."""
    kind = method if isinstance(method, type) else type(method)
    names = [field.name for field in dataclasses.fields(kind)]
    for name in given:
        if name not in names:
            raise TypeError(
                f"{name}={given[name]!r} is neither a keyword of {caller} nor a hyper-parameter of "
                f"{kind.__name__}: it has {', '.join(names)}"
            )


def one_a_start(name: str, value: Any, m: int) -> list[Any]:
    """A hyper-parameter of one value for each of m runs."""
    values: list[Any] = value.tolist() if isinstance(value, np.ndarray) else list(value)
    if np.ndim(value) != 1 or len(values) != m:
        raise ValueError(
            f"{name} has shape {np.shape(value)}, but there are {m} starts: "
            f"pass one value, or shape ({m},)"
        )
    return values


def every_value(name: str, values: list[Any], make: Callable[..., Any]) -> None:
    """The values of one hyper-parameter, tried in ``make(name=value)``.

    Hyper-parameters lie in intervals, so of numbers the extremes will do.
    """
    tried = list(range(len(values)))
    if all(type(v) is float and math.isfinite(v) for v in values):
        tried = sorted({values.index(min(values)), values.index(max(values))})
    for i in tried:
        try:
            make(**{name: values[i]})
        except (TypeError, ValueError) as error:
            text = str(error)
            if not text.startswith(f"{name}="):
                raise
            raise type(error)(f"{name}[{i}]" + text.removeprefix(name)) from None


def room_for_paths(rows: float, m: int, n: int, max_bytes: Any) -> None:
    """Paths of m runs that fit into the memory allowed."""
    most = count("max_bytes", max_bytes, least=1)
    if math.isinf(rows):
        raise ValueError(
            "record: the length of the paths must be limited: pass max_iter or max_evals"
        )
    size = 8 * m * int(rows) * (n + 1)
    if size > most:
        raise ValueError(
            f"record: {m} paths of up to {int(rows)} points in {n} dimensions may take {size} "
            f"bytes > max_bytes={most}: record every so many steps (record=100), lower max_iter, "
            "or raise max_bytes"
        )


def search_window(value: Any, f: Objective) -> Array:
    """The finite window (n, 2) to search: what was given, else the usual domain of f."""
    n = f.n
    if value is None:
        value = getattr(f, "bounds", None)
        if value is None:
            raise ValueError(
                f"bounds=None, but {f.name} has no usual domain: pass one pair (low, high) "
                "for each coordinate"
            )
    if n is None:
        n = np.size(value.lb) if hasattr(value, "lb") else len(value)
    low, high = bounds(value, n) or ((), ())
    for i, pair in enumerate(zip(low, high, strict=True)):
        interval(f"bounds[{i}]", pair)
    return np.column_stack([low, high])


def scipy_qmc() -> Any:
    """SciPy's low-discrepancy points."""
    try:
        from scipy.stats import qmc
    except ImportError:
        raise ImportError(
            "sampling='sobol' needs SciPy: pip install scipy, or sampling='latin'"
        ) from None
    return qmc


# ---- what is told --------------------------------------------------------------------------------


def value(f: Any, name: str = "f") -> float:
    """One real number, NaN and infinities too."""
    try:
        a = np.asarray(f)
    except ValueError:  # rows of several lengths
        raise TypeError(f"{name} is {f!r}, but must be one real number") from None
    if a.size != 1 or a.dtype.kind not in "biuf":
        what = f"an array of shape {a.shape}" if a.ndim else f"{f!r}"
        raise TypeError(f"{name} is {what}, but must be one real number")
    return float(a.reshape(()))


def vector(g: Any, n: int, name: str = "g") -> Array:
    """An array (n,)."""
    a = array(name, g)
    if a.ndim == 0 and n == 1:
        a = a.reshape(1)
    if a.shape != (n,):
        raise ValueError(f"{name} has shape {a.shape}, but x has length {n}: give shape ({n},)")
    return a


def matrix(h: Any, n: int, name: str = "H") -> Array:
    """An array (n, n)."""
    a = array(name, h)
    if a.ndim == 0 and n == 1:
        a = a.reshape(1, 1)
    if a.shape != (n, n):
        raise ValueError(f"{name} has shape {a.shape}, but x has length {n}: give ({n}, {n})")
    return a


def told(
    x: Any, f: Any, g: Any, h: Any, n: int, hessian: bool
) -> tuple[Array, float, Array, Array | None]:
    """What `run.tell` was given."""
    if g is None:
        raise ValueError("g=None, but this method needs the gradient: tell(x, f, g)")
    if hessian and h is None:
        raise ValueError("H=None, but this method needs the Hessian: tell(x, f, g, H)")
    point = vector(x, n, "x")
    if not all_finite(point):
        i = int(np.flatnonzero(~np.isfinite(point))[0])
        raise ValueError(f"x[{i}]={point[i]} must be finite")
    return point, value(f), vector(g, n), matrix(h, n) if hessian else None


def told_population(X: Any, values: Any, rows: int, n: int) -> tuple[Array, Array]:
    """What the `run.tell` of a population was given."""
    points = array("X", X)
    if points.shape != (rows, n):
        raise ValueError(
            f"X has shape {points.shape}, but this generation has shape ({rows}, {n}): "
            "replace rows of run.ask() by points of your own"
        )
    if not np.isfinite(points).all():
        i, j = (int(k[0]) for k in np.nonzero(~np.isfinite(points)))
        raise ValueError(f"X[{i}, {j}]={points[i, j]} must be finite")
    return points, values_of(values, rows, "values")


def values_of(told: Any, rows: int, name: str) -> Array:
    """The values at the rows of a generation, NaN and infinities too."""
    a = array(name, told)
    if a.shape != (rows,):
        raise ValueError(f"{name} has shape {a.shape}, but X has {rows} rows: give ({rows},)")
    return a


def nan_value(x: Array) -> None:
    """Raises for a value that is NaN, at the point x."""
    raise FloatingPointError(f"fun is NaN at x = {x.tolist()}")


def rate_at(learning_rate: Callable[[int], Any], t: int) -> float:
    """The value at t of a learning rate that is a callable."""
    eta = learning_rate(t)
    name = f"learning_rate(t={t})"
    return within(name, eta, ge=0)


# ---- CMA-ES --------------------------------------------------------------------------------------

SHAPES = ("full", "diagonal", "limited")
#: More coordinates would need more than 20 GB for each matrix.
MOST_FULL = 50_000


def cmaes(method: Any) -> dict[str, Any]:
    """The hyper-parameters of `CMAES` that are not one number in an interval, checked."""
    choice("covariance", method.covariance, SHAPES)
    if method.restarts is not None and method.restarts not in ("ipop", "bipop"):
        raise ValueError(f"restarts={method.restarts!r} must be None, 'ipop' or 'bipop'")
    if not isinstance(method.active, bool | np.bool_):
        raise TypeError(f"active={method.active!r} must be True or False")
    out: dict[str, Any] = {"active": bool(method.active)}
    size = method.population_size
    if size is not None:
        out["population_size"] = size = count("population_size", size, least=2)
    if method.mu is not None:
        out["mu"] = mu = count("mu", method.mu, least=1)
        if size is not None and mu > size:
            raise ValueError(f"mu={mu} must be <= population_size={size}")
        if method.weights is not None:
            raise ValueError(f"mu={mu} must be None where weights are given: they tell it")
    if method.weights is not None:
        out["weights"] = _weights(method, size)
    for name, most in (("c_sigma", 1), ("c_c", 1), ("c_1", 1), ("c_mu", 1), ("d_sigma", math.inf)):
        given = getattr(method, name)
        if given is not None:
            least = {"gt": 0} if name in ("c_sigma", "d_sigma") else {"ge": 0}
            out[name] = within(name, given, le=most, **least)
    if (method.c_1 or 0.0) + (method.c_mu or 0.0) > 1.0:
        raise ValueError(f"c_1={method.c_1} + c_mu={method.c_mu} must be <= 1")
    if method.scale is not None:
        out["scale"] = _positive("scale", method.scale)
    if method.initial_covariance is not None:
        out["initial_covariance"] = _covariance(method.initial_covariance)
    return out


def _weights(method: Any, size: int | None) -> tuple[float, ...]:
    w = finite("weights", method.weights, 1)
    if size is None or method.restarts is not None:
        raise ValueError("weights need a population_size of their length, and restarts=None")
    if w.size != size:
        raise ValueError(f"weights has length {w.size}, but population_size={size}")
    if not (np.diff(w) <= 0.0).all() or not w[0] > 0.0:
        raise ValueError(f"weights={w.tolist()} must decrease from a positive one")
    return tuple(w.tolist())


def _positive(name: str, value: Any) -> float | tuple[float, ...]:
    """One positive number, or one a coordinate."""
    a = array(name, value)
    if a.ndim == 0:
        return positive_number(name, float(a))
    a = finite(name, a, 1)
    if not (a > 0.0).all():
        i = int(np.flatnonzero(~(a > 0.0))[0])
        raise ValueError(f"{name}[{i}]={a[i]} must be > 0")
    return tuple(a.tolist())


def _covariance(value: Any) -> tuple[Any, ...]:
    """The diagonal of a positive definite matrix, or all of it."""
    a = array("initial_covariance", value)
    if a.ndim == 1:
        return tuple(np.atleast_1d(_positive("initial_covariance", a)).tolist())
    a = finite("initial_covariance", a, 2)
    if a.shape[0] != a.shape[1] or not np.allclose(a, a.T, rtol=1e-12, atol=0.0):
        raise ValueError(f"initial_covariance of shape {a.shape} must be square and symmetric")
    try:
        np.linalg.cholesky(a)
    except np.linalg.LinAlgError:
        raise ValueError("initial_covariance must be positive definite") from None
    return tuple(map(tuple, a.tolist()))


def per_coordinate(name: str, value: Any, n: int) -> Array:
    """One positive number a coordinate, from one or n of them; 1 for None."""
    a = np.ones(n) if value is None else array(name, value)
    if a.ndim == 1 and a.size != n:
        raise ValueError(f"{name} has length {a.size}, but x0 has length {n}")
    return np.array(np.broadcast_to(a, (n,)))


def initial_covariance(value: Any, n: int, mode: str) -> Array:
    """C, (n, n), or its diagonal (n,); only the full mode keeps a matrix."""
    a = np.ones(n) if value is None else array("initial_covariance", value)
    if a.shape[0] != n:
        raise ValueError(f"initial_covariance has shape {a.shape}, but x0 has length {n}")
    if mode == "full" and n > MOST_FULL:
        raise ValueError(
            f"covariance='full' keeps matrices of n x n numbers, but n={n} is > {MOST_FULL}: "
            "use 'diagonal' or 'limited'"
        )
    if a.ndim == 2 and mode != "full":
        raise ValueError(
            f"initial_covariance has shape {a.shape}, but covariance={mode!r} keeps no matrix: "
            f"give its diagonal, shape ({n},)"
        )
    return a


# ---- pictures ------------------------------------------------------------------------------------


def drawable(f: Objective, n: int, figure: str) -> None:
    """A picture of f needs one or two coordinates."""
    if f.n is not None and f.n != n:
        cure = {1: "use plot.curve", 2: "use plot.contour or plot.surface"}.get(
            f.n, f"draw a cut through it, a function of {n} of its coordinates"
        )
        raise ValueError(f"f={f!r} is defined on n={f.n}, but {figure} draws n={n}: {cure}")


def window(value: Any, f: Objective, n: int) -> Array:
    """The part of the domain to draw, (n, 2): what was given, else the usual domain of f."""
    if value is None:
        value = getattr(f, "bounds", None)
        if value is None:
            pairs = ", ".join(["(low, high)"] * n)
            raise ValueError(
                f"bounds=None, but {f.name} has no usual domain: pass bounds=[{pairs}]"
            )
    a = array("bounds", value)
    if a.shape == (2,) and n == 1:
        a = a.reshape(1, 2)
    if a.shape != (n, 2):
        raise ValueError(
            f"bounds has shape {a.shape}, but must hold one pair (low, high) "
            f"for each of the n={n} coordinates"
        )
    for i, pair in enumerate(a):
        interval(f"bounds[{i}]", pair)
    return a


def recorded(result: Any, name: str = "result") -> Any:
    """The path of a result."""
    path = getattr(result, "path", None)
    if path is None:
        if not hasattr(result, "path"):
            raise TypeError(f"{name}={result!r} must be a Result of minimize(..., record=True)")
        raise ValueError(f"{name}.path=None, but the path is what is drawn: pass record=True")
    return path


def is_fit(value: Any) -> None:
    """What ml4pa.fit returned."""
    if not (hasattr(value, "predict") and hasattr(value, "params")):
        kind = type(value).__name__
        raise TypeError(f"fit has type {kind}, but must be a Fit, what ml4pa.fit returned")


def is_study(value: Any) -> None:
    """What ml4pa.studies.overfitting returned."""
    if not (hasattr(value, "training") and hasattr(value, "beyond")):
        kind = type(value).__name__
        raise TypeError(f"study has type {kind}, but must be what studies.overfitting returned")


def kept_cost(fit: Any) -> Any:
    """The cost of a fit, which holds the data."""
    is_fit(fit)
    if fit.objective is None:
        raise ValueError(
            "fit.objective=None, but its data are what is drawn: those of a file or a stream are "
            "not kept, draw fit.predict(x) yourself"
        )
    return fit.objective


def kept_history(fit: Any) -> Any:
    """The costs of a fit, epoch by epoch."""
    is_fit(fit)
    if len(fit.history) < 2:
        raise ValueError(
            f"fit.history has {len(fit.history)} rows, but needs two: an exact solution has no "
            "epochs, fit with a method such as ml4pa.Adam()"
        )
    return fit.history


# ---- models and data -----------------------------------------------------------------------------


def flag(name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name}={value!r} must be True or False")
    return bool(value)


def layers(value: Any) -> tuple[int, ...]:
    """The sizes of the layers of a network."""
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise TypeError(f"layers={value!r} must be the sizes of the layers: (2, 5, 1), say")
    sizes = tuple(count(f"layers[{i}]", size, least=1) for i, size in enumerate(value))
    if len(sizes) < 2:
        raise ValueError(f"layers={sizes} must have inputs and outputs: at least two sizes")
    return sizes


def model(value: Any) -> Model:
    """A model, not its class."""
    from .models import Model

    if not isinstance(value, Model):
        what = f"a class: pass {value.__name__}(...)" if isinstance(value, type) else "no Model"
        raise TypeError(f"model={value!r} is {what}; it must be Polynomial(3), Linear(2), ...")
    return value


def loss(value: Any, model: Model, known: dict[str, Loss]) -> Loss:
    """A loss by its name, fit for the model."""
    from .losses import Loss

    kind = value if isinstance(value, Loss) else known[choice("loss", value, tuple(known))]
    if kind.classifies and model.link != "sigmoid":
        raise ValueError(
            f"loss={kind.name!r} needs a model whose output is a probability, but model={model!r}: "
            "use Logistic, or MLP(..., output='sigmoid')"
        )
    return kind


def inputs(X: Any, model: Model) -> Array:
    """The data of a model, (N, p), finite."""
    a = array("X", X)
    p = model.features
    if a.ndim == 1 and p == 1:
        a = a.reshape(-1, 1)
    if a.ndim != 2 or a.shape[1] != p or a.size == 0:
        raise ValueError(
            f"X has shape {a.shape}, but {type(model).__name__} has p={p} "
            f"feature{'s' if p > 1 else ''}: "
            + (f"pass shape (N, {p}), one point a row" if p > 1 else "pass shape (N,) or (N, 1)")
        )
    return finite("X", a, ndim=2)


def targets(y: Any, rows: int, model: Model) -> Array:
    """What a model is to predict, (N, k), finite."""
    a = array("y", y)
    k = model.outputs
    shape = (rows,) if k == 1 else (rows, k)
    if a.shape not in (shape, (rows, k)):
        raise ValueError(
            f"y has shape {a.shape}, but X has {rows} rows and the model {k} "
            f"output{'s' if k > 1 else ''}: pass shape {shape}"
        )
    return finite("y", a, a.ndim).reshape(rows, k)


def probabilities(name: str, a: Array) -> None:
    """Numbers in [0, 1]."""
    if outside := _first_row(name, a, (a < 0) | (a > 1)):
        raise ValueError(f"{outside} must lie in [0, 1]: labels are 0 and 1")


def _first_row(name: str, a: Array, wrong: NDArray[np.bool_]) -> str:
    """The first of the wrong ones as ``name[row]=value``; empty where there is none."""
    if not wrong.any():
        return ""
    i, j = (int(k[0]) for k in np.nonzero(wrong))
    return f"{name}[{i}]={a[i, j]:g}" if a.shape[1] == 1 else f"{name}[{i}, {j}]={a[i, j]:g}"


def errors_wanted(loss: Loss, sigma: Any, covariance: Any) -> None:
    """sigma or covariance, for a loss that has errors and for no other."""
    given = {"sigma": sigma, "covariance": covariance}
    names = [name for name, value in given.items() if value is not None]
    if names and not loss.weighted:
        raise ValueError(
            f"{names[0]} is given, but loss={loss.name!r} knows no errors: use loss='chi2'"
        )
    if loss.weighted and len(names) != 1:
        what = "both are given" if names else "none is given"
        raise ValueError(
            f"sigma and covariance: {what}, but loss={loss.name!r} needs one of them "
            "(sigma=1.0 for unit errors)"
        )


def sigma(value: Any, y: Array) -> Array:
    """Standard deviations, one for each of the data (N, k)."""
    a = array("sigma", value)
    if a.ndim == 1 and y.shape[1] == 1:
        a = a[:, np.newaxis]
    if a.ndim and a.shape != y.shape:
        shape = y.shape[:1] if y.shape[1] == 1 else y.shape
        raise ValueError(
            f"sigma has shape {np.shape(value)}, but y has shape {shape}: "
            "pass one number, or one for each of the data"
        )
    a = np.broadcast_to(a, y.shape)
    if wrong := _first_row("sigma", a, ~((a > 0) & np.isfinite(a))):
        raise ValueError(f"{wrong} must be finite and > 0")
    return np.ascontiguousarray(a)


def cholesky(name: str, value: Any, size: int) -> Array:
    """The lower factor of a symmetric positive definite matrix of a size."""
    a = array(name, value)
    if a.shape != (size, size):
        raise ValueError(
            f"{name} has shape {a.shape}, but y has {size} numbers: pass shape ({size}, {size})"
        )
    a = finite(name, a, ndim=2)
    apart = np.abs(a - a.T)
    if np.max(apart) > 1e-8 * np.max(np.abs(a)):
        i, j = (int(k) for k in np.unravel_index(np.argmax(apart), a.shape))
        raise ValueError(
            f"{name}[{i}, {j}]={a[i, j]:g} but {name}[{j}, {i}]={a[j, i]:g}: must be symmetric"
        )
    try:
        return np.asarray(np.linalg.cholesky(a), dtype=np.float64)
    except np.linalg.LinAlgError:
        least = float(np.linalg.eigvalsh(a)[0])
        raise ValueError(
            f"{name} has the eigenvalue {least:g}, but must be positive definite"
        ) from None


def has_hessian(cost: Cost) -> None:
    """The second derivatives of a model that has none."""
    if not cost.model.linear:
        raise NotImplementedError(
            f"hessian: {cost.model.name} has none, only Polynomial, Linear and Logistic have: "
            "use a method that needs the gradient alone"
        )


def quadratic(cost: Cost) -> None:
    """A cost whose minimum is the solution of linear equations."""
    if cost.model.linear and cost.model.link == "linear" and not cost.loss.classifies:
        if cost.l1 == 0:
            return
        what = f"l1={cost.l1:g} must be 0"
    else:
        what = f"model={cost.model!r} with loss={cost.loss.name!r} is not linear least squares"
    raise ValueError(f"{what}: there is no exact solution, pass a method, Newton() or Adam() say")


# ---- fits ----------------------------------------------------------------------------------------


def table(name: str, value: Any, columns: int) -> NDArray[Any]:
    """Data (N, columns) as they are where they are float32 or float64, else as float64."""
    a: NDArray[Any] = np.asanyarray(value)
    if not (a.dtype.kind == "f" and a.dtype.itemsize in (4, 8) and a.dtype.isnative):
        a = array(name, value)
    if a.ndim == 1 and columns == 1:
        a = a.reshape(-1, 1)
    if a.ndim != 2 or a.shape[1] != columns or a.size == 0:
        wanted = "(N,)" if columns == 1 else f"(N, {columns})"
        raise ValueError(f"{name} has shape {a.shape}, but the model needs {wanted}, not empty")
    return a


def table_sigma(value: Any, y: NDArray[Any]) -> NDArray[Any]:
    """Standard deviations, one for each number of y (N, k)."""
    a = np.asanyarray(value)
    if a.ndim == 0:
        return np.broadcast_to(array("sigma", a), y.shape)
    a = table("sigma", a, y.shape[1])
    if a.shape != y.shape:
        raise ValueError(f"sigma has {len(a)} rows, but y has {len(y)}: pass one for each of y")
    return a


def same_length(X: NDArray[Any], y: NDArray[Any]) -> None:
    """One datum a row."""
    if len(X) != len(y):
        raise ValueError(f"y has {len(y)} rows, but X has {len(X)}: give one datum a row")


def is_mapped(a: Any) -> bool:
    """Whether an array is a view of a file."""
    while isinstance(a, np.ndarray):
        if isinstance(a, np.memmap):
            return True
        a = a.base
    return False


def batch(item: Any, place: int) -> tuple[Any, Any, Any]:
    """What a stream of batches gave: X, y and perhaps sigma."""
    if not isinstance(item, tuple | list) or len(item) not in (2, 3):
        what = f"{len(item)} things" if isinstance(item, tuple | list) else type(item).__name__
        raise TypeError(f"batch {place} of X is {what}, but must be (X, y) or (X, y, sigma)")
    X, y, *sigma = item
    return X, y, sigma[0] if sigma else None


def stream(value: Any, model: Model, terms: dict[str, Any], known: Any, fraction: Any) -> None:
    """An iterable of batches, or a function that returns one."""
    if isinstance(value, np.ndarray) or not (callable(value) or hasattr(value, "__iter__")):
        raise TypeError(
            "y=None, so X must be an iterable of batches (X, y), but has type "
            f"{type(value).__name__}: pass y"
        )
    if fraction is not None:
        raise ValueError(f"validation={fraction}, but X is an iterable of batches: pass (X, y)")
    summed = loss(terms["loss"], model, known).weighted or terms["reduction"] == "sum"
    if summed and (terms["l1"] or terms["l2"]):
        raise ValueError(
            f"l1={terms['l1']}, l2={terms['l2']} must be 0 where batches of one's own are summed: "
            "what share of the penalties a batch has is not known; use reduction='mean'"
        )


def validation(value: Any, sigma: Any) -> tuple[Any, Any, Any]:
    """Data to watch: (X, y), for chi2 (X, y, sigma), where one number holds for both."""
    if not isinstance(value, tuple | list) or len(value) not in (2, 3):
        raise TypeError(
            f"validation has type {type(value).__name__}, but must be (X, y), (X, y, sigma) or a "
            "fraction of the rows"
        )
    X, y, *errors = value
    return X, y, errors[0] if errors else sigma if np.ndim(sigma) == 0 else None


def initial(value: Any, n: int) -> Array:
    """Parameters to start from."""
    a = vector(value, n, "initial").copy()
    if not all_finite(a):
        i = int(np.flatnonzero(~np.isfinite(a))[0])
        raise ValueError(f"initial[{i}]={a[i]} must be finite")
    return a


def no_batches(epoch: int) -> NoReturn:
    """An iterable that is used up."""
    cure = "" if epoch == 0 else ": an iterator runs once, pass a list or a function returning one"
    raise ValueError(f"X gave no batch in epoch {epoch + 1}{cure}")


def shuffling(value: Any) -> bool | int:
    """True, False, or the rows that are shuffled together."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return count("shuffle", value, least=1)


def steps_by_formula(method: Any, why: str) -> None:
    """A method that can be told the gradient of a batch."""
    from .learning_rates import is_line_search
    from .method import GradientMethod

    if not isinstance(method, GradientMethod) or method.wants_hessian:
        raise ValueError(f"method={method!r} does not go by gradients alone, as {why} needs")
    if is_line_search(method.learning_rate):
        raise ValueError(
            f"learning_rate={method.learning_rate!r} is a line search, which {why} does not allow: "
            "the cost of one batch is not that of the next; use a number or a schedule"
        )


def only_without(why: str, **given: Any) -> None:
    """Keywords that do not go with something else that was given."""
    for name, value in given.items():
        if value is not None:
            raise ValueError(f"{name} is given, but does not go with {why}")


def recorded_population(result: Any) -> Any:
    """The path of a population."""
    path = recorded(result)
    if path.population is None:
        raise ValueError("result.path.population=None: this picture is of a population's run")
    if len(path) < 2:
        raise ValueError("result.path has no generation: pass max_iter >= 1")
    return path


def coordinates(value: Any, n: int) -> list[int]:
    """Two of n coordinates."""
    pair = [count("coordinates", c) for c in value]
    if len(pair) != 2 or max(pair) >= n:
        raise ValueError(f"coordinates={tuple(value)} must be two numbers < n={n}")
    return pair
