"""Orders: attempts that are on record and ready to be handed over, and how they get there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, insert, select, update

from twofactor import ids
from twofactor.extensions import db
from twofactor.gateways.base import Gateway, OutgoingCall, OutgoingSms, SendResult
from twofactor.kit import Kit
from twofactor.models import Attempt, Message, Verification
from twofactor.models.messages import body_place, phone_place
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

    @property
    def price(self) -> Decimal | None:
        """What the list says of the whole text."""
        return None if self.way.price is None else self.way.price * self.text.segments


def place(kit: Kit, picks: Sequence[Pick], lease: timedelta, now: datetime) -> list[Order]:
    """Put one attempt for each on record, charge what it will cost as far as the price list tells,
    and keep the texts for ourselves as long as `lease`. Their rows are locked by the caller."""
    if not picks:
        return []
    connection = db.session.connection()
    rows = connection.execute(_ATTEMPTS, [_attempt(pick, now) for pick in picks])
    attempts = {row.message_id: row for row in rows}
    _charge(kit, picks, now)
    texts = [pick.text.id for pick in picks]
    connection.execute(_HELD, {"texts": texts, "until": now + lease})
    changes.note_many(connection, texts)
    return [_order(kit, pick, attempts[pick.text.id], now) for pick in picks]


def _attempt(pick: Pick, now: datetime) -> dict[str, Any]:
    text, way = pick.text, pick.way
    return {
        "sid": ids.new_sid(ids.ATTEMPT),
        "message_id": text.id,
        "gateway": way.gateway,
        "channel": text.channel,
        "phone_fingerprint": text.phone_fingerprint,
        "country": text.country,
        "carrier": pick.carrier,
        "status": Status.QUEUED.value,
        "reason": way.reason,
        "segments": text.segments,
        "price": pick.price,
        "currency": way.currency,
        "created_at": now,
        "judge_at": now + rates.JUDGED_AFTER if _teaches(text) else None,
    }


def _teaches(text: DueText) -> bool:
    """Whether routing learns from it: texts that hold a code."""
    return text.verification_id is not None and text.channel == Channel.SMS


def _charge(kit: Kit, picks: Sequence[Pick], now: datetime) -> None:
    """Once a currency, against the day's budget."""
    totals: dict[str, Decimal] = {}
    for pick in picks:
        currency = pick.way.currency
        totals[currency] = totals.get(currency, budget.NOTHING) + (pick.price or budget.NOTHING)
    for currency, amount in totals.items():
        budget.charge(kit, amount, currency, now)


def _order(kit: Kit, pick: Pick, attempt: Any, now: datetime) -> Order:
    text, gateway = pick.text, kit.gateways[pick.way.gateway]
    is_call = text.channel == Channel.CALL
    out = (
        _call(kit, text, gateway, attempt.sid)
        if is_call
        else _sms(kit, text, gateway, attempt.sid, now)
    )
    return Order(
        attempt_id=attempt.id,
        message_id=text.id,
        tries=text.tries + 1,
        gateway=gateway,
        out=out,
        has_others=pick.way.has_others,
        price=pick.price,
        currency=pick.way.currency,
    )


def _sms(kit: Kit, text: DueText, gateway: Gateway, sid: str, now: datetime) -> OutgoingSms:
    return OutgoingSms(
        reference=sid,
        to=kit.keyring.unseal(text.phone_sealed, phone_place(text.sid)),
        body=kit.keyring.unseal(text.body_sealed, body_place(text.sid)),
        segments=text.segments,
        validity_seconds=max(1, int((text.valid_until - now).total_seconds())),
        callback_url=kit.settings.public_url + gateway.callback_path(sid),
        sender=text.sender,
    )


def _call(kit: Kit, text: DueText, gateway: Gateway, sid: str) -> OutgoingCall:
    asked = select(Verification.language).where(Verification.id == text.verification_id)
    public_url = kit.settings.public_url
    return OutgoingCall(
        reference=sid,
        to=kit.keyring.unseal(text.phone_sealed, phone_place(text.sid)),
        greeting=kit.keyring.unseal(text.body_sealed, body_place(text.sid)),
        language=spoken(db.session.scalars(asked).one()),
        callback_url=public_url + gateway.callback_path(sid),
        answer_url=public_url + gateway.answer_path(sid),
    )


_ATTEMPT, _MESSAGE = cast(Table, Attempt.__table__), cast(Table, Message.__table__)
_ATTEMPTS = insert(_ATTEMPT).returning(_ATTEMPT.c.message_id, _ATTEMPT.c.id, _ATTEMPT.c.sid)
_HELD = (
    update(_MESSAGE)
    .where(_MESSAGE.c.id.in_(bindparam("texts", expanding=True)))
    .values(
        attempt_id=select(func.max(_ATTEMPT.c.id))
        .where(_ATTEMPT.c.message_id == _MESSAGE.c.id)
        .scalar_subquery(),
        leased_until=bindparam("until", type_=_MESSAGE.c.leased_until.type),
        tries=_MESSAGE.c.tries + 1,
    )
)
