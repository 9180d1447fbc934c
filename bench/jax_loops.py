"""Descents on Beale's function as one jitted `jax.lax.scan`, in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from numba_loops import beale

jax.config.update("jax_enable_x64", True)

# Each update: (theta, gradient, kept, *hyper-parameters) -> theta, kept; theta is (x, y).


def gradient_descent(theta, g, kept, eta):  # type: ignore[no-untyped-def]
    return theta - eta * g, kept


def momentum(theta, g, v, eta, gamma):  # type: ignore[no-untyped-def]
    v = gamma * v + eta * g
    return theta - v, v


def rmsprop(theta, g, s, eta, beta, eps, eps_root):  # type: ignore[no-untyped-def]
    s = beta * s + (1.0 - beta) * g * g
    return theta - eta * g / (jnp.sqrt(s + eps_root) + eps), s


def adam(theta, g, kept, eta, beta1, beta2, eps, eps_root):  # type: ignore[no-untyped-def]
    m, s, beta1_t, beta2_t = kept
    beta1_t, beta2_t = beta1_t * beta1, beta2_t * beta2
    eta_hat, correction = eta / (1.0 - beta1_t), 1.0 / (1.0 - beta2_t)
    m = beta1 * m + (1.0 - beta1) * g
    s = beta2 * s + (1.0 - beta2) * g * g
    theta = theta - eta_hat * m / (jnp.sqrt(s * correction + eps_root) + eps)
    return theta, (m, s, beta1_t, beta2_t)


UPDATES = {
    "gradient_descent": gradient_descent,
    "momentum": momentum,
    "nesterov": momentum,
    "rmsprop": rmsprop,
    "adam": adam,
}


def descent(name: str, points: int) -> Callable[..., Any]:
    """The jitted scan of a method: (x, y, *hyper-parameters) -> path, values."""
    update = UPDATES[name]

    @jax.jit
    def loop(x, y, eta, *own):  # type: ignore[no-untyped-def]
        zero = jnp.zeros(2)
        start = (zero, zero, 1.0, 1.0) if name == "adam" else zero

        def step(carry, _):  # type: ignore[no-untyped-def]
            theta, kept = carry
            point = theta - own[0] * kept if name == "nesterov" else theta
            f, gx, gy = beale(point[0], point[1])
            return update(theta, jnp.stack([gx, gy]), kept, eta, *own), (point, f)

        return jax.lax.scan(step, (jnp.stack([x, y]), start), None, length=points)[1]

    return loop


def fleet(name: str, steps: int) -> Callable[..., Any]:
    """`descent` of many starts at once, without its path: (starts, *hyper-parameters) -> ends."""
    update = UPDATES[name]

    def one(start, eta, *own):  # type: ignore[no-untyped-def]
        zero = jnp.zeros(2)
        kept = (zero, zero, 1.0, 1.0) if name == "adam" else zero

        def step(carry, _):  # type: ignore[no-untyped-def]
            theta, kept = carry
            point = theta - own[0] * kept if name == "nesterov" else theta
            _, gx, gy = beale(point[0], point[1])
            return update(theta, jnp.stack([gx, gy]), kept, eta, *own), None

        (theta, kept), _ = jax.lax.scan(step, (start, kept), None, length=steps)
        return theta - own[0] * kept if name == "nesterov" else theta

    def run(starts, *numbers):  # type: ignore[no-untyped-def]
        return jax.vmap(lambda start: one(start, *numbers))(starts)

    return jax.jit(run)  # type: ignore[no-any-return]
