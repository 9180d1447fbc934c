"""The command line: ``ml4pa``, also ``python -m ml4pa``."""

from __future__ import annotations

from .main import main

__all__ = ["main"]
