"""Fitting is not predicting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..datasets import noisy_polynomial
from ..fitting import fit
from ..models import Polynomial
from ..objective import Array
from ..random import generator

if TYPE_CHECKING:
    from ..random import RNG

#: Points of new data in each repeat.
NEW = 1000
#: Where a fit is judged: on the data it was made of, on new data, and on new data outside.
ERRORS = ("training", "new", "beyond")


@dataclass(frozen=True, eq=False)
class Overfitting:
    """What `overfitting` found.

    Attributes
    ----------
    degrees, n, noise : tuple
        What was varied: the polynomials' degrees, the numbers of data, the standard deviations of
        their noise.
    training, new, beyond : ndarray (len(degrees), len(n), len(noise))
        The root mean square of y - f on the data fitted, on new data in the same interval, and on
        new data outside it: the median of the repeats.
    """

    degrees: tuple[int, ...]
    n: tuple[int, ...]
    noise: tuple[float, ...]
    training: Array
    new: Array
    beyond: Array

    def __repr__(self) -> str:
        rows = [f"{'degree':>6} {'n':>8} {'noise':>8} {'training':>10} {'new':>10} {'beyond':>10}"]
        for (i, j, k), error in np.ndenumerate(self.training):
            rows.append(
                f"{self.degrees[i]:>6} {self.n[j]:>8} {self.noise[k]:>8.4g} "
                f"{error:>10.3g} {self.new[i, j, k]:>10.3g} {self.beyond[i, j, k]:>10.3g}"
            )
        return "\n".join(rows)


def overfitting(
    truth: ArrayLike = (0.0, 2.0),
    degrees: int | tuple[int, ...] = (1, 3, 10),
    *,
    n: int | tuple[int, ...] = 20,
    noise: float | tuple[float, ...] = 1.0,
    interval: tuple[float, float] = (0.0, 1.0),
    beyond: tuple[float, float] = (1.0, 1.25),
    repeats: int = 100,
    rng: RNG = None,
) -> Overfitting:
    r"""Fit polynomials to noisy data from a polynomial, and ask what they predict.

    The data are :math:`y = \sum_k c_k x^k + \sigma z`, with x uniform in the interval and z
    standard normal. Polynomials of each degree are fitted to them by least squares, and judged by

    .. math:: \sqrt{\langle (y - f(x))^2 \rangle}

    on the n data that were fitted, on new data of the same law, and on new data outside the
    interval. The truth itself would have the error σ everywhere.

    Parameters
    ----------
    truth : array_like, default (0, 2)
        :math:`c_0, c_1, \ldots`, lowest first; by default y = 2x.
    degrees : int or tuple of int >= 0, default (1, 3, 10)
        The degrees of the polynomials fitted.
    n : int or tuple of int, default 20
        How many data are fitted: more than the highest degree.
    noise : float >= 0 or tuple of them, default 1
        σ.
    interval : (float, float), default (0, 1)
        Where the data lie.
    beyond : (float, float), default (1, 1.25)
        Where they do not.
    repeats : int >= 1, default 100
        Data sets for each n, the same for all degrees; σ scales their noise.
    rng : None, int, SeedSequence, BitGenerator or Generator, optional
        Where the randomness comes from.

    Returns
    -------
    Overfitting
        A table; printed, it reads as one. The median of the repeats is told and not the mean,
        because now and then the points lie so that a high degree goes astray by orders of
        magnitude between them, and one such set would be the mean.

    Raises
    ------
    ValueError
        If a number is out of its range, or there are fewer data than coefficients.

    Examples
    --------
    Ten coefficients come closer to ten data than two do, and are further from the next ones:

    >>> from ml4pa.studies import overfitting
    >>> study = overfitting((0.0, 2.0), (1, 9), n=12, rng=1)
    >>> bool(study.training[1] < study.training[0])
    True
    >>> bool(study.new[1] > study.new[0]), bool(study.beyond[1] > 1000 * study.beyond[0])
    (True, True)

    References
    ----------
    P. Mehta et al., "A high-bias, low-variance introduction to Machine Learning for physicists",
    Phys. Rep. 810 (2019) 1, section II.
    """
    c = checks.finite("truth", truth, ndim=1)
    degrees = _each("degrees", degrees)
    least = max(checks.count("degrees", d) for d in degrees) + 1
    sizes = tuple(checks.count("n", size, least=least) for size in _each("n", n))
    sigmas = tuple(checks.within("noise", sigma, ge=0) for sigma in _each("noise", noise))
    inside, outside = checks.interval("interval", interval), checks.interval("beyond", beyond)
    repeats = checks.count("repeats", repeats, least=1)
    draw = generator(rng)
    rms = np.empty((len(ERRORS), len(degrees), len(sizes), len(sigmas), repeats))
    # Every σ scales the same noise at the same places.
    seeds = draw.integers(1 << 62, size=(len(sizes), repeats))
    for j, k, r in np.ndindex(rms.shape[2:]):
        same = generator(int(seeds[j, r]))
        sets = [
            noisy_polynomial(size, c, noise=sigmas[k], interval=where, rng=same)
            for size, where in ((sizes[j], inside), (NEW, inside), (NEW, outside))
        ]
        for i, degree in enumerate(degrees):
            found = fit(Polynomial(degree), *sets[0])
            for e, (x, y) in enumerate(sets):
                rms[e, i, j, k, r] = np.sqrt(np.mean((y - found.predict(x)) ** 2))
    return Overfitting(degrees, sizes, sigmas, *np.median(rms, axis=-1))


def _each(name: str, value: Any) -> tuple[Any, ...]:
    """One number, or several."""
    values = tuple(np.atleast_1d(value).tolist())
    if not values:
        raise ValueError(f"{name}={checks.shown(value)} must hold one number at least")
    return values
