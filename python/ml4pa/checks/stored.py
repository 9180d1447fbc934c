"""What a checkpoint holds: only what a run can have written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

#: No count of a run comes near; the core goes on counting from there.
MOST_COUNTED = 1 << 62


def place_of_file(path: Path) -> Path:
    """Where a file may be put, in place of an old one."""
    if path.exists() and not (path.is_file() or path.is_dir()):  # a folder the system refuses
        raise ValueError(
            f"path={str(path)!r} is a device, a pipe or a socket, which a checkpoint would "
            "replace: pass the path of a file"
        )
    return path


def stored(content: Any, like: dict[str, Any], grown: dict[str, tuple[int, ...]]) -> None:
    """The arrays and numbers of a checkpoint, by those of a run at its start.

    ``grown`` has the shapes of what grows while a run works.
    """
    for name, value in like.items():
        told, shape = content[name], grown.get(name, np.shape(value))
        if told.shape != shape:
            raise ValueError(f"{name} has shape {told.shape}, not {shape}")
        if told.dtype.kind not in "if":
            raise ValueError(f"{name} has type {told.dtype}, but must be real numbers")
        if isinstance(value, int) and name not in ("key", "stop_reason"):
            stored_count(name, told)


def stored_count(name: str, value: Any, most: int = MOST_COUNTED) -> int:
    """A whole number >= 0."""
    if not 0 <= value <= most or value != int(value):
        raise ValueError(f"{name}={value} must be a whole number in [0, {most}]")
    return int(value)


def stored_descents(method: Any, content: Any, n: int) -> None:
    """Numbers of `CMAES` that others are counted by."""
    from ..methods.cmaes.restarts import REGIMES
    from ..stop import Status

    stored_count("regime", content["regime"], len(REGIMES) - 1)
    doublings = stored_count("doublings", content["doublings"], min(method.max_restarts, 32))
    largest = method.first_size(n) << doublings
    if stored_count("population_size", content["population_size"], largest) < 2:
        raise ValueError(f"population_size={content['population_size']} must be >= 2")
    if "used" in content:
        stored_count("used", content["used"], len(content["directions"]))
    rows = np.reshape(content["descents"], (-1, 9))
    for row in rows:
        stored_count("descents[:, 0]", row[0], len(REGIMES) - 1)
        for i in (1, 3, 4):
            stored_count(f"descents[:, {i}]", row[i])
        Status(stored_count("descents[:, 6]", row[6]))
