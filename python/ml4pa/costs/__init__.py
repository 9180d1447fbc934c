"""Costs: objectives made of a model and data."""

from __future__ import annotations

from .cost import Cost
from .errors import Errors, errors
from .least_squares import LeastSquares
from .solve import Solution, solve

__all__ = ["Cost", "Errors", "LeastSquares", "Solution", "errors", "solve"]
