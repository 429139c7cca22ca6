"""Sinch: SMS API by project, HMAC-signed callbacks (signing is switched on by Sinch on request).

(developers.sinch.com/docs/sms/api-reference, /docs/identity-access-management/authenticate;
signature as in sinch-sdk-python's webhook validation, rewritten)
"""

import base64
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from twofactor.gateways.base import (
    Accepted,
    BadCredential,
    Callback,
    Credential,
    Gateway,
    InboundText,
    OutgoingSms,
    ParsedReceipt,
    Reply,
    SendResult,
    Unknown,
    a_list,
    an_object,
    check_fresh,
    e164,
    exchange,
    iso_time,
    optional,
    our_reference,
    refused,
    required,
)
from twofactor.gateways.batches import in_shared_calls, one_body, without_query
from twofactor.gateways.sinch_token import SinchToken, TokenRefused
from twofactor.gateways.wire import Wire
from twofactor.words import ErrorClass, Status

MAX_VALIDITY_SECONDS = 3 * 24 * 3600
SIGNED_SECONDS = 25 * 3600  # callbacks are sent again for 81,920 s
SIGNATURE = "x-sinch-webhook-signature"

STATUSES = {
    "queued": Status.QUEUED,
    "dispatched": Status.SENT,
    "delivered": Status.DELIVERED,
    "deleted": Status.UNDELIVERED,
    "failed": Status.FAILED,
    "aborted": Status.FAILED,
    "cancelled": Status.FAILED,
    "expired": Status.EXPIRED,
    "rejected": Status.REJECTED,
}

NO_ERRORS = ("", "0", "400", "401")  # none, delivered, queued, dispatched

ERRORS = {
    "402": ErrorClass.ROUTE,  # unroutable
    "403": ErrorClass.RETRY,  # internal error
    "404": ErrorClass.RETRY,  # temporary failure
    "405": ErrorClass.UNCLASSIFIED,  # unmatched parameter
    "406": ErrorClass.EXPIRED,  # validity ran out
    "407": ErrorClass.UNCLASSIFIED,  # cancelled
    "408": ErrorClass.UNCLASSIFIED,  # aborted
}

REFUSALS = {
    "unauthorized": ErrorClass.ACCOUNT,
    "forbidden": ErrorClass.ACCOUNT,
    "internal_error": ErrorClass.RETRY,
    "too_many_requests": ErrorClass.RETRY,
}


