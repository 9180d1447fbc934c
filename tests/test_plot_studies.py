"""Pictures of many runs: basins, sweeps and races show what the runs say, cell by cell."""

from __future__ import annotations

import os
from typing import Any

os.environ["MPLBACKEND"] = "Agg"

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.animation import FFMpegWriter
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize, to_rgb
from pictures import closed, lines, points

import ml4pa
from ml4pa import Momentum, Newton, Status, find_minima, grid, lattice, multistart, plot, sweep
from ml4pa.landscapes import Beale, Himmelblau, MonkeySaddle, Quadratic, Rastrigin, Sphere
from ml4pa.plot.basins import COLORS

pytestmark = pytest.mark.usefixtures(closed.__name__)


def legend(ax: Axes) -> list[str]:
    told = ax.get_legend()
    return [] if told is None else [text.get_text() for text in told.get_texts()]


# ---- lattice -------------------------------------------------------------------------------------


def test_lattice_goes_row_by_row() -> None:
    assert lattice([(0, 1), (0, 2)], 3)[:4].tolist() == [[0, 0], [0.5, 0], [1, 0], [0, 1]]
    assert np.array_equal(lattice(Beale(), 2)[[0, -1]], Beale().bounds.T)
    assert lattice([(0, 1)] * 3, 4).shape == (64, 3)
    with pytest.raises(ValueError, match=r"^window\[1\]=\(1.0, 0.0\) must be finite with low < h"):
        lattice([(0, 1), (1, 0)])


# ---- basins --------------------------------------------------------------------------------------


def image(ax: Axes) -> Any:
    (only,) = ax.images
    return np.asarray(only.get_array())


def test_every_cell_has_the_colour_of_its_minimum() -> None:
    f = Himmelblau()
    runs = multistart(f, lattice(f, 30), Momentum(0.01), max_iter=3000)
    ax = plot.basins(runs, shade=False)
    nearest = np.argmin(np.linalg.norm(runs.x[:, np.newaxis] - f.minima, axis=2), axis=1)
    rgb = image(ax).reshape(-1, 3)
    colors = [np.unique(rgb[runs.success & (nearest == k)], axis=0) for k in range(4)]
    assert all(len(found) == 1 for found in colors)
    assert len({tuple(found[0]) for found in colors}) == 4
    diverged = runs.status == Status.DIVERGED
    assert diverged.any() and (rgb[diverged] == 0.0).all()
    stars = points(lines(ax, "minima")[0])
    assert np.allclose(np.sort(stars, axis=0), np.sort(f.minima, axis=0), atol=1e-6)


def test_paler_is_slower() -> None:
    f = Quadratic(1, 1)
    runs = multistart(f, lattice([(-1, 1)] * 2, 11), ml4pa.GradientDescent(0.1), gtol=1e-3)
    rgb = image(plot.basins(runs)).reshape(-1, 3)
    order = np.argsort(runs.nit)
    assert (np.diff(rgb[order, 0]) >= 0).all() and rgb[order[-1], 0] > rgb[order[0], 0] + 0.5
    assert len(np.unique(image(plot.basins(runs, shade=False)).reshape(-1, 3), axis=0)) == 1


def test_paler_goes_by_the_logarithm_of_the_steps() -> None:
    """1, 10 and 100 = 1 + steps are even: of the colour's distance to white a quarter is left in
    the end, and in the middle as much as between that and all."""
    runs = multistart(Quadratic(1, 1), lattice([(-1, 1)] * 2, 12), ml4pa.GradientDescent(0.1))
    runs.nit = np.repeat([0, 9, 99], 48)
    rgb = image(plot.basins(runs)).reshape(-1, 3)
    left = np.repeat([1.0, 0.625, 0.25], 48)[:, np.newaxis]
    assert np.allclose(1 - rgb, left * (1 - np.array(to_rgb(COLORS[0]))))


