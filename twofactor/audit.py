"""The audit: append-only, always written in the transaction of what it tells of (S-67)."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Row, Table, select

from twofactor.browser import in_words
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import AuditEntry, User
from twofactor.models import rows as many
from twofactor.models.hand import write_late
from twofactor.models.prepared import Prepared
from twofactor.words import AuditEvent


def write(
    kit: Kit,
    event: AuditEvent,
    user_id: int | None = None,
    visitor: Visitor | None = None,
    **detail: str | int | None,
) -> None:
    """Append one entry. `detail` holds sids, names and counts; never a code, phone or address."""
    whose = kit.keyring.pseudonym("address", visitor.address) if visitor else ""
    browser = in_words(visitor.user_agent) if visitor else ""
    row = (kit.now(), event.value, user_id, whose, browser, detail)
    write_late(_write, row)


def _write(rows: list[Sequence[object]]) -> None:
    many.write(_ENTRIES, rows)


_TABLE = cast(Table, AuditEntry.__table__)
_KINDS = {
    name: _TABLE.c[name].type for name in ("at", "event", "user_id", "visitor", "browser", "detail")
}
_ENTRIES = Prepared(lambda dialect: many.insert(dialect, _TABLE, _KINDS))


def pages(
    event: str, email: str, before: int | None, most: int
) -> Sequence[Row[AuditEntry, str | None]]:
    """Entries with their user's e-mail address, newest first; empty words leave a filter open,
    `before` is the id that the page before ended with."""
    found = select(AuditEntry, User.email).outerjoin(User, User.id == AuditEntry.user_id)
    if event:
        found = found.where(AuditEntry.event == event)
    if email:
        found = found.where(User.email == email.lower())
    if before is not None:
        found = found.where(AuditEntry.id < before)
    return db.session.execute(found.order_by(AuditEntry.id.desc()).limit(most)).all()


def recent(user_id: int, most: int = 10, before: int | None = None) -> list[AuditEntry]:
    """A user's latest entries, newest first; with `before` those older than that entry."""
    entries = select(AuditEntry).where(AuditEntry.user_id == user_id)
    if before is not None:
        entries = entries.where(AuditEntry.id < before)
    return list(db.session.scalars(entries.order_by(AuditEntry.id.desc()).limit(most)))


def of_user(user_id: int, entry_id: int) -> AuditEntry | None:
    """One entry, if it is this user's."""
    entry = select(AuditEntry).where(AuditEntry.id == entry_id, AuditEntry.user_id == user_id)
    return db.session.scalar(entry)
