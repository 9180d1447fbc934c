"""The promises and the equality of the engines for every model with every loss and method.

A new model, loss or method inherits these tests by its line in the registry, and its row in
`MODEL_ROWS`.
"""

from __future__ import annotations

import dataclasses
import math
import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from promises import both_engines, noisy, same, tell, tries
from specimens import (
    COSTS,
    GRADIENT,
    MINIMAL,
    MODEL_ROWS,
    wants_hessian,
)

from ml4pa import Curve, InverseTime, Momentum, RMSprop, fit, minimize
from ml4pa.losses import LOSSES
from ml4pa.stop import Status

#: Every model with every loss that it can have.
PAIRS = {name: make for name, make in COSTS.items() if name.endswith(tuple(LOSSES))}
#: The methods that are told the gradients of batches.
STEPS = {name: noisy(m) for name, m in GRADIENT.items() if not wants_hessian(m)}

every_pair = pytest.mark.parametrize("make", PAIRS.values(), ids=PAIRS)


def start(cost):
    """Not 0, which some mutations cannot leave."""
    return 0.3 * np.cos(np.arange(cost.n))


def few(method):
    """Of a generation of ten; without noise where it decides which trials fail."""
    if tries(method):
        return dataclasses.replace(method, damping=1e3)
    few = hasattr(method, "population_size")
    return dataclasses.replace(method, population_size=10) if few else noisy(method)


def methods(cost):
    """Those that can go down the cost: Newton's needs a Hessian."""
    curved = cost.model.linear
    return [few(m) for m in MINIMAL.values() if curved or not wants_hessian(m)]


def epochs(cost, method, **given):
    """Two passes over 21 rows in batches of 8: the last one is short."""
    sigma = None if cost.weights is None else cost.weights**-0.5
    given = {"epochs": 2, "batch_size": 8, "rng": 3, "initial": start(cost), **given}
    return fit(cost.model, cost.X, cost.y, method, loss=cost.loss.name, sigma=sigma, **given)


def descent(cost, method, **given):
    given = {"max_iter": 4, "rng": 3, "record": True, **given}
    return minimize(cost, start(cost), method, **given)


def test_the_table_covers_all():
    assert {type(make().loss) for make in PAIRS.values()} == {
        type(loss) for loss in LOSSES.values()
    }
    assert {make().model for make in PAIRS.values()} == set(MODEL_ROWS)


# ---- mini-batches --------------------------------------------------------------------------------


def by_both_engines(cost, method, **given):
    a, b = (epochs(cost, method, engine=engine, **given) for engine in ("compiled", "numpy"))
    assert a.engine == ("compiled" if cost.has_twin else "numpy") and b.engine == "numpy"
    assert_allclose(b.x, a.x, rtol=1e-9, atol=1e-12)
    assert_allclose(b.history.cost, a.history.cost, rtol=1e-9)
    assert (a.status, a.message, a.nit, a.nfev) == (b.status, b.message, b.nit, b.nfev)


@every_pair
def test_epochs_by_both_engines(make):
    for method in STEPS.values():
        by_both_engines(make(), method)


PLAIN = {name: m for name, m in GRADIENT.items() if not wants_hessian(m)}
PLAIN["schedule"] = Momentum(InverseTime(1e-3, 0.1))
PLAIN["bare"] = RMSprop(1e-3, eps_root=0)  # the quotient of what is 0 for all rows is 0/0


@pytest.mark.parametrize("rows", [1, 2, 3, 4])
@every_pair
def test_batches_of_few_rows(make, rows):
    """Some have loops of their own, for methods without noise."""
    for method in PLAIN.values():
        by_both_engines(make(), method, batch_size=rows)


@pytest.mark.parametrize("rows", [1, 2, 3, 4])
@every_pair
def test_few_rows_that_leave_the_finite_numbers(make, rows):
    """At the same step in both engines, with the same parameters."""
    for rate in (1e155, 1e300):
        method = Momentum(rate)
        a, b = (
            epochs(make(), method, engine=engine, batch_size=rows)
            for engine in ("compiled", "numpy")
        )
        assert (a.status, a.nit) == (b.status, b.nit)


