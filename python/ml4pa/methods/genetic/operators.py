"""The registries of the operators: one name a line.

An operator is the function of its name, in the module of its name, which is imported when it is
first used; an encoding is a module.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

MUTATIONS = (
    "multiplicative",
    "gaussian",
    "bit_flip",
    "nodal",
)
CROSSOVERS = (
    "single_point",
    "two_point",
    "uniform",
    "blend",
    "sbx",
)
SELECTIONS = (
    "tournament",
    "roulette",
    "rank",
    "truncation",
)
ENCODINGS = (
    "real",
    "binary",
)


def operator(kind: str, name: str) -> Any:
    """``operator("mutation", "gaussian")``: the function."""
    return getattr(module(kind, name), name)


def module(kind: str, name: str) -> ModuleType:
    """Where it is: what else it tells stands there, too."""
    return importlib.import_module(f".{kind}s.{name}", __package__)
