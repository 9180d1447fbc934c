"""Fleets: every row is what minimize says from its start, bit for bit."""

from __future__ import annotations

import dataclasses
import pickle
import threading
import time

import numpy as np
import pytest
from cases import CASES, POPULATION_CASES
from numpy.testing import assert_array_equal
from promises import both_engines
from specimens import (
    GRADIENT,
    Late,
    bowl,
    bowl_function,
    square,
    square_jac,
)

import ml4pa
from ml4pa import (
    AdaGrad,
    Adam,
    Cosine,
    Function,
    GradientDescent,
    LevenbergMarquardt,
    Momentum,
    Newton,
    RMSprop,
    Status,
    crew,
    fleet,
    minimize,
    multistart,
)
from ml4pa.crew import Crew
from ml4pa.landscapes import Beale, Himmelblau, MonkeySaddle, Quadratic, Rosenbrock, Sphere

ROWS = [
    case
    for case in (*CASES, *POPULATION_CASES)
    if not isinstance(getattr(case.objective(), "fun", None), Late)  # tells by count, not place
]
COUNTERS = ("success", "status", "nit", "nfev", "njev", "nhev", "engine", "message")


def assert_same_result(a: ml4pa.Result, b: ml4pa.Result) -> None:
    for name in COUNTERS:
        assert getattr(a, name) == getattr(b, name), name
        assert type(getattr(a, name)) is type(getattr(b, name)), name
    for name in ("x", "fun", "jac"):
        assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)
    assert (a.path is None) == (b.path is None)
    if a.path is not None:
        for name in ("x", "fun", "iteration"):
            assert_array_equal(getattr(a.path, name), getattr(b.path, name), err_msg=name)


def around(case, m=7):
    """The start of a case, and some near it and within its bounds."""
    start = np.atleast_1d(np.asarray(case.start, dtype=float))
    spread = 0.3 * np.random.default_rng(8).normal(size=(m, start.size))
    spread[0] = 0.0
    points = start + spread
    if "bounds" in case.options:
        for j, (low, high) in enumerate(case.options["bounds"]):
            points[:, j] = np.clip(points[:, j], low, high)
    return points


@pytest.mark.parametrize("case", ROWS, ids=lambda case: case.id)
@both_engines
def test_rows_are_those_of_minimize(case, engine):
    options = {"max_iter": 30, "record": 3, **case.options, "engine": engine}
    seed = options.pop("rng", None)
    starts = around(case)
    f = case.objective()
    fleet = multistart(f, starts, case.method, rng=seed, **options)
    rng = None if seed is None else np.random.default_rng(seed)
    alone = [minimize(f, x0, case.method, rng=rng, **options) for x0 in starts]
    assert len(fleet) == len(starts)
    assert_array_equal(fleet.starts, starts)
    for row, result in zip(fleet, alone, strict=True):
        assert_same_result(row, result)
    if seed is not None:
        assert_same_result(fleet[0], minimize(f, starts[0], case.method, rng=seed, **options))


def test_best_is_the_row_with_the_least_value():
    starts = np.random.default_rng(1).uniform(-2, 2, (50, 2))
    fleet = multistart(Beale(), starts, Adam(0.01), max_iter=200)
    assert fleet.best.fun == fleet.fun.min()
    assert_array_equal(fleet.best.x, fleet.x[np.argmin(fleet.fun)])
    f = Function(lambda x: np.nan, lambda x: x)
    assert multistart(f, [[1.0], [2.0]], Adam()).best.status == Status.DIVERGED


def test_all_the_minima_of_himmelblau_are_reached():
    starts = np.random.default_rng(3).uniform(-5, 5, (200, 2))
    fleet = multistart(Himmelblau(), starts, GradientDescent(0.01))
    distance = np.linalg.norm(fleet.x[:, None] - Himmelblau().minima, axis=2)
    assert distance.min(axis=1).max() < 1e-8
    assert set(distance.argmin(axis=1)) == {0, 1, 2, 3}


# ---- hyper-parameters of one value a start -------------------------------------------------------


@both_engines
def test_hyper_parameters_of_one_value_a_start(engine):
    starts = np.tile([3.0, 1.0], (4, 1))
    rates, gammas = [0.001, 0.01, 0.02, 10.0], np.array([0.0, 0.5, 0.9, 0.9])
    fleet = multistart(
        Himmelblau(), starts, Momentum(1.0, noise=0.1), rng=5, engine=engine, max_iter=40,
        learning_rate=rates, momentum=gammas,
    )  # fmt: skip
    rng = np.random.default_rng(5)
    for i in range(4):
        method = Momentum(rates[i], gammas[i], noise=0.1)
        alone = minimize(Himmelblau(), starts[i], method, rng=rng, engine=engine, max_iter=40)
        assert_same_result(fleet[i], alone)
    assert fleet[3].status == Status.DIVERGED


