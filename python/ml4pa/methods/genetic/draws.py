"""The random numbers of one generation.

Each purpose has a stream; in it a draw depends on the key, the generation, the row and the
coordinate alone. What is not needed is not drawn: neither is any number of a gene that does not
mutate.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...objective import Array
from ...random import log_unit, normals, stream, uniforms, words

if TYPE_CHECKING:
    from numpy.random import Generator

Ints = NDArray[np.int64]

# The streams: whom a parent is, what a pair does, what it does to each gene, which genes mutate,
# how far.
PARENTS, PAIRS, GENES, PLACES, STEPS = 1, 2, 3, 4, 5
#: Added to them for the first generation, whose stream BOX has uniforms within the bounds.
START, BOX = 0x100, 6
#: Streams of the caller's own operators, and of the noise of a polish.
OWN = {"selection": 0x200, "crossover": 0x201, "mutation": 0x202, "polish": 0x203}


class Draws:
    """The draws of generation t."""

    def __init__(self, key: int, t: int) -> None:
        self.key, self.t = key, t

    def uniforms(self, domain: int, rows: int, n: int) -> Array:
        """In [0, 1), (rows, n)."""
        return uniforms(stream(self.key, domain), self.t, np.arange(rows), n)

    def bits(self, rows: int, n: int, per_gene: int = 1) -> NDArray[np.uint32]:
        """``per_gene`` random bits for each of the genes of each pair, as numbers (rows, n)."""
        each = 32 // per_gene
        drawn = words(stream(self.key, GENES), self.t, np.arange(rows), -(-n // each))
        gene = np.arange(n)
        shifts = (per_gene * (gene % each)).astype(np.uint32)
        mask = np.uint32((1 << per_gene) - 1)
        taken: NDArray[np.uint32] = drawn[:, gene // each] >> shifts & mask
        return taken

    def places(self, size: int, rate: float) -> Ints:
        r"""Which of ``size`` genes mutate, each with probability p = ``rate``.

        The genes between one and the next are counted by a geometric distribution,
        :math:`\lfloor \ln u / \ln(1-p) \rfloor`, so that one number is drawn for each that mutates.
        """
        if rate >= 1.0:
            return np.arange(size)
        if rate <= 0.0:
            return np.arange(0)
        inverse = 1.0 / math.log1p(-rate)
        enough = int(size * rate + 8.0 * math.sqrt(size * rate) + 16.0)
        while True:
            u = 1.0 - uniforms(stream(self.key, PLACES), self.t, 0, enough)
            place = np.cumsum(1.0 + np.floor(log_unit(u) * inverse)) - 1.0
            if place[-1] >= size:
                return place[place < size].astype(np.int64)
            enough *= 2

    def steps(self, count: int) -> Array:
        """Standard normals of the genes that mutate, one after the other."""
        return normals(stream(self.key, STEPS), self.t, 0, count)

    def generator(self, operator: str) -> Generator:
        """A generator of NumPy's, for what draws by itself."""
        return np.random.default_rng([stream(self.key, OWN[operator]), self.t])
