"""The tour: the lecture replayed, with pictures and a table."""

from __future__ import annotations

from .. import plot as _plot  # noqa: F401  (first: without matplotlib it tells what to install)
from .measure import Row
from .replay import replay

__all__ = ["Row", "replay"]
