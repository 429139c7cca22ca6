"""What became of many texts when the gateway has answered: the taken ones in few statements."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, func, update

from twofactor.extensions import db
from twofactor.gateways.base import Accepted, Refused, SendResult
from twofactor.models import Attempt, Message
from twofactor.models.columns import Money
from twofactor.models.database import changed
from twofactor.sms import changes, early
from twofactor.sms.bulk_claim import Claimed
from twofactor.sms.moves import replaceable
from twofactor.sms.settle import settle
from twofactor.words import Status

ATTEMPTS = cast(Table, Attempt.__table__)
FEW = 50  # refused texts settled in one transaction: nobody else waits long for the database
FIRST_PAUSE_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 900.0

Answered = tuple[Claimed, SendResult]


def parts(texts: Sequence[Claimed], results: Sequence[SendResult]) -> Iterator[list[Answered]]:
    """The answers in portions, each for a transaction of its own."""
    answers = list(zip(texts, results, strict=True))
    taken = [answer for answer in answers if isinstance(answer[1], Accepted)]
    others = [answer for answer in answers if not isinstance(answer[1], Accepted)]
    if taken:
        yield taken
    for start in range(0, len(others), FEW):
        yield others[start : start + FEW]


def settle_part(gateway: str, answers: Sequence[Answered], now: datetime) -> None:
    """Put one portion on record."""
    taken = [(c, result) for c, result in answers if isinstance(result, Accepted)]
    if taken:
        _as_accepted(gateway, taken, now)
        message_ids = [claimed.message_id for claimed, _ in taken]
        changes.note_many(db.session.connection(), message_ids)
    for claimed, result in answers:
        if not isinstance(result, Accepted):
            wait = _pause(result, claimed)
            settle(claimed.attempt_id, claimed.message_id, result, now, wait)


def _pause(result: SendResult, claimed: Claimed) -> timedelta:
    """Longer than for a code: nobody waits for these."""
    if not isinstance(result, Refused) or claimed.has_others or result.permanent:
        return timedelta(0)
    own = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(claimed.tries - 1, 10))
    return timedelta(seconds=max(own, result.retry_after or 0.0))


def _as_accepted(gateway: str, taken: Sequence[tuple[Claimed, Accepted]], now: datetime) -> None:
    answered = (
        update(ATTEMPTS)
        .where(ATTEMPTS.c.id == bindparam("attempt"))
        .values(
            outcome="accepted",
            gateway_ref=bindparam("ref"),
            price=func.coalesce(bindparam("cost", type_=Money), ATTEMPTS.c.price),
            currency=func.coalesce(bindparam("money"), ATTEMPTS.c.currency),
            segments=bindparam("parts"),
            sent_at=now,
        )
    )
    values = [
        {
            "attempt": claimed.attempt_id,
            "ref": result.gateway_ref,
            "cost": result.price,
            "money": result.currency[:3] if result.price is not None else None,
            "parts": result.segments or claimed.sms.segments,
        }
        for claimed, result in taken
    ]
    connection = db.session.connection()
    connection.execute(answered, values)
    _move_to_sent(taken, now)
    early.join_many(connection, gateway, [claimed.attempt_id for claimed, _ in taken])


def _move_to_sent(taken: Sequence[tuple[Claimed, Accepted]], now: datetime) -> None:
    """A fast receipt may have moved some further already; then only the lease ends."""
    low = replaceable(Status.SENT)
    attempt = update(Attempt).where(Attempt.id.in_([c.attempt_id for c, _ in taken]))
    changed(attempt.where(Attempt.status.in_(low)).values(status=Status.SENT.value))
    message = update(Message).where(Message.id.in_([c.message_id for c, _ in taken]))
    changed(message.where(Message.status.in_(low)).values(status=Status.SENT.value))
    changed(message.where(Message.sent_at.is_(None)).values(sent_at=now))
    changed(message.values(leased_until=None, next_try_at=None, body_sealed=None))
