"""The chapters: one short file each, and this registry, in the order of the lecture."""

from __future__ import annotations

from collections.abc import Callable

from ..chapter import Chapter
from .adam_step import adam_step
from .beale import beale
from .closure import closure
from .cubic import cubic
from .evolution import evolution
from .line_fit import line_fit
from .narrow_valley import narrow_valley
from .quadratic import quadratic
from .saddles import saddles

#: One line a chapter.
CHAPTERS: tuple[Callable[[], Chapter], ...] = (
    cubic,
    quadratic,
    saddles,
    beale,
    narrow_valley,
    adam_step,
    line_fit,
    evolution,
    closure,
)

__all__ = ["CHAPTERS"]
