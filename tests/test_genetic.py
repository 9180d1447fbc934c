"""The genetic algorithm: engine against engine, first generation, own operators, inputs, polish.

Its operators are tested in test_genetic_operators.py, what it shares with other population methods
in test_population.py.
"""

from __future__ import annotations

import math
import pickle
import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from promises import both_engines
from specimens import (
    GENETIC,
)

from ml4pa import (
    CMAES,
    MLP,
    Adam,
    Cosine,
    Cost,
    GeneticAlgorithm,
    GradientDescent,
    Newton,
    Polynomial,
    RandomSearch,
    Status,
    load,
    minimize,
)
from ml4pa.landscapes import Himmelblau, Rastrigin, Schwefel, Sphere
from ml4pa.methods.genetic.draws import Draws
from ml4pa.methods.genetic.operators import CROSSOVERS, MUTATIONS, SELECTIONS, operator

every_setting = pytest.mark.parametrize("method", GENETIC.values(), ids=GENETIC)

X0 = np.linspace(-3.0, 4.1, 13)
BOUNDS = [(-5.0, 5.0)] * 12 + [(-4.0, 8.0)]


def cost(X):
    """Something uneven, of one value or infinite here and there."""
    values = np.sum(np.abs(X) ** 1.5, axis=1) - 30.0
    values[X[:, 0] > 2.5] = math.inf
    values[X[:, 1] > 2.8] = math.nan
    return values


# ---- engine against engine -----------------------------------------------------------------------


@every_setting
def test_every_operator_gives_the_same_bits(method):
    a, b = (method.start(X0, 5, BOUNDS, engine=engine) for engine in ("compiled", "numpy"))
    assert (a.engine, b.engine) == ("compiled", "numpy")
    for t in range(15):
        X = a.ask()
        assert_array_equal(X, b.ask())
        values = cost(X) if t != 6 else np.full(len(X), math.nan)
        if t % 4 == 3:
            X = np.concatenate([[X0], X[1:]])  # the caller's own
        a.tell(X if t % 4 == 3 else a.ask(), values)
        b.tell(X, values)
        assert a.state.keys() == b.state.keys()
        for name, kept in a.state.items():
            assert_array_equal(kept, b.state[name], err_msg=name)


VAST = 1.7e308


@pytest.mark.parametrize(
    "method",
    [
        *GENETIC.values(),
        GeneticAlgorithm(20, mutation_scale=VAST),
        RandomSearch(VAST),
        CMAES(VAST / 10),
    ],
    ids=[*GENETIC, "scale", "random", "cmaes"],
)
@pytest.mark.parametrize("bounds", [[(-VAST, VAST)] * 13, [(0.0, VAST)] * 13, None])
def test_no_width_overflows(method, bounds):
    """Points are finite, spread over the bounds, the same in both engines, and nothing warns."""
    if bounds is None and getattr(method, "encoding", "") == "binary":
        return
    x0 = np.linspace(1.0, VAST / 4, 13)
    a, b = (method.start(x0, 5, bounds, engine=engine) for engine in ("compiled", "numpy"))
    for t in range(15):
        X = a.ask()
        assert np.isfinite(X).all()
        if t == 0 and bounds is not None and isinstance(method, GeneticAlgorithm):
            (low, high), rows = bounds[0], X[1:]
            assert rows.min() < low + 0.3 * (high / 2 - low / 2)
            assert rows.max() > high - 0.3 * (high / 2 - low / 2)
            assert rows.size < 100 or abs(np.mean(rows / high) - (high / 2 + low / 2) / high) < 0.3
        if method.name != "cmaes":
            assert_array_equal(X, b.ask())
        for run in (a, b):
            run.tell(run.ask(), np.sum(np.abs(run.ask() / VAST - 0.3), axis=1))


@pytest.mark.parametrize("crossover", ["blend", "sbx"])
def test_children_of_vast_parents(crossover):
    """They are those of parents a power of two smaller, made larger again."""
    draws = Draws(3, 1)
    A, B = np.random.default_rng(4).uniform(-1.0, 1.0, (2, 40, 5))
    small = operator("crossover", crossover)(draws, A, B)
    with np.errstate(over="ignore"):
        vast = operator("crossover", crossover)(draws, A * 2.0**1023, B * 2.0**1023)
        assert_array_equal(vast, np.multiply(small, 2.0**1023))


