"""Jobs: the same work by several libraries, timed alike, each with the answer that it must give."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

#: Packages of the extra `bench`; numba comes with the extra `test`.
PEERS = {"torch", "jax", "optax", "sklearn", "iminuit"}


class Job:
    """One library at one piece of work."""

    #: Whose work it is.
    who: ClassVar[str]
    #: The packages it needs.
    needs: ClassVar[tuple[str, ...]] = ()
    #: Slow ones are timed a few times only.
    slow: ClassVar[bool] = False
    #: Steps or calls in one `work`.
    steps: int = 1
    #: The clock of the ratios: processor time, so that waiting for the processor is not counted.
    clock: ClassVar[Callable[[], float]] = staticmethod(time.process_time)

    def __init__(self, case: Any) -> None:
        raise NotImplementedError

    @classmethod
    def methods(cls) -> Container[str] | None:
        """The names of the methods that it has a loop for; None where it needs none."""
        return None

    @classmethod
    def missing(cls, case: Any) -> str:
        """Why it cannot be done here; empty where it can."""
        absent = [name for name in cls.needs if importlib.util.find_spec(name) is None]
        if absent:
            return f"{', '.join(absent)} not installed"
        known = cls.methods()
        return "" if known is None or case.method.name in known else f"no {case.method.name}"

    def prepare(self) -> None:
        """What comes before every `work` and is not timed."""

    def work(self) -> None:
        """What is timed."""
        raise NotImplementedError

    def check(self) -> None:
        """Asserts the answer of the works done so far."""
        raise NotImplementedError


@dataclass(frozen=True)
class Target:
    """ml4pa's time is at most `most` times the peer's, or without a peer `most` units."""

    most: float
    peer: str = ""


@dataclass(frozen=True)
class Group:
    """The same work by ml4pa, the first of `jobs`, and by its peers."""

    title: str
    unit: str
    units: float  # in a second
    case: Any
    jobs: tuple[type[Job], ...]
    targets: tuple[Target, ...] = ()
    rounds: int = 100

    @property
    def name(self) -> str:
        """The last words of the title."""
        return self.title.rpartition(": ")[2]


def benchmarks(groups: Iterable[Group]) -> Any:
    """Parametrises a benchmark over all jobs of the groups."""
    return pytest.mark.parametrize(
        ("group", "kind"),
        [
            pytest.param(
                group,
                kind,
                id=f"{group.name}-{kind.who}",
                marks=[pytest.mark.peers] if PEERS & set(kind.needs) else [],
            )
            for group in groups
            for kind in group.jobs
        ],
    )


def run(benchmark: Any, group: Group, kind: type[Job], case: Any = None) -> None:
    """Times a job and asserts its answer. `case` replaces the group's where nothing is timed."""
    if reason := kind.missing(group.case):
        pytest.skip(reason)
    job = kind(group.case if case is None or benchmark.enabled else case)
    benchmark.group = group.title
    benchmark.extra_info.update(who=kind.who, steps=job.steps)
    benchmark.pedantic(
        job.work, setup=job.prepare, rounds=5 if kind.slow else group.rounds, warmup_rounds=1
    )
    job.check()


def seconds(job: Job) -> float:
    """The time of one work by the job's clock."""
    job.prepare()
    began = job.clock()
    job.work()
    return job.clock() - began


def paired(a: Job, b: Job, budget: float) -> np.ndarray[Any, Any]:
    """time(a)/time(b), pair by pair, in turns: what disturbs the machine disturbs both."""
    for job in (a, b, a, b):  # compiled, and in the cache
        last = seconds(job)
    pairs = int(np.clip(budget / (last + seconds(a)), 5, 1000))
    ratios = []
    for i in range(pairs):
        if i % 2:
            time_a, time_b = seconds(a), seconds(b)
        else:
            time_b, time_a = seconds(b), seconds(a)
        ratios.append(time_a / a.steps / (time_b / b.steps))
    a.check()
    b.check()
    return np.array(ratios)
