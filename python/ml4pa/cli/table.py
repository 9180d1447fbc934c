"""Reads tables of numbers in text: CSV, and what comes close to it."""

from __future__ import annotations

import csv
import math
import sys
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..objective import Array
from .command import BadInput

#: Tried in this order where none is given. A semicolon comes before the comma, which may then be
#: part of a number; white space comes last, because it also follows the others.
DELIMITERS = ("\t", ";", ",", "|", " ")
#: So many lines are looked at to find the delimiter.
SAMPLE = 100
#: What people write where a number is missing.
MISSING = ("", "na", "n/a", "nan", "null", "none", "-", "--", "?")


class Line(NamedTuple):
    """A line of the file that is not empty, without its comment."""

    number: int
    text: str


class Table:
    """A table in a text file: its columns by name, and its numbers.

    Parameters
    ----------
    path : str
        The file; "-" is the standard input.
    delimiter : str, optional
        Between the cells; " " is any white space. By default the one with which the first lines
        agree best on their number of cells.
    comment : str, default "#"
        What begins a comment, which ends with the line; "" where there are none.
    header : bool, optional
        Whether the first row holds names. By default it does if none of its cells is a number.
        Else the last comment before the data is the header, if it has as many words.

    Raises
    ------
    BadInput
        If the file cannot be read, or holds no rows.
    """

    def __init__(self, path: str, delimiter: str | None, comment: str, header: bool | None) -> None:
        self.path = path
        text = _text(path)
        self._lines = list(_kept(text, comment))
        if not self._lines:
            raise BadInput(f"{path} has no rows")
        self.delimiter = _delimiter(self._lines[:SAMPLE]) if delimiter is None else delimiter
        first = self._split(self._lines[0])
        if header is None:
            header = not any(map(_is_number, first))
        if header:
            self.names = first
            self._lines = self._lines[1:]
        else:
            remark = _remark(text, comment, self._lines[0].number)
            words = self._split(Line(0, remark))
            words = words if len(words) == len(first) else remark.split()
            named = len(words) == len(first) and not any(map(_is_number, words))
            self.names = words if named else [f"column {i + 1}" for i in range(len(first))]
        if not self._lines:
            raise BadInput(f"{path} has a header but no rows")

    def find(self, option: str, word: str) -> int:
        """The place of a column that was asked for by name or by number, counted from 1."""
        if (same := self.names.count(word)) == 1:
            return self.names.index(word)
        if same > 1:
            raise BadInput(f"{option} {word}: {self.path} has {same} such columns: give its number")
        if word.isdecimal() and 1 <= int(word) <= len(self.names):
            return int(word) - 1
        raise BadInput(f"{option} {word}: {self.path} has no such column: it has {self.listing()}")

    def listing(self) -> str:
        """The columns in words."""
        return ", ".join(f"{name!r}" for name in self.names)

    def numbers(self, columns: Sequence[int]) -> Array:
        """These columns as an array (rows, columns).

        Raises
        ------
        BadInput
            At the first row with another number of cells than the header, or with a cell in these
            columns that is missing, or is no finite number: with the line's number in the file.
        """
        flat = array("d")
        for line in self._lines:
            cells = self._row(line)
            try:
                flat.extend([float(cells[i]) for i in columns])
            except ValueError:
                raise self._fault(line, cells, columns) from None
        values = np.frombuffer(flat, dtype=float).reshape(-1, len(columns))
        bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
        if bad.size:
            line = self._lines[int(bad[0])]
            raise self._fault(line, self._split(line), columns)
        return values

    def classes(self, column: int) -> tuple[str, str] | None:
        """The two words of a column of words, in their order; None for a column of numbers."""
        words = sorted({cell for cell in self._words(column) if cell.lower() not in MISSING})
        if all(map(_is_number, words)) or len(words) != 2:
            return None
        return words[0], words[1]

    def is_word(self, column: int, word: str) -> Array:
        """1.0 where a cell of the column is this word, else 0.0, (rows,)."""
        cells = self._words(column)
        present = [cell.lower() not in MISSING for cell in cells]
        self.check(column, np.array(present), "one of the two words")
        return np.array([float(cell == word) for cell in cells])

    def check(self, column: int, good: NDArray[np.bool_], what: str) -> None:
        """Raises at the first row that is not good."""
        if not good.all():
            line = self._lines[int(np.argmin(good))]
            cell = self._split(line)[column]
            raise self._at(line, f"{self.names[column]!r} is {cell!r}, but must be {what}")

    def _words(self, column: int) -> list[str]:
        return [self._row(line)[column] for line in self._lines]

    def _row(self, line: Line) -> list[str]:
        """The cells of a line, which must be as many as the columns."""
        cells = self._split(line)
        if len(cells) != len(self.names):
            many = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
            raise self._at(line, f"{many}, but {len(self.names)} columns")
        return cells

    def _split(self, line: Line) -> list[str]:
        try:
            return _cells(line.text, self.delimiter)
        except csv.Error as error:
            raise self._at(line, str(error)) from None

    def _fault(self, line: Line, cells: Sequence[str], columns: Sequence[int]) -> BadInput:
        """The first cell of a row that is no finite number."""
        i = next(i for i in columns if not _is_number(cells[i]))
        name, cell = self.names[i], cells[i]
        if cell.lower() in MISSING:
            what = f" ({cell!r})" if cell else ""
            return self._at(line, f"{name!r} is missing{what}: fill it in or delete the row")
        if _is_number(cell.replace(",", ".")):
            return self._at(line, f"{name!r} is {cell!r}: write decimals with a point")
        kind = "finite" if _value(cell) is not None else "a number"
        return self._at(line, f"{name!r} is {cell!r}, but must be {kind}")

    def _at(self, line: Line, what: str) -> BadInput:
        return BadInput(f"{self.path}, line {line.number}: {what}")


