r"""Random numbers that depend on what they are for, not on when they are drawn.

A draw is a function of (key, iteration, individual, coordinate) and of nothing else: neither the
number of threads nor the order of calls can change it. The key is drawn once from the user's
``rng``. The compiled core computes the same bits (``cpp/include/ml4pa/random.hpp``): logarithm,
sine and cosine are polynomials here, made of + - * / and sqrt alone, in the same order there.

References
----------
.. [1] J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as
   1, 2, 3", SC'11 (2011), doi:10.1145/2063384.2063405.
.. [2] G. E. P. Box, M. E. Muller, "A note on the generation of random normal deviates",
   Ann. Math. Statist. 29 (1958) 610.
.. [3] Scientific Python, SPEC 7, "Seeding pseudo-random number generation".
"""

from __future__ import annotations

import reprlib
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "RNG",
    "draw_key",
    "generator",
    "normals",
    "philox",
    "stream",
    "uniforms",
    "words",
]

if TYPE_CHECKING:  # numpy.random takes 20 ms to import, which only random methods need
    RNG: TypeAlias = (
        int
        | np.integer[Any]
        | np.random.SeedSequence
        | np.random.BitGenerator
        | np.random.Generator
        | None
    )
Float: TypeAlias = NDArray[np.float64]

# The normals take domain 0, which is the key itself.
_UNIFORM_DOMAIN = 0x756E6966  # "unif"
_WORD_DOMAIN = 0x776F7264  # "word"

_LOW = 0xFFFFFFFF


def generator(rng: RNG = None) -> np.random.Generator:
    """The NumPy generator that `rng` stands for (SPEC 7 [3]_).

    Parameters
    ----------
    rng : None, int, SeedSequence, BitGenerator or Generator
        None takes fresh entropy from the operating system; an int >= 0 or a SeedSequence is a
        seed; a BitGenerator or a Generator is used itself, and advances as it is drawn from.

    Returns
    -------
    numpy.random.Generator
        NumPy's global generator is neither read nor seeded.

    Raises
    ------
    TypeError
        For anything else, also a bool, a float and the legacy RandomState.
    ValueError
        For a negative int.

    Examples
    --------
    >>> generator(1).integers(100)
    np.int64(47)
    >>> g = np.random.default_rng(1)
    >>> generator(g) is g
    True
    >>> generator(-1)
    Traceback (most recent call last):
    ...
    ValueError: rng=-1 must be >= 0: pass a non-negative seed
    """
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool):
        if rng < 0:
            raise ValueError(f"rng={rng} must be >= 0: pass a non-negative seed")
        return np.random.default_rng(int(rng))
    if rng is None or isinstance(
        rng, np.random.SeedSequence | np.random.BitGenerator | np.random.Generator
    ):
        return np.random.default_rng(rng)
    raise TypeError(
        f"rng={reprlib.repr(rng)} has type {type(rng).__name__}, but must be None, an int, a "
        "SeedSequence, a BitGenerator or a Generator: pass a seed such as rng=1, or "
        "rng=numpy.random.default_rng(1)"
    )


def draw_key(rng: RNG = None) -> int:
    """A key of 64 bits, one draw from `rng`; a Generator advances, so its next key is another.

    Parameters
    ----------
    rng : None, int, SeedSequence, BitGenerator or Generator
        As for `generator`.

    Returns
    -------
    int
        In [0, 2^64).

    Examples
    --------
    >>> draw_key(1) == draw_key(1)
    True
    >>> g = np.random.default_rng(1)
    >>> draw_key(g) == draw_key(1), draw_key(g) == draw_key(1)
    (True, False)
    """
    return int(generator(rng).integers(0, 1 << 64, dtype=np.uint64))


def stream(key: int, domain: int) -> int:
    r"""The key of an independent stream: :math:`key \oplus 2^{32}\, domain`.

    Parameters
    ----------
    key : int
        In [0, 2^64).
    domain : int
        In [0, 2^32): what the stream is for. 0 is the key itself; small numbers are free for the
        caller (the streams of `uniforms` and `words` take large ones).

    Returns
    -------
    int
        In [0, 2^64).

    Examples
    --------
    >>> hex(stream(0x11, 2))
    '0x200000011'
    """
    return _integer("key", key, 64) ^ _integer("domain", domain, 32) << 32


