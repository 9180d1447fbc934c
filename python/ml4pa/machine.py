"""What this machine and this build are, in words."""

from __future__ import annotations

import os
import platform
import sys

import numpy as np

from . import _core, _cpu


def facts() -> dict[str, str]:
    """Name and value of all that bears on speed and on a report of a fault."""
    from . import __version__

    available = _core.ISAS[: _core.ISAS.index(_cpu.best()) + 1]
    forced = os.environ.get("ML4PA_ISA")
    return {
        "ml4pa": __version__,
        "instruction set": _core.isa + (f" (ML4PA_ISA={forced})" if forced else ""),
        "available": ", ".join(available),
        "threads": str(threads()),
        "OpenMP": "yes" if _core.openmp else "no",
        "NumPy": np.__version__,
        "Python": f"{platform.python_version()} ({sys.implementation.name})",
        "platform": platform.platform(),
        "processor": processor(),
    }


def threads() -> int:
    """Threads that the compiled engine uses: OMP_NUM_THREADS, else all that the process may."""
    if not _core.openmp:
        return 1
    asked = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0]
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processor() -> str:
    """The processor's name, as far as the system tells it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def describe() -> str:
    """All of it in one sentence."""
    told = facts()
    return (
        f"ml4pa {told['ml4pa']} ({told['instruction set']}), NumPy {told['NumPy']}, "
        f"Python {told['Python']}, {told['processor']}, {told['platform']}."
    )
