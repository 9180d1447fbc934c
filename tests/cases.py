"""THE table: the runs that both engines are held to.

A row of `CASES` is one run of `minimize`. Rows for every method, schedule, line search and
landscape are made from the registries, so that a new one inherits them; the rest is written out.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from machine_code import coded
from specimens import (
    COSTS,
    GRADIENT,
    MINIMAL,
    POPULATIONS,
    WEIGHTS,
    Late,
    bowl,
    bowl_function,
    bowl_hess,
    bowl_jac,
    minimal,
    square,
    square_jac,
    wants_hessian,
    weighted,
    weighted_jac,
)

from ml4pa import (
    AdaGrad,
    Adam,
    AdamW,
    Backtracking,
    Constant,
    Cosine,
    ExactLineSearch,
    Exponential,
    Function,
    GradientDescent,
    InverseTime,
    LeastSquares,
    LevenbergMarquardt,
    Method,
    Momentum,
    Nesterov,
    Newton,
    Objective,
    RMSprop,
    Step,
    Warmup,
)
from ml4pa.landscapes import (
    LANDSCAPES,
    Beale,
    Booth,
    Cigar,
    Cubic,
    Discus,
    DoubleWell,
    Ellipsoid,
    GoldsteinPrice,
    Himmelblau,
    Landscape,
    Matyas,
    MonkeySaddle,
    Quadratic,
    Rastrigin,
    Rosenbrock,
    Rotated,
    Saddle,
    Shifted,
    SixHumpCamel,
    Sphere,
    ThreeHumpCamel,
    Wiggles,
)

# ---- tolerances ----------------------------------------------------------------------------------

SAME_BITS = 0.0  # only + - * / and roots, in one order: both engines round alike
# For each step, relative to the largest coordinate (at least 1). Both engines compute the same
# formula, but one of these rounds otherwise:
REDUCTION = 1e-12  # a sum, in another order
TRANSCENDENTAL = 1e-12  # libm against NumPy's own exp, sin and cos
SOLVE = 1e-12  # Eigen's factors against LAPACK's

# Polynomials in one or two variables: value, gradient and Hessian have the same bits.
POLYNOMIALS = (
    Cubic, DoubleWell, Quadratic, Saddle, MonkeySaddle, Beale, Himmelblau, Booth, Matyas,
    ThreeHumpCamel, SixHumpCamel, GoldsteinPrice,
)  # fmt: skip

# ---- rows ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    id: str
    method: Method
    objective: Callable[[], Objective]  # made anew for each run
    start: Any
    options: dict[str, Any] = field(default_factory=dict)
    rtol: float = SAME_BITS


CASES: list[Case] = []


def row(
    id: str, method: Method, objective: Callable[[], Objective], start: Any,
    tolerance: float = SAME_BITS, **options: Any,
) -> None:  # fmt: skip
    if wants_hessian(method):
        tolerance = max(tolerance, SOLVE)
    CASES.append(Case(id, method, objective, start, options, tolerance))


# ---- every method --------------------------------------------------------------------------------

FAST = {  # larger steps than the defaults, so that a short run goes somewhere
    "gradient_descent": {"learning_rate": 1e-3},
    "momentum": {"learning_rate": 1e-3, "momentum": 0.8},
    "nesterov": {"learning_rate": 1e-3, "momentum": 0.8},
    "rmsprop": {"learning_rate": 0.05},
    "adam": {"learning_rate": 0.1},
    "adamw": {"learning_rate": 0.1},
    "adagrad": {"learning_rate": 0.5},
    "levenberg_marquardt": {"damping": 1e12},  # smaller ones, so that it is not there too soon
}

for name, kind in ((name, type(method)) for name, method in GRADIENT.items()):
    fast = minimal(kind, **FAST.get(name, {}))
    row(f"{name}-default", MINIMAL[name], Booth, [0.5, 1.5], max_iter=40)
    row(f"{name}-1d", fast, Cubic, [2.0], max_iter=60)
    row(f"{name}-2d", fast, Beale, [3.4, 0.6], max_iter=80)
    row(f"{name}-nd", fast, lambda: Sphere(5), np.linspace(-1, 2, 5), REDUCTION, max_iter=60)
    row(f"{name}-function", fast, bowl_function, [1.0, -2.0, 0.5], max_iter=60)
    row(
        f"{name}-finite-differences" if not kind.wants_hessian else f"{name}-hessian-differences",
        fast,
        lambda kind=kind: Function(bowl, bowl_jac if kind.wants_hessian else "3-point"),
        [1.0, -2.0, 0.5],
        max_iter=20,
    )
    row(
        f"{name}-machine-code",
        fast,
        lambda kind=kind: coded(bowl, bowl_jac, bowl_hess if kind.wants_hessian else None),
        [1.0, -2.0, 0.5],
        max_iter=20,
    )
    row(
        f"{name}-machine-code-differences",
        fast,
        lambda kind=kind: coded(bowl, bowl_jac if kind.wants_hessian else "2-point"),
        [1.0, -2.0, 0.5],
        max_iter=20,
        bounds=[(0.9, 1), (-2, -1), (0.5, 0.5)],
    )
    row(
        f"{name}-bounds", fast, Himmelblau, [2.0, 1.0], max_iter=60,
        bounds=[(1.5, 2.5), (None, 1.5)],
    )  # fmt: skip
    row(
        f"{name}-noise", dataclasses.replace(fast, noise=0.3), Himmelblau, [3.0, 1.0],
        max_iter=50, rng=7,
    )  # fmt: skip
    row(f"{name}-clip", dataclasses.replace(fast, clip=0.5), Himmelblau, [3.0, 1.0], max_iter=50)
    row(
        f"{name}-noise-clip-bounds", dataclasses.replace(fast, noise=2.0, clip=1.0), Himmelblau,
        [3.0, 1.0], max_iter=50, rng=11, bounds=[(2.0, 4.0), (0.0, 4.0)],
    )  # fmt: skip
    row(
        f"{name}-noise-clip-nd", dataclasses.replace(fast, noise=0.1, clip=1.0),
        lambda: Rosenbrock(9), np.linspace(-0.5, 0.9, 9), REDUCTION, max_iter=50, rng=3,
    )  # fmt: skip
    row(f"{name}-schedule", dataclasses.replace(fast, learning_rate=InverseTime(0.02, 0.1)),
        Matyas, [1.0, -2.0], max_iter=50)  # fmt: skip
    row(f"{name}-callable-rate", dataclasses.replace(fast, learning_rate=lambda t: 0.01 / (1 + t)),
        ThreeHumpCamel, [1.0, -1.0], max_iter=30)  # fmt: skip
    row(f"{name}-least-squares", fast,
        lambda: LeastSquares(np.vander(np.linspace(0, 1, 15), 3), np.linspace(1, 2, 15) ** 2),
        [0.1, 0.2, 0.3], REDUCTION, max_iter=30)  # fmt: skip

row("momentum-0", Momentum(0.05, 0.0), Quadratic, [1.0, 2.0], max_iter=30)
row("nesterov-99", Nesterov(1e-3, 0.99), lambda: Quadratic(1, 3), [1.0, 2.0], max_iter=200)
row("adagrad-torch", AdaGrad(0.5, eps=1e-10, eps_root=0), Booth, [0.0, 1.0], max_iter=80)
row("rmsprop-beta0", RMSprop(0.01, beta=0), Booth, [0.0, 1.0], max_iter=80)
row("rmsprop-beta1", RMSprop(1e-7, beta=1), Booth, [0.0, 1.0], max_iter=80)
row("rmsprop-torch", RMSprop(0.01, eps=1e-8, eps_root=0), Booth, [0.0, 1.0], max_iter=80)
row("adam-torch", Adam(0.1, eps=1e-8, eps_root=0), Beale, [4.0, 3.0], max_iter=200)
row("adam-betas", Adam(0.1, beta1=0.5, beta2=0.6), Beale, [-1.0, 4.0], max_iter=200)
row("adam-no-memory", Adam(0.1, beta1=0, beta2=0), Beale, [-2.0, -4.0], max_iter=50)
row("adamw-decay", AdamW(0.1, weight_decay=0.3), Beale, [4.0, 3.0], max_iter=200)
row("newton-damped", Newton(0.7, damping=3.0), Beale, [4.0, 3.0], max_iter=60)
row("newton-9", Newton(), lambda: Rosenbrock(9), np.linspace(0.6, 1.3, 9), max_iter=5)
row("newton-held", Newton(), Booth, [0.0, 0.0], bounds=[(-10, 10), (-10, 2)], xtol=1e-8)
row("newton-held-coupled", Newton(), lambda: Quadratic(1, 3), [1.0, 0.5], bounds=[(1, 3), (0.5, 3)])
row("newton-held-9", Newton(), lambda: Rosenbrock(9), np.linspace(-0.5, 0.9, 9), max_iter=6,
    bounds=[(-0.6, 0.95)] * 9)  # fmt: skip
row("newton-held-saddle", Newton(), Saddle, [0.5, 1.0], bounds=[(-2, 2), (-1, 1)])
row("newton-held-singular", Newton(), lambda: Quadratic(0, 1), [1.0, 1.0], bounds=[(0, 1), (0, 1)])
for method in (Momentum(0.1, 0.95), Nesterov(0.1, 0.95), Adam(0.5)):
    for rule in ("xtol", "ftol"):
        row(f"wall-{method.name}-{rule}", method, Quadratic, [5.0, 4.0],
            bounds=[(-0.5, 5), (-0.5, 5)], max_iter=2000, **{rule: 1e-9})  # fmt: skip
row("levenberg-marquardt-rejected", LevenbergMarquardt(), Rosenbrock, [-1.2, 1.0])
row("levenberg-marquardt-indefinite", LevenbergMarquardt(1e-6), Himmelblau, [-0.2, -0.9])
row("levenberg-marquardt-no-gain", LevenbergMarquardt(), SixHumpCamel, [-3.0, 1.9])
row("levenberg-marquardt-no-descent", LevenbergMarquardt(),
    lambda: Function(square, lambda x: -2 * x, lambda x: 2 * np.eye(2)), [1.0, 2.0])  # fmt: skip
row("levenberg-marquardt-9", LevenbergMarquardt(), lambda: Rosenbrock(9),
    np.linspace(-0.5, 0.9, 9), max_iter=20)  # fmt: skip
row("levenberg-marquardt-held", LevenbergMarquardt(), Rosenbrock, [-1.0, 1.0],
    bounds=[(-2, 0.5), (-2, 2)])  # fmt: skip
row("levenberg-marquardt-part", LevenbergMarquardt(0.5, damping=1.0), Beale, [3.4, 0.6],
    max_iter=30)  # fmt: skip
row("levenberg-marquardt-flat", LevenbergMarquardt(), lambda: Quadratic(0, 1), [1.0, 1.0])
row("newton-rotated", Newton(), lambda: Rotated(Ellipsoid(12, condition=100), 4), np.ones(12),
    max_iter=3)  # fmt: skip

# ---- schedules and line searches -----------------------------------------------------------------

SCHEDULE_ROWS = (
    Constant(0.05),
    InverseTime(0.2, 0.3),
    Exponential(0.2, 0.05),
    Step(0.2, every=7, factor=0.7),
    Cosine(0.2, steps=25, final=0.01),
    Warmup(0.1, steps=5),
    Warmup(Cosine(0.2, steps=20), steps=4),
    Warmup(Warmup(Exponential(0.2, 0.1), steps=3), steps=4),
)
LINE_SEARCH_ROWS = (
    ExactLineSearch(),
    ExactLineSearch(initial=2.0, tol=1e-4),
    Backtracking(),
    Backtracking(initial=3.0, shrink=0.3, c1=0.1),
)
for schedule in SCHEDULE_ROWS:
    row(f"schedule-{schedule!r}", GradientDescent(schedule), lambda: Quadratic(1, 3), [1.0, -2.0],
        max_iter=40)  # fmt: skip
for search in LINE_SEARCH_ROWS:
    row(f"search-1d-{search!r}", GradientDescent(search), DoubleWell, [2.0], max_iter=30)
    row(f"search-unbounded-{search!r}", GradientDescent(search), Cubic, [-0.5], max_iter=30)
    row(f"search-2d-{search!r}", GradientDescent(search), Beale, [3.4, 0.6], max_iter=30)
    row(f"search-nd-{search!r}", GradientDescent(search), lambda: Rosenbrock(4),
        [-0.5, 0.3, 0.2, 0.9], REDUCTION, max_iter=10)  # fmt: skip
    row(f"search-function-{search!r}", GradientDescent(search), bowl_function, [1.0, -2.0, 0.5],
        REDUCTION, max_iter=15)  # fmt: skip
    row(f"search-bounds-{search!r}", GradientDescent(search), Himmelblau, [2.0, 1.0],
        bounds=[(1.5, 2.5), (None, 1.5)], max_iter=20)  # fmt: skip
    row(f"search-kink-{search!r}", GradientDescent(search), Rosenbrock, [1.5, 0.0],
        bounds=[(1.2, 2), (-2, 2)], max_iter=20)  # fmt: skip
    row(f"search-newton-bounds-{search!r}", Newton(search), Rosenbrock, [-1.0, 1.0],
        bounds=[(-2, 0.5), (-2, 2)], max_iter=30)  # fmt: skip
    row(f"search-rests-{search!r}", GradientDescent(search), Quadratic, [3.0, 1.0], xtol=1e-8)
    row(f"search-clip-{search!r}", GradientDescent(search, clip=0.7), Beale, [3.4, 0.6],
        max_iter=30)  # fmt: skip
    row(f"search-noise-{search!r}", GradientDescent(search, noise=0.05), Himmelblau, [2.0, 1.0],
        rng=5, max_iter=8)  # fmt: skip
    row(f"search-newton-{search!r}", Newton(search, damping=0.1), Beale, [3.4, 0.6], max_iter=30)
    row(f"search-budget-{search!r}", GradientDescent(search), Rosenbrock, [-1.2, 1.0],
        max_evals=23)  # fmt: skip
row("search-no-step", Newton(Backtracking()), Booth, [0.9, 8.4], xtol=1e-12)
row("search-no-gain", Newton(ExactLineSearch()), SixHumpCamel, [-3.0, 1.9], xtol=1e-12)

# ---- stopping ------------------------------------------------------------------------------------

slow = GradientDescent(0.05)
row("gtol", slow, lambda: Quadratic(1, 3), [1.0, 2.0], gtol=1e-3)
row("gtol-2", slow, lambda: Quadratic(1, 3), [1.0, 2.0], gtol=1e-3, norm=2)
row("gtol-2-nd", slow, lambda: Sphere(6), np.ones(6), REDUCTION, gtol=1e-3, norm=2)
row("gtol-bounds", slow, lambda: Quadratic(1, 3), [1.0, 2.0], bounds=[(0.5, 2), (0.25, 3)])
row("gtol-at-start", slow, Quadratic, [0.0, 0.0])
row("gtol-0", GradientDescent(0.5), Quadratic, [1.0, 2.0], gtol=0)
row("xtol", slow, lambda: Quadratic(1, 3), [1.0, 2.0], xtol=1e-3)
row("xtol-2", slow, lambda: Quadratic(1, 3), [1.0, 2.0], xtol=1e-3, norm=2)
row("ftol", slow, lambda: Quadratic(1, 3), [1.0, 2.0], ftol=1e-4)
row("ftol-rising", Momentum(0.05, 0.9), lambda: Quadratic(1, 3), [1.0, 2.0], ftol=1e-3)
row("target", slow, lambda: Quadratic(1, 3), [1.0, 2.0], target=-0.99)
row("several", slow, lambda: Quadratic(1, 3), [1.0, 2.0], gtol=1e-9, xtol=1e-3, ftol=1e-9)
row("max-iter-0", slow, Quadratic, [1.0, 2.0], max_iter=0)
row("max-iter-1", slow, Quadratic, [1.0, 2.0], max_iter=1)
row("max-evals-1", slow, Quadratic, [1.0, 2.0], max_evals=1)
row("max-evals-10", slow, Quadratic, [1.0, 2.0], max_evals=10)
row("max-evals-differences", slow, lambda: Function(bowl, "2-point"), [1.0, 2.0, 3.0],
    max_evals=30)  # fmt: skip
for stride in (1, 2, 7, 20, 1000):
    row(f"stride-{stride}", slow, lambda: Quadratic(1, 3), [1.0, 2.0], max_iter=40, record=stride)
    row(f"stride-{stride}-nd", slow, lambda: Rosenbrock(3), [0.5, 0.6, 0.7], REDUCTION,
        max_iter=40, record=stride)  # fmt: skip
row("stride-small-loop", slow, lambda: Quadratic(1, 3), [1.0, 2.0], gtol=0, max_iter=5000,
    record=700)  # fmt: skip
row("record-off", slow, lambda: Quadratic(1, 3), [1.0, 2.0], record=False)

# ---- Python functions ----------------------------------------------------------------------------

adam = Adam(0.1)
row("jac-true", adam, lambda: Function(lambda x: (bowl(x), bowl_jac(x)), True), [1, -2, 0],
    max_iter=30)  # fmt: skip
row("2-point", adam, lambda: Function(bowl, "2-point"), [1, -2, 0], max_iter=30)
row("3-point", adam, lambda: Function(bowl), [1, -2, 0], max_iter=30)
row("2-point-bounds", adam, lambda: Function(bowl, "2-point"), [1, -2, 0.5], max_iter=30,
    bounds=[(0.9, 1), (-2, -1), (0.5, 0.5)])  # fmt: skip
row("3-point-bounds", adam, lambda: Function(bowl, "3-point"), [1, -2, 0.5], max_iter=30,
    bounds=[(0.9, 1), (-2, -1), (0.5, 0.5)])  # fmt: skip
row("vectorized", adam, lambda: Function(lambda p: bowl(p.T), vectorized=True), [1, -2, 0],
    max_iter=30)  # fmt: skip
row("vectorized-jac", adam, lambda: Function(lambda p: bowl(p.T), bowl_jac, vectorized=True),
    [1, -2, 0], max_iter=30)  # fmt: skip
row("args", adam, lambda: Function(weighted, weighted_jac, args=(WEIGHTS, 0.5)), [1, -2, 0],
    max_iter=30)  # fmt: skip
row("scalar", adam, lambda: Function(lambda x: (x - 1.0) ** 2, lambda x: 2 * (x - 1.0)), 3.0,
    max_iter=30)  # fmt: skip

# ---- every landscape -----------------------------------------------------------------------------


def somewhere(f: Landscape) -> np.ndarray:
    """A start within the bounds, not in the middle."""
    low, high = f.bounds.T
    return low + (high - low) * np.linspace(0.4, 0.6, f.n)


for landscape in LANDSCAPES:
    make = landscape if landscape.dimension is not None else lambda kind=landscape: kind(4)
    # Sums, sines and exponentials, of which at most one rounds otherwise.
    rtol = SAME_BITS if landscape in POLYNOMIALS else TRANSCENDENTAL
    for method in (adam, Momentum(1e-4)):
        row(f"{landscape.__name__}-{method.name}", method, make, somewhere(make()), rtol,
            max_iter=30)  # fmt: skip

row("rotated", adam, lambda: Rotated(Rosenbrock(4), 3), [0.1, 0.2, 0.3, 0.4], REDUCTION,
    max_iter=40)  # fmt: skip
row("shifted", adam, lambda: Shifted(Beale(), [-1.0, 2.0]), [1.0, 1.0], max_iter=60)
row("shifted-rotated", adam, lambda: Shifted(Rotated(Sphere(3), 6), [1.0, 2.0, 3.0]),
    [0.1, 0.2, 0.3], REDUCTION, max_iter=60)  # fmt: skip
row("discus", slow, lambda: Discus(8), np.full(8, 1e-3), REDUCTION, max_iter=5)
row("cigar", GradientDescent(1e-7), lambda: Cigar(8), np.ones(8), REDUCTION, max_iter=60)
row("wiggles", GradientDescent(0.02), Wiggles, [2.0], TRANSCENDENTAL, max_iter=300)
row("rastrigin", GradientDescent(1e-3), lambda: Rastrigin(20), np.linspace(-0.2, 0.2, 20),
    TRANSCENDENTAL, max_iter=60)  # fmt: skip

# ---- every cost ----------------------------------------------------------------------------------

for id, make in COSTS.items():
    f = make()
    if not f.has_twin:
        continue  # a Python function runs on the NumPy loop: test_costs.py
    plain = f.l1 == f.l2 == 0 and f.reduction == "mean"
    for name, method in GRADIENT.items():
        if (plain or name == "adam") and (f.model.linear or not wants_hessian(method)):
            # Not to the last digits of a minimum, where rounding decides which point is the best;
            # and an indefinite Hessian, of a cost that is not convex, magnifies it tenfold.
            convex = f.model.link == "linear" or f.loss.classifies
            row(f"{id}-{name}", minimal(type(method), **FAST.get(name, {})), make,
                0.1 * np.cos(np.arange(f.n)), TRANSCENDENTAL if convex else 10 * TRANSCENDENTAL,
                max_iter=12, gtol=1e-4)  # fmt: skip

# ---- bad endings ---------------------------------------------------------------------------------

row("diverges", GradientDescent(1.01), Quadratic, [1e150, 2e150])
row("diverges-function", GradientDescent(1.01), lambda: Function(square, square_jac),
    [1e150, 2e150])  # fmt: skip
row("diverges-at-once", GradientDescent(1e300), Himmelblau, [1.0, 2.0])
row("diverges-momentum", Momentum(0.6, 0.95), lambda: Quadratic(1, 9), [1.0, 2.0])
row("diverges-nesterov", Nesterov(2.0, 0.95), lambda: Quadratic(1, 9), [1.0, 2.0])
row("diverges-overflow", Adam(1e308), Quadratic, [1.0, 2.0])
row("diverges-bounds", GradientDescent(1e308), Himmelblau, [1.0, 2.0], bounds=[(0, 3), (0, 3)])
row("unbounded-below", GradientDescent(0.1), Saddle, [1.0, 1e-3])
row("unbounded-below-nd", GradientDescent(0.1), lambda: Shifted(Saddle(), [0.0, 0.0]), [1.0, 1e-3])
row("inf-minus-inf", GradientDescent(0.5), MonkeySaddle, [-2.0, 1.0])
row("infinite-at-start", GradientDescent(0.1), Quadratic, [1e200, 1e200])
row("infinite-at-start-nd", GradientDescent(0.1), lambda: Sphere(3), [1e200, 1e200, 0.0])
row("nan-at-start", adam, lambda: Function(lambda x: np.nan, square_jac), [1.0, 2.0])
row("nan-later", adam, lambda: Function(Late(np.nan), square_jac), [1.0, 2.0])
row("inf-later", adam, lambda: Function(Late(np.inf), square_jac), [1.0, 2.0])
row("minus-inf-later", adam, lambda: Function(Late(-np.inf), square_jac), [1.0, 2.0])
row("nan-gradient", adam, lambda: Function(lambda x: x @ x, lambda x: [np.nan, 1.0]), [1.0, 2.0])
row("nan-differences", adam, lambda: Function(Late(np.nan, 17)), [1.0, 2.0])
row("nan-in-search", GradientDescent(Backtracking()), lambda: Function(
    lambda x: -np.log(np.where(x > 0, x, np.nan)).sum() + x.sum(), lambda x: 1 - 1 / x),
    [0.1, 0.3], gtol=1e-6)  # fmt: skip
row("saddle", GradientDescent(0.1), Saddle, [1.0, 0.0])
row("saddle-newton", Newton(), Saddle, [1.0, 0.5])
row("saddle-monkey", Newton(), MonkeySaddle, [1.0, 0.5])
row("maximum-newton", Newton(), Himmelblau, [-0.2, -0.9])
row("singular", Newton(), lambda: Quadratic(1, 0), [1.0, 1.0])
row("singular-damped", Newton(damping=1.0), lambda: Quadratic(1, 0), [1.0, 1.0])
row(
    "flat-minimum",
    Newton(),
    lambda: Function(
        lambda x: float(np.sum(x**4)), lambda x: 4 * x**3, lambda x: np.diag(12 * x**2)
    ),
    [1.0, 2.0],
)
row("no-descent", GradientDescent(Backtracking()), lambda: Function(square, lambda x: -2 * x),
    [1.0, 2.0], max_iter=5)  # fmt: skip
row("no-slope", GradientDescent(ExactLineSearch()), Quadratic, [0.0, 0.0], xtol=1e-3)

IDS = [case.id for case in CASES]
assert len(set(IDS)) == len(IDS)

# ---- every population method ---------------------------------------------------------------------

POPULATION_CASES: list[Case] = []


def population_rows(name: str, method: Method) -> None:
    """Rows of POPULATION_CASES, over objectives and options, for one method."""

    def add(id: str, *more: Any, **options: Any) -> None:
        row(f"{name}-{id}", method, *more, **options)
        POPULATION_CASES.append(CASES.pop())

    booth = Booth, [0.5, 1.5]
    add("1d", DoubleWell, [2.0], max_iter=25, rng=1)
    add("2d", Beale, [3.4, 0.6], max_iter=50, rng=2)
    add("nd", lambda: Sphere(5), np.linspace(-1, 2, 5), REDUCTION, max_iter=50, rng=3)
    add("odd", lambda: Rosenbrock(7), np.linspace(-0.5, 1.1, 7), REDUCTION, max_iter=50, rng=4)
    add("function", bowl_function, [1.0, -2.0, 0.5], max_iter=30, rng=5)
    add("machine-code", lambda: coded(bowl), [1.0, -2.0, 0.5], max_iter=20, rng=5)
    add("vectorized", lambda: Function(lambda p: bowl(p.T), vectorized=True), [1, -2, 0.5],
        max_iter=30, rng=6)  # fmt: skip
    add("bounds", Himmelblau, [2.0, 1.0], bounds=[(1.5, 2.5), (None, 1.5)], max_iter=30, rng=7)
    add("stride", *booth, max_iter=23, rng=8, record=5)
    add("cut", *booth, max_evals=33, rng=9)
    add("cut-stride", *booth, max_evals=333, rng=9, record=4)
    add("target", *booth, target=1.0, max_iter=500, rng=10)
    add("xtol", *booth, xtol=2.0, max_iter=500, rng=11)
    add("xtol-2", *booth, xtol=2.0, norm=2, max_iter=500, rng=11)
    add("ftol", *booth, ftol=30.0, max_iter=500, rng=12)
    add("nothing", *booth, max_iter=0, rng=1)
    for what in (math.nan, math.inf, -math.inf):
        add(f"{what}", lambda what=what: Function(Late(what, 30)), [1.0, 2.0], max_iter=40, rng=13)


for name, method in POPULATIONS.items():
    population_rows(name, method)
