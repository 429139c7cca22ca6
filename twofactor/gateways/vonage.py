"""Vonage: SMS API, receipts by GET or POST with an HMAC `sig` among the fields.

(developer.vonage.com/api/sms, /api-errors/sms, /messaging/sms/guides/delivery-receipts;
signature as in vonage-python-sdk's `Auth.check_signature`, rewritten)
"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

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
    Refused,
    Reply,
    SendResult,
    Unknown,
    an_object,
    check_fresh,
    e164,
    exchange,
    optional,
    our_reference,
    refused,
    required,
    single,
)
from twofactor.gateways.batches import without_query
from twofactor.gateways.money import amount
from twofactor.gateways.wire import WireError
from twofactor.words import ErrorClass, Status

CURRENCY = "EUR"  # of every price and balance in the SMS API
TTL_SECONDS = (20, 604_800)  # what the API takes, there in milliseconds
CALLBACK_LENGTH = 100  # a longer address is refused: then the one in the dashboard counts
SIGNED_SECONDS = 25 * 3600  # receipts are sent again for a day
SIGNATURE_METHODS = ("sha256", "sha512", "sha1", "md5")

# Without `type=unicode` anything else arrives as question marks (3GPP TS 23.038).
GSM_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà\f^{}\\[~]|€"
)

STATUSES = {
    "accepted": Status.SENT,
    "buffered": Status.SENT,
    "delivered": Status.DELIVERED,
    "failed": Status.FAILED,
    "expired": Status.EXPIRED,
    "rejected": Status.REJECTED,
}

ACCEPTED = "0"

REFUSALS = {
    "1": ErrorClass.RETRY,  # throttled
    "4": ErrorClass.ACCOUNT,  # credentials refused
    "5": ErrorClass.RETRY,  # internal error
    "6": ErrorClass.ROUTE,  # prefix not known
    "7": ErrorClass.BLOCKED,  # number barred
    "8": ErrorClass.ACCOUNT,  # account barred
    "9": ErrorClass.ACCOUNT,  # out of credit
    "10": ErrorClass.RETRY,  # too many connections
    "11": ErrorClass.ACCOUNT,  # not enabled for this API
    "14": ErrorClass.ACCOUNT,  # signature refused
    "15": ErrorClass.ACCOUNT,  # sender ID refused
    "22": ErrorClass.ROUTE,  # network code not valid
    "23": ErrorClass.ACCOUNT,  # callback address refused
    "29": ErrorClass.ACCOUNT,  # demo account, number not on its list
    "33": ErrorClass.BAD_PHONE,  # number deactivated
}

ERRORS = {
    "1": ErrorClass.UNCLASSIFIED,  # unknown
    "2": ErrorClass.RETRY,  # absent subscriber
    "3": ErrorClass.BAD_PHONE,  # absent for good
    "4": ErrorClass.BLOCKED,  # barred by the subscriber
    "5": ErrorClass.ROUTE,  # portability error
    "6": ErrorClass.BLOCKED,  # anti-spam
    "7": ErrorClass.RETRY,  # handset busy
    "8": ErrorClass.RETRY,  # network error
    "9": ErrorClass.BAD_PHONE,  # illegal number
    "10": ErrorClass.BLOCKED,  # illegal message
    "11": ErrorClass.ROUTE,  # unroutable
    "12": ErrorClass.RETRY,  # destination unreachable
    "13": ErrorClass.BLOCKED,  # age restriction
    "14": ErrorClass.BLOCKED,  # blocked by the carrier
    "15": ErrorClass.BLOCKED,  # prepaid, out of money
    "99": ErrorClass.UNCLASSIFIED,  # general error
}


class Vonage(Gateway):
    """One text a call; our reference travels as `client-ref`."""

    name = "vonage"
    default_url = "https://rest.nexmo.com"
    callback_methods = ("GET", "POST")
    takes_callback_url = True
    credentials = (
        Credential("API_KEY", "API key on the dashboard's first page"),
        Credential("API_SECRET", "API secret on the dashboard's first page", secret=True),
        Credential("SENDER_ID", "a rented number or up to 11 letters and digits"),
        Credential(
            "SIGNATURE_SECRET", "signature secret in the dashboard's API settings", secret=True
        ),
        Credential(
            "SIGNATURE_METHOD",
            f"one of {', '.join(SIGNATURE_METHODS)}, as chosen in the dashboard",
            required=False,
            default="sha256",
        ),
    )

    def send(self, sms: OutgoingSms) -> SendResult:
        shortest, longest = TTL_SECONDS
        form = self._login() | {
            "from": self.sender_of(sms),
            "to": sms.to.removeprefix("+"),
            "text": sms.body,
            "type": "text" if GSM_ALPHABET.issuperset(sms.body) else "unicode",
            "ttl": str(min(max(sms.validity_seconds, shortest), longest) * 1000),
            "status-report-req": "1",
            "client-ref": sms.reference,
        }
        # Nobody says whether `sig` covers the address's own query, so it has none.
        address = without_query(sms.callback_url)
        if len(address) <= CALLBACK_LENGTH:
            form["callback"] = address
        call = partial(self.wire.call, "POST", f"{self.api_url}/sms/json", form=form)
        return exchange(call, _read)[0]

    def _login(self) -> dict[str, str]:
        return {"api_key": self.settings["API_KEY"], "api_secret": self.settings["API_SECRET"]}

    def balance(self) -> Balance | None:
        login = (self.settings["API_KEY"], self.settings["API_SECRET"])
        try:
            reply = self.wire.call("GET", f"{self.api_url}/account/get-balance", auth=login)
            money = amount(reply.json()["value"])
        except (WireError, *UNREADABLE):
            return None
        return None if money is None else Balance(money, CURRENCY)

    def authenticate(self, callback: Callback) -> None:
        try:
            fields = dict(_pairs(callback))
        except Malformed as error:
            raise BadCredential("the signed fields can't be decoded") from error
        presented = str(fields.pop("sig", "")).lower().encode(errors="replace")
        if not hmac.compare_digest(self._signature(fields).encode(), presented):
            raise BadCredential("sig missing or wrong")
        check_fresh(_signed_at(fields), callback, SIGNED_SECONDS)

    def _signature(self, fields: Mapping[str, Any]) -> str:
        secret, method = self.settings["SIGNATURE_SECRET"], self.settings["SIGNATURE_METHOD"]
        if not secret or method not in SIGNATURE_METHODS:
            raise BadCredential("no signature secret is set, or an unknown method")
        text = "".join([f"&{name}={_defused(fields[name])}" for name in sorted(fields)])
        return hmac.new(secret.encode(), text.encode(errors="replace"), method).hexdigest()

    def parse_receipts(self, callback: Callback) -> list[ParsedReceipt]:
        fields = single(_pairs(callback))
        word = required(fields, "status")
        code = optional(fields, "err-code")
        has_error = code not in ("", ACCEPTED)
        price = amount(fields.get("price"))
        receipt = ParsedReceipt(
            gateway_ref=required(fields, "messageId"),
            status=STATUSES.get(word.lower()),
            raw_status=word,
            error_code=code if has_error else "",
            error_class=ERRORS.get(code, ErrorClass.UNCLASSIFIED) if has_error else None,
            attempt_sid=our_reference(fields.get("client-ref")),
            recipient=e164(required(fields, "msisdn")),
            price=price,
            currency=CURRENCY if price is not None else "",
        )
        return [receipt]

    def parse_inbound(self, callback: Callback) -> list[InboundText]:
        fields = single(_pairs(callback))
        text = InboundText(
            gateway_ref=required(fields, "messageId"),
            sender=e164(required(fields, "msisdn")),
            recipient=required(fields, "to"),
            body=str(fields.get("text") or ""),
        )
        return [text]


def _read(reply: Reply) -> list[SendResult]:
    """A long text comes back as several parts with an id each; receipts name any of them."""
    parts = [_part(part) for part in reply.json()["messages"]]
    taken = [part for part in parts if isinstance(part, Accepted)]
    if not taken:
        return [parts[0]]
    if len(taken) < len(parts):
        return [Unknown("only some parts were accepted")]
    prices = [part.price for part in taken if part.price is not None]
    price = sum(prices, Decimal(0)) if len(prices) == len(taken) else None
    currency = CURRENCY if price is not None else ""
    return [Accepted(taken[0].gateway_ref, price, currency, segments=len(taken))]


def _part(part: Mapping[str, Any]) -> Accepted | Refused:
    code = required(part, "status")
    if code == ACCEPTED:
        return Accepted(required(part, "message-id"), amount(part.get("message-price")))
    words = part.get("error-text")
    return refused(code, REFUSALS.get(code, ErrorClass.UNCLASSIFIED), words)


def _pairs(callback: Callback) -> Sequence[tuple[str, Any]]:
    """The fields, wherever the account's setting puts them. Raises Malformed."""
    if callback.method == "GET":
        return callback.query
    if callback.content_type == "application/json":
        return list(an_object(callback.json).items())
    return callback.form


def _defused(value: object) -> str:
    return str(value).replace("&", "_").replace("=", "_")


def _signed_at(fields: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromtimestamp(int(fields["timestamp"]), UTC)
    except (LookupError, TypeError, ValueError, OverflowError, OSError) as error:
        raise BadCredential("no signed time") from error
