"""A straight line with noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import checks
from ..objective import Array
from .noisy_polynomial import noisy_polynomial

if TYPE_CHECKING:
    from ..random import RNG


def noisy_line(
    n: int = 500_000,
    *,
    intercept: float = 17.0,
    slope: float = 2.0,
    noise: float = 10.0,
    interval: tuple[float, float] = (0.0, 100.0),
    rng: RNG = None,
) -> tuple[Array, Array]:
    r"""Many points on a straight line, with Gaussian noise.

    .. math:: y_i = 17 + 2 x_i + 10 z_i, \qquad x_i \sim U(0, 100), \quad z_i \sim N(0, 1)

    Parameters
    ----------
    n : int >= 1, default 500 000
        How many points.
    intercept, slope : float, default 17, 2
        The line.
    noise : float >= 0, default 10
        The standard deviation of the noise.
    interval : (float, float), default (0, 100)
        Between which x lies.
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
    Least squares finds the line to about 2σ/√n in the intercept:

    >>> import numpy as np
    >>> from ml4pa.datasets import noisy_line
    >>> x, y = noisy_line(rng=1)
    >>> x.shape
    (500000,)
    >>> a, b = np.polynomial.Polynomial.fit(x, y, 1).convert().coef
    >>> bool(abs(a - 17) < 0.15 and abs(b - 2) < 0.0025)
    True
    """
    line = (
        checks.finite_number("intercept", intercept),
        checks.finite_number("slope", slope),
    )
    return noisy_polynomial(n, line, noise=noise, interval=interval, rng=rng)