def kept(cost, method):
    before = cost.X.tobytes(), cost.y.tobytes()
    a = epochs(cost, method)
    # Seeds and threads.
    same(a, epochs(cost, method, rng=np.random.default_rng(3), threads=1))
    assert not np.array_equal(a.history.cost, epochs(cost, method, rng=4).history.cost)
    # Endings: the best parameters, with their cost.
    assert a.status == Status.EPOCHS and not a.success and a.nit == 6
    assert a.fun == min(a.history.cost)
    assert a.fun == cost(a.x)
    # Inputs: anything that can become an array, and not written to.
    same(a, epochs(cost.replaced(X=cost.X.tolist(), y=cost.y.tolist()), method))
    assert (cost.X.tobytes(), cost.y.tobytes()) == before
    if not isinstance(cost.model, Curve):  # a function of the caller's own need not pickle
        same(a, pickle.loads(pickle.dumps(a)))


@every_pair
def test_epochs_keep_the_promises(make):
    for method in STEPS.values():
        kept(make(), method)


class Boom(Exception):
    """The user's own."""


def explode(result):
    raise Boom("here")


def called_back(cost, method, engine):
    with pytest.raises(Boom) as error:
        epochs(cost, method, callback=explode, engine=engine)
    assert error.value.args == ("here",) and error.value.__cause__ is None
    seen = []

    def stop(result):
        seen.append(result.x.copy())
        raise StopIteration

    a = epochs(cost, method, callback=stop, engine=engine)
    assert a.status == Status.CALLBACK and a.nit == 3 and len(seen) == 1
    assert any(np.array_equal(a.x, x) for x in (start(cost), seen[0]))


@both_engines
@every_pair
def test_callbacks_of_epochs_may_raise_and_stop(make, engine):
    for method in STEPS.values():
        called_back(make(), method, engine)


@both_engines
@every_pair
def test_what_leaves_the_finite_numbers_is_told(make, engine):
    method = dataclasses.replace(GRADIENT["momentum"], learning_rate=1e300)
    a = epochs(make(), method, engine=engine, epochs=9)
    if a.status == Status.EPOCHS:  # flat where it came to: a bounded slope cannot leave
        assert np.isfinite(a.x).all()
    else:
        assert a.status == Status.DIVERGED and not a.success and "diverged" in a.message
        assert math.isfinite(a.fun) and np.isfinite(a.x).all()  # the best of before


# ---- the whole cost ------------------------------------------------------------------------------


def gone_down(cost, method):
    a = descent(cost, method)
    same(a, descent(cost, method, rng=np.random.default_rng(3), threads=1))
    assert a.fun == cost(a.x)
    b = descent(cost, method, engine="numpy")
    assert_allclose(b.x, a.x, rtol=1e-9, atol=1e-12)
    assert_allclose(b.fun, a.fun, rtol=1e-9)
    assert (a.status, a.nit, a.nfev, a.njev, a.nhev) == (b.status, b.nit, b.nfev, b.njev, b.nhev)


@every_pair
def test_the_whole_cost_is_gone_down(make):
    for method in methods(make()):
        gone_down(make(), method)


def resumed(cost, method, engine):
    a, b = (method.start(start(cost), rng=5, engine=engine) for _ in range(2))
    for _ in range(3):
        assert_array_equal(tell(a, cost), tell(b, cost))
        b = pickle.loads(pickle.dumps(b))
    assert_array_equal(a.ask(), b.ask())
    assert_array_equal(a.x, b.x)
    assert a.fun == b.fun


@both_engines
@every_pair
def test_a_resumed_run_goes_on_bit_for_bit(make, engine):
    for method in methods(make()):
        resumed(make(), method, engine)
