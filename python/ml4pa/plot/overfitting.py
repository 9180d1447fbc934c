"""What fits are worth on data that they have not seen."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from .. import checks
from ..objective import Array
from ..studies import Overfitting
from . import style

#: What can be varied: the horizontal axis, and how one value of it is called.
AXES = {
    "degrees": ("degree of the polynomial", "degree {}"),
    "n": ("data fitted, n", "n = {}"),
    "noise": ("noise σ", "σ = {:g}"),
}
ERRORS = {
    "training": "on the data fitted",
    "new": "on new data",
    "beyond": "on new data outside",
}
#: On one colour each: thin for what looks good, thick for what counts, thick and broken outside.
STROKES = {
    "training": {"linewidth": 1.8, "linestyle": (0, (2, 1)), "markersize": 6},
    "new": {"linewidth": 2.8, "linestyle": "-", "markersize": 8},
    "beyond": {"linewidth": 2.8, "linestyle": (0, (6, 2, 1, 2)), "markersize": 8},
}


def overfitting(
    study: Overfitting,
    ax: Axes | None = None,
    *,
    against: str = "degrees",
    errors: tuple[str, ...] = ("training", "new"),
) -> Axes:
    r"""Draw the errors of `ml4pa.studies.overfitting` on old and new data.

    Parameters
    ----------
    study : Overfitting
        What `ml4pa.studies.overfitting` returned.
    ax : Axes, optional
        Where to draw; new axes by default.
    against : {"degrees", "n", "noise"}, default "degrees"
        The horizontal axis. What else was varied has a colour for each value.
    errors : tuple of {"training", "new", "beyond"}, default ("training", "new")
        Which errors.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no such axis or error, or too much else was varied.

    Examples
    --------
    >>> import ml4pa
    >>> from ml4pa.studies import overfitting
    >>> study = overfitting(degrees=(1, 2, 3), repeats=10, rng=1)
    >>> ax = ml4pa.plot.overfitting(study)
    >>> ax.get_xlabel()
    'degree of the polynomial'
    """
    checks.is_study(study)
    checks.choice("against", against, tuple(AXES))
    for error in errors:
        checks.choice("errors", error, tuple(ERRORS))
    ax = style.axes(ax)
    curves = _curves(study, against, errors)
    for curve in curves:
        look = style.look(curve.color)
        ax.plot(curve.x, curve.y, color=look.color, marker=look.marker, label=curve.label,
                gid="overfitting", **STROKES[curve.error])  # type: ignore[arg-type, unused-ignore]  # fmt: skip
    _floor(ax, study, against)
    ax.set_yscale("log")
    if against == "degrees":
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    elif curves[0].x[0] > 0:
        ax.set_xscale("log")
    ax.grid(color="#dddddd", linewidth=0.8)
    style.finish(ax, AXES[against][0], "root mean square error")
    style.legend(ax)
    return ax


def _floor(ax: Axes, study: Overfitting, against: str) -> None:
    """The error of the truth itself, below which new data cannot be predicted."""
    look: dict[str, Any] = {"color": "black", "linewidth": 1.6, "linestyle": (0, (4, 3))}
    look.update(zorder=1, gid="truth", label="the truth itself: σ")
    if against == "noise":
        ax.plot(study.noise, study.noise, **look)
    elif len(study.noise) == 1 and study.noise[0] > 0:
        ax.axhline(study.noise[0], **look)


class Curve(NamedTuple):
    """One line of the picture."""

    x: Array
    y: Array
    error: str
    color: int
    label: str


def _curves(study: Overfitting, against: str, errors: tuple[str, ...]) -> list[Curve]:
    axis = tuple(AXES).index(against)
    others = [name for name in AXES if name != against and len(getattr(study, name)) > 1]
    if len(others) > 1:
        raise ValueError(
            f"against={against!r}, but {' and '.join(others)} were both varied: vary one of them"
        )
    x = np.array(getattr(study, against), dtype=float)
    values = getattr(study, others[0]) if others else (None,)
    curves = []
    for i, value in enumerate(values):
        for error in errors:
            table = np.moveaxis(getattr(study, error), axis, 0).reshape(len(x), -1)
            words = [AXES[others[0]][1].format(value)] if others else []
            words += [ERRORS[error]] if len(errors) > 1 or not others else []
            color = i if others else list(ERRORS).index(error)
            curves.append(Curve(x, table[:, i], error, color, ", ".join(words)))
    return curves
