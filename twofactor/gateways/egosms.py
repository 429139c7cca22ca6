"""EgoSMS / Comms of Pahappa Ltd, Uganda: the JSON API, and its transaction-status webhook.

HTTP 200 can be a refusal: only `Status` tells. One follow-up code covers a whole request, so its
receipts are known by code and phone. (Pahappa, "Sending SMS Using JSON"; Pahappa-LTD/comms-sdk)
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from twofactor.gateways.base import (
    UNREADABLE,
    Accepted,
    Balance,
    Callback,
    Credential,
    Gateway,
    OutgoingSms,
    ParsedReceipt,
    Reply,
    SendResult,
    an_object,
    check_path_token,
    e164,
    exchange,
    refused,
    required,
)
from twofactor.gateways.batches import anything, in_shared_calls
from twofactor.gateways.money import amount
from twofactor.gateways.wire import Wire, WireError
from twofactor.words import ErrorClass, Status

HIGHEST_PRIORITY = "0"
WALLET = "Local"
CURRENCY = "UGX"  # of answers that name none

# "Success" is the only documented word; the others come from public integrations.
STATUSES = {
    "success": Status.DELIVERED,
    "delivered": Status.DELIVERED,
    "sent": Status.SENT,
    "fail": Status.FAILED,
    "failed": Status.FAILED,
    "failure": Status.FAILED,
    "undelivered": Status.UNDELIVERED,
    "rejected": Status.REJECTED,
    "expired": Status.EXPIRED,
}

# The API has sentences, no codes: part of the sentence, our code for it, who has to act.
ERRORS = (
    ("wrong username or password", "wrong_credentials", ErrorClass.ACCOUNT),
    ("username or password not set", "no_credentials", ErrorClass.ACCOUNT),
    ("user does not exist", "user_inactive", ErrorClass.ACCOUNT),
    ("user not active", "user_inactive", ErrorClass.ACCOUNT),
    ("money not enough", "no_money", ErrorClass.ACCOUNT),
    ("values is empty", "empty_value", ErrorClass.UNCLASSIFIED),
    ("wrong json", "wrong_json", ErrorClass.UNCLASSIFIED),
    ("programming error", "programming_error", ErrorClass.RETRY),
)


class EgoSms(Gateway):
    """Many texts a call, each with its own body; no reference, no signature."""

    name = "egosms"
    default_url = "https://comms.egosms.co/api/v1/json/"
    batch_size = 1000
    mixes_bodies = True
    appends_text = True
    bulk_rate = 100.0  # ours: the vendor publishes none
    has_path_token = True
    credentials = (
        Credential("USERNAME", "user name of the Comms account"),
        Credential("API_KEY", "API key of the Comms account", secret=True),
        Credential("SENDER_ID", "registered sender ID, at most 11 characters", default="EgoSMS"),
        Credential("CALLBACK_TOKEN", "last part of the webhook's path", secret=True, min_length=16),
    )

    def __init__(self, settings: Mapping[str, str], wire: Wire) -> None:
        """Raises ValueError for the address of another API than the JSON one."""
        super().__init__(settings, wire)
        # The full address, last slash included: without it the server redirects, and we don't.
        self.api_url = settings.get("API_URL") or self.default_url
        if {"plain", "xml"} & set(urlsplit(self.api_url).path.lower().split("/")):
            raise ValueError(
                "SIXDIGITS_EGOSMS_API_URL must be the address of the JSON API, ending in "
                "/api/v1/json/: the plain API puts password and code into addresses, which get "
                "logged; the XML API is not spoken here."
            )

    def send(self, sms: OutgoingSms) -> SendResult:
        return self.send_batch([sms])[0]

    def send_batch(self, texts: Sequence[OutgoingSms]) -> list[SendResult]:
        return in_shared_calls(texts, self.batch_size, anything, self._send_together)

    def _send_together(self, texts: Sequence[OutgoingSms]) -> list[SendResult]:
        messages = [
            {
                "number": sms.to.removeprefix("+"),
                "message": sms.body,
                "senderid": self.sender_of(sms),
                "priority": HIGHEST_PRIORITY,
            }
            for sms in texts
        ]
        request = self._request("SendSms", msgdata=messages)
        call = partial(self.wire.call, "POST", self.api_url, json_body=request)
        return exchange(call, partial(_read, texts), len(texts))

    def _request(self, method: str, **fields: Any) -> dict[str, Any]:
        user = {"username": self.settings["USERNAME"], "password": self.settings["API_KEY"]}
        return {"method": method, "userdata": user, **fields, "walletType": WALLET}

    def balance(self) -> Balance | None:
        try:
            reply = self.wire.call("POST", self.api_url, json_body=self._request("Balance"))
            answer = reply.json()
            is_ok = str(answer["Status"]).lower() == "ok"
            money = amount(answer["Balance"]) if is_ok else None
        except (WireError, *UNREADABLE):
            return None
        return None if money is None else Balance(money, str(answer.get("Currency") or CURRENCY))

    def authenticate(self, callback: Callback) -> None:
        check_path_token(self.settings["CALLBACK_TOKEN"], callback)

    def parse_receipts(self, callback: Callback) -> list[ParsedReceipt]:
        """`deliveryDate` names no zone, so it is not read."""
        fields = an_object(callback.json)
        word = required(fields, "Status")
        receipt = ParsedReceipt(
            gateway_ref=required(fields, "MsgFollowUpUniqueCode"),
            status=STATUSES.get(word.lower()),
            raw_status=word,
            recipient=e164(required(fields, "number")),
        )
        return [receipt]


def _read(texts: Sequence[OutgoingSms], reply: Reply) -> list[SendResult]:
    answer = reply.json()
    if str(answer["Status"]).lower() != "ok":
        return [_refusal(str(answer["Message"]))] * len(texts)
    code = answer["MsgFollowUpUniqueCode"]
    if not isinstance(code, str) or not code:
        raise ValueError("no follow-up code")
    currency = str(answer.get("Currency") or CURRENCY)
    prices = _shares(amount(answer.get("Cost")), [sms.segments for sms in texts])
    return [Accepted(code, price, currency if price is not None else "") for price in prices]


def _refusal(words: str) -> SendResult:
    for part, code, error_class in ERRORS:
        if part in words.lower():
            return refused(code, error_class, words)
    return refused("failed", ErrorClass.UNCLASSIFIED, words)


def _shares(cost: Decimal | None, segments: Sequence[int]) -> list[Decimal | None]:
    """The answer tells the cost of the whole request, which is charged by the segment."""
    if cost is None:
        return [None] * len(segments)
    each = cost / (sum(segments) or 1)
    return [round(each * count, 6) for count in segments]
