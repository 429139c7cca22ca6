"""What becomes of an attempt and its message when the gateway has answered."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from twofactor.extensions import db
from twofactor.gateways.base import Accepted, Refused, SendResult
from twofactor.models import Attempt, Message
from twofactor.models.database import changed
from twofactor.sms import changes, early, optouts
from twofactor.sms.moves import replaceable
from twofactor.words import ErrorClass, OptOutSource, Status

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
TELLS_OF_THE_PHONE = (ErrorClass.BAD_PHONE, ErrorClass.OPTED_OUT)  # true by any gateway


def settle(
    attempt_id: int, message_id: int, result: SendResult, now: datetime, wait: timedelta
) -> None:
    """Put the answer on record, and move attempt and message on. `wait` is how long a refused
    text pauses before its next try."""
    if isinstance(result, Accepted):
        _as_accepted(attempt_id, message_id, result, now)
    elif isinstance(result, Refused):
        _as_refused(attempt_id, message_id, result, now, wait)
    else:
        as_unknown(attempt_id, message_id, result.reason, now)
    changes.note(message_id)


def as_unknown(attempt_id: int, message_id: int, reason: str, now: datetime) -> None:
    """Nobody knows whether it left: it counts as sent, and the person may ask again at once."""
    attempt = update(Attempt).where(Attempt.id == attempt_id)
    changed(attempt.values(outcome="unknown", reason=reason[:200], sent_at=now))
    _move_to_sent(attempt_id, message_id, now)


def as_failed(
    message_id: int, status: Status, code: str, error_class: ErrorClass, now: datetime
) -> None:
    """Nobody takes this text any more."""
    waiting = update(Message).where(Message.id == message_id, Message.status == Status.QUEUED)
    changed(
        waiting.values(
            status=status.value,
            error_code=code,
            error_class=error_class.value,
            settled_at=now,
            leased_until=None,
            next_try_at=None,
            body_sealed=None,
        )
    )


def pause(result: SendResult, tries: int, *, has_others: bool) -> timedelta:
    """How long a text waits after an answer: not at all where it is refused for good or another
    gateway can be asked, else
    as long as the gateway wants, doubling with each try."""
    if not isinstance(result, Refused) or result.permanent or has_others:
        return timedelta(0)
    own = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (tries - 1))
    return timedelta(seconds=max(own, result.retry_after or 0.0))


def _as_accepted(attempt_id: int, message_id: int, result: Accepted, now: datetime) -> None:
    values: dict[str, object] = {
        "outcome": "accepted",
        "gateway_ref": result.gateway_ref,
        "sent_at": now,
    }
    if result.price is not None:  # else a receipt or the list tells it
        values |= {"price": result.price, "currency": result.currency[:3]}
    if result.segments:
        values["segments"] = result.segments
    changed(update(Attempt).where(Attempt.id == attempt_id).values(values))
    _move_to_sent(attempt_id, message_id, now)
    early.join(db.session.connection(), attempt_id)


def _move_to_sent(attempt_id: int, message_id: int, now: datetime) -> None:
    """A fast receipt may have moved both further already; then only the lease ends."""
    low = replaceable(Status.SENT)
    attempt = update(Attempt).where(Attempt.id == attempt_id, Attempt.status.in_(low))
    changed(attempt.values(status=Status.SENT.value))
    message = update(Message).where(Message.id == message_id)
    changed(message.where(Message.status.in_(low)).values(status=Status.SENT.value))
    changed(message.values(leased_until=None, next_try_at=None, body_sealed=None))
    changed(message.where(Message.sent_at.is_(None)).values(sent_at=now))


def _as_refused(
    attempt_id: int, message_id: int, result: Refused, now: datetime, wait: timedelta
) -> None:
    status = Status.REJECTED if _is_block(result.error_class) else Status.FAILED
    # RETRY marks "the same gateway may take it later"; routing leaves every other one out.
    error_class = result.error_class if result.permanent else ErrorClass.RETRY
    attempt = update(Attempt).where(Attempt.id == attempt_id)
    changed(
        attempt.values(
            outcome="refused",
            status=status.value,
            error_code=result.code[:64],
            error_class=error_class.value,
            settled_at=now,
        )
    )
    if result.error_class is ErrorClass.OPTED_OUT:
        told_to = select(Attempt.phone_fingerprint).where(Attempt.id == attempt_id)
        prints = db.session.scalars(told_to).all()
        optouts.stop(db.session.connection(), prints, OptOutSource.GATEWAY, now)
    if result.error_class in TELLS_OF_THE_PHONE:
        as_failed(message_id, status, result.code[:64], result.error_class, now)
        return
    message = update(Message).where(Message.id == message_id, Message.status == Status.QUEUED)
    changed(message.values(leased_until=None, next_try_at=now + wait))


def _is_block(error_class: ErrorClass) -> bool:
    return error_class in (ErrorClass.BLOCKED, ErrorClass.OPTED_OUT)
