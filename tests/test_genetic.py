"""The genetic algorithm: its operators by hand and by their distributions, engine against engine.

What it shares with other population methods is tested in test_population.py.
"""

from __future__ import annotations

import itertools
import math
import pickle
import re

import numpy as np
import pytest
from cases import GENETIC
from numpy.testing import assert_allclose, assert_array_equal

from ml4pa import (
    MLP,
    Adam,
    Cosine,
    Cost,
    GeneticAlgorithm,
    GradientDescent,
    Newton,
    Polynomial,
    Status,
    fit,
    load,
    minimize,
)
from ml4pa.landscapes import Himmelblau, Rastrigin, Schwefel, Sphere
from ml4pa.methods.genetic.draws import Draws
from ml4pa.methods.genetic.encodings import binary
from ml4pa.methods.genetic.method import Box, Step
from ml4pa.methods.genetic.operators import CROSSOVERS, MUTATIONS, SELECTIONS, operator

both_engines = pytest.mark.parametrize("engine", ["compiled", "numpy"])
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


# ---- the lecture's chromosomes -------------------------------------------------------------------


class Given(Draws):
    """Draws that are given."""

    def __init__(self, *rows):
        super().__init__(0, 0)
        self.rows = np.array(rows)

    def uniforms(self, domain, rows, n):
        return self.rows[:, :n]


def bits(text):
    return np.array([[float(c) for c in text.replace(" ", "")]])


def test_the_lectures_chromosomes():
    A, B = bits("11011 00100110110"), bits("11011 11000011110")
    C, D = operator("crossover", "single_point")(Given([0.0, 4.5 / 15]), A, B)
    assert_array_equal(C, bits("11011 11000011110"))
    assert_array_equal(D, bits("11011 00100110110"))


@both_engines
def test_the_lectures_chromosomes_in_a_run(engine):
    """Parameters whose bits are these: x = k, so each child is one of the cuts of the two."""
    box = Box(np.zeros(1), np.array([65535.0]), 16)
    A, B = bits("11011 00100110110"), bits("11011 11000011110")
    X = np.concatenate([binary.decode(A, box), binary.decode(B, box)])
    cuts = {
        tuple(binary.decode(np.concatenate([p[:, :c], q[:, c:]], 1), box).item() for p, q in pair)
        for c in range(1, 16)
        for pair in (((A, B), (B, A)), ((B, A), (A, B)))
    }
    method = GeneticAlgorithm(2, encoding="binary", mutation="bit_flip", mutation_rate=0, elite=0,
                              crossover_rate=1)  # fmt: skip
    seen = set()
    for seed in range(400):
        run = method.start([1.0], seed, [(0, 65535)], engine=engine)
        run.tell(X, [1.0, 1.0])
        seen.add(tuple(run.ask().ravel()))
    copies = {(x, x) for x in X.ravel()}
    assert seen - copies <= cuts and tuple(X.ravel()) in seen
    assert len(seen - copies) == len(cuts)


# ---- which genes mutate --------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.003, 0.1, 0.5, 0.97])
def test_places_are_bernoulli_trials(rate):
    size, times = 400, 2000
    counts, hits = np.zeros(times), np.zeros(size)
    pairs = 0
    for t in range(times):
        places = Draws(77, t).places(size, rate)
        assert (np.diff(places) > 0).all() and (places < size).all()
        counts[t] = len(places)
        hits[places] += 1
        pairs += np.sum(np.diff(places) == 1)
    expected = size * rate
    spread = math.sqrt(expected * (1 - rate))
    assert abs(counts.mean() - expected) < 4 * spread / math.sqrt(times)
    assert abs(counts.std() / spread - 1) < 0.1
    assert np.abs(hits - times * rate).max() < 5 * math.sqrt(times * rate * (1 - rate)) + 1
    # a gene does not care about its neighbour
    expected = times * (size - 1) * rate**2
    assert abs(pairs - expected) < 6 * math.sqrt(expected) + 3


