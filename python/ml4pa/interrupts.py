"""Signals that wait while a run learns: of half an update no run could go on."""

from __future__ import annotations

import signal
import threading
from typing import Any

import numpy as np

#: What users, timers and the schedulers of clusters send; to ask for each takes two microseconds.
SENT = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGALRM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGXCPU")
    if hasattr(signal, name)  # Windows has the first two
)


class Shield:
    """Within it, ``tell(run, ...)`` is whole: what interrupts it is raised when it has ended. And
    NumPy warns afterwards of what it did before, also where Ctrl-C came while an `errstate` ended.

    The compiled loops look for signals between their steps; Python calls what handles them, and so
    raises Ctrl-C, between any two instructions. In a thread that is not the main one there is
    nothing to do.
    """

    def __init__(self) -> None:
        self.learns = False
        self.waiting: set[int] = set()
        self.before: dict[int, Any] = {}
        self.warnings = np.geterr()

    def __enter__(self) -> Shield:
        if threading.current_thread() is threading.main_thread():
            for number in SENT:
                handler = signal.getsignal(number)
                if callable(handler):
                    self.before[number] = handler
                    signal.signal(number, self._handle)
        return self

    def __exit__(self, error: object, *_: object) -> None:
        if error is not None:
            np.seterr(**self.warnings)
        for number, handler in self.before.items():
            # Not where the caller's code has set another one meanwhile.
            if signal.getsignal(number) == self._handle:
                signal.signal(number, handler)
        self._release()

    def _handle(self, number: int, frame: Any) -> None:
        if self.learns:
            self.waiting.add(number)
        else:
            self.before[number](number, frame)

    def tell(self, run: Any, *told: Any) -> None:
        """``run.learn(*told)``, what `tell` does for those who do not hold the run's turn."""
        self.learns = True
        try:
            run.learn(*told)
        finally:
            self.learns = False
            self._release()

    def _release(self) -> None:
        """Sends what has waited once more."""
        while self.waiting:
            signal.raise_signal(self.waiting.pop())
