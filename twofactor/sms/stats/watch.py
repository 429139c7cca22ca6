"""What an operator has to see now: the queue, and gateways that send no receipts.

Each question looks at a bounded number of the newest rows, however long the history is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from twofactor.extensions import db
from twofactor.models import Attempt, Message, Receipt
from twofactor.sms.stats.figures import Figures
from twofactor.words import Status

# From here on a tile is red.
FAILING_SHARE = 0.03
SLOW_P95_SECONDS = 10.0
OLDEST_QUEUED_SECONDS = 30.0
ENOUGH = 20  # settled attempts; fewer prove nothing

QUIET = timedelta(minutes=5)  # a receipt may take so long before its absence means anything
WAITING = 5  # texts without one that make a silence
LOOKED_AT = 1_000  # attempts and receipts


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for the sender."""

    depth: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Silence:
    """A gateway that took texts and has reported on none of them since."""

    gateway: str
    since: datetime
    waiting: int


def is_failing(figures: Figures) -> bool:
    """More than FAILING_SHARE of enough settled attempts did not arrive."""
    rate = figures.delivery_rate
    return rate is not None and figures.settled >= ENOUGH and 1 - rate > FAILING_SHARE


def is_slow(figures: Figures) -> bool:
    """One in twenty of enough delivered attempts took longer than SLOW_P95_SECONDS."""
    p95 = figures.p95_seconds
    return p95 is not None and figures.delivered >= ENOUGH and p95 > SLOW_P95_SECONDS


def queue(now: datetime) -> Queue:
    """Texts that are due, and how long the oldest has waited."""
    due = (Message.status == Status.QUEUED, Message.next_try_at <= now)
    depth, oldest = db.session.execute(
        select(func.count(), func.min(Message.next_try_at)).where(*due)
    ).one()
    return Queue(depth, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)


def silences(now: datetime) -> list[Silence]:
    """Gateways that are silent: not a failure of theirs or ours yet, but nobody can tell. Looks at
    the newest texts that are old enough, so that much traffic does not hide a silence."""
    columns = (Attempt.gateway, Attempt.sent_at, Attempt.settled_at, Attempt.status)
    old = select(*columns).where(Attempt.created_at <= now - QUIET, Attempt.sent_at.is_not(None))
    ripe = old.order_by(Attempt.created_at.desc()).limit(LOOKED_AT).subquery()
    open_ones = select(ripe.c.gateway, ripe.c.sent_at).where(ripe.c.status == Status.SENT)
    waiting = [(gateway, at) for gateway, at in db.session.execute(open_ones)]
    if not silent(waiting, {}, now):
        return []
    newest = select(Receipt.gateway, Receipt.received_at).order_by(Receipt.id.desc())
    told = newest.limit(LOOKED_AT).subquery()
    heard = _latest(ripe.c.gateway, ripe.c.settled_at)
    for name, at in _latest(told.c.gateway, told.c.received_at).items():
        heard[name] = max(at, heard.get(name, at))
    return silent(waiting, heard, now)


def _latest(gateway: ColumnElement[str], at: ColumnElement[datetime]) -> dict[str, datetime]:
    latest = select(gateway, func.max(at)).where(at.is_not(None)).group_by(gateway)
    return {name: last for name, last in db.session.execute(latest)}


def silent(
    waiting: Iterable[tuple[str, datetime]], heard: Mapping[str, datetime], now: datetime
) -> list[Silence]:
    """Pure: `waiting` are gateway and time of each text without a receipt, `heard` the last
    receipt of each gateway."""
    found: dict[str, list[datetime]] = {}
    for gateway, at in waiting:
        last = heard.get(gateway)
        if at <= now - QUIET and (last is None or at > last):
            found.setdefault(gateway, []).append(at)
    return [
        Silence(gateway, min(times), len(times))
        for gateway, times in sorted(found.items())
        if len(times) >= WAITING
    ]
