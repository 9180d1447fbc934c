"""Pictures: that the right data are drawn, on the right axes, and nothing global is touched."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

os.environ["MPLBACKEND"] = "Agg"

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.colors import LogNorm
from matplotlib.contour import QuadContourSet

import ml4pa
from ml4pa import GeneticAlgorithm, landscapes, minimize, plot
from ml4pa.datasets import closure_test, hubble, noisy_line, two_classes
from ml4pa.landscapes import (
    LANDSCAPES,
    Beale,
    Cubic,
    MonkeySaddle,
    Quadratic,
    Rastrigin,
    Saddle,
    Sphere,
)
from ml4pa.plot import style
from ml4pa.plot.path import DOTS
from ml4pa.studies import overfitting

AXES = [name for name in plot.__all__ if name != "explore"]  # which is a widget
FLAT = [kind for kind in LANDSCAPES if kind.dimension == 2]
LINE = [kind for kind in LANDSCAPES if kind.dimension == 1]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def lines(ax: Axes, gid: str) -> list[Any]:
    """What was drawn under this name."""
    return [line for line in ax.lines if line.get_gid() == gid]


def contours(ax: Axes) -> QuadContourSet:
    return next(c for c in ax.collections if isinstance(c, QuadContourSet))


def points(line: Any) -> Any:
    return np.column_stack(line.get_data())


def descent(f: Any = None, x0: Any = (1.5, 1.0), eta: float = 0.1, **limits: Any) -> ml4pa.Result:
    method = ml4pa.GradientDescent(eta)
    return ml4pa.minimize(f or Quadratic(), list(x0), method, **{"record": True, **limits})


def line_fit(**errors: Any) -> ml4pa.Fit:
    """A straight line through Hubble's nebulae."""
    loss = "chi2" if errors else "mse"
    return ml4pa.fit(ml4pa.Polynomial(1), *hubble(), loss=loss, **errors)


def in_epochs(**how: Any) -> ml4pa.Fit:
    """A fit that has a history."""
    method = ml4pa.GradientDescent(0.1)
    return ml4pa.fit(ml4pa.Polynomial(1), *hubble(), method, **{"epochs": 30, "rng": 1, **how})


def classified(p: int, model: ml4pa.Logistic | ml4pa.MLP | None = None, **how: Any) -> ml4pa.Fit:
    """A classifier of p variables."""
    X, y = two_classes(300, p, rng=1)
    return ml4pa.fit(model or ml4pa.Logistic(p), X, y, loss="cross_entropy", **how)


def evolved(mode: str = "full", n: int = 2, **how: Any) -> ml4pa.Result:
    """A run of CMA-ES on an ellipsoid."""
    method = ml4pa.CMAES(0.3, covariance=mode, tolfun=0, tolx=0)
    how = {"max_iter": 30, "record": True, "rng": 1, **how}
    return ml4pa.minimize(ml4pa.landscapes.Ellipsoid(n), np.ones(n), method, **how)


def fleet() -> ml4pa.Multistart:
    """Runs from a lattice of starts."""
    f = ml4pa.landscapes.Himmelblau()
    return ml4pa.multistart(f, ml4pa.lattice(f, 12), ml4pa.Momentum(0.01), max_iter=400)


def swept() -> ml4pa.Sweep:
    """A table of settings, some of which diverge."""
    rates = ml4pa.grid(ml4pa.Momentum, learning_rate=[1e-3, 1e-2, 1e-1], momentum=[0.5, 0.9])
    return ml4pa.sweep(Beale(), [1.0, 1.0], rates, max_iter=10000)


STUDY = overfitting(degrees=(1, 2, 4), repeats=5, rng=1)


# ---- all of them ---------------------------------------------------------------------------------