@every_setting
def test_a_run_goes_on_bit_for_bit_on_either_engine(method, tmp_path):
    runs = [method.start(X0, 5, BOUNDS, engine=engine) for engine in ("compiled", "numpy")]
    reference = method.start(X0, 5, BOUNDS)
    for t in range(6):
        for k, run in enumerate(runs):
            run.ask()
            run.save(tmp_path / "run.npz")
            runs[k] = load(tmp_path / "run.npz", engine=("compiled", "numpy")[(t + k) % 2])
            runs[k] = pickle.loads(pickle.dumps(runs[k]))
            assert_array_equal(runs[k].ask(), reference.ask())
            runs[k].tell(runs[k].ask(), cost(reference.ask()))
        reference.tell(reference.ask(), cost(reference.ask()))


def test_the_table_has_every_operator():
    rows = GENETIC.values()
    assert {m.mutation for m in rows} == set(MUTATIONS)
    assert {m.selection for m in rows} == set(SELECTIONS)
    assert {m.crossover for m in rows} == {*CROSSOVERS, None}


@both_engines
def test_one_gene_and_two_points(engine):
    """The smallest chromosomes and populations: nothing to cut, an odd child."""
    for crossover in (*CROSSOVERS, None):
        method = GeneticAlgorithm(3, crossover=crossover, mutation="gaussian")
        result = minimize(Sphere(1), [2.0], method, rng=1, max_iter=30, engine=engine)
        assert result.fun < 4.0 and result.nfev == 90


# ---- the first generation ------------------------------------------------------------------------


@both_engines
def test_the_first_generation(engine):
    """x0, then uniform between two finite bounds, and mutants of x0 elsewhere."""
    method = GeneticAlgorithm(4000, mutation_scale=0.2)
    run = method.start([1.0, 2.0, 0.0], 1, [(-1, 3), (0, None), (-1, 1)], engine=engine)
    X = run.ask()
    assert_array_equal(X[0], [1, 2, 0])
    for j, (low, high) in ((0, (-1, 3)), (2, (-1, 1))):
        width = high - low
        assert X[:, j].min() >= low and X[:, j].max() < high
        assert abs(X[:, j].mean() - (low + high) / 2) < 4 * width / math.sqrt(12 * 4000)
        assert abs(X[:, j].var() / (width**2 / 12) - 1) < 0.1
    assert abs(X[:, 1].mean() - 2) < 4 * 0.4 / math.sqrt(4000)
    assert abs(X[:, 1].std() / 0.4 - 1) < 0.06
    drawn = method.start(None, 1, [(-1, 3), (0, 1)], engine=engine)
    assert not np.array_equal(drawn.x, method.start(None, 2, [(-1, 3), (0, 1)]).x)
    assert_array_equal(drawn.ask()[0], drawn.x)


# ---- what it is good for -------------------------------------------------------------------------


@both_engines
def test_it_finds_the_minimum_of_many(engine):
    f = Schwefel(3)
    method = GeneticAlgorithm(40, mutation="gaussian", mutation_decay=0.02, crossover="uniform")
    result = minimize(f, None, method, bounds=f.bounds, rng=1, max_iter=400, engine=engine)
    assert_allclose(result.x, f.minima[0], rtol=1e-3)


@both_engines
def test_it_ends_where_nothing_gets_better(engine):
    method = GeneticAlgorithm(10, stagnation=25)
    result = minimize(lambda x: 1.0, [1.0], method, rng=1, engine=engine)
    assert result.status == Status.STAGNATION and not result.success and result.nit == 26
    assert result.message == (
        "stagnation: the values of generation 26 are no better than those 25 generations ago "
        "after 26 steps"
    )
    endless = GeneticAlgorithm(10, stagnation=None)
    result = minimize(lambda x: 1.0, [1.0], endless, rng=1, max_iter=1500, engine=engine)
    assert result.status == Status.MAX_ITER


# ---- a caller's own operators --------------------------------------------------------------------


def halve(genes, rng):
    return genes * np.where(rng.random(genes.shape) < 0.5, 0.5, 1.0)


def average(A, B, rng):
    return 0.5 * (A + B), B


def first_ones(values, count, rng):
    assert (np.diff(values) >= 0).all()
    return rng.integers(0, 3, count)