def test_hyper_parameters_given_once_or_as_schedules():
    starts = np.tile([3.0, 1.0], (2, 1))
    fleet = multistart(
        Himmelblau(), starts, "momentum", learning_rate=[0.01, Cosine(0.02, steps=20)],
        momentum=0.5, clip=[None, 0.3], max_iter=20,
    )  # fmt: skip
    first = minimize(Himmelblau(), starts[0], Momentum(0.01, 0.5), max_iter=20)
    second = Momentum(Cosine(0.02, steps=20), 0.5, clip=0.3)
    assert_same_result(fleet[0], first)
    assert_same_result(fleet[1], minimize(Himmelblau(), starts[1], second, max_iter=20))


def test_only_runs_with_noise_draw_a_key():
    starts = np.tile([3.0, 1.0], (3, 1))
    fleet = multistart(
        Himmelblau(), starts, GradientDescent(0.01), noise=[0.5, 0.0, 0.5], rng=2, max_iter=9
    )
    rng = np.random.default_rng(2)
    for i, noise in enumerate([0.5, 0.0, 0.5]):
        method = GradientDescent(0.01, noise=noise)
        assert_same_result(fleet[i], minimize(Himmelblau(), starts[i], method, rng=rng, max_iter=9))


# ---- seeds and threads ---------------------------------------------------------------------------


@pytest.mark.parametrize("method", GRADIENT.values(), ids=GRADIENT)
def test_same_seed_same_bytes_for_any_threads(method):
    method = dataclasses.replace(method, noise=0.2)
    starts = np.random.default_rng(0).uniform(2, 4, (33, 2))
    fleets = [
        multistart(Himmelblau(), starts, method, rng=9, threads=k, max_iter=50, record=True)
        for k in (1, 2, None)
    ]
    for other in fleets[1:]:
        assert_array_equal(fleets[0].x, other.x)
        assert_array_equal(fleets[0].nit, other.nit)
        assert_array_equal(fleets[0].path.x, other.path.x)


@pytest.mark.parametrize(
    "method",
    [Adam(1e-4), Adam(Cosine(1e-4, 5000)), RMSprop(1e-2), AdaGrad(0.1)],
    ids=["adam", "schedule", "rmsprop", "adagrad"],
)
def test_long_runs_in_two_blocks(method):
    """The numbers of the first 4096 steps are shared by all blocks, behind them each computes its
    own; RMSprop swings about the minimum, so that its best point is not the last."""
    starts = np.random.default_rng(6).uniform([2.0, 0.0], [4.0, 1.0], (200, 2))
    options = {"gtol": 0, "max_iter": 4500, "threads": 1}
    fleet = multistart(Beale(), starts, method, **options)
    for i in (0, 127, 128, 199):
        assert_same_result(fleet[i], minimize(Beale(), starts[i], method, **options))


CREWS = {
    "noise": (Rosenbrock(5), GradientDescent(1e-4, noise=0.1), {}),
    "bounds": (Himmelblau(), Momentum(1e-3), {"bounds": [(-3, 1), (-3, 1)]}),
    "line search": (Rosenbrock(3), GradientDescent(ml4pa.Backtracking()), {"record": 7}),
    "cost": (ml4pa.Cost(ml4pa.MLP([1, 3, 1]), np.arange(9.0), np.arange(9.0)), Adam(0.01), {}),
    "newton": (Rosenbrock(4), Newton(damping=1.0), {}),
    "levenberg-marquardt": (Rosenbrock(4), LevenbergMarquardt(), {"record": True}),
    "rates": (Sphere(3), Adam(), {"learning_rate": np.geomspace(1e-3, 1.0, 40)}),
}


@pytest.mark.parametrize("name", CREWS)
def test_several_runs_at_a_time_are_the_same(name, monkeypatch):
    objective, method, more = CREWS[name]
    starts = np.random.default_rng(4).uniform(-2.5, 0.9, (40, objective.n))
    options = {"rng": 5, "max_iter": 300, **more}
    alone = multistart(objective, starts, method, threads=1, **options)
    monkeypatch.setattr(crew, "WORTH_A_THREAD", 0.0)
    seen = set()
    row = fleet._row

    def watched(*told):
        seen.add(threading.get_ident())
        return row(*told)

    monkeypatch.setattr(fleet, "_row", watched)
    together = multistart(objective, starts, method, threads=3, **options)
    assert threading.get_ident() in seen and len(seen) <= 3
    for i in range(40):
        assert_same_result(alone[i], together[i])


def test_a_run_that_raises_ends_its_crew(monkeypatch):
    row, begun = fleet._row, []

    def failing(told, i, *more):
        begun.append(i)
        if i == 3:
            raise ZeroDivisionError("row 3")
        return row(told, i, *more)

    monkeypatch.setattr(fleet, "_row", failing)
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError, match="row 3"):
        multistart(Rosenbrock(5), np.zeros((10**4, 5)), Adam(), max_iter=2000, threads=2)
    assert threading.active_count() == before and len(begun) < 10


