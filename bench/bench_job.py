"""What is no benchmark: which peers a method is timed against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import bench_descents
import bench_fleets
import bench_updates
import pytest
from job import Group

import ml4pa

#: They take any method.
OWN = {"ml4pa", "NumPy engine", "NumPy over starts"}


@dataclass(frozen=True)
class Unheard(ml4pa.GradientDescent):
    """A method that no peer has a loop for."""

    name: ClassVar[str] = "unheard"


@pytest.mark.parametrize(
    "group",
    [
        group
        for module in (bench_descents, bench_fleets, bench_updates)
        for group in module.GROUPS
        if hasattr(group.case, "method") and group.name == "momentum"
    ],
    ids=lambda group: group.title,
)
def test_peers_without_a_loop_for_a_method_are_skipped(group: Group) -> None:
    case = replace(group.case, method=Unheard(1e-3))
    left = {kind.who for kind in group.jobs if not kind.missing(case)}
    assert left == OWN & {kind.who for kind in group.jobs}
