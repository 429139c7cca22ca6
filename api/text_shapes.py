"""Verifications, checks and attempts as wire JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.shape import (
    CHANNEL,
    COUNT,
    FLAG,
    LIST,
    NOTHING,
    OBJECT,
    STRING,
    TIME,
    URL,
    Field,
    Located,
    Schema,
    Shape,
    always,
    iso,
    sid,
)
from twofactor.models import Message, Verification
from twofactor.sms.outbox import Text
from twofactor.sms.phone import Phone
from twofactor.verify.entries import Entry
from twofactor.words import Status, VerificationStatus


@dataclass(frozen=True)
class Sent:
    """One text of a verification, as its service may see it."""

    message: Message
    verification: Verification
    service_sid: str
    to: str
    price: str | None
    currency: str | None


@dataclass(frozen=True)
class Seen:
    """A verification with its texts."""

    verification: Entry
    service_sid: str
    phone: Phone
    texts: Sequence[Text]
    status: str

    @property
    def updated_at(self) -> datetime:
        sent = [text.created_at for text in self.texts]
        return self.verification.settled_at or max([self.verification.created_at, *sent])


@dataclass(frozen=True)
class Counts:
    """How many texts there were, and how many brought a right code back."""

    total: int
    converted: int

    @property
    def percentage(self) -> str:
        share = 100 * self.converted / self.total if self.total else 0.0
        return f"{share:.9f}".rstrip("0").rstrip(".")


def attempt_sid(text: Message | Text) -> str:
    """Twilio's attempt is a text of ours; both sids share their digits."""
    return "VL" + text.sid[2:]


def _sends(at: Located) -> list[dict[str, Any]]:
    seen: Seen = at.view
    return [
        {
            "time": iso(text.created_at),
            "channel": text.channel.upper(),
            "attempt_sid": attempt_sid(text),
        }
        for text in seen.texts
    ]


STATUSES: Schema = {"type": "string", "enum": [status.value for status in VerificationStatus]}
_VERIFICATION = (
    Field("sid", sid("VE"), lambda at: at.view.verification.sid),
    Field("service_sid", sid("VA"), lambda at: at.view.service_sid),
    Field("account_sid", sid("AC"), lambda at: at.account_sid),
    Field("to", STRING, lambda at: at.view.phone.e164),
    Field("channel", CHANNEL, lambda at: at.view.verification.channel),
    Field("status", STATUSES, lambda at: at.view.status),
    Field("valid", FLAG, lambda at: at.view.status == VerificationStatus.APPROVED),
    Field("amount", NOTHING, always(None)),
    Field("payee", NOTHING, always(None)),
    Field("date_created", TIME, lambda at: iso(at.view.verification.created_at)),
    Field("date_updated", TIME, lambda at: iso(at.view.updated_at)),
)
VERIFICATION = Shape(
    "Verification",
    (
        *_VERIFICATION,
        Field("lookup", OBJECT, lambda _: {}),
        Field("send_code_attempts", LIST, _sends),
        Field("sna", NOTHING, always(None)),
        Field("url", URL, lambda at: at.url),
    ),
)
CHECK = Shape(
    "VerificationCheck",
    (*_VERIFICATION, Field("sna_attempts_error_codes", LIST, lambda _: [])),
)


def _channel_data(at: Located) -> dict[str, Any]:
    sent: Sent = at.view
    return {
        "verification_sid": sent.verification.sid,
        "to": sent.to,
        "status": "confirmed" if sent.message.confirmed_at else "unconfirmed",
        "message_status": Status(sent.message.status).value,
        "error_code": sent.message.error_code or None,
        "country": sent.message.country,
        "code_length": sent.verification.code_length,
        "locale": sent.verification.language,
        "mcc": None,
        "mnc": None,
        "carrier": None,
    }


CONVERSIONS: Schema = {"type": "string", "enum": ["converted", "unconverted"]}


def _conversion(at: Located) -> str:
    return "converted" if at.view.message.confirmed_at else "unconverted"


ATTEMPT = Shape(
    "Attempt",
    (
        Field("sid", sid("VL"), lambda at: attempt_sid(at.view.message)),
        Field("account_sid", sid("AC"), lambda at: at.account_sid),
        Field("service_sid", sid("VA"), lambda at: at.view.service_sid),
        Field("verification_sid", sid("VE"), lambda at: at.view.verification.sid),
        Field("date_created", TIME, lambda at: iso(at.view.message.created_at)),
        Field(
            "date_updated",
            TIME,
            lambda at: iso(at.view.message.settled_at or at.view.message.created_at),
        ),
        Field("conversion_status", CONVERSIONS, _conversion),
        Field("channel", CHANNEL, lambda at: at.view.message.channel),
        Field("price", OBJECT, lambda at: {"value": at.view.price, "currency": at.view.currency}),
        Field("channel_data", OBJECT, _channel_data),
        Field("url", URL, lambda at: at.url),
    ),
)
SUMMARY = Shape(
    "AttemptsSummary",
    (
        Field("total_attempts", COUNT, lambda at: at.view.total),
        Field("total_converted", COUNT, lambda at: at.view.converted),
        Field("total_unconverted", COUNT, lambda at: at.view.total - at.view.converted),
        Field("conversion_rate_percentage", STRING, lambda at: at.view.percentage),
        Field("url", URL, lambda at: at.url),
    ),
)
