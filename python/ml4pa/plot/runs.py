"""Runs that a picture is of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import checks
from ..result import Result


def named(results: Any) -> list[tuple[str, Result]]:
    """The runs with their names."""
    if isinstance(results, Mapping):
        runs = [(str(name), result) for name, result in results.items()]
    elif isinstance(results, Result):
        runs = [("", results)]
    else:
        try:
            runs = [(f"run {i}", result) for i, result in enumerate(results)]
        except TypeError:
            raise TypeError(
                f"results={checks.shown(results)} must be a Result, or several"
            ) from None
    if not runs:
        raise ValueError("results is empty, but must hold one Result at least")
    for name, result in runs:
        checks.recorded(result, f"results[{name!r}]" if name else "results")
    return runs
