"""Delivery receipts: matched with attempts, kept as they came, moved into them.

The same fact twice changes nothing (S-54, S-56), and no receipt touches a verification (S-58).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, case, select, update

from twofactor.extensions import db
from twofactor.gateways.base import ParsedReceipt
from twofactor.kit import Kit
from twofactor.models import Attempt, Message, Verification
from twofactor.models.database import changed
from twofactor.sms import changes, early, ledger
from twofactor.sms.early import Report
from twofactor.sms.ledger import Entry, Fact
from twofactor.words import ReceiptFate, Status


def reports(
    kit: Kit, gateway: str, receipts: Iterable[ParsedReceipt], at: datetime
) -> list[Report]:
    """The receipts of one callback, ready to be recorded."""
    return [Report(gateway, receipt, _prints(kit, receipt), at) for receipt in receipts]


def _prints(kit: Kit, receipt: ParsedReceipt) -> list[str]:
    """The phone's fingerprints, where it must help to find the attempt."""
    is_needed = receipt.recipient and not receipt.attempt_sid
    return kit.keyring.fingerprints(receipt.recipient) if is_needed else []


def record(
    connection: Connection, callbacks: Sequence[Sequence[Report]]
) -> list[list[ReceiptFate]]:
    """Take the receipts of many callbacks, in order, in the caller's transaction. What became of
    each receipt of each callback."""
    flat = [report for callback in callbacks for report in callback]
    entries = _entries(connection, flat)
    kept: set[int] = set()
    lost = [report for report, entry in zip(flat, entries, strict=True) if entry is None]
    if lost and (waiting := early.waiting(connection, lost)):
        entries = _entries(connection, flat)  # one of the calls may just have returned
        lost = [report for report, entry in zip(flat, entries, strict=True) if entry is None]
        kept = early.keep(connection, lost, waiting)
    found = zip(flat, entries, strict=True)
    facts = [Fact(entry, report.receipt, report.at) for report, entry in found if entry]
    news = iter(ledger.take(connection, facts))
    fates = iter(
        [
            _fate(next(news) if entry else None, is_kept=id(report) in kept)
            for report, entry in zip(flat, entries, strict=True)
        ]
    )
    return [[next(fates) for _ in callback] for callback in callbacks]


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
    confirmed = row.values(confirmed_at=now).returning(Message.id, Message.attempt_id)
    for message_id, attempt_id in db.session.execute(confirmed).all():
        attempt = update(Attempt).where(Attempt.id == attempt_id, Attempt.confirmed_at.is_(None))
        soon = case((Attempt.judge_at.is_not(None), now), else_=None)
        changed(attempt.values(confirmed_at=now, judge_at=soon))
        changes.note(message_id)


def _fate(is_new: bool | None, *, is_kept: bool) -> ReceiptFate:
    if is_new is not None:
        return ReceiptFate.TAKEN if is_new else ReceiptFate.KNOWN
    return ReceiptFate.EARLY if is_kept else ReceiptFate.UNKNOWN


def _entries(connection: Connection, wanted: Sequence[Report]) -> list[Entry | None]:
    """For each report the attempt it belongs to, all locked; one object an attempt."""
    by_id: dict[int, Entry] = {}
    by_sid: dict[tuple[str, str], Entry] = {}
    by_ref: dict[tuple[str, str | None], list[Entry]] = {}
    sids = [report.receipt.attempt_sid for report in wanted if report.receipt.attempt_sid]
    refs: dict[str, list[str]] = {}
    for report in wanted:
        if not report.receipt.attempt_sid:
            refs.setdefault(report.gateway, []).append(report.receipt.gateway_ref)
    for entry in ledger.by_sids(connection, sids) if sids else []:
        by_id[entry.id] = by_sid[entry.gateway, entry.sid] = entry
    for gateway in sorted(refs):
        for entry in ledger.by_refs(connection, gateway, refs[gateway]):
            one = by_id.setdefault(entry.id, entry)
            by_ref.setdefault((gateway, one.gateway_ref), []).append(one)
    return [_match(report, by_sid, by_ref) for report in wanted]


def _match(
    report: Report,
    by_sid: dict[tuple[str, str], Entry],
    by_ref: dict[tuple[str, str | None], list[Entry]],
) -> Entry | None:
    """By our own reference where the receipt carries one, else by the gateway's, and by the
    recipient where one reference covers many."""
    receipt = report.receipt
    if receipt.attempt_sid:
        entry = by_sid.get((report.gateway, receipt.attempt_sid))
        fits = entry is not None and entry.gateway_ref in (None, receipt.gateway_ref)
        return entry if fits else None
    found = by_ref.get((report.gateway, receipt.gateway_ref), [])
    if report.prints:
        found = [entry for entry in found if entry.phone_fingerprint in report.prints]
    return found[0] if len(found) == 1 else None