def drawn(name: str, ax: Axes | None = None) -> Axes:
    """One picture of each kind."""
    return {
        "contour": lambda: plot.contour(Beale(), ax),
        "surface": lambda: plot.surface(Saddle(), ax),
        "curve": lambda: plot.curve(Cubic(), ax),
        "path": lambda: plot.path(descent(), ax, label="way"),
        "convergence": lambda: plot.convergence({"run": descent()}, ax),
        "evolution": lambda: plot.evolution(evolved(), ax),
        "adaptation": lambda: plot.adaptation(evolved(), ax),
        "diversity": lambda: plot.diversity(evolved(), ax),
        "fit": lambda: plot.fit(line_fit(), ax),
        "history": lambda: plot.history(in_epochs(), ax),
        "overfitting": lambda: plot.overfitting(STUDY, ax),
        "basins": lambda: plot.basins(fleet(), ax),
        "sweep": lambda: plot.sweep(swept(), ax),
        "animate": lambda: plot.animate({"way": descent()}, ax, f=Quadratic(), frames=5),
    }[name]()


@pytest.mark.parametrize("name", AXES)
def test_returns_its_axes_and_leaves_the_rest_alone(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plt, "show", lambda *_: pytest.fail("show() was called"))
    settings, backend = dict(mpl.rcParams), mpl.get_backend()
    own = drawn(name)
    assert isinstance(own, Axes)
    kind = "3d" if name == "surface" else None
    given = plt.figure().add_subplot(projection=kind)
    before = plt.get_fignums()
    assert drawn(name, given) is given
    assert plt.get_fignums() == before
    assert dict(mpl.rcParams) == settings
    assert mpl.get_backend() == backend


@pytest.mark.parametrize("name", AXES)
def test_is_labelled_in_letters_for_the_last_row(name: str) -> None:
    ax = drawn(name)
    ax.figure.canvas.draw()
    for axis in (ax.xaxis, ax.yaxis):
        assert axis.label.get_text()
        assert axis.label.get_size() >= 14
        assert all(tick.get_size() >= 12 for tick in axis.get_ticklabels())
    legend = ax.get_legend()
    if legend:
        assert all(text.get_size() >= 12 for text in legend.get_texts())


def test_labels_that_are_there_stay() -> None:
    ax = plt.figure().add_subplot()
    ax.set(xlabel="mine", title="my title")
    plot.contour(Beale(), ax)
    assert (ax.get_xlabel(), ax.get_title(), ax.get_ylabel()) == ("mine", "my title", "$y$")


def test_neighbours_differ_in_colour_line_and_marker() -> None:
    looks = [style.look(i) for i in range(7)]
    for part in ("color", "line", "marker"):
        for a, b in itertools.pairwise(looks):
            assert getattr(a, part) != getattr(b, part)
    assert len({look.color for look in looks}) == 7
    assert style.look(7) == style.look(0)


