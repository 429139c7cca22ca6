"""What every gateway is: values in, values out; no database, no app, no clock of its own.

An adapter needs no other import than this one: the words of `callback`, `results` and `calls` are
here too.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from urllib.parse import quote

from twofactor.gateways.callback import (
    BadCredential,
    Callback,
    GatewayError,
    Malformed,
    a_list,
    an_object,
    check_fresh,
    check_path_token,
    check_storable,
    e164,
    iso_time,
    optional,
    our_reference,
    required,
    single,
)
from twofactor.gateways.calls import KeyPress, OutgoingCall, Script
from twofactor.gateways.results import (
    UNREADABLE,
    Accepted,
    Refused,
    SendResult,
    Unknown,
    exchange,
    refused,
)
from twofactor.gateways.wire import Reply, Wire
from twofactor.words import Channel, ErrorClass, Status

__all__ = [
    "UNREADABLE",
    "Accepted",
    "BadCredential",
    "Balance",
    "Callback",
    "Credential",
    "Gateway",
    "GatewayError",
    "InboundText",
    "KeyPress",
    "Malformed",
    "OutgoingCall",
    "OutgoingSms",
    "ParsedReceipt",
    "Refused",
    "Reply",
    "Script",
    "SendResult",
    "Unknown",
    "a_list",
    "an_object",
    "check_fresh",
    "check_path_token",
    "e164",
    "exchange",
    "iso_time",
    "optional",
    "our_reference",
    "refused",
    "required",
    "single",
]

_NUMBER = re.compile(r"\+?[0-9]{3,15}")  # E.164, or a short code


@dataclass(frozen=True, slots=True)
class Credential:
    """One setting `SIXDIGITS_<GATEWAY>_<name>`; `required` ones must be filled for production."""

    name: str
    meaning: str
    required: bool = True
    default: str = ""
    secret: bool = False
    min_length: int = 0


@dataclass(frozen=True, slots=True)
class OutgoingSms:
    """One text to one phone.

    `reference` is our attempt's sid and comes back in the receipt where the gateway can carry it;
    `callback_url` already holds it in its query.
    """

    reference: str
    to: str  # E.164 with +
    body: str
    segments: int
    validity_seconds: int
    callback_url: str
    sender: str = ""  # whom the phone shows; empty: as the gateway's settings say


@dataclass(frozen=True, slots=True)
class Balance:
    """Money left with the gateway."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class ParsedReceipt:
    """One delivery fact in our words; `status` None means: real, but changes nothing. Raises
    Malformed for words that can't be stored."""

    gateway_ref: str
    status: Status | None
    raw_status: str
    error_code: str = ""
    error_class: ErrorClass | None = None
    attempt_sid: str = ""  # our reference, where the gateway carried it
    recipient: str = ""  # E.164 with +, where the gateway tells it
    done_at: datetime | None = None  # the gateway's own time of the fact, UTC
    price: Decimal | None = None
    currency: str = ""

    def __post_init__(self) -> None:
        check_storable(self.gateway_ref, self.raw_status, self.error_code, self.currency)


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text that a person sent back to us. Raises Malformed for ids that can't be stored."""

    gateway_ref: str
    sender: str  # E.164 with +
    recipient: str
    body: str  # as it came; may hold anything

    def __post_init__(self) -> None:
        check_storable(self.gateway_ref, self.recipient)


