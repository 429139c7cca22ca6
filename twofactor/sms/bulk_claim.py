"""Claiming texts to many, a call's worth at a time, at the pace of their gateway."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, bindparam, insert, or_, select, update

from twofactor import ids
from twofactor.extensions import db
from twofactor.gateways.base import Gateway, OutgoingSms
from twofactor.kit import Kit
from twofactor.models import Attempt, Batch, Message
from twofactor.models.messages import body_place, phone_place
from twofactor.sms import budget, changes, optouts, pace
from twofactor.sms.bulk import stop
from twofactor.sms.bulk_way import ways
from twofactor.sms.routes import Way
from twofactor.sms.settle import as_failed
from twofactor.words import ErrorClass, Priority, Status

MESSAGES = cast(Table, Message.__table__)
ATTEMPTS = cast(Table, Attempt.__table__)
LEASE = timedelta(minutes=3)  # a batch may take as many calls as it has bodies
MOST = 1000
BATCHES_AT_ONCE = 5

MessageRow = Any  # a row of `_due`


@dataclass(frozen=True, slots=True)
class Claimed:
    """One text, its attempt on record."""

    attempt_id: int
    message_id: int
    tries: int
    has_others: bool
    sms: OutgoingSms


@dataclass(frozen=True, slots=True)
class Load:
    """What one call to one gateway takes."""

    gateway: Gateway
    texts: tuple[Claimed, ...]


def is_due(now: datetime) -> bool:
    """True when a text to many waits. Reads only."""
    return db.session.scalar(_due(now).with_only_columns(Message.id).limit(1)) is not None


def claim(kit: Kit) -> Load | None:
    """Claim the texts that wait longest, of one batch and for one gateway, and put their attempts
    on record; None when none may leave now. Rows that can't go out any more are settled on the way.
    """
    now = kit.now()
    paced: list[int] = []  # batches whose gateways may be given nothing now
    while len(paced) < BATCHES_AT_ONCE:
        head = db.session.execute(_due(now).where(Message.batch_id.not_in(paced)).limit(1)).first()
        if head is None:
            return None
        batch = db.session.get_one(Batch, head.batch_id)
        if batch.stopped_at is not None:
            stop(kit, batch)
            continue
        load = _claim_of(kit, batch, now)
        if load is not None:
            return load
        paced.append(batch.id)
    return None


def _claim_of(kit: Kit, batch: Batch, now: datetime) -> Load | None:
    due = _due(now).where(Message.batch_id == batch.id).limit(MOST)
    rows = db.session.execute(due.with_for_update(skip_locked=True)).all()
    stopped = optouts.stopped_among([row.phone_fingerprint for row in rows])
    good = [(row.id, row.country) for row in rows if _is_good(row, stopped, now)]
    found = ways(kit, good, now)
    for gateway, group in _by_gateway(kit, rows, found).items():
        size = gateway.batch_size if gateway.mixes_bodies or not batch.has_own_bodies else 1
        load = _load(kit, gateway, group[:size], found, now)
        if load is not None:
            return load
    return None


def _due(now: datetime) -> Select[Any]:
    row = MESSAGES.c
    return (
        select(
            row.id,
            row.sid,
            row.batch_id,
            row.country,
            row.segments,
            row.tries,
            row.valid_until,
            row.phone_sealed,
            row.phone_fingerprint,
            row.body_sealed,
        )
        .where(
            Message.status == Status.QUEUED,
            Message.priority == Priority.BULK,
            Message.next_try_at <= now,
            _is_free(now),
        )
        .order_by(Message.next_try_at, Message.id)
    )


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(Message.leased_until.is_(None), Message.leased_until <= now)


def _is_good(row: MessageRow, stopped: set[str], now: datetime) -> bool:
    """False for a text past its life, or to a phone that said STOP; that one is settled."""
    if row.phone_fingerprint in stopped:
        as_failed(row.id, Status.REJECTED, "", ErrorClass.OPTED_OUT, now)
        return False
    if now < row.valid_until and row.body_sealed is not None:
        return True
    as_failed(row.id, Status.EXPIRED, "", ErrorClass.EXPIRED, now)
    return False


def _by_gateway(
    kit: Kit, rows: Sequence[MessageRow], found: dict[int, Way]
) -> dict[Gateway, list[MessageRow]]:
    groups: dict[Gateway, list[MessageRow]] = {}
    for row in rows:
        if row.id in found:
            groups.setdefault(kit.gateways[found[row.id].gateway], []).append(row)
    return groups


def _load(
    kit: Kit, gateway: Gateway, rows: list[MessageRow], found: dict[int, Way], now: datetime
) -> Load | None:
    """Take what the pace allows; None when that is nothing."""
    allowed = pace.allowance(kit, gateway, now)
    taken: list[MessageRow] = []
    segments = 0
    for row in rows:
        if segments >= allowed.segments:
            break
        taken.append(row)
        segments += row.segments
    if not taken or not allowed.take(segments, now):
        return None
    attempts = _put_attempts(gateway, taken, found, now)
    _charge(kit, taken, found, now)
    changes.note_many(db.session.connection(), [row.id for row in taken])
    _lease(taken, attempts, now)
    texts = tuple(
        Claimed(
            attempts[row.id][0],
            row.id,
            row.tries + 1,
            found[row.id].has_others,
            _sms(kit, gateway, row, attempts[row.id][1], now),
        )
        for row in taken
    )
    return Load(gateway, texts)


def _cost(row: MessageRow, way: Way) -> Decimal | None:
    return None if way.price is None else way.price * row.segments


def _charge(kit: Kit, rows: list[MessageRow], found: dict[int, Way], now: datetime) -> None:
    """What the price list says of them, once a currency, against the day's budget."""
    totals: dict[str, Decimal] = {}
    for row in rows:
        way = found[row.id]
        totals[way.currency] = totals.get(way.currency, Decimal(0)) + (_cost(row, way) or 0)
    for currency, amount in totals.items():
        budget.charge(kit, amount, currency, now)


