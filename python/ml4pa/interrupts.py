"""Ctrl-C that waits while a run learns: of half an update no run could go on."""

from __future__ import annotations

import signal
import threading
from typing import Any

import numpy as np


class Shield:
    """Within it, ``tell(run, ...)`` is whole: what interrupts it is raised when it has ended. And
    NumPy warns afterwards of what it did before, also where Ctrl-C came while an `errstate` ended.

    The compiled loops look for Ctrl-C between their steps; Python raises it between any two
    instructions. In a thread that is not the main one there is nothing to do.
    """

    def __init__(self) -> None:
        self.learns = self.waits = False
        self.before: Any = None
        self.warnings = np.geterr()

    def __enter__(self) -> Shield:
        handler = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread() and callable(handler):
            self.before = handler
            signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, error: object, *_: object) -> None:
        if error is not None:
            np.seterr(**self.warnings)
        # Not where the caller's code has set another one meanwhile.
        if self.before is not None and signal.getsignal(signal.SIGINT) == self._handle:
            signal.signal(signal.SIGINT, self.before)

    def _handle(self, number: int, frame: Any) -> None:
        if self.learns:
            self.waits = True
        else:
            self.before(number, frame)

    def tell(self, run: Any, *told: Any) -> None:
        """``run.learn(*told)``, what `tell` does for those who do not hold the run's turn."""
        self.learns = True
        try:
            run.learn(*told)
        finally:
            self.learns = False
            if self.waits:
                self.waits = False
                self.before(signal.SIGINT, None)
