"""Many native runs on several Python threads, each of which takes the next run that is left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

#: Whether a run may go on; what a native loop asks every 20 ms.
Going = Callable[..., bool]

#: Seconds between two looks of the calling thread, while it waits for the others.
LOOK = 0.02

#: Seconds of a run from which on several at a time are faster: what Python does for each of them
#: is done by one thread at a time.
WORTH_A_THREAD = 1e-4


class Crew:
    """``run(i, going)`` for i in range(m). ``going(...)`` turns False when all are to end.

    The calling thread, which alone is told of Ctrl-C, begins; others join it where runs are long.
    What is raised in a run ends all of them within a few looks of theirs, and is raised.
    """

    def __init__(self, run: Callable[[int, Going], T], m: int, threads: int) -> None:
        self._run = run
        self._m = m
        self._left = iter(range(m))
        self._lock = threading.Lock()
        self._stopped, self._ended = threading.Event(), threading.Event()
        self._results: dict[int, Any] = {}
        self._failures: dict[int, BaseException] = {}
        self._working = 0
        self._others: list[threading.Thread] = []
        self._most = threads - 1

    def results(self, told: Callable[[int], None] | None) -> list[Any]:
        """All results in order; ``told`` hears now and then how many there are."""
        began = time.perf_counter()
        try:
            while self._going() and (i := self._next()) is not None:
                self._results[i] = self._run(i, self._look)
                done = len(self._results)
                if time.perf_counter() - began > done * WORTH_A_THREAD:
                    self._call_others()
                if told is not None:
                    told(done)
            # Not by join with a time limit: interrupted, it takes a thread that works for ended.
            while self._others and not self._ended.wait(LOOK):
                if told is not None:
                    told(len(self._results))
        finally:
            self._stopped.set()
            for thread in self._others:
                self._ended.wait()
                thread.join()
        if self._failures:
            raise self._failures[min(self._failures)]
        return [self._results[i] for i in range(self._m)]

    def _going(self, *_: Any) -> bool:
        return not self._stopped.is_set()

    def _look(self, *_: Any) -> bool:
        """Of a run of the calling thread, which takes long if this is asked."""
        self._call_others()
        return self._going()

    def _call_others(self) -> None:
        while len(self._others) < self._most:
            thread = threading.Thread(target=self._work)
            try:
                with self._lock:  # it cannot end before it is counted
                    thread.start()
                    self._working += 1
            except RuntimeError:  # the system has no more of them
                self._most = len(self._others)
                return
            self._others.append(thread)

    def _work(self) -> None:
        while self._going() and (i := self._next()) is not None:
            try:
                self._results[i] = self._run(i, self._going)
            except BaseException as error:
                self._failures[i] = error
                self._stopped.set()
        with self._lock:
            self._working -= 1
            if self._working == 0:
                self._ended.set()

    def _next(self) -> int | None:
        with self._lock:
            return next(self._left, None)