def test_an_image_lies_where_its_starts_do() -> None:
    ax = plot.basins(
        multistart(Quadratic(), lattice([(0, 2), (10, 14)], 3), Momentum(0.1), max_iter=9)
    )
    assert ax.images[0].get_extent() == [-0.5, 2.5, 9.0, 15.0]
    assert (ax.get_xlim(), ax.get_ylim()) == ((-0.5, 2.5), (9.0, 15.0))
    assert (image(ax) == to_rgb("#8c8c8c")).all()  # unfinished
    assert legend(ax) == ["unfinished: 100 %"]


def test_a_cell_is_drawn_at_its_start() -> None:
    """x varies along the columns: of sin(x) the basins are stripes."""
    f = ml4pa.Function(lambda x: np.cos(x[0]) + x[1] ** 2, lambda x: [-np.sin(x[0]), 2 * x[1]])
    runs = multistart(f, lattice([(0.5, 4 * np.pi - 0.5), (-1, 1)], 8), Momentum(0.1, 0.0))
    rgb = image(plot.basins(runs, shade=False))
    assert (rgb == rgb[0]).all() and (rgb[:, 0] != rgb[:, -1]).any()


def test_newton_goes_to_saddles_too() -> None:
    f = Himmelblau()
    starts = lattice(f, 25)
    ends = multistart(f, starts, Newton(), max_iter=99, record=99)
    assert any("no minimum (" in text for text in legend(plot.basins(ends)))
    assert len(points(lines(plot.basins(ends), "minima")[0])) == 4
    assert len(points(lines(plot.basins(ends), "saddles")[0])) == 5
    best = multistart(f, starts, Newton(), max_iter=99)
    ax = plot.basins(best)
    assert (image(ax).reshape(-1, 3)[best.status == Status.SADDLE] == 1.0).all()
    assert any(text.startswith("no minimum: ") for text in legend(ax))
    monkey = MonkeySaddle()
    rings = multistart(monkey, lattice(monkey, 20), Newton(), max_iter=99, record=99)
    assert legend(plot.basins(rings)) == ["no minimum (0, 0): 100 %"]


def test_populations_end_at_their_best() -> None:
    f = Himmelblau()
    runs = multistart(f, lattice(f, 4), ml4pa.CMAES(0.1), record=True, rng=1)
    assert len(points(lines(plot.basins(runs), "minima")[0])) == len(
        np.unique(runs.x.round(3), axis=0)
    )


def test_minima_bring_their_own_labels() -> None:
    minima = find_minima(Himmelblau(), starts=200, method=Newton(), rng=1)
    ax = plot.basins(minima)
    assert len(ax.images) == 0 and len(ax.collections) == 1
    shares = [f"{share:.0%}".replace("%", " %") for share in minima.share]
    assert [text.rpartition(": ")[2] for text in legend(ax)] == shares
    assert any(text.startswith("maximum (-0.27, -0.92)") for text in legend(ax))


def test_neighbours_of_many_minima_differ() -> None:
    f = Rastrigin(2)
    runs = multistart(f, lattice(f, 66), ml4pa.GradientDescent(0.001), max_iter=2000)
    assert runs.success.all()
    rgb = image(plot.basins(runs, shade=False))
    label = np.round(runs.x / 0.9949).astype(int).reshape(66, 66, 2)
    for a, b, p, q in (
        (rgb[1:], rgb[:-1], label[1:], label[:-1]),
        (rgb[:, 1:], rgb[:, :-1], label[:, 1:], label[:, :-1]),
    ):
        assert np.array_equal((a != b).any(axis=2), (p != q).any(axis=2))
    assert legend(plot.basins(runs))[-1] == "and 111 more"
    assert {tuple(c) for c in rgb.reshape(-1, 3)} == {to_rgb(c) for c in COLORS}


def test_basins_refuses_with_a_cure() -> None:
    line = multistart(Sphere(3), np.ones((2, 3)), "adam", max_iter=3)
    with pytest.raises(ValueError, match="^runs have n=3, but basins draws n=2"):
        plot.basins(line)
    with pytest.raises(TypeError, match="^runs has type list, but must be what multistart or"):
        plot.basins([1, 2])


# ---- sweeps --------------------------------------------------------------------------------------