def test_no_places_and_all():
    for rate in (0.0, 5e-324, 1e-301, 1e-30):
        assert len(Draws(1, 2).places(1000, rate)) == 0
    assert_array_equal(Draws(1, 2).places(5, 1.0), np.arange(5))
    assert len(Draws(1, 2).places(5000, 1 - 1e-16)) == 5000


# ---- mutations -----------------------------------------------------------------------------------

ROWS = 20_000
SCALE = np.array([0.1, 1.0, 3.0, 0.0, 7.0, 0.5])


def mutated(name, genes, rate=0.25, neurons=(), t=3):
    return operator("mutation", name)(Draws(9, t), genes, Step(rate, SCALE, neurons))


@pytest.mark.parametrize("name", ["multiplicative", "gaussian"])
def test_real_mutations(name):
    """A quarter of the genes takes a normal step of its own scale; the others stay."""
    genes = np.tile([1.0, -2.0, 4.0, 5.0, -0.25, 0.0], (ROWS, 1))
    before = genes.copy()
    new = mutated(name, genes)
    assert_array_equal(genes, before)
    steps = new - genes if name == "gaussian" else new / np.where(genes == 0, 1, genes) - 1
    if name == "multiplicative":
        assert (new[:, 5] == 0.0).all()  # 0 cannot be left
        steps[:, 5] = np.nan
    for j, s in enumerate(SCALE):
        moved = steps[:, j][steps[:, j] != 0.0]
        if s == 0.0:
            assert len(moved) == 0
            continue
        if np.isnan(moved).all():
            continue
        count = len(moved)
        assert abs(count - ROWS / 4) < 4 * math.sqrt(ROWS * 3 / 16)
        assert abs(moved.mean()) < 4 * s / math.sqrt(count)
        assert abs(moved.std() / s - 1) < 4 / math.sqrt(2 * count)
        z = moved / s
        assert abs(np.mean(z**4) - 3) < 4 * math.sqrt(96 / count)  # normal
    both = np.corrcoef((steps[:, :3] != 0.0).T)
    assert np.abs(both - np.eye(3)).max() < 4 / math.sqrt(ROWS)


def test_bit_flips():
    genes = (np.random.default_rng(1).random((ROWS, 6)) < 0.5).astype(float)
    flipped = mutated("bit_flip", genes) != genes
    assert set(np.unique(mutated("bit_flip", genes))) == {0.0, 1.0}
    assert np.abs(flipped.mean(axis=0) - 0.25).max() < 4 * math.sqrt(3 / 16 / ROWS)
    assert flipped[mutated("bit_flip", genes, 1.0) == genes].size == 0


def test_nodal_mutation_moves_whole_neurons():
    neurons = (2, 1, 3)
    step = Step(0.25, np.ones(6), neurons)
    genes = np.zeros((ROWS, 6))
    new = operator("mutation", "nodal")(Draws(9, 3), genes, step)
    moved = new != 0.0
    groups = [moved[:, :2], moved[:, 2:3], moved[:, 3:]]
    for group in groups:
        assert (group.all(axis=1) == group.any(axis=1)).all()
        assert abs(group[:, 0].mean() - 0.25) < 4 * math.sqrt(3 / 16 / ROWS)
    together = np.corrcoef([group[:, 0] for group in groups])
    assert np.abs(together - np.eye(3)).max() < 4 / math.sqrt(ROWS)
    steps = new[moved]
    assert abs(steps.mean()) < 4 / math.sqrt(steps.size)
    assert abs(steps.std() - 1) < 4 / math.sqrt(2 * steps.size)
    own = new[moved[:, 0]][:, :2]  # the weights of a neuron have steps of their own
    assert abs(np.corrcoef(own.T)[0, 1]) < 4 / math.sqrt(len(own))


def test_an_mlps_neurons():
    method = GENETIC["nodal"]
    assert method.neurons == (3, 3, 3, 4) and sum(method.neurons) == method.model.n_params
    theta = np.zeros(13)
    *_, last = method.model._matrices(theta)
    last[:] = 1.0  # the output neuron's parameters are the last group
    assert_array_equal(theta, [0] * 9 + [1] * 4)


