"""The updates beside those of torch and optax; and SciPy's protocol for methods of one's own.

torch and optax are in the extra ``bench``; the tests against them carry the marker ``peers``.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import scipy.optimize
from numpy.testing import assert_allclose, assert_array_equal
from promises import both_engines
from specimens import (
    MINIMAL,
    wants_hessian,
)

from ml4pa import (
    AdaGrad,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Nesterov,
    RMSprop,
    Status,
    landscapes,
    minimize,
)

STEPS, N = 200, 7


def gradients():
    """Random, of very different sizes in the coordinates."""
    rng = np.random.default_rng(20)
    return rng.standard_normal((STEPS, N)) * 10.0 ** np.linspace(-3, 3, N)


X0 = np.linspace(-1, 2, N)


def ours(method, engine):
    """The points asked for, x0 first."""
    run = method.start(X0, engine=engine)
    rows = [run.ask()]
    for g in gradients():
        run.tell(run.ask(), 0.0, g)
        rows.append(run.ask())
    return np.array(rows)


def close(a, b):
    """Relative 1e-12 of each coordinate's path over 200 steps: torch orders the same operations
    otherwise (a bias correction by division, m/(1-beta1^t) beside eta/(1-beta1^t)), which costs
    some 1e-16 a step; each coordinate's own range is the scale, because paths cross zero."""
    scale = np.max(np.abs(b), axis=0)
    assert np.max(np.abs(a - b) / scale) <= 1e-12


def theirs(make):
    torch = pytest.importorskip("torch")
    theta = torch.tensor(X0, dtype=torch.float64, requires_grad=True)
    optimizer = make(torch.optim, [theta])
    rows = [theta.detach().numpy().copy()]
    for g in gradients():
        theta.grad = torch.from_numpy(g.copy())
        optimizer.step()
        rows.append(theta.detach().numpy().copy())
    return np.array(rows)


TORCH = {
    "sgd": (GradientDescent(0.01), lambda o, p: o.SGD(p, lr=0.01)),
    "momentum": (Momentum(0.01, 0.9), lambda o, p: o.SGD(p, lr=0.01, momentum=0.9)),
    # torch's parameters are the points that we ask for, the look-ahead
    "nesterov": (
        Nesterov(0.01, 0.8),
        lambda o, p: o.SGD(p, lr=0.01, momentum=0.8, nesterov=True),
    ),
    "adagrad": (
        AdaGrad(0.1, eps=1e-10, eps_root=0),
        lambda o, p: o.Adagrad(p, lr=0.1, eps=1e-10),
    ),
    "rmsprop": (
        RMSprop(0.01, beta=0.95, eps=1e-8, eps_root=0),
        lambda o, p: o.RMSprop(p, lr=0.01, alpha=0.95, eps=1e-8),
    ),
    "adam": (
        Adam(0.01, beta1=0.8, beta2=0.99, eps=1e-8, eps_root=0),
        lambda o, p: o.Adam(p, lr=0.01, betas=(0.8, 0.99), eps=1e-8),
    ),
    "adam-defaults": (
        Adam(0.001, eps=1e-8, eps_root=0),
        lambda o, p: o.Adam(p, lr=0.001),
    ),
    "adamw": (
        AdamW(0.01, eps=1e-8, eps_root=0, weight_decay=0.1),
        lambda o, p: o.AdamW(p, lr=0.01, eps=1e-8, weight_decay=0.1),
    ),
}


@pytest.mark.peers
@both_engines
@pytest.mark.parametrize("name", TORCH)
def test_torch(name, engine):
    method, make = TORCH[name]
    close(ours(method, engine), theirs(make))


