"""Contours, surfaces, curves, and the paths on them."""

from __future__ import annotations

import os
from typing import Any

os.environ["MPLBACKEND"] = "Agg"

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import LogNorm
from pictures import FLAT, LINE, closed, contours, descent, lines, points

import ml4pa
from ml4pa import landscapes, plot
from ml4pa.landscapes import (
    Beale,
    Cubic,
    MonkeySaddle,
    Quadratic,
    Saddle,
    Sphere,
)
from ml4pa.plot.path import DOTS

pytestmark = pytest.mark.usefixtures(closed.__name__)


# ---- contour and surface -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FLAT)
def test_contour_shows_the_domain_and_the_minima(kind: type[landscapes.Landscape]) -> None:
    f = kind()
    ax = plot.contour(f)
    ax.figure.canvas.draw()
    assert np.array_equal([ax.get_xlim(), ax.get_ylim()], f.bounds)
    stars = points(lines(ax, "minima")[0])
    if f.minima is None:
        assert len(stars) == 0
    else:
        inside = ((f.minima >= f.bounds[:, 0]) & (f.minima <= f.bounds[:, 1])).all(axis=1)
        assert np.array_equal(stars, f.minima[inside])


def test_contour_of_a_huge_range_is_even_in_the_logarithm() -> None:
    drawing = contours(plot.contour(Beale()))
    assert isinstance(drawing.norm, LogNorm)
    ratios = drawing.levels[1:] / drawing.levels[:-1]
    assert np.allclose(ratios, ratios[0])
    assert drawing.levels[0] < 0.1
    assert drawing.levels[-1] > 1e5


@pytest.mark.parametrize("f", [Saddle(), MonkeySaddle(), Quadratic()], ids=lambda f: f.name)
def test_contour_of_an_even_range_is_linear(f: landscapes.Landscape) -> None:
    drawing = contours(plot.contour(f))
    assert not isinstance(drawing.norm, LogNorm)
    steps = np.diff(drawing.levels)
    assert np.allclose(steps, steps[0])


def test_contour_takes_scale_levels_and_window() -> None:
    drawing = contours(
        plot.contour(Quadratic(), scale="log", levels=7, bounds=[(0.5, 1), (0, 2)], points=11)
    )
    assert len(drawing.levels) == 7
    assert drawing.norm.vmin == drawing.levels[0]
    ax = plot.contour(Quadratic(), bounds=[(0.5, 1), (0, 2)])
    assert (ax.get_xlim(), ax.get_ylim()) == ((0.5, 1.0), (0.0, 2.0))
    assert len(points(lines(ax, "minima")[0])) == 0  # the minimum is outside


def test_contour_of_a_callable_and_of_a_constant() -> None:
    def plane(x: Any) -> float:
        return float(x[0] + 2 * x[1])

    ax = plot.contour(plane, bounds=[(0, 1), (0, 1)], points=5)
    assert contours(ax).levels[0] <= 0
    assert contours(ax).levels[-1] >= 3
    assert ax.get_title() == "plane"
    plot.contour(lambda x: 2.0, bounds=[(0, 1), (0, 1)], points=5).figure.canvas.draw()
    plot.contour(lambda x: 0.0, bounds=[(0, 1), (0, 1)], points=5).figure.canvas.draw()


def test_contour_leaves_holes_where_f_is_not_finite() -> None:
    def half(x: Any) -> float:
        return float(x[0]) if x[0] > 0 else np.nan

    ax = plot.contour(half, bounds=[(-1, 1), (0, 1)], points=9)
    ax.figure.canvas.draw()
    with pytest.raises(ValueError, match="finite nowhere in bounds"):
        plot.contour(lambda x: np.nan, bounds=[(-1, 1), (0, 1)], points=9)