class Sinch(Gateway):
    """One body for a list of phones, and one id for all of them: receipts differ by phone."""

    name = "sinch"
    default_url = "https://zt.{region}.sms.api.sinch.com"
    batch_size = 100  # ours; keeps a lost answer small
    takes_callback_url = True
    credentials = (
        Credential("PROJECT_ID", "project ID in the Build dashboard"),
        Credential("KEY_ID", "key ID of an access key of the project"),
        Credential("KEY_SECRET", "its secret, shown once when the key is made", secret=True),
        Credential("REGION", "where the SMS app lives: us or eu", required=False, default="us"),
        Credential("SENDER_ID", "a number, short code or registered sender ID of the project"),
        Credential(
            "CALLBACK_SECRET", "the secret agreed with Sinch for signing callbacks", secret=True
        ),
    )

    def __init__(self, settings: Mapping[str, str], wire: Wire) -> None:
        super().__init__(settings, wire)
        self.api_url = self.api_url.replace("{region}", self.settings["REGION"])
        key = (self.settings["KEY_ID"], self.settings["KEY_SECRET"])
        self._token = SinchToken(wire, key)
        # Basic login is for tests by Sinch's own word; a sandbox of another host has no tokens.
        host = urlsplit(self.api_url).hostname or ""
        self._basic = None if host.endswith(".sinch.com") else key

    def send(self, sms: OutgoingSms) -> SendResult:
        return self._send_together([sms])[0]

    def send_batch(self, texts: Sequence[OutgoingSms]) -> list[SendResult]:
        return in_shared_calls(texts, self.batch_size, one_body, self._send_together)

    def _send_together(self, texts: Sequence[OutgoingSms]) -> list[SendResult]:
        call = partial(self._call, self._batch(texts))
        return exchange(call, partial(_read, texts), len(texts))

    def _batch(self, texts: Sequence[OutgoingSms]) -> dict[str, Any]:
        first = texts[0]
        seconds = min(max(first.validity_seconds, 1), MAX_VALIDITY_SECONDS)
        expire_at = self.wire.clock.now() + timedelta(seconds=seconds)
        batch = {
            "from": self.sender_of(first),
            "to": [sms.to.removeprefix("+") for sms in texts],
            "body": first.body,
            "delivery_report": "per_recipient",
            "expire_at": expire_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        }
        if len(texts) == 1:
            return batch | {"callback_url": first.callback_url, "client_reference": first.reference}
        return batch | {"callback_url": without_query(first.callback_url)}

    def _call(self, batch: dict[str, Any]) -> Reply:
        url = f"{self.api_url}/xms/v1/{self.settings['PROJECT_ID']}/batches"
        if self._basic:
            return self.wire.call("POST", url, json_body=batch, auth=self._basic)
        try:
            reply = self._with_token(url, batch)
            if reply.status == 401:  # withdrawn before its time; nothing was sent
                self._token.drop()
                reply = self._with_token(url, batch)
            return reply
        except TokenRefused as error:
            return error.reply

    def _with_token(self, url: str, batch: dict[str, Any]) -> Reply:
        headers = {"Authorization": f"Bearer {self._token.current()}"}
        return self.wire.call("POST", url, json_body=batch, headers=headers)

    def authenticate(self, callback: Callback) -> None:
        """HMAC-SHA-256 over body, nonce and time."""
        nonce = callback.headers.get(f"{SIGNATURE}-nonce", "")
        timestamp = callback.headers.get(f"{SIGNATURE}-timestamp", "")
        algorithm = callback.headers.get(f"{SIGNATURE}-algorithm", "HmacSHA256")
        secret = self.settings["CALLBACK_SECRET"].encode()
        text = callback.body + f".{nonce}.{timestamp}".encode()
        expected = base64.b64encode(hmac.new(secret, text, "sha256").digest())
        presented = callback.headers.get(SIGNATURE, "").encode()
        is_signed = bool(secret and nonce) and algorithm == "HmacSHA256"
        if not hmac.compare_digest(expected, presented) or not is_signed:
            raise BadCredential("signature missing or wrong")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 10):
            raise BadCredential("no signed time")
        check_fresh(datetime.fromtimestamp(int(timestamp), UTC), callback, SIGNED_SECONDS)

    def parse_receipts(self, callback: Callback) -> list[ParsedReceipt]:
        """Texts of people and reports without phones may come to the same address: no facts."""
        report = an_object(callback.json)
        kind = required(report, "type")
        if kind == "recipient_delivery_report_sms":
            done_at = iso_time(report.get("at"))
            return [_receipt(report, report, required(report, "recipient"), callback, done_at)]
        if kind == "delivery_report_sms":
            return _of_batch(report, callback)
        return []

    def parse_inbound(self, callback: Callback) -> list[InboundText]:
        text = an_object(callback.json)
        if required(text, "type") != "mo_text":
            return []
        sender, body = e164(required(text, "from")), str(text.get("body") or "")
        return [InboundText(required(text, "id"), sender, required(text, "to"), body)]


def _read(texts: Sequence[OutgoingSms], reply: Reply) -> list[SendResult]:
    answer = an_object(reply.json())
    if not reply.is_success:
        code = required(answer, "code")
        passing = ErrorClass.RETRY if reply.status >= 500 else ErrorClass.UNCLASSIFIED
        error_class = REFUSALS.get(code, ErrorClass.ACCOUNT if reply.status == 401 else passing)
        return [refused(code, error_class, answer.get("text"))] * len(texts)
    accepted = Accepted(required(answer, "id"))
    phones = answer.get("to", [sms.to for sms in texts])
    taken = {e164(phone) for phone in phones}
    return [
        accepted if sms.to in taken else Unknown("the answer leaves this phone out")
        for sms in texts
    ]


def _of_batch(report: Mapping[str, Any], callback: Callback) -> list[ParsedReceipt]:
    return [
        _receipt(report, status, phone, callback)
        for status in map(an_object, a_list(report.get("statuses")))
        for phone in a_list(status.get("recipients", []))
    ]


def _receipt(
    report: Mapping[str, Any],
    status: Mapping[str, Any],
    phone: object,
    callback: Callback,
    done_at: datetime | None = None,
) -> ParsedReceipt:
    word = required(status, "status")
    code = optional(status, "code")
    has_error = code not in NO_ERRORS
    return ParsedReceipt(
        gateway_ref=required(report, "batch_id"),
        status=STATUSES.get(word.lower()),
        raw_status=word,
        error_code=code if has_error else "",
        error_class=ERRORS.get(code, ErrorClass.UNCLASSIFIED) if has_error else None,
        attempt_sid=our_reference(report.get("client_reference")) or callback.attempt_sid,
        recipient=e164(str(phone)),
        done_at=done_at,
    )
