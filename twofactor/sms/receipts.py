"""Delivery receipts: kept as they came, and moved into attempt and message by the move table.

The hot path: no ORM objects, prepared statements on the writer's connection, so that many receipts
share one commit. The same fact twice changes nothing (S-54, S-56); nothing here touches a
verification (S-58).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, case, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.extensions import db
from twofactor.gateways.base import ParsedReceipt
from twofactor.kit import Kit
from twofactor.models import Attempt, Message, Receipt, Verification
from twofactor.sms import changes
from twofactor.sms.moves import replaceable
from twofactor.words import Status


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of the receipts of one callback."""

    taken: int = 0
    known: int = 0  # had been taken before
    unknown: int = 0  # belong to no attempt of ours


def record(
    connection: Connection,
    kit: Kit,
    gateway: str,
    receipts: Sequence[ParsedReceipt],
    now: datetime,
) -> Recorded:
    """Take the receipts of one callback, in order, in the caller's transaction."""
    taken = known = unknown = 0
    for receipt in receipts:
        attempt = _attempt(connection, kit, gateway, receipt)
        if attempt is None:
            unknown += 1
        elif _take(connection, attempt, gateway, receipt, now):
            taken += 1
        else:
            known += 1
    return Recorded(taken, known, unknown)


def confirm(verification: Verification, now: datetime) -> None:
    """The right code came back: the strongest receipt there is. It counts for the text that most
    likely brought it: the latest delivered one, else the latest that a gateway took."""
    likely = (
        select(Message.id)
        .where(
            Message.verification_id == verification.id,
            Message.status.in_([Status.DELIVERED, Status.SENT]),
        )
        .order_by(case((Message.status == Status.DELIVERED, 0), else_=1), Message.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = update(Message).where(Message.id == likely, Message.confirmed_at.is_(None))
    confirmed = row.values(confirmed_at=now).returning(Message.id)
    for message_id in db.session.scalars(confirmed):
        changes.note(message_id)


def fact_of(attempt_id: int, receipt: ParsedReceipt) -> str:
    """What makes a receipt the same fact when it comes again."""
    parts = (str(attempt_id), receipt.raw_status, receipt.error_code)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


AttemptRow = Row[int, int, str | None]


def _attempt(
    connection: Connection, kit: Kit, gateway: str, receipt: ParsedReceipt
) -> AttemptRow | None:
    """The attempt a receipt belongs to: by our own reference where it carries one, else by the
    gateway's (and the recipient where one reference covers many)."""
    found = select(Attempt.id, Attempt.message_id, Attempt.gateway_ref).where(
        Attempt.gateway == gateway
    )
    if receipt.attempt_sid:
        same = or_(Attempt.gateway_ref.is_(None), Attempt.gateway_ref == receipt.gateway_ref)
        return connection.execute(found.where(Attempt.sid == receipt.attempt_sid, same)).first()
    found = found.where(Attempt.gateway_ref == receipt.gateway_ref)
    if receipt.recipient:
        prints = kit.keyring.fingerprints(receipt.recipient)
        found = found.where(Attempt.phone_fingerprint.in_(prints))
    rows = connection.execute(found.limit(2)).all()
    return rows[0] if len(rows) == 1 else None


def _take(
    connection: Connection,
    attempt: AttemptRow,
    gateway: str,
    receipt: ParsedReceipt,
    now: datetime,
) -> bool:
    """Append the fact and move what it moves; False when it is known already."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = {
        "fact": fact_of(attempt.id, receipt),
        "attempt_id": attempt.id,
        "gateway": gateway,
        "status": receipt.status.value if receipt.status else None,
        "raw_status": receipt.raw_status[:64],
        "error_code": receipt.error_code[:64],
        "moved": False,
        "received_at": now,
        "done_at": receipt.done_at,
    }
    once = dialect.insert(Receipt).values(row).on_conflict_do_nothing(index_elements=["fact"])
    if connection.execute(once).rowcount != 1:
        return False
    if attempt.gateway_ref is None and receipt.gateway_ref:
        own = update(Attempt).where(Attempt.id == attempt.id, Attempt.gateway_ref.is_(None))
        connection.execute(own.values(gateway_ref=receipt.gateway_ref))
    if receipt.status is not None and _move(connection, attempt, receipt, receipt.status, now):
        fact = update(Receipt).where(Receipt.fact == row["fact"])
        connection.execute(fact.values(moved=True))
    return True


def _move(
    connection: Connection,
    attempt: AttemptRow,
    receipt: ParsedReceipt,
    status: Status,
    now: datetime,
) -> bool:
    """Move the attempt, and the message when this attempt is its latest or did deliver."""
    low = replaceable(status)
    values: dict[str, object] = {"status": status.value}
    if status.is_final:
        values |= {
            "settled_at": now,
            "error_code": receipt.error_code[:64],
            "error_class": receipt.error_class.value if receipt.error_class else "",
        }
    extra: dict[str, object] = {"delivered_at": now} if status is Status.DELIVERED else {}
    if receipt.price is not None:
        extra |= {"price": receipt.price, "currency": receipt.currency[:3]}
    own = update(Attempt).where(Attempt.id == attempt.id, Attempt.status.in_(low))
    if connection.execute(own.values(values | extra)).rowcount != 1:
        return False
    message = update(Message).where(Message.id == attempt.message_id, Message.status.in_(low))
    if status is not Status.DELIVERED:
        message = message.where(Message.attempt_id == attempt.id)
    if status.is_final:  # nobody may send it any more
        values |= {"next_try_at": None, "leased_until": None, "body_sealed": None}
    connection.execute(message.values(values))
    changes.note(attempt.message_id, connection)
    return True
