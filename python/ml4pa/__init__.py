"""ml4pa: optimisation for physicists and astronomers, compiled and readable.

A Method minimises an Objective; while it works it is a Run, which asks for points and is told
their values; what comes out is a Result.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any

from .checkpoint import load
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
    GeneticAlgorithm,
    GradientDescent,
    GradientMethod,
    LevenbergMarquardt,
    Method,
    Momentum,
    Nesterov,
    Newton,
    PopulationMethod,
    RandomSearch,
    RMSprop,
)
from .minimize import minimize
from .objective import Function, Objective
from .path import Path
from .result import Result
from .run import Run
from .stop import Status

if TYPE_CHECKING:
    from . import datasets, landscapes, plot, studies
    from .compiled_function import CompiledFunction
    from .costs import Cost, LeastSquares
    from .fitted import Fit, History
    from .fitting import fit
    from .fleet import multistart
    from .lattices import lattice
    from .minima import Minima, find_minima
    from .models import MLP, Curve, Linear, Logistic, Polynomial
    from .spaces import Space, integers, log_scale, near_one, space
    from .started import Multistart
    from .sweeps import Grid, Sweep, grid, sweep
    from .tuned import Tuned
    from .tuning import tune

__version__ = "0.1.0"

#: Imported when first used: where `minimize` itself does without them, and plot needs matplotlib.
_LATER = {
    "compiled_function": ("CompiledFunction",),
    "costs": ("Cost", "LeastSquares"),
    "fitted": ("Fit", "History"),
    "fitting": ("fit",),
    "fleet": ("multistart",),
    "lattices": ("lattice",),
    "minima": ("Minima", "find_minima"),
    "models": ("MLP", "Curve", "Linear", "Logistic", "Polynomial"),
    "spaces": ("Space", "integers", "log_scale", "near_one", "space"),
    "started": ("Multistart",),
    "sweeps": ("Grid", "Sweep", "grid", "sweep"),
    "tuned": ("Tuned",),
    "tuning": ("tune",),
}
_MODULES = ("datasets", "landscapes", "plot", "studies")
_MODULE_OF = {name: module for module, names in _LATER.items() for name in names}

__all__ = [
    "CMAES",
    "METHODS",
    "MLP",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Backtracking",
    "CompiledFunction",
    "Constant",
    "Cosine",
    "Cost",
    "Curve",
    "ExactLineSearch",
    "Exponential",
    "Fit",
    "Function",
    "GeneticAlgorithm",
    "GradientDescent",
    "GradientMethod",
    "Grid",
    "History",
    "InverseTime",
    "LeastSquares",
    "LevenbergMarquardt",
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
    "Space",
    "Status",
    "Step",
    "Sweep",
    "Tuned",
    "Warmup",
    "__version__",
    "datasets",
    "find_minima",
    "fit",
    "grid",
    "integers",
    "landscapes",
    "lattice",
    "load",
    "log_scale",
    "minimize",
    "multistart",
    "near_one",
    "plot",
    "space",
    "studies",
    "sweep",
    "tune",
]

if importlib.util.find_spec("matplotlib") is None:  # `from ml4pa import *` would ask for it
    __all__.remove("plot")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_MODULE_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
