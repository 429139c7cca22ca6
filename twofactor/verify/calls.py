"""Codes read aloud: the call is put into the outbox, and says its code once a key is pressed."""

from dataclasses import dataclass

from sqlalchemy import select

from twofactor.extensions import db
from twofactor.gateways.base import KeyPress
from twofactor.kit import Kit
from twofactor.models import Attempt, Message, Verification
from twofactor.sms import call_routes, outbox, speech
from twofactor.sms.phone import Phone
from twofactor.verify.entries import Entry
from twofactor.verify.targets import NoCalls
from twofactor.words import Channel, Purpose, Status


@dataclass(frozen=True, slots=True)
class Said:
    """What a call says, and in which language."""

    sentences: list[str]
    language: str


def are_offered(kit: Kit) -> bool:
    """True when some gateway calls."""
    return bool(call_routes.callers(kit))


def check_offered(kit: Kit, channel: Channel) -> None:
    """Raise NoCalls for a call where none can be made."""
    if channel is Channel.CALL and not are_offered(kit):
        raise NoCalls


def enqueue(kit: Kit, verification: Entry, phone: Phone) -> None:
    """Write a call into the outbox. Its body is the greeting; the code stays with us."""
    purpose = Purpose(verification.purpose)
    brand = verification.brand or kit.settings.brand
    greeting = speech.greeting(brand, purpose, verification.language)
    until, of = verification.expires_at, verification.id
    outbox.enqueue(kit, purpose, phone, greeting, until, of, channel=Channel.CALL)


def say(kit: Kit, gateway: str, press: KeyPress) -> Said | None:
    """Somebody pressed a key: the code while it lives and the call goes on, else that it is over.
    None for a call that is none of ours."""
    found = (
        select(Attempt, Verification)
        .select_from(Attempt)
        .join(Message, Message.id == Attempt.message_id)
        .join(Verification, Verification.id == Message.verification_id)
        .where(
            Attempt.sid == press.attempt_sid,
            Attempt.gateway == gateway,
            Attempt.channel == Channel.CALL,
        )
    )
    row = db.session.execute(found).first()
    if row is None or not _fits(kit, row[0], press):
        return None
    attempt, verification = row[0], row[1]
    language = speech.spoken(verification.language)
    is_live = verification.is_pending and kit.now() < verification.expires_at
    if not is_live or verification.code_sealed is None or Status(attempt.status).is_final:
        return Said(speech.over(language), language)
    code = kit.keyring.unseal(verification.code_sealed, verification.code_place)
    return Said(speech.code(code, language), language)


def _fits(kit: Kit, attempt: Attempt, press: KeyPress) -> bool:
    """The gateway's own id and the phone are those of the attempt, as far as both are known."""
    if attempt.gateway_ref not in (None, press.gateway_ref):
        return False
    prints = kit.keyring.fingerprints(press.recipient) if press.recipient else []
    return not prints or attempt.phone_fingerprint in prints
