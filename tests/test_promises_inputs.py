"""Inputs: anything that is an array, and clear errors for all else.

A new method inherits these tests by its line in the registry: `MINIMAL` is made from it.
"""

from __future__ import annotations

import dataclasses
import decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal
from promises import (
    CONVERGED,
    Recorder,
    both_engines,
    every_gradient_method,
    same,
    tell,
)
from scipy import sparse
from specimens import (
    GRADIENT,
    MINIMAL,
    square,
    square_jac,
    wants_hessian,
)

from ml4pa import (
    CMAES,
    Adam,
    Cost,
    Function,
    GeneticAlgorithm,
    LeastSquares,
    Polynomial,
    RandomSearch,
    fit,
    minimize,
    multistart,
    space,
)
from ml4pa.landscapes import (
    Beale,
    Sphere,
)


def kinds_of(x):
    """The same numbers as anything that np.asarray takes."""
    x = np.asarray(x, dtype=float)
    wide = np.zeros((x.size, 3))
    wide[:, 1] = x
    frozen = x.copy()
    frozen.flags.writeable = False
    swapped = x.astype(x.dtype.newbyteorder())
    unaligned = np.frombuffer(b"0" + x.tobytes(), dtype=np.uint8)[1:].view(float)
    return {
        "array": x, "list": x.tolist(), "tuple": tuple(x), "read-only": frozen,
        "strided": wide[:, 1], "reversed": x[::-1].copy()[::-1], "float32": x.astype(np.float32),
        "float16": x.astype(np.float16), "int": x.astype(int), "bool": x.astype(bool),
        "long": x.astype(np.longdouble), "swapped": swapped, "unaligned": unaligned,
        "scalars": [np.float32(a) for a in x],
    }  # fmt: skip


@both_engines
@pytest.mark.parametrize("kind", kinds_of([1.0, 0.0]))
def test_any_array_is_a_start_and_is_not_written_to(kind, engine):
    x0 = kinds_of([1.0, 0.0])[kind]
    before = np.array(x0)
    expected = minimize(Beale(), [1.0, 0.0], Adam(0.1), max_iter=9, engine=engine)
    same(minimize(Beale(), x0, Adam(0.1), max_iter=9, engine=engine), expected)
    run = Adam(0.1).start(x0, engine=engine)
    run.tell(x0, 1.0, kinds_of([1.0, 0.0])[kind])
    assert_array_equal(np.array(x0), before)
    if isinstance(x0, np.ndarray) and x0.flags.writeable:
        x0[:] = 0  # the run has its own
        assert_array_equal(run.x, [1.0, 0.0])


@both_engines
@every_gradient_method
def test_what_is_told_is_not_written_to(method, engine):
    run = method.start([1.0, 2.0], bounds=[(0, 3), (0, 3)], engine=engine)
    reference = method.start([1.0, 2.0], bounds=[(0, 3), (0, 3)], engine=engine)
    x, g = np.array([1.5, 2.5]), np.array([1.0, -2.0])
    h = np.asfortranarray([[2.0, 0.5], [0.5, 1.0]])
    kept = [a.copy() for a in (x, g, h)]
    reference.tell(*(x.copy(), 1.0, g.copy(), *([h.copy()] if wants_hessian(method) else [])))
    run.tell(x, 1.0, g, *([h] if wants_hessian(method) else []))
    for a, b in zip((x, g, h), kept, strict=True):
        assert_array_equal(a, b)
        a[:] = np.nan  # and nothing is borrowed
    assert_array_equal(run.ask(), reference.ask())
    assert_array_equal(run.x, [1.5, 2.5])


@both_engines
def test_what_is_asked_cannot_be_written_to(engine):
    for method in GRADIENT.values():
        run = method.start([1.0, 2.0], engine=engine)
        with pytest.raises(ValueError, match="read-only"):
            run.ask()[0] = 1.0
        x = tell(run, Beale())
        assert_array_equal(x, [1.0, 2.0])  # also later
        run.x[:] = 7.0
        for kept in run.state.values():
            if isinstance(kept, np.ndarray):
                kept[:] = 7.0
        assert_array_equal(run.x, [1.0, 2.0])
        assert 7.0 not in run.ask()


@both_engines
def test_what_an_objective_writes_into_its_point_is_harmless(engine):
    def fun(x):
        value = square(x)
        x[:] = np.nan
        return value

    def jac(x):
        slope = square_jac(x)
        x[:] = np.nan
        return slope

    a = minimize(fun, [1.0, 2.0], Adam(0.1), jac=jac, max_iter=9, engine=engine)
    same(a, minimize(square, [1.0, 2.0], Adam(0.1), jac=square_jac, max_iter=9, engine=engine))


