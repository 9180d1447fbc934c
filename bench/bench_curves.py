"""A curve of one's own by least squares: a peak on a slope, of five parameters."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from job import Group, Job, benchmarks, run

import ml4pa

START = (1.0, 5.0, 1.0, 0.0, 0.0)


def peak(x: Any, a: float, m: float, s: float, b: float, c: float) -> Any:
    return a * np.exp(-0.5 * ((x - m) / s) ** 2) + b + c * x


@functools.cache
def data(rows: int) -> tuple[Any, Any]:
    """x, and y with errors of 0.1."""
    x = np.linspace(0.0, 10.0, rows)
    return x, peak(x, 5.0, 4.0, 0.7, 1.0, 0.2) + 0.1 * np.random.default_rng(1).normal(size=rows)


@functools.cache
def least(rows: int) -> tuple[float, Any]:
    """The least mean square that there is, and the cost."""
    best = ml4pa.fit(ml4pa.Curve(peak, 5), *data(rows), initial=START)
    return best.cost, best.objective


class Fit(Job):
    """`work` leaves the parameters in `theta`; the case is the number of points."""

    def __init__(self, case: int) -> None:
        self.rows = case
        self.x, self.y = data(case)
        self.theta: Any = None

    def check(self) -> None:
        cost, objective = least(self.rows)
        assert objective(self.theta) < (1.0 + 1e-5) * cost


class Ours(Fit):
    who = "ml4pa"
    model = ml4pa.Curve(peak, 5)

    def work(self) -> None:
        self.theta = ml4pa.fit(self.model, self.x, self.y, initial=START).params


class Forward(Ours):
    who = 'ml4pa, jac="2-point"'
    model = ml4pa.Curve(peak, 5, "2-point")


class CurveFit(Fit):
    who = "SciPy's curve_fit"
    needs = ("scipy",)

    def work(self) -> None:
        from scipy.optimize import curve_fit

        self.theta = curve_fit(peak, self.x, self.y, START)[0]


class Minuit(Fit):
    who = "iminuit, migrad"
    needs = ("iminuit",)

    def work(self) -> None:
        from iminuit import Minuit
        from iminuit.cost import LeastSquares

        minuit = Minuit(LeastSquares(self.x, self.y, 0.1, peak), *START).migrad()
        self.theta = np.array(minuit.values)


GROUPS = tuple(
    Group(
        title=f"a peak on a slope, from a start on its side: {rows} points",
        unit="ms a fit",
        units=1e3,
        case=rows,
        jobs=(Ours, Forward, CurveFit, Minuit),
        rounds=20,
    )
    for rows in (400, 100_000)
)


@benchmarks(GROUPS)
def test_curve(benchmark: Any, group: Group, kind: type[Job]) -> None:
    run(benchmark, group, kind, min(group.case, 2_000))
