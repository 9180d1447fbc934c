"""``ml4pa fit``: what it finds in a table, what it writes, and what it refuses."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

os.environ["MPLBACKEND"] = "Agg"

import numpy as np
import pytest
from specimens import Huber

import ml4pa
from ml4pa.cli import main
from ml4pa.cli.report import number
from ml4pa.datasets import closure_test, crickets, hubble, two_classes
from ml4pa.losses import LOSSES

PNG = b"\x89PNG\r\n\x1a\n"


class Told:
    """What a call told: the exit code, the text, the error and the files."""

    def __init__(self, capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> None:
        self.code = main(["fit", *words, "-o", str(folder / "out")])
        told = capsys.readouterr()
        self.out, self.err, self.folder = told.out, told.err, folder / "out"

    @property
    def found(self) -> Any:
        assert (self.code, self.err) == (0, "")
        return json.loads((self.folder / "fit.json").read_text(encoding="utf-8"))

    @property
    def values(self) -> dict[str, float]:
        return {p["name"]: p["value"] for p in self.found["parameters"]}

    @property
    def errors(self) -> list[float]:
        return [p["error"] for p in self.found["parameters"]]

    @property
    def fault(self) -> str:
        """The error, which must be one line, and nothing else told or written."""
        assert (self.code, self.out) == (2, "")
        assert not self.folder.exists()
        (line,) = self.err.splitlines()
        assert line.startswith("ml4pa: error: ")
        return line.removeprefix("ml4pa: error: ")


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    return lambda file, words="": Told(capsys, tmp_path, str(file), *words.split())


def written(folder: Path, text: str, name: str = "data.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def table(folder: Path, names: str, *columns: Any) -> Path:
    rows = zip(*(np.asarray(c).tolist() for c in columns), strict=True)
    return written(folder, "\n".join([names, *(",".join(map(str, row)) for row in rows)]) + "\n")


# ---- what it finds -------------------------------------------------------------------------------


def test_hubble(told: Any, tmp_path: Path) -> None:
    """The least squares line and its errors, NumPy's own."""
    t = told(table(tmp_path, "distance,velocity", *hubble()))
    assert t.values == pytest.approx({"c0": -40.784, "c1": 454.158}, abs=5e-4)
    p, cov = np.polyfit(*hubble(), 1, cov=True)
    assert list(t.values.values()) == pytest.approx(p[::-1].tolist(), rel=1e-9)
    assert t.errors == pytest.approx(np.sqrt(np.diag(cov))[::-1].tolist(), rel=1e-9)
    assert t.found["covariance"][0][1] == pytest.approx(cov[0, 1], rel=1e-9)
    assert "c1         454.2  ±  75.2\n" in t.out
    assert f"{'rms residual':<22}222.995\n" in t.out
    assert t.out.endswith(f"written: {t.folder / 'fit.json'}, {t.folder / 'fit.png'}\n")
    assert (t.found["x"], t.found["y"], t.found["rows"]) == (["distance"], "velocity", 24)
    assert sorted(p.name for p in t.folder.iterdir()) == ["fit.json", "fit.png"]
    assert (t.folder / "fit.png").read_bytes().startswith(PNG)


def test_chi2_of_a_parabola(told: Any, tmp_path: Path) -> None:
    data = closure_test(40, correlated=0.0, rng=1)
    sigma = np.full(40, 0.05)
    t = told(table(tmp_path, "dy,y,x", sigma, data.y, data.x),
             "--x x --y 2 --sigma dy --degree 2")  # fmt: skip
    p, cov = np.polyfit(data.x, data.y, 2, w=1 / sigma, cov="unscaled")
    assert list(t.values.values()) == pytest.approx(p[::-1].tolist(), rel=1e-8)
    assert t.errors == pytest.approx(np.sqrt(np.diag(cov))[::-1].tolist(), rel=1e-8)
    chi2 = float(np.sum(((data.y - np.polyval(p, data.x)) / 0.05) ** 2))
    assert t.found["chi2"] == pytest.approx(chi2)
    assert (t.found["ndof"], t.found["loss"], t.found["sigma"]) == (37, "chi2", "dy")
    assert f"{'chi2/ndof':<22}{chi2:.6g}/37 = {chi2 / 37:.3f}\n" in t.out


@pytest.mark.parametrize("labels", [(0, 1), ("background", "signal")])
def test_logistic_regression(told: Any, tmp_path: Path, labels: Any) -> None:
    X, y = two_classes(400, 2, rng=2)
    words = [labels[int(label)] for label in y]
    t = told(table(tmp_path, "a,b,kind", *X.T, words), "--y kind --model logistic")
    w = t.values
    assert list(w) == ["intercept", "a", "b"]
    p = 1.0 / (1.0 + np.exp(-(w["intercept"] + X @ [w["a"], w["b"]])))
    design = np.column_stack([np.ones(400), X])
    assert np.abs(design.T @ (p - y)).max() < 1e-3 * 400  # the gradient vanishes
    fisher = design.T @ ((p * (1 - p))[:, None] * design)
    assert t.errors == pytest.approx(np.sqrt(np.diag(np.linalg.inv(fisher))).tolist(), rel=1e-2)
    right = int(((p > 0.5) == (y == 1)).sum())
    assert t.found["accuracy"] == right / 400
    assert f"{'accuracy':<22}{right / 4:.2f} % ({right} of 400)\n" in t.out
    assert t.found["classes"] == (None if labels == (0, 1) else list(labels))
    assert ("classes: 0 is 'background', 1 is 'signal'\n" in t.out) == (labels != (0, 1))


