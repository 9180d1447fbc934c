"""Nothing silent, results that are consistent, and what exists only in Python.

A new method inherits these tests by its line in the registry: `MINIMAL` is made from it.
"""

from __future__ import annotations

import dataclasses
import io
import sys
import warnings

import numpy as np
import pytest
from cases import CASES
from numpy.testing import assert_array_equal
from promises import (
    CONVERGED,
    Sluggish,
    both_engines,
    every_gradient_method,
    tell,
)
from specimens import (
    Late,
    python,
)

from ml4pa import (
    Adam,
    Function,
    GradientDescent,
    Objective,
    Status,
    minimize,
)
from ml4pa.landscapes import (
    Beale,
    Quadratic,
    Rastrigin,
    Rotated,
)

# ---- 8. nothing silent ---------------------------------------------------------------------------


QUIET = """
import sys, warnings
import numpy as np
before = list(warnings.filters), np.geterr(), set(sys.modules)
import ml4pa
assert (list(warnings.filters), np.geterr()) == before[:2]
new = {name.partition(".")[0] for name in set(sys.modules) - before[2]}
assert not new & {"matplotlib", "scipy", "numba", "tqdm", "torch", "socket", "ssl"}, new
warnings.simplefilter("error")
from cases import CASES
state = np.random.get_state()[1].tobytes()
for case in CASES:
    for engine in ("compiled", "numpy"):
        ml4pa.minimize(case.objective(), case.start, case.method, engine=engine, **case.options)
assert np.random.get_state()[1].tobytes() == state
"""


def test_nothing_is_printed_warned_about_or_changed():
    run = python(QUIET)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_progress_is_shown_when_asked_for():
    pytest.importorskip("tqdm")
    for engine in ("compiled", "numpy"):
        stream, sys.stderr = sys.stderr, io.StringIO()
        try:
            minimize(Beale(), [1, 1], Adam(1e-9), max_iter=10**9, max_time=0.2, progress=True,
                     engine=engine)  # fmt: skip
            shown = sys.stderr.getvalue()
        finally:
            sys.stderr = stream
        assert "step" in shown


# ---- results -------------------------------------------------------------------------------------


@both_engines
@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_every_result_is_consistent(case, engine):
    options = {"record": True, **case.options}
    f = case.objective()
    x0 = np.atleast_1d(np.asarray(case.start, dtype=float))
    result = minimize(f, case.start, case.method, engine=engine, **options)
    assert result.x.shape == x0.shape and result.x.dtype == float
    if isinstance(f, Function) and isinstance(f.fun, Late):
        return
    assert_array_equal(result.fun, f(result.x))
    if result.path is not None:
        assert_array_equal(result.path.x[0], x0)
        best = np.where(np.isfinite(result.path.fun), result.path.fun, np.inf).min()
        # A trial of a line search may be better than all iterates, and NumPy's own values may
        # differ from f(x) by a rounding.
        rounding = 1.0 + (case.rtol if engine == "numpy" else 0.0) * np.sign(best)
        assert result.fun <= best * rounding or not np.isfinite(best)
        if result.path.stride == 1:
            assert_array_equal(result.path.iteration, np.arange(result.nit + 1))
    assert result.success == (result.status in CONVERGED)
    number = result.nfev if result.status == Status.MAX_EVALS else result.nit
    assert str(number) in result.message


# ---- what exists only in Python ------------------------------------------------------------------


class Bowl(Objective):
    """A student's objective, by its formulas."""

    n = 2

    def _value(self, p):
        return np.sum(p * p, axis=-1)

    def _gradient(self, p):
        return 2.0 * p

    def _hessian(self, p):
        return np.broadcast_to(2.0 * np.eye(2), (*p.shape, 2)).copy()


class Steep(Quadratic):
    """A student's landscape: the compiled twin of its parent is another function."""

    def _value(self, p):
        return 3.0 * super()._value(p)

    def _gradient(self, p):
        return 3.0 * super()._gradient(p)


def test_a_students_method_runs_on_numpy():
    result = minimize(Beale(), [1, 1], Sluggish(0.1), max_iter=5, record=True)
    assert result.engine == "numpy"
    adam = minimize(Beale(), [1, 1], Adam(0.1), max_iter=5, record=True)
    assert adam.engine == "compiled"
    # the first step is half of Adam's; the sum and difference round
    np.testing.assert_allclose(
        result.path.x[1] - 1, 0.5 * (adam.path.x[1] - 1), rtol=1e-14, atol=1e-16
    )
    run = Sluggish(0.1).start([1.0, 1.0])
    assert run.engine == "numpy"
    tell(run, Beale())
    assert_array_equal(run.ask(), result.path.x[1])


@every_gradient_method
def test_a_students_objective_runs_on_numpy(method):
    result = minimize(Bowl(), [1, 2], method, max_iter=20, record=True)
    assert result.engine == "numpy"
    assert result.fun == Bowl()(result.x)
    steep = minimize(Steep(1, 2), [1, 2], method, max_iter=20, record=True)
    assert steep.engine == "numpy" and steep.path.fun[0] == 3 * Quadratic(1, 2)([1, 2])
    assert Steep(1, 2)([1.0, 2.0]) == 24.0
    assert minimize(Rotated(Steep(1, 2), 3), [1, 2], method, max_iter=5).engine == "numpy"


def test_a_method_that_only_shares_a_name_is_another():
    @dataclasses.dataclass(frozen=True)
    class Lookalike(GradientDescent):
        name = "adam"

    assert minimize(Beale(), [1, 1], Lookalike(1e-3), max_iter=3).engine == "numpy"


def test_warnings_of_the_users_own_code_are_his():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for engine in ("compiled", "numpy"):
            minimize(lambda x: float(np.log(x[0]) ** 2), [-1.0], Adam(), max_iter=2, engine=engine)
    assert caught and all("invalid value" in str(w.message) for w in caught)


def test_a_large_run_is_freed():
    """A path that is dropped gives its memory back: no growth over many runs."""
    resource = pytest.importorskip("resource")

    def work():
        for _ in range(150):
            minimize(Rastrigin(2), [1, 1], Adam(1e-6), gtol=0, max_iter=50_000, record=True)

    work()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    work()
    growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert growth < 90_000  # kB; the paths of 150 runs have 180 000, the allocator keeps a few