def test_own_operators_run_on_numpy():
    for given in (
        {"mutation": halve}, {"crossover": average}, {"selection": first_ones},
        {"mutation": halve, "crossover": average, "selection": first_ones},
    ):  # fmt: skip
        method = GeneticAlgorithm(20, **given)
        a, b = (minimize(Rastrigin(3), [1.5, 2.5, 3.5], method, rng=2, max_iter=60) for _ in "ab")
        assert a.engine == "numpy" and a.fun < 10.0
        assert_array_equal(a.x, b.x)
        with pytest.raises(TypeError, match="own code"):
            method.start([1.0], rng=1).save("nowhere")
        run = method.start([1.0, 2.0], rng=1)
        run.tell(run.ask(), np.arange(20.0))
        again = pickle.loads(pickle.dumps(run))
        assert_array_equal(run.ask(), again.ask())


def test_what_own_operators_return_is_checked():
    def refuse(text, **given):
        with pytest.raises((ValueError, TypeError), match="^" + re.escape(text)):
            minimize(Sphere(2), [1.0, 2.0], GeneticAlgorithm(6, **given), rng=1, max_iter=3)

    refuse("mutation gave shape (1, 2), but must give (6, 2)", mutation=lambda g, rng: g[:1])
    refuse("mutation[0, 0]=nan must be finite", mutation=lambda g, rng: g * math.nan)
    refuse("crossover gave ndarray, but must give a pair", crossover=lambda a, b, rng: a)
    refuse("crossover gave shape (3, 1), but must give (3, 2)",
           crossover=lambda a, b, rng: (a[:, :1], b))  # fmt: skip
    refuse("selection gave places from 9 to 9, but must lie in [0, 6)",
           selection=lambda v, count, rng: [9] * count)  # fmt: skip
    refuse("selection gave int64 of shape (1,), but must give 6 whole numbers",
           selection=lambda v, count, rng: [1])  # fmt: skip
    with pytest.raises(ZeroDivisionError):
        minimize(Sphere(2), [1.0, 2.0], GeneticAlgorithm(6, mutation=lambda g, rng: 1 / 0), rng=1)


# ---- inputs --------------------------------------------------------------------------------------


def test_errors_have_name_value_constraint_and_cure():
    def refuse(text, **given):
        with pytest.raises((ValueError, TypeError), match="^" + re.escape(text)):
            GeneticAlgorithm(**given)

    refuse("population_size=1 must be >= 2", population_size=1)
    refuse("mutation='swap' must be one of 'multiplicative', 'gaussian'", mutation="swap")
    names = ", ".join(map(repr, CROSSOVERS))
    refuse(f"crossover=3 must be one of {names}, None, or a callable", crossover=3)
    refuse("selection=None must be one of 'tournament'", selection=None)
    refuse("encoding='gray' must be one of 'real', 'binary'", encoding="gray")
    refuse("mutation_rate=1.5 must be <= 1", mutation_rate=1.5)
    refuse("mutation_scale=-1", mutation_scale=-1)
    refuse("mutation_decay=-1 must be >= 0", mutation_decay=-1)
    refuse("crossover_rate=2 must be <= 1", crossover_rate=2)
    refuse("elite=11 must be <= population_size=10", population_size=10, elite=11)
    refuse("mutation='bit_flip' flips bits: pass encoding='binary'", mutation="bit_flip")
    refuse("mutation='multiplicative' does not work on bits: pass mutation='bit_flip'",
           encoding="binary")  # fmt: skip
    refuse("crossover='sbx' does not work on bits: pass one of 'single_point'",
           encoding="binary", mutation="bit_flip", crossover="sbx")  # fmt: skip
    refuse("bits=40 must be <= 32", bits=40)
    refuse("model=Polynomial(degree=2) must be an MLP, whose neurons mutation='nodal' changes",
           mutation="nodal", model=Polynomial(2))  # fmt: skip
    refuse("model=MLP(layers=(1, 2, 1), activation='tanh', output='linear') must be None without",
           model=MLP((1, 2, 1)))  # fmt: skip
    refuse("polish='adam' must be None or a gradient method", polish="adam")
    refuse("stagnation=0 must be >= 1", stagnation=0)


