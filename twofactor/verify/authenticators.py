"""What a user has enrolled: found, added, confirmed, removed."""

from datetime import timedelta

from sqlalchemy import or_, select, update

from twofactor import audit, ids
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import Authenticator, User
from twofactor.models.database import changed
from twofactor.sms.phone import Phone
from twofactor.verify import users
from twofactor.words import AuditEvent, AuthenticatorKind

UNDO_LIFETIME = timedelta(days=7)
CONSENT_VERSION = "2026-11-23"  # of the words about texts on the enrolment page

ENROLLED = {
    AuthenticatorKind.PHONE: AuditEvent.PHONE_ENROLLED,
    AuthenticatorKind.APP: AuditEvent.APP_ENROLLED,
    AuthenticatorKind.PASSKEY: AuditEvent.PASSKEY_ENROLLED,
    AuthenticatorKind.RECOVERY: AuditEvent.RECOVERY_CODES_MADE,
}
REMOVED = {
    AuthenticatorKind.PHONE: AuditEvent.PHONE_REMOVED,
    AuthenticatorKind.APP: AuditEvent.APP_REMOVED,
    AuthenticatorKind.PASSKEY: AuditEvent.PASSKEY_REMOVED,
    AuthenticatorKind.RECOVERY: AuditEvent.RECOVERY_CODES_REMOVED,
}


def live(user_id: int) -> list[Authenticator]:
    """All that counts as a second factor, oldest first."""
    rows = select(Authenticator).where(
        Authenticator.user_id == user_id,
        Authenticator.confirmed_at.is_not(None),
        Authenticator.removed_at.is_(None),
        Authenticator.withdrawn_at.is_(None),
    )
    return list(db.session.scalars(rows.order_by(Authenticator.id)))


def of_kind(user_id: int, kind: AuthenticatorKind) -> list[Authenticator]:
    """All of one kind that count, oldest first."""
    return [a for a in live(user_id) if a.kind == kind]


def live_app(user_id: int) -> Authenticator | None:
    """The app whose codes count."""
    return next(iter(of_kind(user_id, AuthenticatorKind.APP)), None)


def needs_second_factor(user_id: int) -> bool:
    """True when the password alone does not let this user in. Recovery codes do not count as the
    only factor, but a phone that somebody else took over still asks for another way in."""
    if any(a.kind != AuthenticatorKind.RECOVERY for a in live(user_id)):
        return True
    return has_lost_phone(user_id)


def has_lost_phone(user_id: int) -> bool:
    """True when somebody else has confirmed a phone of this user as theirs."""
    lost = select(Authenticator.id).where(
        Authenticator.user_id == user_id,
        Authenticator.withdrawn_at.is_not(None),
        Authenticator.removed_at.is_(None),
    )
    return db.session.scalar(lost.limit(1)) is not None


def live_phone(user_id: int) -> Authenticator | None:
    """The phone that codes go to: the one confirmed first."""
    return next((a for a in live(user_id) if a.kind == AuthenticatorKind.PHONE), None)


def phone_of(kit: Kit, authenticator: Authenticator) -> Phone:
    """The phone in clear, for sending."""
    sealed, country = authenticator.phone_sealed, authenticator.country
    if sealed is None or country is None:
        raise ValueError("not a phone")
    return Phone(kit.keyring.unseal(sealed, authenticator.place), country)


def add_phone(kit: Kit, user: User, phone: Phone, *, replaces: bool = False) -> Authenticator:
    """A phone that does not count before it is confirmed; pending ones are replaced (S-18).

    `replaces`: when it is confirmed, the user's older phones stop.
    """
    users.lock(user.id)
    pending = update(Authenticator).where(
        Authenticator.user_id == user.id,
        Authenticator.kind == AuthenticatorKind.PHONE,
        Authenticator.confirmed_at.is_(None),
        Authenticator.removed_at.is_(None),
    )
    changed(pending.values(removed_at=kit.now()))
    fresh = Authenticator(
        sid=ids.new_sid(ids.AUTHENTICATOR),
        user_id=user.id,
        kind=AuthenticatorKind.PHONE.value,
        phone_fingerprint=kit.keyring.fingerprint(phone.e164),
        country=phone.country,
        consent=CONSENT_VERSION,
        replaces=replaces,
        created_at=kit.now(),
    )
    fresh.phone_sealed = kit.keyring.seal(phone.e164, fresh.place)
    db.session.add(fresh)
    db.session.flush()
    return fresh


