"""What the tests of the promises share: methods as rows, one step by hand, the same bits."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from specimens import (
    GRADIENT,
    MINIMAL,
    wants_hessian,
)

from ml4pa import (
    Adam,
    Backtracking,
    ExactLineSearch,
    Function,
    GradientDescent,
    GradientMethod,
    InverseTime,
    LevenbergMarquardt,
    Newton,
    Status,
    Warmup,
)
from ml4pa.stopping import RULES

both_engines = pytest.mark.parametrize("engine", ["compiled", "numpy"])
every_method = pytest.mark.parametrize("method", MINIMAL.values(), ids=MINIMAL)
every_gradient_method = pytest.mark.parametrize("method", GRADIENT.values(), ids=GRADIENT)

# Each method with noise, schedules, and searches too: what a run may carry.
LOADED = {
    **{f"{name}-noise": dataclasses.replace(m, noise=0.1) for name, m in GRADIENT.items()},
    **{
        f"{name}-schedule": dataclasses.replace(
            m, learning_rate=Warmup(InverseTime(0.02, 0.1), 3), clip=1.0, noise=0.01
        )
        for name, m in GRADIENT.items()
    },
    "exact": GradientDescent(ExactLineSearch()),
    "backtracking": GradientDescent(Backtracking(initial=4.0)),
    "newton-search": Newton(Backtracking(initial=4.0), damping=0.5),
    "search-noise": GradientDescent(Backtracking(), noise=0.01),
}
every_kind = pytest.mark.parametrize("method", [*GRADIENT.values(), *LOADED.values()],
                                     ids=[*GRADIENT, *LOADED])  # fmt: skip

CONVERGED = {rule.status for rule in RULES if rule.converged} | {Status.NO_GAIN, Status.NO_STEP}


def tries(method):
    """Whether it evaluates points that it may go back from."""
    return isinstance(method, LevenbergMarquardt)


def tell(run, f):
    """One ask, one evaluation, one tell; what was asked."""
    x = run.ask()
    if x.ndim == 2:  # a population
        run.tell(x, f(x))
        return x
    more = (f.hessian(x),) if wants_hessian(run.method) else ()
    run.tell(x, f(x), f.gradient(x), *more)
    return x


def same(a, b):
    """The same bits in all that a result holds."""
    assert repr(a) == repr(b)
    assert_array_equal(a.x, b.x)
    assert a.fun == b.fun or (math.isnan(a.fun) and math.isnan(b.fun))
    if a.path is not None:
        assert a.path.x.tobytes() == b.path.x.tobytes()
        assert a.path.fun.tobytes() == b.path.fun.tobytes()


def noisy(method):
    """With random numbers: populations have their own."""
    has_noise = isinstance(method, GradientMethod)
    return dataclasses.replace(method, noise=0.2) if has_noise else method


class Recorder:
    """x^2 ..., which keeps every point that it is asked for."""

    def __init__(self, n=2):
        self.points = []
        self.slopes = 0
        self.curvature = np.linspace(1.0, 3.0, n)

    def __call__(self, x):
        self.points.append(x.copy())
        return float(np.sum(self.curvature * (x - 0.7) ** 2))

    def jac(self, x):
        self.slopes += 1
        return 2 * self.curvature * (x - 0.7)

    def hess(self, x):
        return np.diag(2 * self.curvature)


def recorded(kind, n=2):
    """A recorder, and the objective that asks it: with gradient or finite differences."""
    r = Recorder(n)
    jac = r.jac if kind == "jac" else kind
    return r, Function(r, jac, r.hess)


@dataclasses.dataclass(frozen=True)
class Sluggish(Adam):
    """A student's variant: half of Adam's step."""

    def step(self, theta, g, eta, state):
        return theta + 0.5 * (super().step(theta, g, eta, state) - theta)


class OwnSchedule(InverseTime):
    def __call__(self, t):
        return 0.1
