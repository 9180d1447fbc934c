"""`updates.c`, compiled for this very machine."""

from __future__ import annotations

import ctypes
import functools
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("updates.c")
FLAGS = ["-O3", "-march=native", "-ffast-math"]


def compiler() -> str | None:
    """The C compiler of this machine."""
    return shutil.which("cc")


def names() -> list[str]:
    """The methods it has an update for."""
    return re.findall(r"^void (\w+)\(", SOURCE.read_text(), re.MULTILINE)


@functools.cache
def library() -> ctypes.CDLL:
    """The updates, as a shared library."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "updates.o", Path(folder) / "updates.so"
        _cc(*FLAGS, "-fPIC", "-c", SOURCE, "-o", made[0])
        # Linked without -ffast-math, which would flush denormal numbers in the whole process.
        _cc("-shared", made[0], "-o", made[1], "-lm")
        return ctypes.CDLL(str(made[1]))


def _cc(*arguments: object) -> None:
    subprocess.run([compiler() or "cc", *map(str, arguments)], check=True)