def test_any_loss_of_the_registry(told: Any, tmp_path: Path, monkeypatch: Any) -> None:
    class Own(Huber):
        name = "own"

    monkeypatch.setitem(LOSSES, "huber", Own())
    t = told(table(tmp_path, "x,y", range(10), [*range(9), 60]), "--loss huber")
    assert t.values == pytest.approx({"c0": -2 / 9, "c1": 13 / 12}, abs=1e-6)
    x = np.arange(10)
    residuals = np.append(x[:9], 60) - (-2 / 9 + 13 / 12 * x)
    assert t.found["rms_residual"] == pytest.approx(np.sqrt(np.mean(residuals**2)), rel=1e-6)
    assert "errors                Own does not say what they are" in t.out


def test_linear_in_several_variables(told: Any, tmp_path: Path) -> None:
    draw = np.random.default_rng(4)
    X = draw.standard_normal((50, 3))
    y = 1.0 + X @ [2.0, -3.0, 0.5] + 0.1 * draw.standard_normal(50)
    t = told(table(tmp_path, "a,y,b,c", X[:, 0], y, *X[:, 1:].T), "--y y --model linear")
    solution = np.linalg.lstsq(np.column_stack([np.ones(50), X]), y, rcond=None)[0]
    assert list(t.values) == ["intercept", "a", "b", "c"]
    assert list(t.values.values()) == pytest.approx(solution.tolist(), rel=1e-9)
    two = told(table(tmp_path, "a,y,b,c", X[:, 0], y, *X[:, 1:].T),
               "--y y --x c --x a --model linear")  # fmt: skip
    assert list(two.values) == ["intercept", "c", "a"]


MLP = (
    "--model mlp --hidden 4 --method adam --learning-rate 0.02 --epochs 60 --batch-size 8 "
    "--validation 0.25 --seed "
)


def test_mlp_in_epochs(told: Any, tmp_path: Path) -> None:
    data = closure_test(64, correlated=0.0, rng=1)
    file = table(tmp_path, "x,y", data.x, data.y)
    t = told(file, MLP + "3")
    first = t.found
    assert len(first["parameters"]) == 13
    assert first["history"]["epoch"] == list(range(61))
    assert len(first["history"]["validation"]) == 61
    assert first["history"]["cost"][-1] < 0.2 * first["history"]["cost"][0]
    assert sorted(p.name for p in t.folder.iterdir()) == ["fit.json", "fit.png", "history.png"]
    assert f"{'cost, held back':<22}{min(first['history']['validation']):.8g}\n" in t.out
    assert told(file, MLP + "3").found == first  # the same seed
    assert told(file, MLP + "4").values != t.values | {"θ0": 0.0}


def test_crickets_by_newton(told: Any, tmp_path: Path) -> None:
    t = told(table(tmp_path, "chirps,temperature", *crickets()), "--method newton --no-plot")
    assert t.values == pytest.approx({"c0": 25.23231, "c1": 3.291094}, abs=5e-6)
    assert [p.name for p in t.folder.iterdir()] == ["fit.json"]


def test_standard_input(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "# x y\n1 2\n2 4\n3 6.0\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    t = told("-", "--no-plot")
    assert t.values == pytest.approx({"c0": 0.0, "c1": 2.0}, abs=1e-12)
    assert (t.found["x"], t.found["y"]) == (["x"], "y")


def test_no_matplotlib_is_needed_without_pictures(tmp_path: Path) -> None:
    file = table(tmp_path, "x,y", *hubble())
    code = (
        "import sys; sys.modules['matplotlib'] = None; from ml4pa.cli import main; "
        "sys.exit(main(sys.argv[1:]))"
    )

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code, "fit", str(file), "-o", str(tmp_path / "o"), *words],
            check=False, capture_output=True, text=True, env={**os.environ, "PYTHONUTF8": "1"},
        )  # fmt: skip

    told = run()
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == (
        "ml4pa: error: ml4pa.plot needs matplotlib, which is not installed: "
        "pip install 'ml4pa[plot]', or use --no-plot\n"
    )
    assert not (tmp_path / "o").exists()
    assert run("--no-plot").returncode == 0


# ---- what it refuses -----------------------------------------------------------------------------

GOOD = "x,y,s\n1,2,1\n2,3,1\n3,5,1\n"