@pytest.mark.peers
@both_engines
@pytest.mark.parametrize("method", [Momentum, Nesterov])
def test_torch_with_a_schedule_is_another_method(method, engine):
    """torch keeps v/eta, so a changing rate changes its old steps too: the docs say so."""
    torch = pytest.importorskip("torch")
    theta = torch.tensor(X0, dtype=torch.float64, requires_grad=True)
    sgd = torch.optim.SGD([theta], lr=0.1, momentum=0.9, nesterov=method is Nesterov)
    run = method(lambda t: 0.1 / (1 + t)).start(X0, engine=engine)
    for t, g in enumerate(gradients()[:3]):
        sgd.param_groups[0]["lr"] = 0.1 / (1 + t)
        theta.grad = torch.from_numpy(g.copy())
        sgd.step()
        run.tell(run.ask(), 0.0, g)
    assert np.max(np.abs(run.ask() - theta.detach().numpy())) > 1e-3


OPTAX = {
    "adam": (Adam(0.01, eps=1e-6, eps_root=1e-4), lambda o: o.adam(0.01, eps=1e-6, eps_root=1e-4)),
    "adamw": (
        AdamW(0.01, eps=1e-8, eps_root=1e-6, weight_decay=0.1),
        lambda o: o.adamw(0.01, eps=1e-8, eps_root=1e-6, weight_decay=0.1),
    ),
    # optax puts eps under the root (eps_in_sqrt), as the lecture does
    "rmsprop": (
        RMSprop(0.01, beta=0.95, eps_root=1e-6),
        lambda o: o.rmsprop(0.01, decay=0.95, eps=1e-6),
    ),
    "momentum": (Momentum(0.01, 0.9), lambda o: o.sgd(0.01, momentum=0.9)),
    "adagrad": (
        AdaGrad(0.1, eps_root=1e-6),
        lambda o: o.adagrad(0.1, initial_accumulator_value=0.0, eps=1e-6),
    ),
}


@pytest.mark.peers
@both_engines
@pytest.mark.parametrize("name", OPTAX)
def test_optax(name, engine):
    jax = pytest.importorskip("jax")
    optax = pytest.importorskip("optax")
    method, make = OPTAX[name]
    with jax.enable_x64(True):
        optimizer = make(optax)
        x = jax.numpy.asarray(X0)
        state = optimizer.init(x)
        update = jax.jit(optimizer.update)
        rows = [np.array(x)]
        for g in gradients():
            step, state = update(jax.numpy.asarray(g), state, x)
            x = optax.apply_updates(x, step)
            rows.append(np.array(x))
    close(ours(method, engine), np.array(rows))


# ---- SciPy ---------------------------------------------------------------------------------------

F = landscapes.Rosenbrock()


def bowl(x, shift=0.0):
    return float(np.sum((x - shift) ** 2))


def bowl_jac(x, shift=0.0):
    return 2 * (x - shift)


def bowl_hess(x, shift=0.0):
    return 2 * np.eye(x.size)


@pytest.mark.parametrize("method", MINIMAL.values(), ids=MINIMAL)
def test_every_method_is_a_scipy_method(method):
    hess = bowl_hess if wants_hessian(method) else None
    result = scipy.optimize.minimize(
        bowl, [1.0, 2.0], jac=bowl_jac, hess=hess, method=method,
        options={"maxiter": 25, "rng": 1},
    )  # fmt: skip
    expected = minimize(bowl, [1.0, 2.0], method, jac=bowl_jac, hess=hess, max_iter=25, rng=1)
    assert isinstance(result, scipy.optimize.OptimizeResult)
    assert_array_equal(result.x, expected.x)
    assert_array_equal(result.jac, expected.jac)
    for name in ("fun", "success", "status", "message", "nit", "nfev", "njev", "nhev", "engine"):
        assert result[name] == getattr(expected, name)


def test_scipy_arguments_arrive():
    result = scipy.optimize.minimize(
        bowl, [1.0, 2.0], args=(3.0,), jac=bowl_jac, method=Adam(0.1), tol=1e-6,
        bounds=scipy.optimize.Bounds([0.0, 0.0], [2.5, 9.0]),
    )  # fmt: skip
    assert result.success and result.status == Status.GRADIENT_TOLERANCE
    assert "gtol = 1e-06" in result.message
    assert_allclose(result.x, [2.5, 3.0], atol=1e-6)  # gtol = 1e-6 on a curvature of 2
    again = scipy.optimize.minimize(
        bowl, [1.0, 2.0], args=3.0, jac=bowl_jac, method=Adam(0.1), tol=1e-6,
        bounds=[(0, 2.5), (0, 9)],
    )  # fmt: skip
    assert_array_equal(result.x, again.x)


def test_scipy_options_are_the_keywords_of_minimize():
    options = {"record": 5, "max_iter": 20, "engine": "numpy", "xtol": 1e-12}
    result = scipy.optimize.minimize(F, [0.5, 0.6], method=Adam(0.1), options=options)
    assert result.engine == "numpy" and len(result.path) == 5
    with pytest.raises(TypeError, match="momentum"):
        scipy.optimize.minimize(F, [0.5, 0.6], method=Adam(0.1), options={"momentum": 0.3})


def test_scipy_disp_prints_how_the_run_ended(capsys):
    for disp in (False, True):
        scipy.optimize.minimize(
            bowl, [1.0, 2.0], method=Adam(0.1), options={"maxiter": 3, "disp": disp}
        )
        assert ("steps spent: 3 steps" in capsys.readouterr().out) is disp


@pytest.mark.parametrize("jac", [None, True, "2-point", "3-point"])
def test_scipy_kinds_of_gradient(jac):
    fun = (lambda x: (bowl(x), bowl_jac(x))) if jac is True else bowl
    result = scipy.optimize.minimize(fun, [1.0, 2.0], jac=jac, method=Adam(0.1), tol=1e-5)
    # half of tol = 1e-5 on a curvature of 2; forward differences err by some 1e-8
    assert result.success
    assert_allclose(result.x, [0, 0], atol=1e-5)


def test_scipy_callbacks_of_both_signatures():
    points, results = [], []

    def old(xk):
        points.append(xk.copy())

    def new(intermediate_result):
        results.append(intermediate_result)

    for callback in (old, new):
        scipy.optimize.minimize(
            bowl, [1.0, 2.0], jac=bowl_jac, method=Adam(0.1), callback=callback,
            options={"maxiter": 4},
        )  # fmt: skip
    path = minimize(bowl, [1.0, 2.0], Adam(0.1), jac=bowl_jac, max_iter=4, record=True).path
    assert_array_equal(points, path.x)
    assert_array_equal([r.x for r in results], path.x)
    assert_array_equal([r["fun"] for r in results], path.fun)
    assert all(isinstance(r, scipy.optimize.OptimizeResult) for r in results)

    def stop(xk):
        raise StopIteration

    for engine in ("compiled", "numpy"):
        result = scipy.optimize.minimize(
            bowl, [1.0, 2.0], method=Adam(0.1), callback=stop, options={"engine": engine}
        )
        assert result.status == Status.CALLBACK and not result.success
        assert_array_equal(result.x, [1.0, 2.0])


def test_scipy_constraints_are_refused():
    constraint = {"type": "eq", "fun": lambda x: x[0]}
    with pytest.raises(ValueError, match="^constraints=.* must be empty"):
        scipy.optimize.minimize(bowl, [1.0, 2.0], method=Adam(0.1), constraints=[constraint])


def test_scipy_agrees_on_the_minimum():
    ours = scipy.optimize.minimize(F, [-1.2, 1.0], method=MINIMAL["newton"])
    theirs = scipy.optimize.minimize(F, [-1.2, 1.0], jac=F.gradient, hess=F.hessian,
                                     method="trust-exact", tol=1e-10)  # fmt: skip
    assert_allclose(ours.x, theirs.x, atol=1e-8)  # both have |g| < 1e-8 on a curvature of 0.4


def test_hyper_parameters_are_their_own_scipy_method():
    for method in (Adam(0.1), dataclasses.replace(Adam(0.1), beta1=0.5)):
        result = scipy.optimize.minimize(bowl, [1.0], jac=bowl_jac, method=method, tol=1e-6)
        assert result.success