def test_where_threads_cannot_start_those_there_are_go_on(monkeypatch):
    start, started, found = threading.Thread.start, [], []

    def second_fails(thread):
        if started:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    def run(i, going):
        time.sleep(0.01)
        going()
        return i

    def work():
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", second_fails)
            found.extend(Crew(run, 50, 4).results(None))

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(10.0)
    assert not worker.is_alive() and not started[0].is_alive()
    assert found == list(range(50))


def test_the_time_is_that_of_the_whole_crew():
    began = time.perf_counter()
    runs = multistart(
        Rosenbrock(5), np.zeros((6, 5)), Adam(1e-9), max_iter=10**9, max_time=0.1, threads=2
    )
    assert time.perf_counter() - began < 1.0
    assert (runs.status == Status.MAX_TIME).all() and not runs.success.any()


def test_numpys_global_generator_is_left_alone():
    before = np.random.get_state()[1].copy()
    multistart(Beale(), np.ones((3, 2)), Adam(noise=1.0), max_iter=3)
    assert_array_equal(np.random.get_state()[1], before)


# ---- paths ---------------------------------------------------------------------------------------


def test_paths_in_one_block():
    starts = [[1.0, 2.0], [1e-4, 0.0], [0.5, -0.2]]
    fleet = multistart(Quadratic(), starts, GradientDescent(0.1), record=True, max_iter=1000)
    paths = fleet.path
    m, k = paths.fun.shape
    assert (m, k) == (3, paths.rows.max()) and paths.x.shape == (3, k, 2)
    assert_array_equal(paths.rows, fleet.nit + 1)
    assert [len(path) for path in paths] == paths.rows.tolist()
    for i, path in enumerate(paths):
        assert_array_equal(path.x[0], starts[i])
        assert np.isnan(paths.x[i, len(path) :]).all() and np.isnan(paths.fun[i, len(path) :]).all()
    assert [len(path) for path in paths[1:]] == paths.rows[1:].tolist()
    assert len(fleet[-1].path) == paths.rows[2]


def test_too_large_paths_are_refused_before_the_first_step():
    def never(x):
        raise AssertionError("evaluated")

    text = (
        "record: 1000 paths of up to 1000002 points in 2 dimensions may take 24000048000 bytes > "
        "max_bytes=1073741824: record every so many steps (record=100), lower max_iter, or raise "
        "max_bytes"
    )
    with pytest.raises(ValueError) as told:
        multistart(never, np.ones((1000, 2)), Adam(), record=True, max_iter=10**6)
    assert str(told.value) == text
    with pytest.raises(ValueError, match="pass max_iter or max_evals"):
        multistart(never, np.ones((2, 2)), Adam(), record=True, max_time=1.0)
    fleet = multistart(Beale(), np.ones((2, 2)), Adam(), record=True, max_iter=9, max_bytes=528)
    assert fleet.path.x.nbytes + fleet.path.fun.nbytes <= 528
    with pytest.raises(ValueError, match="max_bytes=527"):
        multistart(Beale(), np.ones((2, 2)), Adam(), record=True, max_iter=9, max_bytes=527)


# ---- bad endings ---------------------------------------------------------------------------------


@both_engines
def test_failures_are_rows_and_nothing_is_raised(engine):
    starts = [[1.0, 0.5], [0.0, 0.0], [3.0, 1.0]]
    fleet = multistart(MonkeySaddle(), starts, Newton(), engine=engine)
    # A degenerate point has no negative eigenvalue; rounding leaves the others beside it.
    assert fleet.success.tolist() == [False, True, False]
    assert fleet.reasons() == {"SADDLE": 2, "GRADIENT_TOLERANCE": 1}
    for i, x0 in enumerate(starts):
        assert fleet.message(i) == minimize(MonkeySaddle(), x0, Newton(), engine=engine).message
    assert "3 starts" in repr(fleet)


def test_nan_is_a_row_or_raises():
    f = Function(lambda x: np.nan if x[0] > 1 else square(x), square_jac)
    fleet = multistart(f, [[0.5], [2.0], [0.1]], GradientDescent(0.1))
    assert fleet.success.tolist() == [True, False, True]
    assert np.isnan(fleet.fun[1]) and fleet.best.fun == fleet.fun[[0, 2]].min()
    with pytest.raises(FloatingPointError, match=r"fun is NaN at x = \[2.0\]"):
        multistart(f, [[0.5], [2.0]], GradientDescent(0.1), on_nan="raise")


def test_exceptions_of_the_users_code_come_through():
    def fails(x):
        raise LookupError("mine")

    with pytest.raises(LookupError, match="^mine$"):
        multistart(fails, [[1.0], [2.0]], Adam())


