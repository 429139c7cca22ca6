"""Verifications that a service asks for: started or sent again, found, approved, cancelled."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from twofactor import audit
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import Service, Verification
from twofactor.sms import receipts
from twofactor.sms.phone import Phone
from twofactor.verify import hooks, risk_budget, tenancy, verifications
from twofactor.verify.targets import Style, Target
from twofactor.words import AuditEvent, Purpose, VerificationStatus


@dataclass(frozen=True, slots=True)
class Wish:
    """What a service may say about one text."""

    phone: Phone
    device: Visitor | None = None  # the address of the person's device
    code: str | None = None  # a code of the service's own
    language: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    style: Style = Style()
    is_guarded: bool = True  # against pumping


class CodeTooShort(Exception):
    """So many guesses were made at this phone that its codes need `length` digits now."""

    def __init__(self, length: int) -> None:
        super().__init__(f"{length} digits are needed")
        self.length = length


def start(kit: Kit, service: Service, wish: Wish) -> Verification:
    """Text a code: the living one again, or a new one. One code lives for a phone at a service.

    Raises LimitReached, CountryClosed, NoSendsLeft, CodeTooShort, NotLive.
    """
    tenancy.count(kit, service.account)
    latest = of_phone(kit, service, wish.phone)
    if latest is not None and is_live(kit, latest) and wish.code is None:
        latest.tags = {**latest.tags, **wish.tags}
        latest.language = wish.language or latest.language
        latest.brand = wish.style.brand or latest.brand
        latest.app_hash = wish.style.app_hash or latest.app_hash
        db.session.flush()
        verifications.resend(kit, latest, wish.device, early=True, is_guarded=wish.is_guarded)
    else:
        latest = verifications.start(kit, _target(kit, service, wish), wish.device)
    hooks.watch(latest, service.account)
    return latest


def of_phone(kit: Kit, service: Service, phone: Phone) -> Verification | None:
    """The latest verification of a phone at a service, living or not."""
    latest = select(Verification).where(
        Verification.service_id == service.id,
        Verification.phone_fingerprint.in_(kit.keyring.fingerprints(phone.e164)),
    )
    return db.session.scalar(latest.order_by(Verification.id.desc()).limit(1))


def by_sid(service: Service, sid: str) -> Verification | None:
    """A verification of this service."""
    own = select(Verification).where(Verification.service_id == service.id)
    return db.session.scalar(own.where(Verification.sid == sid))


def is_live(kit: Kit, verification: Verification) -> bool:
    """True while a right code would be taken."""
    return verification.is_pending and kit.now() < verification.expires_at


def cancel(kit: Kit, verification: Verification) -> bool:
    """End it; False when it has ended already."""
    if not is_live(kit, verification):
        return False
    return verifications.end(verification, VerificationStatus.CANCELED, kit.now())


def approve(kit: Kit, verification: Verification) -> bool:
    """Take the service's word that the person is right; False when it has ended already."""
    now = kit.now()
    if not is_live(kit, verification):
        return False
    if not verifications.end(verification, VerificationStatus.APPROVED, now):
        return False
    receipts.confirm(verification, now)
    verifications.count_right(kit, verification)
    audit.write(kit, AuditEvent.APPROVED_BY_SERVICE, verification=verification.sid)
    return True


def _target(kit: Kit, service: Service, wish: Wish) -> Target:
    wanted = len(wish.code) if wish.code else service.code_length
    length = risk_budget.code_length(kit, service.id, wish.phone.e164, wanted, kit.now())
    if wish.code and len(wish.code) < length:
        raise CodeTooShort(length)
    return Target(
        Purpose.API,
        wish.phone,
        is_verified=_was_approved(kit, service, wish.phone),
        service=service,
        code=wish.code,
        code_length=length,
        language=wish.language or service.account.language,
        tags=wish.tags,
        style=Style(wish.style.brand or service.friendly_name, wish.style.app_hash),
        is_guarded=wish.is_guarded,
    )


def _was_approved(kit: Kit, service: Service, phone: Phone) -> bool:
    """Whether this phone has ever proved itself to this service."""
    approved = select(Verification.id).where(
        Verification.service_id == service.id,
        Verification.phone_fingerprint.in_(kit.keyring.fingerprints(phone.e164)),
        Verification.status == VerificationStatus.APPROVED,
    )
    return db.session.scalar(approved.limit(1)) is not None
