"""Delivery receipts: matched with attempts, kept as they came, moved into them.

The same fact twice changes nothing (S-54, S-56), and no receipt touches a verification (S-58).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import BigInteger, Connection, Table, bindparam, case, or_, select, update
from sqlalchemy.sql.dml import UpdateBase

from twofactor.gateways.base import ParsedReceipt
from twofactor.kit import Kit
from twofactor.models import Attempt, Message
from twofactor.models.database import dialect_name
from twofactor.models.hand import write_in_group
from twofactor.models.prepared import Prepared
from twofactor.models.rows import among, among_those, folded, given
from twofactor.sms import changes, early, ledger
from twofactor.sms.early import Report
from twofactor.sms.ledger import Entry, Fact
from twofactor.words import ReceiptFate, Status


def reports(
    kit: Kit, gateway: str, receipts: Iterable[ParsedReceipt], at: datetime
) -> list[Report]:
    """The receipts of one callback, ready to be recorded."""
    return [Report(gateway, receipt, _prints(kit, receipt), at) for receipt in receipts]


def _prints(kit: Kit, receipt: ParsedReceipt) -> Sequence[str]:
    """The phone's fingerprints, where it must help to find the attempt."""
    is_needed = receipt.recipient and not receipt.attempt_sid
    return kit.keyring.fingerprints(receipt.recipient) if is_needed else ()


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


def confirm(verification_id: int, now: datetime) -> None:
    """The right code came back: the strongest receipt there is. It counts for the text that most
    likely brought it: the latest delivered one, else the latest that a gateway took."""
    write_in_group(_confirm, (verification_id, now))


def _confirm(proved: Sequence[Sequence[Any]]) -> None:
    """Of verifications, and when their codes came back."""
    dialect, latest = dialect_name(), max(now for _, now in proved)
    found = _CONFIRMED.all(now=latest, **folded(dialect, [(of,) for of, _ in proved]))
    if found:
        attempts = [(attempt_id,) for _, attempt_id in found if attempt_id is not None]
        _PROVED.run(now=latest, **folded(dialect, attempts))
        changes.note_all(message_id for message_id, _ in found)


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


_MESSAGE, _ATTEMPT = cast(Table, Message.__table__), cast(Table, Attempt.__table__)
_TEXT = _MESSAGE.alias()
_NOW = bindparam("now", type_=_MESSAGE.c.confirmed_at.type)


def _confirmed(dialect: str) -> UpdateBase:
    asked = given(dialect, {"verification_id": BigInteger()})
    likely = (
        select(_TEXT.c.id)
        .where(
            _TEXT.c.verification_id == asked.c.verification_id,
            or_(*(_TEXT.c.status == one.value for one in (Status.DELIVERED, Status.SENT))),
        )
        .order_by(case((_TEXT.c.status == Status.DELIVERED.value, 0), else_=1), _TEXT.c.id.desc())
        .limit(1)
        .correlate(asked)
        .scalar_subquery()
    )
    is_likely = among_those(dialect, _MESSAGE.c.id, select(likely).select_from(asked))
    return (
        update(_MESSAGE)
        .where(is_likely, _MESSAGE.c.confirmed_at.is_(None))
        .values(confirmed_at=_NOW)
        .returning(_MESSAGE.c.id, _MESSAGE.c.attempt_id)
    )


_CONFIRMED = Prepared(_confirmed)
_PROVED = Prepared(  # routing learns of it at once
    lambda dialect: (
        update(_ATTEMPT)
        .where(among(dialect, _ATTEMPT.c.id), _ATTEMPT.c.confirmed_at.is_(None))
        .values(confirmed_at=_NOW, judge_at=case((_ATTEMPT.c.judge_at.is_not(None), _NOW)))
    )
)