@pytest.mark.parametrize(
    ("text", "words", "fault"),
    [
        (GOOD + "4,5\n", "--y y", "{}, line 5: 2 cells, but 3 columns"),
        (GOOD + "4,,1\n", "--y y", "{}, line 5: 'y' is missing: fill it in or delete the row"),
        (GOOD + "\n# why\nNaN,5,1\n", "--y y",
         "{}, line 7: 'x' is missing ('NaN'): fill it in or delete the row"),
        (GOOD + "four,5,1\n", "--y y", "{}, line 5: 'x' is 'four', but must be a number"),
        (GOOD + "4,5,0\n", "--y y --sigma s", "{}, line 5: 's' is '0', but must be > 0"),
        (GOOD, "", "{} has the columns 'x', 'y', 's': name y with --y"),
        (GOOD, "--y z", "--y z: {} has no such column: it has 'x', 'y', 's'"),
        (GOOD, "--y y --x 4", "--x 4: {} has no such column: it has 'x', 'y', 's'"),
        (GOOD, "--y y --sigma e", "--sigma e: {} has no such column: it has 'x', 'y', 's'"),
        (GOOD, "--y y --x y", "column 'y' is taken twice: see --x, --y and --sigma"),
        (GOOD, "--y y --model polynomial",
         ("--model polynomial takes one variable, but there are 2: name one with --x, or use "
          "--model linear")),
        (GOOD, "--y y --model logistic",
         "{}, line 2: 'y' is '2', but must be 0 or 1, or one of two words"),
        (GOOD, "--y y --model linear --degree 2",
         "--degree belongs to --model polynomial, not to linear"),
        (GOOD, "--y y --hidden 3", "--hidden belongs to --model mlp, not to polynomial"),
        (GOOD, "--y y --x x --learning-rate 0.1", "--learning-rate 0.1 needs a --method"),
        (GOOD, "--y y --x x --method momentum", "--method momentum needs a --learning-rate"),
        (GOOD, "--y y --x x --method adam --learning-rate -1", "learning_rate=-1.0 must be > 0"),
        (GOOD, "--y y --x x --delimiter ,,",
         "--delimiter ,, must be one character, 'tab' or 'space'"),
        ("x\n1\n2\n", "", "{} has one column only, 'x': is its --delimiter another?"),
        ("a,k\n1,yes\n2,no\n3,\n", "--model logistic",
         "{}, line 4: 'k' is '', but must be one of the two words"),
        ("a,k\n1,yes\n2,no\n3,maybe\n", "--model logistic",
         "{}, line 2: 'k' is 'yes', but must be a number"),
    ],
)  # fmt: skip
def test_bad_input(told: Any, tmp_path: Path, text: str, words: str, fault: str) -> None:
    file = written(tmp_path, text)
    assert told(file, words).fault == fault.format(file)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("--hidden 3,x --model mlp", "argument --hidden: 'x' must be a whole number"),
        ("--degree -1", "argument --degree: -1 must be >= 0"),
        ("--epochs 0", "argument --epochs: 0 must be >= 1"),
        ("--model spline", "argument --model: invalid choice: 'spline'"),
        ("--learning-rate fast", "argument --learning-rate: invalid float value: 'fast'"),
    ],
)
def test_bad_options(told: Any, tmp_path: Path, words: str, fault: str) -> None:
    line = told(table(tmp_path, "x,y", *hubble()), words).fault
    assert line.startswith(fault)
    assert line.endswith("(see ml4pa fit --help)")


def test_more_parameters_than_rows_is_told(told: Any, tmp_path: Path) -> None:
    t = told(written(tmp_path, "1,2\n2,3\n"), "--degree 3")
    assert f"{'stopped':<22}the data determine 2 of 4 parameters" in t.out
    assert f"{'errors':<22}2 data and 4 parameters leave no residual" in t.out
    assert (t.errors, t.found["success"]) == ([None] * 4, False)


def test_divergence_is_told_and_nothing_written(told: Any, tmp_path: Path) -> None:
    t = told(table(tmp_path, "chirps,temperature", *crickets()),
             "--method gradient_descent --learning-rate 1 --epochs 1000")  # fmt: skip
    assert (t.code, t.out) == (1, "")
    assert "diverged" in t.err
    assert not t.folder.exists()


def test_an_output_that_is_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = table(tmp_path, "x,y", *hubble())
    for folder in (file, file / "below"):
        assert main(["fit", str(file), "-o", str(folder)]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err == (
            f"ml4pa: error: --output {folder}: cannot write there: {file} is a file\n"
        )


def test_a_file_that_is_not_there(told: Any, tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    assert told(path).fault == f"{path}: cannot read it: No such file or directory"


# ---- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (454.1584, 75.237, ("454.2", "75.2")),
        (-40.7837, 83.43887, ("-40.8", "83.4")),
        (0.00123456, 0.0000456, ("0.0012346", "0.0000456")),
        (123456.7, 5000.0, ("123457", "5000")),
        (1.5e12, 2.5e9, ("1.5e+12", "2.5e+09")),
        (3.14159265, None, ("3.1415927", "")),
        (2.0, 0.0, ("2", "")),
    ],
)
def test_numbers_read_as_physicists_write_them(
    value: float, error: float | None, words: tuple[str, str]
) -> None:
    assert number(value, error) == words


def test_version_and_library_agree(told: Any, tmp_path: Path) -> None:
    assert told(table(tmp_path, "x,y", *hubble()), "--no-plot").found["ml4pa"] == ml4pa.__version__
