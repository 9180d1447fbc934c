"""How fast runs came down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from .. import checks
from ..objective import Array
from ..result import Result
from . import style
from .runs import named

#: Columns of the picture: the points in one column are drawn as their lowest, in a band.
COLUMNS = 800
#: Beyond, a run has left every picture; a run at f_min falls out of it below.
HIGHEST, LOWEST = 1e100, 1e-300
AGAINST = ("steps", "evaluations")
SCALES = ("auto", "linear", "log")


def convergence(
    results: Result | Sequence[Result] | Mapping[str, Result],
    ax: Axes | None = None,
    *,
    minimum: float | None = None,
    against: str = "steps",
    scale: str = "auto",
) -> Axes:
    r"""Draw f - f_min of one or more runs, on a logarithmic axis, against the work done.

    Parameters
    ----------
    results : Result, sequence of Result, or dict of name: Result
        Runs with ``record=True`` or a stride; the names go into the legend.
    ax : Axes, optional
        Where to draw; new axes by default.
    minimum : float, optional
        f_min, for a landscape ``f.minimum``; by default the least finite value in any of the runs.
    against : {"steps", "evaluations"}, default "steps"
        The horizontal axis. Evaluations can be told where every step took as many: not for line
        searches.
    scale : {"auto", "linear", "log"}, default "auto"
        Of the horizontal axis, with room for 0. Auto takes the logarithm where one run is more
        than 50 times longer than another.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no run, a path was not recorded, evaluations cannot be told, or no value is
        finite and no minimum is given.

    Notes
    -----
    Where points are too dense to be told apart, the line is through the lowest of each column of
    the picture, and a pale band reaches up to the highest. A run that reaches f_min exactly, which
    has no logarithm, falls out of the picture below; a run that diverges leaves it above.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Rosenbrock()
    >>> runs = {
    ...     method.name: ml4pa.minimize(f, [-1.2, 1.0], method, record=True)
    ...     for method in (ml4pa.Newton(), ml4pa.Adam(0.05))
    ... }
    >>> ax = ml4pa.plot.convergence(runs, minimum=f.minimum)
    >>> ax.get_xlabel(), ax.get_xscale(), ax.get_yscale()
    ('steps', 'symlog', 'log')
    """
    checks.choice("against", against, AGAINST)
    checks.choice("scale", scale, SCALES)
    runs = named(results)
    works = [_work(result, name, against) for name, result in runs]
    if minimum is None:
        minimum = checks.least_finite([result.fun for _, result in runs])
    minimum = checks.finite_number("minimum", minimum)
    ax = style.axes(ax)
    lengths = [max(int(work[-1]), 1) for work in works]
    log = max(lengths) > 50 * min(lengths) if scale == "auto" else scale == "log"

    before = sum(line.get_gid() == "convergence" for line in ax.lines)
    for i, ((name, result), work) in enumerate(zip(runs, works, strict=True)):
        _draw(ax, _columns(work, checks.recorded(result).fun, minimum, log), before + i, name, log)
    ax.set_yscale("log")
    if log:
        ax.set_xscale("symlog", linthresh=1.0)
        ax.set_xlim(left=0.0)
    _fit_heights(ax)
    ax.grid(color="#dddddd", linewidth=0.8)
    style.finish(ax, against, r"$f - f_\mathrm{min}$" if minimum else "$f$")
    style.legend(ax)
    return ax


def _work(result: Result, name: str, against: str) -> NDArray[np.int64]:
    """Steps or evaluations at each recorded point."""
    path = checks.recorded(result)
    steps = path.iteration
    if against == "steps":
        return np.asarray(steps)
    if path.evaluations is not None:
        return np.asarray(path.evaluations)
    each, rest = divmod(result.nfev, result.nit + 1)
    if rest:
        raise ValueError(
            f"against='evaluations', but {name or 'the run'} took {result.nfev} evaluations for "
            f"{result.nit + 1} points, not as many for each: use against='steps'"
        )
    return np.asarray(each * (steps + 1))


class Columns(NamedTuple):
    """What is drawn of a run: at each place the lowest and the highest gap."""

    work: NDArray[np.int64]
    low: Array
    high: Array


def _columns(work: NDArray[np.int64], fun: Array, minimum: float, log: bool) -> Columns:
    """The gaps f - minimum, in columns where they are too many to be told apart."""
    with np.errstate(over="ignore", invalid="ignore"):
        gap = fun - minimum
    drawn = gap < HIGHEST  # neither NaN nor beyond
    work, gap = _fallen(work[drawn], gap[drawn])
    if len(gap) <= 2 * COLUMNS:
        return Columns(work, gap, gap)
    place = np.log1p(work) if log else work.astype(float)
    column = np.floor(COLUMNS * (place - place[0]) / (place[-1] - place[0]))
    begin = np.flatnonzero(np.diff(column, prepend=-1.0))
    return Columns(
        np.append(work[begin], work[-1]),
        np.append(np.minimum.reduceat(gap, begin), gap[-1]),
        np.append(np.maximum.reduceat(gap, begin), gap[-1]),
    )


def _fallen(work: NDArray[np.int64], gap: Array) -> tuple[NDArray[np.int64], Array]:
    """What has no logarithm is set to LOWEST; the first fall of all is made a vertical one."""
    none = np.flatnonzero(gap <= 0.0)
    gap = np.where(gap <= 0.0, LOWEST, gap)
    if none.size and none[0] > 0:
        k = int(none[0])
        work, gap = np.insert(work, k, work[k]), np.insert(gap, k, gap[k - 1])
    return work, gap


def _draw(ax: Axes, run: Columns, i: int, name: str, log: bool) -> None:
    look = style.look(i)
    if (run.high > 1.02 * run.low).any():
        ax.fill_between(run.work, run.low, run.high, color=look.color, alpha=0.2, linewidth=0)
    ax.plot(
        run.work, run.low, color=look.color, linestyle=look.line, linewidth=2.4,
        marker=look.marker, markersize=8, markevery=_every(run, log), label=name or None,
        gid="convergence",
    )  # fmt: skip


def _every(run: Columns, log: bool) -> list[int]:
    """Where the markers go: evenly along the axis, the last point among them."""
    work = run.work
    if len(work) == 0:
        return []
    place = np.log1p(work) if log else work.astype(float)
    wanted = np.linspace(0.0, place[-1], min(6, len(work)))
    places = np.searchsorted(place, wanted).clip(0, len(work) - 1)
    fallen = np.flatnonzero(run.low <= LOWEST)
    corner = int(fallen[0]) - 1 if fallen.size else -1  # where the line turns down, is no point
    return sorted({int(i) for i in places if i != corner})


def _fit_heights(ax: Axes) -> None:
    """The window shows all that has a logarithm; what has none falls out of it."""
    drawn = [np.asarray(line.get_ydata()) for line in ax.lines if line.get_gid() == "convergence"]
    gaps = np.concatenate(drawn)
    gaps = gaps[gaps > LOWEST]
    if gaps.size:
        ax.set_ylim(float(gaps.min()) / 3.0, float(gaps.max()) * 3.0)
