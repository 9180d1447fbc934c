"""The tour: its numbers against the analytic answers, its page and its pictures."""

from __future__ import annotations

import base64
import re
import struct
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import ml4pa
from ml4pa.datasets import crickets
from ml4pa.tour import Row, replay
from ml4pa.tour.chapters.beale import FAR_VALLEY
from ml4pa.tour.measure import NUMPY_STEPS, point
from ml4pa.tour.table import cells, duration, factor, text_line


class Tour(NamedTuple):
    """One tour, shared by the tests."""

    folder: Path
    rows: dict[str, Row]
    told: list[str]
    page: str


@pytest.fixture(scope="session")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Tour:
    folder = tmp_path_factory.mktemp("tour") / "new" / "folder"
    told: list[str] = []
    rows = replay(folder, report=told.append)
    assert len({row.name for row in rows}) == len(rows)
    page = (folder / "index.html").read_text(encoding="utf-8")
    return Tour(folder, {row.name: row for row in rows}, told, page)


# ---- numbers -------------------------------------------------------------------------------------


def test_cubic(tour: Tour) -> None:
    fixed, exact = tour.rows["cubic, η = 0.1"], tour.rows["cubic, exact line search"]
    assert (fixed.steps + 1, fixed.found, fixed.status) == (17, "1.33342535", "step")
    assert (exact.steps + 1, exact.found, exact.status) == (4, "1.33333333", "step")
    slower = tour.rows["cubic, η = 0.1/(1 + 0.1 t)"]
    assert slower.steps > fixed.steps
    for row in (fixed, exact, slower):
        assert row.x == pytest.approx([4 / 3], abs=1e-3)


def test_bowl(tour: Tour) -> None:
    rows = [tour.rows[f"bowl, η = {eta:g}"] for eta in (0.1, 0.5, 1.0, 1.01)]
    assert [row.status for row in rows] == ["gradient", "gradient", "max iter", "diverged"]
    assert rows[1].steps == 1
    for row in rows[:2]:
        assert row.x == pytest.approx([0, 0], abs=1e-8)
    assert rows[2].found == "(1.5, 1)"
    assert (rows[3].found, rows[3].answer) == ("overflow", None)


def test_saddles(tour: Tour) -> None:
    for name in ("Saddle", "MonkeySaddle"):
        still = tour.rows[f"{name}, no noise"]
        assert still.status == "gradient"
        assert still.x == pytest.approx([0, 0], abs=1e-3)
        sides = [tour.rows[f"{name}, noise, seed {seed}"] for seed in (1, 3)]
        assert {row.status for row in sides} == {"target"}
        assert {float(np.sign(row.x[1])) for row in sides} == {-1.0, 1.0}  # one falls to each side
        assert all(row.fun <= -3.5 and np.abs(row.x).max() <= 2.0 for row in sides)


BEALE = [
    (start, name)
    for start in ("(4, 3)", "(-1, 4)", "(-2, -4)")
    for name in ("GradientDescent", "Momentum", "Nesterov", "RMSprop", "Adam")
]


@pytest.mark.parametrize(("start", "name"), BEALE)
def test_beale(tour: Tour, start: str, name: str) -> None:
    row = tour.rows[f"Beale {start} {name}"]
    if start == "(-1, 4)" and name != "Momentum":  # along the valley that has no end
        assert (row.status, row.steps) == ("max iter", 1_000_000)
        assert FAR_VALLEY < row.fun < 1.0
        assert row.x[0] < -3.0
        assert row.exact == "valley: f → 0.452"
    else:
        assert row.status == "target"
        assert row.fun <= 1e-5
        assert row.answer is not None
        assert row.x == pytest.approx(row.answer, abs=0.01)
        assert row.exact == "(3, 0.5)"


def test_the_far_valley_of_beale() -> None:
    x = -1e7
    assert ml4pa.landscapes.Beale()([x, 1.0 - 13.875 / 14 / x]) == pytest.approx(
        FAR_VALLEY, rel=1e-5
    )


def test_newton(tour: Tour) -> None:
    for valley, answer in (("x²+100y²−1", [0, 0]), ("Rosenbrock", [1, 1])):
        newton = tour.rows[f"{valley}, Newton"]
        (descent,) = (r for n, r in tour.rows.items() if n.startswith(f"{valley}, η"))
        assert newton.x == pytest.approx(answer, abs=1e-9)
        assert descent.x == pytest.approx(answer, abs=1e-6)
        assert newton.steps <= 6 < 1000 < descent.steps
        assert newton.status == descent.status == "gradient"


def test_adam_step(tour: Tour) -> None:
    limits = [row for name, row in tour.rows.items() if name.startswith("Adam, ")]
    assert len(limits) == 2
    for row in limits:
        assert row.x == pytest.approx([-1.0], abs=1e-3)


def test_line_fit(tour: Tour) -> None:
    row = tour.rows["crickets, η = 0.001"]
    assert row.gradients == 565_859
    assert row.status == "gradient"
    assert row.found == "25.1286 + 3.29726 x"
    assert row.exact == "25.2323 + 3.29109 x"
    assert row.answer == pytest.approx([25.23231, 3.291094], abs=5e-6)
    assert row.scaled


