"""Remembered browsers: off by default, 256 random bits, thirty days, one user each (S-39)."""

from datetime import timedelta

from sqlalchemy import select, update

from twofactor import audit, ids
from twofactor.browser import in_words
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import RememberedBrowser, User
from twofactor.models.database import changed
from twofactor.words import AuditEvent

LIFETIME = timedelta(days=30)


def remember(kit: Kit, user: User, visitor: Visitor) -> str:
    """The token that the browser keeps; it is known only now."""
    token, now = ids.new_token(), kit.now()
    row = RememberedBrowser(
        sid=ids.new_sid(ids.REMEMBERED),
        user_id=user.id,
        token_hash=kit.keyring.hash_token(token),
        browser=in_words(visitor.user_agent),
        created_at=now,
        seen_at=now,
        expires_at=now + LIFETIME,
    )
    db.session.add(row)
    audit.write(kit, AuditEvent.BROWSER_REMEMBERED, user.id, visitor, browser=row.sid)
    return token


def recognise(kit: Kit, token: str, user: User) -> bool:
    """True for a living token of this very user; notes that it was seen."""
    row = update(RememberedBrowser).where(
        RememberedBrowser.token_hash == kit.keyring.hash_token(token),
        RememberedBrowser.user_id == user.id,
        RememberedBrowser.ended_at.is_(None),
        RememberedBrowser.expires_at > kit.now(),
    )
    return changed(row.values(seen_at=kit.now())) == 1


def of_user(kit: Kit, user_id: int) -> list[RememberedBrowser]:
    """A user's living ones, the latest seen first."""
    rows = select(RememberedBrowser).where(
        RememberedBrowser.user_id == user_id,
        RememberedBrowser.ended_at.is_(None),
        RememberedBrowser.expires_at > kit.now(),
    )
    return list(db.session.scalars(rows.order_by(RememberedBrowser.seen_at.desc())))


def forget(kit: Kit, user_id: int, sid: str | None, visitor: Visitor) -> int:
    """Forget one, or with None all; how many."""
    rows = update(RememberedBrowser).where(
        RememberedBrowser.user_id == user_id, RememberedBrowser.ended_at.is_(None)
    )
    if sid is not None:
        rows = rows.where(RememberedBrowser.sid == sid)
    ended = changed(rows.values(ended_at=kit.now()))
    if ended:
        audit.write(kit, AuditEvent.BROWSER_FORGOTTEN, user_id, visitor, browsers=ended)
    return ended
