"""The methods: steps worked by hand, known limits, schedules, line searches, the lecture's numbers.

The steps by hand are compared to 1e-15 of the value: the arithmetic of a few operations.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from cases import SCHEDULE_ROWS
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from promises import both_engines
from specimens import (
    GRADIENT,
    MINIMAL,
    wants_hessian,
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
    Momentum,
    Nesterov,
    Newton,
    RMSprop,
    Status,
    Step,
    Warmup,
    _core,
    minimize,
    multistart,
)
from ml4pa.landscapes import (
    Beale,
    Booth,
    Cubic,
    DoubleWell,
    Himmelblau,
    Quadratic,
    Rosenbrock,
    Saddle,
    Sphere,
)
from ml4pa.lanes import _report_saddles
from ml4pa.learning_rates import native


def points(method, x0, gradients, engine, hessian=None):
    """The points that are asked for, the first of them x0, when these gradients are told."""
    run = method.start(x0, engine=engine)
    asked = [run.ask()]
    for g in gradients:
        more = [] if hessian is None else [hessian]
        run.tell(run.ask(), 0.0, np.atleast_1d(np.asarray(g, dtype=float)), *more)
        asked.append(run.ask())
    return np.array(asked), run


def one_number(method, x0, gradients, engine):
    asked, run = points(method, [x0], gradients, engine)
    return asked[:, 0], run


# ---- by hand -------------------------------------------------------------------------------------
# Two or three steps on f(x) = x^2, whose gradient is 2x, from x = 1; fractions written out.


@both_engines
def test_gradient_descent_by_hand(engine):
    # x <- x - 2 eta x = x (1 - 2/4) = x/2
    x, _ = one_number(GradientDescent(0.25), 1.0, [2, 1, 1 / 2], engine)
    assert_array_equal(x, [1, 1 / 2, 1 / 4, 1 / 8])


@both_engines
def test_momentum_by_hand(engine):
    # eta = 1/8, gamma = 1/2
    # v1 = 2/8 = 1/4                      x1 = 1 - 1/4 = 3/4          g = 3/2
    # v2 = 1/8 + 3/16 = 5/16              x2 = 3/4 - 5/16 = 7/16      g = 7/8
    # v3 = 5/32 + 7/64 = 17/64            x3 = 7/16 - 17/64 = 11/64
    x, run = one_number(Momentum(1 / 8, 1 / 2), 1.0, [2, 3 / 2, 7 / 8], engine)
    assert_array_equal(x, [1, 3 / 4, 7 / 16, 11 / 64])
    assert_array_equal(run.state["velocity"], [17 / 64])


@both_engines
def test_nesterov_by_hand(engine):
    # eta = 1/8, gamma = 1/2; y = theta - v/2 is what is asked for, and g = 2y
    # y0 = 1: g = 2     v1 = 1/4                    theta1 = 3/4      y1 = 3/4 - 1/8 = 5/8
    # g = 5/4           v2 = 1/8 + 5/32 = 9/32      theta2 = 15/32    y2 = 15/32 - 9/64 = 21/64
    # g = 21/32         v3 = 9/64 + 21/256 = 57/256
    #                   theta3 = 120/256 - 57/256 = 63/256            y3 = 126/512 - 57/512 = 69/512
    y, run = one_number(Nesterov(1 / 8, 1 / 2), 1.0, [2, 5 / 4, 21 / 32], engine)
    assert_array_equal(y, [1, 5 / 8, 21 / 64, 69 / 512])
    assert_array_equal(run.state["theta"], [63 / 256])
    assert_array_equal(run.state["velocity"], [57 / 256])


@both_engines
def test_adagrad_by_hand(engine):
    # eta = 1/2, told g = 3, 4, 12
    # s1 = 9      step 3/2 / 3 = 1/2
    # s2 = 25     step 4/2 / 5 = 2/5
    # s3 = 169    step 12/2 / 13 = 6/13
    x, run = one_number(AdaGrad(1 / 2, eps_root=0), 1.0, [3, 4, 12], engine)
    assert_allclose(x, [1, 1 / 2, 1 / 10, 1 / 10 - 6 / 13], rtol=1e-15)
    assert_array_equal(run.state["s"], [169])
    # With eps_root = 7 the first root is of 9 + 7 = 16; with eps = 1 it becomes 5: step 3/10
    x, _ = one_number(AdaGrad(1 / 2, eps=1, eps_root=7), 1.0, [3], engine)
    assert_allclose(x, [1, 7 / 10], rtol=1e-15)


@both_engines
def test_rmsprop_by_hand(engine):
    # eta = 1/2, beta = 3/4
    # g = 2:    s1 = 4/4 = 1               step 1/2 * 2 / 1 = 1         x1 = 0
    # g = 1:    s2 = 3/4 + 1/4 = 1         step 1/2                     x2 = -1/2
    # g = 5:    s3 = 3/4 + 25/4 = 7        step 5/2 / sqrt 7            x3 = -1/2 - 5/(2 sqrt 7)
    method = RMSprop(1 / 2, beta=3 / 4, eps_root=0)
    x, run = one_number(method, 1.0, [2, 1, 5], engine)
    assert_allclose(x, [1, 0, -1 / 2, -1 / 2 - 5 / (2 * math.sqrt(7))], rtol=1e-15)
    assert_array_equal(run.state["s"], [7])
    # eps_root = 3: the first root is of 1 + 3 = 4; eps = 2 makes 4 of it: step 1/2 * 2 / 4 = 1/4
    x, _ = one_number(dataclasses.replace(method, eps=2, eps_root=3), 1.0, [2], engine)
    assert_array_equal(x, [1, 3 / 4])


@both_engines
def test_adam_by_hand(engine):
    # eta = 1/2, beta1 = 1/2, beta2 = 3/4
    # g = 2:    m1 = 1           m^ = 1 / (1/2) = 2        s1 = 1           s^ = 1 / (1/4) = 4
    #           step 1/2 * 2 / 2 = 1/2                                      x1 = 1/2
    # g = -2:   m2 = 1/2 - 1 = -1/2    m^ = -1/2 / (3/4) = -2/3
    #           s2 = 3/4 + 1 = 7/4     s^ = 7/4 / (7/16) = 4
    #           step 1/2 * (-2/3) / 2 = -1/6                                x2 = 1/2 + 1/6 = 2/3
    # g = 1:    m3 = -1/4 + 1/2 = 1/4  m^ = 1/4 / (7/8) = 2/7
    #           s3 = 21/16 + 1/4 = 25/16    s^ = 25/16 / (37/64) = 100/37
    #           step 1/2 * 2/7 / sqrt(100/37) = sqrt(37)/70                 x3 = 2/3 - sqrt(37)/70
    method = Adam(1 / 2, beta1=1 / 2, beta2=3 / 4, eps_root=0)
    x, run = one_number(method, 1.0, [2, -2, 1], engine)
    assert_allclose(x, [1, 1 / 2, 2 / 3, 2 / 3 - math.sqrt(37) / 70], rtol=1e-15)
    assert_array_equal([run.state["m"], run.state["s"]], [[1 / 4], [25 / 16]])
    # the weights 1 - beta^t of all gradients so far
    assert (run.state["weight1"], run.state["weight2"]) == (7 / 8, 37 / 64)
    # eps_root = 5 under the root: sqrt(4 + 5) = 3; eps = 1 beside it: 4; step 1/2 * 2 / 4 = 1/4
    x, _ = one_number(dataclasses.replace(method, eps=1, eps_root=5), 1.0, [2], engine)
    assert_allclose(x, [1, 3 / 4], rtol=1e-15)


@both_engines
def test_adamw_by_hand(engine):
    # As Adam's first two steps, with theta shrunk by 1 - eta lambda = 1 - 1/2 * 1/4 = 7/8 first
    # x1 = 7/8 - 1/2 = 3/8          x2 = 21/64 + 1/6
    method = AdamW(1 / 2, beta1=1 / 2, beta2=3 / 4, eps_root=0, weight_decay=1 / 4)
    x, _ = one_number(method, 1.0, [2, -2], engine)
    assert_allclose(x, [1, 3 / 8, 21 / 64 + 1 / 6], rtol=1e-15)


@both_engines
def test_newton_by_hand(engine):
    # H = [[2, 1], [1, 3]], g = (4, 7): H v = g has v = (1, 2), since 2 + 2 = 4 and 1 + 6 = 7
    hessian = [[2, 1], [1, 3]]
    x, _ = points(Newton(), [1, 1], [(4, 7)], engine, hessian)
    assert_allclose(x, [[1, 1], [0, -1]], atol=1e-15)
    # half the step
    x, _ = points(Newton(0.5), [1, 1], [(4, 7)], engine, hessian)
    assert_allclose(x, [[1, 1], [1 / 2, 0]], atol=1e-15)
    # lambda = 1: [[3, 1], [1, 4]] v = (5, 9) has v = (1, 2)
    x, _ = points(Newton(damping=1), [1, 1], [(5, 9)], engine, hessian)
    assert_allclose(x, [[1, 1], [0, -1]], atol=1e-15)


@both_engines
def test_clipping_by_hand(engine):
    # |g| = |(3, 4)| = 5 > 1: g becomes (3/5, 4/5); |(0.3, 0.4)| = 1/2 stays
    x, _ = points(GradientDescent(1.0, clip=1.0), [0, 0], [(3, 4), (0.3, 0.4)], engine)
    assert_allclose(x, [[0, 0], [-0.6, -0.8], [-0.9, -1.2]], rtol=1e-15)


@both_engines
def test_bounds_by_hand(engine):
    # x <- clip(x - g, 0, 2), while the velocity knows no bounds
    run = Momentum(1.0, 0.5).start([1.0], bounds=[(0, 2)], engine=engine)
    for g, x, v in ((3, 0, 3), (0, 0, 1.5), (-3, 2, -2.25)):
        run.tell(run.ask(), 0.0, [g])
        assert_array_equal([run.ask()[0], run.state["velocity"][0]], [x, v])


# ---- limits --------------------------------------------------------------------------------------

SOME = np.random.default_rng(1).standard_normal((40, 3))


@both_engines
@pytest.mark.parametrize("kind", [Momentum, Nesterov])
def test_without_momentum_it_is_gradient_descent(kind, engine):
    a, _ = points(kind(0.1, momentum=0), [1, 2, 3], SOME, engine)
    b, _ = points(GradientDescent(0.1), [1, 2, 3], SOME, engine)
    assert_array_equal(a, b)


@both_engines
def test_without_decay_adamw_is_adam(engine):
    a, _ = points(AdamW(0.1, weight_decay=0), [1, 2, 3], SOME, engine)
    b, _ = points(Adam(0.1), [1, 2, 3], SOME, engine)
    assert_array_equal(a, b)


@both_engines
def test_without_memory_adam_goes_by_the_sign(engine):
    # m^ = g and s^ = g^2: every step has the length eta
    x, _ = points(Adam(0.1, beta1=0, beta2=0, eps_root=0), [1, 2, 3], SOME, engine)
    assert_allclose(np.diff(x, axis=0), -0.1 * np.sign(SOME), rtol=1e-13)  # differences of sums


@both_engines
def test_rmsprop_at_both_ends_of_beta(engine):
    # beta = 0 has no memory, s = g^2: a step of eta g/sqrt(g^2 + eps_root)
    x, run = points(RMSprop(0.1, beta=0, eps_root=0.5), [1, 2, 3], SOME, engine)
    assert_array_equal(run.state["s"], SOME[-1] ** 2)
    expected = -0.1 * SOME / np.sqrt(SOME**2 + 0.5)
    assert_allclose(np.diff(x, axis=0), expected, rtol=1e-12, atol=1e-15)  # differences of sums
    # beta = 1 keeps s = 0: gradient descent at the rate eta/sqrt(eps_root)
    x, run = points(RMSprop(0.1, beta=1, eps_root=0.25), [1, 2, 3], SOME, engine)
    assert_array_equal(run.state["s"], np.zeros(3))
    assert_allclose(x, points(GradientDescent(0.2), [1, 2, 3], SOME, engine)[0], rtol=1e-14)


@both_engines
@pytest.mark.parametrize("mean", [3.0, -0.5])
def test_adam_by_signal_and_noise(mean, engine):
    """With sigma^2 = s^ - m^^2, as the lecture defines it: the step tends to -eta where the
    gradient barely fluctuates, and to -eta m^/sigma where it fluctuates much."""
    eta = 0.1
    z = np.random.default_rng(4).standard_normal(3000)
    for noise, low, high in ((1e-4, 0.0, 1e-3), (100.0, 5.0, np.inf)):
        gradients = mean + noise * z
        # one memory for both moments, so that s^ - m^^2 is a variance
        x, run = one_number(Adam(eta, 0.99, 0.99, eps_root=0), 0.0, gradients, engine)
        m_hat = run.state["m"][0] / run.state["weight1"]
        s_hat = run.state["s"][0] / run.state["weight2"]
        sigma = math.sqrt(max(s_hat - m_hat**2, 0.0))
        assert low <= sigma / abs(m_hat) <= high
        step = x[-1] - x[-2]
        # step = -eta m^ / sqrt(m^^2 + sigma^2), so the rest is half the square of the small ratio;
        # 1e-9 is the rounding of x ~ 300 beside a step of 0.1 to 0.001.
        if noise < 1:
            rest = 0.5 * (sigma / m_hat) ** 2
            assert step == pytest.approx(-eta * np.sign(m_hat), rel=rest + 1e-9)
        else:
            rest = 0.5 * (m_hat / sigma) ** 2
            assert step == pytest.approx(-eta * m_hat / sigma, rel=rest + 1e-9)
            assert abs(step) < 0.2 * eta


@both_engines
def test_newton_needs_one_step_on_a_quadratic(engine):
    for f in (Quadratic(1, 100), Booth(), Quadratic(0.3, 7)):
        result = minimize(f, [1.7, -0.3], "newton", engine=engine)
        assert result.nit == 1 and result.success
        assert_allclose(result.x, f.minima[0], atol=1e-14)


@both_engines
def test_much_damping_turns_newton_to_the_gradient(engine):
    f, x, damping = Beale(), np.array([4.0, 3.0]), 1e12
    run = Newton(damping=damping).start(x, engine=engine)
    run.tell(x, f(x), f.gradient(x), f.hessian(x))
    v = run.state["direction"]
    # v = (H + lambda)^-1 g = (1 - H/lambda + ...) g/lambda with |H| ~ 2e6
    assert_allclose(damping * v, f.gradient(x), rtol=1e-5)


@both_engines
def test_newton_reports_what_it_meets(engine):
    """A Hessian that is singular, or leads to a saddle, is reported and not hidden."""
    run = Newton().start([1.0, 1.0], engine=engine)
    run.tell(run.ask(), 0.0, [1.0, 1.0], [[1.0, 0.0], [0.0, -1.0]])
    assert run.state["indefinite"] == 1
    run.tell(run.ask(), 0.0, [1.0, 1.0], [[1.0, 0.0], [0.0, 0.0]])
    assert list(run.stop) == ["SINGULAR_HESSIAN"]
    result = minimize(Himmelblau(), [-0.2, -0.9], Newton(), engine=engine)  # near the maximum
    assert result.status == Status.SADDLE and not result.success
    assert np.linalg.eigvalsh(Himmelblau().hessian(result.x))[0] < 0


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e6])
@pytest.mark.parametrize(("share", "saddle"), [(-0.999e-12, False), (-1.001e-12, True)])
def test_an_eigenvalue_is_negative_beyond_rounding(share, saddle, size):
    """1e-12 of the largest one: for a run alone, and for each of a fleet."""
    for hessian in (size * np.diag([1.0, share]), size * np.diag([share, 1.0])):
        result = minimize(Quadratic(), [0.0, 0.0], Newton())
        result.check_minimum(hessian)
        assert (result.status == Status.SADDLE, result.success) == (saddle, not saddle)
        reason, measured, limit = np.array([0]), np.ones(1), np.ones(1)
        _report_saddles(reason, measured, limit, hessian[np.newaxis])
        assert (reason[0] == Status.SADDLE) == saddle
        if saddle:
            assert result.stop.measured == measured[0] == size * share and limit[0] == 0.0


@both_engines
@pytest.mark.parametrize(
    ("b", "status"), [(1e-11, Status.SADDLE), (1e-13, Status.GRADIENT_TOLERANCE)]
)
def test_an_eigenvalue_of_rounding_is_not_negative(b, status, engine):
    """One run, and runs side by side; x^2 - b y^2 has the eigenvalues 2 and -2b."""
    one = minimize(Saddle(1, b), [0.0, 0.0], Newton(), engine=engine)
    many = multistart(Saddle(1, b), np.zeros((3, 2)), Newton(), engine=engine)
    assert one.status == status and (many.status == status).all()


@both_engines
def test_noise_has_the_deviation_asked_for(engine):
    run = GradientDescent(1.0, noise=0.5).start(np.zeros(10_000), rng=3, engine=engine)
    run.tell(run.ask(), 0.0, np.ones(10_000))
    g = -run.ask()
    # five standard errors of the mean and of the deviation of 10^4 numbers
    assert abs(g.mean() - 1) < 5 * 0.5 / 100 and abs(g.std() - 0.5) < 5 * 0.5 / math.sqrt(2e4)


# ---- schedules -----------------------------------------------------------------------------------


def test_schedules_by_hand():
    assert [Constant(0.3)(t) for t in (0, 9)] == [0.3, 0.3]
    assert [InverseTime(1.0, 0.5)(t) for t in (0, 2, 6)] == [1, 1 / 2, 1 / 4]
    halves = [Exponential(1.0, math.log(2))(t) for t in (0, 1, 3)]
    assert halves == pytest.approx([1, 1 / 2, 1 / 8], rel=1e-15)  # e^(-ln 2) is rounded
    assert [Step(1.0, every=3, factor=0.5)(t) for t in (0, 2, 3, 5, 6)] == [1, 1, 0.5, 0.5, 0.25]
    # 1/4 + 3/4 (1 + cos(pi t/4))/2 at t = 0, 2, 4, 9
    cosine = [Cosine(1.0, steps=4, final=0.25)(t) for t in (0, 2, 4, 9)]
    assert cosine == pytest.approx([1, 0.625, 0.25, 0.25], rel=1e-15)
    assert [Warmup(1.0, steps=4)(t) for t in range(6)] == [0.25, 0.5, 0.75, 1, 1, 1]
    after = Warmup(InverseTime(1.0, 1.0), steps=2)
    assert [after(t) for t in range(5)] == [0.5, 1, 1, 1 / 2, 1 / 3]


TIMES = [*range(60), 10**3, 10**6, 10**9, 2**40 + 1]


@pytest.mark.parametrize("schedule", SCHEDULE_ROWS, ids=repr)
def test_schedules_are_the_same_bits_on_both_sides(schedule):
    """Both use the C library's exp, cos and pow."""
    spec = native(schedule)
    assert [_core.schedule_at(spec, t) for t in TIMES] == [schedule(t) for t in TIMES]