def test_import_of_ml4pa_does_not_import_matplotlib() -> None:
    code = (
        "import sys, ml4pa; assert 'matplotlib' not in sys.modules; "
        "ml4pa.plot; assert 'matplotlib' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_matplotlib_the_cure_is_told() -> None:
    code = "import sys; sys.modules['matplotlib'] = None; import ml4pa; ml4pa.plot"
    told = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert told.returncode == 1
    assert told.stderr.splitlines()[-1] == (
        "ModuleNotFoundError: ml4pa.plot needs matplotlib, which is not installed: "
        "pip install 'ml4pa[plot]'"
    )


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


# ---- convergence ---------------------------------------------------------------------------------


def test_convergence_draws_the_gaps() -> None:
    f = Quadratic()
    result = descent(f, max_iter=40)
    ax = plot.convergence({"descent": result}, minimum=f.minimum)
    work, gap = lines(ax, "convergence")[0].get_data()
    assert result.path is not None
    assert np.array_equal(work, np.arange(41))
    assert np.array_equal(gap, result.path.fun + 1.0)
    assert (ax.get_xscale(), ax.get_yscale(), ax.get_xlabel()) == ("linear", "log", "steps")
    assert ax.get_ylim()[0] < gap.min()
    assert ax.get_ylim()[1] > gap.max()


def test_convergence_against_evaluations() -> None:
    result = descent(max_iter=10)
    ax = plot.convergence(result, against="evaluations", minimum=-1.0)
    assert np.array_equal(lines(ax, "convergence")[0].get_xdata(), np.arange(1, 12))
    assert ax.get_xlabel() == "evaluations"
    differences = descent(lambda x: float(x @ x), max_iter=3, target=-1.0)
    ax = plot.convergence(differences, against="evaluations", minimum=0.0)
    # a value and four differences for each point
    assert np.array_equal(lines(ax, "convergence")[0].get_xdata(), [5, 10, 15, 20])
    search = ml4pa.GradientDescent(ml4pa.ExactLineSearch())
    result = ml4pa.minimize(Cubic(), [2.0], search, xtol=1e-4, record=True)
    with pytest.raises(ValueError, match="took 9 evaluations for 4 points.*use against='steps'"):
        plot.convergence(result, against="evaluations")
    method = ml4pa.CMAES(0.5, population_size=7)
    result = ml4pa.minimize(ml4pa.landscapes.Sphere(2), [1.0, 1.0], method, max_iter=5, record=2)
    ax = plot.convergence(result, against="evaluations", minimum=0.0)  # x0 has no value, no point
    assert np.array_equal(lines(ax, "convergence")[0].get_xdata(), [14, 28, 35])


def test_convergence_names_differ_and_log_axis_for_very_different_lengths() -> None:
    f = Quadratic(1, 100)
    runs = {
        "slow": descent(f, eta=0.0095),
        "Newton": ml4pa.minimize(f, [1.5, 1.0], ml4pa.Newton(), record=True),
    }
    ax = plot.convergence(runs, minimum=f.minimum)
    assert ax.get_xscale() == "symlog"
    assert plot.convergence(runs, scale="linear").get_xscale() == "linear"
    a, b = lines(ax, "convergence")
    assert (a.get_color(), a.get_linestyle()) != (b.get_color(), b.get_linestyle())
    assert a.get_marker() != b.get_marker()
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["slow", "Newton"]


def test_convergence_to_the_very_minimum_falls_out_of_the_picture() -> None:
    f = Quadratic()
    ax = plot.convergence(descent(f, eta=0.5), minimum=f.minimum)
    work, gap = lines(ax, "convergence")[0].get_data()
    assert np.array_equal(work, [0, 1, 1])
    assert gap[0] == gap[1] > ax.get_ylim()[0]
    assert gap[2] < ax.get_ylim()[0]


def test_long_convergence_keeps_lowest_and_highest() -> None:
    f = Beale()
    run = ml4pa.minimize(
        f, [-1.0, 4.0], ml4pa.Adam(0.1), target=1e-5, max_iter=100_000, record=True
    )
    assert run.path is not None
    ax = plot.convergence(run, minimum=0.0)
    work, low = lines(ax, "convergence")[0].get_data()
    assert len(work) < 2000
    assert low.min() == run.path.fun.min()
    (band,) = (c for c in ax.collections if isinstance(c, FillBetweenPolyCollection))
    assert band.get_paths()[0].vertices[:, 1].max() == run.path.fun.max()
    assert (work[0], work[-1]) == (0, run.nit)


def test_convergence_of_a_diverged_run() -> None:
    ax = plot.convergence([descent(eta=1.01), descent(eta=0.1)], minimum=-1.0)
    ax.figure.canvas.draw()
    assert max(line.get_ydata().max() for line in lines(ax, "convergence")) < 1e101


# ---- fits ----------------------------------------------------------------------------------------


def test_fit_draws_data_curve_and_band() -> None:
    """The band of a straight line is known: s² (1/N + (x - mean)²/Σ(x - mean)²)."""
    x, y = hubble()
    found = line_fit()
    ax = plot.fit(found, label="line")
    assert np.array_equal(points(lines(ax, "data")[0]), np.column_stack([x, y]))
    (curve,) = lines(ax, "fit")
    places, heights = curve.get_data()
    assert (places[0], places[-1]) == (x.min(), x.max())
    assert np.allclose(heights, np.polyval(np.polyfit(x, y, 1), places))
    (band,) = (c for c in ax.collections if isinstance(c, FillBetweenPolyCollection))
    top = band.get_paths()[0].vertices[:, 1].max()
    s2 = np.sum((y - found.predict(x)) ** 2) / (len(x) - 2)
    spread = (x.max() - x.mean()) ** 2 / np.sum((x - x.mean()) ** 2)
    assert top == pytest.approx(heights[-1] + np.sqrt(s2 * (1 / len(x) + spread)), rel=1e-6)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["data", "line"]
    assert not [c for c in plot.fit(found, band=False).collections if c.get_gid() == "band"]


def test_fits_share_their_data() -> None:
    ax = plot.fit(line_fit())
    plot.fit(ml4pa.fit(ml4pa.Polynomial(3), *hubble()), ax)
    assert len(lines(ax, "data")) == 1
    first, second = lines(ax, "fit")
    assert first.get_color() != second.get_color()
    assert first.get_linestyle() != second.get_linestyle()


def test_fit_draws_error_bars() -> None:
    bars = plot.fit(line_fit(sigma=np.linspace(10.0, 200.0, 24))).collections[0]
    lengths = [np.ptp(path.vertices[:, 1]) for path in bars.get_paths()]
    assert np.allclose(lengths, 2 * np.linspace(10.0, 200.0, 24))
    data = closure_test(20, rng=1)
    found = ml4pa.fit(ml4pa.Polynomial(3), data.x, data.y, loss="chi2", covariance=data.covariance)
    bars = plot.fit(found).collections[0]
    lengths = [np.ptp(path.vertices[:, 1]) for path in bars.get_paths()]
    assert np.allclose(lengths, 2 * np.sqrt(np.diag(data.covariance)))


def test_fit_that_goes_astray_leaves_the_data_in_sight() -> None:
    x = np.linspace(0.0, 1.0, 9)
    found = ml4pa.fit(ml4pa.Polynomial(8), x, (-1.0) ** np.arange(9))
    ax = plot.fit(found, bounds=(-1.0, 2.0))
    assert -4.0 < ax.get_ylim()[0] < -1.0 < 1.0 < ax.get_ylim()[1] < 4.0
    assert np.abs(lines(ax, "fit")[0].get_ydata()).max() > 1000.0


def test_fit_of_many_data_draws_a_part_of_them() -> None:
    x, y = noisy_line(50_000, rng=1)
    ax = plot.fit(ml4pa.fit(ml4pa.Polynomial(1), x, y))
    assert len(lines(ax, "data")[0].get_xdata()) == 20_000
    assert ax.get_legend().get_texts()[0].get_text() == "data, 20000 of 50000"


def test_fit_of_a_classifier_of_two_variables_is_a_map() -> None:
    found = classified(2)
    ax = plot.fit(found, classes=("noise", "signal"))
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["p = 0.5", "p = 0.1 and 0.9", "noise", "signal"]
    X, y = two_classes(300, 2, rng=1)
    for label, line in enumerate(lines(ax, "data")):
        assert np.array_equal(points(line), X[y == label])
    half = [c for c in ax.collections if isinstance(c, QuadContourSet)][1]
    boundary = np.vstack([path.vertices for path in half.get_paths()])
    assert np.allclose(found.predict(boundary), 0.5, atol=1e-3)


def test_fit_of_other_classifiers() -> None:
    ax = plot.fit(classified(4))
    assert ax.get_xlabel() == "probability of class 1"
    X, y = two_classes(300, 1, rng=1)
    ax = plot.fit(ml4pa.fit(ml4pa.Logistic(1), X, y, loss="cross_entropy"))
    curve = lines(ax, "fit")[0].get_ydata()
    assert 0.0 < curve[0] < 0.5 < curve[-1] < 1.0
    assert ax.get_ylabel() == "probability"


def test_fit_of_several_variables_or_outputs_is_data_against_prediction() -> None:
    draw = np.random.default_rng(1)
    X = draw.standard_normal((40, 3))
    y = X @ [1.0, 2.0, 3.0] + draw.standard_normal(40)
    found = ml4pa.fit(ml4pa.Linear(3), X, y)
    ax = plot.fit(found)
    assert np.allclose(points(lines(ax, "data")[0]), np.column_stack([found.predict(X), y]))
    assert len(lines(ax, "diagonal")) == 1
    net = ml4pa.fit(ml4pa.MLP((3, 2, 2)), X, X[:, :2], ml4pa.Adam(0.01), epochs=2, rng=1)
    assert len(lines(plot.fit(net), "data")) == 2


def test_history_draws_the_costs() -> None:
    found = in_epochs(validation=0.25)
    ax = plot.history(found, label="descent")
    epochs, costs = lines(ax, "training")[0].get_data()
    assert np.array_equal(epochs, np.arange(31))
    assert np.array_equal(costs, found.history.cost)
    held = lines(ax, "validation")[0].get_ydata()
    assert np.array_equal(held, found.history.validation)
    (best,) = lines(ax, "best")
    assert best.get_ydata()[0] == held.min()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "descent", "descent, held back",
    ]  # fmt: skip
    plot.history(in_epochs(), ax, label="again")
    assert len({line.get_color() for line in lines(ax, "training")}) == 2


