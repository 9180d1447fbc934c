"""`import ml4pa`, beyond `import numpy`."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from job import Group, Job, Target, benchmarks, run

CHILD = """
import sys, time
import numpy
began = time.process_time()  # without waiting for the processor
import ml4pa
print(time.process_time() - began, 'matplotlib' in sys.modules, 'scipy' in sys.modules)
"""


class Clock:
    """The seconds that the children have counted."""

    seconds = 0.0


def children_clock() -> float:
    """The timer of this benchmark: starting an interpreter and importing NumPy is not counted."""
    return Clock.seconds


class Import(Job):
    who = "ml4pa"

    def __init__(self, case: Any) -> None:
        pass

    def work(self) -> None:
        # An installed package has its bytecode: so has this one, after the warm-up.
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        told = subprocess.run(
            [sys.executable, "-c", CHILD],
            check=True,
            capture_output=True,
            text=True,
            env=environment,
        )
        spent, *self.imported = told.stdout.split()
        Clock.seconds += float(spent)

    def check(self) -> None:
        assert self.imported == ["False", "False"], "matplotlib or SciPy was imported"


GROUPS = (
    Group(
        title="import ml4pa, beyond import numpy, processor time",
        unit="ms",
        units=1e3,
        case=None,
        jobs=(Import,),
        targets=(Target(40.0),),
        rounds=25,
    ),
)


@pytest.mark.benchmark(timer=children_clock)
@benchmarks(GROUPS)
def test_import(benchmark: Any, group: Group, kind: type[Job]) -> None:
    run(benchmark, group, kind)
