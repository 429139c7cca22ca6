"""The outbox: a text is a Message row first, and leaves by whoever claims the row.

Guarantee: `enqueue` writes in the caller's transaction, so a text exists exactly when the
verification does.
"""

from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, exists, update

from twofactor import ids
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Attempt, Message
from twofactor.sms import optouts
from twofactor.sms.due import is_free
from twofactor.sms.phone import Phone
from twofactor.sms.segments import count
from twofactor.words import ErrorClass, Priority, Purpose, Status

FRESH = "texts to wake a sender for"


def enqueue(
    kit: Kit,
    purpose: Purpose,
    phone: Phone,
    body: str,
    valid_until: datetime,
    verification_id: int | None = None,
    sender: str = "",
) -> Message:
    """Write a text into the outbox, from `sender` or else whom the gateway's settings name. The
    caller commits, then wakes who sends. To a phone that said STOP nothing goes: its text is
    rejected at once (S-31)."""
    now = kit.now()
    message = Message(
        sid=ids.new_sid(ids.MESSAGE),
        purpose=purpose.value,
        priority=Priority.NOW.value,
        verification_id=verification_id,
        phone_fingerprint=kit.keyring.fingerprint(phone.e164),
        phone_ending=phone.e164[-2:],
        country=phone.country,
        sender=sender,
        segments=count(body).parts,
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


def withdraw(verification_ids: list[int], now: datetime) -> None:
    """Their verifications ended: texts that still wait are not worth sending."""
    asked = {"verifications": verification_ids, "now": now}
    db.session.connection().execute(_WITHDRAW, asked)


def expire_due(now: datetime) -> int:
    """Settle texts that nobody wants any more, however long their gateway asked them to wait, and
    erase their bodies (S-11); how many."""
    return db.session.connection().execute(_EXPIRE, {"now": now}).rowcount


_ROW, _ATTEMPT = Message.__table__.c, Attempt.__table__.c
_NOW = bindparam("now", type_=_ROW.created_at.type)
_ENDED = (
    update(cast(Table, Message.__table__))
    .where(_ROW.status == Status.QUEUED.value, is_free(_NOW))
    .values(
        status=Status.EXPIRED.value,
        error_class=ErrorClass.EXPIRED.value,
        settled_at=_NOW,
        next_try_at=None,
        leased_until=None,
        body_sealed=None,
    )
)
_WITHDRAW = _ENDED.where(_ROW.verification_id.in_(bindparam("verifications", expanding=True)))
_EXPIRE = _ENDED.where(
    _ROW.valid_until <= _NOW,
    ~exists().where(_ATTEMPT.message_id == _ROW.id, _ATTEMPT.outcome == ""),
)
