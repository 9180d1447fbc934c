"""Classes of the user's own."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

from .arrays import Array
from .telling import vector


def missing(owner: Any, name: str, cure: str = "") -> NotImplementedError:
    """What to raise for a function that a subclass must give, and does not."""
    return NotImplementedError(f"{type(owner).__name__} has no {name}: define it{cure}")


@functools.cache  # a class is looked at once
def decorated(kind: type) -> None:
    """No field that is left: the decorator makes hyper-parameters of them."""
    for base in kind.__mro__:
        for name, value in vars(base).items():
            if isinstance(value, dataclasses.Field):
                raise TypeError(
                    f"{name} of {base.__name__} is no hyper-parameter yet: decorate the class with "
                    "@dataclass(frozen=True)"
                )


def stepped(theta: Any, n: int, method: Any) -> Array:
    """What the step of a method returned, (n,)."""
    return vector(theta, n, f"{type(method).__name__}.step(...)")