ETA, GAMMA = np.geomspace(1e-4, 1, 9), np.array([0.0, 0.5, 0.9, 0.99])
STARTS = np.random.default_rng(2).uniform(-3, 3, (4, 2))
TABLE = sweep(Beale(), STARTS, grid(Momentum, learning_rate=ETA, momentum=GAMMA), max_iter=2000)


def meshes(ax: Axes, gid: str) -> list[Any]:
    return [c for c in ax.collections if c.get_gid() == gid]


def test_every_cell_shows_its_setting() -> None:
    ax = plot.sweep(TABLE)
    (cells,) = meshes(ax, "cells")
    nit = TABLE.nit.reshape(9, 4).T
    shown = np.ma.filled(cells.get_array().reshape(4, 9), np.nan)
    assert np.array_equal(shown, nit, equal_nan=True)
    slow, diverged = (
        ~np.ma.getmaskarray(c.get_array()).reshape(4, 9) for c in meshes(ax, "failed")
    )
    assert np.array_equal(slow, np.isnan(nit))
    count = np.reshape(TABLE.to_dict()["diverged"], (9, 4)).T
    assert np.array_equal(diverged, np.isnan(nit) & (count >= 2)) and diverged.any()
    (partly,) = lines(ax, "failed")
    some = np.reshape(TABLE.to_dict()["solved"], (9, 4)).T % 4 > 0
    assert len(points(partly)) == some.sum() > 0
    assert legend(ax) == ["diverged", "not solved", "solved from some starts"]


@pytest.mark.parametrize("show", ["nit", "nfev", "fun", "solved"])
def test_light_cells_are_best(show: str) -> None:
    """Few steps and evaluations, low values, but many starts solved."""
    (cells,) = meshes(plot.sweep(TABLE, show=show), "cells")
    values = np.unique(np.ma.compressed(cells.get_array()))
    light = cells.to_rgba(values)[:, :3] @ [0.2126, 0.7152, 0.0722]
    rises = np.diff(light if show == "solved" else -light)
    assert len(values) > 1 and (rises >= 0).all() and rises.sum() > 0.5
    ends = cells.get_cmap()([0.0, 1.0])[:, :3]
    assert np.allclose(cells.to_rgba(values[[0, -1]])[:, :3], ends)  # the whole of the map


@pytest.mark.parametrize(("most", "norm"), [(19.9, Normalize), (20.1, LogNorm)])
def test_colours_of_very_different_sizes_are_logarithmic(most: float, norm: type) -> None:
    """Beyond a factor of 20."""
    rates = grid(Momentum, learning_rate=[0.1, 0.2, 0.3], momentum=[0.0, 0.5])
    table = sweep(Quadratic(), [1.0, 1.0], rates, max_iter=1)
    table.runs.success[:] = True
    table.runs.fun = np.array([1.0, 1.0, 2.0, 3.0, 4.0, most])
    (cells,) = meshes(plot.sweep(table, show="fun"), "cells")
    assert type(cells.norm) is norm


def test_axes_are_those_of_the_values() -> None:
    ax = plot.sweep(TABLE)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("learning rate", "momentum")
    assert [t.get_text() for t in ax.get_yticklabels()] == ["0", "0.5", "0.9", "0.99"]
    half = np.sqrt(ETA[1] / ETA[0])
    assert np.allclose(ax.get_xlim(), (ETA[0] / half, ETA[-1] * half))
    even = sweep(Beale(), [1, 1], grid(Momentum, learning_rate=[0.01, 0.02, 0.03]), max_iter=10)
    assert plot.sweep(even, show="fun").get_xlim() == pytest.approx((0.005, 0.035))
    turned = plot.sweep(TABLE, x="momentum", y="learning_rate")
    assert (turned.get_xlabel(), turned.get_yscale()) == ("momentum", "log")
    (cells,) = meshes(turned, "cells")
    shown = np.ma.filled(cells.get_array().reshape(9, 4), np.nan)
    assert np.array_equal(shown, TABLE.nit.reshape(9, 4), equal_nan=True)


def test_the_star_is_on_the_best() -> None:
    (star,) = lines(plot.sweep(TABLE), "best")
    best = TABLE.grid.settings[TABLE.order[0]]
    at = [best["learning_rate"], list(GAMMA).index(best["momentum"])]
    assert np.allclose(points(star), [at])


