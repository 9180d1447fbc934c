"""Random numbers: known answers, the law they follow, and equality with the compiled core.

Every statistic is tested at five standard deviations of its own sampling error (probability 6e-7
for a sound generator); the keys are fixed, so a test that passes once passes always.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import stats

from ml4pa import random
from ml4pa.random import draw_key, generator, normals, philox, stream, uniforms, words

KEY = 0x0123456789ABCDEF
ITERATION = (1 << 40) + 3  # uses both halves
SIGMAS = 5.0


@pytest.fixture(scope="module")
def core():
    from ml4pa import _core

    return _core


@pytest.fixture(scope="module")
def z():
    """10^6 normals: 1000 individuals, 1000 coordinates."""
    return normals(KEY, 0, np.arange(1000), 1000)


# ---- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ("00000000 00000000 00000000 00000000", 0, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff ffffffff ffffffff ffffffff", 2**64 - 1, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            "243f6a88 85a308d3 13198a2e 03707344",
            0x299F31D0_A4093822,
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
    ids=["zeros", "ones", "pi"],
)
def test_philox_known_answers(counter, key, expected):
    """The three `philox4x32 10` lines of Random123's tests/kat_vectors."""
    out = philox(key, [int(word, 16) for word in counter.split()])
    assert " ".join(f"{word:08x}" for word in out) == expected


def test_philox_agrees_with_a_scalar_transcription():
    def scalar(key, x):
        k0, k1 = key & 0xFFFFFFFF, key >> 32
        for _ in range(10):
            hi0, lo0 = divmod(x[0] * 0xD2511F53, 1 << 32)
            hi1, lo1 = divmod(x[2] * 0xCD9E8D57, 1 << 32)
            x = [hi1 ^ x[1] ^ k0, lo1, hi0 ^ x[3] ^ k1, lo0]
            k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
        return x

    counters = np.random.default_rng(1).integers(0, 2**32, size=(4, 200), dtype=np.uint32)
    expected = np.transpose([scalar(KEY, [int(v) for v in c]) for c in counters.T])
    assert_array_equal(philox(KEY, counters), expected)


def test_streams_are_frozen():
    """A seed means the same in every version; cpp/tests/test_random.cpp has the same numbers."""
    assert [x.hex() for x in normals(KEY, ITERATION, 5, 4).tolist()] == [
        "0x1.a3a595c505ccdp-1",
        "-0x1.c534fb7d18757p+0",
        "0x1.e3b21fcc98a02p-1",
        "-0x1.56c40b5fbc43dp-1",
    ]
    assert [x.hex() for x in uniforms(KEY, ITERATION, 5, 4).tolist()] == [
        "0x1.c9429c3c278d8p-1",
        "0x1.7c662ed4a5000p-13",
        "0x1.d75c5c8a176dcp-1",
        "0x1.e3419c1684b4fp-1",
    ]
    assert words(KEY, ITERATION, 5, 5).tolist() == [
        0x08741F45,
        0xEE63E1BE,
        0x1FB02406,
        0x2F025CCC,
        0x56BE952A,
    ]


def test_layout_of_counter_and_streams():
    """Counter (block, individual, iteration low, iteration high); a domain word per purpose."""
    x = philox(stream(KEY, 0x776F7264), [1, 5, 3, 1 << 8])
    assert_array_equal(words(KEY, ITERATION, 5, 8)[4:], x)
    x = [int(v) for v in philox(stream(KEY, 0x756E6966), [1, 5, 3, 1 << 8])]
    integers = [(x[1] >> 5 << 26) + (x[0] >> 6), (x[3] >> 5 << 26) + (x[2] >> 6)]
    assert_array_equal(uniforms(KEY, ITERATION, 5, 4)[2:], [i / 2**53 for i in integers])


# ---- independence of order -----------------------------------------------------------------------


@pytest.mark.parametrize("draw", [normals, uniforms, words])
def test_prefix(draw):
    longest = draw(KEY, ITERATION, 7, 40)
    for n in range(40):
        assert_array_equal(draw(KEY, ITERATION, 7, n), longest[:n])


@pytest.mark.parametrize("draw", [normals, uniforms, words])
def test_order_and_company_do_not_matter(draw):
    order = np.random.default_rng(2).permutation(50)
    together = draw(KEY, ITERATION, order, 5)
    alone = [draw(KEY, ITERATION, int(i), 5) for i in reversed(order)][::-1]
    assert_array_equal(together, alone)


