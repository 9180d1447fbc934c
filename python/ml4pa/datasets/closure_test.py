"""Pseudo-data from a known curve."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import checks
from ..objective import Array
from ..random import generator

if TYPE_CHECKING:
    from ..random import RNG


class ClosureTest(NamedTuple):
    """Pseudo-data, their covariance, and the truth behind them.

    Attributes
    ----------
    x, y : ndarray (n,)
        The data.
    covariance : ndarray (n, n)
        Of y.
    truth : ndarray (n,)
        The curve at x: what a fit should find.
    """

    x: Array
    y: Array
    covariance: Array
    truth: Array


def valence(x: Array) -> Array:
    r"""The default curve, :math:`5 \sqrt x (1 - x)^3`: the shape of a valence quark's xq(x)."""
    return np.asarray(5.0 * np.sqrt(x) * (1.0 - x) ** 3)


def closure_test(
    n: int = 100,
    curve: Callable[[Array], Any] = valence,
    *,
    noise: float = 0.05,
    correlated: float = 0.05,
    length: float = 0.2,
    interval: tuple[float, float] = (0.01, 0.99),
    rng: RNG = None,
) -> ClosureTest:
    r"""Pseudo-data from a known curve, with correlated errors: can a fit find the curve again?

    .. math:: y = f(x) + L z, \quad L L^T = C, \quad z \sim N(0, I), \qquad
              C_{ij} = \sigma^2 \delta_{ij} + \sigma_c^2\, e^{-|x_i - x_j|/\ell}

    In a closure test the answer is known and the errors are what the covariance says. So a model
    that is able to take the shape of the curve must reach χ² ≈ the number of degrees of freedom.

    Parameters
    ----------
    n : int >= 2, default 100
        How many points, evenly over the interval.
    curve : callable, default 5√x (1-x)³
        ``curve(x) -> y``, both (n,). The default has the shape of a valence quark's xq(x).
    noise : float > 0, default 0.05
        σ, the part of the error that each point has for itself.
    correlated : float >= 0, default 0.05
        σ_c, the part that it shares with its neighbours.
    length : float > 0, default 0.2
        ℓ, how far neighbours reach.
    interval : (float, float), default (0.01, 0.99)
        The first and the last x.
    rng : None, int, SeedSequence, BitGenerator or Generator, optional
        Where the randomness comes from.

    Returns
    -------
    ClosureTest
        A named tuple: x (n,), y (n,), covariance (n, n), truth (n,).

    Raises
    ------
    ValueError
        If a number is out of its range, or the curve is not finite.

    Examples
    --------
    The truth itself has χ² near n:

    >>> import numpy as np
    >>> from ml4pa.datasets import closure_test
    >>> data = closure_test(100, rng=4)
    >>> r = data.y - data.truth
    >>> round(float(r @ np.linalg.solve(data.covariance, r)), 1)
    102.8

    References
    ----------
    R. D. Ball et al. (NNPDF), "Parton distributions for the LHC run II", JHEP 04 (2015) 040,
    doi:10.1007/JHEP04(2015)040, section 4.
    """
    n = checks.count("n", n, least=2)
    noise = checks.positive_number("noise", noise)
    correlated = checks.within("correlated", correlated, ge=0)
    length = checks.positive_number("length", length)
    x = np.linspace(*checks.interval("interval", interval), n)
    truth = checks.finite("curve(x)", checks.vector(curve(x.copy()), n, "curve(x)"), ndim=1)
    distance = np.abs(x[:, np.newaxis] - x)
    covariance = correlated**2 * np.exp(-distance / length) + noise**2 * np.eye(n)
    z = generator(rng).standard_normal(n)
    return ClosureTest(x, truth + np.linalg.cholesky(covariance) @ z, covariance, truth)