@both_engines
def test_any_shape_of_value_and_gradient_that_is_a_number_or_a_vector(engine):
    expected = minimize(square, [1.0, 2.0], Adam(0.1), jac=square_jac, max_iter=9, engine=engine)
    for kind in (np.float64, np.float32, np.array, lambda f: np.array([f]), lambda f: [f]):
        for shape in (list, tuple, np.asfortranarray):
            result = minimize(
                lambda x, kind=kind: kind(square(x)), [1.0, 2.0], Adam(0.1), max_iter=9,
                jac=lambda x, shape=shape: shape(square_jac(x)), engine=engine,
            )  # fmt: skip
            assert_array_equal(result.x, expected.x)


finite = st.floats(allow_nan=False, allow_infinity=False)


@settings(deadline=None, max_examples=100)
@given(
    name=st.sampled_from(sorted(GRADIENT)),
    x0=hnp.arrays(float, st.integers(1, 4), elements=st.floats(-3, 3)),
    rate=st.floats(1e-6, 0.3),
    record=st.one_of(st.booleans(), st.integers(0, 50)),
    max_iter=st.integers(0, 60),
    max_evals=st.one_of(st.none(), st.integers(1, 80)),
    norm=st.sampled_from([2, np.inf]),
    gtol=st.one_of(st.none(), st.floats(0, 1)),
    xtol=st.one_of(st.none(), st.floats(0, 1e-2)),
    ftol=st.one_of(st.none(), st.floats(0, 1e-2)),
    noise=st.sampled_from([0.0, 0.1]),
    clip=st.one_of(st.none(), st.floats(0.1, 10)),
)
def test_any_sound_input_gives_a_sound_result(name, x0, rate, noise, clip, **options):
    """And the same from both engines, on a Python objective, where all bits are equal."""
    method = dataclasses.replace(MINIMAL[name], learning_rate=rate, noise=noise, clip=None)
    if x0.size <= 2:  # a longer sum is another one
        method = dataclasses.replace(method, clip=clip)
    r = Recorder(x0.size)
    results = []
    for engine in ("compiled", "numpy"):
        r.points.clear()
        f = Function(r, r.jac, r.hess)
        results.append(minimize(f, x0, method, rng=1, engine=engine, **options))
        sound(results[-1], f, x0, r.points, options)
    if not wants_hessian(method):
        assert results[0].message == results[1].message
        assert_array_equal(results[0].x, results[1].x)


def sound(result, f, x0, points, options):
    assert result.fun == f(result.x)
    assert result.nfev == len(points) - 1  # that line's own evaluation
    assert result.nit <= options["max_iter"]
    assert options["max_evals"] is None or result.nfev <= options["max_evals"]
    assert result.success == (result.status in CONVERGED)
    assert result.jac.shape == x0.shape
    assert result.fun <= f(x0)
    stride = int(options["record"])
    assert (result.path is None) == (stride == 0)
    if stride:
        t = result.path.iteration
        assert_array_equal(result.path.x[0], x0)
        assert t[0] == 0 and t[-1] == result.nit
        assert_array_equal(t[:-1] % stride, 0)
        assert len(t) == (result.nit + stride - 1) // stride + 1
        assert_array_equal(result.path.fun, [f(x) for x in result.path.x])


ODD = [
    10**400, -(10**400), object(), np.array([]), np.array("a"), np.array(1j), np.array([[1.0]]),
    np.float32, b"abc", [[1.0], [2.0, 3.0]], {1.0}, range(2), [(0.0,), (1.0,)], [(2.0, 1.0)] * 2,
    [None, None], np.datetime64("2020"), np.array([1, 2]), np.array(["a", "b"]), np.array(None),
    np.array([True, False]), np.array([], dtype=object), np.void(b"a"), np.ma.masked,
    np.ma.array([1.0, 2.0], mask=[False, True]), frozenset(), Ellipsis,
]  # fmt: skip
junk = st.one_of(
    st.none(), st.booleans(), st.text(max_size=3), st.integers(), st.floats(), st.complex_numbers(),
    st.lists(finite, max_size=3), st.dictionaries(st.text(max_size=1), finite, max_size=1),
    st.sampled_from(ODD),
)  # fmt: skip
KEYWORDS = ["x0", "method", "bounds", "max_iter", "max_evals", "max_time", "target", "gtol", "xtol",
            "ftol", "norm", "record", "callback", "rng", "threads", "workers", "on_nan",
            "engine"]  # fmt: skip