def test_history_takes_the_logarithm_of_costs_of_different_sizes() -> None:
    flat = in_epochs()
    assert plot.history(flat).get_yscale() == "linear"
    assert plot.history(flat, scale="log").get_yscale() == "log"
    steep = ml4pa.fit(
        ml4pa.Polynomial(1), [0.0, 1.0], [0.0, 1.0], ml4pa.GradientDescent(0.5), epochs=60,
        initial=[5.0, 5.0],
    )  # fmt: skip
    assert plot.history(steep).get_yscale() == "log"


def test_history_of_a_diverged_fit() -> None:
    found = ml4pa.fit(
        ml4pa.Polynomial(1), *hubble(), ml4pa.GradientDescent(5.0), epochs=1000, rng=1
    )
    assert found.status is ml4pa.Status.DIVERGED
    ax = plot.history(found)
    ax.figure.canvas.draw()
    assert np.nanmax(lines(ax, "training")[0].get_ydata()) < 1e100


def test_overfitting_draws_the_table() -> None:
    ax = plot.overfitting(STUDY, errors=("training", "new", "beyond"))
    drawn = [line.get_ydata() for line in lines(ax, "overfitting")]
    for y, table in zip(drawn, (STUDY.training, STUDY.new, STUDY.beyond), strict=True):
        assert np.array_equal(y, table[:, 0, 0])
    assert [line.get_ydata()[0] for line in lines(ax, "truth")] == [1.0]
    study = overfitting(degrees=(1, 3), n=(20, 50), repeats=5, rng=1)
    ax = plot.overfitting(study, against="n", errors=("new",))
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["degree 1", "degree 3", "the truth itself: σ"]
    for line, row in zip(lines(ax, "overfitting"), study.new, strict=True):
        assert np.array_equal(points(line), np.column_stack([[20, 50], row[:, 0]]))
    study = overfitting(degrees=2, noise=(0.0, 1.0), repeats=5, rng=1)
    assert plot.overfitting(study, against="noise").get_xscale() == "linear"


