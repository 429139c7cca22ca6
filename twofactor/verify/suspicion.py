"""Signs that somebody else knows a password: right once, and then wrong codes (S-68)."""

from datetime import datetime

from sqlalchemy import func, select

from twofactor.extensions import db
from twofactor.models import AuditEntry, Session, Verification
from twofactor.words import AuditEvent, Purpose


def since_last_login(session: Session) -> str | None:
    """What to tell somebody who is logging in now; None when nothing happened. The wrong codes of
    this very login are their own."""
    since = _last_login(session.user_id)
    foreign = select(func.count()).where(
        Verification.user_id == session.user_id,
        Verification.purpose == Purpose.LOGIN,
        Verification.session_id != session.id,
        Verification.checks > 0,
        Verification.status != "approved",
    )
    other = select(AuditEntry.detail).where(
        AuditEntry.user_id == session.user_id, AuditEntry.event == AuditEvent.CODE_WRONG
    )
    if since is not None:
        foreign = foreign.where(Verification.created_at > since)
        other = other.where(AuditEntry.at > since)
    by_text = db.session.scalar(foreign) or 0
    named = (detail.get("session", session.sid) for detail in db.session.scalars(other))
    if not by_text and all(sid == session.sid for sid in named):
        return None
    return (
        "Since your last login somebody typed your password right and then wrong codes. "
        "If it was not you, change your password now."
    )


def _last_login(user_id: int) -> datetime | None:
    entries = select(AuditEntry.at).where(
        AuditEntry.user_id == user_id, AuditEntry.event == AuditEvent.LOGGED_IN
    )
    return db.session.scalar(entries.order_by(AuditEntry.id.desc()).limit(1))
