"""Twilio: Programmable Messaging and Voice through the official SDK, signed callbacks and texts.

(twilio.com/docs/messaging/api/message-resource, /docs/usage/webhooks/webhooks-security,
/docs/api/errors)
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from twofactor.gateways import twilio_voice
from twofactor.gateways.base import (
    UNREADABLE,
    Accepted,
    Balance,
    Callback,
    Credential,
    Gateway,
    InboundText,
    KeyPress,
    Malformed,
    OutgoingCall,
    OutgoingSms,
    ParsedReceipt,
    Reply,
    Script,
    SendResult,
    an_object,
    e164,
    exchange,
    refused,
    required,
    single,
)
from twofactor.gateways.money import amount
from twofactor.gateways.twilio_courier import Courier
from twofactor.gateways.twilio_signature import FORM, check_signature, sign
from twofactor.gateways.wire import Wire, WireError
from twofactor.words import Channel, ErrorClass, Status

__all__ = ["Twilio", "check_signature", "parse_status_callback", "sign"]

VALIDITY_SECONDS = (1, 36_000)  # what the API takes
ACCOUNTS = "/2010-04-01/Accounts"

STATUSES = {
    "accepted": Status.QUEUED,
    "scheduled": Status.QUEUED,
    "queued": Status.QUEUED,
    "sending": Status.QUEUED,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "undelivered": Status.UNDELIVERED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}

VALIDITY_EXPIRED = "30036"

ERRORS = {
    "20003": ErrorClass.ACCOUNT,  # credentials refused
    "20404": ErrorClass.ACCOUNT,  # no such account
    "20429": ErrorClass.RETRY,  # too many requests
    "20500": ErrorClass.RETRY,  # internal server error
    "20503": ErrorClass.RETRY,  # service unavailable
    "21211": ErrorClass.BAD_PHONE,  # invalid To
    "21212": ErrorClass.ACCOUNT,  # invalid From
    "21210": ErrorClass.ACCOUNT,  # VOICE_FROM can't call
    "21215": ErrorClass.ROUTE,  # calls to this region not permitted
    "21216": ErrorClass.ROUTE,  # calls to this number not permitted
    "21217": ErrorClass.BAD_PHONE,  # can't be called
    "21219": ErrorClass.ACCOUNT,  # trial account, phone not verified
    "21408": ErrorClass.ROUTE,  # region not permitted for the account
    "21603": ErrorClass.ACCOUNT,  # neither From nor a messaging service
    "21606": ErrorClass.ACCOUNT,  # From can't send
    "21608": ErrorClass.ACCOUNT,  # trial account, phone not verified
    "21610": ErrorClass.OPTED_OUT,  # the person sent STOP
    "21611": ErrorClass.RETRY,  # the sender's queue is full
    "21612": ErrorClass.ROUTE,  # no route from this sender
    "21614": ErrorClass.BAD_PHONE,  # not a mobile phone
    "30001": ErrorClass.RETRY,  # queue overflow
    "30002": ErrorClass.ACCOUNT,  # account suspended
    "30003": ErrorClass.RETRY,  # handset unreachable
    "30004": ErrorClass.BLOCKED,  # message blocked
    "30005": ErrorClass.BAD_PHONE,  # unknown destination
    "30006": ErrorClass.BAD_PHONE,  # landline, or carrier unreachable
    "30007": ErrorClass.BLOCKED,  # filtered
    "30008": ErrorClass.RETRY,  # unknown error
    "30034": ErrorClass.ACCOUNT,  # sender not registered in the USA
    "30036": ErrorClass.EXPIRED,  # validity ran out in the queue
    "30450": ErrorClass.BLOCKED,  # pumping protection, for minutes
    "30453": ErrorClass.BLOCKED,  # pumping protection, for hours
    "60410": ErrorClass.BLOCKED,  # fraud guard
    "63024": ErrorClass.BAD_PHONE,  # invalid recipient on this channel
    "572005": ErrorClass.ACCOUNT,  # trial account, phone not verified
}

_SID = re.compile(r"(?:SM|MM)[0-9a-f]{32}")
_ERROR_CODE = re.compile(r"[0-9]{1,6}")


class Twilio(Gateway):
    """One text a call; each call names its own callback address."""

    name = "twilio"
    bulk_rate = 1.0  # of a long code to the US and Canada (Twilio, error 30001)
    default_url = "https://api.twilio.com"
    takes_callback_url = True
    credentials = (
        Credential("ACCOUNT_SID", "Account SID on the console's first page, AC…"),
        Credential(
            "AUTH_TOKEN",
            "auth token; while it is being changed a comma list, newest first",
            secret=True,
        ),
        Credential("FROM", "the number or sender ID to send from", required=False),
        Credential("MESSAGING_SERVICE_SID", "MG…, used instead of FROM", required=False),
        Credential("VOICE_FROM", "the number to call from; empty: no calls", required=False),
        Credential(
            "SHARED_KEYS",
            "id=secret,… of shared keys, where callbacks are signed with HMAC-SHA-256",
            required=False,
            secret=True,
        ),
    )

    def __init__(self, settings: Mapping[str, str], wire: Wire) -> None:
        super().__init__(settings, wire)
        self._tokens = _listed(self.settings["AUTH_TOKEN"])
        pairs = (pair.partition("=") for pair in _listed(self.settings["SHARED_KEYS"]))
        self._shared_keys = {key.strip(): secret for key, _, secret in pairs if secret}

    @property
    def channels(self) -> frozenset[Channel]:
        calls = {Channel.CALL} if self.settings["VOICE_FROM"] else set()
        return frozenset({Channel.SMS, *calls})

    def send(self, sms: OutgoingSms) -> SendResult:
        service = self.settings["MESSAGING_SERVICE_SID"]
        own = sms.sender or not service
        sender = {"from_": self.sender_of(sms)} if own else {"messaging_service_sid": service}
        shortest, longest = VALIDITY_SECONDS
        return self._create(
            "messages",
            to=sms.to,
            body=sms.body,
            status_callback=sms.callback_url,
            validity_period=min(max(sms.validity_seconds, shortest), longest),
            **sender,
        )

    def call(self, call: OutgoingCall) -> SendResult:
        return self._create(
            "calls",
            to=call.to,
            from_=self.settings["VOICE_FROM"],
            twiml=twilio_voice.greeting(call),
            status_callback=call.callback_url,
            status_callback_event=twilio_voice.EVENTS,
            timeout=twilio_voice.RING_SECONDS,
            time_limit=twilio_voice.LONGEST_SECONDS,
        )

    def _create(self, resource: str, **values: Any) -> SendResult:
        """Make one message or call."""
        if not all(self._login()):  # the SDK would look for them in the environment
            return refused(
                "no_credentials", ErrorClass.ACCOUNT, "account SID or auth token missing"
            )
        return exchange(partial(self._ask, resource, values), _read)[0]

    def _ask(self, resource: str, values: Mapping[str, Any]) -> Reply:
        """The SDK makes the request. What it makes of the answer is not asked: its errors drop
        the headers, and it takes for a message whatever comes with 2xx."""
        from twilio.base.exceptions import TwilioException
        from twilio.rest import Client

        courier = Courier(self.wire, self.api_url)
        try:
            client = Client(*self._login(), http_client=courier)
            getattr(client, resource).create(**values)
        except (TwilioException, *UNREADABLE) as error:
            if courier.reply is None:
                raise WireError(type(error).__name__, sent=False) from error
        if courier.reply is None:
            raise WireError("the SDK made no request", sent=False)
        return courier.reply

    def _login(self) -> tuple[str, str]:
        return self.settings["ACCOUNT_SID"], next(iter(self._tokens), "")

    def balance(self) -> Balance | None:
        url = f"{self.api_url}{ACCOUNTS}/{self.settings['ACCOUNT_SID']}/Balance.json"
        try:
            answer = self.wire.call("GET", url, auth=self._login()).json()
            money = amount(answer["balance"])
            return None if money is None else Balance(money, str(answer["currency"]))
        except (WireError, *UNREADABLE):
            return None

    def authenticate(self, callback: Callback) -> None:
        check_signature(self._tokens, callback, self._shared_keys)

    def parse_receipts(self, callback: Callback) -> list[ParsedReceipt]:
        return parse_status_callback(callback)

    def parse_key(self, callback: Callback) -> KeyPress:
        return twilio_voice.key(_fields(callback), callback.attempt_sid)

    def script(self, sentences: Sequence[str], language: str) -> Script:
        return twilio_voice.script(sentences, language)

    def parse_inbound(self, callback: Callback) -> list[InboundText]:
        fields = _fields(callback)
        sender, recipient = _phone(required(fields, "From")), required(fields, "To")
        return [InboundText(_sid(fields), sender, recipient, str(fields.get("Body", "")))]


def _read(reply: Reply) -> list[SendResult]:
    answer = reply.json()
    code = answer.get("error_code") if reply.is_success else answer["code"]
    if code is not None:
        passing = ErrorClass.RETRY if reply.status >= 500 else ErrorClass.UNCLASSIFIED
        words = answer.get("error_message") or answer.get("message") or answer.get("title")
        return [refused(int(code), ERRORS.get(str(code), passing), words)]
    price = amount(answer.get("price"))
    accepted = Accepted(
        required(answer, "sid"),
        price=None if price is None else abs(price),
        currency=str(answer.get("price_unit") or "") if price is not None else "",
        segments=int(answer.get("num_segments") or 0) or None,
    )
    return [accepted]


def parse_status_callback(callback: Callback) -> list[ParsedReceipt]:
    """The delivery fact of an authenticated status callback. Raises Malformed."""
    fields = _fields(callback)
    if "CallSid" in fields:
        return [twilio_voice.receipt(fields, callback.attempt_sid)]
    word = required(fields, "MessageStatus")
    code = str(fields.get("ErrorCode") or "")
    if code and not _ERROR_CODE.fullmatch(code):
        raise Malformed("ErrorCode is not a number")
    status = STATUSES.get(word)
    if status is Status.FAILED and code == VALIDITY_EXPIRED:
        status = Status.EXPIRED
    receipt = ParsedReceipt(
        gateway_ref=_sid(fields),
        status=status,
        raw_status=word,
        error_code=code,
        error_class=ERRORS.get(code, ErrorClass.UNCLASSIFIED) if code else None,
        attempt_sid=callback.attempt_sid,
        recipient=_phone(str(fields["To"])) if fields.get("To") else "",
    )
    return [receipt]


def _fields(callback: Callback) -> dict[str, Any]:
    """The callback's fields, each once. Raises Malformed."""
    if callback.content_type == FORM:
        return single(callback.form)
    return an_object(callback.json)


def _sid(fields: Mapping[str, Any]) -> str:
    """The message's sid. Raises Malformed when the two fields for it differ."""
    sid = required(fields, "MessageSid")
    if not _SID.fullmatch(sid) or fields.get("SmsSid", sid) != sid:
        raise Malformed("MessageSid is not a message's sid")
    return sid


def _phone(address: str) -> str:
    """E.164 of an address that may name its channel first, as in `whatsapp:+256…`."""
    return e164(address.rpartition(":")[2])


def _listed(setting: str) -> list[str]:
    return [one.strip() for one in setting.split(",") if one.strip()]
