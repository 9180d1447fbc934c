"""Costs: objectives made of a model and data."""

from __future__ import annotations

from .least_squares import LeastSquares

__all__ = ["LeastSquares"]
