"""Pictures, by matplotlib (the extra ``plot``), which is imported only here.

Each function takes ``ax=None``, draws on those axes or on new ones, and returns the Axes. None
calls ``show()``, and none changes matplotlib's settings or backend.
"""

from __future__ import annotations

try:
    import matplotlib as _matplotlib  # noqa: F401
except ModuleNotFoundError as _error:
    if _error.name != "matplotlib":
        raise
    raise ModuleNotFoundError(
        "ml4pa.plot needs matplotlib, which is not installed: pip install 'ml4pa[plot]'",
        name="matplotlib",
    ) from None

from .adaptation import adaptation
from .animate import animate
from .basins import basins
from .contour import contour
from .convergence import convergence
from .curve import curve
from .diversity import diversity
from .evolution import evolution
from .explore import explore
from .fit import fit
from .history import history
from .overfitting import overfitting
from .path import path
from .surface import surface
from .sweep import sweep

__all__ = [
    "adaptation",
    "animate",
    "basins",
    "contour",
    "convergence",
    "curve",
    "diversity",
    "evolution",
    "explore",
    "fit",
    "history",
    "overfitting",
    "path",
    "surface",
    "sweep",
]