@settings(deadline=None, max_examples=400)
@given(name=st.sampled_from(KEYWORDS), value=junk)
def test_any_wrong_input_is_a_value_or_type_error_with_its_name(name, value):
    assume(name != "callback" or not callable(value))
    given = {"x0": [1.0, 1.5], "method": Adam(), "max_time": 0.01, name: value}
    try:
        result = minimize(Beale(), **given)
    except (ValueError, TypeError) as error:
        # a start may also be outside of odd bounds
        assert str(error).startswith((name, "x0" if name == "bounds" else name)), error
    else:
        assert np.isfinite(result.x).all()


def replaced(method, field, value):
    """The hyper-parameter is refused, with its name, or it is a good one."""
    try:
        made = dataclasses.replace(method, **{field: value})
    except (ValueError, TypeError) as error:
        assert str(error).startswith(field), error
    else:
        kept = getattr(made, field)
        assert kept is None or callable(kept) or np.isfinite(kept).all()


@settings(deadline=None, max_examples=300)
@given(name=st.sampled_from(sorted(MINIMAL)), data=st.data(), value=junk)
def test_any_wrong_hyper_parameter_is_refused_with_its_name(name, data, value):
    method = MINIMAL[name]
    field = data.draw(st.sampled_from([f.name for f in dataclasses.fields(method)]))
    replaced(method, field, value)


@pytest.mark.parametrize("name", MINIMAL)
def test_each_odd_hyper_parameter_is_refused_with_its_name(name):
    for field in dataclasses.fields(MINIMAL[name]):
        for value in ODD:
            replaced(MINIMAL[name], field.name, value)


@settings(deadline=None, max_examples=200)
@given(place=st.integers(0, 3), value=junk, name=st.sampled_from(sorted(GRADIENT)))
def test_any_wrong_tell_is_refused_alike(place, value, name):
    texts = []
    for engine in ("compiled", "numpy"):
        told = [[1.0, 2.0], 1.0, [1.0, 1.0], np.eye(2)]
        told[place] = value
        run = MINIMAL[name].start([1.0, 2.0], engine=engine)
        try:
            run.tell(*told)
        except (ValueError, TypeError) as error:
            texts.append(str(error))
            assert texts[-1].startswith("xfgH"[place])
        else:
            texts.append(str(run.ask()) if place != 3 else "")
    assert texts[0] == texts[1]


LONG = list(range(10**5))


@pytest.mark.parametrize(
    "call",
    [
        lambda: minimize(LONG, [1.0, 1.0]),
        lambda: minimize(Beale(), ["a"] * 10**5),
        lambda: minimize(Beale(), [1.0, 1.0], LONG),
        lambda: minimize(Beale(), [1.0, 1.0], bounds=LONG),
        lambda: minimize(Beale(), [1.0, 1.0], engine=LONG),
        lambda: minimize(Beale(), [1.0, 1.0], callback=LONG),
        lambda: minimize(lambda x: "a" * 10**5, [1.0, 1.0]),
        lambda: minimize(lambda x: LONG, [1.0, 1.0], jac=True),
        lambda: minimize(lambda x: (np.nan, LONG), LONG, jac=True, on_nan="raise"),
        lambda: Adam(LONG),
        lambda: Adam([[LONG] * 100] * 100),
        lambda: Function(LONG),
    ],
)
def test_no_error_has_a_text_without_end(call):
    with pytest.raises((TypeError, ValueError, FloatingPointError)) as error:
        call()
    assert 20 < len(str(error.value)) < 600
    assert "\n" not in str(error.value)


def test_a_point_that_is_nan_can_be_had():
    with pytest.raises(FloatingPointError, match=r"^fun is NaN at x = \[0.0, 1.0, ") as error:
        minimize(lambda x: (np.nan, LONG), LONG, jac=True, on_nan="raise")
    assert_array_equal(error.value.x, LONG)


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
def test_what_is_masked_is_not_taken_in_silence(engine):
    """NumPy takes the numbers under the mask."""
    y = np.ma.array([1.0, 2.0, 3.0, 99.0], mask=[False, False, False, True])
    for options in ({}, {"method": Adam(), "batch_size": 2, "epochs": 1}):
        with pytest.raises(ValueError, match="^y has masked numbers, 1 of 4: leave their rows out"):
            fit(Polynomial(1), np.arange(4.0), y, engine=engine, **options)
    with pytest.raises(ValueError, match="^x0 has masked numbers, 1 of 4"):
        minimize(Sphere(4), y, engine=engine)
    told = fit(Polynomial(1), np.arange(3.0), y[:3], engine=engine)  # a mask of nothing
    assert_array_equal(told.params.round(12), [1.0, 1.0])