@both_engines
def test_a_fit_tells_the_neurons(engine):
    """Those of its model: as if it had been given, and not as if all weights were one neuron."""
    x = np.linspace(-1.0, 1.0, 20)
    data, model = (x[:, np.newaxis], np.sin(3 * x)), MLP((1, 4, 1))
    given = {"rng": 3, "max_iter": 5, "engine": engine}
    found = fit(model, *data, GeneticAlgorithm(20, mutation="nodal"), **given)
    told = fit(model, *data, GeneticAlgorithm(20, mutation="nodal", model=model), **given)
    assert_array_equal(found.x, told.x)
    assert found.engine == engine
    start = model.initial(1)
    results = [
        minimize(
            Cost(model, *data), start, GeneticAlgorithm(20, mutation="nodal", model=m), **given
        )
        for m in (None, model)
    ]
    assert_array_equal(results[0].x, results[1].x)
    assert not np.array_equal(results[0].x, start)


@both_engines
def test_scales_of_the_first_generation(engine):
    def scale(method, x0=(1.0, -30.0, 0.5), bounds=None):
        return method.start(x0, 1, bounds, engine=engine).state["scale"].tolist()

    bounds = [(0, 2), (None, 0), (-50, 50)]
    assert scale(GeneticAlgorithm()) == [1.5] * 3
    assert scale(GeneticAlgorithm(), bounds=bounds) == [10, 1.5, 10]
    gaussian = GeneticAlgorithm(mutation="gaussian")
    assert_allclose(scale(gaussian, bounds=bounds), [0.6, 9.0, 30.0])
    assert_allclose(scale(gaussian), [0.3, 9.0, 0.3])
    assert scale(GeneticAlgorithm(mutation_scale=0.2)) == [0.2] * 3
    assert scale(GeneticAlgorithm(mutation_scale=[1, 2, 3])) == [1, 2, 3]


@both_engines
@pytest.mark.parametrize(
    ("mutation", "expected"), [("multiplicative", 0.7), ("gaussian", 1.0), ("nodal", 3.25)]
)
def test_how_many_genes_mutate_by_default(mutation, expected, engine):
    """Of 13; for "nodal" one neuron, which has 3, 3, 3 or 4 of them."""
    model = MLP((2, 3, 1)) if mutation == "nodal" else None
    method = GeneticAlgorithm(8000, mutation=mutation, crossover=None, elite=0, model=model)
    run = method.start(np.ones(13), 1, engine=engine)
    run.tell(np.ones((8000, 13)), np.ones(8000))
    counts = np.sum(run.ask() != 1.0, axis=1)
    assert abs(counts.mean() - expected) < 4 * counts.std() / math.sqrt(8000)


@both_engines
def test_steps_shrink_with_the_generation(engine):
    """Without selection pressure or crossover: step t of a gene has s exp(-decay t)."""
    method = GeneticAlgorithm(4000, mutation="gaussian", mutation_rate=1, mutation_scale=1.0,
                              mutation_decay=0.5, crossover=None, elite=0)  # fmt: skip
    run = method.start([0.0], 1, engine=engine)
    for t in range(4):
        X = run.ask()
        s = math.exp(-0.5 * t)
        assert abs(X.std() / s - 1) < 0.07
        run.tell(np.zeros((4000, 1)), np.zeros(4000))


# ---- crossovers ----------------------------------------------------------------------------------


def crossed(name, length=9, pairs=ROWS):
    """Children of parents of zeros and of ones."""
    A, B = np.zeros((pairs, length)), np.ones((pairs, length))
    return operator("crossover", name)(Draws(4, 2), A, B)


