"""What a user has enrolled: found, added, confirmed, removed."""

from sqlalchemy import select, update

from twofactor import audit, ids
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import Authenticator, User
from twofactor.models.database import changed
from twofactor.sms.phone import Phone
from twofactor.verify import users
from twofactor.words import AuditEvent, AuthenticatorKind

CONSENT_VERSION = "2026-11"  # of the words about texts on the enrolment page


def live(user_id: int) -> list[Authenticator]:
    """All that counts as a second factor, oldest first."""
    rows = select(Authenticator).where(
        Authenticator.user_id == user_id,
        Authenticator.confirmed_at.is_not(None),
        Authenticator.removed_at.is_(None),
    )
    return list(db.session.scalars(rows.order_by(Authenticator.id)))


def live_phone(user_id: int) -> Authenticator | None:
    """The phone that codes go to: the one confirmed first."""
    return next((a for a in live(user_id) if a.kind == AuthenticatorKind.PHONE), None)


def phone_of(kit: Kit, authenticator: Authenticator) -> Phone:
    """The phone in clear, for sending."""
    sealed, country = authenticator.phone_sealed, authenticator.country
    if sealed is None or country is None:
        raise ValueError("not a phone")
    return Phone(kit.keyring.unseal(sealed, authenticator.place), country)


def add_phone(kit: Kit, user: User, phone: Phone) -> Authenticator:
    """A phone that does not count before it is confirmed; pending ones are replaced (S-18)."""
    users.lock(user.id)
    pending = update(Authenticator).where(
        Authenticator.user_id == user.id,
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
        AuditEvent.PHONE_ENROLLED,
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
    """Take an authenticator away. False when there is none by this sid."""
    row = update(Authenticator).where(
        Authenticator.sid == sid,
        Authenticator.user_id == user.id,
        Authenticator.removed_at.is_(None),
    )
    erased = row.values(removed_at=kit.now(), phone_sealed=None, phone_fingerprint=None)
    if changed(erased) != 1:
        return False
    audit.write(kit, AuditEvent.PHONE_REMOVED, user.id, visitor, authenticator=sid)
    return True
