"""Room in memory: what cannot fit is refused before it begins, and a path that has outgrown it
does not take the run along."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from promises import both_engines
from specimens import python

from ml4pa import (
    CMAES,
    Adam,
    Function,
    GeneticAlgorithm,
    Newton,
    Polynomial,
    RandomSearch,
    Status,
    fit,
    minimize,
)
from ml4pa.landscapes import Rosenbrock, Sphere


@pytest.fixture
def small(monkeypatch):
    """A process that may have 2 GB."""
    monkeypatch.setattr("ml4pa.checks.memory.memory", lambda: 2e9)


ROWS = {
    "full": (CMAES(0.5, population_size=10), 300 * (10 + 2 + 300)),
    "diagonal": (CMAES(0.5, population_size=10, covariance="diagonal"), 300 * (10 + 2 + 1)),
    "limited": (CMAES(0.5, population_size=10, covariance="limited"), 300 * (10 + 2)),
    "genetic": (GeneticAlgorithm(10), 300 * (10 + 1)),
    "adam": (Adam(), 300),
}


@both_engines
@pytest.mark.usefixtures(small.__name__)
@pytest.mark.parametrize("kind", ROWS)
def test_a_path_beyond_memory_is_refused(engine, kind):
    how, row = ROWS[kind]
    row += {"genetic": 1, "adam": 1}.get(kind, 2)
    rows = int(2e9) // (8 * row) - 2
    x0 = np.full(300, 0.5)

    def run(record, **budget):
        def stop(told):
            if told.nit == 1:
                raise StopIteration

        return minimize(Sphere(300), x0, how, record=record, rng=1, engine=engine, callback=stop,
                        **budget)  # fmt: skip

    assert run(1, max_iter=rows).status == Status.CALLBACK
    text = rf"^record=1 keeps up to {rows + 101} rows of {row} numbers, 2.* GB, but this process "
    with pytest.raises(ValueError, match=text + "has 2 GB: pass record=3, or a lower max_iter$"):
        run(1, max_iter=rows + 99)
    kept = run(3, max_iter=rows + 99)
    assert kept.status == Status.CALLBACK and len(kept.path) == 2
    assert run(1).path is not None  # nobody knows how long it takes
    assert run(False, max_iter=10**9).path is None
    size = 1 if kind == "adam" else 10
    assert run(1, max_evals=size * (rows - 2)).path is not None
    with pytest.raises(ValueError, match="^record=1 keeps up to"):
        run(1, max_evals=size * (rows + 100))
    assert run(1, max_iter=100, max_evals=10**12).path is not None
    # What is kept is what was reckoned with.
    path = kept.path
    numbers = path.x.size + path.fun.size
    for more in (path.mean, path.sigma, path.covariance):
        numbers += 0 if more is None else more.size
    if path.population is not None:
        numbers += sum(X.size for X in path.population) + 9 * 300  # the start is alone
    assert numbers == 2 * row


@both_engines
@pytest.mark.usefixtures(small.__name__)
def test_a_fit_that_asks_for_no_path_is_never_refused(engine):
    x = np.linspace(-1, 1, 50)
    told = fit(Polynomial(299), x, x, CMAES(0.1), max_iter=2, rng=1, engine=engine)
    assert told.status == Status.MAX_ITER and len(told.history) == 3
    told = fit(Polynomial(299), x, x, CMAES(0.1), max_time=1e-3, rng=1, engine=engine)
    assert told.status == Status.MAX_TIME

    def stop(_):
        raise StopIteration

    options = {"max_iter": 100_000, "rng": 1, "engine": engine, "callback": stop}
    assert fit(Polynomial(299), x, x, CMAES(0.1), **options).status == Status.CALLBACK
    with pytest.raises(ValueError, match="^record=1 keeps up to 100002 rows of 96902 numbers"):
        fit(Polynomial(299), x, x, CMAES(0.1), record=True, **options)


@both_engines
@pytest.mark.usefixtures(small.__name__)
def test_matrices_beyond_memory_are_refused(engine):
    n = 10_000
    text = r" takes three matrices of 10000 x 10000 numbers, 2.4 GB, but this process has 2 GB: "
    with pytest.raises(MemoryError, match="^covariance='full'" + text + "use 'diagonal' or 'lim"):
        CMAES(0.5).start(np.ones(n), engine=engine)
    with pytest.raises(MemoryError, match="^covariance='full'" + text):
        minimize(Sphere(n), np.ones(n), CMAES(0.5), max_iter=1, engine=engine)
    with pytest.raises(MemoryError, match="^newton" + text + "use a method without them"):
        minimize(Sphere(n), np.ones(n), Newton(), max_iter=1, engine=engine)
    for mode in ("diagonal", "limited"):
        minimize(Sphere(n), np.ones(n), CMAES(0.5, covariance=mode), max_iter=1, engine=engine)


class Forgetful(RandomSearch):
    """Memory ends when the fifth row is written."""

    def moments(self, run):
        if run.iteration >= 5:
            raise MemoryError
        return super().moments(run)


def test_a_path_that_outgrows_memory_is_given_up():
    f, options = Rosenbrock(3), {"rng": 1, "max_iter": 20}
    whole = minimize(f, [0.0] * 3, RandomSearch(0.1), engine="numpy", **options)
    text = "^record=2: no memory was left for the path, which is given up: pass a larger one"
    with pytest.warns(RuntimeWarning, match=text) as told:
        result = minimize(f, [0.0] * 3, Forgetful(0.1), record=2, **options)
    assert told[0].filename == __file__
    assert result.path is None and result.fun == whole.fun and result.nit == 20
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = minimize(f, [0.0] * 3, Forgetful(0.1), record=2, rng=1, max_iter=4)
    assert len(result.path) == 3


OUTGROWN = """
import resource, warnings
import numpy as np
import ml4pa
f = ml4pa.landscapes.Rosenbrock(100)
method = ml4pa.CMAES(0.5)
def stop(told):
    if told.nit == 1000:
        raise StopIteration
options = {"rng": 1, "callback": stop, "threads": 1, "record": True}
whole = ml4pa.minimize(f, np.zeros(100), method, **{**options, "record": False})
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 60_000_000, -1))
warnings.simplefilter("ignore")
result = ml4pa.minimize(f, np.zeros(100), method, **options)
assert result.nit == 1000 and result.path is None, result.path
assert result.fun == whole.fun and result.x.tobytes() == whole.x.tobytes()
"""


@pytest.mark.skipif("sys.platform != 'linux'")
def test_the_compiled_engine_gives_it_up_too():
    run = python(OUTGROWN)
    assert (run.returncode, run.stderr) == (0, "")


def test_little_is_never_refused(monkeypatch):
    monkeypatch.setattr("ml4pa.checks.memory.memory", lambda: 1.0)
    assert len(minimize(Sphere(3), [1.0] * 3, CMAES(0.5), max_iter=9, record=True, rng=1).path)
    f = Function(lambda x: float(x @ x), lambda x: 2 * x, lambda x: 2 * np.eye(3))
    assert minimize(f, [1.0] * 3, Newton()).success
