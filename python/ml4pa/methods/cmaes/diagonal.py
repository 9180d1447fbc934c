"""A diagonal covariance matrix: sep-CMA-ES."""

from __future__ import annotations

import numpy as np

from ...method import State
from ...objective import Array
from .parameters import Parameters, path_gain, rank_weights


class Diagonal:
    """C = diag(d^2), with steps y = d z: n numbers, learnt (n + 2)/3 times faster than a matrix.

    References
    ----------
    R. Ros, N. Hansen, "A simple modification in CMA-ES achieving linear time and space complexity",
    PPSN X (2008) 296.
    """

    def __init__(self, state: State, p: Parameters, start: Array) -> None:
        self.state, self.p, self.start = state, p, start

    @staticmethod
    def begin(n: int, initial: Array, key: int, p: Parameters) -> State:
        """What is kept, at the start of a descent; ``initial`` is the diagonal of C, (n,)."""
        return {
            "covariance": initial.copy(),
            "p_c": np.zeros(n),
            "largest": 1.0,
            "smallest": 1.0,
        }

    def steps(self, Z: Array) -> Array:
        """y = d z for each row."""
        Y: Array = np.sqrt(self.state["covariance"]) * Z
        return Y

    def normal(self, y: Array) -> Array:
        """z = y/d for a step of the caller's own."""
        z: Array = y / np.sqrt(self.state["covariance"])
        return z

    def mean_step(self, weights: Array, Y: Array, z_mean: Array) -> Array:
        return self.steps(z_mean)

    def adapt(
        self, h_sigma: float, y_mean: Array, z_mean: Array, Y: Array, Z: Array, weights: Array
    ) -> None:
        """The diagonal of eqs. (45)-(47) of the tutorial, where y = d z."""
        s, p = self.state, self.p
        s["p_c"] = (1.0 - p.c_c) * s["p_c"] + h_sigma * path_gain(p.c_c, p.mu_eff) * y_mean
        rank_mu = (p.c_mu * rank_weights(weights, Z)) @ (Z * Z)
        rank_one = p.c_1 * (s["p_c"] * s["p_c"])
        C = s["covariance"] * (p.keep(h_sigma) + rank_mu) + rank_one
        sound = np.isfinite(C) & (C > 0.0)
        if not sound.all():
            s["repairs"] += 1
            C = np.where(sound, C, self.start * self.start)
            s["p_c"] = np.where(sound, s["p_c"], 0.0)
        s["covariance"] = C

    def deviations(self) -> Array:
        deviations: Array = np.sqrt(self.state["covariance"])
        return deviations

    def path(self) -> Array | None:
        p_c: Array = self.state["p_c"]
        return p_c

    def measure(self) -> None:
        """The largest and the smallest variance, in units of those at the start."""
        C = self.state["covariance"] / (self.start * self.start)
        self.state["largest"], self.state["smallest"] = float(C.max()), float(C.min())

    def narrow_axis(self) -> Array | None:
        """The narrowest axis is a coordinate's, which has a test of its own."""
        return None
