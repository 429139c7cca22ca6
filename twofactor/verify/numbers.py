"""A confirmed phone: what it replaces on this account, and whom it is taken from elsewhere."""

from sqlalchemy import select, update

from twofactor import audit
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import Authenticator, Session, User
from twofactor.models.database import changed
from twofactor.sms.sentences import Notice
from twofactor.verify import authenticators, endings, notices
from twofactor.words import AuditEvent, AuthenticatorKind


def confirm(kit: Kit, session: Session, authenticator_id: int, visitor: Visitor) -> bool:
    """The right code came back from a new phone. False when it was replaced meanwhile.

    Only now do older phones stop (S-18); their numbers and the e-mail are told, with a way back.
    """
    user = session.user
    older = authenticators.of_kind(user.id, AuthenticatorKind.PHONE)
    if not authenticators.confirm(kit, authenticator_id, visitor):
        return False
    fresh = db.session.get_one(Authenticator, authenticator_id, populate_existing=True)
    endings.end_all(kit, user.id, keep=session)
    _settle_withdrawn(kit, user)
    if fresh.replaces and older:
        _replace(kit, user, older, fresh, visitor)
    else:
        notices.tell(kit, user, Notice.PHONE_ADDED, visitor, added=fresh.sid)
    _withdraw_elsewhere(kit, fresh)
    return True


def remove(kit: Kit, session: Session, sid: str, visitor: Visitor) -> bool:
    """Take a phone away; its number is told. False when there is none by this sid."""
    user = session.user
    owned = authenticators.of_kind(user.id, AuthenticatorKind.PHONE)
    phone = next((a for a in owned if a.sid == sid), None)
    if phone is None:
        return False
    number = authenticators.phone_of(kit, phone)
    authenticators.remove(kit, user, sid, visitor)
    endings.end_all(kit, user.id, keep=session)
    notices.tell(kit, user, Notice.PHONE_REMOVED, visitor, old_phone=number, old_phone_sid=sid)
    return True


def _replace(
    kit: Kit, user: User, older: list[Authenticator], fresh: Authenticator, visitor: Visitor
) -> None:
    for phone in older:
        number = authenticators.phone_of(kit, phone)
        authenticators.remove(kit, user, phone.sid, visitor)
        audit.write(kit, AuditEvent.PHONE_CHANGED, user.id, visitor, authenticator=fresh.sid)
        notices.tell(
            kit,
            user,
            Notice.PHONE_CHANGED,
            visitor,
            old_phone=number,
            old_phone_sid=phone.sid,
            added=fresh.sid,
        )


def _settle_withdrawn(kit: Kit, user: User) -> None:
    """Phones that others took over earlier are replaced by this one."""
    lost = update(Authenticator).where(
        Authenticator.user_id == user.id,
        Authenticator.withdrawn_at.is_not(None),
        Authenticator.removed_at.is_(None),
    )
    changed(lost.values(removed_at=kit.now()))


def _withdraw_elsewhere(kit: Kit, fresh: Authenticator) -> None:
    """Numbers are recycled: whoever proves one now owns it, and older owners are told by mail.

    Their accounts go on asking for a second factor, so that nobody gets in by password alone.
    Whoever signed up a second time with their own address keeps the phone on both accounts.
    """
    email = select(User.email).where(User.id == fresh.user_id).scalar_subquery()
    others = (
        select(Authenticator)
        .join(User, User.id == Authenticator.user_id)
        .where(
            User.email != email,
            Authenticator.phone_fingerprint == fresh.phone_fingerprint,
            Authenticator.user_id != fresh.user_id,
            Authenticator.confirmed_at.is_not(None),
            Authenticator.removed_at.is_(None),
            Authenticator.withdrawn_at.is_(None),
        )
    )
    for phone in list(db.session.scalars(others)):
        row = update(Authenticator).where(Authenticator.id == phone.id)
        changed(row.values(withdrawn_at=kit.now()))
        owner = db.session.get_one(User, phone.user_id)
        endings.end_all(kit, owner.id, keep=None)
        audit.write(kit, AuditEvent.PHONE_WITHDRAWN, owner.id, authenticator=phone.sid)
        notices.tell(kit, owner, Notice.PHONE_WITHDRAWN)
