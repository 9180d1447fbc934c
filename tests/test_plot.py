"""All pictures: their axes, their labels, their colours; nothing global is touched."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys

os.environ["MPLBACKEND"] = "Agg"

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib.axes import Axes
from pictures import AXES, closed, drawn

import ml4pa
from ml4pa import plot
from ml4pa.landscapes import (
    Beale,
)
from ml4pa.plot import style

pytestmark = pytest.mark.usefixtures(closed.__name__)


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
def test_what_are_no_axes_is_named(name: str) -> None:
    with pytest.raises(TypeError) as caught:
        drawn(name, "nope")
    assert str(caught.value) == "ax='nope' must be Axes of matplotlib: fig, ax = plt.subplots()"


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


def test_without_matplotlib_a_star_imports_the_rest() -> None:
    code = "import sys; sys.modules['matplotlib'] = None; from ml4pa import *; print(Adam, fit)"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "plot" in ml4pa.__all__
