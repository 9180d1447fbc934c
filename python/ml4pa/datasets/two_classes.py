"""Two classes that overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import checks
from ..objective import Array
from ..random import generator

if TYPE_CHECKING:
    from ..random import RNG


def two_classes(
    n: int = 1000, features: int = 2, *, separation: float = 3.0, rng: RNG = None
) -> tuple[Array, Array]:
    r"""Signal and background: two Gaussian clouds of unit width that overlap.

    .. math:: X_i \sim N\bigl((y_i - \tfrac12)\,\delta\,u,\; I\bigr), \qquad
              u = (1, \ldots, 1)/\sqrt p

    Class 0 is :math:`\lfloor n/2 \rfloor` of the rows, class 1 the others, in random order.

    Parameters
    ----------
    n : int >= 2, default 1000
        How many rows.
    features : int >= 1, default 2
        p, the columns.
    separation : float >= 0, default 3
        δ, the distance between the means in standard deviations.
    rng : None, int, SeedSequence, BitGenerator or Generator, optional
        Where the randomness comes from.

    Returns
    -------
    X : ndarray (n, features)
    y : ndarray (n,)
        0.0 or 1.0.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Notes
    -----
    The log odds of class 1 are :math:`\delta\,u \cdot x`, so logistic regression is the right
    model: in the limit of many rows it finds the weights δ/√p and the intercept 0. No classifier is
    right more often than Φ(δ/2): 0.933 for δ = 3.

    Examples
    --------
    >>> from ml4pa.datasets import two_classes
    >>> X, y = two_classes(1000, rng=1)
    >>> X.shape, int(y.sum())
    ((1000, 2), 500)
    >>> round(float(((X.sum(axis=1) > 0) == (y == 1)).mean()), 2)
    0.92
    """
    n = checks.count("n", n, least=2)
    features = checks.count("features", features, least=1)
    separation = checks.within("separation", separation, ge=0)
    draw = generator(rng)
    y = draw.permutation(np.arange(n) >= n // 2).astype(float)
    shift = separation / np.sqrt(features)
    return draw.standard_normal((n, features)) + shift * (y[:, np.newaxis] - 0.5), y
