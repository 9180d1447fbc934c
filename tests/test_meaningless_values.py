"""Values that mean nothing are refused, and numbers of odd kinds are taken."""

from __future__ import annotations

import re

import numpy as np
import pytest
from promises import both_engines

from ml4pa import (
    CMAES,
    Adam,
    Polynomial,
    fit,
    minimize,
)
from ml4pa.landscapes import LANDSCAPES, Beale


@both_engines
def test_no_more_parents_than_there_are_children(engine):
    text = r"^mu=1000 must be <= population_size=6, that of n=2"
    with pytest.raises(ValueError, match=text):
        CMAES(0.3, mu=1000).parameters(2)
    with pytest.raises(ValueError, match=text):
        CMAES(0.3, mu=1000).start([1.0, 2.0], engine=engine)
    with pytest.raises(ValueError, match=text):
        minimize(Beale(), [1.0, 2.0], CMAES(0.3, mu=1000), engine=engine)
    with pytest.raises(ValueError, match=r"^mu=7 must be <= population_size=6"):
        CMAES(0.3, mu=7).parameters(2)
    assert CMAES(0.3, mu=6).parameters(2).mu == 6
    assert CMAES(0.3, mu=1000).parameters(2, 1000).population_size == 1000


@pytest.mark.parametrize(
    "kind", [k for k in LANDSCAPES if k.dimension and "__init__" not in vars(k)]
)
def test_a_landscape_of_a_fixed_dimension_takes_none(kind):
    for n in (7, kind.dimension, "junk", [1, 2]):
        text = f"n={n!r} is given, but {kind.__name__} is defined on n={kind.dimension} alone"
        with pytest.raises(TypeError, match=f"^{re.escape(text)}"):
            kind(n)


@pytest.mark.parametrize("model", [Polynomial(1)])
@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"shuffle": "x"}, "shuffle='x' must be a whole number"),
        ({"shuffle": -3}, "shuffle=-3 must be >= 1"),
        ({"evaluate": 0}, "evaluate=0 must be >= 1"),
        ({"evaluate": "q"}, "evaluate='q' must be a whole number"),
    ],
)
@pytest.mark.parametrize("epochs", [None, 2])
def test_a_fit_looks_at_all_that_it_is_given(model, given, text, epochs):
    with pytest.raises((ValueError, TypeError), match=f"^{text}"):
        fit(model, [0.0, 1.0, 2.0], [0.0, 1.0, 2.0], epochs=epochs, **given)


@both_engines
def test_a_hessian_that_is_not_wanted_is_looked_at(engine):
    run = Adam(0.1).start([1.0, 2.0], engine=engine)
    with pytest.raises(TypeError, match="^H='junk' must be an array of real numbers"):
        run.tell(run.ask(), 1.0, np.ones(2), "junk")
    with pytest.raises(ValueError, match=r"^H has shape \(3, 3\)"):
        run.tell(run.ask(), 1.0, np.ones(2), np.eye(3))
    assert run.iteration == 0
    run.tell(run.ask(), 1.0, np.ones(2), np.eye(2))
    assert run.iteration == 1
