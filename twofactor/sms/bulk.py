"""Texts to many: a batch is one text to many phones, each phone once.

Guarantees: a batch has at most one message a phone, whoever puts it how often (a unique constraint
of the database, under every data key); what is put survives any crash, and goes on where it was.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from twofactor import ids
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Batch, Message
from twofactor.models.database import changed
from twofactor.models.messages import body_place, phone_place
from twofactor.sms.phone import Phone
from twofactor.sms.segments import count
from twofactor.words import Priority, Purpose, Status

CHUNK = 1000  # rows in one transaction


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a batch."""

    phone: Phone
    body: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is, in texts."""

    total: int
    waiting: int
    sent: int  # handed to a gateway, whatever became of them
    failed: int  # nobody took them


def named(name: str) -> Batch | None:
    """The batch of that name."""
    return db.session.scalar(select(Batch).where(Batch.name == name))


def open_batch(kit: Kit, name: str, purpose: Purpose, *, has_own_bodies: bool) -> Batch:
    """The batch of that name, made when there is none yet. Raises ValueError for a name that
    another purpose has taken."""
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    row = {
        "sid": ids.new_sid(ids.BATCH),
        "name": name,
        "purpose": purpose.value,
        "has_own_bodies": has_own_bodies,
        "created_at": kit.now(),
    }
    db.session.execute(dialect.insert(Batch.__table__).values(row).on_conflict_do_nothing())
    batch = db.session.scalars(select(Batch).where(Batch.name == name)).one()
    if batch.purpose != purpose:
        raise ValueError(f"the batch {name!r} is of another kind: {batch.purpose}")
    return batch


def without_text(kit: Kit, batch: Batch, phones: Collection[Phone]) -> set[Phone]:
    """Those that have no text of this batch yet."""
    prints = {p: kit.keyring.fingerprints(p.e164) for p in phones}
    asked = [one for each in prints.values() for one in each]
    known = select(Message.phone_fingerprint).where(
        Message.batch_id == batch.id, Message.phone_fingerprint.in_(asked)
    )
    have = set(db.session.scalars(known))
    return {phone for phone, each in prints.items() if have.isdisjoint(each)}


def put(kit: Kit, batch: Batch, texts: Sequence[Text], valid_until: datetime) -> int:
    """Write texts into the outbox, in the caller's transaction; how many are new. A phone that has
    one of this batch gets no second."""
    left = without_text(kit, batch, [text.phone for text in texts])
    rows = [_row(kit, batch, text, valid_until) for text in texts if text.phone in left]
    if not rows:
        return 0
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    new = dialect.insert(Message.__table__).on_conflict_do_nothing().returning(Message.id)
    return len(db.session.execute(new, rows).all())


def stop(kit: Kit, batch: Batch) -> int:
    """What waits never leaves; how many texts that were."""
    now = kit.now()
    changed(update(Batch).where(Batch.id == batch.id).values(stopped_at=now))
    waiting = update(Message).where(
        Message.batch_id == batch.id,
        Message.status == Status.QUEUED,
        (Message.leased_until.is_(None)) | (Message.leased_until <= now),
    )
    ended = {"status": Status.EXPIRED.value, "settled_at": now, "next_try_at": None}
    return changed(waiting.values(**ended, body_sealed=None))


def progress(batch: Batch) -> Progress:
    """Counted from the rows, so it is right after any crash."""
    counted = (
        select(Message.status, Message.sent_at.is_not(None).label("left"), func.count().label("n"))
        .where(Message.batch_id == batch.id)
        .group_by(Message.status, Message.sent_at.is_not(None))
    )
    rows = db.session.execute(counted).all()
    waiting = sum(row.n for row in rows if row.status == Status.QUEUED)
    sent = sum(row.n for row in rows if row.left)
    total = sum(row.n for row in rows)
    return Progress(total, waiting, sent, total - waiting - sent)


def _row(kit: Kit, batch: Batch, text: Text, valid_until: datetime) -> dict[str, object]:
    now = kit.now()
    sid = ids.dated_sid(ids.MESSAGE, now)
    return {
        "sid": sid,
        "purpose": batch.purpose,
        "priority": Priority.BULK.value,
        "batch_id": batch.id,
        "phone_sealed": kit.keyring.seal(text.phone.e164, phone_place(sid)),
        "phone_fingerprint": kit.keyring.fingerprint(text.phone.e164),
        "phone_ending": text.phone.e164[-2:],
        "country": text.phone.country,
        "body_sealed": kit.keyring.seal(text.body, body_place(sid)),
        "segments": count(text.body).parts,
        "status": Status.QUEUED.value,
        "error_code": "",
        "error_class": "",
        "tries": 0,
        "created_at": now,
        "valid_until": valid_until,
        "next_try_at": now,
    }
