"""An operator tries a gateway with a text to a phone of their own."""

from datetime import timedelta

from twofactor import audit
from twofactor.kit import Kit, Visitor
from twofactor.sms import edits, outbox
from twofactor.sms.outbox import Text
from twofactor.sms.phone import Phone
from twofactor.sms.sentences import DEFAULT_LANGUAGE
from twofactor.sms.wording import trial_text
from twofactor.verify import limits
from twofactor.verify.targets import CountryClosed
from twofactor.words import AuditEvent, Purpose

LIFETIME = timedelta(minutes=5)


def send(
    kit: Kit, gateway: str, phone: Phone, visitor: Visitor | None, user_id: int | None = None
) -> Text:
    """Put a test text by this gateway alone into the outbox. It counts against every limit.

    Raises LimitReached, CountryClosed.
    """
    if not kit.settings.allows_country(phone.country):
        raise CountryClosed(phone.country)
    now = kit.now()
    address = visitor.address if visitor else None
    limits.permit_send(kit, phone, address, is_verified=True, now=now)
    edited = edits.of(kit, DEFAULT_LANGUAGE, Purpose.TEST)
    body = trial_text(kit.settings.brand, edited=edited)
    text = outbox.enqueue(kit, Purpose.TEST, phone, body, now + LIFETIME, only_gateway=gateway)
    audit.write(kit, AuditEvent.TEST_SENT, user_id, visitor, gateway=gateway, message=text.sid)
    return text