positive = st.floats(1e-300, 1e300)


@settings(deadline=None, max_examples=200)
@given(
    schedule=st.one_of(
        st.builds(Constant, positive),
        st.builds(InverseTime, positive, st.floats(0, 1e300)),
        st.builds(Exponential, positive, st.floats(0, 1e300)),
        st.builds(Step, positive, positive, positive),
        st.builds(Cosine, positive, positive, st.floats(0, 1e300)),
        st.builds(Warmup, st.builds(Step, positive, positive, positive), st.integers(1, 10**9)),
    ),
    t=st.integers(0, 2**53),
)
def test_any_schedule_is_the_same_on_both_sides(schedule, t):
    """Also where a power overflows."""
    assert _core.schedule_at(native(schedule), t) == schedule(t)


def test_a_schedule_of_the_users_own():
    """Called with t = 0, 1, 2, ..., once a step; also inside of Warmup, also a subclass."""

    class Mine(Exponential):
        def __call__(self, t):
            return 0.3 / (1 + t)

    calls = []

    def rate(t):
        calls.append(t)
        return 0.3 / (1 + t)

    expected = minimize(Booth(), [1, 2], Momentum(InverseTime(0.3, 1.0)), max_iter=9, record=True)
    for given_rate in (rate, Mine(1.0, 1.0)):
        for engine in ("compiled", "numpy"):
            result = minimize(
                Booth(), [1, 2], Momentum(given_rate), max_iter=9, record=True, engine=engine
            )
            assert_array_equal(result.path.x, expected.path.x)
    assert calls == [*range(9), *range(9)]
    paths = [
        minimize(Booth(), [1, 2], Momentum(Warmup(Mine(1.0, 1.0), 3)), max_iter=9, record=True,
                 engine=engine).path.x
        for engine in ("compiled", "numpy")
    ]  # fmt: skip
    assert_array_equal(*paths)
    # 0.1, 0.2, 0.3 while it warms up
    assert_array_equal(paths[0][1], [1, 2] - 0.3 * (1 / 3) * Booth().gradient([1, 2]))


