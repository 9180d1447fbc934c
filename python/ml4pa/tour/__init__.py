"""The tour: the gradient half of the lecture replayed, with pictures and a table."""

from __future__ import annotations

from .measure import Row
from .replay import replay

__all__ = ["Row", "replay"]