class Gateway(ABC):
    """One SMS company, both directions. Subclasses hold no state but their settings and the wire.

    `send_batch` returns one result per text, in order, and never raises for anything that the
    network or the gateway does.
    """

    name: ClassVar[str]
    credentials: ClassVar[tuple[Credential, ...]]
    default_url: ClassVar[str]
    batch_size: ClassVar[int] = 1  # texts that one call may carry
    mixes_bodies: ClassVar[bool] = False  # in one call; else only texts with one body share it
    appends_text: ClassVar[bool] = False  # its networks may add up to 20 characters to a text
    bulk_rate: ClassVar[float] = 10.0  # segments a second of texts to many, until the operator says
    callback_methods: ClassVar[tuple[str, ...]] = ("POST",)
    has_path_token: ClassVar[bool] = False  # signs nothing; its webhook's path ends in a token
    authenticates_alone: ClassVar[bool] = True  # asks nobody over the network for it
    takes_callback_url: ClassVar[bool] = False  # else the operator enters it in the console

    def __init__(self, settings: Mapping[str, str], wire: Wire) -> None:
        """`settings` maps the names in `credentials` (and `API_URL`) to their values."""
        self.settings = {c.name: settings.get(c.name) or c.default for c in self.credentials}
        self.api_url = (settings.get("API_URL") or self.default_url).rstrip("/")
        self.wire = wire

    def callback_path(self, reference: str) -> str:
        """Where the receipts of one text come back to: the webhook, its token, our reference."""
        return f"{self.webhook_path('status')}?attempt={reference}"

    def webhook_path(self, what: str) -> str:
        """Where this gateway brings receipts (`status`) or texts (`inbound`), with its token."""
        token = quote(self.settings["CALLBACK_TOKEN"], safe="") if self.has_path_token else ""
        return f"/webhooks/{self.name}/{what}{token and f'/{token}'}"

    @property
    def webhooks_to_enter(self) -> list[str]:
        """Which of the two addresses somebody has to enter in the gateway's console."""
        by_hand = [] if self.takes_callback_url else ["status"]
        return by_hand + (["inbound"] if self.has_inbound else [])

    @property
    def has_inbound(self) -> bool:
        """True when it hands on the texts that people send back."""
        return type(self).parse_inbound is not Gateway.parse_inbound

    @property
    def tells_balance(self) -> bool:
        """True when it can be asked for the money that is left."""
        return type(self).balance is not Gateway.balance

    def answer_path(self, reference: str) -> str:
        """Where a gateway that calls asks what to say."""
        return f"/webhooks/{self.name}/voice?attempt={reference}"

    @property
    def sender_id(self) -> str:
        """What the phones show as From, or what stands for it with the gateway; '' for none."""
        names = ("SENDER_ID", "FROM", "MESSAGING_SERVICE_SID", "ORIGINATION_IDENTITY")
        return next((self.settings[n] for n in names if self.settings.get(n)), "")

    def sender_of(self, sms: OutgoingSms) -> str:
        """From whom this text is: a service's own sender, else that of the settings."""
        return sms.sender or self.sender_id

    @property
    def channels(self) -> frozenset[Channel]:
        """How a code travels by this gateway, with these settings."""
        return frozenset({Channel.SMS})

    @property
    def is_answerable(self) -> bool:
        """True when people can answer our texts: they come from a number, and the gateway brings
        the answers."""
        has_inbound = type(self).parse_inbound is not Gateway.parse_inbound
        return has_inbound and _NUMBER.fullmatch(self.sender_id) is not None

    @abstractmethod
    def send(self, sms: OutgoingSms) -> SendResult:
        """Hand one text over."""

    def send_batch(self, texts: Sequence[OutgoingSms]) -> list[SendResult]:
        """Hand over at most `batch_size` texts; one result each, in order."""
        return [self.send(sms) for sms in texts]

    def call(self, call: OutgoingCall) -> SendResult:
        """Call one phone; only for a gateway whose `channels` say so."""
        return refused("no_calls", ErrorClass.ROUTE, f"{self.name} makes no calls")

    @abstractmethod
    def authenticate(self, callback: Callback) -> None:
        """Raise BadCredential unless this gateway really sent the callback. Reads no meaning."""

    @abstractmethod
    def parse_receipts(self, callback: Callback) -> list[ParsedReceipt]:
        """The delivery facts of an authenticated callback. Raises Malformed."""

    def parse_inbound(self, callback: Callback) -> list[InboundText]:
        """The texts of an authenticated callback. Raises Malformed; also where the gateway has
        no inbound texts."""
        raise Malformed(f"{self.name} delivers no inbound texts")

    def parse_key(self, callback: Callback) -> KeyPress:
        """The key that somebody pressed, of an authenticated callback. Raises Malformed."""
        raise Malformed(f"{self.name} makes no calls")

    def script(self, sentences: Sequence[str], language: str) -> Script:
        """What to answer to a key, so that these sentences are said."""
        raise NotImplementedError(f"{self.name} makes no calls")

    def balance(self) -> Balance | None:
        """Money left, or None where the gateway does not tell or can't be reached."""
        return None
