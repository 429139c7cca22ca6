"""What becomes of attempts and their messages when the gateway has answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast

from sqlalchemy import (
    ColumnElement,
    Table,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)

from twofactor.extensions import db
from twofactor.gateways.base import Accepted, Refused, SendResult
from twofactor.kit import Kit
from twofactor.models import Attempt, Message
from twofactor.models.database import changed
from twofactor.sms import budget, changes, early, optouts
from twofactor.sms.budget import NOTHING
from twofactor.sms.moves import replaceable
from twofactor.sms.orders import Answer, Order
from twofactor.words import ErrorClass, OptOutSource, Status

FEW = 50  # refused texts settled in one transaction: nobody else waits long for the database
TELLS_OF_THE_PHONE = (ErrorClass.BAD_PHONE, ErrorClass.OPTED_OUT)  # true by any gateway


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long a refused text waits before its next try, in seconds, doubling with each."""

    first: float
    longest: float

    def after(self, result: SendResult, tries: int, *, has_others: bool) -> timedelta:
        """Not at all where it is refused for good or another gateway can be asked, else at least as
        long as the gateway wants."""
        if not isinstance(result, Refused) or result.permanent or has_others:
            return timedelta(0)
        own = min(self.longest, self.first * 2 ** min(tries - 1, 20))
        return timedelta(seconds=max(own, result.retry_after or 0.0))


FOR_CODES = Pauses(1.0, 30.0)
FOR_MANY = Pauses(10.0, 900.0)  # nobody waits for these


def parts(answers: Sequence[Answer]) -> Iterator[list[Answer]]:
    """The answers in portions, each for a transaction of its own."""
    taken = [answer for answer in answers if isinstance(answer[1], Accepted)]
    others = [answer for answer in answers if not isinstance(answer[1], Accepted)]
    if taken:
        yield taken
    for start in range(0, len(others), FEW):
        yield others[start : start + FEW]


def settle(kit: Kit, answers: Sequence[Answer], now: datetime, pauses: Pauses) -> None:
    """Put the answers on record, set their charges right, and move attempts and messages on."""
    _as_accepted([(o, r) for o, r in answers if isinstance(r, Accepted)], now)
    for order, result in answers:
        if isinstance(result, Refused):
            wait = pauses.after(result, order.tries, has_others=order.has_others)
            _as_refused(order, result, now, wait)
        elif not isinstance(result, Accepted):
            _as_unknown(order.attempt_id, order.message_id, result.reason, now)
    _correct(kit, answers, now)
    changes.note_many(db.session.connection(), [order.message_id for order, _ in answers])


def as_unknown(attempt_id: int, message_id: int, reason: str, now: datetime) -> None:
    """Nobody knows whether it left: it counts as sent, and the person may ask again at once."""
    _as_unknown(attempt_id, message_id, reason, now)
    changes.note(message_id)


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


def _as_accepted(taken: Sequence[tuple[Order, Accepted]], now: datetime) -> None:
    """A fast receipt may have moved some further already; then only the lease ends."""
    if not taken:
        return
    connection = db.session.connection()
    rows = [
        {
            "attempt": order.attempt_id,
            "ref": result.gateway_ref,
            "cost": result.price,  # None: a receipt or the list tells it
            "money": None if result.price is None else result.currency[:3],
            "parts": result.segments or order.out.segments,
            "now": now,
        }
        for order, result in taken
    ]
    connection.execute(_ACCEPTED, rows)
    connection.execute(_SENT, {"texts": [order.message_id for order, _ in taken], "now": now})
    early.join(connection, [order.attempt_id for order, _ in taken])


def _as_unknown(attempt_id: int, message_id: int, reason: str, now: datetime) -> None:
    connection = db.session.connection()
    connection.execute(_UNKNOWN, {"attempt": attempt_id, "told": reason[:200], "now": now})
    connection.execute(_SENT, {"texts": [message_id], "now": now})