def philox(key: int, counter: ArrayLike) -> NDArray[np.uint32]:
    r"""Philox4x32-10: four random words for each counter of four words [1]_.

    Ten rounds (section 3.3 and table 2), with the key raised by (0x9E3779B9, 0xBB67AE85) after
    each, of

    .. math::
        x_0' &= \mathrm{hi}(M_1 x_2) \oplus x_1 \oplus k_0, & x_1' &= \mathrm{lo}(M_1 x_2), \\
        x_2' &= \mathrm{hi}(M_0 x_0) \oplus x_3 \oplus k_1, & x_3' &= \mathrm{lo}(M_0 x_0),

    where hi and lo are the halves of a 64-bit product, :math:`M_0` = 0xD2511F53 and
    :math:`M_1` = 0xCD9E8D57.

    Parameters
    ----------
    key : int
        In [0, 2^64); its low half is :math:`k_0`.
    counter : array_like of uint32, shape (4, ...)
        Word 0 first.

    Returns
    -------
    ndarray of uint32, shape (4, ...)

    Examples
    --------
    >>> [hex(word) for word in philox(0, [0, 0, 0, 0])]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    key = _integer("key", key, 64)
    k0, k1 = key & _LOW, key >> 32
    x0, x1, x2, x3 = np.asarray(counter, dtype=np.uint32).astype(np.uint64)
    for _ in range(10):
        p0 = x0 * np.uint64(0xD2511F53)
        p1 = x2 * np.uint64(0xCD9E8D57)
        x0 = (p1 >> 32) ^ x1 ^ np.uint64(k0)
        x1 = p1 & _LOW
        x2 = (p0 >> 32) ^ x3 ^ np.uint64(k1)
        x3 = p0 & _LOW
        k0 = (k0 + 0x9E3779B9) & _LOW
        k1 = (k1 + 0xBB67AE85) & _LOW
    return np.array([x0, x1, x2, x3], dtype=np.uint32)


def normals(key: int, iteration: int, individuals: ArrayLike, n: int) -> Float:
    r"""Standard normal numbers for coordinates 0 to n-1 of the given individuals.

    Philox turns the counter (b, individual, iteration low, iteration high) into two uniforms of
    53 bits, :math:`u_1 \in (0, 1]` and :math:`u_2 \in [0, 1)`; Box and Muller [2]_ make of these

    .. math::
        z_{2b} = \sqrt{-2 \ln u_1}\, \cos 2\pi u_2, \qquad
        z_{2b+1} = \sqrt{-2 \ln u_1}\, \sin 2\pi u_2 .

    So the draws for n are the first n of those for any larger n, and :math:`|z| \le 8.58`.

    Parameters
    ----------
    key : int
        In [0, 2^64), see `draw_key`.
    iteration : int
        In [0, 2^64).
    individuals : int or array_like of int, shape (m,)
        One individual's number, or several, each in [0, 2^32).
    n : int
        In [0, 2^33].

    Returns
    -------
    ndarray of float64, shape (n,) for one individual, (m, n) for an array
        The same bits as the compiled core's.

    Raises
    ------
    TypeError, ValueError
        For an argument of another type, shape or range.

    Examples
    --------
    >>> normals(1, 0, [0, 1], 2).shape
    (2, 2)
    >>> np.array_equal(normals(1, 0, [0, 1], 2)[1], normals(1, 0, 1, 3)[:2])
    True
    """
    v1, v2 = _integers53(_blocks(key, iteration, individuals, n, per_block=2))
    sine, cosine = _sincos_turns(v2 * 2.0**-53)
    radius = np.sqrt(-2.0 * log_unit((v1 + 1.0) * 2.0**-53))
    return _rows([radius * cosine, radius * sine], n)


def uniforms(key: int, iteration: int, individuals: ArrayLike, n: int) -> Float:
    """Uniform numbers in [0, 1), multiples of 2^-53, for coordinates 0 to n-1.

    The stream is another than that of `normals`: the word 0x756E6966 ("unif") is xored into the
    key's high half. Each counter gives two coordinates, so the draws for n are the first n of
    those for any larger n.

    Parameters
    ----------
    key, iteration, individuals, n
        As for `normals`.

    Returns
    -------
    ndarray of float64, shape (n,) for one individual, (m, n) for an array
        The same bits as the compiled core's.

    Raises
    ------
    TypeError, ValueError
        For an argument of another type, shape or range.

    Examples
    --------
    >>> u = uniforms(1, 0, range(100), 100)
    >>> bool(u.min() >= 0.0), bool(u.max() < 1.0), round(float(u.mean()), 2)
    (True, True, 0.5)
    """
    key = stream(key, _UNIFORM_DOMAIN)
    v1, v2 = _integers53(_blocks(key, iteration, individuals, n, per_block=2))
    return _rows([v1 * 2.0**-53, v2 * 2.0**-53], n)


def words(key: int, iteration: int, individuals: ArrayLike, n: int) -> NDArray[np.uint32]:
    """Random words of 32 bits, four a counter.

    The stream is one of its own: the word 0x776F7264 ("word") is xored into the key's high half.

    Parameters
    ----------
    key, iteration, individuals, n
        As for `normals`; n up to 2^34.

    Returns
    -------
    ndarray of uint32, shape (n,) for one individual, (m, n) for an array
        The same bits as the compiled core's.

    Raises
    ------
    TypeError, ValueError
        For an argument of another type, shape or range.

    Examples
    --------
    >>> words(1, 0, 0, 6).shape, words(1, 0, [0, 1, 2], 6).shape
    ((6,), (3, 6))
    """
    key = stream(key, _WORD_DOMAIN)
    return _rows(list(_blocks(key, iteration, individuals, n, per_block=4)), n)


def _blocks(
    key: int, iteration: int, individuals: ArrayLike, n: int, per_block: int
) -> NDArray[np.uint32]:
    """Philox words, shape (4, blocks) or (4, m, blocks), with `per_block` draws a block."""
    iteration = _integer("iteration", iteration, 64)
    who = np.asarray(individuals)
    if who.ndim > 1:
        raise ValueError(
            f"individuals has shape {who.shape}, but must be an int or an array of shape (m,)"
        )
    if who.size and not np.issubdtype(who.dtype, np.integer):
        raise TypeError(f"individuals has dtype {who.dtype}, but must hold integers")
    if who.size and (who.min() < 0 or who.max() > _LOW):
        raise ValueError(
            f"individuals has values from {who.min()} to {who.max()}, but must lie in [0, 2**32)"
        )
    n = _integer("n", n, 64)
    if n > per_block << 32:
        raise ValueError(f"n={n} must be <= {per_block << 32}: a counter has 2**32 blocks")
    block = np.arange(-(-n // per_block), dtype=np.uint64)
    counter = np.broadcast_arrays(block, who[..., np.newaxis], iteration & _LOW, iteration >> 32)
    return philox(key, np.array([word.astype(np.uint32) for word in counter]))


def _rows(columns: list[NDArray[Any]], n: int) -> NDArray[Any]:
    """Block b's draws side by side, columns[0][..., b], columns[1][..., b], ..., the first n."""
    joined = np.stack(columns, axis=-1)
    length = joined.shape[-2] * joined.shape[-1]
    return np.ascontiguousarray(joined.reshape(*joined.shape[:-2], length)[..., :n])


