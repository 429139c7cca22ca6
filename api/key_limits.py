"""How much one key may ask for (S-60).

Sends cost money, so they are rows, counted exactly (S-71). Checks, reads and changes are a fence
against a program gone wild: codes have limits of their own, so each process counts these in memory,
and no look-up pays for them.
"""

from collections import Counter
from threading import Lock

from api.errors import too_many
from api.operation import Operation
from twofactor.kit import Kit
from twofactor.verify import limits
from twofactor.verify.limits import MANY_TEXTS, Limit, LimitReached

MINUTE = 60
SENDS = Limit("api_key_sends_minute", 600, MINUTE, MANY_TEXTS)
CHECKS = Limit("api_key_checks_minute", 1200, MINUTE, "Too many checks were asked for")
CHANGES = Limit("api_key_changes_minute", 300, MINUTE, "Too many changes were asked for")
READS = Limit("api_key_reads_minute", 3000, MINUTE, "Too many requests")


def limit_of(operation: Operation) -> Limit:
    """What one key may ask for in a minute."""
    return operation.limit or (CHANGES if operation.writes else READS)


class Meter:
    """Counts requests by key and limit in whole minutes. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute = 0
        self._hits: Counter[tuple[str, str]] = Counter()

    def count(self, kit: Kit, operation: Operation, login: str) -> None:
        """Count one request. Raises LimitReached for the first one too many, which is worth a row
        of the audit, and ApiError for those behind it."""
        limit = limit_of(operation)
        most, second = limits.most(kit, limit), int(kit.now().timestamp())
        with self._lock:
            if second // MINUTE != self._minute:
                self._minute = second // MINUTE
                self._hits.clear()
            self._hits[limit.name, login] += 1
            hits = self._hits[limit.name, login]
        wait = MINUTE - second % MINUTE
        if hits == most + 1:
            raise LimitReached(limit, wait)
        if hits > most:
            raise too_many(f"{limit.reason}. Try again later", wait)