def test_stochastic(tour: Tour) -> None:
    """Ten passes reach the least squares line, the falling rate within a few of its errors."""
    constant, falling = (row for name, row in tour.rows.items() if name.startswith("SGD"))
    for row, intercept in ((constant, 0.5), (falling, 0.15)):
        assert (row.steps, row.gradients, row.status) == (5_000_000, 5_000_000, "epochs")
        assert row.answer == pytest.approx([17.0186, 1.99999], abs=1e-4)
        assert row.x[0] == pytest.approx(row.answer[0], abs=intercept)
        assert row.x[1] == pytest.approx(row.answer[1], abs=intercept / 50)
    assert falling.fun < constant.fun < 100.1


def test_cmaes(tour: Tour) -> None:
    for name in ("Rosenbrock", "Himmelblau", "Rastrigin"):
        row = tour.rows[f"{name}, CMA-ES"]
        assert row.x == pytest.approx(row.answer, abs=1e-5)
        assert (row.status, row.gradients) == ("tolfun", 0)
        assert row.steps < 200


def test_closure(tour: Tour) -> None:
    """Both reach a chi2 that 68 degrees of freedom allow: within three of its deviations."""
    for name in ("CMA-ES", "Adam"):
        assert abs(tour.rows[f"closure test, {name}"].fun - 68) < 3 * np.sqrt(2 * 68)


def test_all_minima_are_found_and_tuning_pays(tour: Tour) -> None:
    for told in ("Himmelblau 4 of 4", "SixHumpCamel 6 of 6", "Rastrigin 121 of 121"):
        assert told in tour.page
    assert "is better than the default (learning_rate=" in tour.page


def test_every_row_is_timed_honestly(tour: Tour) -> None:
    for row in tour.rows.values():
        assert row.compiled > 0
        assert row.numpy > 0
        assert row.numpy_steps <= row.steps
        assert row.scaled == (row.numpy_steps < row.steps)
        assert not row.scaled or row.numpy_steps == NUMPY_STEPS
        assert row.steps < 100 or row.faster > 3  # long descents are faster by far


def test_crickets() -> None:
    chirps, temperature = crickets()
    assert chirps.shape == temperature.shape == (15,)
    assert (chirps[0], temperature[0], chirps[-1], temperature[-1]) == (20.0, 88.6, 14.4, 76.3)
    chirps[0] = 0.0
    assert crickets()[0][0] == 20.0  # a copy


# ---- page and pictures ---------------------------------------------------------------------------

PICTURES = [
    "01_cubic",
    "02_quadratic",
    "02_quadratic_convergence",
    "03_saddle",
    "03_monkeysaddle",
    "04_beale_1",
    "04_beale_2",
    "04_beale_3",
    "05_newton",
    "05_newton_convergence",
    "06_adam_step",
    "07_tuning",
    "08_minima",
    "09_basins",
    "10_crickets",
    "11_sgd",
    "12_hubble",
    "13_fits",
    "13_errors",
    "14_cmaes",
    "14_cmaes_adaptation",
    "15_closure",
    "16_genetic",
    "16_genetic_diversity",
    "16_genetic_closure",
]


def test_the_folder_holds_page_and_pictures(tour: Tour) -> None:
    names = {file.name for file in tour.folder.iterdir()}
    assert names == {"index.html", *(f"{name}.png" for name in PICTURES)}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_large_enough_and_in_the_page(tour: Tour, name: str) -> None:
    png = (tour.folder / f"{name}.png").read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    assert 900 <= width <= 2400
    assert 500 <= height <= 1400
    assert base64.b64encode(png).decode() in tour.page


class Tags(HTMLParser):
    """Every tag with its attributes, and whether they close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_nothing_else(tour: Tour) -> None:
    tags = Tags()
    tags.feed(tour.page)
    assert tags.open == []
    assert "http" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", tour.page)
    names = {tag for tag, _ in tags.seen}
    assert not names & {"script", "link", "iframe", "object"}
    assert "@import" not in tour.page
    assert "url(" not in tour.page
    for tag, attributes in tags.seen:
        if source := attributes.get("src"):
            assert tag == "img"
            assert source.startswith("data:image/png;base64,")
            assert attributes["alt"]
        if link := attributes.get("href"):
            assert link.startswith("#")
    assert sum(tag == "img" for tag, _ in tags.seen) == len(PICTURES)
    assert sum(tag == "figcaption" for tag, _ in tags.seen) == len(PICTURES)


def test_the_table_stands_in_page_and_report(tour: Tour) -> None:
    text = "\n".join(tour.told)
    for row in tour.rows.values():
        assert text_line(cells(row)) in text
        assert row.name in tour.page
    *table, blank, footnote = tour.told
    assert blank == ""
    assert footnote.startswith("Times: ")
    assert all(len(line) <= 115 and "\n" not in line for line in table)
    assert len(table) == 2 + len(tour.rows)


def test_words_of_the_table() -> None:
    assert [duration(t) for t in (12.3, 1.234, 0.04, 0.0012, 5e-5, 2e-7)] == [
        "12 s", "1.2 s", "40 ms", "1.2 ms", "50 µs", "0.2 µs",
    ]  # fmt: skip
    assert [factor(r) for r in (1.24, 12.6, 487.0, 24680.0)] == ["1.2×", "13×", "490×", "25000×"]
    assert point(np.array([-1e-9, 2.5])) == "(0, 2.5)"
    assert point(np.array([4 / 3]), 8) == "1.33333333"
