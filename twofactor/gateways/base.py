"""What every gateway is: values in, values out; no database, no app, no clock of its own.

    GatewayError
    ├── BadCredential   the callback's signature or token is missing or wrong: answer 403
    └── Malformed       rightly signed, but not what this gateway sends: answer 400
"""

import hmac
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from twofactor.gateways.wire import Wire
from twofactor.words import ErrorClass, Status


class GatewayError(Exception):
    """A callback that is not taken."""


class BadCredential(GatewayError):
    """Signature or token missing or wrong. Nothing of the callback may be stored."""


class Malformed(GatewayError):
    """Rightly signed, but broken."""


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


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway took the text."""

    gateway_ref: str
    price: Decimal | None = None  # of the whole text, where the answer tells it
    currency: str = ""
    segments: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The gateway said no, so nothing was sent and nothing is charged."""

    code: str
    error_class: ErrorClass
    permanent: bool  # the same text through the same gateway can't succeed later
    retry_after: float | None = None  # seconds, where the gateway asks for a pause
    detail: str = ""  # the gateway's words, for the operator


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether the text left: a timeout after the request went out, an unreadable
    answer. It counts as sent for every limit and budget."""

    reason: str


SendResult = Accepted | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Balance:
    """Money left with the gateway."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class ParsedReceipt:
    """One delivery fact in our words; `status` None means: real, but changes nothing."""

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


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text that a person sent back to us."""

    gateway_ref: str
    sender: str  # E.164 with +
    recipient: str
    body: str


@dataclass(frozen=True)
class Callback:
    """One HTTP request of a gateway, as it called us at our public address.

    `url` is PUBLIC_URL + raw path + raw query; header names are lower case; `path_token` is the
    last part of the path where the webhook has one.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    path_token: str = ""
    attempt_sid: str = field(default="")  # our reference from the query, already checked for shape

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.url).query, keep_blank_values=True)

    @cached_property
    def form(self) -> list[tuple[str, str]]:
        """The decoded pairs of a form body. Raises Malformed for bytes that are not UTF-8."""
        try:
            return parse_qsl(
                self.body.decode(), keep_blank_values=True, errors="strict", max_num_fields=100
            )
        except ValueError as error:
            raise Malformed("the form can't be decoded") from error

    @cached_property
    def json(self) -> Any:
        """The decoded JSON body. Raises Malformed when it is none, or nests too deep."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Malformed("the JSON can't be decoded") from error


def single(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The pairs as a dict. Raises Malformed when a name comes twice: a signature that joins names
    and values without separators still fits then (S-53)."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Malformed("a field is repeated")
    return fields


def check_path_token(expected: str, callback: Callback) -> None:
    """For gateways that sign nothing. Raises BadCredential; an empty setting shuts the door."""
    if not expected or not hmac.compare_digest(expected.encode(), callback.path_token.encode()):
        raise BadCredential("path token missing or wrong")


class Gateway(ABC):
    """One SMS company, both directions. Subclasses hold no state but their settings and the wire.

    `send_batch` returns one result per text, in order, and never raises for anything that the
    network or the gateway does.
    """

    name: ClassVar[str]
    credentials: ClassVar[tuple[Credential, ...]]
    default_url: ClassVar[str]
    batch_size: ClassVar[int] = 1  # texts that one call may carry
    callback_methods: ClassVar[tuple[str, ...]] = ("POST",)
    has_path_token: ClassVar[bool] = False  # signs nothing; its webhook's path ends in a token
    takes_callback_url: ClassVar[bool] = False  # else the operator enters it in the console

    def __init__(self, settings: Mapping[str, str], wire: Wire) -> None:
        """`settings` maps the names in `credentials` (and `API_URL`) to their values."""
        self.settings = {c.name: settings.get(c.name) or c.default for c in self.credentials}
        self.api_url = (settings.get("API_URL") or self.default_url).rstrip("/")
        self.wire = wire

    @abstractmethod
    def send(self, sms: OutgoingSms) -> SendResult:
        """Hand one text over."""

    def send_batch(self, texts: Sequence[OutgoingSms]) -> list[SendResult]:
        """Hand over at most `batch_size` texts; one result each, in order."""
        return [self.send(sms) for sms in texts]

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

    def balance(self) -> Balance | None:
        """Money left, or None where the gateway does not tell or can't be reached."""
        return None
