"""Limited memory: LM-MA-ES."""

from __future__ import annotations

import numpy as np

from ...method import State
from ...objective import Array
from .parameters import Parameters


class Limited:
    r"""Steps y = S A z, where S holds the initial deviations and A is a product of factors.

    .. math:: A = A_k \cdots A_1, \qquad A_j = (1 - c_{d,j})\,I + c_{d,j}\,m_j m_j^T .

    The k = 4 + floor(3 ln n) directions m_j are paths of the mean in the normal coordinates, over
    ever longer times [1]_. In generation t the first min(t, k) of them are used.

    A z is a combination of z and the m_j, whose coefficients follow from the products m_j z and
    m_j m_i alone: two products of matrices do for a whole generation what the factors do one after
    the other, with a fraction of the memory traffic. The m_j m_i are kept up to date.

    References
    ----------
    .. [1] I. Loshchilov, T. Glasmachers, H.-G. Beyer, "Large scale black-box optimization by
           limited-memory matrix adaptation", IEEE Trans. Evol. Comput. 23 (2019) 353, algorithm 3.
    """

    def __init__(self, state: State, p: Parameters, start: Array) -> None:
        self.state, self.p, self.start = state, p, start

    @staticmethod
    def begin(n: int, initial: Array, key: int, p: Parameters) -> State:
        """What is kept, at the start of a descent; ``initial`` is the diagonal of C, (n,)."""
        k = len(p.directions)
        return {
            "scale": np.sqrt(initial),
            "directions": np.zeros((k, n)),
            "products": np.zeros((k, k)),  # of the directions
            "used": 0,
        }

    def coefficients(self, Z: Array) -> tuple[float, Array]:
        """a and b in A z = a z + b M, for each row."""
        s, used = self.state, self.state["used"]
        S = Z @ s["directions"][:used].T  # m_j z
        a, b = 1.0, np.zeros((len(Z), used))
        for j, c_d in enumerate(self.p.directions[:used, 0].tolist()):
            inner = a * S[:, j] + b @ s["products"][:used, j]  # m_j d, d after the factors before j
            a, b = (1.0 - c_d) * a, (1.0 - c_d) * b
            b[:, j] += c_d * inner
        return a, b

    def steps(self, Z: Array) -> Array:
        """y = S A z for each row."""
        a, b = self.coefficients(Z)
        Y: Array = self.state["scale"] * (
            a * Z + b @ self.state["directions"][: self.state["used"]]
        )
        return Y

    def normal(self, y: Array) -> Array:
        """z = A^-1 S^-1 y: each factor is inverted by Sherman and Morrison's formula."""
        s = self.state
        d = y / s["scale"]
        for j in reversed(range(s["used"])):
            c_d, m = float(self.p.directions[j, 0]), s["directions"][j]
            inner = float(np.sum(m * d)) / ((1.0 - c_d) + c_d * float(s["products"][j, j]))
            d = (d - (c_d * inner) * m) / (1.0 - c_d)
        return d

    def mean_step(self, weights: Array, Y: Array, z_mean: Array) -> Array:
        y: Array = self.steps(z_mean[np.newaxis])[0]
        return y

    def adapt(
        self, h_sigma: float, y_mean: Array, z_mean: Array, Y: Array, Z: Array, weights: Array
    ) -> None:
        """m_j <- (1 - c_c,j) m_j + sqrt(mu_eff c_c,j (2 - c_c,j)) <z>_w, and their products."""
        s, p = self.state, self.p
        c_c = p.directions[:, 1]
        keep, gain = 1.0 - c_c, np.sqrt(p.mu_eff * c_c * (2.0 - c_c))
        cross = np.outer(keep * (s["directions"] @ z_mean), gain)
        square = float(np.sum(z_mean * z_mean))
        s["products"] = np.outer(keep, keep) * s["products"] + (cross + cross.T)
        s["products"] += np.outer(gain, gain) * square
        s["directions"] = keep[:, np.newaxis] * s["directions"] + np.outer(gain, z_mean)
        s["used"] = min(s["used"] + 1, len(c_c))

    def deviations(self) -> Array:
        """Nearly: the factors change a few directions only."""
        scale: Array = self.state["scale"]
        return scale

    def path(self) -> Array | None:
        return None

    def measure(self) -> None:
        """The eigenvalues are not known."""

    def narrow_axis(self) -> Array | None:
        return None

    def matrix(self) -> Array:
        """C = S A A^T S, (n, n)."""
        Y = self.steps(np.eye(self.p.n))  # row i is S A e_i
        C: Array = Y.T @ Y
        return C
