"""How fast crickets chirp, and how warm it was."""

from __future__ import annotations

import numpy as np

from ..objective import Array

#: (chirps a second, temperature in degrees Fahrenheit)
TABLE = (
    (20.0, 88.6),
    (16.0, 71.6),
    (19.8, 93.3),
    (18.4, 84.3),
    (17.1, 80.6),
    (15.5, 75.2),
    (14.7, 69.7),
    (17.1, 82.0),
    (15.4, 69.4),
    (16.2, 83.3),
    (15.0, 79.6),
    (17.2, 82.6),
    (16.0, 80.6),
    (17.0, 83.5),
    (14.4, 76.3),
)


def crickets() -> tuple[Array, Array]:
    r"""Chirps of the striped ground cricket and the temperature at the time, 15 pairs.

    Returns
    -------
    chirps : ndarray (15,)
        Chirps a second.
    temperature : ndarray (15,)
        Degrees Fahrenheit.

    Examples
    --------
    >>> import numpy as np
    >>> from ml4pa.datasets import crickets
    >>> chirps, temperature = crickets()
    >>> [round(float(c), 4) for c in np.polynomial.Polynomial.fit(chirps, temperature, 1).convert()]
    [25.2323, 3.2911]

    References
    ----------
    G. W. Pierce, "The Songs of Insects", Harvard University Press, 1948.
    """
    chirps, temperature = np.array(TABLE).T
    return chirps.copy(), temperature.copy()