def has_phone(kit: Kit, user_id: int, phone: Phone) -> bool:
    """True when this user has enrolled this phone already."""
    prints = kit.keyring.fingerprints(phone.e164)
    return any(a.phone_fingerprint in prints for a in live(user_id))


def fingerprints(user_id: int) -> list[str]:
    """Of the phones that this user has given us and not removed, confirmed or not."""
    rows = select(Authenticator.phone_fingerprint).where(
        Authenticator.user_id == user_id,
        Authenticator.phone_fingerprint.is_not(None),
        Authenticator.removed_at.is_(None),
    )
    return [found for found in db.session.scalars(rows) if found]


def owners(kit: Kit, phone: Phone) -> list[User]:
    """Who has this phone enrolled, or is about to; the newest first."""
    rows = (
        select(User)
        .join(Authenticator, Authenticator.user_id == User.id)
        .where(
            Authenticator.phone_fingerprint.in_(kit.keyring.fingerprints(phone.e164)),
            Authenticator.removed_at.is_(None),
        )
    )
    return list(db.session.scalars(rows.order_by(User.id.desc()).distinct()))


def confirm(kit: Kit, authenticator_id: int, visitor: Visitor) -> bool:
    """The right code came back: from now on it counts. False when it was replaced meanwhile."""
    waiting = update(Authenticator).where(
        Authenticator.id == authenticator_id,
        Authenticator.confirmed_at.is_(None),
        Authenticator.removed_at.is_(None),
    )
    if changed(waiting.values(confirmed_at=kit.now(), last_used_at=kit.now())) != 1:
        return False
    authenticator = db.session.get_one(Authenticator, authenticator_id, populate_existing=True)
    audit.write(
        kit,
        ENROLLED[AuthenticatorKind(authenticator.kind)],
        authenticator.user_id,
        visitor,
        authenticator=authenticator.sid,
        consent=authenticator.consent,
    )
    return True


def note_use(kit: Kit, authenticator_id: int) -> None:
    """It was just used to log in."""
    row = update(Authenticator).where(Authenticator.id == authenticator_id)
    changed(row.values(last_used_at=kit.now()))


def remove(kit: Kit, user: User, sid: str, visitor: Visitor) -> bool:
    """Take an authenticator away. False when there is none by this sid. A phone is kept sealed for
    as long as its removal may be undone."""
    row = update(Authenticator).where(
        Authenticator.sid == sid,
        Authenticator.user_id == user.id,
        Authenticator.removed_at.is_(None),
    )
    removed = row.values(
        removed_at=kit.now(), undo_until=kit.now() + UNDO_LIFETIME, secret_sealed=None
    )
    if changed(removed) != 1:
        return False
    kind = db.session.scalars(select(Authenticator.kind).where(Authenticator.sid == sid)).one()
    audit.write(kit, REMOVED[AuthenticatorKind(kind)], user.id, visitor, authenticator=sid)
    return True


def restore(kit: Kit, user: User, sid: str) -> bool:
    """Undo the removal of a phone. False when it is too late, or it is there already."""
    row = db.session.scalar(
        select(Authenticator).where(
            Authenticator.sid == sid,
            Authenticator.user_id == user.id,
            Authenticator.removed_at.is_not(None),
            Authenticator.undo_until > kit.now(),
            Authenticator.phone_sealed.is_not(None),
        )
    )
    if row is None or has_phone(kit, user.id, phone_of(kit, row)):
        return False
    back = update(Authenticator).where(Authenticator.id == row.id)
    changed(back.values(removed_at=None, undo_until=None))
    audit.write(kit, AuditEvent.PHONE_ENROLLED, user.id, authenticator=sid)
    return True


def forget_removed(kit: Kit) -> None:
    """Erase phones whose removal can't be undone any more."""
    over = update(Authenticator).where(
        Authenticator.removed_at.is_not(None),
        Authenticator.phone_sealed.is_not(None),
        or_(Authenticator.undo_until.is_(None), Authenticator.undo_until <= kit.now()),
    )
    changed(over.values(phone_sealed=None, phone_fingerprint=None, undo_until=None))
