"""Tuning: the best hyper-parameters are found where they are known, and no gain is called none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ml4pa import (
    CMAES,
    Adam,
    GradientDescent,
    InverseTime,
    Momentum,
    RandomSearch,
    Status,
    Tuned,
    integers,
    log_scale,
    multistart,
    near_one,
    space,
    tune,
)
from ml4pa.landscapes import Beale, Quadratic, Sphere

RATES = space(Momentum, learning_rate=log_scale(1e-4, 1), momentum=near_one(0.5, 0.999))


def quick(*args, **how) -> Tuned:
    return tune(*args, **{"budget": 80, "trials": 8, "held_out": 24, "rng": 1, **how})


# ---- spaces --------------------------------------------------------------------------------------


def test_ranges():
    assert log_scale(1e-4, 1).at(0.75) == pytest.approx(0.1)
    assert near_one(0.9, 0.999).at(0.5) == pytest.approx(0.99)
    pair = space(Adam, beta1=(0.5, 0.9)).ranges["beta1"]
    assert [pair.at(u) for u in (0.0, 0.25, 1.0)] == pytest.approx([0.5, 0.6, 0.9])
    assert pair.part(0.6) == pytest.approx(0.25)
    whole = [integers(3, 6).at(u) for u in np.linspace(0, 1, 400, endpoint=False)]
    assert np.bincount(whole).tolist() == [0, 0, 0, 100, 100, 100, 100]
    assert integers(3, 6).at(1.0) == 6
    for one in (log_scale(1e-4, 1), near_one(0.5, 0.999), integers(2, 9)):
        assert (one.at(0.0), one.at(1.0)) == pytest.approx((one.low, one.high))
        for u in (0.1, 0.5, 0.8):
            assert one.at(one.part(one.at(u))) == pytest.approx(one.at(u))


def test_default_is_the_methods_own_and_the_middle_where_it_has_none():
    assert space(Adam, learning_rate=log_scale(1e-4, 1), beta1=0.8).default == Adam(beta1=0.8)
    assert RATES.default == Momentum(0.01, 0.9)
    decaying = space(lambda eta: Momentum(InverseTime(eta, 0.1)), eta=(0.2, 0.6))
    assert decaying.default == Momentum(InverseTime(0.4, 0.1))


@pytest.mark.parametrize(
    ("made", "default", "usual"),
    [
        (RATES, None, "the default (learning_rate=0.01, momentum=0.9)"),
        (
            space(lambda rate, decay: Momentum(InverseTime(rate, decay)),
                  rate=log_scale(1e-4, 1), decay=(0.0, 0.1)),
            None,
            f"the default ({Momentum(InverseTime(0.01, 0.05))!r})",
        ),
        (
            space(lambda step: GradientDescent(step), step=(0.1, 0.2)),  # step is no number of it
            None,
            f"the default ({GradientDescent(0.15000000000000002)!r})",
        ),
        (space(Adam, beta1=(0.5, 0.9)), Momentum(0.01), f"the default ({Momentum(0.01)!r})"),
        (space(Adam, learning_rate=(0.1, 0.9)), Momentum(0.01), f"({Momentum(0.01)!r})"),
    ],
    ids=["fields", "function", "a function's step", "another method", "its learning rate"],
)  # fmt: skip
def test_the_message_names_the_default_whatever_it_is(made, default, usual):
    tuned = quick(Quadratic(), None, made, target=-0.9, budget=6, default=default)
    assert usual in tuned.message and tuned.message in repr(tuned) == str(tuned)


# ---- what is found -------------------------------------------------------------------------------


def test_the_best_learning_rates_of_a_bowl():
    """Gradient descent on x^2 + y^2: 1/2 arrives in one step. On x^2 + 4 y^2: 2/(2 + 8)."""
    rates = space(GradientDescent, learning_rate=log_scale(1e-3, 10))
    round_bowl = quick(Quadratic(), None, rates, target=-1 + 1e-3)
    assert np.median(round_bowl.runs.nit) == 1
    long_bowl = quick(Quadratic(1, 4), None, rates, target=-1 + 1e-12)
    assert_allclose(long_bowl.settings["learning_rate"], 0.2, rtol=0.05)
    assert long_bowl.verdict == "better" and long_bowl.best == GradientDescent(
        long_bowl.settings["learning_rate"]
    )


def test_gain_is_that_of_the_held_out_runs():
    tuned = quick(Beale(), None, RATES, target=1e-6)
    assert len(tuned.runs) == len(tuned.default_runs) == 24
    assert_array_equal(tuned.runs.starts, tuned.default_runs.starts)
    costs = [
        np.where(runs.success, np.log(runs.nfev), math.log(10 * 1000))
        for runs in (tuned.default_runs, tuned.runs)
    ]
    assert tuned.gain == pytest.approx(math.exp((costs[0] - costs[1]).mean()), rel=1e-12)
    low, high = tuned.interval
    assert low < tuned.gain < high


def test_interval_is_as_wide_as_that_of_the_mean():
    """Of m pairs with deviation s it is about 2 * 1.96 s/sqrt(m) wide."""
    tuned = quick(Beale(), None, RATES, held_out=200, budget=20)
    differences = tuned.default_runs.fun - tuned.runs.fun
    width = 2 * 1.96 * differences.std() / math.sqrt(200)
    assert tuned.interval[1] - tuned.interval[0] == pytest.approx(width, rel=0.15)
    wide = quick(Beale(), None, RATES, held_out=200, budget=20, confidence=0.5)
    assert wide.interval[1] - wide.interval[0] < 0.5 * width


def test_says_so_when_the_default_is_as_good():
    """Here nothing depends on what is tuned: noise that is clipped away, a factor of zero."""
    f, rates = Sphere(2), space(Adam, learning_rate=0.1, eps=(0.0, 1e-30))
    tuned = quick(f, None, rates, target=1e-3)
    assert (tuned.gain, tuned.interval, tuned.verdict) == (1.0, (1.0, 1.0), "as good")
    assert tuned.message.startswith("the default (eps=0) is as good as Adam(eps=")
    assert (
        "evaluations fall by a factor 1 (95 % interval 1 to 1, 24 held-out runs)" in tuned.message
    )


def test_chance_alone_is_no_gain():
    """A hyper-parameter that does nothing, under noise: held-out runs do not confirm the luck."""

    def make(nothing):
        return GradientDescent(0.05 + 0 * nothing, noise=1.0)

    # each setting with noise of its own would be the trap; with common numbers all are equal
    tuned = quick(Sphere(2), [1.0, 1.0], space(make, nothing=(0.0, 1.0)), max_evals=50)
    assert len(np.unique(tuned.history["cost"])) == 1
    assert tuned.verdict == "as good" and tuned.gain == 0.0


def test_says_so_when_the_default_is_better():
    worse = space(GradientDescent, learning_rate=(1e-4, 1e-3))
    tuned = quick(Quadratic(), None, worse, target=-1 + 1e-3, default=GradientDescent(0.5))
    assert tuned.verdict == "worse" and tuned.gain < 1
    assert tuned.message.startswith(
        "the default (learning_rate=0.5) is better than GradientDescent(learning_rate="
    )


def test_says_so_when_nothing_is_solved():
    tuned = quick(Beale(), None, RATES, target=-1.0, max_evals=20, budget=10)
    assert tuned.message.startswith("neither Momentum(learning_rate=")


# ---- how it is found -----------------------------------------------------------------------------


def test_common_random_numbers():
    """Every row of the history is what multistart says from the same starts and seed."""
    noisy = space(GradientDescent, learning_rate=log_scale(1e-3, 0.1), noise=0.1)
    tuned = quick(Beale(), [1.0, 1.0], noisy, max_evals=100, budget=10)
    random = np.random.default_rng(1)
    seed = int(random.integers(1 << 62))
    for eta, cost in zip(tuned.history["learning_rate"], tuned.history["cost"], strict=True):
        runs = multistart(
            Beale(), np.ones((8, 2)), GradientDescent(eta, noise=0.1), max_evals=100, rng=seed
        )
        assert cost == runs.fun.mean()
    assert len(tuned.history["cost"]) == 10
    assert len(set(tuned.runs.fun)) == 24  # each held-out run has noise of its own


def test_seeds():
    first, again, other = (
        quick(Beale(), None, RATES, target=1e-6, rng=rng, threads=k)
        for rng, k in ((1, 1), (1, 2), (2, 1))
    )
    assert first.best == again.best and first.interval == again.interval
    assert first.best != other.best


def test_failures_and_divergences_are_counted():
    tuned = quick(Beale(), None, RATES, target=1e-6)
    history = tuned.history
    assert history["diverged"].max() > 0 and history["solved"].max() > 0
    assert (history["diverged"] + history["solved"] <= 8).all()
    best = np.argmin(history["cost"])
    assert history["learning_rate"][best] == tuned.settings["learning_rate"]
    assert {len(column) for column in history.values()} == {len(history["cost"])}


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("method", [Momentum, CMAES])
@pytest.mark.parametrize("target", [None, 1.0])
def test_no_run_has_a_value(value, method, target):
    name = "sigma0" if method is CMAES else "learning_rate"
    varied = space(method, **{name: log_scale(1e-4, 1)})
    tuned = quick(lambda x: value, [1.0, 2.0], varied, budget=6, target=target)
    assert tuned.verdict == "no value"
    assert tuned.message.startswith(f"no run has a value, neither of {method.__name__}({name}=")
    assert "f is NaN or infinite in " in repr(tuned)
    one = quick(lambda x: 1.0, [1.0, 2.0], varied, budget=6)
    assert one.verdict == "as good"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_some_runs_have_a_value(value):
    starts = np.repeat([[-1.0, 2.0], [1.0, 2.0]], 4, axis=0)
    rates = space(Momentum, learning_rate=log_scale(1e-4, 1))
    some = quick(lambda x: value if x[0] < 0 else 1.0, starts, rates, budget=6)
    assert some.verdict == "as good"
    assert not any((runs.fun < np.inf).all() for runs in (some.runs, some.default_runs))


def test_a_cost_of_the_users_own_needs_no_value():
    varied = space(Momentum, learning_rate=log_scale(1e-4, 1))
    goal = lambda runs: runs.nit  # noqa: E731
    tuned = quick(lambda x: np.nan, [1.0, 2.0], varied, budget=6, goal=goal)
    assert tuned.verdict == "as good"


def test_starts_are_dealt_in_turn():
    starts = np.random.default_rng(3).uniform(-2, 2, (9, 2))
    tuned = quick(Beale(), starts, RATES, target=1e-6)
    assert_array_equal(tuned.runs.starts, starts[1::2])
    once = quick(Beale(), [1.0, 1.0], RATES, target=1e-6)
    assert len(once.runs) == 1
    assert once.message.endswith("this says nothing about other starts")


def test_goals():
    by_value = quick(Beale(), None, RATES)
    assert by_value.goal == "value"
    assert by_value.gain == pytest.approx(
        np.mean(by_value.default_runs.fun - by_value.runs.fun), rel=1e-12
    )
    own = quick(Beale(), None, RATES, goal=lambda runs: runs.nit.astype(float), gtol=1e-6)
    assert own.goal == "cost" and not own.ratio
    by_gradient = quick(Quadratic(), None, RATES, goal="evaluations", gtol=1e-6)
    assert by_gradient.runs.success.all()
    assert set(by_gradient.runs.status) == {Status.GRADIENT_TOLERANCE}


@pytest.mark.parametrize(("weight", "best"), [(0.99e-9, np.max), (1.01e-9, np.min)])
def test_values_decide_between_equal_costs_only(weight, best):
    """They count 1e-9 of the costs, by their arcsinh: a cost that falls by more than that as the
    values rise outweighs them. They rise as the learning rate falls."""
    rates = space(GradientDescent, learning_rate=log_scale(1e-3, 0.4))
    tuned = quick(Sphere(2), np.ones((16, 2)), rates, max_evals=3, method=RandomSearch(0.3),
                  goal=lambda runs: -weight * np.arcsinh(runs.fun))  # fmt: skip
    assert tuned.settings["learning_rate"] == best(tuned.history["learning_rate"])


def test_populations_integers_and_other_searches():
    sizes = space(CMAES, sigma0=1.0, population_size=integers(4, 40))
    tuned = quick(Sphere(3), None, sizes, target=1e-6, budget=30, method=RandomSearch(0.3, 5))
    assert isinstance(tuned.settings["population_size"], int)
    assert tuned.settings["population_size"] < 20 and tuned.runs.success.all()
    assert len(tuned.history["cost"]) == 30


def test_a_python_function_and_bounds():
    seen = []

    def f(x):
        seen.append(x.copy())
        return float(np.sum((x - 0.5) ** 2))

    tuned = quick(
        f, None, space(Adam, learning_rate=log_scale(1e-3, 1)), bounds=[(0, 1)] * 2, budget=6,
        max_evals=60, trials=2, held_out=3,
    )  # fmt: skip
    assert (np.array(seen) >= 0).all() and (np.array(seen) <= 1).all()
    assert tuned.runs.engine == "compiled"


def test_engines_agree():
    one, two = (
        quick(Beale(), None, RATES, target=1e-3, budget=6, trials=2, held_out=2, max_evals=200,
              engine=engine) for engine in ("compiled", "numpy")
    )  # fmt: skip
    assert one.best == two.best and one.gain == two.gain
    assert (one.runs.engine, two.runs.engine) == ("compiled", "numpy")


def test_prints():
    tuned = quick(Beale(), None, RATES, target=1e-6)
    assert repr(tuned).splitlines()[0] == f" message: {tuned.message}"
    assert "Momentum(learning_rate=" in tuned.message and "held-out runs" in tuned.message
    assert repr(RATES) == (
        "<Space of Momentum: learning_rate=log_scale(0.0001, 1), momentum=near_one(0.5, 0.999)>"
    )
    with pytest.raises(AttributeError):
        tuned.gain = 2.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: space("adam", beta1=(0, 1)), TypeError,
         ("make='adam' must be a class of methods or a function that makes one: Adam, not 'adam' "
          "or Adam()")),
        (lambda: space(Adam, beta_1=(0.1, 0.2)), TypeError, None),
        (lambda: space(Adam, beta1=0.5), ValueError,
         ("space has nothing that varies: pass a pair, learning_rate=(0.01, 0.1), or "
          "learning_rate=log_scale(1e-4, 1)")),
        (lambda: space(Adam, beta1=(0.5, 1.5)), ValueError, "beta1=1.5 must be < 1"),
        (lambda: space(lambda a: a, a=(0, 1)), TypeError,
         "make=0.0 must be a Method: Adam(0.1)"),
        (lambda: log_scale(0, 1), ValueError, "low=0.0 must be > 0"),
        (lambda: near_one(0.5, 1), ValueError, "high=1.0 must be < 1"),
        (lambda: integers(1, 2.5), ValueError, "high=2.5 must be a whole number"),
        (lambda: log_scale(1, 0.1), ValueError,
         "log_scale=(1.0, 0.1) must be finite with low < high"),
        (lambda: space(Adam, learning_rate=(1, 0)), ValueError,
         "learning_rate=(1.0, 0.0) must be finite with low < high"),
        (lambda: space(Momentum, momentum=(0, 0.9)), TypeError,
         ("space gives no learning_rate, but Momentum has no default for it: pass "
          "learning_rate=")),
        (lambda: tune(Beale(), None, RATES, budget=0), ValueError, "budget=0 must be >= 1"),
        (lambda: tune(Beale(), None, RATES, budget=1.5), ValueError,
         "budget=1.5 must be a whole number"),
        (lambda: tune(Beale(), [1, 2, 3], RATES), ValueError,
         ("x0 has shape (3,), but must be one start, shape (2,), or hold one a row: pass shape "
          "(m, 2)")),
        (lambda: tune(Beale(), [1, np.nan], RATES), ValueError, "x0[1]=nan must be finite"),
        (lambda: tune(Beale(), [[1, 2], [np.inf, 2]], RATES), ValueError,
         "x0[1, 0]=inf must be finite"),
        (lambda: tune(Beale(), [9, 0], RATES, bounds=[(-4, 4)] * 2), ValueError,
         "x0[0]=9.0 is outside its bounds [-4.0, 4.0]: start within them"),
        (lambda: tune(Beale(), [[1, 1], [0, 9]], RATES, bounds=[(-4, 4)] * 2), ValueError,
         "x0[1, 1]=9.0 is outside its bounds [-4.0, 4.0]: start within them"),
        (lambda: tune(Beale(), None, Adam()), TypeError, None),
        (lambda: tune(Beale(), None, RATES, method=Adam()), TypeError, None),
        (lambda: tune(Beale(), None, RATES, goal="speed"), ValueError,
         "goal='speed' must be one of 'evaluations', 'value'"),
        (lambda: tune(Beale(), None, RATES, goal=lambda runs: [1.0], budget=1), ValueError,
         "goal(runs) has shape (1,), but there are 32 runs: return (32,)"),
        (lambda: tune(lambda x: x[0], None, RATES), ValueError, None),
        (lambda: tune(Beale(), None, RATES, confidence=1), ValueError, "confidence=1 must be < 1"),
        (lambda: tune(Beale(), None, RATES, default="adam"), TypeError,
         "default='adam' must be a Method: Adam(0.1)"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused_with_a_cure(call, error, text):
    with pytest.raises(error) as told:
        call()
    assert text is None or str(told.value) == text


def test_exceptions_of_the_users_code_come_through():
    def f(x):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        tune(f, [1.0], space(Adam, learning_rate=(0.1, 1.0)))


def test_progress_is_shown_when_asked_for(capsys):
    pytest.importorskip("tqdm")
    quick(Beale(), None, RATES, budget=10)
    assert capsys.readouterr().err == ""
    quick(Beale(), None, RATES, budget=10, progress=True)
    assert "/10" in capsys.readouterr().err
