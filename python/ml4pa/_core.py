"""The compiled engine, in the best instruction set that this processor has.

The environment variable ML4PA_ISA (baseline, avx2 or avx512) forces another one; the results are
the same in all of them.
"""

from __future__ import annotations

import importlib
import os

from . import _cpu

ISAS = ("baseline", "avx2", "avx512")


def _load() -> str:
    forced = os.environ.get("ML4PA_ISA", "")
    best = _cpu.best()
    if forced:
        if forced not in ISAS:
            raise ImportError(f"ML4PA_ISA={forced} must be one of {', '.join(ISAS)}")
        if ISAS.index(forced) > ISAS.index(best):
            raise ImportError(f"ML4PA_ISA={forced} needs more than this processor has: {best}")
    return forced or best


def _publish(isa: str) -> None:
    module = importlib.import_module(f"._core_{isa}", __package__)
    globals().update({k: v for k, v in vars(module).items() if not k.startswith("__")})


_publish(_load())