@both_engines
def test_time_is_that_of_all_runs(engine):
    fleet = multistart(
        Rosenbrock(5), np.zeros((20, 5)), GradientDescent(1e-9), max_time=0.1, engine=engine
    )
    assert set(fleet.reasons()) == {"MAX_TIME"}
    assert not fleet.success.any()
    assert (fleet.limit == 0.1).all() and (fleet.measured >= 0.1).all()
    assert fleet.measured.max() < 1.0


def test_bounds_are_never_left():
    seen = []

    def f(x):
        seen.append(x.copy())
        return bowl(x)

    bounds = [(0.9, 1), (-2, -1), (0.5, 0.5)]
    multistart(f, [[1, -2, 0.5], [0.9, -1, 0.5]], Adam(0.1), bounds=bounds, max_iter=10)
    low, high = np.array(bounds).T
    assert (np.array(seen) >= low).all() and (np.array(seen) <= high).all()


def test_results_pickle_and_starts_are_not_written_to():
    starts = np.ones((3, 2))
    starts.flags.writeable = False
    fleet = multistart(Beale(), starts, Adam(0.1), record=5, max_iter=20)
    again = pickle.loads(pickle.dumps(fleet))
    for a, b in zip(fleet, again, strict=True):
        assert_same_result(a, b)


def test_a_method_of_ones_own_runs_on_numpy():
    @dataclasses.dataclass(frozen=True)
    class Own(GradientDescent):
        def step(self, theta, g, eta, state):
            return theta - eta * np.sign(g)

    fleet = multistart(bowl_function(), np.ones((2, 3)), Own(0.1), max_iter=3, learning_rate=[1, 2])
    assert fleet.engine == "numpy"
    assert_array_equal(fleet.x[1], minimize(bowl_function(), np.ones(3), Own(2), max_iter=3).x)


def test_progress_shows_the_runs_that_are_done(capsys):
    pytest.importorskip("tqdm")
    slow = Function(lambda x: time.sleep(0.12) or square(x), square_jac)
    multistart(slow, np.ones((3, 2)), Adam(), max_iter=0, progress=True)
    assert "2/3" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"starts": [1.0, 2.0]}, ValueError,
         "starts has shape (2,), but must hold one start a row: pass shape (m, 2)"),
        ({"starts": np.ones((3, 4))}, ValueError,
         "starts has shape (3, 4), but must hold one start a row: pass shape (m, 2)"),
        ({"starts": [[1.0, np.inf]]}, ValueError, "starts[0, 1]=inf must be finite"),
        ({"bounds": [(0, 1), (0, 1)], "starts": [[0.5, 0.5], [0.5, 2.0]]}, ValueError,
         "starts[1, 1]=2.0 is outside its bounds [0.0, 1.0]: start within them"),
        ({"learning_rate": [0.1]}, ValueError,
         "learning_rate has shape (1,), but there are 2 starts: pass one value, or shape (2,)"),
        ({"learning_rate": [0.1, -0.1]}, ValueError, "learning_rate[1]=-0.1 must be > 0"),
        ({"learning_rate": -0.1}, ValueError, "learning_rate=-0.1 must be > 0"),
        ({"beta1": np.array([0.1, np.nan])}, ValueError, "beta1[1]=nan must be finite"),
        ({"beta1": ["a", 0.5]}, TypeError, "beta1[0]='a' must be a number"),
        ({"max_itr": 3}, TypeError,
         ("max_itr=3 is neither a keyword of multistart nor a hyper-parameter of Adam: it has "
          "learning_rate, noise, clip, beta1, beta2, eps, eps_root")),
        ({"max_bytes": 0}, ValueError, "max_bytes=0 must be >= 1"),
        ({"threads": 0}, ValueError, "threads=0 must be >= 1"),
        ({"engine": "gpu"}, ValueError, "engine='gpu' must be one of 'compiled', 'numpy'"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused_with_a_cure(given, error, text):
    if "max_bytes" in given:
        given = {"record": True, **given}
    arguments = {"starts": np.ones((2, 2)), "method": Adam(), **given}
    with pytest.raises(error) as told:
        multistart(Beale(), **arguments)
    assert str(told.value) == text


def test_finite_differences_need_their_evaluations():
    with pytest.raises(ValueError, match="max_evals=3 must be >= 7"):
        multistart(square, np.ones((2, 3)), Adam(), max_evals=3)


def test_one_coordinate_may_be_a_plain_list():
    fleet = multistart(ml4pa.landscapes.Wiggles(), [-1.0, 1.0], GradientDescent(0.02))
    assert fleet.x.shape == (2, 1)
    assert multistart(Sphere(1), [1.0], Adam(), max_iter=1).starts.shape == (1, 1)
