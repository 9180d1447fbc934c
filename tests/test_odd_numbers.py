"""Numbers of any kind that Python has are taken, what is no number is not."""

from __future__ import annotations

import decimal
from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from promises import both_engines

from ml4pa import Adam, minimize
from ml4pa.landscapes import Sphere


@both_engines
def test_pythons_numbers_are_numbers(engine):
    expected = minimize(Sphere(2), [0.5, 1.0], Adam(0.1), max_iter=5, engine=engine)
    for x0 in (
        np.array([0.5, 1.0], dtype=object),
        [Fraction(1, 2), 1],
        [decimal.Decimal("0.5"), True],
    ):
        told = minimize(Sphere(2), x0, Adam(0.1), max_iter=5, engine=engine)
        assert_array_equal(told.x, expected.x)


@pytest.mark.parametrize("odd", [None, "1.5", 1j, np.complex128(1), np.datetime64("2020"), 10**400])
def test_text_and_none_are_not(odd):
    with pytest.raises(TypeError, match="^x0=.* must be an array of real numbers"):
        minimize(Sphere(2), np.array([0.5, odd], dtype=object), Adam(0.1))
