"""Plivo: Message API, V3-signed status callbacks.

(plivo.com/docs/messaging: "Send a message", "Error codes"; signature from plivo-python's
`utils/signature_v3.py` and `signature_v2.py`, rewritten)
"""

import base64
import hmac
from collections.abc import Sequence
from functools import partial

from twofactor.gateways.base import (
    UNREADABLE,
    Accepted,
    BadCredential,
    Balance,
    Callback,
    Credential,
    Gateway,
    InboundText,
    Malformed,
    OutgoingSms,
    ParsedReceipt,
    Reply,
    SendResult,
    e164,
    exchange,
    optional,
    refused,
    required,
    single,
)
from twofactor.gateways.batches import in_shared_calls, one_body, without_query
from twofactor.gateways.money import amount
from twofactor.gateways.wire import WireError
from twofactor.words import ErrorClass, Status

CURRENCY = "USD"
EXPIRY_SECONDS = (5, 10_800)  # what the API takes

STATUSES = {
    "queued": Status.QUEUED,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "undelivered": Status.UNDELIVERED,
    "failed": Status.FAILED,
    "rejected": Status.REJECTED,
}

ERRORS = {
    "10": ErrorClass.BLOCKED,  # invalid message
    "20": ErrorClass.RETRY,  # network error
    "30": ErrorClass.BLOCKED,  # spam detected
    "40": ErrorClass.ACCOUNT,  # invalid source number
    "50": ErrorClass.BAD_PHONE,  # invalid destination number
    "60": ErrorClass.ROUTE,  # loop detected
    "70": ErrorClass.BAD_PHONE,  # destination permanently unavailable
    "80": ErrorClass.RETRY,  # destination temporarily unavailable
    "90": ErrorClass.ROUTE,  # no route available
    "100": ErrorClass.ROUTE,  # prohibited by carrier: it may not support texts
    "110": ErrorClass.UNCLASSIFIED,  # message too long
    "200": ErrorClass.OPTED_OUT,  # STOP from the destination
    "201": ErrorClass.ROUTE,  # US toll-free number to Canada
    "300": ErrorClass.RETRY,  # failed to dispatch
    "420": ErrorClass.EXPIRED,  # message expired
    "900": ErrorClass.ACCOUNT,  # insufficient credit
    "910": ErrorClass.ACCOUNT,  # account disabled
    "1000": ErrorClass.UNCLASSIFIED,  # unknown
}

# A refused request has a sentence, no code: part of it, our code for it, who has to act.
REFUSALS = (
    ("dst", "bad_dst", ErrorClass.BAD_PHONE),
    ("destination", "bad_dst", ErrorClass.BAD_PHONE),
    ("src", "bad_src", ErrorClass.ACCOUNT),
    ("source", "bad_src", ErrorClass.ACCOUNT),
    ("credit", "no_credit", ErrorClass.ACCOUNT),
)


