"""Spaces: which hyper-parameters of a method may be tuned, and in which ranges."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from . import checks
from .method import Method


@dataclass(frozen=True, repr=False)
class Range:
    """What a hyper-parameter may be: all numbers from ``low`` to ``high``.

    ``at(u)`` is the one at the part u of the way, 0 <= u <= 1; ``part(value)`` is that u.
    """

    low: float
    high: float

    #: What makes it.
    word: ClassVar[str] = ""

    def __post_init__(self) -> None:
        low, high = checks.interval(self.word or "range", (self.low, self.high))
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    def at(self, u: float) -> Any:
        return self.low + u * (self.high - self.low)

    def part(self, value: float) -> float:
        return (value - self.low) / (self.high - self.low)

    def __repr__(self) -> str:
        return f"{self.word}({self.low:g}, {self.high:g})"


@dataclass(frozen=True, repr=False)
class LogRange(Range):
    """Even in the logarithm: what `log_scale` makes."""

    word: ClassVar[str] = "log_scale"

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.within("low", self.low, gt=0)

    def at(self, u: float) -> float:
        return float(self.low * (self.high / self.low) ** u)

    def part(self, value: float) -> float:
        return math.log(value / self.low) / math.log(self.high / self.low)


@dataclass(frozen=True, repr=False)
class NearOne(Range):
    """Even in the logarithm of the distance from 1: what `near_one` makes."""

    word: ClassVar[str] = "near_one"

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.within("high", self.high, lt=1)

    def at(self, u: float) -> float:
        return float(1.0 - (1.0 - self.low) * ((1.0 - self.high) / (1.0 - self.low)) ** u)

    def part(self, value: float) -> float:
        width = math.log((1.0 - self.high) / (1.0 - self.low))
        return math.log((1.0 - value) / (1.0 - self.low)) / width


@dataclass(frozen=True, repr=False)
class Integers(Range):
    """Whole numbers, both ends among them: what `integers` makes."""

    word: ClassVar[str] = "integers"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("low", "high"):
            checks.count(name, getattr(self, name), least=-(1 << 62))

    def at(self, u: float) -> int:
        low, high = int(self.low), int(self.high)
        return min(low + int(u * (high - low + 1)), high)

    def part(self, value: float) -> float:
        return (value - self.low + 0.5) / (self.high - self.low + 1.0)


def log_scale(low: float, high: float) -> LogRange:
    """A range of positive numbers whose orders of magnitude count: a learning rate.

    Examples
    --------
    >>> import ml4pa
    >>> rates = ml4pa.log_scale(1e-4, 1.0)
    >>> round(rates.at(0.5), 6)
    0.01
    """
    return LogRange(low, high)


def near_one(low: float, high: float) -> NearOne:
    """A range of numbers below 1 whose distance from 1 counts: a momentum or a decay rate.

    A running average with decay rate b remembers some 1/(1 - b) steps, so that 0.9 and 0.99 are as
    far apart as 0.99 and 0.999.

    Examples
    --------
    >>> import ml4pa
    >>> round(ml4pa.near_one(0.9, 0.999).at(0.5), 6)
    0.99
    """
    return NearOne(low, high)


def integers(low: int, high: int) -> Integers:
    """A range of whole numbers, both ends among them: a population size.

    Examples
    --------
    >>> import ml4pa
    >>> sizes = ml4pa.integers(4, 6)
    >>> [sizes.at(u) for u in (0.0, 0.5, 1.0)]
    [4, 5, 6]
    """
    return Integers(low, high)


@dataclass(frozen=True)
class Space:
    """Methods that differ in some hyper-parameters; see `space`.

    Attributes
    ----------
    make : callable
        ``make(**values)`` is a Method: its class, or a function.
    ranges : dict of str to Range
        What varies.
    fixed : dict
        What does not.
    """

    make: Callable[..., Method]
    ranges: dict[str, Range]
    fixed: dict[str, Any]

    def values(self, u: Any) -> dict[str, Any]:
        """The hyper-parameters at a point of the unit cube."""
        pairs = zip(self.ranges.items(), u, strict=True)
        return {name: one.at(min(max(float(part), 0.0), 1.0)) for (name, one), part in pairs}

    def method(self, **values: Any) -> Method:
        """The method with these hyper-parameters, and the fixed ones."""
        return self.make(**self.fixed, **values)

    def end(self, u: float) -> Method:
        """The method with every range at the part u of its way."""
        return self.method(**self.values([u] * len(self.ranges)))

    @property
    def default(self) -> Method:
        """The method's own defaults; what has none is in the middle of its range."""
        fields = dataclasses.fields(self.make) if isinstance(self.make, type) else ()
        free = {field.name for field in fields if field.default is not dataclasses.MISSING}
        return self.method(**{k: r.at(0.5) for k, r in self.ranges.items() if k not in free})

    def __repr__(self) -> str:
        given = {**self.ranges, **self.fixed}
        shown = ", ".join(f"{name}={value!r}" for name, value in given.items())
        return f"<Space of {self.make.__name__}: {shown}>"


def space(make: Callable[..., Method], **hyper_parameters: Any) -> Space:
    """Say which hyper-parameters of a method may vary, for `tune`.

    Parameters
    ----------
    make : type or callable
        A Method, ``Adam`` say; or any function that returns one, ``make(**hyper_parameters)``,
        so that a schedule or a line search can be tuned too.
    **hyper_parameters
        By name: a pair ``(low, high)``, ``log_scale(low, high)`` where orders of magnitude count,
        ``near_one(low, high)`` where the distance from 1 does, ``integers(low, high)``; any other
        value is fixed.

    Returns
    -------
    Space

    Raises
    ------
    ValueError, TypeError
        For a name that the method does not have, and for a range whose ends it refuses.

    Examples
    --------
    >>> import ml4pa
    >>> rates = ml4pa.log_scale(1e-4, 1)
    >>> ml4pa.space(ml4pa.Adam, learning_rate=rates, beta1=(0.5, 0.99), beta2=0.99)
    <Space of Adam: learning_rate=log_scale(0.0001, 1), beta1=(0.5, 0.99), beta2=0.99>
    >>> decaying = lambda rate, decay: ml4pa.Momentum(ml4pa.InverseTime(rate, decay))
    >>> cooled = ml4pa.space(decaying, rate=ml4pa.log_scale(1e-4, 1), decay=(0.0, 0.1))
    >>> cooled.method(rate=0.01, decay=0.1).learning_rate
    InverseTime(learning_rate=0.01, decay=0.1)
    """
    checks.maker("make", make, hyper_parameters)
    ranges, fixed = {}, {}
    for name, value in hyper_parameters.items():
        if isinstance(value, tuple) and len(value) == 2:
            ranges[name] = Range(*checks.interval(name, value))
        elif isinstance(value, Range):
            ranges[name] = value
        else:
            fixed[name] = value
    if not ranges:
        raise ValueError(
            "space has nothing that varies: pass a pair, learning_rate=(0.01, 0.1), or "
            "learning_rate=log_scale(1e-4, 1)"
        )
    found = Space(make, ranges, fixed)
    for end in (0.0, 1.0):  # hyper-parameters lie in intervals, so the ends will do
        checks.a_method("make", found.end(end))
    return found
