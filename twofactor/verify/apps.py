"""Authenticator apps: enrolled by a secret and one right code; each code is taken once."""

from datetime import timedelta

from sqlalchemy import or_, select, update

from twofactor import ids
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import Authenticator, User
from twofactor.models.database import changed
from twofactor.verify import authenticators, totp
from twofactor.words import AuthenticatorKind

PENDING_LIFETIME = timedelta(hours=1)


def pending(kit: Kit, user: User) -> Authenticator:
    """The app that waits for its first code: the same row while a person reloads the page."""
    waiting = select(Authenticator).where(
        Authenticator.user_id == user.id,
        Authenticator.kind == AuthenticatorKind.APP,
        Authenticator.confirmed_at.is_(None),
        Authenticator.removed_at.is_(None),
        Authenticator.created_at > kit.now() - PENDING_LIFETIME,
    )
    found = db.session.scalar(waiting.order_by(Authenticator.id.desc()).limit(1))
    if found is not None:
        return found
    fresh = Authenticator(
        sid=ids.new_sid(ids.AUTHENTICATOR),
        user_id=user.id,
        kind=AuthenticatorKind.APP.value,
        created_at=kit.now(),
    )
    fresh.secret_sealed = kit.keyring.seal(totp.new_secret(), fresh.secret_place)
    db.session.add(fresh)
    db.session.flush()
    return fresh


def secret_of(kit: Kit, app: Authenticator) -> str:
    """The secret in clear, for showing it once and for checking codes."""
    if app.secret_sealed is None:
        raise ValueError("not an app")
    return kit.keyring.unseal(app.secret_sealed, app.secret_place)


def take(kit: Kit, app: Authenticator, code: str) -> bool:
    """True for a right code of a step later than any taken before (S-14; RFC 6238 section 5.2)."""
    step = totp.step_of(secret_of(kit, app), code, kit.now())
    if step is None:
        return False
    later = update(Authenticator).where(
        Authenticator.id == app.id,
        Authenticator.removed_at.is_(None),
        or_(Authenticator.last_step.is_(None), Authenticator.last_step < step),
    )
    return changed(later.values(last_step=step, last_used_at=kit.now())) == 1


def confirm(kit: Kit, user: User, app: Authenticator, visitor: Visitor) -> bool:
    """The first right code came: this app counts from now on, and an older one no longer."""
    older = authenticators.of_kind(user.id, AuthenticatorKind.APP)
    if not authenticators.confirm(kit, app.id, visitor):
        return False
    for other in older:
        authenticators.remove(kit, user, other.sid, visitor)
    return True
