"""Orders: attempts that are on record and ready to be handed over, and how they get there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Table,
    Update,
    and_,
    bindparam,
    case,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from twofactor import ids
from twofactor.gateways.base import Gateway, OutgoingCall, OutgoingSms, SendResult
from twofactor.kit import Kit
from twofactor.models import Attempt, Message, Verification
from twofactor.models.database import dialect_name
from twofactor.models.messages import body_place, phone_place
from twofactor.models.prepared import Prepared
from twofactor.models.rows import folded, given
from twofactor.sms import budget, changes, rates
from twofactor.sms.due import DueText
from twofactor.sms.routes import Way
from twofactor.sms.speech import spoken
from twofactor.words import Channel, Status


@dataclass(frozen=True, slots=True)
class Order:
    """One attempt, on record and ready to be handed over."""

    attempt_id: int
    message_id: int
    tries: int
    gateway: Gateway
    out: OutgoingSms | OutgoingCall
    has_others: bool  # gateways that have not been asked for this text yet
    price: Decimal | None  # that was charged, as the list says
    currency: str

    @property
    def is_call(self) -> bool:
        return isinstance(self.out, OutgoingCall)

    @property
    def sms(self) -> OutgoingSms:
        """The text. Raises ValueError for a call."""
        if isinstance(self.out, OutgoingCall):
            raise ValueError("a call is no text")
        return self.out

    def hand_over(self) -> SendResult:
        """Ask the gateway to send or to call. Raises whatever an adapter's bug raises."""
        if isinstance(self.out, OutgoingCall):
            return self.gateway.call(self.out)
        return self.gateway.send(self.out)


Answer = tuple[Order, SendResult]


@dataclass(frozen=True, slots=True)
class Pick:
    """A text that is due, and the way it goes."""

    text: DueText
    way: Way
    carrier: str = ""
    phone: str = field(default="", repr=False)  # where it was read already

    @property
    def price(self) -> Decimal | None:
        """What the list says of the whole text."""
        return None if self.way.price is None else self.way.price * self.text.segments


def place(kit: Kit, picks: Sequence[Pick], lease: timedelta, now: datetime) -> list[Order]:
    """Put one attempt for each on record, charge what it will cost as far as the price list tells,
    and keep the texts for ourselves as long as `lease`. Their rows are locked by the caller."""
    if not picks:
        return []
    dialect = dialect_name()
    rows = [_attempt(pick, now) for pick in picks]
    judge = now + rates.JUDGED_AFTER
    attempts: dict[int, int] = dict(_ATTEMPTS.all(now=now, judge=judge, **folded(dialect, rows)))
    _charge(kit, picks, now)
    _HELD.run(until=now + lease, **folded(dialect, sorted(attempts.items())))
    changes.note_all(attempts)
    return [
        _order(kit, pick, attempts[pick.text.id], row[1], now)
        for pick, row in zip(picks, rows, strict=True)
    ]


def _attempt(pick: Pick, now: datetime) -> tuple[Any, ...]:
    """Its row, in the order of `_GIVEN`."""
    way = pick.way
    return (
        *(pick.text.id, ids.dated_sid(ids.ATTEMPT, now), way.gateway, pick.carrier, way.reason),
        *(pick.price, way.currency),
    )


def _charge(kit: Kit, picks: Sequence[Pick], now: datetime) -> None:
    """Once a currency, against the day's budget."""
    totals: dict[str, Decimal] = {}
    for pick in picks:
        currency = pick.way.currency
        totals[currency] = totals.get(currency, budget.NOTHING) + (pick.price or budget.NOTHING)
    for currency, amount in totals.items():
        budget.charge(kit, amount, currency, now)


