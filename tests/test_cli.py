"""The command line: exit codes, one-line errors, texts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import ml4pa
from ml4pa import _core
from ml4pa.cli import main


def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """``python -m ml4pa`` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "ml4pa", *words],
        check=False, capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **more},
    )  # fmt: skip


def one_line(told: subprocess.CompletedProcess[str]) -> str:
    """The error, which must be one line on stderr with exit code 2."""
    assert told.returncode == 2
    assert told.stdout == ""
    (line,) = told.stderr.splitlines()
    assert line.startswith("ml4pa: error: ")
    return line


@pytest.mark.parametrize("words", [(), ("tour",), ("fit",), ("bench",), ("info",)])
def test_help_everywhere_with_examples(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--help"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("usage: ml4pa")
    assert "examples:\n  ml4pa " in told.out or "examples:\n  ML4PA" in told.out
    assert told.err == ""


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"ml4pa {ml4pa.__version__}\n"


def test_module_and_entry_point_are_the_same() -> None:
    told = run("--version")
    assert (told.returncode, told.stdout, told.stderr) == (0, f"ml4pa {ml4pa.__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("walk",), "'walk'"),
        (("info", "--loud"), "unrecognized arguments: --loud"),
        (("bench", "--steps", "0"), "argument --steps: 0 must be >= 1"),
        (("bench", "--repeats", "many"), "argument --repeats: 'many' must be a whole number"),
        (("tour", "--output"), "argument -o/--output: expected one argument"),
        (("tour", "-o", ""), "argument -o/--output: '' must be the name of a directory: . is this"),
        (("fit", "data.csv", "-o", " "), "argument -o/--output: ' ' must be the name of a dir"),
    ],
)
def test_bad_input_is_one_line(
    words: tuple[str, ...], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    (line,) = told.err.splitlines()
    assert line.startswith("ml4pa: error: ")
    assert text in line
    assert "--help" in line


def test_bad_input_in_a_process() -> None:
    assert "'walk'" in one_line(run("walk"))


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file")
    for folder in (taken, taken / "below"):
        line = one_line(run("tour", "--output", str(folder)))
        assert f"--output {folder}: cannot write there" in line
    assert taken.read_text() == "a file"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_output_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "Permission denied" in one_line(run("tour", "--output", str(tmp_path / "new")))


def test_tour_without_matplotlib() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None; from ml4pa.cli import main; "
        "sys.exit(main(['tour']))"
    )
    told = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    line = one_line(told)
    assert line == (
        "ml4pa: error: ml4pa.plot needs matplotlib, which is not installed: "
        "pip install 'ml4pa[plot]'"
    )


def test_info_tells_what_is_there() -> None:
    told = run("info", ML4PA_ISA=_core.isa)
    assert (told.returncode, told.stderr) == (0, "")
    facts = dict(line.split("  ", 1) for line in told.stdout.splitlines())
    facts = {name: value.strip() for name, value in facts.items()}
    assert facts["ml4pa"] == ml4pa.__version__
    assert facts["instruction set"] == f"{_core.isa} (ML4PA_ISA={_core.isa})"
    assert facts["available"].startswith("baseline")
    assert int(facts["threads"]) >= 1
    assert facts["OpenMP"] in ("yes", "no")
    assert facts["NumPy"] == np.__version__
    assert facts["Python"].startswith(".".join(map(str, sys.version_info[:3])))
    assert facts["platform"]


def test_info_needs_no_matplotlib() -> None:
    code = (
        "import sys; from ml4pa.cli import main; main(['info']); "
        "sys.exit('matplotlib' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_bench_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--steps", "20", "--repeats", "1"]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    rows = [line for line in told.out.splitlines() if line.endswith("×")]
    assert len(rows) == 10
    assert sum("Beale" in row for row in rows) == 5
    assert all(len(row) <= 80 for row in rows)
    assert all(row.count(" ns") == 2 for row in rows)


def test_a_reader_that_leaves_early_is_no_fault() -> None:
    writer = subprocess.Popen(
        [sys.executable, "-m", "ml4pa", "info"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert writer.stdout is not None
    assert writer.stderr is not None
    writer.stdout.close()
    assert writer.stderr.read() == b""
    writer.stderr.close()
    assert writer.wait() in (0, 1)
