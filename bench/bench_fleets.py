"""10^4 descents of 10^3 steps on Beale's function in one call, and a map of Newton's basins."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Container
from dataclasses import dataclass
from typing import Any, ClassVar

import bench_descents
import numpy as np
from job import Group, Job, Target, benchmarks, run

import ml4pa

STEPS = 1000
#: A learning rate of Adam's at which no descent comes to a gradient of exactly 0 before.
ADAM = ml4pa.Adam(1e-4)
METHODS = tuple(ADAM if m.name == "adam" else m for m in bench_descents.METHODS)
STARTS = np.random.default_rng(1).uniform([2.0, 0.0], [4.0, 1.0], (10_000, 2))
BEALE = ml4pa.landscapes.Beale()


@dataclass(frozen=True)
class Fleet:
    """A method, from all starts for STEPS steps."""

    method: ml4pa.GradientMethod
    record: bool = False

    @property
    def numbers(self) -> list[float]:
        """learning_rate and the method's own hyper-parameters."""
        return [self.method.learning_rate, *self.method.hyper_parameters().values()]


def multistart(case: Fleet, record: bool | int, threads: int = 1) -> ml4pa.Multistart:
    """All descents by ml4pa."""
    return ml4pa.multistart(
        BEALE, STARTS, case.method, gtol=0, max_iter=STEPS, record=record, threads=threads
    )


@functools.cache
def ends(case: Fleet) -> Any:
    """Where the descents of the NumPy engine, or of `minimize`, end: some of them."""
    return np.array([
        ml4pa.minimize(BEALE, x0, case.method, gtol=0, max_iter=STEPS, record=True).path.x[-1]
        for x0 in STARTS[::100]
    ])  # fmt: skip


class FleetJob(Job):
    """`work` leaves the ends in `told`."""

    steps = STEPS * len(STARTS)

    def __init__(self, case: Fleet) -> None:
        self.case = case
        self.told: Any = None

    def check(self) -> None:
        told = np.asarray(self.told)
        assert told.shape == (len(STARTS), 2)
        np.testing.assert_allclose(
            told[::100], ends(self.case), rtol=1e-6, atol=bench_descents.swing(self.case.method)
        )


class Compiled(FleetJob):
    who = "ml4pa"
    threads = 1

    def work(self) -> None:
        self.result = multistart(self.case, False, self.threads)

    def check(self) -> None:
        assert self.result.engine == "compiled" and (self.result.nit == STEPS).all()
        for i in range(0, len(STARTS), 1000):
            alone = ml4pa.minimize(BEALE, STARTS[i], self.case.method, gtol=0, max_iter=STEPS)
            assert alone.nit == self.result.nit[i]
            assert np.array_equal(alone.x, self.result.x[i])


class CompiledPaths(FleetJob):
    """The memory of the last call's paths is used again; numba's is fresh in every call."""

    who = "ml4pa"

    def work(self) -> None:
        self.result = multistart(self.case, True)

    def check(self) -> None:
        paths = self.result.path
        assert paths.x.shape == (len(STARTS), STEPS + 1, 2)
        self.told = paths.x[:, -1]
        super().check()


class Numba(FleetJob):
    """Blocks of 64 side by side, the formula as it is printed."""

    who = "numba, blocks of 64"
    needs = ("numba",)
    formula = "textbook"
    fastmath = False

    @classmethod
    def methods(cls) -> Container[str]:
        import numba_fleets

        return numba_fleets.FLEETS

    def __init__(self, case: Fleet) -> None:
        import numba_fleets

        super().__init__(case)
        formula = getattr(numba_fleets, self.formula)
        self.loop = numba_fleets.ends(case.method.name, formula, self.fastmath)

    def work(self) -> None:
        self.told = self.loop(STARTS, STEPS, *self.case.numbers)


class NumbaGrouped(Numba):
    """With the gradient grouped as in ml4pa, which needs fewer operations."""

    who = "numba, blocks of 64, grouped as ml4pa"
    formula = "beale"


class NumbaFastmath(NumbaGrouped):
    who = "numba, blocks of 64, grouped, fastmath"
    fastmath = True


class NumbaBest(FleetJob):
    """The same answer: the best point of each descent, and its value, bit for bit."""

    who = "numba, blocks of 64, grouped, the best point kept"
    needs = ("numba",)

    @classmethod
    def methods(cls) -> Container[str]:
        import numba_fleets

        return numba_fleets.FLEETS

    def __init__(self, case: Fleet) -> None:
        import numba_fleets

        super().__init__(case)
        self.loop = numba_fleets.bests(case.method.name, numba_fleets.beale)

    def work(self) -> None:
        self.told = self.loop(STARTS, STEPS + 1, *self.case.numbers)

    def check(self) -> None:
        expected = multistart(self.case, False)
        assert np.array_equal(self.told, np.column_stack([expected.x, expected.fun]))


