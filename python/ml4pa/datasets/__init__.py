"""Small tables of real data, for examples."""

from __future__ import annotations

from .crickets import crickets

__all__ = ["crickets"]
