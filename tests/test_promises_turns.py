"""One caller at a time works with a run; the others are refused, and change nothing."""

from __future__ import annotations

import copy
import threading

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from promises import both_engines
from specimens import MINIMAL, POPULATIONS

from ml4pa import CMAES, Adam, GradientDescent, load, minimize
from ml4pa.landscapes import Beale, Rosenbrock

METHODS = {**MINIMAL, **POPULATIONS}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
START = [1.0, 2.0]
refused = pytest.raises(RuntimeError, match="this run is at work in another call")


def in_another_thread(call):
    """What it raises there, or None."""
    told = []

    def work():
        try:
            call()
        except Exception as error:
            told.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return told[0] if told else None


def told_at(point):
    """What a run that asked for it may be told."""
    return (point, np.zeros(len(point))) if point.ndim == 2 else (point, 0.0, point, np.eye(2))


@both_engines
@every_method
def test_a_run_at_work_is_read_by_its_callback_alone(method, engine, tmp_path):
    whole = minimize(Beale(), START, method, rng=3, engine=engine, max_iter=8)
    run = method.start(START, rng=3, engine=engine)
    point = run.ask()
    at = []

    def disturb(told):
        if told.nit != 4 or run.stop:
            return
        with refused:
            run.tell(*told_at(point))
        with refused:
            minimize(Beale(), method=run, max_iter=1)
        for call in (run.ask, run.snapshot, lambda: run.x, lambda: run.save(tmp_path / "no")):
            assert "this run is at work" in str(in_another_thread(call))
        assert in_another_thread(lambda: (run.fun, run.iteration, run.stop, repr(run))) is None
        run.save(tmp_path / "run")
        at[:] = [run.ask(), run.x, copy.copy(run)]

    result = minimize(Beale(), method=run, max_iter=8, callback=disturb)
    assert_array_equal(result.x, whole.x)
    assert result.fun == whole.fun and result.nit == whole.nit
    if at:
        asked, x, copied = at
        for run_of_then in (copied, load(tmp_path / "run")):
            assert_array_equal(run_of_then.ask(), asked)
            assert_array_equal(run_of_then.x, x)
    if not run.stop:
        f, again = Beale(), method.start(START, rng=3, engine=engine)
        minimize(f, method=again, max_iter=8)
        assert_array_equal(run.ask(), again.ask())  # and not what the callback was shown


@both_engines
def test_a_learning_rate_does_not_tell(engine):
    def rate(t):
        if t == 1:
            with refused:
                run.tell(START, 1.0, [1.0, 1.0])
        return 0.1

    run = GradientDescent(rate).start(START, engine=engine)
    for _ in range(3):
        run.tell(run.ask(), 1.0, [1.0, 1.0])
    assert run.iteration == 3
    with pytest.raises(ValueError):
        run.tell([1.0], 1.0, [1.0, 1.0])
    run.tell(run.ask(), 1.0, [1.0, 1.0])  # what is refused leaves it free


@both_engines
@pytest.mark.parametrize("method", [Adam(1e-9), CMAES(0.5, restarts="ipop")], ids=["adam", "ipop"])
def test_other_threads_are_refused_while_it_works(method, engine):
    run = method.start(np.full(10, 0.1), rng=1, engine=engine)
    begun, ended = threading.Event(), threading.Event()
    told = []

    def disturb():
        begun.wait()
        calls = run.snapshot, run.ask, lambda: minimize(Rosenbrock(10), method=run, max_iter=1)
        while not ended.is_set():
            told.extend(str(in_another_thread(call)) for call in calls)

    thread = threading.Thread(target=disturb)
    thread.start()
    late = {"gtol": 0} if isinstance(method, Adam) else {}
    minimize(
        Rosenbrock(10), method=run, max_iter=10**9, max_time=0.1, **late,
        callback=lambda told: begun.set(),
    )  # fmt: skip
    ended.set()
    thread.join()
    assert any("this run is at work" in text for text in told)
