"""What comes out of `tune`: the hyper-parameters found, and what they gain."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from .method import Method
from .objective import Array
from .started import Multistart
from .stop import plural

#: A run that was not solved counts as so many budgets.
PENALTY = 10.0


@dataclass(frozen=True, eq=False, repr=False)
class Tuned:
    """What comes out of `tune`.

    Attributes
    ----------
    best : Method
        The method with the hyper-parameters found.
    default : Method
        What it is compared with.
    settings : dict
        The hyper-parameters found, by name.
    gain : float
        Over the default, on runs that were not used for tuning. For ``goal="evaluations"`` the
        factor by which they are fewer; else how much lower the cost is.
    interval : (float, float)
        The confidence interval of the gain. Where it holds 1 (0 for other goals), the default is
        as good.
    confidence : float
        Of the interval.
    history : dict of str to ndarray
        One row a setting tried, in order: its hyper-parameters, its cost, how many of its runs
        were solved and how many diverged. ``pandas.DataFrame(tuned.history)`` works.
    runs, default_runs : Multistart
        The held-out runs of both; row i of either has the same start and the same random numbers.
    goal : str
        What was made small: "evaluations", "value" or "cost".
    ratio : bool
        Whether the gain is a factor.
    """

    best: Method
    default: Method
    settings: dict[str, Any]
    gain: float
    interval: tuple[float, float]
    confidence: float
    history: dict[str, Array]
    runs: Multistart
    default_runs: Multistart
    goal: str
    ratio: bool

    @property
    def verdict(self) -> str:
        """``"better"``, ``"as good"`` or ``"worse"``: the method found, beside the default.

        ``"no value"`` where f is NaN or infinite at the end of every run of both.
        """
        if self.goal != "cost" and not any(
            (r.fun < np.inf).any() for r in (self.runs, self.default_runs)
        ):
            return "no value"
        neutral = 1.0 if self.ratio else 0.0
        low, high = self.interval
        if low > neutral:
            return "better"
        return "worse" if high < neutral else "as good"

    @property
    def message(self) -> str:
        """What was found, as a sentence, with the gain and its interval."""
        m = len(self.runs)
        found = f"{type(self.best).__name__}({_shown(self.settings)})"
        usual = self._usual
        if self.verdict == "no value":
            return (
                f"no run has a value, neither of {found} nor of the default: f is NaN or infinite "
                f"in {plural(m, 'held-out run')} of both"
            )
        solved = int(self.runs.success.sum()), int(self.default_runs.success.sum())
        if self.ratio and solved == (0, 0):
            return (
                f"neither {found} nor the default solves one of {plural(m, 'held-out run')}: "
                "raise max_evals or budget, widen the space, or set an easier target"
            )
        head = {
            "better": f"{found} is better than the default ({usual})",
            "as good": f"the default ({usual}) is as good as {found}",
            "worse": (
                f"the default ({usual}) is better than {found}: tune with more trials or budget"
            ),
        }[self.verdict]
        fall = "evaluations fall by a factor" if self.ratio else f"the {self.goal} falls by"
        low, high = self.interval
        sure = f"{100 * self.confidence:g} % interval {low:.3g} to {high:.3g}"
        told = f"{head}: {fall} {self.gain:.3g} ({sure}, {plural(m, 'held-out run')})"
        if self.ratio:
            told += f"; solved {solved[0]}, the default {solved[1]}"
        if min(solved) < m and self.ratio:
            told += f", a run that failed counting as {PENALTY:g} budgets"
        if m == 1:
            told += "; one start and nothing random: this says nothing about other starts"
        return told

    @property
    def _usual(self) -> str:
        """The default by what was tuned; in full where its hyper-parameters are others."""
        names = {field.name for field in fields(self.default)}
        if type(self.default) is type(self.best) and names.issuperset(self.settings):
            return _shown({name: getattr(self.default, name) for name in self.settings})
        return repr(self.default)

    def __repr__(self) -> str:
        rows = [
            ("message", self.message),
            ("best", self.best),
            ("default", self.default),
            ("gain", f"{self.gain:.6g}"),
            ("interval", f"{self.interval[0]:.6g} to {self.interval[1]:.6g}"),
            ("history", plural(len(self.history["cost"]), "setting")),
        ]
        return "\n".join(f"{name:>8}: {value}" for name, value in rows)


def _shown(settings: dict[str, Any]) -> str:
    return ", ".join(f"{name}={_short(value)}" for name, value in settings.items())


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else repr(value)
