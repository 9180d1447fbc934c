"""The full covariance matrix, with its Cholesky factor."""

from __future__ import annotations

import numpy as np

from ...method import State
from ...objective import Array
from ...random import normals, stream
from .parameters import Parameters, path_gain, rank_weights

#: The stream of the start of the power iterations; that of the samples is 0.
MEASURE_STREAM = 2


class Full:
    r"""C = L L^T, with steps y = L z.

    C is that of the tutorial [1]_. Its factor L takes the place of the root B D B^T: the law of the
    samples is the same, and it costs n^3/3 operations instead of some 10 n^3. It is computed anew
    only when C has changed enough to matter (`Parameters.refresh`).

    References
    ----------
    .. [1] N. Hansen, arXiv:1604.00772 (2023), eqs. (45)-(47).
    """

    def __init__(self, state: State, p: Parameters, start: Array) -> None:
        self.state, self.p, self.start = state, p, start

    @staticmethod
    def begin(n: int, initial: Array, key: int, p: Parameters) -> State:
        """What is kept, at the start of a descent; ``initial`` is C, (n, n)."""
        return {
            "covariance": initial.copy(),
            "factor": np.linalg.cholesky(initial),
            "p_c": np.zeros(n),
            "age": 0,  # generations since the factor was computed
            "widest": normals(stream(key, MEASURE_STREAM), 0, 0, n),
            "narrowest": normals(stream(key, MEASURE_STREAM), 0, 1, n),
            "largest": 1.0,  # eigenvalues of C, as far as is known
            "smallest": 1.0,
        }

    def steps(self, Z: Array) -> Array:
        """y = L z for each row."""
        Y: Array = Z @ self.state["factor"].T
        return Y

    def normal(self, y: Array) -> Array:
        """z = L^-1 y for a step of the caller's own."""
        z: Array = np.asarray(np.linalg.solve(self.state["factor"], y), dtype=float)
        return z

    def mean_step(self, weights: Array, Y: Array, z_mean: Array) -> Array:
        """<y>_w, eq. (41)."""
        y: Array = weights @ Y
        return y

    def adapt(
        self, h_sigma: float, y_mean: Array, z_mean: Array, Y: Array, Z: Array, weights: Array
    ) -> None:
        """The path of C, and C; ``weights`` are those of the rows of Y and Z."""
        s, p = self.state, self.p
        s["p_c"] = (1.0 - p.c_c) * s["p_c"] + h_sigma * path_gain(p.c_c, p.mu_eff) * y_mean  # (45)
        rank_mu = (p.c_mu * rank_weights(weights, Z)[:, np.newaxis] * Y).T @ Y
        rank_one = p.c_1 * np.outer(s["p_c"], s["p_c"])
        s["covariance"] = p.keep(h_sigma) * s["covariance"] + (rank_mu + rank_one)  # (47)
        s["age"] += 1
        if s["age"] >= p.refresh:
            s["age"] = 0
            self.refactor()

    def refactor(self) -> None:
        """L from C; a C that rounding has broken is repaired, and counted."""
        s = self.state
        C = s["covariance"]
        if np.isfinite(C).all():
            try:
                s["factor"] = np.linalg.cholesky(C)
                return
            except np.linalg.LinAlgError:
                pass
        s["repairs"] += 1
        if not (np.isfinite(C).all() and np.isfinite(s["p_c"]).all() and (np.diag(C) > 0.0).all()):
            C = s["covariance"] = np.diag(self.start * self.start)
            s["p_c"] = np.zeros(self.p.n)
        unit = self.start * self.start
        shift = 1e-15 * float(np.max(np.diag(C) / unit))
        while True:
            shift *= 10.0
            C[np.diag_indices(self.p.n)] += shift * unit
            try:
                s["factor"] = np.linalg.cholesky(C)
                return
            except np.linalg.LinAlgError:
                continue

    def deviations(self) -> Array:
        """The standard deviation of each coordinate, in units of sigma."""
        deviations: Array = np.sqrt(np.maximum(np.diag(self.state["covariance"]), 0.0))
        return deviations

    def path(self) -> Array | None:
        """The path of C, which shows whether the mean still moves."""
        p_c: Array = self.state["p_c"]
        return p_c

    def measure(self) -> None:
        """One power iteration for the largest and the smallest eigenvalue of D^-1 L L^T D^-1, each
        going on where the last one ended: n^2 operations, where a decomposition takes 10 n^3. D
        holds the deviations at the start, so that the units of the coordinates do not matter."""
        s, L, start = self.state, self.state["factor"], self.start
        v = s["widest"] / np.sqrt(np.sum(s["widest"] * s["widest"]))
        s["widest"] = (L @ (L.T @ (v / start))) / start
        s["largest"] = float(np.sum(v * s["widest"]))
        v = s["narrowest"] / np.sqrt(np.sum(s["narrowest"] * s["narrowest"]))
        s["narrowest"] = start * np.linalg.solve(L.T, np.linalg.solve(L, start * v))
        s["smallest"] = 1.0 / float(np.sum(v * s["narrowest"]))

    def narrow_axis(self) -> Array | None:
        """The narrowest axis of the ellipsoid of C, narrow in those units."""
        v = self.state["narrowest"]
        axis: Array = self.start * (np.sqrt(self.state["smallest"] / np.sum(v * v)) * v)
        return axis