@pytest.mark.parametrize("hole", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("scale", ["auto", "linear", "log"])
def test_holes_change_neither_levels_nor_heights(hole: float, scale: str) -> None:
    """Of -log L, which is infinite in places; the scale is that of what is finite."""

    def holed(f: landscapes.Landscape) -> Any:
        return lambda x: hole if x[0] < -0.5 * f.bounds[0, 1] - 1e-9 else f(x)

    for f in (Quadratic(), Beale()):
        options: dict[str, Any] = {"bounds": f.bounds, "points": 41, "scale": scale}
        ax = plot.contour(holed(f), **options)
        ax.figure.canvas.draw()
        drawing, x = contours(ax), np.linspace(*f.bounds[0], 41)
        whole = np.stack(np.meshgrid(x, np.linspace(*f.bounds[1], 41)), -1)
        kept = f(whole[:, x >= -0.5 * f.bounds[0, 1] - 1e-9].reshape(-1, 2))
        log = scale == "log" or (scale == "auto" and isinstance(f, Beale))
        assert isinstance(drawing.norm, LogNorm) == log
        assert np.isfinite(drawing.levels).all()
        assert drawing.levels[-1] >= 0.99 * (kept - log * kept.min()).max()
        vertices = np.concatenate([path.vertices for path in drawing.get_paths()])
        assert vertices[:, 0].min() >= -0.5 * f.bounds[0, 1] - 1e-9
        surface: Any = plot.surface(holed(f), **options)
        surface.figure.canvas.draw()
        assert np.isfinite(surface.get_zlim()).all()
        faces = [len(ax.collections[0].get_array()) for ax in (surface, plot.surface(f, **options))]
        assert faces[0] < 0.9 * faces[1]
        assert surface.get_zlim()[1] < 2 * (np.log10(1 + kept.max()) if log else kept.max())


def test_curve_leaves_holes_where_f_is_not_finite() -> None:
    ax = plot.curve(lambda x: -np.log(x[0]) if x[0] > 0 else np.inf, bounds=(-1, 2))
    ax.figure.canvas.draw()
    assert np.isfinite(ax.get_ylim()).all()


def test_colorbar_comes_with_own_axes_only() -> None:
    assert len(plot.contour(Beale()).figure.axes) == 2
    assert len(plot.contour(Beale(), colorbar=False).figure.axes) == 1
    figure = plt.figure()
    plot.contour(Beale(), figure.add_subplot())
    assert len(figure.axes) == 1
    plot.contour(Beale(), figure.axes[0], colorbar=True)
    assert len(figure.axes) == 2


def test_surface_stands_at_the_heights_of_f() -> None:
    ax: Any = plot.surface(Saddle())
    assert ax.get_zlim()[0] <= -4
    assert ax.get_zlim()[1] >= 4
    ax = plot.surface(Beale())
    assert ax.get_zlabel().startswith("$\\log")
    assert 5.0 < ax.get_zlim()[1] < 6.0  # f reaches 1.8e5
    star = lines(ax, "minima")[0].get_data_3d()
    assert np.allclose(np.ravel(star), [3.0, 0.5, 0.0])


def test_path_lies_on_the_surface() -> None:
    f = Quadratic()
    result = descent(f)
    ax: Any = plot.path(result, plot.surface(f))
    x, y, z = lines(ax, "path")[0].get_data_3d()
    assert np.allclose(z, f(np.column_stack([x, y])))
    g = Beale()
    run = ml4pa.minimize(g, [4.0, 3.0], ml4pa.Adam(0.05), record=True)
    ax = plot.path(run, plot.surface(g))
    x, y, z = lines(ax, "path")[0].get_data_3d()
    assert np.allclose(z, np.log10(1 + g(np.column_stack([x, y]))))


# ---- curve and path ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LINE)
def test_curve_is_the_graph_of_f(kind: type[landscapes.Landscape]) -> None:
    f = kind()
    ax = plot.curve(f)
    ax.figure.canvas.draw()
    x, y = lines(ax, "curve")[0].get_data()
    assert np.array_equal(y, f(x[:, None]))
    assert (x[0], x[-1]) == tuple(f.bounds[0])
    assert f.minima is not None
    assert np.array_equal(points(lines(ax, "minima")[0])[:, 0], f.minima[:, 0])


def test_path_on_a_curve_is_x_against_f() -> None:
    f = Cubic()
    result = descent(f, [2.0], xtol=1e-4)
    ax = plot.path(result, plot.curve(f, bounds=(0.9, 2.1)))
    x, y = lines(ax, "path")[0].get_data()
    assert x[0] == 2.0
    assert y[0] == 2.0
    assert np.allclose(y, f(x[:, None]))
    assert ax.get_xlim() == (0.9, 2.1)
    assert ax.get_ylabel() == "$f(x)$"


def test_path_goes_through_every_point_from_start_to_end() -> None:
    result = descent(eta=0.4, max_iter=6)
    ax = plot.path(result, plot.contour(Quadratic()), arrows=2)
    assert result.path is not None
    assert np.array_equal(points(lines(ax, "path")[0])[:4], result.path.x[:4])
    assert np.array_equal(points(lines(ax, "start")[0])[0], result.path.x[0])
    assert np.array_equal(points(lines(ax, "end")[0])[0], result.path.x[-1])
    assert lines(ax, "start")[0].get_marker() != lines(ax, "end")[0].get_marker()
    assert (ax.get_xlim(), ax.get_ylim()) == ((-2, 2), (-2, 2))


def test_arrows_point_along_the_way() -> None:
    result = descent(max_iter=8)
    ax = plot.path(result, plot.contour(Quadratic()), arrows=3)
    arrows = [text for text in ax.texts if text.arrow_patch is not None]
    assert len(arrows) == 3
    for arrow in arrows:
        along = np.subtract(arrow.xy, arrow.xyann)
        assert np.dot(along, [-1.5, -1.0]) > 0.99 * np.linalg.norm(along) * np.hypot(1.5, 1.0)
    assert len(plot.path(result, arrows=0).texts) == 0


def test_long_paths_are_thinned_without_harm() -> None:
    run = ml4pa.minimize(
        Beale(), [4.0, 3.0], ml4pa.Momentum(2e-5), target=-1.0, max_iter=200_000, record=True
    )
    ax = plot.path(run, plot.contour(Beale()))
    kept = points(lines(ax, "path")[0])
    assert len(kept) < 5000
    assert lines(ax, "path")[0].get_marker() == ""
    assert run.path is not None
    every = run.path.x[:: len(run.path) // 2000]
    far = [np.abs(kept - p).max(axis=1).min() for p in every]
    assert max(far) <= 9.0 / 1000  # one thousandth of the window
    assert np.array_equal(kept[[0, -1]], run.path.x[[0, -1]])


def test_short_paths_have_dots() -> None:
    ax = plot.path(descent(max_iter=DOTS - 1), plot.contour(Quadratic()))
    assert lines(ax, "path")[0].get_marker() == "o"


def test_a_diverged_path_is_drawn_as_far_as_the_window() -> None:
    result = descent(eta=1.01)
    assert result.status is ml4pa.Status.DIVERGED
    ax = plot.path(result, plot.contour(Quadratic()))
    ax.figure.canvas.draw()
    assert (ax.get_xlim(), ax.get_ylim()) == ((-2, 2), (-2, 2))
    x = lines(ax, "path")[0].get_xdata()
    assert np.nanmax(np.abs(x)) < 1000
    assert result.path is not None
    assert np.array_equal(points(lines(ax, "path")[0])[:10], result.path.x[:10])
    assert not lines(ax, "end")  # it is not in the picture
    plot.path(result).figure.canvas.draw()


def test_a_path_that_leaves_and_returns_is_not_joined() -> None:
    result = descent(max_iter=3)
    assert result.path is not None
    result.path.x[:] = [[0.0, 0.0], [1e6, 0.0], [1e6, 1.0], [1.0, 1.0]]
    x = lines(plot.path(result, plot.contour(Quadratic())), "path")[0].get_xdata()
    assert np.array_equal(x, [0.0, np.nan, 1.0], equal_nan=True)


def test_several_paths_differ_and_are_named() -> None:
    ax = plot.contour(Quadratic())
    for eta in (0.1, 0.3, 0.6):
        plot.path(descent(eta=eta), ax, label=f"{eta}")
    assert len({line.get_color() for line in lines(ax, "path")}) == 3
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["0.1", "0.3", "0.6"]
    assert lines(plot.path(descent(), color="red"), "path")[0].get_color() == "red"


def test_path_of_two_coordinates_of_many() -> None:
    result = descent(Sphere(4), [1.0, 2.0, 3.0, 4.0], max_iter=5)
    ax = plot.path(result, coordinates=(3, 1))
    assert result.path is not None
    assert np.array_equal(points(lines(ax, "path")[0])[0], [4.0, 2.0])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x[3]", "x[1]")