@both_engines
def test_what_is_masked_is_not_told_in_silence(engine):
    y = np.ma.array([1.0, 99.0], mask=[False, True])
    run = Adam(0.1).start([1.0, 2.0], engine=engine)
    with pytest.raises(ValueError, match="^g has masked numbers, 1 of 2"):
        run.tell(run.ask(), 1.0, y)
    with pytest.raises(ValueError, match="^x has masked numbers, 1 of 2"):
        run.tell(y, 1.0, [1.0, 1.0])
    run.tell(run.ask(), 1.0, np.ma.array([1.0, 1.0]))  # a mask of nothing
    assert run.iteration == 1
    run = CMAES(0.3, population_size=2).start([1.0, 2.0], rng=1, engine=engine)
    with pytest.raises(ValueError, match="^values has masked numbers, 1 of 2"):
        run.tell(run.ask(), y)


@both_engines
@pytest.mark.parametrize("method", [Adam(0.1), CMAES(0.3)], ids=["adam", "cmaes"])
def test_a_masked_value_is_no_zero(method, engine):
    """What the mean of numbers is that are all masked: NumPy takes 0 of it."""
    for value in (np.ma.masked, np.ma.array(3.0, mask=True)):
        with pytest.raises(ValueError, match=r"^fun\(x\) has masked numbers, 1 of 1"):
            minimize(lambda x, value=value: value, [1.0, 2.0], method, max_iter=3, engine=engine)


@both_engines
def test_masks_in_a_list_of_rows_are_seen(engine):
    rows = [np.array([1.0, 2.0]), np.ma.array([1.0, 99.0], mask=[False, True])]
    with pytest.raises(ValueError, match="^starts has masked numbers, 1 of 2"):
        multistart(Sphere(2), rows, Adam(0.1), engine=engine)
    with pytest.raises(ValueError, match="^bounds has masked numbers, 1 of 2"):
        minimize(Sphere(2), [1.0, 2.0], bounds=rows, engine=engine)
    told = multistart(Sphere(2), [rows[0], [3.0, 4.0]], Adam(0.1), max_iter=0, engine=engine)
    assert told.x.tolist() == [[1.0, 2.0], [3.0, 4.0]]


class Quantity(np.ndarray):
    """As astropy's: NumPy drops the unit in silence."""

    def __array_finalize__(self, made_from):
        self.unit = getattr(made_from, "unit", "")

    def to_value(self, unit):
        raise NotImplementedError

    def __float__(self):
        raise TypeError("only dimensionless quantities")


def quantity(numbers, unit):
    made = np.array(numbers, dtype=float).view(Quantity)
    made.unit = unit
    return made


X, Y = np.arange(4.0), np.array([1.0, 3.0, 2.0, 5.0])


@both_engines
@pytest.mark.parametrize("options", [{}, {"method": Adam(0.1), "epochs": 1, "rng": 1}])
def test_a_unit_is_not_dropped_in_silence(options, engine):
    expected = fit(Polynomial(1), X, Y, engine=engine, **options)
    with pytest.warns(UserWarning, match=r"^y has the unit km, which .* its .to_value\('km'\)$"):
        told = fit(Polynomial(1), X, quantity(Y, "km"), engine=engine, **options)
    assert_array_equal(told.params, expected.params)
    told = fit(Polynomial(1), X, quantity(Y, ""), engine=engine, **options)  # and no warning
    assert_array_equal(told.params, expected.params)
    with pytest.warns(UserWarning, match="^X has the unit pc, which is dropped"):
        told.predict(quantity(X, "pc"))
    with pytest.warns(UserWarning, match="^starts has the unit m, which is dropped"):
        multistart(Sphere(2), [quantity([1, 2], "m"), quantity([3, 4], "m")], max_iter=1)
    with pytest.warns(UserWarning, match="^sigma has the unit m, which is dropped"):
        Cost(Polynomial(1), X, Y, "chi2", sigma=quantity(0.5, "m"))
    listed = np.array([quantity(1, "m"), *X[1:]], dtype=object).tolist()
    assert isinstance(listed[0], Quantity)
    with pytest.raises(TypeError, match="^y=.* must be an array of real numbers"):
        fit(Polynomial(1), X, listed, engine=engine, **options)  # and no warning