@pytest.mark.parametrize("draw", [normals, uniforms, words])
def test_shapes(draw):
    assert draw(1, 0, 0, 3).shape == (3,)
    assert draw(1, 0, [0], 3).shape == (1, 3)
    assert draw(1, 0, [], 3).shape == (0, 3)
    assert draw(1, 0, [0, 1], 0).shape == (2, 0)
    assert draw(1, 0, [0, 1], 3).flags.c_contiguous


# ---- logarithm, sine, cosine ---------------------------------------------------------------------

# The reference is NumPy's long double, where it has more digits than a double (x86: 64 bits, an
# error below 1e-19); elsewhere it is the double itself, which adds one ulp, 2.3e-16.
REFERENCE_ERROR = 0.0 if np.finfo(np.longdouble).nmant > 60 else 2.3e-16


def test_log_accuracy():
    """|error|/|ln u| < 4e-16.

    m - 1 is exact, m + 1 and the quotient add 2^-53 each, the last sum 2^-53, and what is left
    (a term of 1 % of the sum, the split of ln 2, P) some 1e-17: 3 2^-53 = 3.4e-16 in all.
    """
    rng = np.random.default_rng(3)
    u = np.concatenate(
        [
            np.arange(1, 1001) * 2.0**-53,
            1.0 - np.arange(1, 100001) * 2.0**-53,
            2.0 ** -np.arange(1.0, 54.0),
            rng.integers(1, 2**53, size=500000) * 2.0**-53,
            np.exp2(-rng.uniform(0.0, 53.0, size=200000)),
            np.sqrt(0.5) + np.arange(-1000, 1000) * 2.0**-53,
        ]
    )
    expected = np.log(u.astype(np.longdouble))
    error = np.abs((random.log_unit(u) - expected) / expected)
    assert error.max() < 4e-16 + REFERENCE_ERROR
    assert random.log_unit(np.array([1.0]))[0] == 0.0


def test_sincos_accuracy():
    """|error| < 2e-16.

    Results are below 1, so their rounding is at most 2^-54 = 5.6e-17; the product 2 pi x (below
    0.79) adds as much to the sine, y C (below 0.3) half of it to the cosine, and the polynomials
    some 2e-17.
    """
    rng = np.random.default_rng(4)
    u = np.concatenate(
        [
            rng.integers(0, 2**53, size=500000) * 2.0**-53,
            np.arange(1000) * 2.0**-53,
            1.0 - np.arange(1, 1000) * 2.0**-53,
            0.125 + np.arange(-1000, 1000) * 2.0**-53,
        ]
    )
    quarter = np.rint(4.0 * u)
    x = (u - quarter / 4.0).astype(np.longdouble)
    x *= 2 * np.longdouble("3.14159265358979323846264338327950288")
    s, c = np.sin(x), np.cos(x)
    quarter = quarter.astype(int) % 4
    sine, cosine = random._sincos_turns(u)
    assert np.abs(sine - np.choose(quarter, [s, c, -s, -c])).max() < 2e-16 + REFERENCE_ERROR
    assert np.abs(cosine - np.choose(quarter, [c, -s, -c, s])).max() < 2e-16 + REFERENCE_ERROR


def test_sincos_of_quarter_turns_is_exact():
    sine, cosine = random._sincos_turns(np.arange(5) / 4.0)
    assert_array_equal(sine, [0.0, 1.0, 0.0, -1.0, 0.0])
    assert_array_equal(cosine, [1.0, 0.0, -1.0, 0.0, 1.0])


# ---- the law of the normals ----------------------------------------------------------------------


def test_moments(z):
    """Standard deviations of the sample moments of N normals: 1, 2, 6 and 24 over N, rooted."""
    unit = SIGMAS / np.sqrt(z.size)
    assert abs(z.mean()) < unit
    assert abs(z.var() - 1.0) < unit * np.sqrt(2.0)
    assert abs(stats.skew(z, axis=None)) < unit * np.sqrt(6.0)
    assert abs(stats.kurtosis(z, axis=None)) < unit * np.sqrt(24.0)


@pytest.mark.parametrize("part", [np.s_[:, 0::2], np.s_[:, 1::2]], ids=["cosine", "sine"])
def test_kolmogorov_smirnov(z, part):
    assert stats.kstest(z[part].ravel(), "norm").pvalue > 6e-7


@pytest.mark.parametrize("limit", [0.01, 1.0, 2.0, 3.0, 4.0, 4.5])
def test_tails(z, limit):
    """Counts beyond +limit and below -limit are binomial."""
    p = stats.norm.sf(limit)
    width = SIGMAS * np.sqrt(z.size * p * (1.0 - p))
    assert abs(np.count_nonzero(z > limit) - z.size * p) < width
    assert abs(np.count_nonzero(z < -limit) - z.size * p) < width


