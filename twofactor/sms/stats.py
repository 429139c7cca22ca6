"""What happened to messages, read for people: a list, totals, one timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from twofactor.extensions import db
from twofactor.models import Attempt, Message, Receipt, Verification
from twofactor.words import Status

SAMPLE = 10_000  # messages that latencies are taken from
LONGEST_REF = 128


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts and rates over a period; rates from 0 to 1, None without a sample."""

    sent: int
    delivered: int
    settled: int
    confirmed: int
    p50_seconds: float | None
    p95_seconds: float | None

    @property
    def delivery_rate(self) -> float | None:
        return self.delivered / self.settled if self.settled else None

    @property
    def conversion_rate(self) -> float | None:
        return self.confirmed / self.sent if self.sent else None


@dataclass(frozen=True, slots=True)
class Listed:
    """A message and its latest attempt, as a line of a table."""

    message: Message
    gateway: str | None
    latency_seconds: float | None


def totals(since: datetime) -> Totals:
    """What became of the messages asked for since then."""
    recent = Message.created_at >= since
    delivered, settled = Message.status == Status.DELIVERED, Message.settled_at.is_not(None)
    row = db.session.execute(
        select(
            _count(Message.sent_at.is_not(None)),
            _count(delivered),
            _count(settled),
            _count(Message.confirmed_at.is_not(None)),
        ).where(recent)
    ).one()
    latencies = sorted(_latencies(recent))
    return Totals(*row, percentile(latencies, 0.5), percentile(latencies, 0.95))


def listing(status: Status | None, before: int | None, most: int) -> list[Listed]:
    """Messages, newest first; `before` is the id that the page before ended with."""
    found = select(Message, Attempt).outerjoin(Attempt, Attempt.id == Message.attempt_id)
    if status is not None:
        found = found.where(Message.status == status.value)
    if before is not None:
        found = found.where(Message.id < before)
    rows = db.session.execute(found.order_by(Message.id.desc()).limit(most)).all()
    return [
        Listed(message, attempt.gateway if attempt else None, latency(attempt))
        for message, attempt in rows
    ]


def by_sid(sid: str) -> Message | None:
    """A message by our sid, or by a gateway's id of one of its attempts."""
    if len(sid) > LONGEST_REF or not sid.isprintable():  # PostgreSQL takes no NUL
        return None
    message = db.session.scalar(select(Message).where(Message.sid == sid))
    if message is not None:
        return message
    of_attempt = select(Message).join(Attempt, Attempt.message_id == Message.id)
    return db.session.scalar(of_attempt.where(Attempt.gateway_ref == sid).limit(1))


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of one message, oldest first."""

    message: Message
    verification: Verification | None
    attempts: Sequence[Attempt]
    receipts: Sequence[Receipt]


def story(message: Message) -> Story:
    """Read everything about one message."""
    attempts = select(Attempt).where(Attempt.message_id == message.id).order_by(Attempt.id)
    receipts = (
        select(Receipt)
        .join(Attempt, Attempt.id == Receipt.attempt_id)
        .where(Attempt.message_id == message.id)
        .order_by(Receipt.id)
    )
    verification = None
    if message.verification_id is not None:
        verification = db.session.get(Verification, message.verification_id)
    return Story(
        message,
        verification,
        db.session.scalars(attempts).all(),
        db.session.scalars(receipts).all(),
    )


def latency(attempt: Attempt | None) -> float | None:
    """Seconds from handed over to delivered."""
    if attempt is None or attempt.sent_at is None or attempt.delivered_at is None:
        return None
    return max(0.0, (attempt.delivered_at - attempt.sent_at).total_seconds())


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """The value that `share` of the ordered values do not exceed (nearest rank)."""
    if not ordered:
        return None
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)]


def _latencies(recent: ColumnElement[bool]) -> list[float]:
    rows = (
        select(Attempt.sent_at, Attempt.delivered_at)
        .join(Message, Message.attempt_id == Attempt.id)
        .where(recent, Attempt.sent_at.is_not(None), Attempt.delivered_at.is_not(None))
        .order_by(Message.id.desc())
        .limit(SAMPLE)
    )
    found: list[Any] = list(db.session.execute(rows))
    return [max(0.0, (row.delivered_at - row.sent_at).total_seconds()) for row in found]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)
