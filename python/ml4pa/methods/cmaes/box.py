"""Bounds: the search space is unbounded, and folded onto the box where the objective lives."""

from __future__ import annotations

import numpy as np

from ...objective import Array


class Box:
    r"""A smooth map from the search space onto the box, one coordinate by itself.

    In the middle x = y. Near a bound the line is bent by a parabola, so that the bound itself is
    an inner point of the search space:

    .. math:: x = l + \frac{(y - (l - a))^2}{4 a}, \qquad |y - l| < a,

    with a = min((u - l)/2, (1 + |l|)/20), and likewise at the upper bound; further out the map is
    continued by reflection. It is that of pycma's BoundTransform.

    Parameters
    ----------
    low, high : ndarray (n,)
        The bounds; infinities leave a side open.
    """

    def __init__(self, low: Array, high: Array) -> None:
        self.low, self.high = low, high
        with np.errstate(invalid="ignore"):
            half = 0.5 * high - 0.5 * low  # high - low may overflow
        self.a_low = np.minimum(half, (1.0 + np.abs(low)) / 20.0)
        self.a_high = np.minimum(half, (1.0 + np.abs(high)) / 20.0)
        self.a_low[np.isinf(low)] = 0.0
        self.a_high[np.isinf(high)] = 0.0
        self.first = low - self.a_low  # where the lower bound is in the search space
        self.last = high + self.a_high

    def inside(self, y: Array) -> Array:
        """Points of the box from points of the search space, (..., n)."""
        with np.errstate(all="ignore"):
            period = 2.0 * (self.last - self.first)
            far = (y < self.first - 0.5 * period) | (y > self.last + 0.5 * period)
            y = np.where(far, y - period * np.floor((y - self.first) / period), y)
            y = np.where(y < self.first, self.first + (self.first - y), y)
            y = np.where(y > self.last, self.last - (y - self.last), y)
            y = np.where(y < self.first, self.first, y)
            up = (y - self.first) * (y - self.first) / (4.0 * self.a_low)
            down = (self.last - y) * (self.last - y) / (4.0 * self.a_high)
            x = np.where(y < self.low + self.a_low, self.low + up, y)
            x = np.where(y > self.high - self.a_high, self.high - down, x)
        x = np.where(self.low == self.high, self.low, x)
        folded: Array = np.minimum(np.maximum(x, self.low), self.high)
        return folded

    def outside(self, x: Array) -> Array:
        """The nearest points of the search space that `inside` maps to x."""
        with np.errstate(all="ignore"):
            up = self.first + 2.0 * np.sqrt(self.a_low * (x - self.low))
            down = self.last - 2.0 * np.sqrt(self.a_high * (self.high - x))
            y = np.where(x < self.low + self.a_low, up, x)
            y = np.where(x > self.high - self.a_high, down, y)
        unfolded: Array = np.where(self.low == self.high, self.low, y)
        return unfolded
