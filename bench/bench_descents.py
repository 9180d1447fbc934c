"""10^4 steps on Beale's function, the whole path kept."""

from __future__ import annotations

import functools
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

import numpy as np
from job import Group, Job, Target, benchmarks, run

import ml4pa

START = (4.0, 3.0)
STEPS = 10_000

#: With these, 10^4 steps are really made: none of them ends at a gradient of exactly 0.
METHODS = (
    ml4pa.GradientDescent(1e-5),
    ml4pa.Momentum(1e-5),
    ml4pa.Nesterov(1e-5),
    ml4pa.RMSprop(1e-3),
    ml4pa.Adam(1e-2),
)


@dataclass(frozen=True)
class Descent:
    """A method, from START for STEPS steps."""

    method: ml4pa.GradientMethod

    @property
    def numbers(self) -> list[float]:
        """learning_rate and the method's own hyper-parameters."""
        return [self.method.learning_rate, *self.method.hyper_parameters().values()]


BEALE = ml4pa.landscapes.Beale()


def minimize(case: Descent, engine: str) -> ml4pa.Result:
    """10^4 steps by ml4pa."""
    return ml4pa.minimize(
        BEALE,
        START,
        case.method,
        gtol=0,
        max_iter=STEPS,
        record=True,
        engine=engine,
    )


@functools.cache
def expected(case: Descent) -> ml4pa.Path:
    """The path of the NumPy engine."""
    result = minimize(case, "numpy")
    assert result.nit == STEPS
    assert result.path is not None
    return result.path


def swing(method: ml4pa.GradientMethod) -> float:
    """How far apart two of its ends may be: RMSprop swings about the minimum by its learning rate,
    which rounding turns about."""
    return 3.0 * method.learning_rate if method.name == "rmsprop" else 0.0


class DescentJob(Job):
    """`work` leaves the path and its values in `told`."""

    steps = STEPS
    #: Whether the path equals the NumPy engine's bit for bit. Where not, rounding grows as the
    #: descent swings about the valley: relative 1e-9 for 1000 steps, and 1e-6 at the end.
    exact = True

    def __init__(self, case: Descent) -> None:
        self.case = case
        self.told: tuple[Any, Any] = (None, None)

    def check(self) -> None:
        path, values = (np.asarray(a) for a in self.told)
        reference = expected(self.case)
        assert path.shape == (STEPS + 1, 2)
        if self.exact:
            assert np.array_equal(path, reference.x)
            assert np.array_equal(values, reference.fun)
        else:
            np.testing.assert_allclose(path[:1000], reference.x[:1000], rtol=1e-9)
            np.testing.assert_allclose(values[:1000], reference.fun[:1000], rtol=1e-9)
            np.testing.assert_allclose(
                path[-1], reference.x[-1], rtol=1e-6, atol=swing(self.case.method)
            )


class Compiled(DescentJob):
    who = "ml4pa"
    engine = "compiled"

    def work(self) -> None:
        self.result = minimize(self.case, self.engine)

    def check(self) -> None:
        path = self.result.path
        assert path is not None
        assert self.result.nit == STEPS
        assert self.result.engine == self.engine
        self.told = path.x, path.fun
        super().check()


class NumpyEngine(Compiled):
    who = "NumPy engine"
    engine = "numpy"
    slow = True


class Numba(DescentJob):
    """The harder comparison: Beale's gradient grouped for short latency, as ml4pa groups it."""

    who = "numba, grouped as ml4pa"
    needs = ("numba",)
    fastmath = False
    formula = "beale"

    @classmethod
    def methods(cls) -> Container[str]:
        import numba_loops

        return numba_loops.DESCENTS

    def __init__(self, case: Descent) -> None:
        import numba_loops

        super().__init__(case)
        formula = getattr(numba_loops, self.formula)
        self.loop = numba_loops.descent(case.method.name, self.fastmath, formula)

    def work(self) -> None:
        self.told = self.loop(*START, STEPS + 1, *self.case.numbers)


class NumbaFastmath(Numba):
    who = "numba, fastmath"
    fastmath = True
    exact = False


class NumbaTextbook(Numba):
    """The loop that one writes: the formula as it is printed."""

    who = "numba"
    formula = "textbook"
    exact = False


class JaxScan(DescentJob):
    who = "jax scan"
    needs = ("jax",)
    exact = False

    @classmethod
    def methods(cls) -> Container[str]:
        import jax_loops

        return jax_loops.UPDATES

    def __init__(self, case: Descent) -> None:
        import jax_loops

        super().__init__(case)
        self.loop = jax_loops.descent(case.method.name, STEPS + 1)

    def work(self) -> None:
        self.told = self.loop(*START, *self.case.numbers)
        self.told[0].block_until_ready()


GROUPS = tuple(
    Group(
        title=f"10^4 steps on Beale, path kept: {method.name}",
        unit="ns a step",
        units=1e9,
        case=Descent(method),
        jobs=(Compiled, NumbaTextbook, Numba, NumbaFastmath, JaxScan, NumpyEngine),
        targets=(
            Target(1.0, NumbaTextbook.who),
            Target(1.0, Numba.who),
            Target(1 / 400, "NumPy engine"),
        ),
        rounds=300,
    )
    for method in METHODS
)


@benchmarks(GROUPS)
def test_descent(benchmark: Any, group: Group, kind: type[Job]) -> None:
    run(benchmark, group, kind)
