"""Fits, their history, and fitting versus predicting."""

from __future__ import annotations

import os

os.environ["MPLBACKEND"] = "Agg"

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.contour import QuadContourSet
from pictures import STUDY, classified, closed, in_epochs, line_fit, lines, points

import ml4pa
from ml4pa import plot
from ml4pa.datasets import closure_test, hubble, noisy_line, two_classes
from ml4pa.studies import overfitting

pytestmark = pytest.mark.usefixtures(closed.__name__)


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
    (band,) = (c for c in ax.collections if isinstance(c, PolyCollection))
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


@pytest.mark.parametrize("value", [0.0, 3.0, -1e-320, 1e9])
@pytest.mark.parametrize("places", [[1.0], [0.0, 1.0, 2.0]])
def test_fit_of_one_value_stands_in_the_middle(value: float, places: list[float]) -> None:
    """Without a warning of matplotlib's that the axis has no length."""
    model = ml4pa.Polynomial(0)
    ax = plot.fit(ml4pa.fit(model, places, [value] * len(places)))
    low, high = ax.get_ylim()
    assert low < value < high
    assert (low + high) / 2 == pytest.approx(value, abs=1e-9)


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


@pytest.mark.parametrize(
    ("costs", "scale"),
    [([19.9, 5.0, 1.0], "linear"), ([20.1, 5.0, 1.0], "log"), ([20.1, 5.0, 0.0], "linear")],
)
def test_history_is_tall_beyond_a_factor_of_20(costs: list[float], scale: str) -> None:
    """And none of the costs is without a logarithm."""
    found = in_epochs(epochs=2)
    found.history.cost = np.array(costs)
    assert plot.history(found).get_yscale() == scale


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
