"""Tables in text: what is found in them, and where they are told to be wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ml4pa.cli.command import BadInput
from ml4pa.cli.table import Table

WANTED = [[1.0, 2.5], [2.0, -3e-4], [3.0, 4.0]]


def table(folder: Path, text: str | bytes, **given: Any) -> Table:
    file = folder / "data.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Table(str(file), **{"delimiter": None, "comment": "#", "header": None, **given})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x,y\n1,2.5\n2,-3e-4\n3,4\n", ["x", "y"]),
        ("x;y\r\n1;2.5\r\n2;-3e-4\r\n3;4\r\n", ["x", "y"]),
        ("x\ty\n1\t2.5\n2\t-3e-4\n3\t4", ["x", "y"]),
        ("x y\n1   2.5\n 2 -3e-4\n3 4\n", ["x", "y"]),
        ("x | y\n1 | 2.5\n2 | -3e-4\n3 | 4\n", ["x", "y"]),
        ("1, 2.5\n2, -3e-4\n3, 4\n", ["column 1", "column 2"]),
        ("\ufeffx,y\n1,2.5\n2,-3e-4\n3,4\n", ["x", "y"]),
        ('"time, s","y"\n1,"2.5"\n2,-3e-4\n3,4\n', ["time, s", "y"]),
        ("# a title\n\nx,y  # names\n1,2.5\n\n2,-3e-4 # here\n# 7,7\n3,4\n", ["x", "y"]),
        ("# by numpy.savetxt\n# x y\n1 2.5\n2 -3e-4\n3 4\n", ["x", "y"]),
        ("# x, y\n1,2.5\n2,-3e-4\n3,4\n", ["x", "y"]),
        ("# three numbers here: 1 2\n1 2.5\n2 -3e-4\n3 4\n", ["column 1", "column 2"]),
    ],
)
def test_layouts_are_found(tmp_path: Path, text: str, names: list[str]) -> None:
    found = table(tmp_path, text)
    assert found.names == names
    assert_array_equal(found.numbers([0, 1]), WANTED)
    assert_array_equal(found.numbers([1]), np.array(WANTED)[:, 1:])


def test_layouts_are_given(tmp_path: Path) -> None:
    assert table(tmp_path, "1900,1910\n1,2\n", header=True).names == ["1900", "1910"]
    named = table(tmp_path, "x,y\n1,2\n", header=False)
    assert named.names == ["column 1", "column 2"]
    with pytest.raises(BadInput, match="line 1: 'column 1' is 'x', but must be a number$"):
        named.numbers([0, 1])
    percent = table(tmp_path, "% x\nx:y\n1:2\n", comment="%", delimiter=":")
    assert_array_equal(percent.numbers([0, 1]), [[1.0, 2.0]])
    assert table(tmp_path, "#,y\n1,2\n", comment="").names == ["#", "y"]


def test_only_the_columns_wanted_must_be_numbers(tmp_path: Path) -> None:
    nebulae = table(tmp_path, "name,r,v\nN 6822,0.214,-130\nM 33,,-70\n")
    assert_array_equal(nebulae.numbers([2]), [[-130.0], [-70.0]])


def test_columns_by_name_and_number(tmp_path: Path) -> None:
    t = table(tmp_path, "x,y,y,2\n1,2,3,4\n", header=True)
    assert [t.find("--x", word) for word in ("x", "1", "2", "4")] == [0, 0, 3, 3]
    for word in ("z", "0", "5", "-1", "y "):
        with pytest.raises(BadInput) as caught:
            t.find("--y", word)
        assert str(caught.value) == (
            f"--y {word}: {t.path} has no such column: it has 'x', 'y', 'y', '2'"
        )
    with pytest.raises(BadInput, match="--y y: .* has 2 such columns: give its number"):
        t.find("--y", "y")


HEAD = "# counts\nx,y\n1,2\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + "2,3,4\n", "line 4: 3 cells, but 2 columns"),
        (HEAD + "\n2\n", "line 5: 1 cell, but 2 columns"),
        (HEAD + "2,\n", "line 4: 'y' is missing: fill it in or delete the row"),
        (HEAD + "NA,1\n", "line 4: 'x' is missing ('NA'): fill it in or delete the row"),
        (HEAD + "2,nan\n", "line 4: 'y' is missing ('nan'): fill it in or delete the row"),
        (HEAD + "2,-inf\n", "line 4: 'y' is '-inf', but must be finite"),
        (HEAD + "2,1e999\n", "line 4: 'y' is '1e999', but must be finite"),
        (HEAD + "2,three\n", "line 4: 'y' is 'three', but must be a number"),
        ("x;y\n1;2\n2;3,5\n", "line 3: 'y' is '3,5': write decimals with a point"),
        (HEAD + '2,"3\n', "line 4: unexpected end of data"),
        (HEAD.encode() + b"2,\xff\n", "line 4: is not text in UTF-8"),
        ("# nothing\n\n", None),
        ("x,y\n", None),
    ],
)
def test_faults_are_told_with_their_line(tmp_path: Path, text: Any, told: str | None) -> None:
    with pytest.raises(BadInput) as caught:
        table(tmp_path, text).numbers([0, 1])
    path = tmp_path / "data.csv"
    rows = "has a header but no rows" if text == "x,y\n" else "has no rows"
    assert str(caught.value) == (f"{path}, {told}" if told else f"{path} {rows}")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "none.csv", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(BadInput, match=f"cannot read it: {why}"):
            Table(str(path), None, "#", None)
