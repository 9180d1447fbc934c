"""The convergence of runs, and populations."""

from __future__ import annotations

import os
from typing import Any

os.environ["MPLBACKEND"] = "Agg"

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from pictures import closed, descent, evolved, lines, points

import ml4pa
from ml4pa import GeneticAlgorithm, minimize, plot
from ml4pa.landscapes import (
    Beale,
    Cubic,
    Quadratic,
    Rastrigin,
)

pytestmark = pytest.mark.usefixtures(closed.__name__)


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


@pytest.mark.parametrize(
    ("minimum", "label"),
    [(-1.0, r"$f - f_\mathrm{min}$"), (None, r"$f - f_\mathrm{min}$"), (0.0, "$f$")],
)
def test_convergence_names_what_it_draws(minimum: float | None, label: str) -> None:
    """Where f_min is 0 the gap is f itself."""
    assert plot.convergence(descent(max_iter=9), minimum=minimum).get_ylabel() == label


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
    (band,) = (c for c in ax.collections if isinstance(c, PolyCollection))
    assert band.get_paths()[0].vertices[:, 1].max() == run.path.fun.max()
    assert (work[0], work[-1]) == (0, run.nit)


def test_convergence_of_a_diverged_run() -> None:
    ax = plot.convergence([descent(eta=1.01), descent(eta=0.1)], minimum=-1.0)
    ax.figure.canvas.draw()
    assert max(line.get_ydata().max() for line in lines(ax, "convergence")) < 1e101


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
        names = [] if show == "axes" else ["0", "1", "2", "3"]
        assert ax.get_legend_handles_labels()[1] == names
    assert plot.adaptation(evolved(n=8, record=3), show="coordinates").get_legend() is None
    ax = plot.adaptation(result)
    best, above, sigma, ratio = (np.asarray(line.get_ydata()) for line in ax.lines)
    least = np.fmin.accumulate(path.fun)
    assert np.array_equal(best, least, equal_nan=True)
    gaps = path.fun - np.nanmin(path.fun)
    assert np.array_equal(above, np.where(gaps > 0, gaps, np.nan), equal_nan=True)
    assert np.array_equal(sigma, path.sigma)
    # The longest axis of the ellipsoid over the shortest: the root of the condition number of C.
    assert np.allclose(ratio, np.sqrt(np.linalg.cond(path.covariance)))
    assert ratio[-1] > 2.0
    names = ["best |f|", "f \u2212 best of all", "\u03c3", "axis ratio"]
    assert [line.get_label() for line in ax.lines] == names


def test_adaptation_draws_of_the_limited_mode_what_its_path_keeps() -> None:
    result = evolved("limited", n=4)
    ax = plot.adaptation(result)
    assert ax.get_legend_handles_labels()[1] == ["best |f|", "f − best of all", "σ"]
    assert (ax.get_title(), ax.get_ylabel()) == ("value, step size (no C in the path)", "f, σ")
    assert len(plot.adaptation(result, show="coordinates").lines) == 4
    for show in ("axes", "deviations"):
        text = f"^result.path.covariance=None, but show='{show}' is drawn from it: run CMAES with "
        with pytest.raises(ValueError, match=text + "covariance='full' or 'diagonal', or show="):
            plot.adaptation(result, show=show)
    for mode in ("full", "diagonal"):
        ax = plot.adaptation(evolved(mode, n=4))
        assert ax.get_legend_handles_labels()[1][3:] == ["axis ratio"]
        assert ax.get_title() == "value, step size, axis ratio"
        assert np.ptp(ax.lines[3].get_ydata()) > 1.0


@pytest.mark.parametrize("value", [np.inf, np.nan])
@pytest.mark.parametrize("method", [ml4pa.CMAES(0.5), ml4pa.GradientDescent(0.1)])
def test_convergence_of_runs_without_a_finite_value(method: Any, value: float) -> None:
    lost = minimize(lambda x: value, [1.0, 1.0], method, rng=1, record=True)
    with pytest.raises(ValueError, match=rf"^results have the values \[{value}\], but one must be "
                       "finite: start where f is finite"):  # fmt: skip
        plot.convergence(lost)
    plot.convergence(lost, minimum=0.0).figure.canvas.draw()
    ax = plot.convergence([lost, descent(), lost])
    ax.figure.canvas.draw()
    assert len(lines(ax, "convergence")[1].get_xdata()) > 1


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
