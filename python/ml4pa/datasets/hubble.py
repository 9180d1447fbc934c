"""How far the nebulae are, and how fast they recede."""

from __future__ import annotations

import numpy as np

from ..objective import Array

#: (distance in Mpc, radial velocity in km/s)
TABLE = (
    (0.032, 170.0),
    (0.034, 290.0),
    (0.214, -130.0),
    (0.263, -70.0),
    (0.275, -185.0),
    (0.275, -220.0),
    (0.45, 200.0),
    (0.5, 290.0),
    (0.5, 270.0),
    (0.63, 200.0),
    (0.8, 300.0),
    (0.9, -30.0),
    (0.9, 650.0),
    (0.9, 150.0),
    (0.9, 500.0),
    (1.0, 920.0),
    (1.1, 450.0),
    (1.1, 500.0),
    (1.4, 500.0),
    (1.7, 960.0),
    (2.0, 500.0),
    (2.0, 850.0),
    (2.0, 800.0),
    (2.0, 1090.0),
)


def hubble() -> tuple[Array, Array]:
    r"""Distance and radial velocity of 24 extra-galactic nebulae, Hubble's table of 1929.

    Returns
    -------
    distance : ndarray (24,)
        In Mpc, on the scale of 1929: some seven times too short, because the Cepheids by which
        it was set are brighter than was thought. So the slope is not today's 70 km/s/Mpc.
    velocity : ndarray (24,)
        In km/s, positive away from us.

    Examples
    --------
    >>> import numpy as np
    >>> from ml4pa.datasets import hubble
    >>> distance, velocity = hubble()
    >>> [round(float(c), 3) for c in np.polynomial.Polynomial.fit(distance, velocity, 1).convert()]
    [-40.784, 454.158]

    References
    ----------
    E. Hubble, "A relation between distance and radial velocity among extra-galactic nebulae",
    Proc. Natl. Acad. Sci. USA 15 (1929) 168, doi:10.1073/pnas.15.3.168, table 1.
    """
    distance, velocity = np.array(TABLE).T
    return distance.copy(), velocity.copy()
