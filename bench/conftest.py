"""Benchmarks: ``pytest bench --benchmark-only``; CI asserts their answers alone,
``pytest bench --benchmark-disable``."""

from __future__ import annotations

from collections.abc import Iterator

import one_core
import pytest

#: Loops that the benchmarks import where their package is there.
collect_ignore_glob = ["[!bc]*.py", "c_loops.py"]

one_core.limit_threads()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("python_files", "bench_*.py")
    config.addinivalue_line("markers", "peers: needs torch, jax or another peer (extra `bench`)")


@pytest.fixture(scope="session", autouse=True)
def _one_core() -> Iterator[None]:
    before = one_core.pin()
    yield
    one_core.unpin(before)
