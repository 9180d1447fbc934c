"""CMA-ES: covariance matrix adaptation evolution strategy."""

from __future__ import annotations

from .method import CMAES
from .parameters import Parameters
from .restarts import Descent

__all__ = ["CMAES", "Descent", "Parameters"]