class NumbaPaths(FleetJob):
    """Blocks of 64 side by side."""

    who = "numba, blocks of 64"
    needs = ("numba",)
    maker = "paths"

    @classmethod
    def methods(cls) -> Container[str]:
        import numba_fleets

        return numba_fleets.FLEETS

    def __init__(self, case: Fleet) -> None:
        import numba_fleets

        super().__init__(case)
        self.loop = getattr(numba_fleets, self.maker)(case.method.name)

    def work(self) -> None:
        self.paths = self.loop(STARTS, STEPS + 1, *self.case.numbers)

    def check(self) -> None:
        self.told = self.paths[0][:, -1]
        super().check()


class NumbaPathsOneByOne(NumbaPaths):
    who = "numba, one after another"
    maker = "paths_one_by_one"


class JaxVmap(FleetJob):
    who = "jax vmap of a scan"
    needs = ("jax",)

    @classmethod
    def methods(cls) -> Container[str]:
        import jax_loops

        return jax_loops.UPDATES

    def __init__(self, case: Fleet) -> None:
        import jax_loops

        super().__init__(case)
        self.loop = jax_loops.fleet(case.method.name, STEPS)

    def work(self) -> None:
        self.told = self.loop(STARTS, *self.case.numbers)
        self.told.block_until_ready()


class NumpyOverStarts(FleetJob):
    """The NumPy of ml4pa's own methods, on all starts at once."""

    who = "NumPy over starts"
    slow = True

    def work(self) -> None:
        method, theta = self.case.method, STARTS.copy()
        state = method.init(theta)
        for _ in range(STEPS):
            ahead = method.look_ahead(theta, state)
            theta = method.step(theta, gradient(ahead), method.learning_rate, state)
        self.told = method.look_ahead(theta, state)


def gradient(points: Any) -> Any:
    """Beale's gradient at points (m, 2)."""
    x, y = points.T
    y2 = y * y
    t1, t2, t3 = 1.5 - x + x * y, 2.25 - x + x * y2, 2.625 - x + x * y * y2
    g = np.empty_like(points)
    g[:, 0] = 2 * (t1 * (y - 1) + t2 * (y2 - 1) + t3 * (y * y2 - 1))
    g[:, 1] = 2 * x * (t1 + 2 * t2 * y + 3 * t3 * y2)
    return g


class Basins(Job):
    """A million starts of Newton's method."""

    who = "ml4pa"
    slow = True
    f: ClassVar[Any] = ml4pa.landscapes.Himmelblau()

    def __init__(self, case: Any) -> None:
        axis = np.linspace(-5, 5, 1000)
        self.starts = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)

    def work(self) -> None:
        self.result = ml4pa.multistart(self.f, self.starts, ml4pa.Newton(), threads=1)

    def check(self) -> None:
        assert len(self.result) == 10**6
        for i in range(0, 10**6, 99_991):
            alone = ml4pa.minimize(self.f, self.starts[i], ml4pa.Newton())
            assert alone.message == self.result.message(i)
            assert np.array_equal(alone.x, self.result.x[i])


class OneThread(Compiled):
    """In time as it passes, on all processors."""

    who = "one thread"
    clock = staticmethod(time.perf_counter)

    def prepare(self) -> None:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, range(os.cpu_count() or 1))


class TwoThreads(OneThread):
    who = "two threads"
    threads = 2


ENDS = (
    Compiled,
    Numba,
    NumbaGrouped,
    NumbaFastmath,
    NumbaBest,
    JaxVmap,
    NumpyOverStarts,
)
GROUPS = (
    *(
        Group(
            title=f"10^4 descents of 10^3 steps on Beale, ends only: {method.name}",
            unit="ns a step and descent",
            units=1e9,
            case=Fleet(method),
            jobs=ENDS,
            targets=(
                Target(1.0, Numba.who),
                Target(1.0, NumbaBest.who),
                Target(1 / 1.5, JaxVmap.who),
                Target(1 / 10, NumpyOverStarts.who),
            ),
            rounds=5,
        )
        for method in METHODS
    ),
    *(
        Group(
            title=f"the same with paths kept: {method.name}",
            unit="ns a step and descent",
            units=1e9,
            case=Fleet(method, record=True),
            jobs=(CompiledPaths, NumbaPaths, NumbaPathsOneByOne),
            targets=(Target(0.5, NumbaPaths.who), Target(0.5, NumbaPathsOneByOne.who)),
            rounds=4,
        )
        for method in METHODS
    ),
    Group(
        title="1000 x 1000 starts of Newton's method on Himmelblau",
        unit="s",
        units=1.0,
        case=None,
        jobs=(Basins,),
        targets=(Target(1.0),),
        rounds=3,
    ),
    Group(
        title="10^4 descents on two threads: adam",
        unit="ns a step and descent",
        units=1e9,
        case=Fleet(ADAM),
        jobs=(TwoThreads, OneThread),
        targets=(Target(1 / 1.8, OneThread.who),),
        rounds=5,
    ),
)


@benchmarks(GROUPS)
def test_fleet(benchmark: Any, group: Group, kind: type[Job]) -> None:
    run(benchmark, group, kind)