# ---- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: plot.contour(Cubic()),
         "f=Cubic() is defined on n=1, but contour draws n=2: use plot.curve"),
        (lambda: plot.curve(Beale()),
         "f=Beale() is defined on n=2, but curve draws n=1: use plot.contour or plot.surface"),
        (lambda: plot.surface(Sphere(3)),
         ("f=Sphere(3) is defined on n=3, but surface draws n=2: draw a cut through it, a function "
          "of 2 of its coordinates")),
        (lambda: plot.contour(sum),
         "bounds=None, but sum has no usual domain: pass bounds=[(low, high), (low, high)]"),
        (lambda: plot.contour(Beale(), bounds=(0, 1)),
         ("bounds has shape (2,), but must hold one pair (low, high) for each of the n=2 "
          "coordinates")),
        (lambda: plot.curve(Cubic(), bounds=(1, 1)),
         "bounds[0]=(1.0, 1.0) must be finite with low < high"),
        (lambda: plot.contour(Beale(), scale="cubic"),
         "scale='cubic' must be one of 'auto', 'linear', 'log'"),
        (lambda: plot.contour(Beale(), levels=1), "levels=1 must be >= 2"),
        (lambda: plot.contour(Beale(), points=1), "points=1 must be >= 2"),
        (lambda: plot.surface(Beale(), plt.figure().add_subplot()),
         "ax is flat, but surface needs depth: make it with projection='3d'"),
        (lambda: plot.path(descent(record=False)),
         "result.path=None, but the path is what is drawn: pass record=True"),
        (lambda: plot.path(descent(), coordinates=(0, 2)),
         "coordinates=(0, 2) must be < n=2, the dimension of x"),
        (lambda: plot.path(descent(), arrows=-1), "arrows=-1 must be >= 0"),
        (lambda: plot.convergence([]), "results is empty, but must hold one Result at least"),
        (lambda: plot.convergence({"a": descent(record=False)}),
         "results['a'].path=None, but the path is what is drawn: pass record=True"),
        (lambda: plot.convergence(descent(), against="time"),
         "against='time' must be one of 'steps', 'evaluations'"),
        (lambda: plot.convergence(descent(), minimum=np.nan), "minimum=nan must be finite"),
        (lambda: plot.history(line_fit()),
         ("fit.history has 1 rows, but needs two: an exact solution has no epochs, fit with a "
          "method such as ml4pa.Adam()")),
        (lambda: plot.history(in_epochs(), scale="cubic"),
         "scale='cubic' must be one of 'auto', 'linear', 'log'"),
        (lambda: plot.fit(line_fit(), bounds=(1, 1)),
         "bounds=(1.0, 1.0) must be finite with low < high"),
        (lambda: plot.fit(ml4pa.fit(ml4pa.Polynomial(1), [hubble()], epochs=1)),
         ("fit.objective=None, but its data are what is drawn: those of a file or a stream are not "
          "kept, draw fit.predict(x) yourself")),
        (lambda: plot.overfitting(STUDY, against="seed"),
         "against='seed' must be one of 'degrees', 'n', 'noise'"),
        (lambda: plot.overfitting(STUDY, errors=("old",)),
         "errors='old' must be one of 'training', 'new', 'beyond'"),
        (lambda: plot.overfitting(
            overfitting(degrees=(1, 2), n=(9, 12), repeats=1, rng=1), against="noise"),
         "against='noise', but degrees and n were both varied: vary one of them"),
    ],
)  # fmt: skip
def test_bad_input_is_a_value_error(call: Any, text: str) -> None:
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: plot.path(3), "result=3 must be a Result of minimize(..., record=True)"),
        (lambda: plot.convergence(3), "results=3 must be a Result, or several"),
        (lambda: plot.contour(3), "fun=3 must be callable: fun(x) -> float"),
        (lambda: plot.fit(3), "fit has type int, but must be a Fit, what ml4pa.fit returned"),
        (
            lambda: plot.history(descent()),
            "fit has type Result, but must be a Fit, what ml4pa.fit returned",
        ),
        (
            lambda: plot.overfitting(3),
            "study has type int, but must be what studies.overfitting returned",
        ),
    ],
)
def test_bad_input_is_a_type_error(call: Any, text: str) -> None:
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == text


