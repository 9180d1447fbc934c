r"""A random order of rows, all permutations equally probable, in a way that caches like.

Row after row is dealt to one of up to 256 buckets at random (Rao [1]_, Sandelius [2]_), and each of
these, which the caches hold, is shuffled by Fisher and Yates' method (Durstenfeld [3]_). A draw
among m rows takes one of 2^32 equidistant numbers, so that the probabilities of two rows differ by
m/2^32 of themselves at most.

The order depends on (key, epoch, part) and on nothing else; the compiled core has the same
(``cpp/include/ml4pa/shuffle.hpp``).

References
----------
.. [1] C. R. Rao, "Generation of random permutations of given number of elements using random
   sampling numbers", Sankhya A 23 (1961) 305.
.. [2] M. Sandelius, "A simple randomization procedure", J. R. Stat. Soc. B 24 (1962) 472.
.. [3] R. Durstenfeld, "Algorithm 235: random permutation", Comm. ACM 7 (1964) 420.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .random import stream, words

__all__ = ["order"]

#: Rows in a bucket, more only where there are 256 of them.
BUCKET = 1 << 19
#: The stream of the words that deal the rows.
_DEAL = 0x6465616C  # "deal"


def order(key: int, epoch: int, n: int, part: int = 0) -> NDArray[np.int64]:
    """A random order of n rows.

    Parameters
    ----------
    key : int
        In [0, 2^64), see `ml4pa.random.draw_key`.
    epoch : int
        In [0, 2^64).
    n : int
        How many rows.
    part : int
        In [0, 2^32): which of several orders in an epoch.

    Returns
    -------
    ndarray of int64, shape (n,)
        The number of the row that is met first, second, ...

    Examples
    --------
    >>> order(1, 0, 6).tolist()
    [4, 5, 0, 1, 2, 3]
    """
    bits = min(8, max(0, (n - 1) // BUCKET).bit_length())
    dealt = words(stream(key, _DEAL), epoch, part, -(-n // 4)).astype("<u4").view(np.uint8)[:n]
    bucket = dealt >> (8 - bits)
    met = np.argsort(bucket, kind="stable")
    # Place k of a bucket that ends before place e gets one of the rows at places k, ..., e - 1.
    places = np.arange(n, dtype=np.uint64)
    ends = np.cumsum(np.bincount(bucket, minlength=1 << bits)).astype(np.uint64)
    left = ends[bucket[met]] - places
    partners = places + (words(key, epoch, part, n) * left >> np.uint64(32))
    rows = met.tolist()
    for place, partner in enumerate(partners.tolist()):
        rows[place], rows[partner] = rows[partner], rows[place]
    return np.array(rows, dtype=np.int64)
