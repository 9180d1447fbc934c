"""The tour's table, for the terminal and for the page."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence

from .measure import NUMPY_STEPS, Row

#: Heading and width of each column in the terminal.
COLUMNS = (
    ("descent", 30),
    ("found", 19),
    ("exact", 18),
    ("steps", 7),
    ("stopped by", 10),
    ("NumPy", 7),
    ("compiled", 8),
    ("faster", 7),
)
#: Which columns are words, set to the left; the others are numbers.
WORDS = (0, 1, 2, 4)

FOOTNOTE = (
    "Times: medians of repeats on this machine, in this run. ~ NumPy timed on the first "
    f"{NUMPY_STEPS} steps of the same descent and scaled by the number of steps. Short descents "
    "take microseconds in all, of which most is the start. Stopped by: the tolerance on gradient "
    "or step, the target of f, the limit of steps, evaluations or epochs (max iter, max evals, "
    "epochs), the spread of a population's values (tolfun), overflow (diverged), or nothing: all "
    "gradients of a given sequence were told (all told)."
)


def duration(seconds: float) -> str:
    """A time with two digits and its unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= 0.9995 * size or unit == "µs":
            number = seconds / size
            return f"{number:.0f} {unit}" if number >= 9.95 else f"{number:.1f} {unit}"
    raise AssertionError(seconds)


def factor(ratio: float) -> str:
    """How many times, with two digits: ``6.1×``, ``480×``."""
    if ratio >= 10.0:
        digits = len(str(int(ratio))) - 2
        return f"{round(ratio, -digits):.0f}×"
    return f"{ratio:.1f}×"


def cells(row: Row) -> list[str]:
    """The columns of one row."""
    about = "~" if row.scaled else ""
    return [
        row.name,
        row.found,
        row.exact,
        f"{row.steps}",
        row.status,
        about + duration(row.numpy),
        duration(row.compiled),
        factor(row.faster),
    ]


def _pad(word: str, width: int, left: bool) -> str:
    """The word in a column; marks such as the hat of m̂ take no room."""
    room = " " * (width - sum(not unicodedata.combining(letter) for letter in word))
    return word + room if left else room + word


def text_line(words: Sequence[str]) -> str:
    """One line for the terminal."""
    parts = [
        _pad(word, width, left=i in WORDS)
        for i, (word, (_, width)) in enumerate(zip(words, COLUMNS, strict=True))
    ]
    return " ".join(parts).rstrip()


def text_head() -> tuple[str, str]:
    """The headings for the terminal, and the line under them."""
    width = sum(width for _, width in COLUMNS) + len(COLUMNS) - 1
    return text_line([name for name, _ in COLUMNS]), "-" * width


def html_table(rows: Sequence[Row]) -> str:
    """The rows as an HTML table, in a box that scrolls on a narrow screen."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name, _ in COLUMNS)
    body = []
    for row in rows:
        words = (html.escape(word) for word in cells(row))
        columns = "".join(
            f"<td>{word}</td>" if i in WORDS else f'<td class="number">{word}</td>'
            for i, word in enumerate(words)
        )
        body.append(f"<tr>{columns}</tr>")
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )
