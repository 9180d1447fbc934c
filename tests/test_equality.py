"""The two engines against each other: over the table of cases, whole path and step by step."""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import importlib
import importlib.util
import inspect
import math
import platform
import re
from pathlib import Path

import numpy as np
import pytest
from cases import CASES, IDS, POPULATION_CASES, SAME_BITS
from numpy.testing import assert_array_equal
from promises import both_engines
from specimens import (
    GRADIENT,
    MINIMAL,
    bowl,
    bowl_function,
    python,
    wants_hessian,
)

import ml4pa
from ml4pa import (
    CMAES,
    METHODS,
    MLP,
    Adam,
    Cost,
    Function,
    GeneticAlgorithm,
    GradientDescent,
    Newton,
    Status,
    _core,
    checks,
    fit,
    minimize,
)  # fmt: skip
from ml4pa.landscapes import LANDSCAPES, Quadratic, Sphere
from ml4pa.learning_rates import LINE_SEARCHES, SCHEDULES
from ml4pa.method import GradientMethod
from ml4pa.native import NativeObjective
from ml4pa.stopping import RULES

NUMBER = re.compile(r"-?\d[\d.]*(e[+-]\d+)?|nan|-?inf")
every_case = pytest.mark.parametrize("case", CASES, ids=IDS)


def run_case(case, engine, **given):
    options = {"record": True, **case.options, **given}
    return minimize(case.objective(), case.start, case.method, engine=engine, **options)


def assert_close(a, b, rtol, steps=1):
    """Bit for bit, or within rtol a step, relative to the largest entry (at least 1)."""
    if rtol == SAME_BITS:
        assert_array_equal(a, b)
        return
    a, b = np.asarray(a), np.asarray(b)
    assert_array_equal(np.isfinite(a), np.isfinite(b))
    where = np.isfinite(a)
    scale = np.maximum(1.0, np.max(np.abs(b[where]), initial=0.0))
    difference = np.max(np.abs(a[where] - b[where]) / scale, initial=0.0)
    assert difference <= rtol * steps, difference


# ---- the table -----------------------------------------------------------------------------------


def test_table_covers_the_registries():
    """A method, schedule, line search, rule or landscape without a row would not be compared."""
    methods = {type(case.method) for case in CASES}
    methods |= {type(case.method) for case in POPULATION_CASES}
    assert methods >= set(METHODS.values())

    def kinds(rate):
        yield type(rate)
        if hasattr(rate, "learning_rate"):
            yield from kinds(rate.learning_rate)

    rates = {k for case in CASES for k in kinds(getattr(case.method, "learning_rate", None))}
    assert rates >= {*SCHEDULES, *LINE_SEARCHES}
    used = {option for case in CASES for option in case.options}
    assert used >= {rule.keyword for rule in RULES} | {"norm", "bounds", "rng", "record"}
    assert {type(case.objective()) for case in CASES} >= set(LANDSCAPES)


def test_table_reaches_every_reason():
    """But time, the callback and those of fits and of CMA-ES, which have tests of their own."""
    cases = [*CASES, *POPULATION_CASES]
    met = {run_case(case, "compiled", record=False).status for case in cases}
    fits = {Status.EPOCHS, Status.PATIENCE, Status.EXACT, Status.UNDETERMINED, Status.ROUNDED}
    own = {status for status in Status if Status.TOLFUN <= status <= Status.RESOLUTION}
    elsewhere = {Status.MAX_TIME, Status.CALLBACK, Status.RUNNING, Status.TORN} | fits | own
    assert met - own == set(Status) - elsewhere


@every_case
def test_whole_run(case):
    a, b = run_case(case, "compiled"), run_case(case, "numpy")
    assert (a.engine, b.engine) == ("compiled", "numpy")
    for name in ("success", "status", "nit", "nfev", "njev", "nhev"):
        assert getattr(a, name) == getattr(b, name), name
    assert NUMBER.sub("", a.message) == NUMBER.sub("", b.message)
    for result in (a, b):
        kinds = [type(getattr(result, name)) for name in ("fun", "success", "nit", "nfev", "njev")]
        assert kinds == [float, bool, int, int, int]
    steps = a.nit + 1
    for name in ("x", "fun", "jac"):
        assert_close(getattr(a, name), getattr(b, name), case.rtol, steps)
    if case.rtol == SAME_BITS:
        assert repr(a) == repr(b).replace("engine: numpy", "engine: compiled")
    if case.options.get("record") is False:
        assert a.path is None and b.path is None
        return
    assert a.path.x.dtype == a.path.fun.dtype == np.float64
    assert_array_equal(a.path.iteration, b.path.iteration)
    assert a.path.x.shape == b.path.x.shape and a.path.fun.shape == b.path.fun.shape
    rows = zip(a.path.iteration, a.path.x, b.path.x, a.path.fun, b.path.fun, strict=True)
    for t, x, y, f, h in rows:
        assert_close(x, y, case.rtol, t + 1)
        assert_close(f, h, case.rtol, t + 1)


def tellings(case):
    """The points of a run, each told to the compiled run and to the NumPy run alike."""
    rng = case.options.get("rng")
    bounds = case.options.get("bounds")
    x0 = np.atleast_1d(np.asarray(case.start, dtype=float))
    a = case.method.start(x0, rng=rng, bounds=bounds)
    b = case.method.start(x0, rng=rng, bounds=bounds, engine="numpy")
    assert (a.engine, b.engine) == ("compiled", "numpy")
    f = case.objective()
    for t in range(30):
        yield t, a, b
        x = a.ask()
        with np.errstate(all="ignore"):
            f_x, g, h, *_ = f.evaluate(x.copy(), wants_hessian(case.method))
        if a.stop:
            return
        assert a.accepts(f_x, g) == b.accepts(f_x, g)
        more = (h,) if wants_hessian(case.method) else ()
        a.tell(x, f_x, g, *more)
        b.tell(b.ask(), f_x, g, *more)
    yield 30, a, b


@every_case
def test_step_by_step(case):
    """The same values and gradients told to both: every update and everything kept is the same.

    The elementwise updates are the same bits on every objective. The length of a clipped gradient
    and the slope of a line search are sums of n products, the same bits for n <= 2; Newton's step
    is a solution.
    """
    n = np.size(case.start)
    sums = case.method.clip is not None or type(case.method.learning_rate) in LINE_SEARCHES
    rtol = case.rtol if wants_hessian(case.method) or (sums and n > 2) else SAME_BITS
    for t, a, b in tellings(case):
        assert_close(a.ask(), b.ask(), rtol, t + 1)
        assert_close(a.x, b.x, rtol, t + 1)
        assert a.fun == b.fun and a.iteration == b.iteration and a.n == b.n
        assert list(a.stop) == list(b.stop)
        assert a.state.keys() == b.state.keys()
        for name, kept in a.state.items():
            assert type(kept) is type(b.state[name]), name
            assert_close(kept, b.state[name], rtol, t + 1)


# ---- minimize is exactly this loop ---------------------------------------------------------------


def asked_and_told(case, engine, result):
    """The iterates of the loop written by hand, up to where `minimize` stopped."""
    f = case.objective()
    bounds = case.options.get("bounds")
    if isinstance(f, Function):
        n = np.size(case.start)
        f = f.within(checks.bounds(bounds, n), n)
    twin = f.native if engine == "compiled" and isinstance(f, NativeObjective) else None
    run = case.method.start(case.start, case.options.get("rng"), bounds, engine=engine)
    iterates, nfev = [], 0
    while not run.stop and nfev < result.nfev:
        x = run.ask()
        with np.errstate(all="ignore"):
            told = f.evaluate(x.copy(), wants_hessian(case.method))
        value, g, h = told[:3]
        nfev += told.nfev
        if twin is not None:
            value, g = twin.value(x), twin.gradient(x)
            h = None if h is None else twin.hessian(x)
        if run.accepts(value, g):
            iterates.append((x, value))
        run.tell(x, value, g, *([] if h is None else [h]))
    return run, iterates


@both_engines
@every_case
def test_minimize_is_exactly_this_loop(case, engine):
    result = run_case(case, engine, record=True)
    run, iterates = asked_and_told(case, engine, result)
    assert len(iterates) == len(result.path) == result.nit + 1
    assert_array_equal(result.path.x, [x for x, _ in iterates])
    assert_array_equal(result.path.fun, [f for _, f in iterates])
    if np.isfinite(run.fun):
        assert result.fun == (run.fun if engine == "compiled" else case.objective()(run.x))
        assert_array_equal(result.x, run.x)


@every_case
def test_looking_for_nan_changes_no_bit(case):
    a = run_case(case, "compiled", record=True)
    if np.isnan(a.path.fun).any():
        with pytest.raises(FloatingPointError, match="fun is NaN at x"):
            run_case(case, "compiled", on_nan="raise")
        return
    b = run_case(case, "compiled", record=True, on_nan="raise")
    assert a.engine == b.engine and a.message == b.message
    assert a.fun == b.fun or not np.isfinite(a.fun)
    assert_array_equal(a.x, b.x)


# ---- errors --------------------------------------------------------------------------------------

X = [1.0, 2.0]
Q = Quadratic()
WRONG_CALLS = [
    ("x0", {"x0": None}),
    ("x0", {"x0": [1.0, 2.0, 3.0]}),
    ("x0", {"x0": [[1.0, 2.0]]}),
    ("x0", {"x0": []}),
    ("x0", {"x0": [1.0, np.nan]}),
    ("x0", {"x0": [np.inf, 1.0]}),
    ("x0", {"x0": ["a", "b"]}),
    ("x0", {"x0": [1.0, 2j]}),
    ("x0", {"x0": [1.0, None]}),
    ("x0", {"x0": [[1.0], [1.0, 2.0]]}),
    ("fun", {"fun": 5}),
    ("fun", {"fun": None}),
    ("jac", {"fun": bowl, "jac": "4-point"}),
    ("jac", {"fun": bowl, "jac": 3}),
    ("jac", {"jac": "2-point"}),
    ("hess", {"fun": bowl, "hess": 3}),
    ("method", {"method": "adm"}),
    ("method", {"method": "gradient_descent"}),
    ("method", {"method": Adam}),
    ("method", {"method": 5}),
    ("method", {"method": None}),
    ("bounds", {"bounds": 5}),
    ("bounds", {"bounds": [(0, 3)]}),
    ("bounds", {"bounds": [(0, 3), 5]}),
    ("bounds", {"bounds": [(0, 3), (0, 3, 4)]}),
    ("bounds", {"bounds": [(0, 3), (3, 0)]}),
    ("bounds", {"bounds": [(0, 3), (np.nan, 3)]}),
    ("bounds", {"bounds": [(0, 3), (0, "a")]}),
    ("bounds", {"bounds": [(0, 3), (0, 1j)]}),
    ("x0", {"bounds": [(0, 3), (3, 4)]}),
    ("x0", {"bounds": [(0, 3), (None, 1)]}),
    ("gtol", {"gtol": -1.0}),
    ("gtol", {"gtol": "1"}),
    ("gtol", {"gtol": np.nan}),
    ("gtol", {"gtol": [1.0, 2.0]}),
    ("gtol", {"gtol": 10**400}),
    ("xtol", {"xtol": -1}),
    ("ftol", {"ftol": 1j}),
    ("target", {"target": np.inf}),
    ("norm", {"norm": 1}),
    ("norm", {"norm": "max"}),
    ("norm", {"norm": np.array([1, 2])}),
    ("max_iter", {"max_iter": -1}),
    ("max_iter", {"max_iter": 1.5}),
    ("max_iter", {"max_iter": True}),
    ("max_iter", {"max_iter": "10"}),
    ("max_iter", {"max_iter": np.inf}),
    ("max_iter", {"max_iter": 10**400}),
    ("max_evals", {"max_evals": 0}),
    ("max_evals", {"fun": bowl, "x0": [1, 2, 3], "max_evals": 6}),  # one point takes 7
    ("max_time", {"max_time": -1.0}),
    ("max_time", {"max_time": np.nan}),
    ("record", {"record": -1}),
    ("record", {"record": 0.5}),
    ("record", {"record": "yes"}),
    ("record", {"record": 10**30}),
    ("threads", {"threads": 0}),
    ("threads", {"threads": 1.5}),
    ("workers", {"workers": 2}),
    ("on_nan", {"on_nan": "ignore"}),
    ("callback", {"callback": 5}),
    ("rng", {"rng": "seed"}),
    ("rng", {"rng": -1}),
    ("fun(x)", {"fun": lambda x: "a", "jac": lambda x: x}),
    ("fun(x)", {"fun": lambda x: None, "jac": lambda x: x}),
    ("fun(x)", {"fun": lambda x: x, "jac": lambda x: x}),
    ("fun(x)", {"fun": lambda x: 1j, "jac": lambda x: x}),
    ("fun(x)", {"fun": lambda x: 1.0, "jac": True}),
    ("fun(x)", {"fun": lambda x: (1.0, 2.0, 3.0), "jac": True}),
    ("fun(x)", {"fun": lambda x: (1.0, [2.0, 3.0, 4.0]), "jac": True}),
    ("jac(x)", {"fun": lambda x: 1.0, "jac": lambda x: None}),
    ("jac(x)", {"fun": lambda x: 1.0, "jac": lambda x: x[:1]}),
    ("jac(x)", {"fun": lambda x: 1.0, "jac": lambda x: [x]}),
    ("hess", {"fun": lambda x: x @ x, "method": "newton"}),
    ("hess(x)", {
        "fun": lambda x: x @ x, "jac": lambda x: 2 * x, "hess": lambda x: [1, 2], "method": "newton"
    }),
    ("learning_rate(t=0)", {"method": GradientDescent(lambda t: -1.0)}),
    ("learning_rate(t=1)", {"method": GradientDescent(lambda t: 0.1 if t == 0 else np.nan)}),
    ("learning_rate(t=0)", {"method": GradientDescent(lambda t: None)}),
    ("learning_rate(t=0)", {"method": Adam(lambda t: "0.1")}),
]  # fmt: skip


def told_error(call):
    with pytest.raises((ValueError, TypeError)) as error:
        call()
    return type(error.value), str(error.value)


@pytest.mark.parametrize(("name", "given"), WRONG_CALLS)
def test_minimize_refuses_alike(name, given):
    """Name first, then value, constraint and cure; the same from both engines."""
    given = {"fun": Q, "x0": X, "method": "adam", **given}
    if "rng" in given:
        given["method"] = Adam(noise=0.1)
    a = told_error(lambda: minimize(**given))
    b = told_error(lambda: minimize(**given, engine="numpy"))
    assert a == b
    assert a[1].startswith(name)


@pytest.mark.parametrize("engine", ["fast", None, 3])
def test_an_unknown_engine_is_refused(engine):
    for call in (
        lambda: minimize(Q, X, "adam", engine=engine),
        lambda: Adam().start(X, engine=engine),
    ):
        assert told_error(call)[1].startswith(f"engine={engine!r} must be one of")


def test_a_wrong_rng_is_refused_without_noise_too():
    for engine in ("compiled", "numpy"):
        assert told_error(lambda e=engine: minimize(Q, X, rng="a", engine=e))[1].startswith("rng")
        assert told_error(lambda e=engine: Adam().start(X, rng="a", engine=e))[1].startswith("rng")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("x0", ()),
        ("x0", ([],)),
        ("x0", ([[1.0]],)),
        ("x0", ([np.nan],)),
        ("x0", ("abc",)),
        ("x0", ([3.0], None, [(0, 1)])),
        ("rng", ([1.0], "abc")),
        ("rng", ([1.0], -3)),
        ("bounds", ([1.0], None, [(0, 1), (0, 1)])),
        ("bounds", ([1.0], None, 3)),
    ],
)
@pytest.mark.parametrize("method", MINIMAL.values(), ids=MINIMAL)
def test_start_refuses_alike(method, name, arguments):
    if name == "rng" and isinstance(method, GradientMethod):
        method = dataclasses.replace(method, noise=1.0)
    a = told_error(lambda: method.start(*arguments))
    b = told_error(lambda: method.start(*arguments, engine="numpy"))
    assert a == b and a[1].startswith(name)


G = [0.5, 0.5]
H = [[1.0, 0.0], [0.0, 1.0]]
WRONG_TELLS = [
    ("x", (None, 1.0, G)),
    ("x", ([1.0], 1.0, G)),
    ("x", ([[1.0, 2.0]], 1.0, G)),
    ("x", ("ab", 1.0, G)),
    ("x", ([1.0, np.nan], 1.0, G)),
    ("x", (np.array([np.inf, 1.0]), 1.0, np.array(G))),  # ready for the kernel, but for its value
    ("f", (X, None, G)),
    ("f", (X, "1", G)),
    ("f", (X, [1.0, 2.0], G)),
    ("f", (X, 1j, G)),
    ("g", (X, 1.0)),
    ("g", (X, 1.0, None)),
    ("g", (X, 1.0, [1.0])),
    ("g", (X, 1.0, [1.0, 2.0, 3.0])),
    ("g", (X, 1.0, [H])),
    ("g", (X, 1.0, "gg")),
    ("g", (X, 1.0, [1j, 1.0])),
]
WRONG_HESSIANS = [
    ("H", (X, 1.0, G)),
    ("H", (X, 1.0, G, None)),
    ("H", (X, 1.0, G, G)),
    ("H", (X, 1.0, G, [[1.0]])),
    ("H", (X, 1.0, G, [["a", "b"], ["c", "d"]])),
]


@pytest.mark.parametrize("method", GRADIENT.values(), ids=GRADIENT)
def test_tell_refuses_alike_and_changes_nothing(method):
    tells = WRONG_TELLS
    if wants_hessian(method):
        tells = [(name, (*a, H) if len(a) == 3 else a) for name, a in tells] + WRONG_HESSIANS
    for name, arguments in tells:
        messages = []
        for engine in ("compiled", "numpy"):
            run = method.start(X, engine=engine)
            before = run.snapshot()
            messages.append(told_error(lambda run=run, a=arguments: run.tell(*a)))
            assert_array_equal(run.ask(), X)
            assert str(run.snapshot()) == str(before)
        assert messages[0] == messages[1]
        assert messages[0][1].startswith(name), messages[0]


def test_tell_takes_its_arguments_by_name():
    for engine in ("compiled", "numpy"):
        run = Newton().start(X, engine=engine)
        run.tell(x=X, f=1.0, g=G, H=H)
        assert_array_equal(run.ask(), [0.5, 1.5])


# ---- registries ----------------------------------------------------------------------------------


def test_methods_have_the_same_names_and_fields_on_both_sides():
    python = {name: list(method.hyper_parameters()) for name, method in MINIMAL.items()}
    assert _core.method_signatures() | _core.population_signatures() == python


@pytest.mark.parametrize("name", METHODS)
def test_the_name_is_the_class(name):
    kind = METHODS[name]
    assert getattr(ml4pa, kind.__name__) is kind
    assert kind.name == name == name.lower()
    assert inspect.getdoc(kind) and "References" in inspect.getdoc(kind)


def test_reasons_have_the_same_numbers_on_both_sides():
    """The rules' places are their status; both sides were compared run by run above."""
    assert [rule.status for rule in RULES] == list(range(len(RULES)))


# ---- the stub ------------------------------------------------------------------------------------


def public(names):
    return {name for name in names if not name.startswith("_")}


def test_the_stub_is_in_step_with_the_extension():
    source = (Path(ml4pa.__file__).parent / "_core.pyi").read_text()
    nodes = ast.parse(source).body
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    functions = {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}
    numbers = {n.target.id for n in nodes if isinstance(n, ast.AnnAssign)}
    extension = importlib.import_module(f"ml4pa._core_{_core.isa}")
    # ISAS is of _core.py, which publishes the extension.
    assert {*classes, *functions, *numbers} == public(dir(extension)) | {"ISAS"}
    for name in public(dir(extension)):
        assert getattr(_core, name) is getattr(extension, name)
    for name, node in classes.items():
        members = {m.name: m for m in node.body if isinstance(m, ast.FunctionDef)}
        assert set(members) == public(dir(getattr(extension, name)))
        for member, stub in members.items():
            if not stub.decorator_list:
                check_arguments(stub, getattr(getattr(extension, name), member))
    for name, stub in functions.items():
        check_arguments(stub, getattr(extension, name))


def test_no_two_bound_types_have_one_name():
    """With Clang pybind11 takes them for one, and the module does not load."""
    bindings = Path(__file__).parents[1] / "cpp" / "bindings"
    text = "".join(path.read_text() for path in sorted(bindings.glob("*.cpp")))
    names = re.findall(r"py::class_<(\w+)", text)
    assert len(names) >= 4 and len(set(names)) == len(names)


def check_arguments(stub, function):
    """The stub's argument names against those of the signature that the extension prints."""
    lines = function.__doc__.splitlines()
    if "Overloaded function." in lines:  # the first is the one that is meant to be called
        lines = [line.removeprefix("1. ") for line in lines if line.startswith("1. ")]
    signature = lines[0]
    names = [a.arg for a in stub.args.args if a.arg != "self"]
    printed = [p.split(":")[0] for p in signature.partition("(")[2].split(", ") if ": " in p]
    printed = [p for p in printed if p.isidentifier() and p != "self"]
    assert len(names) == signature.count("arg") or printed[: len(names)] == names, signature


# ---- instruction sets ----------------------------------------------------------------------------

DIGEST = """
import hashlib
import numpy as np
from cases import CASES, LANDSCAPES
from specimens import (
    GRADIENT,
)
from ml4pa import _core, minimize, multistart
for case in CASES:
    result = minimize(case.objective(), case.start, case.method, **{"record": True, **case.options})
    parts = [result.x, result.jac, *([] if result.path is None else [result.path.x])]
    digest = hashlib.sha256(b"".join(part.tobytes() for part in parts))
    digest.update(repr((result.fun, result.message, result.nfev)).encode())
    print(case.id, digest.hexdigest())
for kind in LANDSCAPES:
    if kind.dimension in (1, 2):
        f = kind()
        starts = np.random.default_rng(1).uniform(*f.bounds.T, (150, f.n))
        for method in GRADIENT.values():
            fleet = multistart(f, starts, method, max_iter=80, record=True)
            parts = [fleet.x, fleet.fun, fleet.nit, fleet.measured, fleet.path.x]
            digest = hashlib.sha256(b"".join(part.tobytes() for part in parts))
            print(f"fleet-{kind.__name__}-{method.name}", digest.hexdigest())
distance = np.abs(np.subtract.outer(np.arange(200.0), np.arange(200.0)))
whitening = _core.whitening(1.0 / (1.0 + distance))
print("whitening", hashlib.sha256(whitening.tobytes()).hexdigest())
print("isa", _core.isa)
"""


def digests(isa):
    run = python(DIGEST, ML4PA_ISA=isa)
    assert run.returncode == 0, run.stderr
    *rows, told = run.stdout.splitlines()
    assert told == f"isa {isa}"
    return rows


@pytest.mark.parametrize("isa", _core.ISAS)
def test_every_instruction_set_gives_the_same_bytes(isa):
    if _core.ISAS.index(isa) >= _core.ISAS.index(_core.isa):
        pytest.skip("the one in use is the reference, and this processor has no better one")
    if importlib.util.find_spec(f"ml4pa._core_{isa}") is None:
        pytest.skip("not built")
    different = set(digests(isa)) ^ set(digests(_core.isa))
    assert not different


def a_fit_of_a_network(record):
    """By Adam, CMA-ES, a genetic algorithm and mini-batches, with a covariance matrix or errors."""
    x = np.arange(60) / 59.0
    y = x * x - 0.3 * x + (np.arange(60) % 7) / 70.0
    distance = np.abs(np.subtract.outer(np.arange(60.0), np.arange(60.0)))
    model = MLP((1, 5, 3, 1))
    cost = Cost(model, x, y, "chi2", covariance=0.01 / (1 + distance / 3) + 0.02 * np.eye(60))
    start = np.linspace(-1, 1, model.n_params)
    for method, steps in ((Adam(0.01), 2000), (CMAES(0.5), 300), (GeneticAlgorithm(), 100)):
        record(minimize(cost, start, method, max_iter=steps, rng=3, record=True).path.x)
    batches = {"batch_size": 8, "epochs": 40, "rng": 1, "initial": start}
    record(fit(model, x, y, Adam(0.01), loss="chi2", sigma=0.01 + x / 100, **batches).params)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another exponential function")
def test_every_processor_and_compiler_gives_the_same_bytes():
    """What GCC and Clang gave on x86-64, and GCC on aarch64. It changes with an update rule."""
    digest = hashlib.sha256()
    a_fit_of_a_network(lambda a: digest.update(np.ascontiguousarray(a).tobytes()))
    assert digest.hexdigest()[:16] == "71d66d4de0fbb70e"


def test_an_unknown_instruction_set_is_refused():
    for isa in ("sse9", "AVX2"):
        run = python("import ml4pa", ML4PA_ISA=isa)
        assert run.returncode == 1
        assert f"ImportError: ML4PA_ISA={isa} must be one of baseline, avx2, avx512" in run.stderr


# ---- other ways to the same run --------------------------------------------------------------


def test_small_and_general_loops_agree():
    """A callback sends a run on a two-dimensional landscape through the general loop."""
    for method in GRADIENT.values():
        a = minimize(Quadratic(1, 3), X, method, max_iter=300, record=True)
        b = minimize(
            Quadratic(1, 3), X, method, max_iter=300, record=True, callback=lambda result: None
        )
        assert repr(a) == repr(b)
        assert_array_equal(a.path.x, b.path.x)
        assert_array_equal(a.path.fun, b.path.fun)


def test_a_bare_callable_is_a_function():
    a = minimize(bowl_function(), [1, 2, 3], "newton", record=True)
    b = minimize(bowl, [1, 2, 3], "newton", jac=bowl_function().jac, hess=bowl_function().hess,
                 record=True)  # fmt: skip
    assert_array_equal(a.path.x, b.path.x)


def test_large_arrays_take_the_same_steps():
    """Past the size from which arrays ask for large pages: the same bits."""
    n = (1 << 18) + 5
    x0 = np.linspace(-1, 1, n)
    for method in GRADIENT.values():
        if wants_hessian(method):
            continue
        runs = [method.start(x0, engine=engine) for engine in ("compiled", "numpy")]
        for f in (3.0, 2.0, 4.0, 1.0):  # better, worse and better
            for run in runs:
                x = run.ask()
                run.tell(x, f, 2 * x)
            assert_array_equal(runs[0].ask(), runs[1].ask())
            assert_array_equal(runs[0].x, runs[1].x)


def test_gradients_of_large_landscapes_agree():
    f = Sphere(100_000)
    a = minimize(f, np.ones(100_000), GradientDescent(0.25), max_iter=5)
    b = minimize(f, np.ones(100_000), GradientDescent(0.25), max_iter=5, engine="numpy")
    assert_array_equal(a.x, b.x)
    assert math.isclose(a.fun, b.fun, rel_tol=1e-12)  # the order of a sum of 1e5 numbers
