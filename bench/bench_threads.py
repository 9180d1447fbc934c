"""A generation on two threads beside one: an objective of 100 µs in machine code, and cheap ones,
which threads must not slow down. Wall time, on all processors."""

from __future__ import annotations

import functools
import math
import time
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from job import Group, Job, Target, benchmarks, run
from one_core import all_cpus

import ml4pa


@functools.cache
def spinning(turns: int) -> Any:
    """The sphere, which adds for a while before."""
    import numba
    from numba import types

    @numba.cfunc(types.double(types.intc, types.CPointer(types.double)))
    def sphere(n: Any, x: Any) -> Any:
        total = 0.0
        for i in range(n):
            total += x[i] * x[i]
        waste = 1.0 + abs(x[0])
        for _ in range(turns):
            waste = waste * 0.999 + 1e-3
        return total + 0.0 * waste

    return sphere


def calibrated(seconds: float) -> int:
    """Turns that take so long."""
    f = ml4pa.CompiledFunction(spinning(1_000_000), 1)
    took = math.inf
    for _ in range(5):
        began = time.perf_counter()
        f([1.0])
        took = min(took, time.perf_counter() - began)
    return round(1_000_000 * seconds / took)


@dataclass(frozen=True)
class Size:
    """A dimension, generations in one work, and seconds of an evaluation; 0: as quick as it is."""

    n: int
    generations: int
    seconds: float = 0.0


class Generations(Job):
    """CMA-ES, from the start anew each time."""

    threads: ClassVar[int | None]
    needs = ("numba",)
    clock = staticmethod(time.perf_counter)

    def __init__(self, case: Size) -> None:
        self.case, self.steps = case, case.generations
        turns = turns_of(case.seconds) if case.seconds else 0
        self.f = ml4pa.CompiledFunction(spinning(turns), case.n)
        self.method = ml4pa.CMAES(0.5, tolfun=0, tolx=0)

    def work(self) -> None:
        with all_cpus():
            self.result = ml4pa.minimize(
                self.f, np.ones(self.case.n), self.method, rng=1, max_iter=self.case.generations,
                threads=self.threads,
            )  # fmt: skip

    def check(self) -> None:
        """The bytes are those of one thread and of a quick objective."""
        f = ml4pa.CompiledFunction(spinning(0), self.case.n)
        expected = ml4pa.minimize(
            f, np.ones(self.case.n), self.method, rng=1, max_iter=self.case.generations, threads=1
        )
        assert self.result.x.tobytes() == expected.x.tobytes()
        assert self.result.nfev == expected.nfev


turns_of = functools.cache(calibrated)


class TwoThreads(Generations):
    who = "ml4pa, two threads"
    threads = 2


class OneThread(Generations):
    who = "ml4pa, one thread"
    threads = 1


class Fits(Job):
    """CMA-ES fits a network: the cost of all data, an evaluation on one of the threads."""

    threads: ClassVar[int | None]
    clock = staticmethod(time.perf_counter)

    def __init__(self, case: Size) -> None:
        self.case, self.steps = case, case.generations
        rng = np.random.default_rng(1)
        X = rng.uniform(-1.0, 1.0, (case.n, 1))
        model = ml4pa.MLP((1, 5, 3, 1))
        self.f = ml4pa.Cost(model, X, np.sin(3.0 * X[:, 0]))
        self.start = model.initial(1)

    def fitted(self, threads: int | None) -> Any:
        return ml4pa.minimize(
            self.f, self.start, ml4pa.CMAES(0.5, tolfun=0, tolx=0), rng=1,
            max_iter=self.case.generations, threads=threads,
        )  # fmt: skip

    def work(self) -> None:
        with all_cpus():
            self.result = self.fitted(self.threads)

    def check(self) -> None:
        expected = self.fitted(1)
        assert self.result.x.tobytes() == expected.x.tobytes()
        assert self.result.nfev == expected.nfev


class FitOnTwo(Fits):
    who = "ml4pa, two threads"
    threads = 2


class FitOnOne(Fits):
    who = "ml4pa, one thread"
    threads = 1


TITLE = "CMA-ES on threads"

GROUPS = (
    Group(f"{TITLE}: n = 10, 100 µs an evaluation", "µs", 1e6, Size(10, 40, 100e-6),
          (TwoThreads, OneThread), (Target(1 / 1.8, "ml4pa, one thread"),), rounds=10),
    Group(f"{TITLE}: n = 40, 100 µs an evaluation", "µs", 1e6, Size(40, 40, 100e-6),
          (TwoThreads, OneThread), (Target(1 / 1.8, "ml4pa, one thread"),), rounds=10),
    Group(f"{TITLE}: n = 2, some ns an evaluation", "µs", 1e6, Size(2, 300),
          (TwoThreads, OneThread), (Target(1.05, "ml4pa, one thread"),), rounds=30),
    Group(f"{TITLE}: n = 40, some ns an evaluation", "µs", 1e6, Size(40, 300),
          (TwoThreads, OneThread), (Target(1.05, "ml4pa, one thread"),), rounds=30),
    Group(f"{TITLE}: the cost of a network (1, 5, 3, 1) on 5000 data", "µs", 1e6, Size(5000, 40),
          (FitOnTwo, FitOnOne), (Target(1 / 1.8, "ml4pa, one thread"),), rounds=10),
)  # fmt: skip


@benchmarks(GROUPS)
def test_generations(benchmark: Any, group: Group, kind: type[Job]) -> None:
    run(benchmark, group, kind)
