"""Stopping rules: every driver takes them, asks them, and says no otherwise.

A new rule inherits these tests by its line in the registry, and its row in cases.py.
"""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest
from cases import CASES
from specimens import POPULATIONS
from test_multistart import around, assert_same_result

from ml4pa import (
    CMAES,
    Adam,
    Polynomial,
    Status,
    fit,
    log_scale,
    minimize,
    multistart,
    space,
    tune,
)
from ml4pa.landscapes import Sphere
from ml4pa.minimize import _limits
from ml4pa.stop import Iterate, euclidean_norm, max_norm
from ml4pa.stopping import RULES

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.keyword)

#: A call of each driver; of `multistart` and `minimize` also with a population.
CALLS = {
    "minimize": lambda **given: minimize(Sphere(2), [1.0, 2.0], Adam(0.1), **given),
    "minimize-population": lambda **given: minimize(Sphere(2), [1.0, 2.0], CMAES(0.3), **given),
    "multistart": lambda **given: multistart(Sphere(2), [[1.0, 2.0]], Adam(0.1), **given),
    "multistart-population": lambda **given: multistart(
        Sphere(2), [[1.0, 2.0]], CMAES(0.3), **given
    ),
    "fit": lambda **given: fit(Polynomial(1), [0, 1, 2], [1, 3, 6], Adam(0.1), **given),
    "fit-exact": lambda **given: fit(Polynomial(1), [0, 1, 2], [1, 3, 6], **given),
    "tune": lambda **given: tune(
        Sphere(2), [1.0, 2.0], space(Adam, learning_rate=log_scale(1e-3, 1)), budget=2, **given
    ),
}


@every_rule
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_every_driver_hands_the_keyword_to_its_rule(call, rule):
    with pytest.raises((ValueError, TypeError), match=f"^{rule.keyword}='soon' must be"):
        call(**{rule.keyword: "soon"})


@every_rule
@pytest.mark.parametrize("driver", [minimize, multistart, fit])
def test_the_keyword_is_none_by_default_and_documented(driver, rule):
    assert inspect.signature(driver).parameters[rule.keyword].default is None
    assert rule.keyword in inspect.getdoc(minimize)


def test_a_rule_that_a_driver_does_not_offer_has_no_limit():
    expected = np.full(len(RULES), math.nan)
    expected[Status.GRADIENT_TOLERANCE], expected[Status.MAX_ITER] = 1e-8, -7
    np.testing.assert_array_equal(_limits({"max_iter": 7}, None), expected)


@every_rule
@pytest.mark.parametrize("record", [False, True])
def test_a_fleet_ends_where_its_runs_alone_do(rule, record):
    """Side by side, many steps are made before any rule is asked; the table has rows for each."""
    met = set()
    for case in CASES:
        if set(case.options) == {rule.keyword}:
            f, starts = case.objective(), around(case)
            rows = multistart(f, starts, case.method, record=record, **case.options)
            for x0, row in zip(starts, rows, strict=True):
                alone = minimize(f, x0, case.method, record=record, **case.options)
                assert_same_result(row, alone)
                met.add((alone.status, alone.nit > 0))
    assert (rule.status, True) in met


@every_rule
@pytest.mark.parametrize("norm", [max_norm, euclidean_norm])
def test_what_needs_the_gradient_says_so(rule, norm):
    """A population is told none, so that such a rule would never be met: it is refused."""
    g = np.full(2, math.nan)
    it = Iterate(np.ones(2), 1.0, g, np.zeros(2), 2.0, 3, 4, 1, norm)
    assert rule.wants_gradient == math.isnan(rule.measure(it))
    if rule.wants_gradient:
        for method in POPULATIONS.values():
            with pytest.raises(ValueError, match=f"^{rule.keyword}=0.5 must be None: .* no grad"):
                minimize(Sphere(2), [1.0, 2.0], method, **{rule.keyword: 0.5})