def test_one_hyper_parameter_gives_a_curve() -> None:
    table = sweep(Beale(), [1.0, 1.0], grid(Momentum, learning_rate=ETA), max_iter=20000)
    ax = plot.sweep(table, show="nfev")
    (curve,) = lines(ax, "curve")
    assert np.array_equal(points(curve), np.column_stack([ETA, table.nfev]), equal_nan=True)
    diverged, slow, partly = (points(line) for line in lines(ax, "failed"))
    assert np.array_equal(diverged[:, 0], ETA[np.array(table.to_dict()["diverged"]) == 1])
    assert len(diverged) + len(slow) == np.isnan(table.nfev).sum() and len(partly) == 0
    assert ax.get_ylabel() == "evaluations" and ax.get_title() == "Momentum"
    (star,) = lines(ax, "best")
    assert points(star)[0, 0] == table.best.learning_rate


def test_of_three_the_best_of_the_third_is_shown() -> None:
    three = grid(ml4pa.Adam, learning_rate=[1e-3, 1e-2, 0.1], beta1=[0.5, 0.9], beta2=[0.9, 0.99])
    table = sweep(Himmelblau(), [[1.0, 1.0]], three, max_iter=3000)
    (cells,) = meshes(plot.sweep(table, x="beta2", y="learning_rate"), "cells")
    best = np.nanmin(np.where(np.isnan(table.nit), 1e9, table.nit).reshape(3, 2, 2), axis=1)
    shown = np.ma.filled(cells.get_array().reshape(3, 2), 1e9)
    assert np.array_equal(shown, best)
    (solved,) = meshes(plot.sweep(table, show="solved"), "cells")
    count = np.reshape(table.to_dict()["solved"], (3, 2, 2)).max(axis=2).T
    assert np.array_equal(np.ma.filled(solved.get_array().reshape(2, 3), 0), count)


def test_sweep_refuses_with_a_cure() -> None:
    one = sweep(Beale(), [1.0, 1.0], grid(Momentum, learning_rate=0.1), max_iter=3)
    for call, text in (
        (lambda: plot.sweep(one), "sweep has one setting, but a picture needs several"),
        (
            lambda: plot.sweep(TABLE, x="beta"),
            "x='beta' must be one of 'learning_rate', 'momentum'",
        ),
        (lambda: plot.sweep(TABLE, show="f"), "show='f' must be one of 'nit', 'nfev', 'fun'"),
    ):
        with pytest.raises(ValueError) as told:
            call()
        assert str(told.value).startswith(text)
    with pytest.raises(TypeError, match="^sweep has type dict, but must be a Sweep"):
        plot.sweep({})


# ---- races ---------------------------------------------------------------------------------------


def race(**how: Any) -> dict[str, ml4pa.Result]:
    methods = {"slow": ml4pa.GradientDescent(0.01), "fast": ml4pa.Momentum(0.01)}
    how = {"record": True, "target": -1 + 1e-3, **how}
    return {n: ml4pa.minimize(Quadratic(), [1.5, 1.0], m, **how) for n, m in methods.items()}


def test_all_racers_are_at_the_same_step() -> None:
    results = race()
    ax: Any = plot.animate(results, f=Quadratic(), frames=30)
    drawn, steps = lines(ax, "path"), list(ax.animation.new_frame_seq())
    assert steps[0] == 0 and steps[-1] == max(result.nit for result in results.values())
    assert steps == sorted(steps)
    (clock,) = (text for text in ax.texts if text.get_gid() == "clock")
    for step in (0, steps[3], steps[9], steps[-1]):
        ax.animation._draw_frame(step)
        assert clock.get_text() == f"step {step}"
        for result, line, head in zip(results.values(), drawn, lines(ax, "head"), strict=True):
            at = result.path.x[min(step, result.nit)]
            assert np.allclose(points(head), [at], atol=3e-3)  # points closer than that are dropped
            assert np.array_equal(points(line)[0], [1.5, 1.0])
            assert np.array_equal(points(line)[-1], points(head)[0])
    assert legend(ax) == ["slow", "fast"]


