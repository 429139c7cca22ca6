"""Where receipts are written down: each fact once, then attempt and message by the move table.

Works on many at a time and on the caller's connection, without ORM objects: few statements for a
whole group, however many receipts it holds. Nothing here touches a verification (S-58).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Connection,
    Update,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from twofactor.gateways.base import ParsedReceipt
from twofactor.models import Attempt, Message, Receipt
from twofactor.models.delivery import CODE_LENGTH
from twofactor.sms import changes, optouts
from twofactor.sms.moves import moved, replaceable
from twofactor.words import ErrorClass, OptOutSource, ReceiptFlag, Status

OLD = timedelta(days=7)  # what is told of an older message is kept, but moves nothing (S-56)


@dataclass(slots=True)
class Entry:
    """An attempt as its locked row has it; facts change it, and then it is written back."""

    id: int
    sid: str
    message_id: int
    gateway: str
    gateway_ref: str | None
    phone_fingerprint: str
    status: str
    outcome: str
    error_code: str
    error_class: str
    price: Decimal | None
    currency: str
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One receipt, the attempt it belongs to, and when it came."""

    entry: Entry
    receipt: ParsedReceipt
    at: datetime

    @property
    def digest(self) -> str:
        """What makes it the same fact when it comes again."""
        parts = (str(self.entry.id), self.receipt.raw_status, self.receipt.error_code)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def by_sids(connection: Connection, sids: Sequence[str]) -> list[Entry]:
    """The attempts with these sids of ours, locked until the transaction ends."""
    return [Entry(*row) for row in connection.execute(_BY_SID, {"sids": sids})]


def by_ids(connection: Connection, ids: Sequence[int]) -> list[Entry]:
    """The attempts of these row numbers, locked until the transaction ends."""
    return [Entry(*row) for row in connection.execute(_BY_ID, {"ids": ids})]


def by_refs(connection: Connection, gateway: str, refs: Sequence[str]) -> list[Entry]:
    """The attempts that a gateway knows by these ids, locked until the transaction ends."""
    values = {"gateway": gateway, "refs": refs}
    return [Entry(*row) for row in connection.execute(_BY_REF, values)]


def take(connection: Connection, facts: Sequence[Fact]) -> list[bool]:
    """Write facts down, in order; for each whether it is new. Their entries were read in the
    same transaction, one an attempt."""
    digests = [fact.digest for fact in facts]
    known = set(connection.execute(_KNOWN, {"facts": digests}).scalars()) if facts else set()
    rows: list[dict[str, Any]] = []
    moves: list[tuple[Fact, Status]] = []
    news = []
    for digest, fact in zip(digests, facts, strict=True):
        news.append(digest not in known)
        if digest in known:
            continue
        known.add(digest)
        status, flag = _judged(fact)
        rows.append(_row(fact, digest, flag, is_moved=status is not None))
        _change(fact, status)
        if status is not None:
            moves.append((fact, status))
    if rows:
        connection.execute(insert(Receipt), rows)
        _write_back(connection, [fact for fact, is_new in zip(facts, news, strict=True) if is_new])
        _move_messages(connection, moves)
        changes.note_many(connection, [fact.entry.message_id for fact in facts])
        _mark_opt_outs(connection, [fact for fact, status in moves if status.is_failure])
    return news


def _judged(fact: Fact) -> tuple[Status | None, str]:
    """The status that a new fact moves its attempt to, or None; and what is odd about it."""
    reported, present = _proven(fact), Status(fact.entry.status)
    if fact.at - fact.entry.created_at > OLD:
        return None, ReceiptFlag.OLD.value
    if reported is None or reported is present:
        return None, ""
    if moved(present, reported) is reported:
        return reported, ""
    return None, ReceiptFlag.CONTRADICTS.value if reported.is_final else ""


def _proven(fact: Fact) -> Status | None:
    """Whatever a receipt says, it proves that the gateway took the text: while the answer is not on
    record, and it may never be, that is news."""
    reported = fact.receipt.status
    if fact.entry.outcome == "" and reported in (None, Status.QUEUED):
        return Status.SENT
    return reported


def _row(fact: Fact, digest: str, flag: str, *, is_moved: bool) -> dict[str, Any]:
    receipt = fact.receipt
    return {
        "fact": digest,
        "attempt_id": fact.entry.id,
        "gateway": fact.entry.gateway,
        "status": receipt.status.value if receipt.status else None,
        "raw_status": receipt.raw_status[:CODE_LENGTH],
        "error_code": receipt.error_code[:CODE_LENGTH],
        "moved": is_moved,
        "flag": flag,
        "received_at": fact.at,
        "done_at": receipt.done_at,
    }


