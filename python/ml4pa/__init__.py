"""ml4pa: optimisation for physicists and astronomers, compiled and readable.

A Method minimises an Objective; while it works it is a Run, which asks for points and is told
their values; what comes out is a Result.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import landscapes
from .checkpoint import load
from .costs import Cost, LeastSquares
from .find_minima import Minima, find_minima
from .fit import fit
from .fitted import Fit, History
from .learning_rates import (
    Backtracking,
    Constant,
    Cosine,
    ExactLineSearch,
    Exponential,
    InverseTime,
    Step,
    Warmup,
)
from .methods import (
    CMAES,
    METHODS,
    AdaGrad,
    Adam,
    AdamW,
    GradientDescent,
    GradientMethod,
    Method,
    Momentum,
    Nesterov,
    Newton,
    PopulationMethod,
    RandomSearch,
    RMSprop,
)
from .minimize import minimize
from .models import MLP, Curve, Linear, Logistic, Polynomial
from .multistart import Multistart, multistart
from .objective import Function, Objective
from .path import Path
from .result import Result
from .run import Run
from .stop import Status
from .sweep import Grid, Sweep, grid, sweep

if TYPE_CHECKING:
    from . import datasets, plot, studies

__version__ = "0.1.0"

__all__ = [
    "CMAES",
    "METHODS",
    "MLP",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Backtracking",
    "Constant",
    "Cosine",
    "Cost",
    "Curve",
    "ExactLineSearch",
    "Exponential",
    "Fit",
    "Function",
    "GradientDescent",
    "GradientMethod",
    "Grid",
    "History",
    "InverseTime",
    "LeastSquares",
    "Linear",
    "Logistic",
    "Method",
    "Minima",
    "Momentum",
    "Multistart",
    "Nesterov",
    "Newton",
    "Objective",
    "Path",
    "Polynomial",
    "PopulationMethod",
    "RMSprop",
    "RandomSearch",
    "Result",
    "Run",
    "Status",
    "Step",
    "Sweep",
    "Warmup",
    "__version__",
    "datasets",
    "find_minima",
    "fit",
    "grid",
    "landscapes",
    "load",
    "minimize",
    "multistart",
    "plot",
    "studies",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name in ("datasets", "plot", "studies"):  # imported when first used: plot needs matplotlib
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
