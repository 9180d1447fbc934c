"""lattice: starts that cover a window evenly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import checks
from .objective import Array


def lattice(window: ArrayLike | Any, points: int = 200) -> Array:
    """Starts that cover a window evenly, for `multistart` and the picture of its basins.

    Parameters
    ----------
    window : array_like (n, 2) or Landscape
        (low, high) of each coordinate; the usual domain of a landscape.
    points : int >= 2, default 200
        How many along each side, the ends among them.

    Returns
    -------
    ndarray (points**n, n)
        The first coordinate varies fastest, as in an image row by row.

    Examples
    --------
    >>> import ml4pa
    >>> ml4pa.lattice([(0, 1), (0, 3)], 2).tolist()
    [[0.0, 0.0], [1.0, 0.0], [0.0, 3.0], [1.0, 3.0]]
    >>> ml4pa.lattice(ml4pa.landscapes.Himmelblau(), 100).shape
    (10000, 2)
    """
    pairs = checks.finite("window", getattr(window, "bounds", window), ndim=2)
    count = checks.count("points", points, least=2)
    sides = [np.linspace(*checks.interval(f"window[{i}]", p), count) for i, p in enumerate(pairs)]
    mesh = np.meshgrid(*sides[::-1], indexing="ij")
    return np.stack(mesh[::-1], axis=-1).reshape(-1, len(sides))
