"""The standard parameters of CMA-ES, for a dimension and a population size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...objective import Array


@dataclass(frozen=True, eq=False)
class Parameters:
    r"""The strategy parameters of one descent; equations of [1]_.

    Attributes
    ----------
    n : int
        The dimension.
    population_size : int
        lambda, the points of a generation, eq. (48).
    mu : int
        The parents: points with a positive weight.
    weights : ndarray (lambda,)
        w, from the best point to the worst, eqs. (49)-(53); the positive ones sum to 1.
    mu_eff : float
        The variance-effective number of parents, eq. (8).
    c_sigma, d_sigma : float
        Rate and damping of the step size, eq. (55). The larger populations of restarts are damped
        more: see `damping`.
    c_c : float
        Rate of the path of the covariance, eq. (56).
    c_1, c_mu : float
        Rates of the rank-one and the rank-mu update, eqs. (57), (58).
    c_m : float
        Rate of the mean, eq. (54).
    chi_n : float
        The expected length of a normal vector.
    directions : ndarray (k, 2)
        With ``covariance="limited"``: the rates c_d and c_c of each direction [3]_, else empty.

    References
    ----------
    .. [1] N. Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772 (2023).
    .. [2] R. Ros, N. Hansen, "A simple modification in CMA-ES achieving linear time and space
           complexity", PPSN X (2008) 296.
    .. [3] I. Loshchilov, T. Glasmachers, H.-G. Beyer, "Large scale black-box optimization by
           limited-memory matrix adaptation", IEEE Trans. Evol. Comput. 23 (2019) 353.
    """

    n: int
    population_size: int
    mu: int
    weights: Array
    mu_eff: float
    c_sigma: float
    d_sigma: float
    c_c: float
    c_1: float
    c_mu: float
    c_m: float
    chi_n: float
    directions: Array

    @property
    def refresh(self) -> int:
        """Generations after which the factor of C is computed anew: when C has changed by some
        30 %. Three times the usual 1/(10 n (c_1 + c_mu)); more evaluations are not needed."""
        change = self.n * (self.c_1 + self.c_mu)
        return max(1, math.floor(0.3 / change)) if change > 0.0 else 1

    def keep(self, h_sigma: float) -> float:
        """What remains of C in eq. (47): 1 + c_1 delta - c_1 - c_mu sum w."""
        delta = (1.0 - h_sigma) * self.c_c * (2.0 - self.c_c)
        return 1.0 + self.c_1 * delta - self.c_1 - self.c_mu * float(np.sum(self.weights))


def path_gain(c: float, mu_eff: float) -> float:
    """sqrt(c (2 - c) mu_eff), with which a path of normal steps stays normal."""
    return math.sqrt(c * (2.0 - c) * mu_eff)


def rank_weights(weights: Array, Z: Array) -> Array:
    """Negative weights times n/|z|^2, so that C stays positive; eq. (46)."""
    squares = np.sum(Z * Z, axis=1)
    scaled: Array = weights * (Z.shape[1] / np.maximum(squares, 1e-300))
    return np.where(weights < 0.0, scaled, weights)


def default_population_size(n: int) -> int:
    """4 + floor(3 ln n), eq. (48)."""
    return 4 + math.floor(3.0 * math.log(n))


def raw_weights(population_size: int, mu: int | None) -> Array:
    """w' = ln((lambda + 1)/2) - ln i, eq. (49); with mu given, ln(mu + 1/2) - ln i."""
    half = 0.5 * (population_size + 1) if mu is None else mu + 0.5
    places = range(1, population_size + 1)
    return np.array([math.log(half) - math.log(i) for i in places])


def effective(weights: Array) -> float:
    """(sum |w|)^2 / sum w^2, 0 for no weights; eq. (8)."""
    total, squares = float(np.sum(np.abs(weights))), float(np.sum(weights * weights))
    return total * total / squares if squares > 0.0 else 0.0


def damping(mu_eff: float, n: int, enlarged: bool) -> float:
    """d_sigma - 1 - c_sigma: 2 max(0, s - 1) with s = sqrt((mu_eff - 1)/(n + 1)), eq. (55).

    Our own for the larger populations of restarts: max(s, 2 (s - 1)). While s is below 1 they else
    have hardly more damping than the first population, lose the step size too soon on a sharp
    ridge, and find the funnel of Schaffer's function in half as many runs.
    """
    s = math.sqrt((mu_eff - 1.0) / (n + 1.0))
    return max(s if enlarged else 0.0, 2.0 * (s - 1.0))


