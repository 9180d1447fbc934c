r"""Simulated binary crossover: K. Deb, R. B. Agrawal, "Simulated binary crossover for continuous
search space", Complex Systems 9 (1995) 115."""

from __future__ import annotations

import numpy as np

from ....objective import Array
from ..draws import GENES, Draws
from ..widths import unit

#: Square roots: the distribution index is 2^ROOTS - 1 = 15.
ROOTS = 4


def sbx(draws: Draws, A: Array, B: Array) -> tuple[Array, Array]:
    r"""With probability 1/2 a gene's two values move apart or together about their mean,

    .. math:: \tfrac12\left((a + b) \pm \beta\,(a - b)\right), \qquad
              \beta = (2u)^{1/16} \text{ for } u < \tfrac12, \text{ else } (2 - 2u)^{-1/16},

    and with probability 1/2 each they change places. The exponent is 1/(index + 1), index = 15.
    """
    pairs, length = A.shape
    u = draws.uniforms(GENES, pairs, length)
    bits = draws.bits(pairs, length, per_gene=2)
    base = np.where(u < 0.5, 2.0 * u, 2.0 - 2.0 * u)
    for _ in range(ROOTS):
        base = np.sqrt(base)
    with np.errstate(divide="ignore"):  # of what is not taken
        beta = np.where(u < 0.5, base, 1.0 / base)
    beta = np.where(bits & 1, beta, 1.0)
    beta = np.where(bits & 2, -beta, beta)
    s = unit(A, B)
    middle, half = 0.5 * (A * s + B * s), 0.5 * (beta * (A * s - B * s))
    return (middle + half) / s, (middle - half) / s
