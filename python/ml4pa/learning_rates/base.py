"""What schedules and line searches share."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

from ..records import check, hyper

__all__ = ["LineSearch", "Schedule", "Spec", "check", "hyper"]

Spec = tuple[str, list[float], Any]


@dataclass(frozen=True)
class Schedule:
    """A learning rate as a function of t, the steps completed (0 before the first)."""

    name: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check(self)

    def __call__(self, t: int) -> float:
        raise NotImplementedError

    def native(self) -> Spec:
        """(name, fields, following schedule or None): what the compiled twin is made from."""
        return self.name, _numbers(self), None


@dataclass(frozen=True)
class LineSearch:
    """Chooses the step eta along a descent direction v.

    It knows phi(eta) = f(theta - eta v) by value and slope at every trial. All that changes is in
    the dict ``search``.
    """

    name: ClassVar[str] = ""
    #: Whether trials go beyond the first bound met, where the path bends along it and phi has a
    #: kink; phi' does not know of it. Newton's steps never do.
    bends: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check(self)

    def native(self) -> Spec:
        """(name, fields, None): what the compiled twin is made from."""
        return self.name, _numbers(self), None

    def init(self) -> dict[str, float]:
        """The numbers kept between trials, before the first search."""
        raise NotImplementedError

    def begin(self, f: float, slope: float, search: dict[str, float]) -> float:
        """phi(0) and phi'(0) < 0; returns the first trial."""
        raise NotImplementedError

    def accepts(self, eta: float, f: float, slope: float, search: dict[str, float]) -> bool:
        """Whether phi(eta) = f with phi'(eta) = slope ends the search."""
        raise NotImplementedError

    def next(self, eta: float, f: float, slope: float, search: dict[str, float]) -> float:
        """The next trial after one that was not accepted."""
        raise NotImplementedError


def _numbers(record: Schedule | LineSearch) -> list[float]:
    values = (getattr(record, field.name) for field in dataclasses.fields(record))
    return [value for value in values if isinstance(value, float)]