@pytest.mark.parametrize("name", ["single_point", "two_point", "uniform"])
def test_genes_are_swapped_and_linked_as_they_should_be(name):
    C, D = crossed(name)
    assert_array_equal(C + D, np.ones_like(C))
    k = 8  # places to cut
    for i, j in ((0, 1), (0, 8), (3, 4), (2, 7)):
        if name == "uniform":
            apart = 0.5
        else:
            cut = (j - i) / k  # a cut falls between them
            apart = cut if name == "single_point" else 2 * cut * (1 - cut)
        found = np.mean(C[:, i] != C[:, j])
        assert abs(found - apart) < 4 * math.sqrt(apart * (1 - apart) / ROWS) + 1e-12, (i, j)
    if name == "single_point":
        assert (C[:, 0] == 0).all() and (C[:, -1] == 1).all()
    if name == "two_point":
        assert (C[:, 0] == 0).all() and (C[:, -1] == 0).all()
        assert abs(np.mean((C == 0).all(axis=1)) - 1 / k) < 4 * math.sqrt(1 / k / ROWS)


def test_blend():
    a, b = 2.0, 6.0  # [0, 8) with alpha = 1/2
    C, D = operator("crossover", "blend")(Draws(4, 2), np.full((ROWS, 3), a), np.full((ROWS, 3), b))
    both = np.concatenate([C, D], axis=1)
    assert both.min() >= 0.0 and both.max() < 8.0 and both.min() < 0.01 and both.max() > 7.99
    assert np.abs(both.mean(axis=0) - 4).max() < 4 * math.sqrt(64 / 12 / ROWS)
    assert np.abs(both.var(axis=0) / (64 / 12) - 1).max() < 0.05
    assert np.abs(np.corrcoef(both.T) - np.eye(6)).max() < 4.5 / math.sqrt(ROWS)
    same, _ = operator("crossover", "blend")(Draws(4, 2), np.ones((9, 3)), np.ones((9, 3)))
    assert_array_equal(same, np.ones((9, 3)))


def test_sbx():
    """The mean of the two is kept; their distance times beta, P(beta <= b) = b^16/2 up to 1 and
    1 - b^-16/2 from there; half of the genes take part, and half of them change places."""
    A, B = np.full((ROWS, 3), -1.0), np.full((ROWS, 3), 1.0)
    C, D = operator("crossover", "sbx")(Draws(4, 2), A, B)
    assert_array_equal(C + D, np.zeros_like(C))
    beta = np.abs(C)
    assert abs(np.mean(beta == 1.0) - 0.5) < 4 * math.sqrt(0.25 / beta.size)
    assert abs(np.mean(C > 0) - 0.5) < 4 * math.sqrt(0.25 / C.size)
    taken = beta[beta != 1.0]
    for b in (0.8, 0.9, 0.97, 1.0, 1.03, 1.1, 1.3):
        p = b**16 / 2 if b <= 1 else 1 - b**-16 / 2
        assert abs(np.mean(taken <= b) - p) < 4 * math.sqrt(p * (1 - p) / taken.size), b
    assert np.abs(np.corrcoef(C.T) - np.eye(3)).max() < 4 / math.sqrt(ROWS)


@both_engines
def test_crossover_rate(engine):
    """How many pairs cross; the others are copies."""
    method = GeneticAlgorithm(2000, mutation_rate=0, crossover="blend", crossover_rate=0.3,
                              selection="truncation", elite=0)  # fmt: skip
    run = method.start([1.0], 1, engine=engine)
    X = np.arange(1.0, 2001)[:, np.newaxis]
    run.tell(X, X[:, 0])
    copies = np.isin(run.ask(), X).mean()
    assert abs(copies - 0.7) < 0.05


# ---- selections ----------------------------------------------------------------------------------


def shares(name, values, count=200_000):
    values = np.asarray(values, float)
    places = operator("selection", name)(Draws(3, 8), values, count)
    assert places.min() >= 0 and places.max() < len(values)
    return np.bincount(places, minlength=len(values)) / count


def near(found, expected, count=200_000):
    expected = np.asarray(expected)
    assert (np.abs(found - expected) <= 4.5 * np.sqrt(expected * (1 - expected) / count)).all()


