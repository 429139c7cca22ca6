"""Where receipts are written down: each fact once, then attempt and message by the move table.

Works on many at a time and on the caller's connection, without ORM objects: few statements for a
whole group, however many receipts it holds. Nothing here touches a verification (S-58).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from operator import attrgetter

from sqlalchemy import Connection

from twofactor.gateways.base import ParsedReceipt
from twofactor.models.database import at_once
from twofactor.models.delivery import CODE_LENGTH
from twofactor.models.rows import folded
from twofactor.sms import changes, optouts
from twofactor.sms.moves import moved
from twofactor.sms.postings import ACCEPTED, LEARNT, MOVED, postings
from twofactor.words import ErrorClass, OptOutSource, ReceiptFlag, Status

OLD = timedelta(days=7)  # what is told of an older message is kept, but moves nothing (S-56)


@dataclass(slots=True)
class Entry:
    """An attempt as its locked row has it, and below what new facts make of it."""

    id: int
    sid: str
    message_id: int
    gateway: str
    gateway_ref: str | None
    phone_fingerprint: str
    status: str
    outcome: str
    created_at: datetime
    sent_at: datetime | None

    error_code: str = ""
    error_class: str = ""
    settled_at: datetime | None = None
    price: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One receipt, the attempt it belongs to, and when it came."""

    entry: Entry
    receipt: ParsedReceipt
    at: datetime

    @property
    def key(self) -> tuple[int, str, str]:
        """What makes it the same fact when it comes again."""
        receipt = self.receipt
        return self.entry.id, receipt.raw_status[:CODE_LENGTH], receipt.error_code[:CODE_LENGTH]


def by_sids(connection: Connection, sids: Iterable[str]) -> list[Entry]:
    """The attempts with these sids of ours, locked until the transaction ends."""
    dialect = connection.dialect.name
    wanted = folded(dialect, [(sid,) for sid in sids])
    return [Entry(*row) for row in connection.execute(postings(dialect).by_sids, wanted)]


def by_ids(connection: Connection, ids: Iterable[int]) -> list[Entry]:
    """The attempts of these row numbers, locked until the transaction ends."""
    dialect = connection.dialect.name
    wanted = folded(dialect, [(of,) for of in ids])
    return [Entry(*row) for row in connection.execute(postings(dialect).by_ids, wanted)]


def by_refs(connection: Connection, gateway: str, refs: Iterable[str]) -> list[Entry]:
    """The attempts that a gateway knows by these ids, locked until the transaction ends."""
    dialect = connection.dialect.name
    wanted = {"gateway": gateway, **folded(dialect, [(ref,) for ref in refs])}
    return [Entry(*row) for row in connection.execute(postings(dialect).by_refs, wanted)]


def take(connection: Connection, facts: Sequence[Fact]) -> list[bool]:
    """Write facts down, in order; for each whether it is new. Their entries were read in the
    same transaction, one an attempt."""
    known = _known(connection, facts)
    news = _News()
    are_new = []
    for fact in facts:
        are_new.append(fact.key not in known)
        if fact.key not in known:
            known.add(fact.key)
            news.add(fact)
    if news.receipts:
        _write(connection, news)
    return are_new


@dataclass(slots=True)
class _News:
    """What new facts change."""

    receipts: list[tuple[object, ...]] = field(default_factory=list)  # each as KEPT
    learnt: dict[int, Entry] = field(default_factory=dict)  # by id
    moved: dict[int, Entry] = field(default_factory=dict)
    stops: list[Fact] = field(default_factory=list)

    def add(self, fact: Fact) -> None:
        entry, (status, flag) = fact.entry, _judged(fact)
        self.receipts.append(_row(fact, flag, is_moved=status is not None))
        if _learns(fact):
            self.learnt[entry.id] = entry
        if status is not None:
            _move(fact, status)
            self.moved[entry.id] = entry
            if status.is_failure and fact.receipt.error_class is ErrorClass.OPTED_OUT:
                self.stops.append(fact)


def _known(connection: Connection, facts: Sequence[Fact]) -> set[tuple[int, str, str]]:
    if not facts:
        return set()
    dialect = connection.dialect.name
    wanted = folded(dialect, [(of,) for of in {fact.entry.id for fact in facts}])
    return {(*row,) for row in connection.execute(postings(dialect).known, wanted)}


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


def _row(fact: Fact, flag: str, *, is_moved: bool) -> tuple[object, ...]:
    """A receipt's row, in the order of KEPT."""
    attempt_id, raw_status, error_code = fact.key
    status, done_at = fact.receipt.status, fact.receipt.done_at
    gateway = fact.entry.gateway
    return (
        *(attempt_id, gateway, status, raw_status, error_code),
        *(is_moved, flag, fact.at, done_at),
    )


def _learns(fact: Fact) -> bool:
    """Put into the entry what the gateway tells for the first time; False for nothing."""
    entry, receipt = fact.entry, fact.receipt
    has_ref = entry.gateway_ref is None and bool(receipt.gateway_ref)
    if has_ref:
        entry.gateway_ref = receipt.gateway_ref
    has_price = entry.price is None and receipt.price is not None
    if has_price:
        entry.price, entry.currency = receipt.price, receipt.currency[:3]
    return has_ref or has_price


def _move(fact: Fact, status: Status) -> None:
    entry, receipt = fact.entry, fact.receipt
    if entry.outcome == "":
        entry.outcome, entry.sent_at = ACCEPTED, entry.created_at  # called right after
    entry.status = status.value
    if status.is_final:
        entry.settled_at = fact.at
        entry.error_code = receipt.error_code[:CODE_LENGTH]
        entry.error_class = receipt.error_class.value if receipt.error_class else ""


def _write(connection: Connection, news: _News) -> None:
    """In the order of attempts, so that two processes lock alike."""
    dialect = connection.dialect.name
    said = postings(dialect)
    moves: dict[str, list[tuple[object, ...]]] = {}
    for entry in _in_order(news.moved):
        moves.setdefault(entry.status, []).append(attrgetter(*MOVED)(entry))
    with at_once(connection):
        connection.execute(said.keep, folded(dialect, news.receipts))
        for status, moved_rows in moves.items():
            rows = folded(dialect, moved_rows)
            for statement in said.move[status]:
                connection.execute(statement, rows)
        if news.learnt:
            learnt = map(attrgetter(*LEARNT), _in_order(news.learnt))
            connection.execute(said.learn, folded(dialect, learnt))
        changed = _in_order(news.learnt | news.moved)
        if changed:
            changes.note_many(connection, [entry.message_id for entry in changed])
    if news.stops:  # a gateway that knows of a STOP tells us so in the receipt (S-31)
        prints = [fact.entry.phone_fingerprint for fact in news.stops]
        optouts.stop(connection, prints, OptOutSource.GATEWAY, news.stops[-1].at)


def _in_order(entries: dict[int, Entry]) -> list[Entry]:
    return [entries[of] for of in sorted(entries)]