def _text(path: str) -> str:
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: cannot read it: {error.strerror or error}") from None
    try:
        return data.decode("utf-8-sig")  # spreadsheets put a mark at the beginning
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadInput(f"{path}, line {line}: is not text in UTF-8") from None


def _kept(text: str, comment: str) -> Iterator[Line]:
    """What is left of the lines without comments."""
    for number, line in enumerate(text.splitlines(), 1):
        kept = line.partition(comment)[0] if comment else line
        if kept.strip():
            yield Line(number, kept)


def _remark(text: str, comment: str, before: int) -> str:
    """The last comment before a line."""
    lines = text.splitlines()[: before - 1] if comment else []
    remarks = [line.strip() for line in lines if line.strip().startswith(comment)]
    return remarks[-1].lstrip(comment).strip() if remarks else ""


def _cells(text: str, delimiter: str) -> list[str]:
    """The cells of a line, without the blanks around them."""
    if delimiter == " ":
        return text.split()
    if '"' not in text:  # most lines
        return [cell.strip() for cell in text.split(delimiter)]
    (row,) = csv.reader([text], delimiter=delimiter, skipinitialspace=True, strict=True)
    return [cell.strip() for cell in row]


def _delimiter(lines: Sequence[Line]) -> str:
    """The delimiter with which most lines have the same number of cells, more than one."""

    def agreement(delimiter: str) -> int:
        counts = Counter(
            len(line.text.split(None if delimiter == " " else delimiter)) for line in lines
        )
        return max((n for cells, n in counts.items() if cells > 1), default=0)

    return max(DELIMITERS, key=agreement)


def _value(cell: str) -> float | None:
    """What a cell holds; None where that is no number."""
    try:
        return float(cell)
    except ValueError:
        return None


def _is_number(cell: str) -> bool:
    """Whether a cell holds a finite number."""
    value = _value(cell)
    return value is not None and math.isfinite(value)
