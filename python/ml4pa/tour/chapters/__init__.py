"""The chapters: one short file each, and this registry, in the order of the lecture."""

from __future__ import annotations

from collections.abc import Callable

from ..chapter import Chapter
from .adam_step import adam_step
from .basins import basins
from .beale import beale
from .closure import closure
from .cubic import cubic
from .evolution import evolution
from .genetic import genetic
from .hubble import hubble
from .line_fit import line_fit
from .minima import minima
from .narrow_valley import narrow_valley
from .overfitting import overfitting
from .quadratic import quadratic
from .saddles import saddles
from .stochastic import stochastic
from .tuning import tuning

#: One line a chapter.
CHAPTERS: tuple[Callable[[], Chapter], ...] = (
    cubic,
    quadratic,
    saddles,
    beale,
    narrow_valley,
    adam_step,
    tuning,
    minima,
    basins,
    line_fit,
    stochastic,
    hubble,
    overfitting,
    evolution,
    closure,
    genetic,
)

__all__ = ["CHAPTERS"]
