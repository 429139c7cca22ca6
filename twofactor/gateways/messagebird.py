"""MessageBird (Bird): the REST SMS API, status reports by GET with a signed JWT.

(developers.messagebird.com, "SMS messaging"; signature from python-rest-api's
`request_validator.py`, rewritten)
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import jwt

from twofactor.gateways.base import (
    UNREADABLE,
    Accepted,
    BadCredential,
    Balance,
    Callback,
    Credential,
    Gateway,
    InboundText,
    OutgoingSms,
    ParsedReceipt,
    Reply,
    SendResult,
    Unknown,
    e164,
    exchange,
    iso_time,
    optional,
    our_reference,
    refused,
    required,
    single,
)
from twofactor.gateways.batches import in_shared_calls, one_body, without_query
from twofactor.gateways.money import amount
from twofactor.gateways.wire import WireError
from twofactor.words import ErrorClass, Status

ALGORITHMS = ["HS256", "HS384", "HS512"]
ISSUER = "MessageBird"
LEEWAY = timedelta(seconds=5)
MANY = "batch"  # reports need a reference; one for many texts names no attempt

STATUSES = {
    "scheduled": Status.QUEUED,
    "sent": Status.SENT,
    "buffered": Status.SENT,
    "delivered": Status.DELIVERED,
    "delivery_failed": Status.UNDELIVERED,
    "expired": Status.EXPIRED,
}

# Of a refused request.
ERRORS = {
    "2": ErrorClass.ACCOUNT,  # request not allowed: wrong access key
    "25": ErrorClass.ACCOUNT,  # not enough balance
    "99": ErrorClass.RETRY,  # internal error
}
PARAMETERS = {
    "recipients": ErrorClass.BAD_PHONE,
    "recipient": ErrorClass.BAD_PHONE,
    "originator": ErrorClass.ACCOUNT,
    "access_key": ErrorClass.ACCOUNT,
}

# statusErrorCode repeats the phone network's own MAP error (3GPP TS 29.002, section 17.6.6).
NETWORK_ERRORS = {
    "1": ErrorClass.BAD_PHONE,  # unknown subscriber
    "5": ErrorClass.BAD_PHONE,  # unidentified subscriber
    "6": ErrorClass.RETRY,  # absent subscriber
    "9": ErrorClass.BAD_PHONE,  # illegal subscriber
    "11": ErrorClass.BAD_PHONE,  # texts not provisioned
    "12": ErrorClass.BAD_PHONE,  # illegal equipment
    "13": ErrorClass.BLOCKED,  # call barred
    "21": ErrorClass.ROUTE,  # facility not supported
    "27": ErrorClass.RETRY,  # absent subscriber
    "31": ErrorClass.RETRY,  # subscriber busy
    "32": ErrorClass.RETRY,  # delivery failure, such as a full phone
    "33": ErrorClass.RETRY,  # message waiting list full
    "34": ErrorClass.RETRY,  # system failure
}


class MessageBird(Gateway):
    """One body and one reference for a list of phones; one id covers the list."""

    name = "messagebird"
    default_url = "https://rest.messagebird.com"
    batch_size = 50
    callback_methods = ("GET", "POST")
    takes_callback_url = True
    credentials = (
        Credential("ACCESS_KEY", "live access key", secret=True),
        Credential("SENDER_ID", "sender ID of at most 11 characters, or a rented number"),
        Credential("SIGNING_KEY", "key that signs the status reports", secret=True),
    )

    def send(self, sms: OutgoingSms) -> SendResult:
        return self._send_as([sms], sms.reference, sms.callback_url)[0]

    def send_batch(self, texts: Sequence[OutgoingSms]) -> list[SendResult]:
        return in_shared_calls(texts, self.batch_size, one_body, self._send_together)

    def _send_together(self, texts: Sequence[OutgoingSms]) -> list[SendResult]:
        if len(texts) == 1:
            return [self.send(texts[0])]
        return self._send_as(texts, MANY, without_query(texts[0].callback_url))

    def _send_as(
        self, texts: Sequence[OutgoingSms], reference: str, address: str
    ) -> list[SendResult]:
        request = {
            "originator": self.sender_of(texts[0]),
            "recipients": [sms.to.removeprefix("+") for sms in texts],
            "body": texts[0].body,
            "datacoding": "auto",  # the default would break letters outside GSM 03.38
            "reference": reference,
            "reportUrl": address,
            "validity": texts[0].validity_seconds,
        }
        url = f"{self.api_url}/messages"
        call = partial(self.wire.call, "POST", url, headers=self._headers(), json_body=request)
        return exchange(call, partial(_read, texts), len(texts))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"AccessKey {self.settings['ACCESS_KEY']}"}

    def balance(self) -> Balance | None:
        try:
            reply = self.wire.call("GET", f"{self.api_url}/balance", headers=self._headers())
            answer = reply.json()
            money, currency = amount(answer["amount"]), str(answer["type"])
        except (WireError, *UNREADABLE):
            return None
        return None if money is None else Balance(money, currency)

    def authenticate(self, callback: Callback) -> None:
        claims = self._claims(callback)
        _check_times(claims, callback.received_at)
        _check_hash(claims.get("url_hash"), callback.url.encode())
        if callback.body or "payload_hash" in claims:
            _check_hash(claims.get("payload_hash"), callback.body)

    def _claims(self, callback: Callback) -> dict[str, Any]:
        """The clock is the callback's, so the library is told to leave the times alone."""
        if not self.settings["SIGNING_KEY"]:
            raise BadCredential("no signing key is set")
        try:
            return jwt.decode(
                callback.headers.get("messagebird-signature-jwt", ""),
                self.settings["SIGNING_KEY"],
                algorithms=ALGORITHMS,
                issuer=ISSUER,
                options={
                    "require": ["iss", "nbf", "exp", "url_hash"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.PyJWTError as error:
            raise BadCredential("signature missing or wrong") from error

    def parse_receipts(self, callback: Callback) -> list[ParsedReceipt]:
        fields = _fields(callback)
        word = required(fields, "status")
        code = optional(fields, "statusErrorCode")
        price = amount(fields.get("price[amount]"))
        receipt = ParsedReceipt(
            gateway_ref=required(fields, "id"),
            status=STATUSES.get(word.lower()),
            raw_status=word,
            error_code=code,
            error_class=NETWORK_ERRORS.get(code, ErrorClass.UNCLASSIFIED) if code else None,
            attempt_sid=our_reference(fields.get("reference")) or callback.attempt_sid,
            recipient=e164(required(fields, "recipient")),
            done_at=iso_time(fields.get("statusDatetime")),
            price=price,
            currency=optional(fields, "price[currency]") if price is not None else "",
        )
        return [receipt]

    def parse_inbound(self, callback: Callback) -> list[InboundText]:
        fields = _fields(callback)
        text = InboundText(
            gateway_ref=required(fields, "id"),
            sender=e164(required(fields, "originator")),
            recipient=required(fields, "recipient"),
            body=fields.get("body", ""),
        )
        return [text]


def _read(texts: Sequence[OutgoingSms], reply: Reply) -> list[SendResult]:
    answer = reply.json()
    if answer.get("errors"):
        return [_refusal(answer["errors"][0])] * len(texts)
    gateway_ref = answer["id"]
    if not isinstance(gateway_ref, str) or not gateway_ref:
        raise ValueError("no message id")
    taken = {"+" + str(item["recipient"]).lstrip("+") for item in answer["recipients"]["items"]}
    accepted, lost = Accepted(gateway_ref), Unknown("the answer does not mention this phone")
    return [accepted if sms.to in taken else lost for sms in texts]


def _refusal(error: dict[str, Any]) -> SendResult:
    code = str(error["code"])
    error_class = ERRORS.get(code) or PARAMETERS.get(str(error.get("parameter")))
    return refused(code, error_class or ErrorClass.UNCLASSIFIED, error.get("description"))


def _check_times(claims: dict[str, Any], now: datetime) -> None:
    """The times are whole seconds since 1970 (RFC 7519 section 2)."""
    seconds, leeway = now.timestamp(), LEEWAY.total_seconds()
    starts, ends = claims["nbf"], claims["exp"]
    if not isinstance(starts, int | float) or not isinstance(ends, int | float):
        raise BadCredential("the signed times are no numbers")
    if not starts - leeway <= seconds < ends + leeway:
        raise BadCredential("signature expired, or not valid yet")


def _check_hash(claimed: object, content: bytes) -> None:
    actual = hashlib.sha256(content).hexdigest()
    if not hmac.compare_digest(actual.encode(), str(claimed).encode()):
        raise BadCredential("the signature belongs to another request")


def _fields(callback: Callback) -> dict[str, str]:
    return single(callback.query if callback.method == "GET" else callback.form)
