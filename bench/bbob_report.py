"""Tables and a picture of the runs that `bbob.py` makes.

Where 15 runs are compared with 15, chance alone moves the counts and the medians. A success rate is
called lower where Fisher's exact test says so, and a ratio above 1.1 where Wilcoxon's signed-rank
test does, over the instances that both solved; both one-sided, at the level 0.05. The numbers
themselves are all shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

Array = np.ndarray[Any, Any]
#: The evaluations to the targets that a run reached, by the run.
Runs = dict[int, list[int]]
#: The same by function, for one dimension.
Suite = dict[int, Runs]

NAMES = {
    1: "sphere", 2: "ellipsoid, separable", 3: "Rastrigin, separable", 4: "Büche-Rastrigin",
    5: "linear slope", 6: "attractive sector", 7: "step-ellipsoid", 8: "Rosenbrock",
    9: "Rosenbrock, rotated", 10: "ellipsoid", 11: "discus", 12: "bent cigar", 13: "sharp ridge",
    14: "different powers", 15: "Rastrigin", 16: "Weierstrass", 17: "Schaffer F7",
    18: "Schaffer F7, ill-conditioned", 19: "Griewank-Rosenbrock", 20: "Schwefel",
    21: "Gallagher, 101 peaks", 22: "Gallagher, 21 peaks", 23: "Katsuura",
    24: "Lunacek bi-Rastrigin",
}  # fmt: skip
MOST = 1.1
LEVEL = 0.05


@dataclass(frozen=True)
class Comparison:
    """ml4pa beside a peer, on one function in one dimension."""

    ours: Array  # evaluations to the last target, by run; inf where it was missed
    theirs: Array
    budget: int  # evaluations that a run had which missed it

    @property
    def runs(self) -> int:
        return len(self.ours)

    @property
    def solved(self) -> tuple[int, int]:
        return int(np.isfinite(self.ours).sum()), int(np.isfinite(self.theirs).sum())

    @property
    def both(self) -> Array:
        """Whether both solved the instance."""
        return np.isfinite(self.ours) & np.isfinite(self.theirs)

    @property
    def medians(self) -> tuple[float, float]:
        """Over the instances that both solved."""
        return float(np.median(self.ours[self.both])), float(np.median(self.theirs[self.both]))

    @property
    def ratio(self) -> float:
        if not self.both.any():
            return np.nan
        ours, theirs = self.medians
        return ours / theirs

    @property
    def expected(self) -> float:
        """The ratio of the evaluations that a solution took, those of failed runs included."""
        if 0 in self.solved:
            return np.nan
        ours, theirs = (
            np.minimum(hits, self.budget).sum() / np.isfinite(hits).sum()
            for hits in (self.ours, self.theirs)
        )
        return float(ours / theirs)

    @property
    def lower(self) -> bool:
        """Whether the success rate is lower, beyond chance."""
        a, b = self.solved
        table = [[a, self.runs - a], [b, self.runs - b]]
        return bool(a < b and stats.fisher_exact(table, alternative="less").pvalue < LEVEL)

    @property
    def slower(self) -> bool:
        """Whether the ratio is above 1.1, beyond chance."""
        if not self.ratio > MOST:
            return False
        excess = np.log(self.ours[self.both]) - np.log(MOST * self.theirs[self.both])
        return bool(stats.wilcoxon(excess, alternative="greater").pvalue < LEVEL)

    def cells(self) -> list[str]:
        counts = "{} : {} of {}".format(*self.solved, self.runs)
        counts = f"**{counts}**" if self.lower else counts
        expected = "" if np.isnan(self.expected) else f"{self.expected:.2f}"
        if not self.both.any():
            return [counts, "", "", expected]
        ratio = f"{self.ratio:.2f}"
        ratio = f"**{ratio}**" if self.slower else ratio
        return [counts, "{:.0f} / {:.0f}".format(*self.medians), ratio, expected]


def last(runs: Runs, targets: int) -> Array:
    """The evaluations to the last target, by run; inf where it was missed."""
    return np.array([
        runs[i][-1] if len(runs[i]) == targets else np.inf for i in sorted(runs)
    ])  # fmt: skip


def mean(ratios: list[float] | Array) -> float:
    """The geometric one."""
    return float(np.exp(np.mean(np.log(ratios))))


def table(n: int, found: dict[int, Comparison]) -> list[str]:
    """One dimension."""
    lines = [
        f"**n = {n}**",
        "",
        "| | solved, ml4pa : pycma | evaluations, ml4pa / pycma | ratio | ERT |",
        "|---|---|---|---|---|",
    ]
    for function, comparison in found.items():
        cells = [f"f{function} {NAMES[function]}", *comparison.cells()]
        lines.append(f"| {' | '.join(cells)} |")
    ours, theirs = np.sum([c.solved for c in found.values()], axis=0)
    ratios = [c.ratio for c in found.values() if c.both.any()]
    expected = [c.expected for c in found.values() if not np.isnan(c.expected)]
    lines += [
        f"| all | {ours} : {theirs} | | {mean(ratios):.2f} | {mean(expected):.2f} |",
        "",
    ]
    return lines


def names(found: dict[int, dict[int, Comparison]], what: str) -> str:
    """The functions for which something holds, by dimension."""
    told = [
        f"f{function} (n = {n})"
        for n, comparisons in found.items()
        for function, c in comparisons.items()
        if getattr(c, what)
    ]
    return ", ".join(told) or "none"


def verdict(found: dict[int, dict[int, Comparison]]) -> list[str]:
    """What the tables come to."""
    every = [c for comparisons in found.values() for c in comparisons.values()]
    ratios = np.array([c.ratio for c in every if c.both.any()])
    above = int((ratios > MOST).sum())
    expected = np.array([c.expected for c in every if not np.isnan(c.expected)])
    within = int((expected <= MOST).sum())
    fewer = sum(c.solved[0] < c.solved[1] for c in every)
    more = sum(c.solved[0] > c.solved[1] for c in every)
    lines = f"""\
