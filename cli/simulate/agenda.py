"""What happens when: a discrete-event loop that moves a clock from event to event."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from twofactor.clock import FixedClock

Happening = Callable[[], None]


class Agenda:
    """Events in the order of their time; those of one moment in the order they were put."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self._events: list[tuple[datetime, int, Happening]] = []
        self._numbers = count()

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def put(self, seconds: float, happening: Happening) -> None:
        """Let it happen so many seconds from now, at once when that is not in the future."""
        at = self.now + timedelta(seconds=max(0.0, seconds))
        heapq.heappush(self._events, (at, next(self._numbers), happening))

    def run(self, until: datetime) -> None:
        """Live through everything up to that moment."""
        while self._events and self._events[0][0] <= until:
            at, _, happening = heapq.heappop(self._events)
            self.clock.advance((at - self.now).total_seconds())
            happening()
