"""Lockouts ended by an operator who has made sure who is asking."""

from sqlalchemy import update

from twofactor import audit
from twofactor.kit import Kit, Visitor
from twofactor.models import Authenticator, User
from twofactor.models.database import changed
from twofactor.verify import authenticators, freezes, limits
from twofactor.words import AuditEvent, AuthenticatorKind


def unlock(kit: Kit, user: User, by: str = "", visitor: Visitor | None = None) -> None:
    """Forget wrong codes, pauses after a report, and phones that others took over. `by` is the
    operator's sid; empty: from the command line."""
    limits.lift(kit, limits.LOCKS, user.sid)
    for phone in authenticators.of_kind(user.id, AuthenticatorKind.PHONE):
        freezes.thaw(phone.phone_fingerprint or "")
    lost = update(Authenticator).where(
        Authenticator.user_id == user.id,
        Authenticator.withdrawn_at.is_not(None),
        Authenticator.removed_at.is_(None),
    )
    changed(lost.values(removed_at=kit.now()))
    audit.write(kit, AuditEvent.USER_UNLOCKED, user.id, visitor, by=by)