@both_engines
@pytest.mark.parametrize("options", [{}, {"method": Adam(0.1), "epochs": 1}])
@pytest.mark.parametrize("sigma", [0.5, [0.5, 0.5, 0.5, 0.5]])
def test_the_errors_have_the_unit_of_the_data(sigma, options, engine):
    class Column(np.ndarray):  # as astropy's in a table: a unit, but no quantity
        unit = None

    y, errors = X.view(Column), np.array(sigma).view(Column)
    y.unit, errors.unit = "Jy", "mJy"
    options = {"loss": "chi2", "engine": engine, **options}
    with pytest.raises(ValueError, match="^sigma has the unit mJy, but y has the unit Jy: convert"):
        fit(Polynomial(1), X, y, sigma=errors, **options)
    for unit in (None, "Jy"):
        errors.unit = unit
        fit(Polynomial(1), X, y, sigma=errors, **options)


class Tensor:
    """As torch's that keeps its gradient."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy(): use detach()")


@both_engines
@pytest.mark.parametrize("options", [{}, {"method": Adam(0.1), "epochs": 1}])
def test_what_will_not_be_an_array_is_named(options, engine):
    tail = r" must be an array of real numbers: Can't call numpy\(\): use detach\(\)$"
    for y in (Tensor(), [Tensor()] * 4):
        with pytest.raises(TypeError, match="^y" + tail):
            fit(Polynomial(1), X, y, engine=engine, **options)
    with pytest.raises(TypeError, match="^sigma" + tail):
        fit(Polynomial(1), X, Y, loss="chi2", sigma=Tensor(), engine=engine, **options)
    with pytest.raises(TypeError, match=r"^fun\(x\) must be one real number: Can't call numpy"):
        minimize(lambda x: Tensor(), [1.0], Adam(0.1), engine=engine)
    with pytest.raises(TypeError, match="^bounds=.*Tensor.* must be pairs"):
        minimize(Sphere(1), [1.0], Adam(0.1), bounds=Tensor(), engine=engine)


def test_a_sparse_matrix_is_told_its_cure():
    with pytest.raises(TypeError, match=r"^covariance=.* of real numbers: pass \.toarray\(\)$"):
        fit(Polynomial(1), X, Y, loss="chi2", covariance=sparse.eye(4))


class Frame:
    """As a data frame of polars, or of pandas, whose own iteration goes over columns."""

    def __init__(self, rows):
        self.rows = rows

    def __array__(self, dtype=None, copy=None):
        return np.array(self.rows)

    def __iter__(self):
        return iter(np.array(self.rows).T)


@both_engines
def test_bounds_in_a_data_frame_are_rows(engine):
    rows = [(1.0, 2.0), (-1.0, 3.0)]
    for frame in (Frame(rows), Frame([*rows[:1], (None, 3.0)])):
        told = minimize(Sphere(2), [1.5, 1.0], Adam(0.1), bounds=frame, engine=engine)
        assert told.x.round(6).tolist() == [1.0, 0.0]


def test_a_data_frame_is_no_iterable_of_batches():
    with pytest.raises(TypeError, match="^y=None, so X must .* has type Frame: pass y$"):
        fit(Polynomial(1), Frame([[0.0, 1.0]]), method=Adam(0.1))


@both_engines
@pytest.mark.parametrize("kind", [decimal.Decimal, Fraction, lambda f: np.array(f, dtype=object)])
def test_a_value_may_be_any_of_pythons_numbers(kind, engine):
    expected = minimize(square, [1.0, 2.0], Adam(0.1), jac=square_jac, max_iter=5, engine=engine)
    told = minimize(
        lambda x: kind(square(x)), [1.0, 2.0], Adam(0.1), jac=square_jac, max_iter=5, engine=engine
    )
    same(told, expected)


@both_engines
def test_arguments_that_tell_does_not_have(engine):
    run = Adam(0.1).start([1.0, 2.0], engine=engine)
    with pytest.raises(TypeError, match=r"^NumpyRun.tell\(\) missing 1 required .*: 'f'$"):
        run.tell([1.0, 2.0])
    with pytest.raises(TypeError, match=r"^NumpyRun.tell\(\) got an unexpected .* 'grad'$"):
        run.tell([1.0, 2.0], 1.0, grad=[1.0, 1.0])
    with pytest.raises(ValueError, match=r"^x has shape \(\), but the run has n=2: give"):
        run.tell(1.0, [1.0, 2.0], [1.0, 1.0])
    run = CMAES(0.3).start([1.0, 2.0], engine=engine)
    with pytest.raises(TypeError, match=r"^NumpyPopulationRun.tell\(\) missing .*: 'values'$"):
        run.tell(run.ask())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: minimize(Sphere, [1.0]), r"fun=.*Sphere'> is a class: pass Sphere\(...\)"),
        (lambda: minimize(Sphere(1), [1.0], args=3.0), "jac, hess and args belong to a bare"),
        (lambda: LeastSquares([[1.0]], [1.0], scale=0), "scale=0 must be > 0"),
        (lambda: space(Adam(), beta1=(0, 0.9)), r"make=Adam\(.* must be a class of methods"),
        (lambda: fit(Polynomial(1), X, Y, initial=[1, 2, 3]), r"initial .* n_params=2: give"),
        (lambda: Polynomial(1).predict(X, [1.0, 2.0]), r"params has shape \(4,\), but the model"),
        (
            lambda: multistart(Sphere(1), [[1.0]], Adam(), clip=np.ma.array([1.0], mask=[True])),
            "clip has masked numbers",
        ),
    ],
)  # fmt: skip
def test_a_slip_is_told(call, message):
    with pytest.raises((TypeError, ValueError), match="^" + message):
        call()


def test_a_fraction_of_the_rows_may_be_any_number():
    options = {"method": Adam(0.1), "epochs": 1, "rng": 1}
    expected = fit(Polynomial(1), X, Y, validation=0.25, **options)
    for fraction in (np.float32(0.25), Fraction(1, 4)):
        same(fit(Polynomial(1), X, Y, validation=fraction, **options), expected)


@both_engines
def test_pythons_numbers_are_numbers(engine):
    expected = minimize(Sphere(2), [0.5, 1.0], Adam(0.1), max_iter=5, engine=engine)
    for x0 in (
        np.array([0.5, 1.0], dtype=object),
        [Fraction(1, 2), 1],
        [decimal.Decimal("0.5"), True],
    ):
        told = minimize(Sphere(2), x0, Adam(0.1), max_iter=5, engine=engine)
        assert_array_equal(told.x, expected.x)


@pytest.mark.parametrize("odd", [None, "1.5", 1j, np.complex128(1), np.datetime64("2020"), 10**400])
def test_text_and_none_are_not(odd):
    with pytest.raises(TypeError, match="^x0=.* must be an array of real numbers"):
        minimize(Sphere(2), np.array([0.5, odd], dtype=object), Adam(0.1))


@both_engines
def test_a_hessian_that_is_not_wanted_is_looked_at(engine):
    run = Adam(0.1).start([1.0, 2.0], engine=engine)
    with pytest.raises(TypeError, match="^H='junk' must be an array of real numbers"):
        run.tell(run.ask(), 1.0, np.ones(2), "junk")
    with pytest.raises(ValueError, match=r"^H has shape \(3, 3\)"):
        run.tell(run.ask(), 1.0, np.ones(2), np.eye(3))
    assert run.iteration == 0
    run.tell(run.ask(), 1.0, np.ones(2), np.eye(2))
    assert run.iteration == 1


@pytest.mark.parametrize("size", [1 << 32, 1 << 61, 1 << 62, 2.0**62])
@pytest.mark.parametrize(
    "make",
    [lambda m: RandomSearch(0.1, m), GeneticAlgorithm, lambda m: CMAES(0.1, population_size=m)],
    ids=["random_search", "genetic_algorithm", "cmaes"],
)
def test_a_generation_has_fewer_rows_than_are_numbered(make, size):
    with pytest.raises(ValueError, match=r"^population_size must be < 2\*\*32$"):
        make(size)
    assert make((1 << 32) - 1).population_size == (1 << 32) - 1


def test_a_vectorized_fun_returns_no_gradient():
    def both(X):
        return np.sum(X**2, axis=-1), 2 * X

    with pytest.raises(ValueError, match=r"^jac=True must be .* with vectorized=True: such a fun"):
        Function(both, True, vectorized=True)
    assert Function(both, True).gradient([1.0, 2.0]).tolist() == [2.0, 4.0]