- Evaluations: ratio at most {MOST} in {len(ratios) - above} of {len(ratios)} cases that both solve,
  above it in {above}; beyond chance: {names(found, "slower")}.
- ERT: ratio at most {MOST} in {within} of {len(expected)} cases; the geometric mean is
  {mean(expected):.2f}.
- Success: fewer solved in {fewer} of {len(every)} cases, more in {more}; lower beyond chance:
  {names(found, "lower")}.
"""
    return [*lines.splitlines(), ""]


def curve(suite: Suite, n: int, budget: int, targets: int) -> tuple[Array, Array]:
    """The part of all (function, instance, target) reached after so many evaluations/n."""
    hits = [hit for runs in suite.values() for hit in np.concatenate(list(runs.values()))]
    every = targets * sum(len(runs) for runs in suite.values())
    x = np.concatenate([[1.0 / n], np.sort(np.array(hits)) / n, [budget / n]])
    y = np.concatenate([[0], np.arange(1, len(hits) + 1), [len(hits)]]) / every
    return x, y


def picture(file: Path, suites: dict[str, dict[int, Suite]], budget: int, targets: int) -> None:
    """The ECDF of evaluations to all targets, a panel a dimension."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    from ml4pa.plot import style

    dimensions = sorted(set.intersection(*(set(suite) for suite in suites.values())))
    figure, axes = plt.subplots(
        1, len(dimensions), figsize=(3.6 * len(dimensions), 3.6), sharey=True, layout="constrained",
        squeeze=False,
    )  # fmt: skip
    for ax, n in zip(axes[0], dimensions, strict=True):
        for i, (who, suite) in enumerate(suites.items()):
            look = style.look(i)
            x, y = curve(suite[n], n, budget * n, targets)
            ax.step(x, y, where="post", color=look.color, linestyle=look.line, label=who, lw=2)
        ax.set(xscale="log", xlim=(0.5, budget), ylim=(0, 1), title=f"n = {n}")
        ax.set_xlabel("evaluations / n")
        ax.grid(alpha=0.3)
    axes[0, 0].set_ylabel("targets reached")
    axes[0, 0].legend(loc="upper left")
    figure.savefig(file, dpi=80)
    plt.close(figure)


def tables(
    ours: dict[int, Suite], theirs: dict[int, Suite], targets: int, budget: int
) -> list[str]:
    """All dimensions; both have run the same instances, with a budget for each coordinate."""
    found = {
        n: {
            function: Comparison(
                last(runs, targets), last(theirs[n][function], targets), budget * n
            )
            for function, runs in sorted(suite.items())
        }
        for n, suite in sorted(ours.items())
    }
    lines = verdict(found)
    for n, comparisons in found.items():
        lines += table(n, comparisons)
    return lines