# ---- line searches -------------------------------------------------------------------------------


@both_engines
@pytest.mark.parametrize(
    "f", [DoubleWell(), Beale(), Himmelblau(), Rosenbrock(2), Sphere(2)], ids=repr
)
@pytest.mark.parametrize(
    "search", [Backtracking(), Backtracking(3.0, 0.3, 0.1), Backtracking(c1=0.9)], ids=repr
)
def test_backtracking_keeps_armijos_rule(search, f, engine):
    """The step is the first of initial, shrink initial, ... with
    phi(eta) <= phi(0) + c1 eta phi'(0)."""
    result = minimize(
        f, [0.9] * f.n, GradientDescent(search), max_iter=15, record=True, engine=engine, gtol=1e-4
    )
    assert result.nit > 0
    for x, y in zip(result.path.x, result.path.x[1:], strict=False):
        g = f.gradient(x)
        slope = -g @ g
        eta = search.initial
        while True:  # at most some 50 trials
            trial = f(x - eta * g)
            # 1e-15 |f|: the sum may round to either side
            if np.isfinite(trial) and trial <= f(x) + search.c1 * eta * slope + 1e-15 * abs(f(x)):
                break
            eta *= search.shrink
        assert_allclose(y, x - eta * g, rtol=1e-13)


@both_engines
@pytest.mark.parametrize(
    "f", [DoubleWell(), Beale(), Himmelblau(), Rosenbrock(2), Sphere(2)], ids=repr
)
@pytest.mark.parametrize("search", [ExactLineSearch(), ExactLineSearch(2.0, 1e-4)], ids=repr)
def test_exact_line_search_ends_where_the_slope_is_small(search, f, engine):
    """|phi'(eta)| <= tol |phi'(0)|, and it descends."""
    start = [0.9] * f.n
    result = minimize(
        f, start, GradientDescent(search), max_iter=15, record=True, engine=engine, gtol=1e-5
    )
    assert result.nit > 0
    for x, y in zip(result.path.x, result.path.x[1:], strict=False):
        v = f.gradient(x)
        # 1e-9 of the first slope: the sums round differently
        assert abs(f.gradient(y) @ v) <= (search.tol + 1e-9) * (v @ v)
        assert f(y) < f(x)