@both_engines
def test_starts_that_do_not_fit(engine):
    def refuse(text, method, x0, bounds=None):
        with pytest.raises(ValueError, match="^" + re.escape(text)):
            minimize(lambda x: 0.0, x0, method, bounds=bounds, rng=1, engine=engine, max_iter=2)

    zero = "x0[1]=0.0 stays 0 under mutation='multiplicative': start elsewhere, give it two finite "
    refuse(zero, GeneticAlgorithm(), [1.0, 0.0])
    refuse(zero, GeneticAlgorithm(), [1.0, 0.0], [(0, 1), (None, 1)])
    minimize(Sphere(2), [1.0, 0.0], GeneticAlgorithm(), bounds=[(None, 2), (-1, 1)], max_iter=2)
    bit = GeneticAlgorithm(encoding="binary", mutation="bit_flip")
    refuse("encoding='binary' needs two finite bounds a parameter, but x[1] has none", bit,
           [1.0, 2.0], [(0, 3), (0, None)])  # fmt: skip
    refuse("mutation_scale has length 2, but x0 has length 3",
           GeneticAlgorithm(mutation_scale=[1, 2]), [1.0, 2.0, 3.0])  # fmt: skip
    refuse("x0 has length 3, but model=MLP(", GENETIC["nodal"], [1.0, 2.0, 3.0])
    nodal = GeneticAlgorithm(mutation="nodal")
    refuse("model=None must be an MLP, whose neurons mutation='nodal' changes: pass "
           "model=MLP(...), or minimise the Cost of one", nodal, [1.0])  # fmt: skip
    line = Cost(Polynomial(1), [0, 1, 2], [1, 3, 6])
    with pytest.raises(ValueError, match=r"^model=Polynomial\(degree=1\) must be an MLP"):
        minimize(line, [1.0, 2.0], nodal, rng=1, engine=engine)


def test_methods_are_records():
    a, b = GENETIC["nodal"], pickle.loads(pickle.dumps(GENETIC["nodal"]))
    assert a == b and repr(a) == repr(b) and hash(a) == hash(b)
    assert GeneticAlgorithm(polish=Adam(0.1)) != GeneticAlgorithm()


# ---- polish --------------------------------------------------------------------------------------


@both_engines
def test_polish_by_hand(engine):
    """Each child takes k steps of gradient descent before it is told; all of it is counted."""
    f = Sphere(3)
    plain = GeneticAlgorithm(6, mutation="gaussian")
    method = GeneticAlgorithm(6, mutation="gaussian", polish=GradientDescent(0.25), polish_steps=2)
    result = minimize(f, [1.0, 2.0, 3.0], method, rng=1, max_iter=4, record=True, engine=engine)
    assert result.engine == "numpy"
    run = plain.start([1.0, 2.0, 3.0], rng=1, engine="numpy")
    for t in range(4):
        X = run.ask() * 0.5**2  # x - 0.25 * 2 x, twice
        assert_array_equal(result.path.population[t + 1], X)
        run.tell(X, np.sum(X * X, axis=1))
    assert_array_equal(result.x, run.x)
    assert result.nfev == result.njev == 4 * 6 * 3 and result.nhev == 0


def test_polish_keeps_budgets_and_bounds():
    seen = []

    def fun(x):
        seen.append(x.copy())
        return float(np.sum((x - 2.0) ** 2))

    bounds = [(-1.0, 1.5)] * 2
    for jac, cost in ((lambda x: 2.0 * (x - 2.0), 3), ("2-point", 9)):
        method = GeneticAlgorithm(6, polish=Adam(0.1, noise=0.01), polish_steps=2)
        for budget in (cost, 4 * cost + 1, 40):
            seen.clear()
            given = {"jac": jac, "bounds": bounds, "rng": 1, "max_evals": budget}
            result = minimize(fun, [1.0, 1.0], method, **given)
            again = minimize(fun, [1.0, 1.0], method, **given)
            assert_array_equal(result.x, again.x)
            assert result.status == Status.MAX_EVALS and result.fun == fun(result.x)
            assert budget - cost < result.nfev <= budget and 2 * result.nfev + 1 == len(seen)
            assert (np.array(seen) >= -1.0).all() and (np.array(seen) <= 1.5).all()
        with pytest.raises(ValueError, match=f"^max_evals=2 must be >= {cost}: polishing one"):
            minimize(fun, [1.0, 1.0], method, jac=jac, max_evals=2)


def test_polish_by_newton():
    f = Himmelblau()
    method = GeneticAlgorithm(20, polish=Newton(), polish_steps=5)
    result = minimize(f, None, method, bounds=f.bounds, rng=1, target=1e-20)
    assert result.success and result.nit < 5 and result.nhev > 0
    run = method.start([1.0, 2.0], rng=1)
    assert pickle.loads(pickle.dumps(run)).method == method


def test_a_polish_is_saved(tmp_path):
    method = GeneticAlgorithm(20, polish=Adam(Cosine(0.1, steps=3)))
    method.start([1.0, 2.0], rng=1).save(tmp_path / "run.npz")
    assert load(tmp_path / "run.npz").method == method
