"""What a careful user of numba would write: descents on Beale's function, and updates in place.

The arithmetic is that of the methods, operation by operation, so that the paths can be compared
bit for bit.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numba
import numpy as np


def beale(x, y):  # type: ignore[no-untyped-def]
    """Beale's function, grouped as in ml4pa."""
    xy, y2 = x * y, y * y
    t1, t2, t3 = (1.5 - x) + xy, (2.25 - x) + xy * y, (2.625 - x) + xy * y2
    gx = (t1 * (2.0 * y - 2.0) + t2 * (2.0 * y2 - 2.0)) + t3 * ((2.0 * y) * y2 - 2.0)
    gy = (t1 * (2.0 * x) + t2 * (4.0 * xy)) + t3 * (6.0 * (xy * y))
    return t1 * t1 + t2 * t2 + t3 * t3, gx, gy


def textbook(x, y):  # type: ignore[no-untyped-def]
    """Beale's function as it is printed."""
    t1, t2, t3 = 1.5 - x + x * y, 2.25 - x + x * y**2, 2.625 - x + x * y**3
    gx = 2 * t1 * (y - 1) + 2 * t2 * (y**2 - 1) + 2 * t3 * (y**3 - 1)
    gy = 2 * t1 * x + 4 * t2 * x * y + 6 * t3 * x * y**2
    return t1**2 + t2**2 + t3**2, gx, gy


def gradient_descent(x, y, points, eta):  # type: ignore[no-untyped-def]
    path, values = np.empty((points, 2)), np.empty(points)
    for t in range(points):
        f, gx, gy = beale(x, y)
        path[t, 0], path[t, 1], values[t] = x, y, f
        x, y = x - eta * gx, y - eta * gy
    return path, values


def momentum(x, y, points, eta, gamma):  # type: ignore[no-untyped-def]
    path, values = np.empty((points, 2)), np.empty(points)
    vx = vy = 0.0
    for t in range(points):
        f, gx, gy = beale(x, y)
        path[t, 0], path[t, 1], values[t] = x, y, f
        vx, vy = gamma * vx + eta * gx, gamma * vy + eta * gy
        x, y = x - vx, y - vy
    return path, values


def nesterov(x, y, points, eta, gamma):  # type: ignore[no-untyped-def]
    path, values = np.empty((points, 2)), np.empty(points)
    vx = vy = 0.0
    for t in range(points):
        ahead_x, ahead_y = x - gamma * vx, y - gamma * vy
        f, gx, gy = beale(ahead_x, ahead_y)
        path[t, 0], path[t, 1], values[t] = ahead_x, ahead_y, f
        vx, vy = gamma * vx + eta * gx, gamma * vy + eta * gy
        x, y = x - vx, y - vy
    return path, values


def rmsprop(x, y, points, eta, beta, eps, eps_root):  # type: ignore[no-untyped-def]
    path, values = np.empty((points, 2)), np.empty(points)
    sx = sy = 0.0
    for t in range(points):
        f, gx, gy = beale(x, y)
        path[t, 0], path[t, 1], values[t] = x, y, f
        sx = beta * sx + ((1.0 - beta) * gx) * gx
        sy = beta * sy + ((1.0 - beta) * gy) * gy
        x -= (eta * gx) / (np.sqrt(sx + eps_root) + eps)
        y -= (eta * gy) / (np.sqrt(sy + eps_root) + eps)
    return path, values


def adam(x, y, points, eta, beta1, beta2, eps, eps_root):  # type: ignore[no-untyped-def]
    path, values = np.empty((points, 2)), np.empty(points)
    mx = my = sx = sy = 0.0
    weight1 = weight2 = 0.0  # 1 - beta^t
    for t in range(points):
        f, gx, gy = beale(x, y)
        path[t, 0], path[t, 1], values[t] = x, y, f
        weight1 = beta1 * weight1 + (1.0 - beta1)
        weight2 = beta2 * weight2 + (1.0 - beta2)
        root = np.sqrt(weight2)
        eta_hat, eps_hat, eps_root_hat = eta * root / weight1, eps * root, eps_root * weight2
        mx, my = beta1 * mx + (1.0 - beta1) * gx, beta1 * my + (1.0 - beta1) * gy
        sx = beta2 * sx + ((1.0 - beta2) * gx) * gx
        sy = beta2 * sy + ((1.0 - beta2) * gy) * gy
        x -= (eta_hat * mx) / (np.sqrt(sx + eps_root_hat) + eps_hat)
        y -= (eta_hat * my) / (np.sqrt(sy + eps_root_hat) + eps_hat)
    return path, values


DESCENTS = {f.__name__: f for f in (gradient_descent, momentum, nesterov, rmsprop, adam)}


def descent(name: str, fastmath: bool = False, f: Any = beale) -> Callable[..., Any]:
    """The jitted loop of a method: (x, y, points, *hyper-parameters) -> path, values.

    f takes the place of `beale`, inlined, so that it shares the options of the loop. A function
    as an argument would cost numba 5 us a call.
    """
    names = {**globals(), "beale": numba.njit(inline="always")(f)}
    loop = types.FunctionType(DESCENTS[name].__code__, names, name)
    return numba.njit(fastmath=fastmath, error_model="numpy")(loop)


@numba.njit(fastmath=True)
def update_momentum(theta, g, v, eta, gamma):  # type: ignore[no-untyped-def]
    for i in range(theta.size):
        v[i] = gamma * v[i] + eta * g[i]
        theta[i] -= v[i]


@numba.njit(fastmath=True, error_model="numpy")
def update_rmsprop(theta, g, s, eta, beta, eps, eps_root):  # type: ignore[no-untyped-def]
    for i in range(theta.size):
        s[i] = beta * s[i] + (1.0 - beta) * g[i] * g[i]
        theta[i] -= eta * g[i] / (np.sqrt(s[i] + eps_root) + eps)


@numba.njit(fastmath=True, error_model="numpy")
def update_adam(theta, g, m, s, powers, eta, beta1, beta2, eps, eps_root):  # type: ignore[no-untyped-def]
    powers[0] *= beta1
    powers[1] *= beta2
    eta_hat, correction = eta / (1.0 - powers[0]), 1.0 / (1.0 - powers[1])
    for i in range(theta.size):
        m[i] = beta1 * m[i] + (1.0 - beta1) * g[i]
        s[i] = beta2 * s[i] + (1.0 - beta2) * g[i] * g[i]
        theta[i] -= eta_hat * m[i] / (np.sqrt(s[i] * correction + eps_root) + eps)


UPDATES = {"momentum": update_momentum, "rmsprop": update_rmsprop, "adam": update_adam}
