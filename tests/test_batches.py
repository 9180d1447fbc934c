"""The order of rows in mini-batches."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

import ml4pa
from ml4pa import _core
from ml4pa.batches import Table, Window, order, rows, split, windows
from ml4pa.epochs import Rows
from ml4pa.random import stream, words
from ml4pa.shuffle import _DEAL as DEAL
from ml4pa.shuffle import BUCKET


@pytest.mark.parametrize("n", [0, 1, 2, 5, 64, 1000, 20_003])
def test_an_order_is_a_permutation(n):
    assert sorted(order(3, 1, n)) == list(range(n))


def test_few_rows_change_places_by_the_words():
    """Place k of n changes with the place k + floor(w_k (n - k)/2^32), one after the other."""
    w = words(9, 4, 2, 6)
    told = list(range(6))
    for k in range(6):
        j = k + int(w[k]) * (6 - k) // 2**32
        told[k], told[j] = told[j], told[k]
    assert order(9, 4, 6, part=2).tolist() == told


def test_many_rows_are_dealt_first():
    """Rows for three buckets: to four, by the upper two bits of their bytes."""
    n = 3 * BUCKET
    dealt = words(stream(9, DEAL), 4, 2, n // 4).view(np.uint8) >> 6
    told = order(9, 4, n, part=2)
    assert np.all(np.diff(dealt[told]) >= 0)
    assert 0.24 < (dealt == 3).mean() < 0.26


@pytest.mark.parametrize("n", [1, 2, 3, 255, 256, 257, BUCKET, BUCKET + 1, 1_100_003])
def test_the_compiled_order_is_the_same(n):
    for key, epoch, part in ((0, 0, 0), (2**64 - 1, 2**40 + 1, 2**32 - 1)):
        told = _core.order(key, epoch, n, part)
        np.testing.assert_array_equal(told, order(key, epoch, n, part))


def test_orders_depend_on_key_epoch_and_part():
    told = {tuple(order(k, e, 50, p)) for k in (1, 2) for e in (0, 1) for p in (0, 1)}
    assert len(told) == 8


def test_all_orders_are_equally_probable():
    """chi2 of the 24 orders of 4 rows in 24 000 epochs: 23 +- 7."""
    count = Counter(tuple(order(11, epoch, 4)) for epoch in range(24_000))
    assert len(count) == math.factorial(4)
    chi2 = sum((k - 1000) ** 2 / 1000 for k in count.values())
    assert chi2 < 23 + 4 * math.sqrt(2 * 23)


def test_a_row_visits_every_place():
    """The mean place of a row over 2000 epochs: 49.5 +- 0.65."""
    places = np.array([np.argsort(order(5, epoch, 100)) for epoch in range(2000)])
    assert np.all(np.abs(places.mean(axis=0) - 49.5) < 4.5 * 28.87 / math.sqrt(2000))


def test_rows_of_several_buckets_go_everywhere():
    """20 x 20 counts of the row's and the place's twentieth: chi2 of 361 degrees of freedom.
    Neighbours stay neighbours once in an epoch, either way round twice."""
    n, parts, epochs = 600_000, 20, 10
    counts, neighbours = np.zeros((parts, parts)), 0
    for epoch in range(epochs):
        told = _core.order(5, epoch, n, 0).astype(np.int64)
        counts += np.histogram2d(told, np.arange(n), parts)[0]
        neighbours += int((np.abs(np.diff(told)) == 1).sum())
    wanted = n * epochs / parts**2
    chi2 = ((counts - wanted) ** 2 / wanted).sum()
    assert abs(chi2 - 361) < 4 * math.sqrt(2 * 361)
    assert abs(neighbours - 2 * epochs) < 4 * math.sqrt(2 * epochs)


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize(("n", "size"), [(10, 3), (9, 3), (2, 5), (1, 1), (100, 7)])
def test_windows_cover_all_rows(n, size, shuffle):
    told = list(windows(n, size, 1, 0, shuffle))
    met = np.concatenate([rows(w, 1, 0, shuffle) for w in told])
    assert sorted(met.tolist()) == list(range(n))
    if not shuffle:
        assert met.tolist() == list(range(n))
    assert all(w.stop - w.start == size for w in told if w.stop < n)


def test_windows_come_in_a_random_order():
    starts = [[w.start for w in windows(90, 3, 1, epoch, True)] for epoch in range(3)]
    assert starts[0] != starts[1] != starts[2]
    assert starts[0] != sorted(starts[0])


def test_rows_of_a_window_stay_in_it():
    window = Window(30, 40, 3)
    told = rows(window, 1, 0, True)
    assert sorted(told) == list(range(30, 40))
    assert list(told) != sorted(told)


def test_a_fraction_is_set_aside():
    fitted, held = split(10, 0.25, 3)
    assert len(held) == 3
    assert sorted([*fitted, *held]) == list(range(10))


def table(n=50, **given):
    x = np.linspace(0, 1, n)
    terms = {"loss": "mse", "l1": 0.0, "l2": 0.0, "reduction": "mean", **given}
    return Table(ml4pa.Polynomial(2), x, x * x + 1, None, **terms)


@pytest.mark.parametrize(
    ("batch", "shuffle", "window"),
    [(7, True, 50), (7, False, 50), (7, 21, 21), (7, 20, 14), (7, 1, 7), (80, True, 50)],
)
def test_windows_are_whole_batches(batch, shuffle, window):
    plan = Rows(table(), batch, shuffle, 0).plan
    assert min(plan.window, 50) == window


def test_the_batches_of_a_sum_add_up_to_the_whole():
    """Also its penalties, of which each batch has its share."""
    whole = table(reduction="sum", l1=0.3, l2=0.2)
    theta = np.array([1.0, -2.0, 0.5])
    parts = [whole.batch(np.arange(k, min(k + 7, 50))) for k in range(0, 50, 7)]
    np.testing.assert_allclose(sum(p(theta) for p in parts), whole.value(theta), rtol=1e-13)
    gradient = sum(p.gradient(theta) for p in parts)
    np.testing.assert_allclose(gradient, whole.whole.gradient(theta), rtol=1e-13)


def test_a_mean_over_blocks_is_the_mean(monkeypatch):
    x = np.linspace(0, 1, 50).astype(np.float32)
    given = {"loss": "mse", "l1": 0.1, "l2": 0.2, "reduction": "mean"}
    single = Table(ml4pa.Polynomial(2), x, x, None, **given)
    monkeypatch.setattr(Table, "BLOCK", 4 * 7)
    assert single.whole is None and single.block == 7
    theta = np.array([1.0, -2.0, 0.5])
    whole = ml4pa.Cost(ml4pa.Polynomial(2), x, x, l1=0.1, l2=0.2)
    assert single.value(theta) == pytest.approx(whole(theta), rel=1e-13)