def test_largest_possible():
    """The smallest u1 is 2^-53, so |z| <= sqrt(2 53 ln 2) = 8.57."""
    u1 = np.array([2.0**-53])
    assert np.sqrt(-2.0 * random.log_unit(u1))[0] == pytest.approx(8.5717, abs=1e-4)


def _correlated(a, b):
    """Correlations of the values and of their squares, in standard deviations 1/sqrt(N)."""
    pairs = [(a, b), (a**2, b**2)]
    return [abs(np.corrcoef(x.ravel(), y.ravel())[0, 1]) * np.sqrt(x.size) for x, y in pairs]


def test_independent_coordinates(z):
    assert max(_correlated(z[:, 0::2], z[:, 1::2])) < SIGMAS  # one Box-Muller pair
    for lag in (1, 2, 3, 4, 128):
        assert max(_correlated(z[:, :-lag], z[:, lag:])) < SIGMAS


def test_independent_individuals(z):
    for lag in (1, 2, 16):
        assert max(_correlated(z[:-lag], z[lag:])) < SIGMAS


@pytest.mark.parametrize("iteration", [1, 2, 1 << 31, 1 << 32, 1 << 63])
def test_independent_iterations(z, iteration):
    assert max(_correlated(z, normals(KEY, iteration, np.arange(1000), 1000))) < SIGMAS


@pytest.mark.parametrize("key", [KEY ^ 1, KEY ^ 1 << 63, stream(KEY, 1)])
def test_independent_keys(z, key):
    assert max(_correlated(z, normals(key, 0, np.arange(1000), 1000))) < SIGMAS


def test_correlation_matrix(z):
    """All 4950 correlations of 100 coordinates: the sum of squares is chi-squared."""
    r = np.corrcoef(z[:, :100], rowvar=False)[np.triu_indices(100, 1)]
    chi2 = len(z) * np.sum(r**2)
    assert abs(chi2 - r.size) < SIGMAS * np.sqrt(2.0 * r.size)


# ---- the law of the uniforms and the words -------------------------------------------------------


def test_uniforms():
    u = uniforms(KEY, 0, np.arange(1000), 1000)
    assert u.min() >= 0.0
    assert u.max() < 1.0
    assert stats.kstest(u.ravel(), "uniform").pvalue > 6e-7
    integers = (u * 2.0**53).astype(np.uint64)
    assert_array_equal(integers * 2.0**-53, u)
    for bit in range(53):
        ones = np.count_nonzero(integers >> np.uint64(bit) & np.uint64(1))
        assert abs(ones - u.size / 2) < SIGMAS * np.sqrt(u.size) / 2


def test_uniforms_normals_and_words_are_separate_streams(z):
    individuals = np.arange(1000)
    u = uniforms(KEY, 0, individuals, 1000)
    w = words(KEY, 0, individuals, 1000).astype(float)
    # What the normals would be if they were made of these uniforms.
    pair = np.sqrt(-2.0 * np.log1p(-u[:, 0::2])) * np.cos(2.0 * np.pi * u[:, 1::2])
    assert max(_correlated(z[:, 0::2], pair)) < SIGMAS
    assert max(_correlated(z, u)) < SIGMAS
    assert max(_correlated(u, w)) < SIGMAS


def test_words():
    w = words(KEY, 0, np.arange(1000), 1000)
    assert w.dtype == np.uint32
    for bit in range(32):
        ones = np.count_nonzero(w >> np.uint32(bit) & np.uint32(1))
        assert abs(ones - w.size / 2) < SIGMAS * np.sqrt(w.size) / 2


# ---- the compiled core ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["normals", "uniforms"])
def test_compiled_core_has_the_same_bits(core, name):
    rng = np.random.default_rng(5)
    draw = getattr(random, name)
    compiled = getattr(core, name)
    for n in [*range(20), 63, 64, 65, 126, 127, 128, 129, 130, 1000, 100001]:
        key, iteration = (int(k) for k in rng.integers(0, 1 << 64, size=2, dtype=np.uint64))
        individual = int(rng.integers(0, 1 << 32))
        expected = draw(key, iteration, individual, n)
        out = compiled(key, iteration, individual, n)
        assert_array_equal(out.view(np.uint64), expected.view(np.uint64))  # the sign of 0 too


@pytest.mark.parametrize("name", ["normals", "uniforms"])
def test_compiled_core_at_the_ends_of_the_ranges(core, name):
    for arguments in [(0, 0, 0), (2**64 - 1, 2**64 - 1, 2**32 - 1), (1 << 32, 1 << 32, 1)]:
        assert_array_equal(getattr(core, name)(*arguments, 9), getattr(random, name)(*arguments, 9))


