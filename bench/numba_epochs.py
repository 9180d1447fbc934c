"""What a careful user of numba would write: mini-batch descent of linear models."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(fastmath=True)
def _logistic_epoch(X, y, theta, rows, batch, eta):  # type: ignore[no-untyped-def]
    n, p = X.shape
    g = np.zeros(p + 1)
    for first in range(0, n, batch):
        last = min(first + batch, n)
        g[:] = 0.0
        for k in range(first, last):
            i = rows[k] if rows.size else k
            s = theta[0]
            for j in range(p):
                s += theta[j + 1] * X[i, j]
            r = 1.0 / (1.0 + np.exp(-s)) - y[i]
            g[0] += r
            for j in range(p):
                g[j + 1] += r * X[i, j]
        for j in range(p + 1):
            theta[j] -= eta * g[j] / (last - first)


@numba.njit(fastmath=True)
def _line_epoch(x, y, theta, rows, eta):  # type: ignore[no-untyped-def]
    a, b = theta
    for k in range(x.size):
        i = rows[k] if rows.size else k
        r = 2.0 * (a + b * x[i] - y[i])
        a -= eta * r
        b -= eta * r * x[i]
    theta[0], theta[1] = a, b


def logistic(X, y, epochs, batch, eta, shuffle):  # type: ignore[no-untyped-def]
    """theta after so many epochs from 0."""
    theta, rng = np.zeros(X.shape[1] + 1), np.random.default_rng(1)
    for _ in range(epochs):
        rows = rng.permutation(len(X)) if shuffle else np.zeros(0, dtype=np.int64)
        _logistic_epoch(X, y, theta, rows, batch, eta)
    return theta


def line(x, y, epochs, eta, shuffle):  # type: ignore[no-untyped-def]
    """theta after so many epochs from 0, a row a step."""
    theta, rng = np.zeros(2), np.random.default_rng(1)
    for _ in range(epochs):
        rows = rng.permutation(len(x)) if shuffle else np.zeros(0, dtype=np.int64)
        _line_epoch(x, y, theta, rows, eta)
    return theta
