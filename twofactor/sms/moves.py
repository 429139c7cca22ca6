"""The total move table of delivery statuses (S-55).

queued < sent < final. A lower status never replaces a higher one; `delivered` absorbs; another
final status may still become `delivered` by a late receipt; otherwise the first final one stays.
"""

from twofactor.words import Status

_FINAL = frozenset({Status.UNDELIVERED, Status.FAILED, Status.EXPIRED, Status.REJECTED})
_OPEN = frozenset({Status.QUEUED, Status.SENT})

# new status -> the statuses that it may replace
MAY_REPLACE: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset(),
    Status.SENT: frozenset({Status.QUEUED}),
    Status.DELIVERED: _OPEN | _FINAL,
    Status.UNDELIVERED: _OPEN,
    Status.FAILED: _OPEN,
    Status.EXPIRED: _OPEN,
    Status.REJECTED: _OPEN,
}


def moved(present: Status, reported: Status) -> Status:
    """The status after a report."""
    return reported if present in MAY_REPLACE[reported] else present


def replaceable(reported: Status) -> list[str]:
    """The values a row may have for the report to change it; for an UPDATE's condition."""
    return sorted(status.value for status in MAY_REPLACE[reported])