# ---- generator and key ---------------------------------------------------------------------------


def test_generator_accepts_what_spec_7_names():
    expected = np.random.default_rng(7).random(3)
    for rng in (7, np.int64(7), np.uint8(7), np.random.SeedSequence(7), np.random.PCG64(7)):
        assert_array_equal(generator(rng).random(3), expected)
    g = np.random.default_rng(7)
    assert generator(g) is g
    assert generator(2**200).random() == np.random.default_rng(2**200).random()
    assert isinstance(generator(), np.random.Generator)
    assert generator(None).random() != generator(None).random()


@pytest.mark.parametrize(
    ("rng", "shown"),
    [
        (1.5, "rng=1.5 has type float"),
        ("7", "rng='7' has type str"),
        (True, "rng=True has type bool"),
        (np.True_, "has type bool"),
        ([1, 2], r"rng=\[1, 2\] has type list"),
        (np.array(3), "has type ndarray"),
        (np.random.RandomState(1), "has type RandomState"),
        (np.random, "has type module"),
    ],
)
def test_generator_refuses_the_rest(rng, shown):
    with pytest.raises(TypeError, match=shown) as error:
        generator(rng)
    for part in ("None, an int, a SeedSequence, a BitGenerator or a Generator", "pass a seed"):
        assert part in str(error.value)


@pytest.mark.parametrize("rng", [-1, np.int32(-1)])
def test_generator_refuses_negative_seeds(rng):
    with pytest.raises(ValueError, match="^rng=-1 must be >= 0: pass a non-negative seed$"):
        generator(rng)


def test_global_generator_is_left_alone():
    before = np.random.get_state()
    for rng in (None, 1, np.random.SeedSequence(1), np.random.PCG64(1)):
        normals(draw_key(rng), 0, 0, 4)
    after = np.random.get_state()
    assert before[0] == after[0]
    assert_array_equal(before[1], after[1])
    assert before[2:] == after[2:]


def test_draw_key():
    assert draw_key(1) == draw_key(1) == draw_key(np.random.SeedSequence(1))
    assert draw_key(1) != draw_key(2)
    assert draw_key(None) != draw_key(None)
    g = np.random.default_rng(1)
    keys = [draw_key(g) for _ in range(1000)]
    assert keys[0] == draw_key(1)
    assert len(set(keys)) == 1000
    assert all(isinstance(key, int) and 0 <= key < 1 << 64 for key in keys)
    # All 64 bits are used: each is set in half of the keys, five standard deviations.
    ones = [sum(key >> bit & 1 for key in keys) for bit in range(64)]
    assert max(abs(count - 500) for count in ones) < SIGMAS * np.sqrt(1000) / 2
    bits = np.random.PCG64(1)  # used itself, so it advances
    assert draw_key(bits) != draw_key(bits)


# ---- argument checks -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((-1, 0, 0, 2), ValueError, r"key=-1 must lie in \[0, 2\*\*64\)"),
        ((1 << 64, 0, 0, 2), ValueError, r"must lie in \[0, 2\*\*64\)"),
        ((1.0, 0, 0, 2), TypeError, "key=1.0 has type float, but must be an int"),
        ((1, -1, 0, 2), ValueError, "iteration=-1 must lie in"),
        ((1, True, 0, 2), TypeError, "iteration=True has type bool"),
        ((1, 0, -1, 2), ValueError, "individuals has values from -1 to -1"),
        ((1, 0, [0, 1 << 32], 2), ValueError, r"must lie in \[0, 2\*\*32\)"),
        ((1, 0, 0.5, 2), TypeError, "individuals has dtype float64, but must hold integers"),
        ((1, 0, [True], 2), TypeError, "individuals has dtype bool"),
        ((1, 0, [[0]], 2), ValueError, r"individuals has shape \(1, 1\)"),
        ((1, 0, 0, -1), ValueError, "n=-1 must lie in"),
        ((1, 0, 0, 2.0), TypeError, "n=2.0 has type float"),
        ((1, 0, 0, 1 << 40), ValueError, r"n=1099511627776 must be <= \d+: a counter has 2\*\*32"),
    ],
)
@pytest.mark.parametrize("draw", [normals, uniforms, words])
def test_bad_arguments(draw, arguments, error, text):
    with pytest.raises(error, match=text):
        draw(*arguments)


def test_stream():
    assert stream(KEY, 0) == KEY
    assert stream(stream(KEY, 5), 5) == KEY
    assert stream(0, 1) == 1 << 32
    with pytest.raises(ValueError, match="domain=4294967296 must lie in"):
        stream(KEY, 1 << 32)
