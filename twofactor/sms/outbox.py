"""The outbox: a text is a Message row first, and leaves by whoever claims the row.

Guarantee: `enqueue` writes in the caller's transaction, so a text exists exactly when the
verification does.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, exists, update

from twofactor import ids
from twofactor.kit import Kit
from twofactor.models import Attempt, Message
from twofactor.models.database import notes
from twofactor.models.messages import body_place, phone_place
from twofactor.models.prepared import Prepared, row_of
from twofactor.sms import optouts
from twofactor.sms.due import is_free
from twofactor.sms.phone import Phone
from twofactor.sms.segments import count
from twofactor.words import Channel, ErrorClass, Priority, Purpose, Status

FRESH = "texts to wake a sender for"
_ADD = row_of(Message)


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
    channel: Channel = Channel.SMS,
) -> Text:
    """Write a text, or a call with its greeting as body, into the outbox, from `sender` or else
    whom the gateway's settings name. The caller commits, then wakes who sends. To a phone that
    said STOP nothing goes: it is rejected at once (S-31)."""
    now, sid = kit.now(), ids.new_sid(ids.MESSAGE)
    message_id = _ADD.scalar(
        sid=sid,
        purpose=purpose.value,
        channel=channel.value,
        priority=Priority.NOW.value,
        verification_id=verification_id,
        phone_sealed=kit.keyring.seal(phone.e164, phone_place(sid)),
        phone_fingerprint=kit.keyring.fingerprint(phone.e164),
        phone_ending=phone.e164[-2:],
        country=phone.country,
        sender=sender,
        only_gateway=only_gateway,
        segments=count(body).parts if channel is Channel.SMS else 1,
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


def withdraw(verification_id: int, now: datetime) -> None:
    """Its verification ended: texts that still wait are not worth sending."""
    _WITHDRAW.run(of=verification_id, now=now)


def expire_due(now: datetime) -> int:
    """Settle texts that nobody wants any more, however long their gateway asked them to wait, and
    erase their bodies (S-11); how many."""
    return _EXPIRE.run(now=now)


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
_WITHDRAW = Prepared(_ENDED.where(_ROW.verification_id == bindparam("of")))
_EXPIRE = Prepared(
    _ENDED.where(
        _ROW.valid_until <= _NOW,
        ~exists().where(_ATTEMPT.message_id == _ROW.id, _ATTEMPT.outcome == ""),
    )
)