# ---- populations ---------------------------------------------------------------------------------


def test_evolution_draws_what_the_generation_was_drawn_from() -> None:
    result = evolved(n=3)
    ax = plot.evolution(result, generations=[1, 20], coordinates=(2, 0))
    path = result.path
    assert path is not None and path.population is not None
    drawn = lines(ax, "population")
    assert len(drawn) == 2
    for line, k in zip(drawn, (1, 20), strict=True):
        assert np.array_equal(points(line), path.population[k][:, [2, 0]])
    (way,) = lines(ax, "mean")
    assert np.array_equal(points(way), path.mean[:21][:, [2, 0]])
    first, second = ax.patches
    assert tuple(first.center) == (1.0, 1.0)
    assert np.allclose([first.width, first.height], 4 * 0.3)  # two deviations to each side
    C = path.sigma[19] ** 2 * path.covariance[19][np.ix_([2, 0], [2, 0])]
    assert np.allclose(sorted([second.width, second.height]), 4 * np.sqrt(np.linalg.eigvalsh(C)))


@pytest.mark.parametrize("mode", ["full", "diagonal", "limited"])
def test_evolution_of_every_covariance(mode: str) -> None:
    assert len(plot.evolution(evolved(mode), points=False).patches) == 5


def test_evolution_keeps_the_window_of_a_map() -> None:
    ax = plot.contour(Beale())
    window = ax.axis()
    plot.evolution(evolved(), ax)
    assert ax.axis() == window


