"""Sweeps: every cell of the table is what minimize says under that setting."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ml4pa import CMAES, Adam, GeneticAlgorithm, Momentum, Status, grid, minimize, sweep
from ml4pa.landscapes import Beale, Himmelblau

RATES = grid(Momentum, learning_rate=[1e-3, 1e-2, 1e-1], momentum=[0.0, 0.9])


def test_runs_are_those_of_minimize():
    starts = np.array([[1.0, 1.0], [3.2, 0.4]])
    table = sweep(Beale(), starts, RATES, max_iter=500)
    k = 0
    for eta in (1e-3, 1e-2, 1e-1):
        for gamma in (0.0, 0.9):
            for x0 in starts:
                alone = minimize(Beale(), x0, Momentum(eta, gamma), max_iter=500)
                row = table.runs[k]
                assert (row.message, row.nfev) == (alone.message, alone.nfev)
                assert_array_equal(row.x, alone.x)
                k += 1
    assert k == len(table.runs) and len(table) == 6 and RATES.shape == (3, 2)


def test_table_counts_failures_and_divergences():
    table = sweep(Beale(), [1.0, 1.0], RATES, max_iter=10000)
    columns = table.to_dict()
    assert columns["learning_rate"] == [1e-3, 1e-3, 1e-2, 1e-2, 1e-1, 1e-1]
    assert columns["momentum"] == [0.0, 0.9] * 3
    status = table.runs.status
    assert columns["diverged"] == (status == Status.DIVERGED).astype(int).tolist()
    assert sum(columns["diverged"]) > 0 and sum(columns["converged"]) > 0
    for solved, nit, real in zip(columns["solved"], columns["nit"], table.runs.nit, strict=True):
        assert nit == real if solved else np.isnan(nit)
    assert "6 settings x 1 start>" in repr(table) and "learning_rate" in repr(table)


def test_best_solves_most_starts_in_the_fewest_evaluations():
    starts = np.random.default_rng(1).uniform(-4, 4, (5, 2))
    table = sweep(Himmelblau(), starts, grid(Adam, learning_rate=[1e-4, 0.1, 0.3]), max_iter=3000)
    solved = table.solved.sum(axis=1)
    best = table.order[0]
    assert solved[best] == solved.max()
    rivals = np.flatnonzero(solved == solved.max())
    assert table.nfev[best] == table.nfev[rivals].min()
    assert table.best == Adam(table.grid.settings[best]["learning_rate"])
    assert not table.solved[0].any()


def test_a_poorer_minimum_is_not_solved():
    """McCormick-like: converged in the higher of two wells does not count."""
    f = lambda x: (x[0] ** 2 - 1) ** 2 + 0.3 * x[0]  # noqa: E731
    table = sweep(f, [[-1.2], [1.2]], grid(Adam, learning_rate=[0.02]), max_iter=5000, gtol=1e-6)
    assert table.runs.success.all() and table.solved.tolist() == [[True, False]]


@pytest.mark.parametrize("least", [0.0, -5.0, 1e4])
def test_solved_is_within_a_millionth_of_the_least(least):
    """1e-6 (1 + |least|) above it, of those that converged."""
    table = sweep(Beale(), np.ones((4, 2)), grid(Adam, learning_rate=[0.1]), max_iter=1)
    room = 1e-6 * (1 + abs(least))
    table.runs.fun = least + room * np.array([-9.0, 0.0, 0.999, 1.001])
    table.runs.success = np.array([False, True, True, True])
    assert table.solved.tolist() == [[False, True, True, False]]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (CMAES, {"sigma0": [0.1, 0.2], "scale": [[1.0, 2.0], np.array([2.0, 1.0])]}),
        (GeneticAlgorithm, {"mutation_scale": [np.array([0.1, 0.2]), 0.3]}),
    ],
    ids=["cmaes", "genetic"],
)
def test_a_value_may_be_a_vector(kind, values):
    settings = grid(kind, **values)
    table = sweep(Beale(), [1.0, 1.0], settings, max_iter=5, rng=1)
    random = np.random.default_rng(1)
    for row, setting in zip(table.runs, settings.settings, strict=True):
        alone = minimize(Beale(), [1.0, 1.0], kind(**setting), max_iter=5, rng=random)
        assert row.fun == alone.fun
    assert len(str(table).splitlines()) == 2 + len(settings)


def test_a_grid_of_the_defaults_alone():
    assert str(grid(Adam)) == "<Grid of Adam: 1 setting>"
    assert len(sweep(Beale(), [1.0, 1.0], grid(Adam), max_iter=5)) == 1


def test_pandas():
    pytest.importorskip("pandas")
    frame = sweep(Beale(), [1.0, 1.0], RATES, max_iter=10).to_pandas()
    assert frame.shape == (6, 8)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: grid("adam"), TypeError,
         "kind='adam' must be a class of methods: Adam, not 'adam' or Adam()"),
        (lambda: grid(Adam, learning_rate=[]), ValueError,
         "learning_rate is empty, but must hold one value at least"),
        (lambda: grid(Momentum), TypeError,
         "grid gives no learning_rate, but Momentum has no default for it: pass learning_rate="),
        (lambda: sweep(Beale(), [1, 1, 1], RATES), ValueError,
         ("x0 has shape (3,), but must be one start, shape (2,), or hold one a row: pass shape "
          "(m, 2)")),
        (lambda: sweep(sum, [[1, np.nan]], RATES), ValueError, "x0[0, 1]=nan must be finite"),
        (lambda: sweep(Beale(), [9, 0], RATES, bounds=[(-4, 4)] * 2), ValueError,
         "x0[0]=9.0 is outside its bounds [-4.0, 4.0]: start within them"),
        (lambda: sweep(Beale(), [1, 1], grid(Adam, learning_rate=[np.array([0.1, 0.2])])),
         TypeError, "learning_rate has shape (2,), but must be one number"),
        (lambda: sweep(Beale(), [1, 1], Adam()), TypeError, None),
        (lambda: sweep(Beale(), [1, 1], grid(Adam, beta1=[0.5, 1.5])), ValueError,
         "beta1[1]=1.5 must be < 1"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused_with_a_cure(call, error, text):
    with pytest.raises(error) as told:
        call()
    assert text is None or str(told.value) == text


def test_progress_is_shown_when_asked_for(capsys):
    pytest.importorskip("tqdm")
    sweep(Beale(), [1.0, 1.0], RATES, max_iter=10)
    assert capsys.readouterr().err == ""
    sweep(Beale(), [1.0, 1.0], RATES, max_iter=10, progress=True)
    assert "/6" in capsys.readouterr().err