def test_pace() -> None:
    even: Any = plot.animate(race(), frames=11, pace="steps")
    steps = np.unique(list(even.animation.new_frame_seq()))
    assert np.ptp(np.diff(steps)) <= 1
    log: Any = plot.animate(race(), frames=11, pace="log")
    steps = np.unique(list(log.animation.new_frame_seq()))
    assert (np.diff(steps, 2) >= -1).all() and steps[1] < 3


def test_a_race_keeps_the_window_of_its_axes() -> None:
    ax = plot.contour(Beale(), bounds=[(0, 4), (-1, 2)])
    assert plot.animate(race(), ax, frames=3) is ax
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 4), (-1, 2))


def test_a_population_moves_as_a_cloud() -> None:
    result = ml4pa.minimize(Beale(), [1.0, 1.0], ml4pa.CMAES(0.5), record=True, rng=1, max_iter=9)
    ax: Any = plot.animate({"CMA-ES": result}, f=Beale())
    (cloud,) = lines(ax, "population")
    assert result.path is not None and result.path.population is not None
    for step in (0, 1, 7):
        ax.animation._draw_frame(step)
        assert np.array_equal(points(cloud), result.path.population[step])
        assert np.allclose(points(lines(ax, "head")[0]), result.path.mean[step], atol=1e-2)


def test_one_variable_and_diverging_runs() -> None:
    f = ml4pa.landscapes.Cubic()
    down = ml4pa.minimize(f, [2.0], ml4pa.GradientDescent(0.1), record=True)
    ax: Any = plot.animate(down, plot.curve(f))
    ax.animation._draw_frame(down.nit)
    assert np.allclose(points(lines(ax, "head")[0]), [[4 / 3, f([4 / 3])]], atol=1e-2)
    away = ml4pa.minimize(Beale(), [4.0, 3.0], ml4pa.GradientDescent(0.1), record=True)
    ax = plot.animate(away, f=Beale())
    ax.animation._draw_frame(away.nit)
    ax.figure.canvas.draw()


def test_files(tmp_path: Any) -> None:
    from PIL import Image

    gif, page = tmp_path / "race.gif", tmp_path / "race.html"
    figure = plt.figure(figsize=(3, 2))
    plot.animate(race(), figure.add_subplot(), frames=4, fps=10, save=str(gif))
    with Image.open(gif) as image:
        assert image.n_frames >= 4 and image.size == (300, 200)
    figure = plt.figure(figsize=(3, 2))
    plot.animate(race(), figure.add_subplot(), frames=3, fps=2, save=str(page))
    assert "data:image/png;base64," in page.read_text(encoding="utf-8")
    figure = plt.figure(figsize=(3, 2))
    ax: Any = plot.animate(race(), figure.add_subplot(), frames=3, fps=2)
    assert "<script" in ax.animation._repr_html_()


@pytest.mark.skipif(not FFMpegWriter.isAvailable(), reason="ffmpeg is not installed")
def test_film(tmp_path: Any) -> None:
    film = tmp_path / "race.mp4"
    figure = plt.figure(figsize=(3, 2))
    plot.animate(race(), figure.add_subplot(), frames=3, fps=5, save=str(film))
    assert film.read_bytes()[4:8] == b"ftyp"


def test_animate_refuses_with_a_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matplotlib.animation.FFMpegWriter.isAvailable", lambda: False)
    for call, text in (
        (lambda: plot.animate(race(), save="race.avi"),
         "save='race.avi' must end in .gif, .mp4 or .html"),
        (lambda: plot.animate(race(), save="race.mp4"),
         "save='race.mp4' needs ffmpeg, which is not found: save a .gif or a .html"),
        (lambda: plot.animate(race(), plot.surface(Quadratic())),
         "ax is in perspective, but animate draws on a flat one"),
        (lambda: plot.animate(race(record=False)),
         "results['slow'].path=None, but the path is what is drawn: pass record=True"),
        (lambda: plot.animate([]), "results is empty, but must hold one Result at least"),
    ):  # fmt: skip
        with pytest.raises(ValueError) as told:
            call()
        assert str(told.value) == text
