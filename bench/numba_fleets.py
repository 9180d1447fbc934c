"""What a careful user of numba would write for many descents: blocks of 64 side by side.

The inner loop over a block has no dependence between its rounds, so that LLVM makes vectors of it.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba_loops import beale, descent, textbook

BLOCK = 64


def keep(block, path, values, i, j, t, x, y, f):  # type: ignore[no-untyped-def]
    """What is kept of each point; `fleet` puts one of those below in its place."""


def gradient_descent(starts, steps, path, values, eta):  # type: ignore[no-untyped-def]
    m = len(starts)
    ends, best, block = np.empty((m, 2)), np.empty((m, 3)), np.empty((3, BLOCK))
    x, y = np.empty(BLOCK), np.empty(BLOCK)
    for first in range(0, m, BLOCK):
        size = min(BLOCK, m - first)
        x[:size], y[:size] = starts[first : first + size, 0], starts[first : first + size, 1]
        block[2] = np.inf
        for t in range(steps):
            for j in range(BLOCK):
                f, gx, gy = beale(x[j], y[j])
                keep(block, path, values, first + j, j, t, x[j], y[j], f)
                x[j] -= eta * gx
                y[j] -= eta * gy
        ends[first : first + size, 0], ends[first : first + size, 1] = x[:size], y[:size]
        best[first : first + size] = block[:, :size].T
    return ends, best


def momentum(starts, steps, path, values, eta, gamma):  # type: ignore[no-untyped-def]
    m = len(starts)
    ends, best, block = np.empty((m, 2)), np.empty((m, 3)), np.empty((3, BLOCK))
    x, y, vx, vy = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for first in range(0, m, BLOCK):
        size = min(BLOCK, m - first)
        x[:size], y[:size] = starts[first : first + size, 0], starts[first : first + size, 1]
        vx[:], vy[:] = 0.0, 0.0
        block[2] = np.inf
        for t in range(steps):
            for j in range(BLOCK):
                f, gx, gy = beale(x[j], y[j])
                keep(block, path, values, first + j, j, t, x[j], y[j], f)
                vx[j] = gamma * vx[j] + eta * gx
                vy[j] = gamma * vy[j] + eta * gy
                x[j] -= vx[j]
                y[j] -= vy[j]
        ends[first : first + size, 0], ends[first : first + size, 1] = x[:size], y[:size]
        best[first : first + size] = block[:, :size].T
    return ends, best


def nesterov(starts, steps, path, values, eta, gamma):  # type: ignore[no-untyped-def]
    m = len(starts)
    ends, best, block = np.empty((m, 2)), np.empty((m, 3)), np.empty((3, BLOCK))
    x, y, vx, vy = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for first in range(0, m, BLOCK):
        size = min(BLOCK, m - first)
        x[:size], y[:size] = starts[first : first + size, 0], starts[first : first + size, 1]
        vx[:], vy[:] = 0.0, 0.0
        block[2] = np.inf
        for t in range(steps):
            for j in range(BLOCK):
                ahead_x, ahead_y = x[j] - gamma * vx[j], y[j] - gamma * vy[j]
                f, gx, gy = beale(ahead_x, ahead_y)
                keep(block, path, values, first + j, j, t, ahead_x, ahead_y, f)
                vx[j] = gamma * vx[j] + eta * gx
                vy[j] = gamma * vy[j] + eta * gy
                x[j] -= vx[j]
                y[j] -= vy[j]
        ends[first : first + size, 0] = x[:size] - gamma * vx[:size]
        ends[first : first + size, 1] = y[:size] - gamma * vy[:size]
        best[first : first + size] = block[:, :size].T
    return ends, best


def rmsprop(starts, steps, path, values, eta, beta, eps, eps_root):  # type: ignore[no-untyped-def]
    m = len(starts)
    ends, best, block = np.empty((m, 2)), np.empty((m, 3)), np.empty((3, BLOCK))
    x, y, sx, sy = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for first in range(0, m, BLOCK):
        size = min(BLOCK, m - first)
        x[:size], y[:size] = starts[first : first + size, 0], starts[first : first + size, 1]
        sx[:], sy[:] = 0.0, 0.0
        block[2] = np.inf
        for t in range(steps):
            for j in range(BLOCK):
                f, gx, gy = beale(x[j], y[j])
                keep(block, path, values, first + j, j, t, x[j], y[j], f)
                sx[j] = beta * sx[j] + ((1.0 - beta) * gx) * gx
                sy[j] = beta * sy[j] + ((1.0 - beta) * gy) * gy
                x[j] -= (eta * gx) / (np.sqrt(sx[j] + eps_root) + eps)
                y[j] -= (eta * gy) / (np.sqrt(sy[j] + eps_root) + eps)
        ends[first : first + size, 0], ends[first : first + size, 1] = x[:size], y[:size]
        best[first : first + size] = block[:, :size].T
    return ends, best


def adam(starts, steps, path, values, eta, beta1, beta2, eps, eps_root):  # type: ignore[no-untyped-def]
    m = len(starts)
    ends, best, block = np.empty((m, 2)), np.empty((m, 3)), np.empty((3, BLOCK))
    x, y, sx, sy = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    mx, my = np.empty(BLOCK), np.empty(BLOCK)
    for first in range(0, m, BLOCK):
        size = min(BLOCK, m - first)
        x[:size], y[:size] = starts[first : first + size, 0], starts[first : first + size, 1]
        sx[:], sy[:], mx[:], my[:] = 0.0, 0.0, 0.0, 0.0
        block[2] = np.inf
        weight1 = weight2 = 0.0  # 1 - beta^t
        for t in range(steps):
            weight1 = beta1 * weight1 + (1.0 - beta1)
            weight2 = beta2 * weight2 + (1.0 - beta2)
            root = np.sqrt(weight2)
            eta_hat, eps_hat, eps_root_hat = eta * root / weight1, eps * root, eps_root * weight2
            for j in range(BLOCK):
                f, gx, gy = beale(x[j], y[j])
                keep(block, path, values, first + j, j, t, x[j], y[j], f)
                mx[j] = beta1 * mx[j] + (1.0 - beta1) * gx
                my[j] = beta1 * my[j] + (1.0 - beta1) * gy
                sx[j] = beta2 * sx[j] + ((1.0 - beta2) * gx) * gx
                sy[j] = beta2 * sy[j] + ((1.0 - beta2) * gy) * gy
                x[j] -= (eta_hat * mx[j]) / (np.sqrt(sx[j] + eps_root_hat) + eps_hat)
                y[j] -= (eta_hat * my[j]) / (np.sqrt(sy[j] + eps_root_hat) + eps_hat)
        ends[first : first + size, 0], ends[first : first + size, 1] = x[:size], y[:size]
        best[first : first + size] = block[:, :size].T
    return ends, best


FLEETS = {f.__name__: f for f in (gradient_descent, momentum, nesterov, rmsprop, adam)}


def ignore(block, path, values, i, j, t, x, y, f):  # type: ignore[no-untyped-def]
    pass


def best_point(block, path, values, i, j, t, x, y, f):  # type: ignore[no-untyped-def]
    better = f < block[2, j]
    block[0, j] = x if better else block[0, j]
    block[1, j] = y if better else block[1, j]
    block[2, j] = f if better else block[2, j]


def whole_path(block, path, values, i, j, t, x, y, f):  # type: ignore[no-untyped-def]
    if i < len(values):
        path[i, t, 0], path[i, t, 1], values[i, t] = x, y, f


def fleet(name: str, formula: Any, keeps: Any, fastmath: bool) -> Callable[..., Any]:
    """The jitted loop, what it calls inlined."""
    inlined = numba.njit(inline="always")
    names = {**globals(), "beale": inlined(formula), "keep": inlined(keeps)}
    loop = types.FunctionType(FLEETS[name].__code__, names, name)
    return numba.njit(fastmath=fastmath, error_model="numpy")(loop)


NOTHING = np.empty((0, 0, 2)), np.empty((0, 0))


def ends(name: str, formula: Any = textbook, fastmath: bool = False) -> Callable[..., Any]:
    """(starts, steps, *hyper-parameters) -> where the descents end."""
    loop = fleet(name, formula, ignore, fastmath)
    return lambda starts, steps, *own: loop(starts, steps, *NOTHING, *own)[0]


def bests(name: str, formula: Any = textbook) -> Callable[..., Any]:
    """(starts, points, *hyper-parameters) -> the best of so many points and its value, (m, 3)."""
    loop = fleet(name, formula, best_point, False)
    return lambda starts, points, *own: loop(starts, points, *NOTHING, *own)[1]


def paths(name: str, formula: Any = textbook) -> Callable[..., Any]:
    """(starts, points, *hyper-parameters) -> paths and values, `points` of each descent."""
    loop = fleet(name, formula, whole_path, False)

    def run(starts, points, *own):  # type: ignore[no-untyped-def]
        path, values = np.empty((len(starts), points, 2)), np.empty((len(starts), points))
        loop(starts, points, path, values, *own)
        return path, values

    return run


def paths_one_by_one(name: str, formula: Any = textbook) -> Callable[..., Any]:
    """The same, one descent after another."""
    one = descent(name, f=formula)

    @numba.njit
    def run(starts, points, *own):  # type: ignore[no-untyped-def]
        path, values = np.empty((len(starts), points, 2)), np.empty((len(starts), points))
        for i in range(len(starts)):
            path[i], values[i] = one(starts[i, 0], starts[i, 1], points, *own)
        return path, values

    return run  # type: ignore[no-any-return]
