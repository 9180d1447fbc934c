"""The genetic algorithm's operators and encodings, by hand and by their distributions."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from promises import both_engines
from specimens import (
    GENETIC,
)

from ml4pa import (
    MLP,
    Cost,
    GeneticAlgorithm,
    fit,
    minimize,
)
from ml4pa.methods.genetic.draws import Draws
from ml4pa.methods.genetic.encodings import binary
from ml4pa.methods.genetic.method import Box, Step
from ml4pa.methods.genetic.operators import operator

X0 = np.linspace(-3.0, 4.1, 13)
BOUNDS = [(-5.0, 5.0)] * 12 + [(-4.0, 8.0)]


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
