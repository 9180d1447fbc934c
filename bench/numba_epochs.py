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


@numba.njit(fastmath=True)
def _network_epoch(X, Y, theta, p, h1, h2, q, eta):  # type: ignore[no-untyped-def]
    first, second = h1 * (p + 1), h1 * (p + 1) + h2 * (h1 + 1)
    W1 = theta[:first].reshape(h1, p + 1)
    W2 = theta[first:second].reshape(h2, h1 + 1)
    W3 = theta[second:].reshape(q, h2 + 1)
    a1, a2, d1, d2, d3 = np.empty(h1), np.empty(h2), np.empty(h1), np.empty(h2), np.empty(q)
    for i in range(len(X)):
        for k in range(h1):
            s = W1[k, 0]
            for j in range(p):
                s += W1[k, j + 1] * X[i, j]
            a1[k] = np.tanh(s)
        for k in range(h2):
            s = W2[k, 0]
            for j in range(h1):
                s += W2[k, j + 1] * a1[j]
            a2[k] = np.tanh(s)
        for k in range(q):
            s = W3[k, 0]
            for j in range(h2):
                s += W3[k, j + 1] * a2[j]
            d3[k] = 2.0 * (s - Y[i, k]) / q
        d2[:] = 0.0
        for k in range(q):
            for j in range(h2):
                d2[j] += W3[k, j + 1] * d3[k]
        d1[:] = 0.0
        for k in range(h2):
            d2[k] *= 1.0 - a2[k] * a2[k]
            for j in range(h1):
                d1[j] += W2[k, j + 1] * d2[k]
        for k in range(h1):
            d1[k] *= 1.0 - a1[k] * a1[k]
        for k in range(q):
            W3[k, 0] -= eta * d3[k]
            for j in range(h2):
                W3[k, j + 1] -= eta * d3[k] * a2[j]
        for k in range(h2):
            W2[k, 0] -= eta * d2[k]
            for j in range(h1):
                W2[k, j + 1] -= eta * d2[k] * a1[j]
        for k in range(h1):
            W1[k, 0] -= eta * d1[k]
            for j in range(p):
                W1[k, j + 1] -= eta * d1[k] * X[i, j]


def network(X, Y, theta, layers, epochs, eta):  # type: ignore[no-untyped-def]
    """theta after so many epochs from it, a row a step, of a network with two hidden layers."""
    theta = theta.copy()
    for _ in range(epochs):
        _network_epoch(X, Y, theta, *layers, eta)
    return theta