def _integers53(x: NDArray[np.uint32]) -> tuple[Float, Float]:
    """Two integers in [0, 2^53) of each block: 27 bits of x1 and 26 of x0; 27 of x3, 26 of x2."""
    x0, x1, x2, x3 = x
    return (
        (x1 >> 5).astype(np.float64) * 2.0**26 + (x0 >> 6).astype(np.float64),
        (x3 >> 5).astype(np.float64) * 2.0**26 + (x2 >> 6).astype(np.float64),
    )


def log_unit(u: Float) -> Float:
    r"""Natural logarithm of a normal u in (0, 1], relative error < 4e-16.

    With :math:`u = 2^e m`, m in [sqrt(1/2), sqrt(2)), and s = (m-1)/(m+1),

    .. math:: \ln u = e \ln 2 + 2s + s z P(z), \qquad z = s^2 \le 0.0295,

    where P replaces the tail 2/3 + 2z/5 + 2z²/7 + ... of the series of 2 artanh(s) (minimax,
    relative error 1.3e-18). ln 2 is split so that e times its upper part is exact.
    """
    sqrt_half = np.uint64(0x3FE6A09E667F3BCD)  # bits of sqrt(1/2)
    one = np.uint64(0x3FF0000000000000)  # bits of 1
    shifted = u.view(np.uint64) + (one - sqrt_half)
    e = (shifted >> 52).astype(np.float64) - 1023.0
    m = ((shifted & 0xFFFFFFFFFFFFF) + sqrt_half).view(np.float64)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    p = _horner(
        z,
        0.14795949478483014,
        0.15314050623490777,
        0.1818356432081692,
        0.22222198573351978,
        0.2857142874238511,
        0.3999999999941469,
        0.6666666666666734,
    )
    return e * 0.6931471803691238 + (2.0 * s + (s * z * p + e * 1.9082149292705877e-10))


def _sincos_turns(u: Float) -> tuple[Float, Float]:
    r"""sin(2 pi u) and cos(2 pi u) for u in [0, 1], error < 2e-16.

    With q the integer nearest 4u and x = u - q/4 in [-1/8, 1/8], exact,

    .. math:: \sin 2\pi x = 2\pi x + x y S(y), \qquad \cos 2\pi x = 1 + y C(y), \qquad y = x^2

    (minimax, errors 3.5e-18 relative and 3.3e-20), then turned by q quarters.
    """
    q = np.rint(4.0 * u)
    x = u - 0.25 * q
    y = x * x
    s = _horner(
        y,
        3.7813663887292344,
        -15.093829321762184,
        42.05868550673689,
        -76.70585970878454,
        81.60524927596823,
        -41.34170224039968,
    )
    s = 6.283185307179586 * x + x * y * s
    c = _horner(
        y,
        -1.6970200787178533,
        7.903101637915091,
        -26.4262511404277,
        60.24464133161166,
        -85.45681720654005,
        64.93939402266801,
        -19.739208802178716,
    )
    c = 1.0 + y * c
    quarter = q.astype(np.int64) % 4
    return np.choose(quarter, [s, c, -s, -c]), np.choose(quarter, [c, -s, -c, s])


def _horner(x: Float, first: float, *rest: float) -> Float:
    """The polynomial in x with the given coefficients, highest power first."""
    p = np.full_like(x, first)
    for coefficient in rest:
        p = p * x + coefficient
    return p


def _integer(name: str, value: int, bits: int) -> int:
    """`value` as an int in [0, 2^bits)."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(
            f"{name}={reprlib.repr(value)} has type {type(value).__name__}, but must be an int"
        )
    if not 0 <= value < 1 << bits:
        raise ValueError(f"{name}={value} must lie in [0, 2**{bits})")
    return int(value)