def _change(fact: Fact, status: Status | None) -> None:
    """What a new fact makes of its attempt."""
    entry, receipt = fact.entry, fact.receipt
    entry.gateway_ref = entry.gateway_ref or receipt.gateway_ref or None
    if receipt.price is not None and entry.price is None:
        entry.price, entry.currency = receipt.price, receipt.currency[:3]
    if status is None:
        return
    if entry.outcome == "":
        entry.outcome, entry.sent_at = "accepted", entry.created_at  # called right after
    entry.status = status.value
    if status.is_final:
        entry.settled_at = fact.at
        entry.error_code = receipt.error_code[:CODE_LENGTH]
        entry.error_class = receipt.error_class.value if receipt.error_class else ""
    if status is Status.DELIVERED:
        entry.delivered_at = fact.at


def _write_back(connection: Connection, facts: Sequence[Fact]) -> None:
    entries = {fact.entry.id: fact.entry for fact in facts}.values()
    rows = [
        {"of": entry.id, **{name: getattr(entry, name) for name in _WRITTEN}} for entry in entries
    ]
    connection.execute(_ATTEMPT, rows)


def _move_messages(connection: Connection, moves: Sequence[tuple[Fact, Status]]) -> None:
    """A message follows its latest attempt, and whichever attempt delivers it."""
    by_status: dict[Status, list[dict[str, Any]]] = {}
    for fact, status in moves:
        entry = fact.entry
        row: dict[str, Any] = {"of": entry.message_id, "by": entry.id, "sent": entry.sent_at}
        if status.is_final:
            row |= {
                "settled_at": fact.at,
                "error_code": entry.error_code,
                "error_class": entry.error_class,
            }
        by_status.setdefault(status, []).append(row)
    for status, rows in by_status.items():
        connection.execute(_MESSAGES[status], rows)


def _mark_opt_outs(connection: Connection, failures: Sequence[Fact]) -> None:
    """A gateway that knows of a STOP tells us so in the receipt (S-31)."""
    told = [fact for fact in failures if fact.receipt.error_class is ErrorClass.OPTED_OUT]
    prints = [fact.entry.phone_fingerprint for fact in told]
    if told:
        optouts.stop(connection, prints, OptOutSource.GATEWAY, told[-1].at)


def _message(status: Status) -> Update:
    """The statement by which a message moves to a status."""
    low = or_(*(Message.status == value for value in replaceable(status)))
    row = update(Message).where(Message.id == bindparam("of"), low)
    if status is not Status.DELIVERED:
        row = row.where(Message.attempt_id == bindparam("by"))
    values: dict[str, Any] = {"status": status.value}
    values |= {"next_try_at": None, "leased_until": None, "body_sealed": None}  # it has left
    sent_at = bindparam("sent", type_=Message.__table__.c.sent_at.type)
    values["sent_at"] = func.coalesce(Message.sent_at, sent_at)
    if status.is_final:
        values |= {name: bindparam(name) for name in ("settled_at", "error_code", "error_class")}
    return row.values(values)


_COLUMNS = tuple(getattr(Attempt, name) for name in Entry.__dataclass_fields__)
# In the order of ids, so that two processes lock alike; two statements, so that each has its index.
_LOCKED = select(*_COLUMNS).order_by(Attempt.id).with_for_update()
_BY_SID = _LOCKED.where(Attempt.sid.in_(bindparam("sids", expanding=True)))
_BY_ID = _LOCKED.where(Attempt.id.in_(bindparam("ids", expanding=True)))
_BY_REF = _LOCKED.where(
    Attempt.gateway == bindparam("gateway"),
    Attempt.gateway_ref.in_(bindparam("refs", expanding=True)),
)
_WRITTEN = (
    "gateway_ref",
    "status",
    "outcome",
    "sent_at",
    "error_code",
    "error_class",
    "price",
    "currency",
    "delivered_at",
    "settled_at",
)
_KNOWN = select(Receipt.fact).where(Receipt.fact.in_(bindparam("facts", expanding=True)))
_ATTEMPT = (
    update(Attempt)
    .where(Attempt.id == bindparam("of"))
    .values({name: bindparam(name) for name in _WRITTEN})
)
_MESSAGES: dict[Status, Update] = {
    status: _message(status) for status in set(Status) - {Status.QUEUED}
}
