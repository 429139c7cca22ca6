"""What one process has claimed of the network's reports, and what came of them: many at a time in
one transaction, as a transaction costs more than a report."""

from collections import deque
from datetime import datetime, timedelta
from threading import Lock

from twofactor.clock import Clock
from twofactor.gateways.simulator.phones import LEASE_SECONDS, Phones
from twofactor.gateways.simulator.text import Call, Outcome

BATCH = 32
STALE = timedelta(seconds=LEASE_SECONDS / 2)  # so that a call from here ends within the lease


class Claims:
    """Hands out reports in the order in which they fell due. Safe to share between threads.

    After a crash nothing is lost: what was claimed, and what was made but not yet put on record,
    is made (again) when its lease ends.
    """

    def __init__(self, phones: Phones, clock: Clock) -> None:
        self._phones, self._clock = phones, clock
        self._lock = Lock()
        self._waiting: deque[Call] = deque()
        self._claimed_at: datetime = clock.now()
        self._outcomes: list[Outcome] = []

    def take(self) -> Call | None:
        """The next report that is due. Before a new batch is claimed, and before None, everything
        settled is put on record."""
        with self._lock:
            now = self._clock.now()
            if self._waiting and now - self._claimed_at > STALE:
                self._give_back(now)
            if not self._waiting:
                self._waiting.extend(self._phones.claim(now, BATCH, self._outcomes))
                self._claimed_at, self._outcomes = now, []
            return self._waiting.popleft() if self._waiting else None

    def settle(self, outcome: Outcome) -> None:
        """What came of a report that was taken."""
        with self._lock:
            self._outcomes.append(outcome)

    def hand_back(self) -> None:
        """Put on record what is settled, and leave the rest to others."""
        with self._lock:
            self._phones.settle(self._outcomes)
            self._outcomes = []
            self._give_back(self._clock.now())

    def _give_back(self, now: datetime) -> None:
        calls = list(self._waiting)
        self._waiting.clear()
        self._phones.release(calls, now)