def test_diversity_draws_cost_and_spread() -> None:
    method = GeneticAlgorithm(20)
    result = minimize(Rastrigin(3), [1.0, 2.0, 3.0], method, rng=1, max_iter=30, record=3)
    path = result.path
    cost, spread = plot.diversity(result).lines
    assert np.array_equal(cost.get_xdata(), path.iteration[1:])
    assert np.array_equal(spread.get_ydata(), [X.std(axis=0).max() for X in path.population[1:]])
    values = np.asarray(cost.get_ydata())
    best = np.minimum.accumulate(path.fun[1:])
    assert np.allclose(values[best > best[-1]], (best - best[-1])[best > best[-1]])
    assert np.isnan(values[-1])  # no logarithm


def test_adaptation_draws_the_panels() -> None:
    result = evolved(n=4, record=3)
    path = result.path
    nfev = 8 * path.iteration
    for show, rows in (
        ("coordinates", path.mean),
        ("deviations", path.sigma[:, None] * np.sqrt(path.covariance[:, range(4), range(4)])),
        ("axes", np.sqrt(np.linalg.eigvalsh(path.covariance))),
    ):
        ax = plot.adaptation(result, show=show)
        assert len(ax.lines) == 4
        for line, row in zip(ax.lines, rows.T, strict=True):
            assert np.array_equal(line.get_xdata(), nfev)
            assert np.allclose(line.get_ydata(), row)
    ax = plot.adaptation(result)
    assert np.array_equal(ax.lines[2].get_ydata(), path.sigma)


@pytest.mark.parametrize(
    ("draw", "text"),
    [
        (lambda r: plot.evolution(r, coordinates=(0, 2)), "must be two numbers < n=2"),
        (lambda r: plot.evolution(r, generations=[99]), "generations=99 was not recorded"),
        (lambda r: plot.adaptation(r, show="all"), "show='all' must be one of"),
        (lambda _: plot.diversity(descent()), "of a population's run"),
        (lambda _: plot.evolution(descent()), "of a population's run"),
        (lambda _: plot.evolution(evolved(record=False)), "pass record=True"),
    ],
)
def test_populations_that_cannot_be_drawn(draw: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        draw(evolved())