@both_engines
def test_trials_are_counted_and_the_best_may_be_one(engine):
    seen = []

    def fun(x):
        seen.append(x.copy())
        return float(x @ x)

    method = GradientDescent(Backtracking(initial=8.0))
    f = Function(fun, lambda x: 2 * x)
    result = minimize(f, [1.0, 2.0], method, max_iter=3, record=True, engine=engine)
    assert result.nfev == result.njev == len(seen) > result.nit + 1
    assert result.fun == min(float(x @ x) for x in seen)
    assert len(result.path) == result.nit + 1


@both_engines
def test_a_gradient_buffer_used_again_is_harmless(engine):
    """A jac that writes into one array and returns it each time."""
    buffer = np.zeros(2)

    def jac(x):
        buffer[:] = [2 * x[0], 20 * x[1]]
        return buffer

    for method in (GradientDescent(Backtracking()), GradientDescent(ExactLineSearch()), Adam(0.1)):
        paths = [
            minimize(lambda x: x[0] ** 2 + 10 * x[1] ** 2, [1.0, 2.0], method, jac=slope,
                     max_iter=10, record=True, engine=engine).path.x
            for slope in (jac, lambda x: jac(x).copy())
        ]  # fmt: skip
        assert_array_equal(*paths)


@pytest.mark.parametrize(
    "kind", [m for m in GRADIENT.values() if not m.searches], ids=lambda m: m.name
)
def test_a_line_search_needs_a_descent_direction(kind):
    with pytest.raises(ValueError, match="is a line search, but a step of"):
        dataclasses.replace(kind, learning_rate=Backtracking())


