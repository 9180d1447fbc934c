"""Runs in motion: several methods racing on one map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path as File
from typing import Any, NamedTuple

import numpy as np
from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter
from matplotlib.axes import Axes
from numpy.typing import NDArray

from .. import checks
from ..objective import Array
from ..result import Result
from . import style
from .contour import contour
from .path import kept, plane, window_of
from .runs import named

PACES = ("auto", "steps", "log")
#: Where one run is so many times longer than another, the pace is logarithmic.
UNEVEN = 10
#: The last picture stays so many seconds.
HOLD = 0.8


class Animation(FuncAnimation):
    """A matplotlib animation that a notebook shows as a player, and that may go unplayed."""

    def _repr_html_(self) -> str:
        return str(self.to_jshtml())

    def __del__(self) -> None:  # matplotlib's warns of every animation that was not drawn
        pass


class Racer(NamedTuple):
    """A run, and what shows it."""

    steps: NDArray[np.int64]  # of each point
    points: Array
    generations: list[Array]  # of a population, one a recorded row; empty for one point
    recorded: NDArray[np.int64]  # their steps
    line: Any
    head: Any
    cloud: Any

    def move(self, step: int) -> None:
        """Shows where the run is after so many steps."""
        k = int(np.searchsorted(self.steps, step, side="right"))
        self.line.set_data(*self.points[:k].T)
        self.head.set_data(*self.points[k - 1 : k].T)
        if self.generations:
            k = int(np.searchsorted(self.recorded, step, side="right"))
            self.cloud.set_data(*self.generations[k - 1].T)


def animate(
    results: Result | Sequence[Result] | Mapping[str, Result],
    ax: Axes | None = None,
    *,
    f: Any = None,
    coordinates: tuple[int, int] = (0, 1),
    frames: int = 80,
    fps: int = 20,
    pace: str = "auto",
    save: str | None = None,
) -> Axes:
    r"""Show runs in motion: one, or several racing on one map, step by step at the same time.

    Parameters
    ----------
    results : Result, sequence of Result, or dict of name: Result
        Runs with ``record=True`` or a stride; the names go into the legend. Of a population the
        mean moves, and the generation is shown.
    ax : Axes, optional
        Where to draw, flat; new axes by default.
    f : Objective or callable, optional
        The function of two variables whose map is drawn under them, where ``ax`` has none.
    coordinates : (int, int), default (0, 1)
        Which two of more than two coordinates.
    frames : int >= 2, default 80
        The most pictures; fewer where there are fewer steps.
    fps : int >= 1, default 20
        Pictures a second.
    pace : {"auto", "steps", "log"}, default "auto"
        Even in the steps, or in log(1 + steps), which shows the beginning slowly. Auto takes the
        logarithm where one run is more than ten times as long as another.
    save : str, optional
        A file to write: ``.gif`` (needs pillow, which matplotlib brings), ``.mp4`` (needs ffmpeg)
        or ``.html`` (a player that needs nothing else).

    Returns
    -------
    Axes
        ``ax.animation`` is the matplotlib animation, which a notebook shows as a player and which
        has a ``save`` of its own.

    Raises
    ------
    ValueError
        If a path was not recorded, the axes are in perspective, or the file's kind is not known.

    Examples
    --------
    >>> import ml4pa
    >>> f = ml4pa.landscapes.Beale()
    >>> race = {
    ...     method.name: ml4pa.minimize(f, [1.0, -2.0], method, record=True, target=1e-4)
    ...     for method in (ml4pa.Momentum(0.001), ml4pa.Adam(0.1))
    ... }
    >>> ax = ml4pa.plot.animate(race, f=f, frames=40)
    >>> len(list(ax.animation.new_frame_seq())) > 40
    True
    """
    runs = named(results)
    frames = checks.count("frames", frames, least=2)
    fps = checks.count("fps", fps, least=1)
    checks.choice("pace", pace, PACES)
    writer = None if save is None else _writer(save, fps)
    own = ax is None
    ax = style.axes(ax)
    if ax.name == "3d":
        raise ValueError("ax is in perspective, but animate draws on a flat one")
    if f is not None:
        contour(f, ax)
    bare = not ax.has_data()
    paths = [_way(result, coordinates) for _, result in runs]
    window = window_of(ax, np.concatenate([points for points, _ in paths]), bare)
    racers = [
        _racer(ax, i, name, result, points, coordinates, window)
        for i, ((name, result), (points, _)) in enumerate(zip(runs, paths, strict=True))
    ]
    ax.set_xlim(*window[0])
    ax.set_ylim(*window[1])
    style.finish(ax, *paths[0][1])
    style.legend(ax, loc="upper right")
    if own:
        _freeze(ax.figure)
    ax.animation = _animation(ax, racers, frames, fps, pace)  # type: ignore[attr-defined]
    if writer is not None:
        writer(ax.animation)  # type: ignore[attr-defined]
    return ax


def _way(result: Result, coordinates: tuple[int, int]) -> tuple[Array, tuple[str, str]]:
    """What moves, and the names of the axes: the iterate, of a population the mean."""
    points, names = plane(result, coordinates)
    mean = checks.recorded(result).mean
    if mean is not None and mean.shape[1] > 1:
        points = mean[:, list(coordinates)]
    return points, names


def _freeze(figure: Any) -> None:
    """Lays the figure out once: doing it for every picture takes longer than drawing it."""
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")


def _racer(
    ax: Axes,
    i: int,
    name: str,
    result: Result,
    points: Array,
    coordinates: tuple[int, int],
    window: Array,
) -> Racer:
    """Line, head and cloud of the i-th run, at its start."""
    path, look = checks.recorded(result), style.look(i)
    rows, shown = kept(points, window)
    (line,) = ax.plot(
        [], [], color=look.color, linestyle=look.line, linewidth=2.2, zorder=4, gid="path",
        path_effects=style.halo(3.6),
    )  # fmt: skip
    (cloud,) = ax.plot(
        [], [], linestyle="none", marker=".", color=look.color, markersize=6, alpha=0.7, zorder=4,
        gid="population",
    )  # fmt: skip
    (head,) = ax.plot(
        [], [], color=look.color, linestyle=look.line, marker=look.marker, markersize=11,
        markeredgecolor="white", zorder=7, gid="head", label=name or None,
    )  # fmt: skip
    pair = list(coordinates)
    flat = path.population is not None and path.x.shape[1] > 1
    generations = [rows[:, pair] for rows in path.population] if flat else []
    return Racer(path.iteration[rows], shown, generations, path.iteration, line, head, cloud)


def _animation(ax: Axes, racers: list[Racer], frames: int, fps: int, pace: str) -> Animation:
    """The steps shown, and what a picture of one is."""
    lengths = [max(int(racer.recorded[-1]), 1) for racer in racers]
    last = max(lengths)
    log = last > UNEVEN * min(lengths) if pace == "auto" else pace == "log"
    even = np.linspace(0.0, np.log1p(last) if log else last, frames)
    steps = np.unique(np.round(np.expm1(even) if log else even).astype(int)).tolist()
    clock = ax.text(
        0.02, 0.97, "", transform=ax.transAxes, fontsize=style.LEGEND, va="top", zorder=8,
        gid="clock", bbox={"facecolor": "white", "alpha": 0.85, "edgecolor": "none"},
    )  # fmt: skip

    def draw(step: int) -> list[Any]:
        for racer in racers:
            racer.move(step)
        clock.set_text(f"step {step}")
        return [clock]

    draw(0)
    sequence = steps + steps[-1:] * round(HOLD * fps)
    figure: Any = ax.figure
    return Animation(figure, draw, frames=sequence, interval=1000.0 / fps, repeat=True)


def _writer(save: str, fps: int) -> Any:
    """What writes the file, chosen by its ending."""
    kind = File(save).suffix.lower()
    if kind == ".gif":
        return lambda animation: animation.save(save, writer=PillowWriter(fps=fps))
    if kind == ".html":
        return lambda animation: File(save).write_text(animation.to_jshtml(), encoding="utf-8")
    if kind != ".mp4":
        raise ValueError(f"save={checks.shown(save)} must end in .gif, .mp4 or .html")
    if not FFMpegWriter.isAvailable():
        raise ValueError(
            f"save={checks.shown(save)} needs ffmpeg, which is not found: save a .gif or a .html"
        )
    return lambda animation: animation.save(save, writer=FFMpegWriter(fps=fps))
