"""Africa's Talking: bulk SMS by form, one body for a comma list of phones; delivery reports.

(docs.africastalking.com, "Sending SMS" and "Delivery reports"; status codes from its SDKs' pages)
"""

from collections.abc import Mapping, Sequence
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
    OutgoingSms,
    ParsedReceipt,
    Reply,
    SendResult,
    Unknown,
    check_path_token,
    e164,
    exchange,
    optional,
    refused,
    required,
    single,
)
from twofactor.gateways.batches import in_shared_calls, one_body
from twofactor.gateways.money import named_amount
from twofactor.gateways.wire import WireError
from twofactor.words import ErrorClass, Status

STATUSES = {
    "sent": Status.SENT,
    "submitted": Status.SENT,
    "buffered": Status.SENT,
    "success": Status.DELIVERED,
    "failed": Status.UNDELIVERED,
    "rejected": Status.REJECTED,
}

ACCEPTED_CODES = ("100", "101", "102")  # processed, sent, queued

# Status codes of a phone in the send answer, and words that stand for all of them.
ERRORS = {
    "401": ErrorClass.BLOCKED,  # risk hold
    "402": ErrorClass.ACCOUNT,  # invalid sender ID
    "403": ErrorClass.BAD_PHONE,  # invalid phone number
    "404": ErrorClass.BAD_PHONE,  # unsupported number type
    "405": ErrorClass.ACCOUNT,  # insufficient balance
    "406": ErrorClass.OPTED_OUT,  # user in blacklist
    "407": ErrorClass.ROUTE,  # could not route
    "409": ErrorClass.OPTED_OUT,  # do-not-disturb rejection
    "500": ErrorClass.RETRY,  # internal server error
    "501": ErrorClass.RETRY,  # gateway error
    "502": ErrorClass.RETRY,  # rejected by gateway
    "InvalidSenderId": ErrorClass.ACCOUNT,
    "InsufficientBalance": ErrorClass.ACCOUNT,
    "InvalidPhoneNumber": ErrorClass.BAD_PHONE,
}

FAILURE_REASONS = {
    "InvalidLinkId": ErrorClass.ACCOUNT,
    "UserIsInactive": ErrorClass.BAD_PHONE,
    "UserInBlackList": ErrorClass.OPTED_OUT,
    "UserAccountSuspended": ErrorClass.BAD_PHONE,
    "NotNetworkSubcriber": ErrorClass.BAD_PHONE,  # as the vendor spells it
    "NotNetworkSubscriber": ErrorClass.BAD_PHONE,
    "UserDoesNotExist": ErrorClass.BAD_PHONE,
    "UserNotSubscribedToProduct": ErrorClass.ACCOUNT,
    "DeliveryFailure": ErrorClass.RETRY,
}


class AfricasTalking(Gateway):
    """No reference and no signature: receipts are known by message id and phone."""

    name = "africastalking"
    default_url = "https://api.africastalking.com"
    batch_size = 100  # ours: the vendor names no limit, and this keeps a lost answer small
    has_path_token = True
    credentials = (
        Credential("USERNAME", "name of the application; `sandbox` in the sandbox"),
        Credential("API_KEY", "API key of the application", secret=True),
        Credential("SENDER_ID", "registered sender ID or short code; empty: a shared one", False),
        Credential("CALLBACK_TOKEN", "last part of the webhook's path", secret=True, min_length=16),
    )

    def send(self, sms: OutgoingSms) -> SendResult:
        return self.send_batch([sms])[0]

    def send_batch(self, texts: Sequence[OutgoingSms]) -> list[SendResult]:
        return in_shared_calls(texts, self.batch_size, one_body, self._send_together)

    def _send_together(self, texts: Sequence[OutgoingSms]) -> list[SendResult]:
        form = {
            "username": self.settings["USERNAME"],
            "to": ",".join(sms.to for sms in texts),
            "message": texts[0].body,
            "bulkSMSMode": "1",
        }
        sender = self.sender_of(texts[0])
        if sender:
            form["from"] = sender
        url = f"{self.api_url}/version1/messaging"
        call = partial(self.wire.call, "POST", url, headers=self._headers(), form=form)
        return exchange(call, partial(_read, texts), len(texts))

    def _headers(self) -> dict[str, str]:
        return {"apiKey": self.settings["API_KEY"], "Accept": "application/json"}

    def balance(self) -> Balance | None:
        query = {"username": self.settings["USERNAME"]}
        try:
            url = f"{self.api_url}/version1/user"
            reply = self.wire.call("GET", url, headers=self._headers(), params=query)
            money, currency = named_amount(reply.json()["UserData"]["balance"])
        except (WireError, *UNREADABLE):
            return None
        return None if money is None else Balance(money, currency)

    def authenticate(self, callback: Callback) -> None:
        check_path_token(self.settings["CALLBACK_TOKEN"], callback)

    def parse_receipts(self, callback: Callback) -> list[ParsedReceipt]:
        fields = single(callback.form)
        word = required(fields, "status")
        status = STATUSES.get(word.lower())
        reason = optional(fields, "failureReason")
        receipt = ParsedReceipt(
            gateway_ref=required(fields, "id"),
            status=status,
            raw_status=word,
            error_code=reason,
            error_class=_failure_class(status, reason),
            recipient=e164(required(fields, "phoneNumber")),
        )
        return [receipt]

    def parse_inbound(self, callback: Callback) -> list[InboundText]:
        fields = single(callback.form)
        text = InboundText(
            gateway_ref=required(fields, "id"),
            sender=e164(required(fields, "from")),
            recipient=required(fields, "to"),
            body=fields.get("text", ""),
        )
        return [text]


def _failure_class(status: Status | None, reason: str) -> ErrorClass | None:
    if status is None or not status.is_failure:
        return None
    return FAILURE_REASONS.get(reason, ErrorClass.UNCLASSIFIED)


def _read(texts: Sequence[OutgoingSms], reply: Reply) -> list[SendResult]:
    answer = reply.json()["SMSMessageData"]
    rows = {"+" + str(row["number"]).lstrip("+"): row for row in answer["Recipients"]}
    if not rows:
        return [_refusal(str(answer["Message"]))] * len(texts)
    return [_result(rows.get(sms.to)) for sms in texts]


def _refusal(words: str) -> SendResult:
    """One word, or a sentence such as `Sent to 0/1 Total Cost: 0`."""
    code = words if words.isalnum() else "no_recipients"
    return refused(code, ERRORS.get(code, ErrorClass.UNCLASSIFIED), words)


def _result(row: Mapping[str, Any] | None) -> SendResult:
    if row is None:
        return Unknown("the answer does not mention this phone")
    code = str(row["statusCode"])
    if code not in ACCEPTED_CODES:
        error_class = ERRORS.get(code, ErrorClass.UNCLASSIFIED)
        return refused(code, error_class, row.get("status"))
    gateway_ref = row["messageId"]
    if not isinstance(gateway_ref, str) or gateway_ref in ("", "None"):
        return Unknown("taken without a message id")
    price, currency = named_amount(row.get("cost"))
    return Accepted(gateway_ref, price, currency)