def _order(kit: Kit, pick: Pick, attempt_id: int, sid: str, now: datetime) -> Order:
    text, gateway = pick.text, kit.gateways[pick.way.gateway]
    is_call = text.channel == Channel.CALL
    out = _call(kit, pick, gateway, sid) if is_call else _sms(kit, pick, gateway, sid, now)
    return Order(
        attempt_id=attempt_id,
        message_id=text.id,
        tries=text.tries + 1,
        gateway=gateway,
        out=out,
        has_others=pick.way.has_others,
        price=pick.price,
        currency=pick.way.currency,
    )


def _sms(kit: Kit, pick: Pick, gateway: Gateway, sid: str, now: datetime) -> OutgoingSms:
    text = pick.text
    return OutgoingSms(
        reference=sid,
        to=_phone(kit, pick),
        body=_body(kit, text),
        segments=text.segments,
        validity_seconds=max(1, int((text.valid_until - now).total_seconds())),
        callback_url=kit.settings.public_url + gateway.callback_path(sid),
        sender=text.sender,
    )


def _call(kit: Kit, pick: Pick, gateway: Gateway, sid: str) -> OutgoingCall:
    public_url = kit.settings.public_url
    return OutgoingCall(
        reference=sid,
        to=_phone(kit, pick),
        greeting=_body(kit, pick.text),
        language=spoken(_LANGUAGE.scalar(of=pick.text.verification_id)),
        callback_url=public_url + gateway.callback_path(sid),
        answer_url=public_url + gateway.answer_path(sid),
    )


def _phone(kit: Kit, pick: Pick) -> str:
    text = pick.text
    return pick.phone or kit.keyring.unseal(text.phone_sealed, phone_place(text.sid))


def _body(kit: Kit, text: DueText) -> str:
    """Raises ValueError where it is erased, which `ways.may_leave` keeps from coming here."""
    if text.body_sealed is None:
        raise ValueError(f"the body of message {text.id} is erased")
    return kit.keyring.unseal(text.body_sealed, body_place(text.sid))


_ATTEMPT, _MESSAGE = cast(Table, Attempt.__table__), cast(Table, Message.__table__)
_GIVEN = "message_id sid gateway carrier reason price currency".split()
_OF_TEXT = "channel phone_fingerprint country segments".split()


def _attempts(dialect: str) -> ReturningInsert[Any]:
    own, text = _ATTEMPT.c, _MESSAGE.c
    rows = given(dialect, {name: own[name].type for name in _GIVEN})
    # Routing learns from texts that hold a code.
    teaches = and_(text.verification_id.is_not(None), text.channel == Channel.SMS.value)
    values: dict[str, Any] = {
        **_defaults(_ATTEMPT),
        **{name: text[name] for name in _OF_TEXT},
        **{name: rows.c[name] for name in _GIVEN},
        "status": literal(Status.QUEUED.value),
        "created_at": bindparam("now", type_=own.created_at.type),
        "judge_at": case((teaches, bindparam("judge", type_=own.judge_at.type))),
    }
    whole = select(*values.values()).join_from(rows, _MESSAGE, text.id == rows.c.message_id)
    return insert(_ATTEMPT).from_select([*values], whole).returning(own.message_id, own.id)


def _defaults(table: Table) -> dict[str, Any]:
    """What its columns hold when nothing is said."""
    told = {column.name: column.default for column in table.c}
    return {
        name: literal(cast(Any, default).arg)
        for name, default in told.items()
        if default is not None and default.is_scalar
    }


def _held(dialect: str) -> Update:
    own = _MESSAGE.c
    rows = given(dialect, {"id": BigInteger(), "attempt_id": BigInteger()})
    until = bindparam("until", type_=own.leased_until.type)
    held = {"attempt_id": rows.c.attempt_id, "leased_until": until, "tries": own.tries + 1}
    return update(_MESSAGE).where(own.id == rows.c.id).values(held)


_ATTEMPTS, _HELD = Prepared(_attempts), Prepared(_held)
_LANGUAGE = Prepared(select(Verification.language).where(Verification.id == bindparam("of")))