# ---- the lecture's examples ----------------------------------------------------------------------


@both_engines
def test_the_cubic(engine):
    """x^3 - 2x^2 + 2 from 2 with eta = 0.1 until |dx| <= 1e-4, and with an exact line search."""
    result = minimize(Cubic(), [2.0], GradientDescent(0.1), xtol=1e-4, record=True, engine=engine)
    assert len(result.path) == 17 and f"{result.path.x[-1, 0]:.8f}" == "1.33342535"
    assert result.status == Status.STEP_TOLERANCE
    method = GradientDescent(ExactLineSearch())
    result = minimize(Cubic(), [2.0], method, xtol=1e-4, record=True, engine=engine)
    assert len(result.path) == 4 and f"{result.path.x[-1, 0]:.8f}" == "1.33333333"


@both_engines
def test_the_quadratic(engine):
    """x^2 + y^2 - 1: eta = 0.1 shrinks by 0.8 a step, 0.5 is there at once, 1 goes to and fro."""
    f, x0 = Quadratic(), np.array([1.0, 2.0])
    paths = {
        eta: minimize(f, x0, GradientDescent(eta), max_iter=20, record=True, engine=engine)
        for eta in (0.1, 0.5, 1.0, 1.01)
    }
    assert_allclose(paths[0.1].path.x, x0 * 0.8 ** np.arange(21)[:, None], rtol=1e-14)
    assert paths[0.5].nit == 1 and paths[0.5].success
    assert_array_equal(paths[1.0].path.x, x0 * (-1.0) ** np.arange(21)[:, None])
    assert_allclose(paths[1.01].path.x, x0 * (-1.02) ** np.arange(21)[:, None], rtol=1e-13)


