"""Methods: one short file each, and this registry."""

from __future__ import annotations

from ..method import GradientMethod, Method
from ..population import PopulationMethod
from .adagrad import AdaGrad
from .adam import Adam
from .adamw import AdamW
from .cmaes import CMAES
from .genetic import GeneticAlgorithm
from .gradient_descent import GradientDescent
from .levenberg_marquardt import LevenbergMarquardt
from .momentum import Momentum
from .nesterov import Nesterov
from .newton import Newton
from .random_search import RandomSearch
from .rmsprop import RMSprop

#: The registry: one line a method; `minimize` finds names here, and every test runs over it.
METHODS: dict[str, type[Method]] = {
    method.name: method
    for method in (
        GradientDescent,
        Momentum,
        Nesterov,
        AdaGrad,
        RMSprop,
        Adam,
        AdamW,
        Newton,
        LevenbergMarquardt,
        RandomSearch,
        CMAES,
        GeneticAlgorithm,
    )
}

__all__ = [
    "CMAES",
    "METHODS",
    "AdaGrad",
    "Adam",
    "AdamW",
    "GeneticAlgorithm",
    "GradientDescent",
    "GradientMethod",
    "LevenbergMarquardt",
    "Method",
    "Momentum",
    "Nesterov",
    "Newton",
    "PopulationMethod",
    "RMSprop",
    "RandomSearch",
]
