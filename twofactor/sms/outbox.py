"""The outbox: a text is a Message row first, and leaves by whoever claims the row.

Guarantees: `enqueue` writes in the caller's transaction, so a text exists exactly when the
verification does; a row is claimed by one sender at a time; an attempt is on record before its
gateway is called; a text whose fate is unknown counts as sent and is never sent again by itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, or_, select, update

from twofactor import ids
from twofactor.extensions import db
from twofactor.gateways.base import Gateway, OutgoingSms
from twofactor.kit import Kit
from twofactor.models import Attempt, Message
from twofactor.models.database import changed
from twofactor.sms.phone import Phone
from twofactor.sms.routing import choose
from twofactor.sms.segments import count
from twofactor.sms.settle import as_failed, as_unknown
from twofactor.words import ErrorClass, Priority, Purpose, Status

LEASE = timedelta(seconds=20)  # longer than any gateway call may take
FRESH = "texts to wake a sender for"


@dataclass(frozen=True, slots=True)
class Order:
    """One attempt, on record and ready to be handed over."""

    attempt_id: int
    message_id: int
    tries: int
    gateway: Gateway
    sms: OutgoingSms
    has_others: bool  # gateways that have not been asked for this text yet


def enqueue(
    kit: Kit,
    purpose: Purpose,
    phone: Phone,
    body: str,
    valid_until: datetime,
    verification_id: int | None = None,
) -> Message:
    """Write a text into the outbox. The caller commits, then wakes the sender."""
    now = kit.now()
    message = Message(
        sid=ids.new_sid(ids.MESSAGE),
        purpose=purpose.value,
        priority=Priority.NOW.value,
        verification_id=verification_id,
        phone_fingerprint=kit.keyring.fingerprint(phone.e164),
        phone_ending=phone.e164[-2:],
        country=phone.country,
        segments=count(body).parts,
        status=Status.QUEUED.value,
        created_at=now,
        valid_until=valid_until,
        next_try_at=now,
    )
    message.phone_sealed = kit.keyring.seal(phone.e164, message.phone_place)
    message.body_sealed = kit.keyring.seal(body, message.body_place)
    db.session.add(message)
    db.session.flush()
    db.session().info.setdefault(FRESH, []).append(message.id)
    return message


def fresh() -> list[int]:
    """The ids that this session has enqueued since it was last asked; for who wakes a sender."""
    ids_of_texts: list[int] = db.session().info.pop(FRESH, [])
    return ids_of_texts


def claim(kit: Kit, only: int | None = None) -> Order | None:
    """Claim the text that waits longest, or the one with the id `only`, and put its next attempt
    on record; None when none is due.

    Rows that can't go out any more are settled on the way.
    """
    now = kit.now()
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


def withdraw(verification_ids: list[int], now: datetime) -> None:
    """Their verifications ended: texts that still wait are not worth sending."""
    waiting = update(Message).where(
        Message.verification_id.in_(verification_ids),
        Message.status == Status.QUEUED,
        _is_free(now),
    )
    changed(
        waiting.values(
            status=Status.EXPIRED.value, settled_at=now, next_try_at=None, body_sealed=None
        )
    )


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


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(Message.leased_until.is_(None), Message.leased_until <= now)


def _order(kit: Kit, message: Message, now: datetime) -> Order | None:
    """The next attempt of a claimed message, or None once the message is settled instead."""
    earlier = _attempts_of(message)
    if any(attempt.outcome == "" for attempt in earlier):
        as_unknown(earlier[-1].id, message.id, "the sender stopped in the middle", now)
        return None
    if now >= message.valid_until or message.body_sealed is None:
        as_failed(message.id, Status.EXPIRED, "", ErrorClass.EXPIRED, now)
        return None
    refused = {a.gateway for a in earlier if a.error_class != ErrorClass.RETRY}
    busy = {a.gateway for a in earlier} - refused
    choice = choose(list(kit.gateways), refused, busy | _silent(message))
    if choice is None:
        last = earlier[-1]
        as_failed(message.id, Status.FAILED, last.error_code, ErrorClass(last.error_class), now)
        return None
    attempt = Attempt(
        sid=ids.new_sid(ids.ATTEMPT),
        message_id=message.id,
        gateway=choice.gateway,
        phone_fingerprint=message.phone_fingerprint,
        country=message.country,
        status=Status.QUEUED.value,
        reason=choice.reason,
        segments=message.segments,
        created_at=now,
    )
    db.session.add(attempt)
    db.session.flush()
    message.attempt_id = attempt.id
    return Order(
        attempt_id=attempt.id,
        message_id=message.id,
        tries=message.tries,
        gateway=kit.gateways[choice.gateway],
        sms=_sms(kit, message, attempt, now),
        has_others=bool(set(kit.gateways) - refused - busy - {choice.gateway}),
    )


def _sms(kit: Kit, message: Message, attempt: Attempt, now: datetime) -> OutgoingSms:
    if message.body_sealed is None:
        raise ValueError("the body is erased")
    path = f"/webhooks/{attempt.gateway}/status?attempt={attempt.sid}"
    return OutgoingSms(
        reference=attempt.sid,
        to=kit.keyring.unseal(message.phone_sealed, message.phone_place),
        body=kit.keyring.unseal(message.body_sealed, message.body_place),
        segments=message.segments,
        validity_seconds=max(1, int((message.valid_until - now).total_seconds())),
        callback_url=kit.settings.public_url + path,
    )


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
