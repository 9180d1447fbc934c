"""Goes through the chapters, and writes pictures and page."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ..machine import describe
from .chapter import Chapter
from .chapters import CHAPTERS
from .measure import Row
from .page import page
from .table import FOOTNOTE, cells, text_head, text_line


def replay(
    output: str | os.PathLike[str] = "ml4pa_tour", report: Callable[[str], object] | None = None
) -> list[Row]:
    """Replay the lecture: pictures and one self-contained page.

    Parameters
    ----------
    output : path, default "ml4pa_tour"
        The directory for ``index.html`` and the PNGs, made where it does not exist.
    report : callable, optional
        Called with each line of the table as it is known, e.g. ``print``.

    Returns
    -------
    list of Row
        The table: what was found beside the analytic answer, and how fast.

    Raises
    ------
    OSError
        If the directory cannot be made or written.

    Examples
    --------
    >>> import tempfile
    >>> from ml4pa.tour import replay
    >>> with tempfile.TemporaryDirectory() as directory:  # doctest: +SKIP
    ...     rows = replay(directory)
    >>> rows[0].name, rows[0].found, rows[0].steps  # doctest: +SKIP
    ('cubic, η = 0.1', '1.33342535', 16)
    """
    tell = report or (lambda line: None)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    _probe(folder)
    for line in text_head():
        tell(line)
    chapters: list[Chapter] = []
    for i, write in enumerate(CHAPTERS, 1):
        chapter = write()
        for picture in chapter.pictures:
            (folder / f"{i:02d}_{picture.name}.png").write_bytes(picture.png)
        for row in chapter.rows:
            tell(text_line(cells(row)))
        chapters.append(chapter)
    (folder / "index.html").write_text(page(chapters, describe()), encoding="utf-8")
    tell("")
    tell(FOOTNOTE)
    return [row for chapter in chapters for row in chapter.rows]


def _probe(folder: Path) -> None:
    """Fails now, and not after the work, where the directory cannot be written."""
    probe = folder / "index.html"
    existed = probe.exists()
    with probe.open("a", encoding="utf-8"):
        pass
    if not existed:
        probe.unlink()
