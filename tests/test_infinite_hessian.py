"""A Hessian that is not finite is reported as such, and not called singular."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from promises import both_engines

from ml4pa import Function, Newton, Status, minimize, multistart


@both_engines
@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_hessian_that_is_not_finite_is_not_called_singular(n, value, engine):
    def hess(x):
        h = np.eye(n)
        h[0, -1] = value
        return h

    f = Function(lambda x: float(x @ x), lambda x: 2.0 * x, hess)
    for result in (
        minimize(f, np.ones(n), Newton(), engine=engine),
        multistart(f, [np.ones(n)] * 3, Newton(), engine=engine)[1],
    ):
        assert result.status == Status.DIVERGED and not result.success
        assert result.message.startswith(
            f"diverged: the Hessian is not finite at f = {n} after 0 steps"
        )
    assert_array_equal(result.x, np.ones(n))
