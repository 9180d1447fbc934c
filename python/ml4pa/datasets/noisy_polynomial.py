"""A polynomial with noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..objective import Array
from ..random import generator

if TYPE_CHECKING:
    from ..random import RNG


def noisy_polynomial(
    n: int = 100,
    coefficients: ArrayLike = (0.0, 2.0),
    *,
    noise: float = 1.0,
    interval: tuple[float, float] = (0.0, 1.0),
    rng: RNG = None,
) -> tuple[Array, Array]:
    r"""Points on a polynomial, with Gaussian noise.

    .. math:: y_i = \sum_k c_k x_i^k + \sigma z_i, \qquad
              x_i \sim U(a, b), \quad z_i \sim N(0, 1)

    Parameters
    ----------
    n : int >= 1, default 100
        How many points.
    coefficients : array_like (k,), default (0, 2)
        :math:`c_0, c_1, \ldots`, lowest first; by default y = 2x.
    noise : float >= 0, default 1
        The standard deviation σ.
    interval : (float, float), default (0, 1)
        a < b, between which x lies.
    rng : None, int, SeedSequence, BitGenerator or Generator, optional
        Where the randomness comes from.

    Returns
    -------
    x, y : ndarray (n,)

    Raises
    ------
    ValueError
        If a number is out of its range.

    Examples
    --------
    >>> from ml4pa.datasets import noisy_polynomial
    >>> x, y = noisy_polynomial(5, (1.0, 0.0, 2.0), noise=0.0, rng=1)
    >>> bool((y == 1 + 2 * x**2).all())
    True
    """
    n = checks.count("n", n, least=1)
    c = checks.finite("coefficients", coefficients, ndim=1)
    noise = checks.within("noise", noise, ge=0)
    low, high = checks.interval("interval", interval)
    draw = generator(rng)
    x = draw.uniform(low, high, n)
    return x, np.polynomial.polynomial.polyval(x, c) + noise * draw.standard_normal(n)
