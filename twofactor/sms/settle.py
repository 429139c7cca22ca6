"""What becomes of attempts and their messages when the gateway has answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast

from sqlalchemy import (
    ColumnElement,
    Table,
    Update,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)

from twofactor.gateways.base import Accepted, Refused, SendResult
from twofactor.kit import Kit
from twofactor.models import Attempt, Message
from twofactor.models.database import connection, dialect_name
from twofactor.models.prepared import Prepared
from twofactor.models.rows import among, folded, given
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
    answers = sorted(answers, key=_attempt_id)  # in the order in which receipts lock, too
    _as_accepted([(o, r) for o, r in answers if isinstance(r, Accepted)], now)
    for order, result in answers:
        if isinstance(result, Refused):
            wait = pauses.after(result, order.tries, has_others=order.has_others)
            _as_refused(order, result, now, wait)
        elif not isinstance(result, Accepted):
            _as_unknown(order.attempt_id, order.message_id, result.reason, now)
    _correct(kit, answers, now)
    changes.note_all(order.message_id for order, _ in answers)


def as_unknown(attempt_id: int, message_id: int, reason: str, now: datetime) -> None:
    """Nobody knows whether it left: it counts as sent, and the person may ask again at once."""
    _as_unknown(attempt_id, message_id, reason, now)
    changes.note(message_id)


def as_failed(
    message_id: int, status: Status, code: str, error_class: ErrorClass, now: datetime
) -> None:
    """Nobody takes this text any more."""
    _FAILED.run(of=message_id, end=status.value, code=code, kind=error_class.value, now=now)


def _attempt_id(answer: Answer) -> int:
    return answer[0].attempt_id


def _as_accepted(taken: Sequence[tuple[Order, Accepted]], now: datetime) -> None:
    """A fast receipt may have moved some further already; then only the lease ends."""
    if not taken:
        return
    rows = [
        (
            order.attempt_id,
            result.gateway_ref,
            result.price,  # None: a receipt or the list tells it
            None if result.price is None else result.currency[:3],
            result.segments or order.out.segments,
        )
        for order, result in taken
    ]
    dialect = dialect_name()
    _ACCEPTED.run(now=now, **folded(dialect, rows))
    _SENT.run(now=now, **folded(dialect, sorted((order.message_id,) for order, _ in taken)))
    early.join([order.attempt_id for order, _ in taken])


def _as_unknown(attempt_id: int, message_id: int, reason: str, now: datetime) -> None:
    _UNKNOWN.run(of=attempt_id, told=reason[:200], now=now)
    _SENT.run(now=now, **folded(dialect_name(), [(message_id,)]))


def _as_refused(order: Order, result: Refused, now: datetime, wait: timedelta) -> None:
    """It surely sent nothing: routing learns nothing of it, and it costs nothing."""
    is_block = result.error_class in (ErrorClass.BLOCKED, ErrorClass.OPTED_OUT)
    status = Status.REJECTED if is_block else Status.FAILED
    # RETRY marks "the same gateway may take it later"; routing leaves every other one out.
    error_class = result.error_class if result.permanent else ErrorClass.RETRY
    code = result.code[:64]
    _REFUSED.run(of=order.attempt_id, end=status.value, code=code, kind=error_class.value, now=now)
    if result.error_class is ErrorClass.OPTED_OUT:
        prints = [of for (of,) in _PRINT.all(of=order.attempt_id)]
        optouts.stop(connection(), prints, OptOutSource.GATEWAY, now)
    if result.error_class in TELLS_OF_THE_PHONE:
        as_failed(order.message_id, status, code, result.error_class, now)
    else:
        _AGAIN.run(of=order.message_id, at=now + wait)


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
_GIVEN = "id gateway_ref price currency segments".split()


def _accepted(dialect: str) -> Update:
    own = _ATTEMPT.c
    new = given(dialect, {name: own[name].type for name in _GIVEN}).c
    return (
        update(_ATTEMPT)
        .where(own.id == new.id)
        .values(
            outcome=literal_column("'accepted'"),
            status=_sent_if_lower(own.status),
            gateway_ref=new.gateway_ref,
            price=func.coalesce(new.price, own.price),
            currency=func.coalesce(new.currency, own.currency),
            segments=new.segments,
            sent_at=_NOW,
        )
    )


def _sent(dialect: str) -> Update:
    own = _MESSAGE.c
    return (
        update(_MESSAGE)
        .where(among(dialect, own.id))
        .values(
            status=_sent_if_lower(own.status),
            sent_at=func.coalesce(own.sent_at, _NOW),
            leased_until=None,
            next_try_at=None,
            body_sealed=None,
        )
    )


def _ended(table: Table, **more: object) -> Update:
    """What fails for good, with its reason."""
    words = {"status": "end", "error_code": "code", "error_class": "kind", "settled_at": "now"}
    told = {name: bindparam(word, type_=table.c[name].type) for name, word in words.items()}
    return update(table).where(table.c.id == bindparam("of")).values(**told, **more)


_IS_QUEUED = _MESSAGE.c.status == Status.QUEUED.value
_IS_OPEN = _ATTEMPT.c.outcome == ""  # else a receipt knows
_ACCEPTED, _SENT = Prepared(_accepted), Prepared(_sent)
_UNKNOWN = Prepared(
    update(_ATTEMPT)
    .where(_ATTEMPT.c.id == bindparam("of"), _IS_OPEN)
    .values(
        outcome="unknown",
        status=_sent_if_lower(_ATTEMPT.c.status),
        reason=bindparam("told"),
        sent_at=_NOW,
    )
)
_REFUSED = Prepared(_ended(_ATTEMPT, outcome="refused", price=None, judge_at=None).where(_IS_OPEN))
_FAILED = Prepared(
    _ended(_MESSAGE, leased_until=None, next_try_at=None, body_sealed=None).where(_IS_QUEUED)
)
_AGAIN = Prepared(
    update(_MESSAGE)
    .where(_MESSAGE.c.id == bindparam("of"), _IS_QUEUED)
    .values(leased_until=None, next_try_at=bindparam("at"))
)
_PRINT = Prepared(select(_ATTEMPT.c.phone_fingerprint).where(_ATTEMPT.c.id == bindparam("of")))