class Plivo(Gateway):
    """One body for a list of phones, an id for each; the callback address is set per call."""

    name = "plivo"
    default_url = "https://api.plivo.com"
    batch_size = 100  # ours; keeps a lost answer small
    callback_methods = ("POST", "GET")
    takes_callback_url = True
    credentials = (
        Credential("AUTH_ID", "Auth ID on the console's first page"),
        Credential("AUTH_TOKEN", "Auth Token on the console's first page", secret=True),
        Credential("SENDER_ID", "a rented number, short code or registered sender ID"),
    )

    def send(self, sms: OutgoingSms) -> SendResult:
        return self._send_to_address([sms], sms.callback_url)[0]

    def send_batch(self, texts: Sequence[OutgoingSms]) -> list[SendResult]:
        return in_shared_calls(texts, self.batch_size, one_body, self._send_together)

    def _send_together(self, texts: Sequence[OutgoingSms]) -> list[SendResult]:
        """The receipts of many texts come to one address, known by id and phone."""
        address = texts[0].callback_url
        return self._send_to_address(texts, address if len(texts) == 1 else without_query(address))

    def _send_to_address(self, texts: Sequence[OutgoingSms], address: str) -> list[SendResult]:
        shortest, longest = EXPIRY_SECONDS
        request = {
            "src": self.sender_of(texts[0]),
            "dst": "<".join(sms.to for sms in texts),
            "text": texts[0].body,
            "type": "sms",
            "url": address,
            "method": "POST",
            "message_expiry": min(max(texts[0].validity_seconds, shortest), longest),
        }
        url = f"{self._account_url()}Message/"
        call = partial(self.wire.call, "POST", url, json_body=request, auth=self._login())
        return exchange(call, partial(_read, texts), len(texts))

    def _account_url(self) -> str:
        return f"{self.api_url}/v1/Account/{self.settings['AUTH_ID']}/"

    def _login(self) -> tuple[str, str]:
        return self.settings["AUTH_ID"], self.settings["AUTH_TOKEN"]

    def balance(self) -> Balance | None:
        try:
            reply = self.wire.call("GET", self._account_url(), auth=self._login())
            money = amount(reply.json()["cash_credits"])
        except (WireError, *UNREADABLE):
            return None
        return None if money is None else Balance(money, CURRENCY)

    def authenticate(self, callback: Callback) -> None:
        """V2 covers address and nonce only, so it counts just where no V3 came with it."""
        version = "v3" if "x-plivo-signature-v3" in callback.headers else "v2"
        given = callback.headers.get(f"x-plivo-signature-{version}", "")
        nonce = callback.headers.get(f"x-plivo-signature-{version}-nonce", "")
        try:
            signed = _v3_text(callback) + "." if version == "v3" else without_query(callback.url)
        except Malformed as error:
            raise BadCredential("nothing that could be signed") from error
        expected = self._signature(signed + nonce)
        candidates = [one.strip().encode() for one in given.split(",")]
        if not nonce or not any([hmac.compare_digest(expected, one) for one in candidates]):
            raise BadCredential("signature missing or wrong")

    def _signature(self, text: str) -> bytes:
        token = self.settings["AUTH_TOKEN"]
        if not token:
            raise BadCredential("no auth token is set")
        return base64.b64encode(hmac.new(token.encode(), text.encode(), "sha256").digest())

    def parse_receipts(self, callback: Callback) -> list[ParsedReceipt]:
        fields = single(_pairs(callback))
        word = required(fields, "Status")
        code = optional(fields, "ErrorCode")
        price = amount(fields.get("TotalAmount"))
        receipt = ParsedReceipt(
            gateway_ref=required(fields, "MessageUUID"),
            status=STATUSES.get(word.lower()),
            raw_status=word,
            error_code=code,
            error_class=ERRORS.get(code, ErrorClass.UNCLASSIFIED) if code else None,
            attempt_sid=callback.attempt_sid,
            recipient=e164(required(fields, "To")),
            price=price,
            currency=CURRENCY if price is not None else "",
        )
        return [receipt]

    def parse_inbound(self, callback: Callback) -> list[InboundText]:
        fields = single(_pairs(callback))
        text = InboundText(
            gateway_ref=required(fields, "MessageUUID"),
            sender=e164(required(fields, "From")),
            recipient=required(fields, "To"),
            body=fields.get("Text", ""),
        )
        return [text]


def _read(texts: Sequence[OutgoingSms], reply: Reply) -> list[SendResult]:
    """Ids come in the order of the phones, those of `invalid_number` left out."""
    answer = reply.json()
    if answer.get("error"):
        return [_refusal(str(answer["error"]))] * len(texts)
    invalid = {"+" + str(phone).lstrip("+") for phone in answer.get("invalid_number") or ()}
    ids = [_id(one) for one in answer["message_uuid"]]
    if len(ids) != sum(sms.to not in invalid for sms in texts):
        raise ValueError("nobody knows which phone was left out")
    remaining = iter(ids)
    bad = refused("invalid_number", ErrorClass.BAD_PHONE)
    return [bad if sms.to in invalid else Accepted(next(remaining)) for sms in texts]


def _id(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("no message id")
    return value


def _refusal(words: str) -> SendResult:
    """Raises LookupError for a sentence nobody has described: the HTTP status must do then."""
    for part, code, error_class in REFUSALS:
        if part in words.lower():
            return refused(code, error_class, words)
    raise LookupError(words)


def _pairs(callback: Callback) -> list[tuple[str, str]]:
    return callback.query if callback.method == "GET" else callback.form


def _v3_text(callback: Callback) -> str:
    """Address, `?`, sorted query; then for a form `.` after a query, and the sorted pairs."""
    query = "&".join(f"{name}={value}" for name, value in sorted(callback.query))
    form = [] if callback.method == "GET" else sorted(callback.form)
    text = without_query(callback.url)
    if query or form:
        text += "?" + query
    if query and form:
        text += "."
    return text + "".join(name + value for name, value in form)
