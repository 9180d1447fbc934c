"""Values in the texts of errors."""

from __future__ import annotations

import reprlib
from typing import Any

__all__ = ["shown"]

#: Characters. A list of a million numbers is soon given by mistake.
MOST = 480


def shown(value: Any) -> str:
    """The value as Python writes it, in one line, shortened in the middle where it is long."""
    text = _short.repr(value)
    if "\n" in text:
        text = " ".join(text.split())
    half = MOST // 2
    return text if len(text) <= MOST else f"{text[:half]} ... {text[-half:]}"


_short = reprlib.Repr()
_short.maxlist = _short.maxtuple = _short.maxdict = _short.maxset = _short.maxarray = 20
_short.maxstring = _short.maxlong = _short.maxother = MOST
