"""Descents of the tour: run, timed in both engines, and turned into a row of its table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..method import Method
from ..minimize import minimize
from ..objective import Array, Objective
from ..result import Result

#: Of longer descents the NumPy engine is timed on so many steps, and the time scaled by the steps.
NUMPY_STEPS = 1000
#: Repeated until about so many seconds are spent, three times at least; the median counts. What
#: takes longer than the second number is done once.
ENOUGH, LONG = 0.04, 0.5


@dataclass(frozen=True)
class Row:
    """One line of the tour's table.

    Attributes
    ----------
    name : str
        What was run.
    x, fun : ndarray (n,), float
        What was found: the best point, and its value.
    answer : ndarray (n,) or None
        The analytic answer for x; None where there is no minimum to find.
    found, exact : str
        Both in words.
    steps, gradients : int
        Steps made, and gradients evaluated.
    status : str
        Why it stopped.
    compiled, numpy : float
        Seconds in the two engines, each the median of repeats.
    numpy_steps : int
        The steps on which the NumPy engine was timed; where fewer than ``steps``, ``numpy`` is
        scaled up from them.
    """

    name: str
    x: Array
    fun: float
    answer: Array | None
    found: str
    exact: str
    steps: int
    gradients: int
    status: str
    compiled: float
    numpy: float
    numpy_steps: int

    @property
    def faster(self) -> float:
        """How many times the compiled engine was faster."""
        return self.numpy / self.compiled

    @property
    def scaled(self) -> bool:
        """Whether NumPy's time is scaled up from a part of the steps."""
        return self.numpy_steps < self.steps


def point(x: Array, digits: int = 4) -> str:
    """Coordinates in words: ``(3, 0.5)``, one coordinate without brackets."""
    rounded = [round(float(c), digits) + 0.0 for c in x]  # + 0.0 turns -0 into 0
    words = [f"{c:.{digits + 4}g}" for c in rounded]
    return words[0] if len(words) == 1 else f"({', '.join(words)})"


def seconds(work: Callable[[], Any]) -> float:
    """The median time of some work."""
    times: list[float] = []
    while sum(times) < (ENOUGH if len(times) >= 3 else LONG) and len(times) < 25:
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def descend(
    name: str,
    fun: Objective,
    x0: Any,
    method: Method,
    *,
    answer: Any = None,
    found: Callable[[Result], str] | None = None,
    exact: str = "",
    **limits: Any,
) -> tuple[Result, Row]:
    """Runs a descent with its path kept, times it in both engines, and writes its row."""
    keep = {"record": True, **limits}

    def run(engine: str, **more: Any) -> Result:
        return minimize(fun, x0, method, engine=engine, **{**keep, **more})

    result = run("compiled")
    part = min(result.nit, NUMPY_STEPS)
    shorter = {} if part == result.nit else {"max_iter": part}
    compiled = seconds(lambda: run("compiled"))
    numpy = seconds(lambda: run("numpy", **shorter)) * (max(result.nit, 1) / max(part, 1))
    goal = None if answer is None else np.asarray(answer, dtype=float)
    row = Row(
        name, result.x, result.fun, goal,
        point(result.x) if found is None else found(result),
        exact or ("" if goal is None else point(goal)),
        result.nit, result.njev, reason(result), compiled, numpy, part,
    )  # fmt: skip
    return result, row


def reason(result: Result) -> str:
    """Why a run stopped, in a word or two: ``gradient``, ``step``, ``max iter``, ``diverged``."""
    return result.status.name.removesuffix("_TOLERANCE").lower().replace("_", " ")