@both_engines
@pytest.mark.parametrize("start", [(4, 3), (-1, 4), (-2, -4)])
def test_beale(start, engine):
    """From the lecture's three starts, Adam comes to the minimum (3, 0.5) or goes down the
    valley towards infinity, and lower in any case."""
    result = minimize(Beale(), start, Adam(0.05), max_iter=20_000, engine=engine)
    assert result.fun < Beale()(start)
    if start == (4, 3):
        assert_allclose(result.x, [3, 0.5], atol=1e-6)


@pytest.mark.parametrize("method", MINIMAL.values(), ids=MINIMAL)
def test_every_method_goes_downhill(method):
    """The least that one may ask, of methods still to come too."""
    f = Function(
        lambda x: float(x @ x), lambda x: 2 * x, lambda x: 2 * np.eye(2) if wants_hessian else None
    )
    result = minimize(f, [1.0, 2.0], method, max_iter=50)
    assert result.fun < 5.0


# ---- hyper-parameters ----------------------------------------------------------------------------


@pytest.mark.parametrize("method", MINIMAL.values(), ids=MINIMAL)
def test_every_hyper_parameter_is_checked_by_name(method):
    for field in dataclasses.fields(method):
        if field.metadata.get("within") is None and field.name not in ("learning_rate", "clip"):
            continue
        for wrong in (-0.1, np.nan, np.inf, "0.1", [1.0, 2.0], 1j, True, 10**400):
            with pytest.raises((ValueError, TypeError), match=f"^{field.name}[= ]"):
                dataclasses.replace(method, **{field.name: wrong})


