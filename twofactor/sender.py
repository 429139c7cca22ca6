"""Threads beside the app that deliver what waits in rows.

Woken after a commit, and looking by themselves once a second, so that nothing is missed: not the
text of a request whose process died, nor the one whose wake-up was lost.
"""

import logging
from collections.abc import Callable, Sequence
from threading import Condition, Event, Thread
from time import monotonic
from typing import Protocol

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
STOP_SECONDS = 20.0


class Waker(Protocol):
    """What the doors know of whoever sends: told after a commit, asked whether it lives."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def wake(self, texts: Sequence[int] = ()) -> None: ...
    @property
    def is_alive(self) -> bool: ...


class Sender:
    """Runs `deliver` until it finds nothing, and `keep_house` once a second.

    Both are called without arguments in threads of the sender; `deliver` returns True when there
    may be more. The look wakes a thread only when `is_due`; who was woken asks nobody. Nothing is
    kept in memory: stopping at any moment loses nothing.
    """

    def __init__(
        self,
        deliver: Callable[[], bool],
        keep_house: Callable[[], None],
        threads: int,
        is_due: Callable[[], bool] = lambda: True,
    ) -> None:
        self._deliver = deliver
        self._keep_house = keep_house
        self._is_due = is_due
        self._most = threads
        self._threads = [
            Thread(target=self._send, name=f"sender-{number}", daemon=True)
            for number in range(threads)
        ] + [Thread(target=self._look, name="sender-look", daemon=True)]
        self._wake = Condition()
        self._calls = 0  # wake-ups not answered yet
        self._stopping = Event()
        self._seen_at = monotonic()

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let the threads finish the text in hand, then return."""
        self._stopping.set()
        with self._wake:
            self._wake.notify_all()
        until = monotonic() + STOP_SECONDS
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, until - monotonic()))

    def wake(self, texts: Sequence[int] = ()) -> None:
        """A text was committed: one thread takes it now. Which one it was, the rows tell."""
        with self._wake:
            # Whoever begins a delivery now sees all that was committed: one call a thread is all.
            self._calls = min(self._calls + 1, self._most)
            self._wake.notify()

    @property
    def is_alive(self) -> bool:
        """True while the looking thread has looked lately."""
        return monotonic() - self._seen_at < 30 * LOOK_SECONDS

    def _send(self) -> None:
        while self._wait():
            try:
                while self._deliver() and not self._stopping.is_set():
                    pass
            except Exception:
                log.exception("a delivery failed; its text is looked at again")

    def _wait(self) -> bool:
        """Sleep until a wake-up; False when it is time to stop."""
        with self._wake:
            while not self._calls and not self._stopping.is_set():
                self._wake.wait()
            self._calls = max(0, self._calls - 1)
            return not self._stopping.is_set()

    def _look(self) -> None:
        while not self._stopping.is_set():
            self._seen_at = monotonic()
            try:
                self._keep_house()
            except Exception:
                log.exception("the periodic work failed; it is tried again")
            if self._may_be_due():
                self.wake()
            self._stopping.wait(LOOK_SECONDS)

    def _may_be_due(self) -> bool:
        """True as well when nobody can tell."""
        try:
            return self._is_due()
        except Exception:
            log.exception("the look failed; a delivery is tried all the same")
            return True
