"""Seeds and threads: the same bytes, whatever runs beside.

A new method inherits these tests by its line in the registry: `MINIMAL` is made from it.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from promises import (
    both_engines,
    every_method,
    noisy,
    same,
    tell,
)
from specimens import (
    python,
    square,
    square_jac,
)

from ml4pa import (
    Adam,
    GradientDescent,
    minimize,
)
from ml4pa.landscapes import (
    Beale,
    Himmelblau,
    Rosenbrock,
)

# ---- 1. seeds ------------------------------------------------------------------------------------


@both_engines
@every_method
def test_the_same_seed_gives_the_same_bytes(method, engine):
    def run(rng):
        return minimize(
            Himmelblau(), [3.0, 1.0], noisy(method), max_iter=20, rng=rng, record=True,
            engine=engine,
        )  # fmt: skip

    state = pickle.dumps(np.random.get_state())
    same(run(3), run(3))
    same(run(3), run(np.int64(3)))
    same(run(3), run(np.random.SeedSequence(3)))
    same(run(3), run(np.random.default_rng(3)))
    same(run(3), run(np.random.PCG64(3)))
    assert not np.array_equal(run(3).path.x, run(4).path.x)
    assert not np.array_equal(run(None).path.x, run(None).path.x)
    rng = np.random.default_rng(3)  # a generator goes on
    assert not np.array_equal(run(rng).path.x, run(rng).path.x)
    assert pickle.dumps(np.random.get_state()) == state


def test_both_engines_draw_the_same_key():
    for rng in (5, np.random.SeedSequence(5), np.random.Philox(5), np.random.default_rng(5)):
        copies = [pickle.loads(pickle.dumps(rng)) for _ in range(2)]
        a, b = (
            minimize(Himmelblau(), [3.0, 1.0], Adam(0.1, noise=1.0), max_iter=5, rng=r, engine=e,
                     record=True)
            for r, e in zip(copies, ("compiled", "numpy"), strict=True)
        )  # fmt: skip
        assert_array_equal(a.path.x, b.path.x)


@every_method
def test_concurrent_runs_do_not_disturb_each_other(method):
    def run(seed):
        return minimize(Rosenbrock(4), np.full(4, 0.3), noisy(method), max_iter=200, rng=seed,
                        record=True)  # fmt: skip

    expected = [run(seed) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        for a, b in zip(expected, pool.map(run, range(8)), strict=True):
            same(a, b)


@both_engines
def test_nested_runs_do_not_disturb_each_other(engine):
    method = Adam(0.1, noise=0.3)
    inner = []

    def fun(x):
        inner.append(minimize(Beale(), [1.0, 1.0], method, max_iter=5, rng=2, engine=engine).x)
        return square(x)

    for _ in range(2):
        a = minimize(fun, [1.0, 2.0], method, jac=square_jac, max_iter=9, rng=1, engine=engine)
        b = minimize(square, [1.0, 2.0], method, jac=square_jac, max_iter=9, rng=1, engine=engine)
        same(a, b)
    assert len(inner) == 20 and len({x.tobytes() for x in inner}) == 1


@both_engines
def test_asking_and_telling_is_seeded_too(engine):
    runs = [Adam(0.1, noise=1.0).start([1.0, 2.0], rng=9, engine=engine) for _ in range(2)]
    for _ in range(5):
        x, y = (tell(run, Beale()) for run in runs)
        assert_array_equal(x, y)


# ---- 2. threads ----------------------------------------------------------------------------------


def test_several_threads_run_at_once():
    """The interpreter is free during a native run: another thread counts meanwhile."""
    done = threading.Event()

    def count():
        n = 0
        while not done.is_set():
            n += 1
            time.sleep(1e-3)
        return n

    with ThreadPoolExecutor(1) as pool:
        counted = pool.submit(count)
        minimize(Rosenbrock(50), np.zeros(50), GradientDescent(1e-5), max_iter=10**9, max_time=0.5)
        done.set()
        assert counted.result() > 20  # some 400 of 500 ms; a held interpreter leaves 1


FORK = """
import os, sys
import numpy as np
from ml4pa import Adam, minimize
from ml4pa.landscapes import Rastrigin
f = Rastrigin(50)
X = np.random.default_rng(0).random((5000, 50))
value = f(X)  # takes the threads
x = minimize(f, X[0], Adam(0.1), max_iter=300).x
children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        ok = np.array_equal(f(X), value)
        ok &= np.array_equal(minimize(f, X[0], Adam(0.1), max_iter=300).x, x)
        os._exit(0 if ok else 1)
    children.append(child)
codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
assert np.array_equal(f(X), value)
sys.exit(max(codes))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_after_use_does_not_hang():
    run = python(FORK)
    assert run.returncode == 0, run.stderr


LIMITED = """
import resource, sys
import numpy as np
from ml4pa import CMAES, Adam, minimize, multistart
from ml4pa.landscapes import Beale, Rosenbrock

def found(threads):
    x = minimize(Rosenbrock(50), np.zeros(50), CMAES(0.5, population_size=2000), rng=1,
                 max_iter=20, threads=threads).x
    fleet = multistart(Beale(), np.ones((20_000, 2)), Adam(), max_iter=100, threads=threads).x
    crew = multistart(Rosenbrock(50), np.zeros((50, 50)), Adam(), max_iter=100, threads=threads).x
    return x, fleet, crew

alone = found(1)
pages = int(open("/proc/self/statm").read().split()[0])
room = pages * resource.getpagesize() + (40 << 20)  # the stacks of four threads
if sys.argv[1] == "limited":
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
many = found(int(sys.argv[2]))
assert all(map(np.array_equal, alone, many))
print("as alone")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
@pytest.mark.parametrize("given", [("limited", 40), ("free", 10**5), ("free", 10**12)])
def test_more_threads_than_there_are_end_no_process(given):
    run = python(LIMITED, *map(str, given))
    assert run.stdout == "as alone\n", run.stderr
