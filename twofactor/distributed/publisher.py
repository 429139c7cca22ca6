"""The sender's place in a web process of a distributed house: it sends nothing, it tells workers.

A door never waits for the line: ids go by a short list in memory to a thread of their own. What
does not fit, or can't be told, the workers' look finds within a second.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import Any

from twofactor.distributed.line import SEND_TEXT, connect

log = logging.getLogger(__name__)

WAITING = 10_000
TOGETHER = 128  # ids told in one word: whoever hears it claims until none are left
# Between two words, each of which costs as much as a start: the more texts there were, the longer.
LEAST_PAUSE_SECONDS, PAUSE_SECONDS_A_TEXT, LONGEST_PAUSE_SECONDS = 0.005, 0.003, 0.1
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
        self._waiting: deque[int] = deque(maxlen=WAITING)
        self._news, self._stopping = Event(), Event()
        self._thread = Thread(target=self._publish_all, name="publisher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Tell what waits, then return."""
        self._stopping.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def wake(self, texts: Sequence[int] = ()) -> None:
        """Texts were committed, these or those that the caller's session noted: workers take them
        now."""
        self._waiting.extend(texts or self._fresh())
        if self._waiting and not self._news.is_set():
            self._news.set()

    @property
    def is_alive(self) -> bool:
        """True while a worker has shown itself lately."""
        return self._has_workers()

    def _publish_all(self) -> None:
        line, is_over = connect(self._url), False
        while not is_over:
            self._news.wait()
            self._news.clear()
            is_over = self._stopping.is_set()
            self._stopping.wait(self._tell(line))

    def _tell(self, line: Any) -> float:
        """Tell of all that waits; the seconds to rest then."""
        texts = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if not all(self._publish(line, message_id) for message_id in texts[::TOGETHER]):
            self._waiting.clear()
            return QUIET_SECONDS
        return pause_after(len(texts))

    def _publish(self, line: Any, message_id: int) -> bool:
        try:
            line.send_task(SEND_TEXT, args=[message_id])
        except Exception as error:  # whatever the line's packages raise: the rows are the queue
            log.warning("the line is down: %s; workers look by themselves", type(error).__name__)
            return False
        return True


def pause_after(texts: int) -> float:
    """Seconds until the next word, once so many texts were told of. Pure."""
    return min(LEAST_PAUSE_SECONDS + PAUSE_SECONDS_A_TEXT * texts, LONGEST_PAUSE_SECONDS)
