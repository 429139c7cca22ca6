"""Which texts wait to be handed over now, and whether anybody has them in hand."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, or_, select

from twofactor.extensions import db
from twofactor.models import Message
from twofactor.words import Priority, Status

DueText = Row[Any]  # the columns of `_COLUMNS`

_ROW = Message.__table__.c
_COLUMNS = (
    _ROW.id,
    _ROW.sid,
    _ROW.batch_id,
    _ROW.channel,
    _ROW.verification_id,
    _ROW.country,
    _ROW.segments,
    _ROW.tries,
    _ROW.valid_until,
    _ROW.phone_sealed,
    _ROW.phone_fingerprint,
    _ROW.body_sealed,
    _ROW.only_gateway,
    _ROW.sender,
)


def is_free(now: datetime | ColumnElement[Any]) -> ColumnElement[bool]:
    """Nobody has the message in hand."""
    return or_(_ROW.leased_until.is_(None), _ROW.leased_until <= now)


def any_waits(priority: Priority, now: datetime) -> bool:
    """True when a text of that priority could leave now. Reads only."""
    asked = {"priority": priority.value, "now": now}
    return db.session.connection().execute(_ANY, asked).first() is not None


def texts(now: datetime, most: int) -> Sequence[DueText]:
    """The texts that somebody waits for, longest waiting first, locked."""
    asked = {"priority": Priority.NOW.value, "now": now, "most": most}
    return db.session.connection().execute(_WAITING, asked).all()


def batch(now: datetime, without: Collection[int]) -> int | None:
    """The batch whose text waits longest, of those not in `without`."""
    asked = {"priority": Priority.BULK.value, "now": now, "without": list(without)}
    return db.session.connection().execute(_BATCH, asked).scalar()


def of_batch(batch_id: int, now: datetime, most: int) -> Sequence[DueText]:
    """Texts of one batch, locked."""
    asked = {"priority": Priority.BULK.value, "now": now, "most": most, "batch": batch_id}
    return db.session.connection().execute(_OF_BATCH, asked).all()


def _due(*columns: ColumnElement[Any]) -> Select[Any]:
    now = bindparam("now", type_=_ROW.next_try_at.type)
    return (
        select(*columns)
        .where(
            _ROW.status == Status.QUEUED.value,
            _ROW.priority == bindparam("priority"),
            _ROW.next_try_at <= now,
            is_free(now),
        )
        .order_by(_ROW.next_try_at, _ROW.id)
    )


_ANY = _due(_ROW.id).limit(1)
_WAITING = _due(*_COLUMNS).limit(bindparam("most")).with_for_update(skip_locked=True)
_OF_BATCH = _WAITING.where(_ROW.batch_id == bindparam("batch"))
_BATCH = (
    _due(_ROW.batch_id).where(_ROW.batch_id.not_in(bindparam("without", expanding=True))).limit(1)
)
