"""The recorded path of a run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .objective import Array


@dataclass(eq=False)
class Path:
    """Every stride-th iterate of a run, from the start, and the last.

    Attributes
    ----------
    x : ndarray (k, n)
        The points; row 0 is x0, the last row is where the run stopped.
    fun : ndarray (k,)
        Their values.
    iteration : ndarray (k,)
        Their place in the run.
    """

    x: Array
    fun: Array
    stride: int
    last: int

    @cached_property
    def iteration(self) -> NDArray[np.int64]:
        rows = np.arange(len(self.fun), dtype=np.int64) * self.stride
        if len(rows):
            rows[-1] = self.last
        return rows

    def __len__(self) -> int:
        return len(self.fun)
