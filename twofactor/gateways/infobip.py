"""Infobip: SMS API version 3; receipts and texts come unsigned, to an address with a token.

(infobip.com/docs/api/channels/sms, /docs/essentials/api-essentials/response-status-and-error-codes)
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from twofactor.gateways.base import (
    UNREADABLE,
    Accepted,
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
    a_list,
    an_object,
    check_path_token,
    e164,
    exchange,
    iso_time,
    our_reference,
    refused,
    required,
)
from twofactor.gateways.money import amount
from twofactor.gateways.wire import WireError
from twofactor.words import ErrorClass, Status

MAX_VALIDITY_SECONDS = 48 * 3600

# By groupId: names and ids within a group differ between products, groups do not.
ACCEPTED, PENDING, UNDELIVERABLE, DELIVERED, EXPIRED, REJECTED = range(6)
STATUSES = {
    ACCEPTED: Status.QUEUED,
    PENDING: Status.SENT,
    UNDELIVERABLE: Status.UNDELIVERED,
    DELIVERED: Status.DELIVERED,
    EXPIRED: Status.EXPIRED,
    REJECTED: Status.REJECTED,
}
DELIVERED_TO_OPERATOR = 2  # in group 3, yet no phone has said anything
TAKEN_GROUPS = (ACCEPTED, PENDING, DELIVERED)
DUPLICATE_MESSAGE_ID = 23

REJECTIONS = {
    6: ErrorClass.ROUTE,  # network not covered
    8: ErrorClass.BAD_PHONE,  # prefix missing
    10: ErrorClass.BLOCKED,  # do not disturb
    11: ErrorClass.ACCOUNT,  # sender ID not registered
    12: ErrorClass.ACCOUNT,  # not enough credits
    13: ErrorClass.ACCOUNT,  # sender ID blocklisted
    14: ErrorClass.BLOCKED,  # destination blocklisted
    17: ErrorClass.ACCOUNT,  # prepaid package expired
    18: ErrorClass.ACCOUNT,  # trial account, destination not registered
    19: ErrorClass.ROUTE,  # no route on the account
    20: ErrorClass.BLOCKED,  # too many texts to this phone
    21: ErrorClass.RETRY,  # system error
    51: ErrorClass.BAD_PHONE,  # destination missing
    52: ErrorClass.BAD_PHONE,  # destination not valid
    87: ErrorClass.BLOCKED,  # pumping protection
}

# Error group, and whether it is permanent.
NO_ERROR = 0
ERRORS = {
    (1, True): ErrorClass.BAD_PHONE,  # handset
    (1, False): ErrorClass.RETRY,
    (2, True): ErrorClass.BLOCKED,  # user
    (2, False): ErrorClass.RETRY,
    (3, True): ErrorClass.ROUTE,  # operator
    (3, False): ErrorClass.RETRY,
}


class Infobip(Gateway):
    """A body, an id and an address for each text of a call. The id is ours, so that a call
    repeated by accident is refused as a duplicate."""

    name = "infobip"
    default_url = "https://api.infobip.com"
    batch_size = 100  # ours; keeps a lost answer small
    mixes_bodies = True
    has_path_token = True
    takes_callback_url = True
    credentials = (
        Credential(
            "API_KEY",
            "API key with the scope for sending texts, from the portal's developer tools",
            secret=True,
        ),
        Credential("SENDER_ID", "a number or registered sender ID of the account"),
        Credential(
            "CALLBACK_TOKEN",
            "at least 16 characters of your own choice, the last part of the webhook's address",
            secret=True,
            min_length=16,
        ),
    )

    def send(self, sms: OutgoingSms) -> SendResult:
        return self.send_batch([sms])[0]

    def send_batch(self, texts: Sequence[OutgoingSms]) -> list[SendResult]:
        if not texts:
            return []
        request = {"messages": [self._message(sms) for sms in texts]}
        url = f"{self.api_url}/sms/3/messages"
        call = partial(self.wire.call, "POST", url, json_body=request, headers=self._login())
        return exchange(call, partial(_read, texts), len(texts))

    def _message(self, sms: OutgoingSms) -> dict[str, Any]:
        seconds = min(max(sms.validity_seconds, 1), MAX_VALIDITY_SECONDS)
        return {
            "sender": self.sender_of(sms),
            "destinations": [{"to": sms.to.removeprefix("+"), "messageId": sms.reference}],
            "content": {"text": sms.body},
            "options": {"validityPeriod": {"amount": seconds, "timeUnit": "SECONDS"}},
            "webhooks": {
                "delivery": {"url": sms.callback_url},
                "contentType": "application/json",
                "callbackData": sms.reference,
            },
        }

    def _login(self) -> dict[str, str]:
        return {"Authorization": f"App {self.settings['API_KEY']}", "Accept": "application/json"}

    def balance(self) -> Balance | None:
        url = f"{self.api_url}/account/1/balance"
        try:
            answer = self.wire.call("GET", url, headers=self._login()).json()
            money = amount(answer["balance"])
            return None if money is None else Balance(money, str(answer["currency"]))
        except (WireError, *UNREADABLE):
            return None

    def authenticate(self, callback: Callback) -> None:
        check_path_token(self.settings["CALLBACK_TOKEN"], callback)

    def parse_receipts(self, callback: Callback) -> list[ParsedReceipt]:
        """One callback brings up to 100; an unusable one among them doesn't spoil the others."""
        results = _results(callback)
        receipts = [receipt for result in results if (receipt := _receipt(result, callback))]
        if results and not receipts:
            raise Malformed("no report can be read")
        return receipts

    def parse_inbound(self, callback: Callback) -> list[InboundText]:
        return [
            InboundText(
                gateway_ref=required(result, "messageId"),
                sender=e164(required(result, "from")),
                recipient=required(result, "to"),
                body=str(result.get("text") or ""),
            )
            for result in map(an_object, _results(callback))
        ]


