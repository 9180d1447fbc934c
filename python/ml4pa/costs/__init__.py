"""Costs: objectives made of a model and data."""

from __future__ import annotations

from .cost import Cost
from .least_squares import LeastSquares

__all__ = ["Cost", "LeastSquares"]
