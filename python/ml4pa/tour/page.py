"""The tour as one page that needs nothing else: pictures and style are in it."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence

from .chapter import Chapter, Picture
from .table import FOOTNOTE, html_table

STYLE = """
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem 1.2rem 4rem; background: #fff;
  color: #1c2733; font: 1.15rem/1.55 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
h1 { font-size: 2rem; line-height: 1.2; margin: 1rem 0 .5rem; }
h2 { font-size: 1.5rem; line-height: 1.25; margin: 3rem 0 .5rem;
  border-top: 2px solid #c6d2dc; padding-top: 1.2rem; }
p { max-width: 46rem; }
a { color: #00568a; }
figure { margin: 1.4rem 0; }
img { display: block; max-width: 100%; height: auto; }
figcaption { max-width: 46rem; margin-top: .4rem; color: #3b4a58; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 1rem; min-width: 100%; }
th, td { padding: .3rem .7rem; text-align: left; white-space: nowrap;
  border-bottom: 1px solid #d5dee6; }
th { border-bottom: 2px solid #5f7488; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
nav ol { padding-left: 1.4rem; }
footer { margin-top: 3rem; border-top: 2px solid #c6d2dc; color: #3b4a58; }
@media (max-width: 40rem) {
  body { font-size: 1rem; } h1 { font-size: 1.6rem; }
  img { max-width: 46rem; } /* two panels side by side: they scroll, as the tables do */
}
"""


def page(chapters: Sequence[Chapter], machine: str) -> str:
    """The whole page."""
    contents = "".join(
        f'<li><a href="#chapter-{i}">{html.escape(c.title)}</a></li>'
        for i, c in enumerate(chapters, 1)
    )
    body = "".join(_section(i, chapter) for i, chapter in enumerate(chapters, 1))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>A tour of ml4pa</title><style>{STYLE}</style></head><body>"
        "<h1>Downhill: a tour of optimisation</h1>"
        "<p>Every descent below was made by this computer a moment ago, once by the compiled engine"
        " and once by its readable twin in NumPy. In every picture the circle is the start, the"
        " square the end, and the star a minimum known beforehand.</p>"
        f"<nav><ol>{contents}</ol></nav>{body}"
        f"<footer><p>{html.escape(FOOTNOTE)}</p><p>{html.escape(machine)}</p></footer>"
        "</body></html>\n"
    )


def _section(number: int, chapter: Chapter) -> str:
    pictures = "".join(_figure(picture) for picture in chapter.pictures)
    table = html_table(chapter.rows) if chapter.rows else ""
    return (
        f'<section id="chapter-{number}"><h2>{number}. {html.escape(chapter.title)}</h2>'
        f"{_unbroken(chapter.text)}{pictures}{table}</section>"
    )


def _unbroken(text: str) -> str:
    """The text with no line broken at a sign of a formula."""
    return re.sub(r" ([−+=←≤]) ", "\u00a0\\1\u00a0", text)


def _figure(picture: Picture) -> str:
    data = base64.b64encode(picture.png).decode("ascii")
    caption = html.escape(picture.caption)
    alt = html.escape(picture.name.replace("_", " "))
    return (
        f'<figure><div class="scroll"><img alt="{alt}" src="data:image/png;base64,{data}"></div>'
        f"<figcaption>{caption}</figcaption></figure>"
    )
