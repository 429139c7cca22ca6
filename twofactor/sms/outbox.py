"""The outbox: a text is a Message row first, and leaves by whoever claims the row.

Guarantees: `enqueue` writes in the caller's transaction, so a text exists exactly when the
verification does; a row is claimed by one sender at a time; an attempt is on record before its
gateway is called; a text whose fate is unknown counts as sent and is never sent again by itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, or_, select, update

from twofactor import ids
from twofactor.extensions import db
from twofactor.gateways.base import Gateway, OutgoingSms
from twofactor.kit import Kit
from twofactor.models import Attempt, Message, Verification
from twofactor.models.database import changed, notes
from twofactor.models.messages import body_place, phone_place
from twofactor.models.prepared import Prepared, row_of
from twofactor.sms import budget, changes, optouts, rates, routes
from twofactor.sms.phone import Phone, carrier
from twofactor.sms.routes import Later, Way
from twofactor.sms.segments import count
from twofactor.sms.settle import as_failed, as_unknown
from twofactor.words import ErrorClass, Priority, Purpose, Status

LEASE = timedelta(seconds=20)  # longer than any gateway call may take
FRESH = "texts to wake a sender for"
_ADD = row_of(Message)


@dataclass(frozen=True, slots=True)
class Order:
    """One attempt, on record and ready to be handed over."""

    attempt_id: int
    message_id: int
    tries: int
    gateway: Gateway
    sms: OutgoingSms
    has_others: bool  # gateways that have not been asked for this text yet


@dataclass(frozen=True, slots=True)
class Text:
    """A text in the outbox."""

    id: int
    sid: str


def enqueue(
    kit: Kit,
    purpose: Purpose,
    phone: Phone,
    body: str,
    valid_until: datetime,
    verification_id: int | None = None,
    sender: str = "",
    only_gateway: str | None = None,
) -> Text:
    """Write a text into the outbox, from `sender` or else whom the gateway's settings name. The
    caller commits, then wakes who sends. To a phone that said STOP nothing goes: its text is
    rejected at once (S-31)."""
    now, sid = kit.now(), ids.new_sid(ids.MESSAGE)
    message_id = _ADD.scalar(
        sid=sid,
        purpose=purpose.value,
        priority=Priority.NOW.value,
        verification_id=verification_id,
        phone_sealed=kit.keyring.seal(phone.e164, phone_place(sid)),
        phone_fingerprint=kit.keyring.fingerprint(phone.e164),
        phone_ending=phone.e164[-2:],
        country=phone.country,
        sender=sender,
        only_gateway=only_gateway,
        segments=count(body).parts,
        created_at=now,
        valid_until=valid_until,
        **_fate(kit, phone, sid, body, now),
    )
    notes().setdefault(FRESH, []).append(message_id)
    return Text(message_id, sid)


def _fate(kit: Kit, phone: Phone, sid: str, body: str, now: datetime) -> dict[str, object]:
    """Waiting to be sent, or settled before anybody tries."""
    if optouts.is_stopped(kit, phone.e164):
        reason = ErrorClass.OPTED_OUT.value
        return {"status": Status.REJECTED.value, "error_class": reason, "settled_at": now}
    body_sealed = kit.keyring.seal(body, body_place(sid))
    return {"status": Status.QUEUED.value, "next_try_at": now, "body_sealed": body_sealed}


def fresh() -> list[int]:
    """The ids that were enqueued in the transaction at hand, or in this session, since it was last
    asked; for who wakes a sender."""
    ids_of_texts: list[int] = notes().pop(FRESH, [])
    return ids_of_texts


def claim(kit: Kit, only: int | None = None) -> Order | None:
    """Claim the text that waits longest, or the one with the id `only`, and put its next attempt
    on record; None when none is due.

    Rows that can't go out any more are settled on the way.
    """
    now = kit.now()
    rates.judge(now)
    due = _due(now) if only is None else _due(now).where(Message.id == only)
    due = due.limit(1).with_for_update(skip_locked=True)
    while (message_id := db.session.scalar(due)) is not None:
        lease = (
            update(Message)
            .where(Message.id == message_id, _is_free(now), Message.status == Status.QUEUED)
            .values(leased_until=now + LEASE, tries=Message.tries + 1)
        )
        if changed(lease) != 1:
            continue
        message = db.session.get_one(Message, message_id, populate_existing=True)
        order = _order(kit, message, now)
        if order is not None:
            return order
    return None


def has_waiting(now: datetime) -> bool:
    """True while a text that somebody waits for is due and nobody has it in hand. Reads only."""
    return db.session.scalar(_due(now).limit(1)) is not None


def withdraw(verification_id: int, now: datetime) -> None:
    """Its verification ended: texts that still wait are not worth sending."""
    _WITHDRAW.run(of=verification_id, now=now)


def expire_due(now: datetime) -> int:
    """Settle texts that nobody wants any more, however long their gateway asked them to wait, and
    erase their bodies (S-11); how many."""
    late = update(Message).where(
        Message.status == Status.QUEUED, Message.valid_until <= now, _is_free(now)
    )
    unasked = ~exists().where(Attempt.message_id == Message.id, Attempt.outcome == "")
    return changed(late.where(unasked).values(_expired(now)))


def _expired(now: datetime | BindParameter[Any]) -> dict[str, object]:
    return {
        "status": Status.EXPIRED.value,
        "error_class": ErrorClass.EXPIRED.value,
        "settled_at": now,
        "next_try_at": None,
        "leased_until": None,
        "body_sealed": None,
    }


def _due(now: datetime) -> Select[int]:
    return (
        select(Message.id)
        .where(
            Message.status == Status.QUEUED,
            Message.priority == Priority.NOW,
            Message.next_try_at <= now,
            _is_free(now),
        )
        .order_by(Message.next_try_at, Message.id)
    )


def _is_free(now: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    return or_(Message.leased_until.is_(None), Message.leased_until <= now)


_WITHDRAW = Prepared(
    update(Message)
    .where(Message.verification_id == bindparam("of"), _is_free(bindparam("now")))
    .where(Message.status == Status.QUEUED.value)
    .values(_expired(bindparam("now")))
)


def _order(kit: Kit, message: Message, now: datetime) -> Order | None:
    """The next attempt of a claimed message, or None once the message is settled instead."""
    earlier = _attempts_of(message)
    if any(attempt.outcome == "" for attempt in earlier):
        as_unknown(earlier[-1].id, message.id, "the sender stopped in the middle", now)
        changes.note(message.id)
        return None
    if now >= message.valid_until or message.body_sealed is None or _is_over(message):
        as_failed(message.id, Status.EXPIRED, "", ErrorClass.EXPIRED, now)
        return None
    if optouts.has_stopped([message.phone_fingerprint]):
        as_failed(message.id, Status.REJECTED, "", ErrorClass.OPTED_OUT, now)
        return None
    phone = kit.keyring.unseal(message.phone_sealed, message.phone_place)
    refused = {a.gateway for a in earlier if a.error_class != ErrorClass.RETRY}
    way = _way(kit, message, carrier(phone), earlier, refused, now)
    if isinstance(way, Later):
        message.next_try_at, message.leased_until = way.at, None
        return None
    if way is None:
        code, error_class = _last_error(earlier)
        as_failed(message.id, Status.FAILED, code, error_class, now)
        return None
    attempt = _attempt(kit, message, way, carrier(phone), now)
    return Order(
        attempt_id=attempt.id,
        message_id=message.id,
        tries=message.tries,
        gateway=kit.gateways[way.gateway],
        sms=_sms(kit, message, attempt, phone, now),
        has_others=way.has_others,
    )


def _way(
    kit: Kit,
    message: Message,
    carrier: str,
    earlier: list[Attempt],
    refused: set[str],
    now: datetime,
) -> Way | Later | None:
    if message.only_gateway:
        return routes.only(kit, message.country, message.only_gateway, refused)
    busy, silent = {a.gateway for a in earlier} - refused, _silent(message)
    return routes.pick(
        kit,
        message.country,
        carrier,
        refused=refused,
        tried=busy | silent,
        because=_because(refused | busy, silent),
        now=now,
    )


def _attempt(kit: Kit, message: Message, way: Way, carrier: str, now: datetime) -> Attempt:
    """Put the attempt on record, and charge what it will cost as far as the price list tells."""
    price = None if way.price is None else way.price * message.segments
    attempt = Attempt(
        sid=ids.new_sid(ids.ATTEMPT),
        message_id=message.id,
        gateway=way.gateway,
        phone_fingerprint=message.phone_fingerprint,
        country=message.country,
        carrier=carrier,
        status=Status.QUEUED.value,
        reason=way.reason,
        segments=message.segments,
        price=price,
        currency=way.currency,
        created_at=now,
        judge_at=now + rates.JUDGED_AFTER if message.verification_id else None,
    )
    db.session.add(attempt)
    db.session.flush()
    budget.charge(kit, price, way.currency, now)
    message.attempt_id = attempt.id
    changes.note(message.id)
    return attempt


def _because(refused: set[str], silent: set[str]) -> str:
    if refused:
        return f"next after {', '.join(sorted(refused))} refused it"
    return f"another way than {', '.join(sorted(silent))}" if silent else ""


def _last_error(earlier: list[Attempt]) -> tuple[str, ErrorClass]:
    if not earlier:  # every gateway is switched off
        return "no_gateway", ErrorClass.ACCOUNT
    return earlier[-1].error_code, ErrorClass(earlier[-1].error_class)


def _sms(kit: Kit, message: Message, attempt: Attempt, phone: str, now: datetime) -> OutgoingSms:
    if message.body_sealed is None:
        raise ValueError("the body is erased")
    gateway = kit.gateways[attempt.gateway]
    return OutgoingSms(
        reference=attempt.sid,
        to=phone,
        body=kit.keyring.unseal(message.body_sealed, message.body_place),
        segments=message.segments,
        validity_seconds=max(1, int((message.valid_until - now).total_seconds())),
        callback_url=kit.settings.public_url + gateway.callback_path(attempt.sid),
        sender=message.sender,
    )


def _is_over(message: Message) -> bool:
    """Its verification ended while a gateway held the text, so `withdraw` passed it over."""
    if message.verification_id is None:
        return False
    verification = db.session.get_one(Verification, message.verification_id, populate_existing=True)
    return not verification.is_pending


def _attempts_of(message: Message) -> list[Attempt]:
    rows = select(Attempt).where(Attempt.message_id == message.id).order_by(Attempt.id)
    return list(db.session.scalars(rows))


def _silent(message: Message) -> set[str]:
    """Gateways that carried an earlier text of the same verification: this one is sent because
    they did not get through."""
    if message.verification_id is None:
        return set()
    earlier = (
        select(Attempt.gateway)
        .join(Message, Message.id == Attempt.message_id)
        .where(Message.verification_id == message.verification_id, Message.id != message.id)
    )
    return set(db.session.scalars(earlier))