def standard(
    n: int, population_size: int, given: dict[str, Any], enlarged: bool = False
) -> Parameters:
    """The standard parameters, of which those in ``given`` are replaced.

    ``given`` may have mu, weights, c_sigma, d_sigma, c_c, c_1, c_mu; mean_lr, covariance and
    active are always there. ``enlarged``: of a restart with a larger population than the first.
    """
    raw = given.get("weights")
    raw = raw_weights(population_size, given.get("mu")) if raw is None else np.asarray(raw)
    positive = np.where(raw > 0.0, raw, 0.0)
    mu_eff = effective(positive)
    mode = given["covariance"]
    active = given["active"] and mode != "limited"

    def choose(name: str, value: float) -> float:
        told = given.get(name)
        return value if told is None else float(told)

    if mode == "limited":
        # Loshchilov et al., algorithm 3. The rate is bounded for dimensions below its domain.
        c_sigma = min(2.0 * population_size / n, 0.5)
        d_sigma = 2.0
        c_c = c_1 = c_mu = 0.0
    else:
        c_sigma = (mu_eff + 2.0) / (n + mu_eff + 5.0)  # (55)
        c_c = (4.0 + mu_eff / n) / (n + 4.0 + 2.0 * mu_eff / n)  # (56)
        c_1 = 2.0 / ((n + 1.3) ** 2 + mu_eff)  # (57)
        c_mu = 2.0 * (0.25 + mu_eff + 1.0 / mu_eff - 2.0) / ((n + 2.0) ** 2 + mu_eff)  # (58)
        if mode == "diagonal":  # Ros & Hansen (2008): n numbers are learnt faster than n^2
            c_1, c_mu = min(1.0, c_1 * (n + 2.0) / 3.0), c_mu * (n + 2.0) / 3.0
    c_sigma = choose("c_sigma", c_sigma)
    if mode != "limited":
        d_sigma = 1.0 + damping(mu_eff, n, enlarged) + c_sigma
    c_c, c_1 = choose("c_c", c_c), choose("c_1", c_1)
    c_mu = choose("c_mu", min(1.0 - c_1, c_mu))
    return Parameters(
        n,
        population_size,
        int(np.sum(raw > 0.0)),
        signed_weights(raw, n, c_1, c_mu, mu_eff, active, given.get("weights") is not None),
        mu_eff,
        c_sigma,
        choose("d_sigma", d_sigma),
        c_c,
        c_1,
        c_mu,
        given["mean_lr"],
        math.sqrt(n) * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n)),
        direction_rates(n, population_size) if mode == "limited" else np.zeros((0, 2)),
    )


def signed_weights(
    raw: Array, n: int, c_1: float, c_mu: float, mu_eff: float, active: bool, given: bool
) -> Array:
    """The positive weights sum to 1; the negative ones to -min(50, 51, 52), or are 0."""
    positive, negative = np.where(raw > 0.0, raw, 0.0), np.where(raw < 0.0, raw, 0.0)
    weights: Array = positive / float(np.sum(positive))
    if not active or c_mu <= 0.0 or not negative.any():
        return weights
    if given:
        return weights + negative / float(np.sum(positive))
    alpha = min(
        1.0 + c_1 / c_mu,  # (50)
        1.0 + 2.0 * effective(negative) / (mu_eff + 2.0),  # (51)
        max(0.0, (1.0 - c_1 - c_mu) / (n * c_mu)),  # (52)
    )
    return weights + negative * (alpha / float(np.sum(-negative)))  # (53)


def direction_rates(n: int, population_size: int) -> Array:
    """Loshchilov et al.: c_d,i = 1/(1.5^(i-1) n) and c_c,i = lambda/(4^(i-1) n), i = 1, 2, ...,
    bounded for the few dimensions where they would leave their domain."""
    count = default_population_size(n)
    return np.array(
        [
            [min(0.5, 1.0 / (1.5**i * n)), min(1.0, population_size / (4.0**i * n))]
            for i in range(count)
        ]
    )
