"""Fields of records, of a method or a schedule: their defaults, and what is checked of them."""

from __future__ import annotations

import dataclasses
from typing import Any

from . import checks


def hyper(default: Any = dataclasses.MISSING, **constraint: float) -> Any:
    """A hyper-parameter: its default, and the interval it must lie in.

    The interval is given as for `checks.within`: ge, gt, le, lt.
    """
    return dataclasses.field(default=default, metadata={"within": constraint})


def count(default: Any = dataclasses.MISSING, *, least: int) -> Any:
    """A hyper-parameter that is a whole number >= least."""
    return dataclasses.field(default=default, metadata={"least": least})


def rows(default: Any = dataclasses.MISSING, *, least: int) -> Any:
    """The points of a generation: a whole number >= least."""
    metadata = {"least": least, "bits": checks.BITS_OF_ROWS}
    return dataclasses.field(default=default, metadata=metadata)


def check(record: Any) -> None:
    """The fields as they were checked."""
    for field in dataclasses.fields(record):
        name, given = field.name, getattr(record, field.name)
        if (constraint := field.metadata.get("within")) is not None:
            object.__setattr__(record, name, checks.within(name, given, **constraint))
        if (least := field.metadata.get("least")) is not None:
            bits = field.metadata.get("bits", 63)
            object.__setattr__(record, name, checks.count(name, given, least, bits))
