"""Numerical experiments: what they must find."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ml4pa.datasets import noisy_polynomial
from ml4pa.studies import overfitting

WAVE = (0.0, 2.0, 0.0, 0.0, 0.0, -10.0, 0.0, 0.0, 0.0, 0.0, 15.0)


def test_overfitting_measures_what_it_says() -> None:
    """One repeat by hand, with NumPy's own least squares."""
    study = overfitting(WAVE, (1, 4), n=30, noise=0.5, repeats=1, rng=7)
    draw = np.random.default_rng(int(np.random.default_rng(7).integers(1 << 62)))
    sets = [
        noisy_polynomial(n, WAVE, noise=0.5, interval=where, rng=draw)
        for n, where in ((30, (0, 1)), (1000, (0, 1)), (1000, (1, 1.25)))
    ]
    for i, degree in enumerate((1, 4)):
        curve = np.polynomial.Polynomial.fit(*sets[0], degree)
        told = (study.training, study.new, study.beyond)
        for table, (x, y) in zip(told, sets, strict=True):
            assert table.shape == (2, 1, 1)
            assert table[i, 0, 0] == pytest.approx(np.sqrt(np.mean((y - curve(x)) ** 2)), rel=1e-6)


def test_noise_scales_the_errors() -> None:
    """The same noise at the same places, many times as large: so are the errors of a model that
    contains the truth."""
    study = overfitting((0.0, 2.0), (1, 3), noise=(0.1, 0.4), repeats=5, rng=1)
    for table in (study.training, study.new, study.beyond):
        assert table[:, 0, 1] == pytest.approx(4 * table[:, 0, 0], rel=1e-9)


def test_fitting_is_not_predicting() -> None:
    """What the lecture says: more parameters always fit better; whether they predict better hangs
    on the truth and on the data; beyond the data they never do."""
    line = overfitting((0.0, 2.0), (1, 3, 10), n=20, repeats=40, rng=2)
    assert (np.diff(line.training[:, 0, 0]) < 0).all()
    assert (np.diff(line.new[:, 0, 0]) > 0).all()
    assert (line.beyond[1:, 0, 0] > 1.5 * line.beyond[:-1, 0, 0]).all()
    wave = overfitting(WAVE, (1, 3, 10), n=(20, 5000), repeats=10, rng=2)
    assert wave.new[:, 0, 0].argmin() == 1  # few data: the middle one
    assert wave.new[:, 1, 0].argmin() == 2  # many data: the true one
    assert wave.new[2, 1, 0] == pytest.approx(1.0, abs=0.02)  # and it is as good as the truth


def test_training_error_of_a_linear_model() -> None:
    """E |r|² = σ² (N - n): the fit takes up n of the N degrees of freedom."""
    study = overfitting((0.0, 2.0), 4, n=50, noise=0.3, repeats=200, rng=4)
    assert study.training[0, 0, 0] == pytest.approx(0.3 * np.sqrt(45 / 50), rel=0.03)
    assert study.new[0, 0, 0] > 0.3


def test_seeds_and_tables() -> None:
    first, again = (overfitting(n=(12, 15), noise=(0.1, 1.0), repeats=3, rng=1) for _ in range(2))
    assert np.array_equal(first.beyond, again.beyond)
    assert first.new.shape == (3, 2, 2)
    head, *rows = repr(first).splitlines()
    assert head.split() == ["degree", "n", "noise", "training", "new", "beyond"]
    assert len(rows) == 12
    assert rows[1].split()[:3] == ["1", "12", "1"]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"n": 10}, "n=10 must be >= 11"),
        ({"degrees": ()}, "degrees=() must hold one number at least"),
        ({"degrees": -1}, "degrees=-1 must be >= 0"),
        ({"noise": -1.0}, "noise=-1.0 must be >= 0"),
        ({"beyond": (2, 1)}, "beyond=(2.0, 1.0) must be finite with low < high"),
        ({"repeats": 0}, "repeats=0 must be >= 1"),
        ({"truth": []}, "truth has shape (0,), but must have 1 dimensions, not empty"),
    ],
)
def test_bad_input(given: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError) as caught:
        overfitting(**given)
    assert str(caught.value) == text
