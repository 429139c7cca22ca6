"""The sender's place in a web process of a distributed house: it sends nothing, it tells workers.

A door never waits for the line: ids go through a short list in memory to a thread of their own.
What does not fit, or can't be told, the workers' look finds within a second.
"""

import logging
from collections.abc import Callable, Sequence
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any

from twofactor.distributed.line import SEND_TEXT, connect

log = logging.getLogger(__name__)

WAITING = 10_000
TOGETHER = 32  # ids told in one word: whoever hears it claims as many at once
PAUSE_SECONDS = 0.02  # between two words: a word costs more than a start
STOP_SECONDS = 5.0
QUIET_SECONDS = 5.0  # between two tries while the line is down


class Publisher:
    """Tells the workers which texts were committed."""

    def __init__(
        self, url: str, fresh: Callable[[], list[int]], has_workers: Callable[[], bool]
    ) -> None:
        """`fresh` gives the ids that the caller of `wake` has just committed; `has_workers` tells
        whether anybody takes them."""
        self._url, self._fresh, self._has_workers = url, fresh, has_workers
        self._waiting: Queue[int | None] = Queue(WAITING)
        self._stopping = Event()
        self._thread = Thread(target=self._publish_all, name="publisher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Tell what waits, then return."""
        self._stopping.set()
        if self._thread.is_alive():
            self._put(None)
            self._thread.join(STOP_SECONDS)

    def wake(self, texts: Sequence[int] = ()) -> None:
        """Texts were committed, these or those that the caller's session noted: workers take them
        now."""
        for message_id in texts or self._fresh():
            self._put(message_id)

    @property
    def is_alive(self) -> bool:
        """True while a worker has shown itself lately."""
        return self._has_workers()

    def _put(self, message_id: int | None) -> None:
        try:
            self._waiting.put_nowait(message_id)
        except Full:
            log.warning("too many ids wait for the line; the workers find their texts by looking")

    def _publish_all(self) -> None:
        line = connect(self._url)
        while (message_id := self._waiting.get()) is not None:
            others = self._pass_over(TOGETHER - 1)
            if not self._publish(line, message_id):
                self._pass_over(WAITING)
                self._stopping.wait(QUIET_SECONDS)
            elif others < TOGETHER - 1:
                self._stopping.wait(PAUSE_SECONDS)

    def _publish(self, line: Any, message_id: int) -> bool:
        try:
            line.send_task(SEND_TEXT, args=[message_id])
        except Exception as error:  # whatever the line's packages raise: the rows are the queue
            log.warning("the line is down: %s; workers look by themselves", type(error).__name__)
            return False
        return True

    def _pass_over(self, most: int) -> int:
        """Tell nothing of so many that wait: the same word brings them, or, while the line is down,
        the workers' look. How many there were."""
        for passed in range(most):
            try:
                is_last = self._waiting.get_nowait() is None
            except Empty:
                return passed
            if is_last:
                self._put(None)
                return passed
        return most
