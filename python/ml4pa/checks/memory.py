"""Room in memory: what is known to be too large is refused before it begins."""

from __future__ import annotations

import math
import os

#: Below so many bytes nothing is asked: a call of minimize takes microseconds.
ASKED_FROM = 1 << 30


def memory() -> float:
    """The bytes that this process may have: the machine's, or its own limit; inf if not told."""
    try:
        import resource
    except ImportError:  # Windows
        return math.inf
    most = float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return most if limit == resource.RLIM_INFINITY else min(most, float(limit))


def room_for_path(record: int, steps: list[int | None], row: int) -> None:
    """A path of rows of so many numbers, where a budget tells how many steps there may be."""
    known = [count for count in steps if count is not None]
    if not record or not known:
        return
    rows = min(known) // record + 2
    size = 8 * rows * row
    if size < ASKED_FROM or size <= (most := memory()):
        return
    stride = math.ceil(min(known) / max(most / (16 * row) - 2, 1))  # half of the memory
    raise ValueError(
        f"record={record} keeps up to {rows} rows of {row} numbers, {size / 1e9:.3g} GB, but this "
        f"process has {most / 1e9:.3g} GB: pass record={stride}, or a lower max_iter"
    )


def room_for_matrices(what: str, n: int, cure: str) -> None:
    """A matrix (n, n), a copy of it and its factor, without which nothing goes."""
    size = 3 * 8 * n * n
    if size < ASKED_FROM or size <= (most := memory()):
        return
    raise MemoryError(
        f"{what} takes three matrices of {n} x {n} numbers, {size / 1e9:.3g} GB, but this process "
        f"has {most / 1e9:.3g} GB: {cure}"
    )


def path_given_up(record: int) -> str:
    """What is said where a path has outgrown the memory."""
    return f"record={record}: no memory was left for the path, which is given up: pass a larger one"
