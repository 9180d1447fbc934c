"""Whose turn a run of the NumPy engine is; the core has its own of the same kind."""

from __future__ import annotations

import threading

from . import checks


class Turn:
    """One caller at a time works with a run, ``with turn.taken():``, and all others are refused:
    another thread, and a function that the run's own loop calls and that comes back to it.

    Meanwhile the run may be read where it is worked with, in a callback.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread = 0

    def taken(self) -> threading.Lock:
        """The lock itself, which Ctrl-C cannot leave locked."""
        if self._lock.locked():
            checks.run_at_work()
        self._thread = threading.get_ident()
        return self._lock

    def look(self) -> None:
        """Before the run is read."""
        if self._lock.locked() and self._thread != threading.get_ident():
            checks.run_at_work()