def _as_refused(order: Order, result: Refused, now: datetime, wait: timedelta) -> None:
    """It surely sent nothing: routing learns nothing of it, and it costs nothing."""
    is_block = result.error_class in (ErrorClass.BLOCKED, ErrorClass.OPTED_OUT)
    status = Status.REJECTED if is_block else Status.FAILED
    # RETRY marks "the same gateway may take it later"; routing leaves every other one out.
    error_class = result.error_class if result.permanent else ErrorClass.RETRY
    attempt = update(Attempt).where(Attempt.id == order.attempt_id, Attempt.outcome == "")
    changed(
        attempt.values(
            outcome="refused",
            status=status.value,
            error_code=result.code[:64],
            error_class=error_class.value,
            settled_at=now,
            price=None,
            judge_at=None,
        )
    )
    if result.error_class is ErrorClass.OPTED_OUT:
        told_to = select(Attempt.phone_fingerprint).where(Attempt.id == order.attempt_id)
        prints = db.session.scalars(told_to).all()
        optouts.stop(db.session.connection(), prints, OptOutSource.GATEWAY, now)
    if result.error_class in TELLS_OF_THE_PHONE:
        as_failed(order.message_id, status, result.code[:64], result.error_class, now)
        return
    message = update(Message).where(Message.id == order.message_id, Message.status == Status.QUEUED)
    changed(message.values(leased_until=None, next_try_at=now + wait))


def _correct(kit: Kit, answers: Sequence[Answer], now: datetime) -> None:
    """Charges were made by the price list: now the gateway has told its own price, or surely sent
    nothing."""
    owed: dict[str, Decimal] = {}
    for order, result in answers:
        told = result.price if isinstance(result, Accepted) else None
        if isinstance(result, Refused) or told is not None:
            owed[order.currency] = owed.get(order.currency, NOTHING) - (order.price or NOTHING)
        if isinstance(result, Accepted) and told is not None:
            owed[result.currency] = owed.get(result.currency, NOTHING) + told
    for currency, amount in sorted(owed.items()):
        budget.charge(kit, amount, currency, now)


def _sent_if_lower(status: ColumnElement[str]) -> ColumnElement[str]:
    """A fast receipt may have moved it further already."""
    low = or_(*(status == literal_column(f"'{value}'") for value in replaceable(Status.SENT)))
    return case((low, literal_column(f"'{Status.SENT.value}'")), else_=status)


_ATTEMPT, _MESSAGE = cast(Table, Attempt.__table__), cast(Table, Message.__table__)
_NOW = bindparam("now", type_=_ATTEMPT.c.sent_at.type)
_ACCEPTED = (
    update(_ATTEMPT)
    .where(_ATTEMPT.c.id == bindparam("attempt"))
    .values(
        outcome=literal_column("'accepted'"),  # a bound value would be bound for each row anew
        status=_sent_if_lower(_ATTEMPT.c.status),
        gateway_ref=bindparam("ref"),
        price=func.coalesce(bindparam("cost", type_=_ATTEMPT.c.price.type), _ATTEMPT.c.price),
        currency=func.coalesce(bindparam("money"), _ATTEMPT.c.currency),
        segments=bindparam("parts"),
        sent_at=_NOW,
    )
)
_UNKNOWN = (
    update(_ATTEMPT)
    .where(_ATTEMPT.c.id == bindparam("attempt"), _ATTEMPT.c.outcome == "")  # else a receipt knows
    .values(
        outcome="unknown",
        status=_sent_if_lower(_ATTEMPT.c.status),
        reason=bindparam("told"),
        sent_at=_NOW,
    )
)
_SENT = (
    update(_MESSAGE)
    .where(_MESSAGE.c.id.in_(bindparam("texts", expanding=True)))
    .values(
        status=_sent_if_lower(_MESSAGE.c.status),
        sent_at=func.coalesce(_MESSAGE.c.sent_at, _NOW),
        leased_until=None,
        next_try_at=None,
        body_sealed=None,
    )
)
