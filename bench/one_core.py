"""One core for everybody: imported before NumPy and the peers."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "TORCH_NUM_THREADS",
)


def limit_threads() -> None:
    """What the libraries read when they are imported."""
    for name in THREADS:
        os.environ[name] = "1"
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    os.environ["JAX_ENABLE_X64"] = "1"
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")


def pin() -> set[int]:
    """Keeps this process on its last CPU, or on ML4PA_BENCH_CPU; returns the CPUs it had."""
    if not hasattr(os, "sched_setaffinity"):
        return set()
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {int(os.environ.get("ML4PA_BENCH_CPU", max(before)))})
    return before


def unpin(cpus: set[int]) -> None:
    """Gives the CPUs back."""
    if cpus:
        os.sched_setaffinity(0, cpus)


@contextlib.contextmanager
def all_cpus() -> Iterator[None]:
    """Lets this process, and the threads that it makes, run anywhere meanwhile."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
