"""Which texts wait to be handed over now, and whether anybody has them in hand."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, bindparam, exists, or_, select

from twofactor.models import Message, OptOut, Verification
from twofactor.models.database import connection
from twofactor.models.prepared import Prepared
from twofactor.words import Priority, Status


class DueText(NamedTuple):
    """A text that is due, what became of the code in it, and whether its phone said STOP."""

    id: int
    sid: str
    batch_id: int | None
    channel: str
    verification_id: int | None
    country: str
    segments: int
    tries: int
    valid_until: datetime
    phone_sealed: bytes
    phone_fingerprint: str
    body_sealed: bytes | None
    only_gateway: str | None
    sender: str
    code_status: str | None
    code_sends: int | None
    is_stopped: bool


_ROW, _CODE, _STOP = Message.__table__.c, Verification.__table__.c, OptOut.__table__.c


def is_free(now: datetime | ColumnElement[Any]) -> ColumnElement[bool]:
    """Nobody has the message in hand."""
    return or_(_ROW.leased_until.is_(None), _ROW.leased_until <= now)


def any_waits(priority: Priority, now: datetime) -> bool:
    """True when a text of that priority could leave now. Reads only."""
    return _ANY.first(urgency=priority.value, now=now) is not None


def texts(now: datetime, most: int) -> Sequence[DueText]:
    """The texts that somebody waits for, longest waiting first, locked."""
    return [DueText(*row) for row in _WAITING.all(now=now, most=most)]


def batch(now: datetime, without: Collection[int]) -> int | None:
    """The batch whose text waits longest, of those not in `without`."""
    asked = {"urgency": Priority.BULK.value, "now": now, "without": list(without)}
    return connection().execute(_BATCH, asked).scalar()


def of_batch(batch_id: int, now: datetime, most: int) -> Sequence[DueText]:
    """Texts of one batch, locked."""
    return [DueText(*row) for row in _OF_BATCH.all(now=now, most=most, batch=batch_id)]


def _due(urgency: ColumnElement[str] | str, *columns: ColumnElement[Any]) -> Select[Any]:
    now = bindparam("now", type_=_ROW.next_try_at.type)
    return (
        select(*columns)
        .where(
            _ROW.status == Status.QUEUED.value,
            _ROW.priority == urgency,
            _ROW.next_try_at <= now,
            is_free(now),
        )
        .order_by(_ROW.next_try_at, _ROW.id)
    )


def _whole(urgency: Priority) -> Select[Any]:
    own = [_ROW[name] for name in DueText._fields if name in _ROW]
    code = _CODE.id == _ROW.verification_id
    told = [select(_CODE[name]).where(code).scalar_subquery() for name in ("status", "sends")]
    stopped = exists().where(
        _STOP.phone_fingerprint == _ROW.phone_fingerprint, _STOP.restored_at.is_(None)
    )
    waiting = _due(urgency.value, *own, *told, stopped)
    most = bindparam("most", type_=Integer())
    return waiting.limit(most).with_for_update(skip_locked=True)


_ANYBODY = bindparam("urgency", type_=_ROW.priority.type)
_ANY = Prepared(_due(_ANYBODY, _ROW.id).limit(1))
_WAITING = Prepared(_whole(Priority.NOW))
_OF_BATCH = Prepared(_whole(Priority.BULK).where(_ROW.batch_id == bindparam("batch")))
_BATCH = (
    _due(_ANYBODY, _ROW.batch_id)
    .where(_ROW.batch_id.not_in(bindparam("without", expanding=True)))
    .limit(1)
)