def test_selections():
    values, k = np.arange(-3.0, 4.0), np.arange(7)
    near(shares("tournament", values), (2 * (7 - k) - 1) / 49)
    near(shares("rank", values), (7 - k) / 28)
    near(shares("truncation", values), np.where(k < 4, 1 / 4, 0))
    near(shares("roulette", values), (6 - k) / 21)  # costs that are negative, too


def test_roulette_of_numbers_that_are_none():
    inf, nan = math.inf, math.nan
    near(shares("roulette", [1, 1, 1]), [1 / 3] * 3)
    near(shares("roulette", [1, 1, inf, nan]), [0.5, 0.5, 0, 0])
    near(shares("roulette", [1, 2, 4, inf, nan]), [0.6, 0.4, 0, 0, 0])
    near(shares("roulette", [-inf, -inf, 3, nan]), [0.5, 0.5, 0, 0])
    near(shares("roulette", [inf, inf, nan, nan]), [0.25] * 4)
    near(shares("roulette", [-1.7e308, 0, 1.7e308]), [2 / 3, 1 / 3, 0])
    near(shares("roulette", [1.0, 1 + 2e-16, 1 + 4e-16]), [2 / 3, 1 / 3, 0])


@both_engines
def test_the_elite_is_never_lost(engine):
    for elite in (0, 1, 5, 8):
        method = GeneticAlgorithm(8, mutation="gaussian", mutation_rate=1, elite=elite)
        run = method.start([1.0, 1.0], 3, engine=engine)
        kept = []
        for t in range(30):
            X = run.ask()
            values = np.sum(X * X, axis=1) + 10.0 * t  # ever worse
            run.tell(X, values)
            kept.append(np.sort(run.state["elite_values"]))
        assert run.state["elite"].shape == (elite, 2)
        if elite:
            assert all(later[0] <= before[0] for before, later in itertools.pairwise(kept))
            assert kept[-1][0] == run.fun
    assert len(kept[-1]) == 8 and kept[-1][-1] < 300  # the best eight of all


# ---- bits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 5, 16, 32])
def test_bits_of_a_grid(count):
    box = Box(np.array([-3.0, 0.1]), np.array([5.0, 0.7]), count)
    k = np.unique(np.linspace(0, 2**count - 1, 300).astype(np.int64))
    X = np.stack([box.low[j] + k * (box.high - box.low)[j] / (2**count - 1) for j in range(2)], 1)
    genes = binary.encode(X, box)
    assert genes.shape == (len(k), 2 * count) and set(np.unique(genes)) <= {0.0, 1.0}
    assert_array_equal(binary.encode(binary.decode(genes, box), box), genes)
    assert_allclose(binary.decode(genes, box), X, rtol=1e-15, atol=1e-15)


def test_neighbours_differ_in_one_bit():
    box = Box(np.zeros(1), np.array([255.0]), 8)
    genes = binary.encode(np.arange(256.0)[:, np.newaxis], box)
    assert_array_equal(np.sum(genes[1:] != genes[:-1], axis=1), np.ones(255))
    assert len(np.unique(genes, axis=0)) == 256
    assert_array_equal(genes[:4, -2:], [[0, 0], [0, 1], [1, 1], [1, 0]])
    assert_array_equal(binary.encode(np.array([[1.4], [1.6]]), box)[:, -2:], [[0, 1], [1, 1]])
    fixed = Box(np.array([3.0]), np.array([3.0]), 4)  # low = high
    assert_array_equal(binary.decode(binary.encode(np.array([[3.0]]), fixed), fixed), [[3.0]])


@both_engines
def test_points_are_on_the_grid(engine):
    method = GENETIC["bits-all"]
    run = method.start(X0, 3, BOUNDS, engine=engine)
    low, high = np.array(BOUNDS).T
    for _ in range(3):
        k = (run.ask() - low) / (high - low) * 31
        assert np.abs(k - np.rint(k)).max() < 1e-12
        run.tell(run.ask(), np.sum(run.ask(), axis=1))


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
    refuse("crossover=3 must be one of 'single_point', 'two_point', 'uniform', 'blend', 'sbx', "
           "None, or a callable", crossover=3)  # fmt: skip
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
