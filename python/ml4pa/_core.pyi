"""The compiled engine (built once for each instruction set; this is the same stub for all)."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ISAS: tuple[str, ...]
isa: str
openmp: bool

class Objective:
    @property
    def n(self) -> int: ...
    def value(self, p: Array) -> Any: ...
    def gradient(self, p: Array) -> Array: ...
    def hessian(self, p: Array) -> Array: ...
    def evaluate(self, p: Array) -> tuple[float, Array, Array]: ...

def landscape(name: str, parameters: list[float], n: int) -> Objective: ...
def rotated(inner: Objective, matrix: Array) -> Objective: ...
def shifted(inner: Objective, offset: Array) -> Objective: ...
def least_squares(a: Array, y: Array, scale: float) -> Objective: ...
def compiled_function(
    n: int,
    value: tuple[int, bool, int],
    gradient: tuple[int, bool, int] | None,
    hessian: tuple[int, bool, int] | None,
    step: float,
    curvature_step: float,
    forward: bool,
    low: Array | None,
    high: Array | None,
    threads: int,
    owner: Any,
) -> Objective: ...
def cost(
    model: str,
    numbers: list[float],
    words: list[str],
    loss: str,
    x: Array,
    y: Array,
    weights: Array | None,
    whitening: Array | None,
    mask: list[float],
    scale: float,
    l1: float,
    l2: float,
    sampled: int,
) -> Objective: ...
def whitening(covariance: Array) -> Array | None: ...
def model_names() -> list[str]: ...
def landscape_names() -> list[str]: ...

class Run:
    def ask(self) -> Array: ...
    def tell(self, x: Any, f: Any, g: Any = None, H: Any = None) -> None: ...
    def advance(self, g: Any) -> None: ...
    def accepts(self, f: float, g: Array) -> bool: ...
    def minimize(
        self,
        objective: Objective | Callable[[Array, bool], Any],
        limits: list[float],
        euclidean: bool,
        max_time: float,
        stride: int,
        iterate: Callable[..., bool] | None,
        poll: Callable[..., bool] | None,
        threads: int = 0,
    ) -> tuple[Any, ...]: ...
    def snapshot(self) -> dict[str, Any]: ...
    def restore(self, state: dict[str, Any]) -> None: ...
    @property
    def x(self) -> Array: ...
    @property
    def fun(self) -> float: ...
    @property
    def iteration(self) -> int: ...
    @property
    def stop(self) -> tuple[int, float, float]: ...

def start(
    method: str,
    fields: list[float],
    learning_rate: Any,
    noise: float,
    clip: float,
    key: int,
    x0: Array,
    low: Array | None,
    high: Array | None,
) -> Run: ...
def minimize(
    method: str,
    fields: list[float],
    learning_rate: Any,
    noise: float,
    clip: float,
    key: int,
    x0: Array,
    low: Array | None,
    high: Array | None,
    objective: Objective | Callable[[Array, bool], Any],
    limits: list[float],
    euclidean: bool,
    max_time: float,
    stride: int,
    iterate: Callable[..., bool] | None,
    poll: Callable[..., bool] | None,
    threads: int = 0,
) -> tuple[Any, ...]: ...
def fleet_has(objective: Objective, method: str) -> bool: ...
def fleet(
    objective: Objective,
    method: str,
    starts: Array,
    fields: Array,
    rates: Any,
    limits: list[float],
    max_time: float,
    stride: int,
    most_rows: int,
    threads: int,
    told: Callable[[int], None] | None,
) -> tuple[Any, ...]: ...

class PopulationRun:
    def ask(self) -> Array: ...
    def tell(self, X: Any, values: Any) -> None: ...
    def minimize(
        self,
        objective: Objective | Callable[[Array], Array],
        limits: list[float],
        euclidean: bool,
        max_time: float,
        stride: int,
        threads: int,
        nan_raises: bool,
        iterate: Callable[..., bool] | None,
        poll: Callable[..., bool] | None,
    ) -> tuple[Any, ...]: ...
    def snapshot(self) -> dict[str, Any]: ...
    def restore(self, state: dict[str, Any]) -> None: ...
    @property
    def x(self) -> Array: ...
    @property
    def fun(self) -> float: ...
    @property
    def n(self) -> int: ...
    @property
    def iteration(self) -> int: ...
    @property
    def stop(self) -> tuple[int, float, float]: ...

def start_population(
    method: str,
    parameters: dict[str, Any],
    key: int,
    x0: Array,
    low: Array | None,
    high: Array | None,
) -> PopulationRun: ...
def population_signatures() -> dict[str, list[str]]: ...
def method_signatures() -> dict[str, list[str]]: ...
def schedule_at(spec: Any, t: int) -> float: ...
def normals(key: int, iteration: int, individual: int, n: int) -> Array: ...
def uniforms(key: int, iteration: int, individual: int, n: int) -> Array: ...

class BatchLoop:
    def descend(
        self,
        run: Run,
        start: int,
        stop: int,
        size: int,
        shuffle: bool,
        key: int,
        epoch: int,
        part: int,
        seconds: float,
    ) -> None: ...

def batch_loop(
    model: str,
    numbers: list[float],
    words: list[str],
    loss: str,
    x: NDArray[Any],
    y: NDArray[Any],
    weights: NDArray[Any] | None,
    mask: list[float],
    mean: bool,
    total: int,
    l1: float,
    l2: float,
) -> BatchLoop: ...
def order(key: int, epoch: int, n: int, part: int) -> NDArray[np.uint32]: ...
