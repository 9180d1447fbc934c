"""Runs the benchmarks and writes RESULTS.md: ``python bench/results.py [section ...]``.

The times are those of pytest-benchmark. The ratios, which decide, are measured apart: ml4pa and a
peer in turns, and the median of time(ml4pa)/time(peer) over the pairs, so that what disturbs the
machine disturbs both; and in processor time, so that waiting for the processor is not counted.
"""

from __future__ import annotations

import one_core

one_core.limit_threads()

import datetime  # noqa: E402
import gc  # noqa: E402
import importlib.metadata  # noqa: E402
import json  # noqa: E402
import platform  # noqa: E402
import re  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
from collections.abc import Sequence  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from pathlib import Path  # noqa: E402

import bench_cmaes  # noqa: E402
import bench_costs  # noqa: E402
import bench_curves  # noqa: E402
import bench_descents  # noqa: E402
import bench_fit  # noqa: E402
import bench_fleets  # noqa: E402
import bench_genetic  # noqa: E402
import bench_import  # noqa: E402
import bench_threads  # noqa: E402
import bench_updates  # noqa: E402
import c_loops  # noqa: E402
import numpy as np  # noqa: E402
from job import Group, Target, paired  # noqa: E402

import ml4pa  # noqa: E402
from ml4pa import _core  # noqa: E402

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
PACKAGES = ("numpy", "numba", "torch", "jax", "optax", "scikit-learn", "scipy", "iminuit")
#: Seconds for one ratio.
BUDGET = 2.0

#: One line a section: its title, and the modules whose groups it shows.
SECTIONS = {
    "Gradient methods": (bench_descents, bench_updates, bench_import),
    "Fleets": (bench_fleets,),
    "CMA-ES": (bench_cmaes,),
    "Threads": (bench_threads,),
    "Genetic algorithm": (bench_genetic,),
    "Fits": (bench_fit,),
    "Costs": (bench_costs,),
    "Curves": (bench_curves,),
}

HEAD = """\
# Results

Written by `python bench/results.py`. Times are medians of pytest-benchmark, the minimum in
brackets, on one core. Ratios are time(ml4pa)/time(peer), below 1 where ml4pa is faster: measured
apart, in processor time, the two in turns; the median of the pairs, and in brackets their
quartiles. Every answer that is timed is also asserted.
"""


@dataclass(frozen=True)
class Timing:
    """Seconds a step, by pytest-benchmark."""

    median: float
    least: float


@dataclass(frozen=True)
class Ratio:
    """ml4pa/peer: quartiles of the pairs."""

    low: float
    median: float
    high: float

    def __str__(self) -> str:
        if self.median < 0.1:
            return f"1/{1 / self.median:.0f} (1/{1 / self.low:.0f} to 1/{1 / self.high:.0f})"
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


Timings = dict[tuple[str, str], Timing]


def run_suite(files: Sequence[str]) -> Timings:
    """Medians and minima by (group, who)."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "benchmarks.json"
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *files, "--benchmark-only",
             f"--benchmark-json={told}"],
            check=True,
        )  # fmt: skip
        runs = json.loads(told.read_text())["benchmarks"]
    timings: Timings = {}
    for run in runs:
        steps, stats = run["extra_info"]["steps"], run["stats"]
        key = run["group"], run["extra_info"]["who"]
        timings[key] = Timing(stats["median"] / steps, stats["min"] / steps)
    return timings


def ratios(group: Group) -> dict[str, Ratio]:
    """ml4pa beside each of its peers that can be run here."""
    found = {}
    for kind in group.jobs[1:]:
        if not kind.missing(group.case):
            pairs = paired(group.jobs[0](group.case), kind(group.case), BUDGET)
            low, median, high = np.quantile(pairs, [0.25, 0.5, 0.75])
            found[kind.who] = Ratio(float(low), float(median), float(high))
            gc.collect()
    return found


def must(target: Target, unit: str) -> str:
    """A target in words."""
    if not target.peer:
        return f"≤ {target.most:g} {unit}"
    return f"≤ {target.most:.2f}" if target.most >= 0.1 else f"≤ 1/{1 / target.most:.0f}"


def verdict(group: Group, target: Target, timings: Timings, found: dict[str, Ratio]) -> str:
    """Met or missed."""
    if target.peer:
        reached = found[target.peer].median if target.peer in found else None
    else:
        reached = timings[group.title, group.jobs[0].who].median * group.units
    if reached is None:
        return "not run"
    return "met" if reached <= target.most else "**missed**"


def table(group: Group, timings: Timings, found: dict[str, Ratio]) -> list[str]:
    """One group."""
    lines = [
        f"**{group.title}**",
        "",
        f"| | {group.unit} | ml4pa / it | must be | |",
        "|---|---|---|---|---|",
    ]
    targets = {target.peer or group.jobs[0].who: target for target in group.targets}
    for kind in group.jobs:
        timing = timings.get((group.title, kind.who))
        if timing is None:
            continue
        median, least = (f"{a * group.units:.3g}" for a in (timing.median, timing.least))
        cells = [kind.who, f"{median} ({least})", str(found.get(kind.who, ""))]
        if target := targets.get(kind.who):
            cells += [must(target, group.unit), verdict(group, target, timings, found)]
        else:
            cells += ["", ""]
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def machine() -> list[str]:
    """Where, when, and with what."""
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", info.read_text()) if info.exists() else []
    versions = []
    for name in PACKAGES:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{name} (not installed)")
    if cc := c_loops.compiler():
        told = subprocess.run([cc, "--version"], capture_output=True, text=True, check=True)
        versions.append(told.stdout.splitlines()[0])
    processor = names[0] if names else platform.processor()
    today = datetime.date.today().isoformat()
    return [
        f"- {today}: {processor}, {platform.system()}; ml4pa {ml4pa.__version__} on {_core.isa}",
        f"- Python {platform.python_version()}, {', '.join(versions)}",
        "",
    ]


def section(title: str) -> str:
    """Measures a section and puts it into words."""
    modules = SECTIONS[title]
    timings = run_suite([str(module.__file__) for module in modules])
    before = one_core.pin()
    lines: list[str] = [f"## {title}", "", *machine()]
    for module in modules:
        for group in module.GROUPS:
            print(group.title, file=sys.stderr)
            lines += table(group, timings, ratios(group))
    one_core.unpin(before)
    return "\n".join(lines)


def put(text: str, title: str, new: str) -> str:
    """RESULTS.md with a section replaced, or added at its end."""
    begin, end = f"<!-- begin: {title} -->", f"<!-- end: {title} -->"
    new = f"{begin}\n{new.rstrip()}\n{end}\n"
    if begin not in text:
        return f"{text.rstrip()}\n\n{new}"
    return text[: text.index(begin)] + new + text[text.index(end) + len(end) + 1 :]


def main(titles: Sequence[str]) -> int:
    """Measures the sections named, all of them without a name."""
    for title in titles or SECTIONS:
        if title not in SECTIONS:
            print(f"{title!r} must be one of {', '.join(map(repr, SECTIONS))}", file=sys.stderr)
            return 2
    for title in titles or SECTIONS:
        new = section(title)
        old = RESULTS.read_text() if RESULTS.exists() else HEAD
        RESULTS.write_text(put(old, title, new))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
