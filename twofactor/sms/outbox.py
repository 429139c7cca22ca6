"""The outbox: a text is a Message row first, and leaves by whoever claims the row.

Guarantees: `enqueue` writes in the caller's transaction, so a text exists exactly when the
verification does; a row is claimed by one sender at a time; an attempt is on record before its
gateway is called; a text whose fate is unknown counts as sent and is never sent again by itself.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, or_, select, update

from twofactor import ids
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Attempt, Message, Verification
from twofactor.models.database import changed
from twofactor.sms import budget, call_routes, changes, optouts, rates, routes
from twofactor.sms.orders import Order, outgoing
from twofactor.sms.phone import Phone, carrier
from twofactor.sms.routes import Later, Way
from twofactor.sms.segments import count
from twofactor.sms.settle import as_failed, as_unknown
from twofactor.words import Channel, ErrorClass, Priority, Purpose, Status

LEASE = timedelta(seconds=20)  # longer than any gateway call may take
FRESH = "texts to wake a sender for"


def enqueue(
    kit: Kit,
    purpose: Purpose,
    phone: Phone,
    body: str,
    valid_until: datetime,
    verification_id: int | None = None,
    channel: Channel = Channel.SMS,
) -> Message:
    """Write a text, or a call with its greeting as body, into the outbox. The caller commits, then
    wakes the sender. To a phone that said STOP nothing goes: it is rejected at once (S-31)."""
    now = kit.now()
    message = Message(
        sid=ids.new_sid(ids.MESSAGE),
        purpose=purpose.value,
        channel=channel.value,
        priority=Priority.NOW.value,
        verification_id=verification_id,
        phone_fingerprint=kit.keyring.fingerprint(phone.e164),
        phone_ending=phone.e164[-2:],
        country=phone.country,
        segments=count(body).parts if channel is Channel.SMS else 1,
        status=Status.QUEUED.value,
        created_at=now,
        valid_until=valid_until,
        next_try_at=now,
    )
    message.phone_sealed = kit.keyring.seal(phone.e164, message.phone_place)
    message.body_sealed = kit.keyring.seal(body, message.body_place)
    if optouts.is_stopped(kit, phone.e164):
        message.refuse(Status.REJECTED, ErrorClass.OPTED_OUT, now)
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


def withdraw(verification_ids: list[int], now: datetime) -> None:
    """Their verifications ended: texts that still wait are not worth sending."""
    waiting = update(Message).where(
        Message.verification_id.in_(verification_ids),
        Message.status == Status.QUEUED,
        _is_free(now),
    )
    changed(waiting.values(_expired(now)))


def expire_due(now: datetime) -> int:
    """Settle texts that nobody wants any more, however long their gateway asked them to wait, and
    erase their bodies (S-11); how many."""
    late = update(Message).where(
        Message.status == Status.QUEUED, Message.valid_until <= now, _is_free(now)
    )
    unasked = ~exists().where(Attempt.message_id == Message.id, Attempt.outcome == "")
    return changed(late.where(unasked).values(_expired(now)))


def _expired(now: datetime) -> dict[str, object]:
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


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(Message.leased_until.is_(None), Message.leased_until <= now)


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
        out=outgoing(kit, message, attempt, phone, now),
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
    if message.channel == Channel.CALL:
        tried = busy | silent
        return call_routes.pick(kit, message.country, refused=refused, tried=tried, now=now)
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
        channel=message.channel,
        phone_fingerprint=message.phone_fingerprint,
        country=message.country,
        carrier=carrier,
        status=Status.QUEUED.value,
        reason=way.reason,
        segments=message.segments,
        price=price,
        currency=way.currency,
        created_at=now,
        judge_at=now + rates.JUDGED_AFTER if _teaches(message) else None,
    )
    db.session.add(attempt)
    db.session.flush()
    budget.charge(kit, price, way.currency, now)
    message.attempt_id = attempt.id
    changes.note(message.id)
    return attempt


def _teaches(message: Message) -> bool:
    """Whether routing learns from it: texts that hold a code."""
    return message.verification_id is not None and message.channel == Channel.SMS


def _because(refused: set[str], silent: set[str]) -> str:
    if refused:
        return f"next after {', '.join(sorted(refused))} refused it"
    return f"another way than {', '.join(sorted(silent))}" if silent else ""


def _last_error(earlier: list[Attempt]) -> tuple[str, ErrorClass]:
    if not earlier:  # every gateway is switched off
        return "no_gateway", ErrorClass.ACCOUNT
    return earlier[-1].error_code, ErrorClass(earlier[-1].error_class)


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
    """Gateways that carried an earlier text (or call) of the same verification: this one is sent
    because they did not get through."""
    if message.verification_id is None:
        return set()
    earlier = (
        select(Attempt.gateway)
        .join(Message, Message.id == Attempt.message_id)
        .where(
            Message.verification_id == message.verification_id,
            Message.channel == message.channel,
            Message.id != message.id,
        )
    )
    return set(db.session.scalars(earlier))
