"""Texts that have been handed over, for receipts to come, and what the tables say of them after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import func, select

from twofactor import ids
from twofactor.extensions import Base, db
from twofactor.gateways.twilio import sign
from twofactor.house import house
from twofactor.models import Attempt, Message, Receipt
from twofactor.models.database import transaction
from twofactor.words import Purpose, Status

PHONE = "+256700111222"
TWILIO_TOKEN = "12345678901234567890123456789012"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Handed:
    """One text at one gateway."""

    message_id: int
    attempt_id: int
    attempt_sid: str


def hand_over(
    gateway: str,
    gateway_ref: str | None,
    phone: str = PHONE,
    status: Status = Status.SENT,
    age: timedelta = timedelta(seconds=3),
) -> Handed:
    """Put a text on record as handed to `gateway`; without `gateway_ref` the call has not returned
    yet. Needs an app context."""
    return hand_over_all(gateway, [gateway_ref], phone, status, age)[0]


def hand_over_all(
    gateway: str,
    gateway_refs: Sequence[str | None],
    phone: str = PHONE,
    status: Status = Status.SENT,
    age: timedelta = timedelta(seconds=3),
) -> list[Handed]:
    """The same for many texts at once."""
    kit = house().kit
    at, print_ = kit.now() - age, kit.keyring.fingerprint(phone)
    pairs = []
    with transaction() as session:
        for ref in gateway_refs:
            message = _message(phone, print_, status, at)
            attempt = _attempt(gateway, ref, print_, status, at)
            attempt.sent_at = message.sent_at = at if ref else None
            pairs.append((message, attempt))
        session.add_all([message for message, _ in pairs])
        session.flush()
        for message, attempt in pairs:
            message.phone_sealed = kit.keyring.seal(phone, message.phone_place)
            attempt.message_id = message.id
        session.add_all([attempt for _, attempt in pairs])
        session.flush()
        for message, attempt in pairs:
            message.attempt_id = attempt.id
        return [Handed(message.id, attempt.id, attempt.sid) for message, attempt in pairs]


def _message(phone: str, fingerprint: str, status: Status, at: datetime) -> Message:
    return Message(
        sid=ids.new_sid(ids.MESSAGE),
        purpose=Purpose.LOGIN.value,
        phone_sealed=b"",
        phone_fingerprint=fingerprint,
        phone_ending=phone[-2:],
        country="UG",
        segments=1,
        status=status.value,
        created_at=at,
        valid_until=at + timedelta(seconds=300),
    )


def _attempt(
    gateway: str, ref: str | None, fingerprint: str, status: Status, at: datetime
) -> Attempt:
    return Attempt(
        sid=ids.new_sid(ids.ATTEMPT),
        gateway=gateway,
        gateway_ref=ref,
        phone_fingerprint=fingerprint,
        country="UG",
        status=status.value,
        outcome="accepted" if ref else "",
        segments=1,
        created_at=at,
    )


def state(text: Handed) -> tuple[str, str]:
    """The statuses of message and attempt."""
    db.session.rollback()
    message = db.session.get_one(Message, text.message_id, populate_existing=True)
    attempt = db.session.get_one(Attempt, text.attempt_id, populate_existing=True)
    return message.status, attempt.status


def receipts(text: Handed) -> Sequence[Receipt]:
    """What was kept of the text's receipts, oldest first."""
    db.session.rollback()
    of_text = select(Receipt).where(Receipt.attempt_id == text.attempt_id)
    return db.session.scalars(of_text.order_by(Receipt.id)).all()


def row_counts() -> dict[str, int]:
    """How many rows every table has."""
    db.session.rollback()
    return {
        name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in Base.metadata.tables.items()
    }


@dataclass(frozen=True)
class Signed:
    """One callback as Twilio posts it."""

    path: str
    body: str
    headers: dict[str, str]


def twilio_callback(
    public_url: str, sid: str, status: str, attempt: str = "", **more: str
) -> Signed:
    """A rightly signed status callback."""
    path = "/webhooks/twilio/status" + (f"?attempt={attempt}" if attempt else "")
    fields = {"MessageSid": sid, "MessageStatus": status, "To": PHONE, **more}
    signature = sign(TWILIO_TOKEN, public_url + path, list(fields.items()))
    headers = {"Content-Type": FORM, "X-Twilio-Signature": signature}
    return Signed(path, urlencode(fields), headers)
