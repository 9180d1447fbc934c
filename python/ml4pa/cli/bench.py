"""``ml4pa bench``."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .. import machine
from ..landscapes import Beale, Landscape, Rastrigin, Rosenbrock
from ..method import GradientMethod
from ..methods import Adam, GradientDescent, Momentum, Nesterov, RMSprop
from ..minimize import minimize
from .command import Command, whole

ENGINES = ("numpy", "compiled")
#: How many times as many steps the compiled engine makes: else its start would count.
LONGER = 100
PARAMETERS = 1_000_000
POINTS = 200_000


class Case(NamedTuple):
    """Some work, done by either engine; the answers must agree."""

    name: str
    #: ``work(engine)`` returns the answer.
    work: Callable[[str], Any]
    #: Units of work of NumPy's engine and of the compiled one, and what one is called.
    counts: tuple[int, int]
    unit: str


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--steps", metavar="N", type=whole(1), default=1000,
        help=f"steps of each descent in NumPy; the compiled engine makes {LONGER} times as many "
        "(default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--repeats", metavar="N", type=whole(1), default=5,
        help="repeats, of which the median counts (default: %(default)s)",
    )  # fmt: skip


def _run(options: argparse.Namespace) -> int:
    print(machine.describe())
    print(
        f"Medians of {options.repeats} repeats, after one that is not counted. "
        "Both engines must give the same answer.\n"
    )
    print(f"{'work':<46}{'NumPy':>12}{'compiled':>12}{'faster':>10}")
    print("-" * 80)
    for case in _cases(options.steps):
        slow, fast = (_timed(case, engine, options.repeats) for engine in ENGINES)
        if not np.allclose(slow.answer, fast.answer, rtol=1e-9, atol=0.0):
            print(f"ml4pa: error: {case.name}: the engines differ: please report", file=sys.stderr)
            return 1
        each = [t.seconds / count * 1e9 for t, count in zip((slow, fast), case.counts, strict=True)]
        ratio = each[0] / each[1]
        times = "".join(f"{f'{ns:,.1f} ns':>12}" for ns in each)
        faster = f"{ratio:,.{1 if ratio < 100 else 0}f}×"
        print(f"{f'{case.name}, {case.unit}':<46}{times}{faster:>10}", flush=True)
    return 0


class Timed(NamedTuple):
    """The median time of a case, and its answer."""

    seconds: float
    answer: Any


def _timed(case: Case, engine: str, repeats: int) -> Timed:
    answer = case.work(engine)  # the first call warms up and is not counted
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        case.work(engine)
        times.append(time.perf_counter() - began)
    return Timed(statistics.median(times), answer)


def _cases(steps: int) -> Iterator[Case]:
    for method in (
        GradientDescent(1e-5), Momentum(1e-5), Nesterov(1e-5), RMSprop(1e-3), Adam(1e-3),
    ):  # fmt: skip
        yield _descent(method, steps)
    for method in (Momentum(1e-3), RMSprop(1e-3), Adam(1e-3)):
        yield _update(method)
    for f in (Rosenbrock(10), Rastrigin(10)):
        yield _values(f)


def _descent(method: GradientMethod, steps: int) -> Case:
    f, x0 = Beale(), [4.0, 3.0]
    counts = (steps, LONGER * steps)

    def work(engine: str) -> Any:
        most = counts[ENGINES.index(engine)]
        result = minimize(f, x0, method, max_iter=most, target=-1.0, record=True, engine=engine)
        assert result.path is not None
        return result.path.x[steps]

    return Case(f"{type(method).__name__} on Beale, path kept", work, counts, "a step")


def _update(method: GradientMethod) -> Case:
    g = np.random.default_rng(1).standard_normal(PARAMETERS)
    x0 = np.zeros(PARAMETERS)
    runs = {engine: method.start(x0, engine=engine) for engine in ENGINES}

    def work(engine: str) -> Any:
        run = runs[engine]
        run.tell(run.ask(), 0.0, g)
        return run.ask()[::1000]

    return Case(f"{type(method).__name__} of 10⁶ numbers", work, (PARAMETERS,) * 2, "a number")


def _values(f: Landscape) -> Case:
    x = np.random.default_rng(2).uniform(-5.0, 5.0, (POINTS, 10))

    def work(engine: str) -> Any:
        return f(x) if engine == "compiled" else f._value(x)

    return Case(f"{f.name} in {f.n} dimensions", work, (POINTS,) * 2, "a point")


BENCH = Command(
    "bench",
    "time this machine against the NumPy engine",
    "  ml4pa bench\n  ml4pa bench --repeats 15 --steps 5000\n",
    _options,
    _run,
)