def _read(texts: Sequence[OutgoingSms], reply: Reply) -> list[SendResult]:
    answer = an_object(reply.json())
    if not reply.is_success:
        return [_request_refused(answer, reply.status)] * len(texts)
    messages = answer["messages"]
    told = {required(message, "messageId"): message for message in messages}
    by_position = zip(texts, messages, strict=True)
    return [_result(told.get(sms.reference, message)) for sms, message in by_position]


def _result(message: Mapping[str, Any]) -> SendResult:
    status = message["status"]
    # Our id is new for every attempt: a duplicate is this very text, taken before.
    if status["groupId"] in TAKEN_GROUPS or status["id"] == DUPLICATE_MESSAGE_ID:
        return Accepted(required(message, "messageId"), segments=_segments(message))
    error_class = REJECTIONS.get(status["id"], ErrorClass.UNCLASSIFIED)
    return refused(required(status, "id"), error_class, status.get("name"))


def _segments(message: Mapping[str, Any]) -> int | None:
    count = (message.get("details") or {}).get("messageCount")
    return count if isinstance(count, int) else None


def _request_refused(answer: Mapping[str, Any], status: int) -> SendResult:
    """The whole call, in the words of this version's API or of the older ones."""
    words = answer.get("description")
    if "errorCode" in answer:
        code = required(answer, "errorCode")
    else:
        fault = answer["requestError"]["serviceException"]
        code, words = required(fault, "messageId"), fault.get("text")
    error_class = ErrorClass.UNCLASSIFIED
    if status in (401, 402, 403):
        error_class = ErrorClass.ACCOUNT
    elif status >= 500:
        error_class = ErrorClass.RETRY
    return refused(code, error_class, words)


def _results(callback: Callback) -> list[Any]:
    return a_list(an_object(callback.json).get("results"))


def _receipt(result: Any, callback: Callback) -> ParsedReceipt | None:
    """One report, or None where it can't be read."""
    try:
        status, error = an_object(result["status"]), result.get("error") or {}
        price, currency = _price(result)
        return ParsedReceipt(
            gateway_ref=required(result, "messageId"),
            status=_status(status),
            raw_status=required(status, "name"),
            error_code=str(error["id"]) if error.get("id", NO_ERROR) != NO_ERROR else "",
            error_class=_error_class(status, error),
            attempt_sid=our_reference(result.get("callbackData")) or callback.attempt_sid,
            recipient=e164(required(result, "to")),
            done_at=iso_time(result.get("doneAt")),
            price=price,
            currency=currency,
        )
    except UNREADABLE:
        return None


def _status(status: Mapping[str, Any]) -> Status | None:
    group = status.get("groupId")
    if group == DELIVERED and status.get("id") == DELIVERED_TO_OPERATOR:
        return Status.SENT
    return STATUSES.get(group) if isinstance(group, int) else None


def _error_class(status: Mapping[str, Any], error: Mapping[str, Any]) -> ErrorClass | None:
    if error.get("id", NO_ERROR) != NO_ERROR:
        kind = (error.get("groupId"), bool(error.get("permanent")))
        return ERRORS.get(kind, ErrorClass.UNCLASSIFIED)  # type: ignore[arg-type]
    if status.get("groupId") == REJECTED:
        return REJECTIONS.get(status.get("id"), ErrorClass.UNCLASSIFIED)  # type: ignore[arg-type]
    return None


def _price(result: Mapping[str, Any]) -> tuple[Decimal | None, str]:
    price = result.get("price") or {}
    each = amount(price.get("pricePerMessage"))
    if each is None:
        return None, ""
    whole = amount(each * int(result.get("messageCount") or 1))
    return whole, str(price.get("currency") or "") if whole is not None else ""
