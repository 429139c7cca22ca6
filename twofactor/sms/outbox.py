"""The outbox: a text is a Message row first, and leaves by whoever claims the row.

Guarantee: `enqueue` writes in the caller's transaction, so a text exists exactly when the
verification does.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam, exists, select, update

from twofactor import ids
from twofactor.kit import Kit
from twofactor.models import Attempt, Message
from twofactor.models.database import dialect_name, notes
from twofactor.models.hand import write_in_group
from twofactor.models.messages import body_place, phone_place
from twofactor.models.prepared import Prepared
from twofactor.models.row_of import RowOf
from twofactor.models.rows import among, folded
from twofactor.sms import optouts
from twofactor.sms.due import is_free
from twofactor.sms.phone import Phone
from twofactor.sms.segments import count
from twofactor.words import Channel, ErrorClass, Priority, Purpose, Status

FRESH = "texts to wake a sender for"
_ADD = RowOf(Message)


class Text(NamedTuple):
    """A text in the outbox."""

    id: int
    sid: str
    created_at: datetime
    channel: str  # Channel


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
    has_stopped: bool | None = None,
) -> Text:
    """Write a text, or a call with its greeting as body, into the outbox, from `sender` or else
    whom the gateway's settings name. The caller commits, then wakes who sends. To a phone that
    said STOP nothing goes: it is rejected at once (S-31); who has just looked whether it
    `has_stopped` says so."""
    now = kit.now()
    sid = ids.dated_sid(ids.MESSAGE, now)
    row = _ADD.in_order(
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
        **_fate(kit, phone, sid, body, now, has_stopped),
    )
    text = Text(_ADD.add_in_group(row), sid, now, channel.value)
    notes().setdefault(FRESH, []).append(text)
    return text


def _fate(
    kit: Kit, phone: Phone, sid: str, body: str, now: datetime, has_stopped: bool | None
) -> dict[str, object]:
    """Waiting to be sent, or settled before anybody tries."""
    if has_stopped or (has_stopped is None and optouts.is_stopped(kit, phone.e164)):
        reason = ErrorClass.OPTED_OUT.value
        return {"status": Status.REJECTED.value, "error_class": reason, "settled_at": now}
    body_sealed = kit.keyring.seal(body, body_place(sid))
    return {"status": Status.QUEUED.value, "next_try_at": now, "body_sealed": body_sealed}


def of_verification(verification_id: int) -> list[Text]:
    """Its texts and calls, oldest first."""
    return [Text(*row) for row in _OF_VERIFICATION.all(of=verification_id)]


def fresh_texts() -> list[Text]:
    """What was enqueued in the transaction at hand, or in this session, since it was last asked."""
    texts: list[Text] = notes().pop(FRESH, [])
    return texts


def fresh() -> list[int]:
    """The ids of the same, for who wakes a sender."""
    return [text.id for text in fresh_texts()]


def withdraw(verification_id: int, now: datetime) -> None:
    """Its verification ended: texts that still wait are not worth sending."""
    write_in_group(_withdraw, (verification_id, now))


def _withdraw(ended: Sequence[Sequence[Any]]) -> None:
    """Of verifications, and when they ended."""
    ids = [(of,) for of, _ in ended]
    latest = max(now for _, now in ended)
    _WITHDRAW.run(now=latest, **folded(dialect_name(), ids))


def expire_due(now: datetime) -> int:
    """Settle texts that nobody wants any more, however long their gateway asked them to wait, and
    erase their bodies (S-11); how many."""
    return _EXPIRE.run(now=now)


_ROW, _ATTEMPT = Message.__table__.c, Attempt.__table__.c
_OF_VERIFICATION = Prepared(
    select(_ROW.id, _ROW.sid, _ROW.created_at, _ROW.channel)
    .where(_ROW.verification_id == bindparam("of"))
    .order_by(_ROW.id)
)
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
_WITHDRAW = Prepared(lambda dialect: _ENDED.where(among(dialect, cast(Any, _ROW.verification_id))))
_EXPIRE = Prepared(
    _ENDED.where(
        _ROW.valid_until <= _NOW,
        ~exists().where(_ATTEMPT.message_id == _ROW.id, _ATTEMPT.outcome == ""),
    )
)
