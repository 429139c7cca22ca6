"""Verifications that a service asks for: started or sent again, found, approved, cancelled."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from twofactor import audit
from twofactor.kit import Kit, Visitor
from twofactor.sms import receipts
from twofactor.sms.phone import Phone
from twofactor.verify import entries, glance, hooks, limits, risk_budget, tenancy, verifications
from twofactor.verify.entries import Entry
from twofactor.verify.glance import Glance, Wanted
from twofactor.verify.limits import Counts
from twofactor.verify.targets import NO_TAGS, Style, Target
from twofactor.verify.tenants import Tenant
from twofactor.words import AuditEvent, Channel, Purpose, VerificationStatus


class Wish(NamedTuple):
    """What a service may say about one text."""

    device: Visitor | None = None  # the address of the person's device
    code: str | None = None  # a code of the service's own
    language: str = ""
    tags: Mapping[str, str] = NO_TAGS
    style: Style = Style()
    is_guarded: bool = True  # against pumping
    channel: Channel = Channel.SMS
    counts: Counts = ()  # what else it is counted against


class CodeTooShort(Exception):
    """So many guesses were made at this phone that its codes need `length` digits now."""

    def __init__(self, length: int) -> None:
        super().__init__(f"{length} digits are needed")
        self.length = length


def foresee(kit: Kit, wanted: Sequence[Wanted], also: Counts) -> None:
    """Have starts of a group find at hand what they will look at: phones, services, limits, and
    what is `also` counted. What is out of the ordinary they read themselves."""
    counts = [*also]
    for one, service_id in zip(wanted, glance.foresee(kit, wanted), strict=True):
        if service_id is not None:
            counts.append(risk_budget.of(service_id, one.phone.e164))
        counts += limits.of_send(one.phone, None, is_verified=False, is_guarded=True)
    limits.foresee(kit, counts, kit.now())


def start(kit: Kit, seen: Glance, wish: Wish) -> Entry:
    """Text a code to the phone that was `seen` or read it aloud: the living one again, or a new
    one. One code lives for a phone at a service.

    Raises LimitReached, CountryClosed, NoSendsLeft, CodeTooShort, NotLive, NoCalls.
    """
    service, latest = seen.service, seen.latest
    counts = (*wish.counts, *tenancy.counts(kit, service))
    if latest is not None and is_live(kit, latest) and wish.code is None:
        latest.tags = {**latest.tags, **wish.tags}
        latest.language = wish.language or latest.language
        latest.brand = wish.style.brand or latest.brand
        latest.app_hash = wish.style.app_hash or latest.app_hash
        entries.adopt(latest)
        verifications.resend(
            kit,
            latest,
            wish.device,
            early=True,
            is_guarded=wish.is_guarded,
            channel=wish.channel,
            counts=counts,
        )
        latest.channel = wish.channel.value
        latest.sends += 1
    else:
        is_verified = latest is not None and _has_proved_itself(kit, service, seen.phone, latest)
        target = _target(kit, seen, wish, counts, is_verified=is_verified)
        latest = verifications.start(kit, target, wish.device, seen.standing)
    if service.listens:
        hooks.watch(latest.id)
    return latest


def is_live(kit: Kit, verification: Entry) -> bool:
    """True while a right code would be taken."""
    return verification.is_pending and kit.now() < verification.expires_at


def cancel(kit: Kit, verification: Entry) -> bool:
    """End it; False when it has ended already."""
    if not is_live(kit, verification):
        return False
    return verifications.end(kit, verification.id, VerificationStatus.CANCELED, kit.now())


def approve(kit: Kit, verification: Entry) -> bool:
    """Take the service's word that the person is right; False when it has ended already."""
    now = kit.now()
    if not is_live(kit, verification):
        return False
    if not verifications.end(kit, verification.id, VerificationStatus.APPROVED, now):
        return False
    receipts.confirm(verification.id, now)
    verifications.count_right(kit, verification)
    audit.write(kit, AuditEvent.APPROVED_BY_SERVICE, verification=verification.sid)
    return True


def _has_proved_itself(kit: Kit, service: Tenant, phone: Phone, latest: Entry) -> bool:
    """Now or ever; most did the last time."""
    if latest.status == VerificationStatus.APPROVED:
        return True
    return entries.was_approved(service.id, kit.keyring.fingerprints(phone.e164))


def _target(kit: Kit, seen: Glance, wish: Wish, counts: Counts, *, is_verified: bool) -> Target:
    service, latest = seen.service, seen.latest
    wanted = len(wish.code) if wish.code else service.code_length
    length = risk_budget.code_length(kit, service.id, seen.phone.e164, latest, wanted, kit.now())
    if wish.code and len(wish.code) < length:
        raise CodeTooShort(length)
    return Target(
        Purpose.API,
        seen.phone,
        is_verified=is_verified,
        service=service,
        code=wish.code,
        code_length=length,
        language=wish.language or service.language,
        tags=wish.tags,
        style=Style(wish.style.brand or service.friendly_name, wish.style.app_hash),
        is_guarded=wish.is_guarded,
        channel=wish.channel,
        # Whatever is pending is the latest one: each ends those before it.
        older=[(latest.id, latest.expires_at)] if latest and latest.is_pending else [],
        counts=counts,
    )
