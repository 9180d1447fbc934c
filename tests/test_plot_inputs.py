"""What cannot be drawn is told."""

from __future__ import annotations

import os
from typing import Any

os.environ["MPLBACKEND"] = "Agg"

import matplotlib.pyplot as plt
import numpy as np
import pytest
from pictures import STUDY, closed, descent, in_epochs, line_fit

import ml4pa
from ml4pa import plot
from ml4pa.datasets import hubble
from ml4pa.landscapes import (
    Beale,
    Cubic,
    Sphere,
)
from ml4pa.studies import overfitting

pytestmark = pytest.mark.usefixtures(closed.__name__)


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