def test_the_texts_of_hyper_parameters():
    with pytest.raises(ValueError, match=r"^learning_rate=-0.1 must be > 0$"):
        GradientDescent(-0.1)
    with pytest.raises(ValueError, match=r"^momentum=1 must be < 1$"):
        Momentum(0.1, 1)
    with pytest.raises(ValueError, match=r"^beta=1.5 must be <= 1$"):
        RMSprop(beta=1.5)
    with pytest.raises(ValueError, match=r"^noise=-1 must be >= 0$"):
        Adam(noise=-1)
    with pytest.raises(TypeError, match=r"^learning_rate=Constant is a class: pass Constant\("):
        GradientDescent(Constant)


@pytest.mark.parametrize("method", MINIMAL.values(), ids=MINIMAL)
def test_methods_are_records(method):
    same = dataclasses.replace(method)
    assert same == method and hash(same) == hash(method)
    assert eval(repr(method), {type(method).__name__: type(method)}) == method
    name = dataclasses.fields(method)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(method, name, 1.0)


@both_engines
@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_hessian_that_is_not_finite_is_not_called_singular(n, value, engine):
    def hess(x):
        h = np.eye(n)
        h[0, -1] = value
        return h

    f = Function(lambda x: float(x @ x), lambda x: 2.0 * x, hess)
    for result in (
        minimize(f, np.ones(n), Newton(), engine=engine),
        multistart(f, [np.ones(n)] * 3, Newton(), engine=engine)[1],
    ):
        assert result.status == Status.DIVERGED and not result.success
        assert result.message.startswith(
            f"diverged: the Hessian is not finite at f = {n} after 0 steps"
        )
    assert_array_equal(result.x, np.ones(n))
