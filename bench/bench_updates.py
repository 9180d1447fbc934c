"""One update, the gradient given, of 10^7 parameters and of 100."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from job import Group, Job, Target, benchmarks, run
from numpy.typing import NDArray

import ml4pa

Array = NDArray[np.float64]

METHODS = (ml4pa.Momentum(1e-3), ml4pa.RMSprop(1e-3), ml4pa.Adam(1e-3))


@dataclass(frozen=True)
class Update:
    """`calls` updates of n parameters."""

    method: ml4pa.GradientMethod
    n: int
    calls: int = 1
    falling: bool = True  # whether the value told falls in every step, as it usually does

    @property
    def numbers(self) -> list[float]:
        """learning_rate and the method's own hyper-parameters."""
        return [self.method.learning_rate, *self.method.hyper_parameters().values()]


@functools.lru_cache(maxsize=2)
def start_and_gradient(n: int) -> tuple[Array, Array]:
    """theta_0 and a gradient, of normal numbers."""
    rng = np.random.default_rng(1)
    theta, g = rng.standard_normal(n), rng.standard_normal(n)
    theta.flags.writeable = g.flags.writeable = False
    return theta, g


class UpdateJob(Job):
    """`work` makes `calls` updates; `theta` tells where they led."""

    def __init__(self, case: Update) -> None:
        self.case = case
        self.steps = case.calls
        self.done = 0
        start, self.g = start_and_gradient(case.n)
        self.begin(start)

    def begin(self, start: Array) -> None:
        """Takes the start, which is not to be written."""
        raise NotImplementedError

    def calls(self) -> None:
        """The updates."""
        raise NotImplementedError

    def theta(self) -> Array:
        """The parameters now."""
        raise NotImplementedError

    def reference(self) -> ml4pa.GradientMethod:
        """The method whose answer is expected."""
        return self.case.method

    def work(self) -> None:
        self.calls()
        self.done += self.steps

    def check(self) -> None:
        """Some thousand coordinates against the specification in NumPy, relative 1e-9."""
        some = slice(None, None, max(1, self.case.n // 1000))
        start, g = (a[some] for a in start_and_gradient(self.case.n))
        method = self.reference()
        theta, state = start.copy(), method.init(start)
        for _ in range(self.done):
            theta = method.step(theta, g, method.learning_rate, state)
        assert self.done > 0
        np.testing.assert_allclose(self.theta()[some], theta, rtol=1e-9, atol=1e-12)


class Tell(UpdateJob):
    """`run.tell`; for many parameters `run.ask`, which copies, is not timed."""

    who = "ml4pa"
    engine = "compiled"

    def begin(self, start: Array) -> None:
        self.run = self.case.method.start(start, engine=self.engine)
        self.value = 0.0

    def prepare(self) -> None:
        steps = np.arange(1, self.steps + 1) if self.case.falling else np.zeros(self.steps)
        self.values = (self.value - steps).tolist()
        self.value = self.values[-1]
        self.asked = self.run.ask()

    def calls(self) -> None:
        ask, tell, g = self.run.ask, self.run.tell, self.g
        if self.steps == 1:
            return tell(self.asked, self.values[0], g)
        for f in self.values:
            tell(ask(), f, g)
        return None

    def theta(self) -> Array:
        assert self.run.iteration == self.done
        assert self.run.fun == self.value
        return self.run.ask()


class NumpyTell(Tell):
    who = "NumPy engine"
    engine = "numpy"
    slow = True


class InPlace(UpdateJob):
    """A loop over arrays: theta, g, the kept vectors, and the powers of its betas, of which there
    are as many as kept numbers."""

    def begin(self, start: Array) -> None:
        state = self.case.method.init(start).values()
        kept = [np.zeros_like(start) for a in state if np.ndim(a) > 0]
        powers = [np.ones(len(state) - len(kept))] if len(kept) < len(state) else []
        self.arrays = [start.copy(), self.g, *kept, *powers]
        self.compile()

    def compile(self) -> None:
        """Makes `loop` and its arguments `given`."""
        raise NotImplementedError

    def calls(self) -> None:
        loop, given = self.loop, self.given
        for _ in range(self.steps):
            loop(*given)

    def theta(self) -> Array:
        return self.arrays[0]


class C(InPlace):
    who = "C, -O3 -march=native -ffast-math"

    @classmethod
    def methods(cls) -> Container[str]:
        import c_loops

        return c_loops.names()

    @classmethod
    def missing(cls, case: Any) -> str:
        import c_loops

        return super().missing(case) if c_loops.compiler() else "no C compiler"

    def compile(self) -> None:
        import c_loops

        self.loop = getattr(c_loops.library(), self.case.method.name)
        self.loop.restype = None
        self.given: tuple[Any, ...] = (
            ctypes.c_int64(self.case.n),
            *(ctypes.c_void_p(a.ctypes.data) for a in self.arrays),
            *(ctypes.c_double(a) for a in self.case.numbers),
        )


class Numba(InPlace):
    who = "numba, fastmath"
    needs = ("numba",)

    @classmethod
    def methods(cls) -> Container[str]:
        import numba_loops

        return numba_loops.UPDATES

    def compile(self) -> None:
        import numba_loops

        self.loop = numba_loops.UPDATES[self.case.method.name]
        self.given = (*self.arrays, *self.case.numbers)


class Torch(UpdateJob):
    """torch.optim, with its own place of epsilon: sqrt(s) + eps. RMSprop has no fused form."""

    who = "torch fused"
    needs = ("torch",)
    EPS = 1e-8

    @classmethod
    def methods(cls) -> Container[str]:
        return ("momentum", "rmsprop", "adam")

    def begin(self, start: Array) -> None:
        import torch

        torch.set_num_threads(1)
        self.parameters = torch.from_numpy(start.copy()).requires_grad_()
        self.parameters.grad = torch.from_numpy(self.g.copy())
        rate, *own = self.case.numbers
        name, parameters = self.case.method.name, [self.parameters]
        if name == "momentum":
            self.optimizer = torch.optim.SGD(parameters, rate, momentum=own[0], fused=True)
        elif name == "rmsprop":
            self.optimizer = torch.optim.RMSprop(
                parameters, rate, alpha=own[0], eps=self.EPS, foreach=True
            )
        elif name == "adam":
            self.optimizer = torch.optim.Adam(
                parameters, rate, betas=(own[0], own[1]), eps=self.EPS, fused=True
            )

    def calls(self) -> None:
        for _ in range(self.steps):
            self.optimizer.step()

    def theta(self) -> Array:
        return self.parameters.detach().numpy()

    def reference(self) -> ml4pa.GradientMethod:
        own = {"eps": self.EPS, "eps_root": 0.0} if self.case.method.name != "momentum" else {}
        return replace(self.case.method, **own)


class TorchForeach(Torch):
    who = "torch foreach"


class Optax(UpdateJob):
    """optax in one jitted step whose arguments are donated."""

    who = "optax, jit, donated"
    needs = ("jax", "optax")

    @classmethod
    def methods(cls) -> Container[str]:
        return ("momentum", "rmsprop", "adam")

    def begin(self, start: Array) -> None:
        import jax
        import optax

        jax.config.update("jax_enable_x64", True)
        rate, *own = self.case.numbers
        optimizer = {
            "momentum": lambda: optax.sgd(rate, momentum=own[0]),
            "rmsprop": lambda: optax.rmsprop(rate, decay=own[0], eps=own[2]),
            "adam": lambda: optax.adam(rate, *own),
        }[self.case.method.name]()

        def step(theta: Any, state: Any, g: Any) -> Any:
            change, state = optimizer.update(g, state, theta)
            return optax.apply_updates(theta, change), state

        self.step = jax.jit(step, donate_argnums=(0, 1))
        self.now = jax.device_put(start.copy())
        self.state = optimizer.init(self.now)
        self.slope = jax.device_put(self.g.copy())

    def calls(self) -> None:
        for _ in range(self.steps):
            self.now, self.state = self.step(self.now, self.state, self.slope)
        self.now.block_until_ready()

    def theta(self) -> Array:
        return np.asarray(self.now)


def peers(method: ml4pa.GradientMethod) -> tuple[type[Job], ...]:
    """ml4pa and its peers."""
    torch = TorchForeach if method.name == "rmsprop" else Torch
    return Tell, C, Numba, torch, Optax, NumpyTell


MANY, FEW = 10**7, 100

LARGE = tuple(
    Group(
        title=f"one update of 10^7 parameters: {method.name}",
        unit="ms",
        units=1e3,
        case=Update(method, MANY),
        jobs=peers(method),
        targets=(Target(1.10, C.who), Target(1.0, peers(method)[3].who)),
        rounds=30,
    )
    for method in METHODS
)

LARGE_CONSTANT = tuple(
    Group(
        title=f"one update of 10^7 parameters, f constant: {method.name}",
        unit="ms",
        units=1e3,
        case=Update(method, MANY, falling=False),
        jobs=(Tell, C),
        targets=(Target(1.10, C.who),),
        rounds=30,
    )
    for method in METHODS
)

SMALL = tuple(
    Group(
        title=f"one call at 100 parameters, ask and tell: {method.name}",
        unit="us a call",
        units=1e6,
        case=Update(method, FEW, calls=1000),
        jobs=peers(method),
        targets=(Target(3.0),),
        rounds=50,
    )
    for method in METHODS
)

GROUPS = (*LARGE, *LARGE_CONSTANT, *SMALL)


@benchmarks(LARGE)
def test_large(benchmark: Any, group: Group, kind: type[Job]) -> None:
    run(benchmark, group, kind, replace(group.case, n=10**6))


@benchmarks(LARGE_CONSTANT)
def test_large_constant(benchmark: Any, group: Group, kind: type[Job]) -> None:
    run(benchmark, group, kind, replace(group.case, n=10**6))


@benchmarks(SMALL)
def test_small(benchmark: Any, group: Group, kind: type[Job]) -> None:
    run(benchmark, group, kind)