def _put_attempts(
    gateway: Gateway, rows: list[MessageRow], found: dict[int, Way], now: datetime
) -> dict[int, tuple[int, str]]:
    """Message id to the id and sid of its new attempt."""
    values = [
        {
            "sid": ids.new_sid(ids.ATTEMPT),
            "message_id": row.id,
            "gateway": gateway.name,
            "phone_fingerprint": row.phone_fingerprint,
            "country": row.country,
            "status": Status.QUEUED.value,
            "reason": found[row.id].reason,
            "segments": row.segments,
            "price": _cost(row, found[row.id]),
            "currency": found[row.id].currency,
            "created_at": now,
        }
        for row in rows
    ]
    new = insert(ATTEMPTS).returning(Attempt.message_id, Attempt.id, Attempt.sid)
    return {m: (number, sid) for m, number, sid in db.session.execute(new, values)}


def _lease(rows: list[MessageRow], attempts: dict[int, tuple[int, str]], now: datetime) -> None:
    row = MESSAGES.c
    leased = (
        update(MESSAGES)
        .where(row.id == bindparam("message"))
        .values(attempt_id=bindparam("attempt"), leased_until=now + LEASE, tries=row.tries + 1)
    )
    pairs = [{"message": one.id, "attempt": attempts[one.id][0]} for one in rows]
    db.session.connection().execute(leased, pairs)


def _sms(kit: Kit, gateway: Gateway, row: MessageRow, sid: str, now: datetime) -> OutgoingSms:
    path = f"/webhooks/{gateway.name}/status?attempt={sid}"
    return OutgoingSms(
        reference=sid,
        to=kit.keyring.unseal(row.phone_sealed, phone_place(row.sid)),
        body=kit.keyring.unseal(row.body_sealed, body_place(row.sid)),
        segments=row.segments,
        validity_seconds=max(1, int((row.valid_until - now).total_seconds())),
        callback_url=kit.settings.public_url + path,
    )
