"""Receipts that outrun our own call: kept while the call is under way, joined when it returns.

Only gateways that carry no reference of ours need this. A receipt is kept only while an attempt of
that gateway (and phone, where the receipt names one) waits for its answer, so foreign ids leave
nothing behind; the table is capped and swept all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    delete,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.gateways.base import ParsedReceipt
from twofactor.models import Attempt, EarlyReceipt
from twofactor.models.database import connection
from twofactor.models.delivery import CODE_LENGTH
from twofactor.models.prepared import Prepared
from twofactor.models.rows import among, folded
from twofactor.sms import ledger
from twofactor.sms.ledger import Fact
from twofactor.words import ErrorClass, Status

MOST_ROWS = 2000
LIFE = timedelta(minutes=10)  # a call returns within seconds, or its outcome is never known

Waiting = set[tuple[str, str]]  # gateway and phone's fingerprint; '' stands for any phone


@dataclass(frozen=True, slots=True)
class Report:
    """One receipt as it came: by which gateway, about which phone, when."""

    gateway: str
    receipt: ParsedReceipt
    prints: Sequence[str]  # the phone's fingerprints, newest first; empty where not told or needed
    at: datetime


def waiting(connection: Connection, lost: Sequence[Report]) -> Waiting:
    """Which of the phones of these reports have a call under way, their attempts locked: such a
    call can't end before what it may have to join is written."""
    lost = [report for report in lost if _is_joinable(report)]
    if not lost:
        return set()
    gateways = {report.gateway for report in lost}
    under_way = select(Attempt.gateway, Attempt.phone_fingerprint).where(
        Attempt.outcome == literal_column("''"),  # a literal, so that the partial index serves
        Attempt.gateway_ref.is_(None),
        Attempt.gateway.in_(gateways),
    )
    prints = {one for report in lost for one in report.prints}
    if all(report.prints for report in lost):
        under_way = under_way.where(Attempt.phone_fingerprint.in_(prints))
    rows = connection.execute(under_way.order_by(Attempt.id).with_for_update()).all()
    return {(row.gateway, row.phone_fingerprint) for row in rows} | {(r.gateway, "") for r in rows}


def keep(connection: Connection, lost: Sequence[Report], waiting: Waiting) -> set[int]:
    """Write down those that a call under way may have to join; the ids of their objects."""
    room = MOST_ROWS - connection.execute(select(func.count(EarlyReceipt.id))).scalar_one()
    kept: set[int] = set()
    rows: list[dict[str, object]] = []
    for report in lost:
        keys = [(report.gateway, one) for one in report.prints or [""]]
        key = next((key for key in keys if key in waiting), None)
        if key is not None and _is_joinable(report) and len(rows) < room:
            rows.append(_row(report, key[1]))
            kept.add(id(report))
    if rows:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(dialect.insert(EarlyReceipt).on_conflict_do_nothing(), rows)
    return kept


def join(attempt_ids: Sequence[int]) -> int:
    """Calls returned and these attempts have their references: take what came before; how many."""
    here = connection()
    followed = _FOLLOWED.all(**folded(here.dialect.name, [(of,) for of in attempt_ids]))
    return sum(_join(here, attempt_id) for (attempt_id,) in followed)


def _join(connection: Connection, attempt_id: int) -> int:
    (entry,) = ledger.by_ids(connection, [attempt_id])
    mine = (
        EarlyReceipt.gateway == entry.gateway,
        EarlyReceipt.gateway_ref == entry.gateway_ref,
        EarlyReceipt.phone_fingerprint.in_([entry.phone_fingerprint, ""]),
    )
    found = select(EarlyReceipt.__table__).where(*mine).order_by(EarlyReceipt.id)
    rows = connection.execute(found).all()
    facts = [Fact(entry, _receipt(row), row.received_at) for row in rows]
    connection.execute(delete(EarlyReceipt).where(*mine))
    return sum(ledger.take(connection, facts))


def forget(connection: Connection, now: datetime) -> int:
    """Drop what no call came back for; how many."""
    old = delete(EarlyReceipt).where(EarlyReceipt.received_at < now - LIFE)
    return connection.execute(old).rowcount


def _is_joinable(report: Report) -> bool:
    return bool(report.receipt.gateway_ref and not report.receipt.attempt_sid)


def _row(report: Report, fingerprint: str) -> dict[str, object]:
    receipt = report.receipt
    return {
        "gateway": report.gateway,
        "gateway_ref": receipt.gateway_ref,
        "phone_fingerprint": fingerprint,
        "status": receipt.status.value if receipt.status else None,
        "raw_status": receipt.raw_status[:CODE_LENGTH],
        "error_code": receipt.error_code[:CODE_LENGTH],
        "error_class": receipt.error_class.value if receipt.error_class else "",
        "price": receipt.price,
        "currency": receipt.currency[:3],
        "received_at": report.at,
        "done_at": receipt.done_at,
    }


def _receipt(row: Row[Any]) -> ParsedReceipt:
    return ParsedReceipt(
        gateway_ref=row.gateway_ref,
        status=Status(row.status) if row.status else None,
        raw_status=row.raw_status,
        error_code=row.error_code,
        error_class=ErrorClass(row.error_class) if row.error_class else None,
        done_at=row.done_at,
        price=row.price,
        currency=row.currency,
    )


def _followed(dialect: str) -> Select[Any]:
    """Attempts that a receipt outran."""
    own, early = Attempt.__table__.c, EarlyReceipt.__table__.c
    outran = exists().where(early.gateway == own.gateway, early.gateway_ref == own.gateway_ref)
    return select(own.id).where(among(dialect, own.id), outran).order_by(own.id)


_FOLLOWED = Prepared(_followed)
