"""AWS End User Messaging SMS: SendTextMessage (API `pinpoint-sms-voice-v2`), events through SNS.

(AWS End User Messaging SMS User Guide, "Event types" and "Two-way SMS"; the request, its errors and
their reasons from botocore's model of the API)
"""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from twofactor.gateways.base import (
    Accepted,
    BadCredential,
    Callback,
    Credential,
    Gateway,
    InboundText,
    Malformed,
    OutgoingSms,
    ParsedReceipt,
    Reply,
    SendResult,
    an_object,
    e164,
    exchange,
    our_reference,
    refused,
    required,
)
from twofactor.gateways.money import amount
from twofactor.gateways.sigv4 import NotSigned, Signer
from twofactor.gateways.sns import (
    SUBSCRIBE_URL,
    CertificateSource,
    FetchedCertificates,
    check_signature,
)
from twofactor.gateways.wire import Wire, WireError
from twofactor.words import ErrorClass, Status

log = logging.getLogger(__name__)

CURRENCY = "USD"
SIGNING_NAME = "sms-voice"
HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "PinpointSMSVoiceV2.SendTextMessage",
}
REFERENCE_KEY = "attempt"  # of the context that comes back in every event
VALIDITY_SECONDS = (5, 259_200)  # what the API takes

# After `TEXT_`. SUCCESSFUL claims to be final but means: accepted by the carrier.
STATUSES = {
    "QUEUED": Status.QUEUED,
    "PENDING": Status.SENT,
    "SENT": Status.SENT,
    "SUCCESSFUL": Status.SENT,
    "DELIVERED": Status.DELIVERED,
    "UNREACHABLE": Status.UNDELIVERED,
    "CARRIER_UNREACHABLE": Status.UNDELIVERED,
    "INVALID": Status.FAILED,
    "TTL_EXPIRED": Status.EXPIRED,
    "BLOCKED": Status.REJECTED,
    "CARRIER_BLOCKED": Status.REJECTED,
    "SPAM": Status.REJECTED,
    "INVALID_MESSAGE": Status.REJECTED,
    "PROTECT_BLOCKED": Status.REJECTED,
}

EVENT_ERRORS = {
    "UNREACHABLE": ErrorClass.RETRY,
    "CARRIER_UNREACHABLE": ErrorClass.RETRY,
    "INVALID": ErrorClass.BAD_PHONE,
    "TTL_EXPIRED": ErrorClass.EXPIRED,
    "BLOCKED": ErrorClass.BLOCKED,
    "CARRIER_BLOCKED": ErrorClass.BLOCKED,
    "SPAM": ErrorClass.BLOCKED,
    "INVALID_MESSAGE": ErrorClass.BLOCKED,
    "PROTECT_BLOCKED": ErrorClass.BLOCKED,
}

# Reasons first, then the names of exceptions.
ERRORS = {
    "DESTINATION_PHONE_NUMBER_OPTED_OUT": ErrorClass.OPTED_OUT,
    "DESTINATION_PHONE_NUMBER_NOT_VERIFIED": ErrorClass.ACCOUNT,  # still in the sandbox
    "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION": ErrorClass.BLOCKED,
    "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE": ErrorClass.BLOCKED,
    "NO_ORIGINATION_IDENTITIES_FOUND": ErrorClass.ROUTE,
    "COUNTRY_NOT_ENABLED": ErrorClass.ROUTE,
    "DESTINATION_COUNTRY_BLOCKED": ErrorClass.ROUTE,
    "INTERNATIONAL_SENDING_NOT_SUPPORTED": ErrorClass.ROUTE,
    "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY": ErrorClass.ROUTE,
    "SENDER_ID_NOT_SUPPORTED": ErrorClass.ROUTE,
    "SENDER_ID_REQUIRES_REGISTRATION": ErrorClass.ROUTE,
    "SENDER_ID_NOT_REGISTERED": ErrorClass.ROUTE,
    "PRICE_OVER_THRESHOLD": ErrorClass.ROUTE,
    "ThrottlingException": ErrorClass.RETRY,
    "AccessDeniedException": ErrorClass.ACCOUNT,
    "ServiceQuotaExceededException": ErrorClass.ACCOUNT,
    "ResourceNotFoundException": ErrorClass.ACCOUNT,
    "UnrecognizedClientException": ErrorClass.ACCOUNT,
    "InvalidSignatureException": ErrorClass.ACCOUNT,
    "ExpiredTokenException": ErrorClass.ACCOUNT,
    "MissingAuthenticationTokenException": ErrorClass.ACCOUNT,
    "IncompleteSignature": ErrorClass.ACCOUNT,
}
PHONE_FIELD = "DestinationPhoneNumber"


class Aws(Gateway):
    """One text a call. `certificate_source` gives the PEM behind a SigningCertURL."""

    name = "aws"
    authenticates_alone = False  # fetches the certificate that signed
    bulk_rate = 3.0  # of a toll-free number (AWS, "Message parts per second limits")
    default_url = ""  # the region decides
    credentials = (
        Credential("REGION", "region, such as eu-west-1"),
        Credential("ORIGINATION_IDENTITY", "phone number, sender ID or pool: its id or ARN"),
        Credential("CONFIGURATION_SET", "configuration set whose events go to the SNS topic"),
        Credential("SNS_TOPIC_ARNS", "comma list of the topics that may call the webhook"),
        Credential("ACCESS_KEY_ID", "access key; empty: boto3's own chain", required=False),
        Credential("SECRET_ACCESS_KEY", "its secret", required=False, secret=True),
    )

    def __init__(
        self,
        settings: Mapping[str, str],
        wire: Wire,
        certificate_source: CertificateSource | None = None,
    ) -> None:
        super().__init__(settings, wire)
        if not self.api_url:
            self.api_url = f"https://{SIGNING_NAME}.{self.settings['REGION']}.amazonaws.com"
        self._signer = Signer(
            SIGNING_NAME,
            self.settings["REGION"],
            self.settings["ACCESS_KEY_ID"],
            self.settings["SECRET_ACCESS_KEY"],
        )
        self.certificate_source = certificate_source or FetchedCertificates(wire)
        arns = self.settings["SNS_TOPIC_ARNS"].split(",")
        self._topics = frozenset(arn.strip() for arn in arns if arn.strip())

    def send(self, sms: OutgoingSms) -> SendResult:
        """boto3's own client is not used: it bounds each read but no whole call, and does not
        tell whether a request left."""
        body = json.dumps(self._request(sms)).encode()
        try:
            headers = self._signer.headers(self.api_url + "/", HEADERS, body)
        except NotSigned as error:
            return refused("no_credentials", ErrorClass.ACCOUNT, error)
        call = partial(self.wire.call, "POST", self.api_url + "/", headers=headers, form=body)
        return exchange(call, _read)[0]

    def _request(self, sms: OutgoingSms) -> dict[str, Any]:
        shortest, longest = VALIDITY_SECONDS
        request = {
            "DestinationPhoneNumber": sms.to,
            "OriginationIdentity": self.sender_of(sms),
            "MessageBody": sms.body,
            "MessageType": "TRANSACTIONAL",
            "ConfigurationSetName": self.settings["CONFIGURATION_SET"],
            "TimeToLive": min(max(sms.validity_seconds, shortest), longest),
            "Context": {REFERENCE_KEY: sms.reference},
        }
        return {name: value for name, value in request.items() if value}

    def authenticate(self, callback: Callback) -> None:
        """Topic, certificate address, signature. Raises also WireError when a certificate that
        may be right can't be fetched now: answer 503, and SNS comes again."""
        try:
            message = an_object(callback.json)
        except Malformed as error:
            raise BadCredential("no signed message") from error
        if message.get("TopicArn") not in self._topics:
            raise BadCredential("topic is not on the list")
        check_signature(message, self.certificate_source)

    def parse_receipts(self, callback: Callback) -> list[ParsedReceipt]:
        event = self._notified(callback)
        return [_receipt(event)] if event is not None else []

    def parse_inbound(self, callback: Callback) -> list[InboundText]:
        event = self._notified(callback)
        if event is None:
            return []
        text = InboundText(
            gateway_ref=required(event, "inboundMessageId"),
            sender=e164(required(event, "originationNumber")),
            recipient=required(event, "destinationNumber"),
            body=str(event.get("messageBody") or ""),
        )
        return [text]

    def _notified(self, callback: Callback) -> dict[str, Any] | None:
        """What a notification tells; None for SNS's own messages. Raises Malformed."""
        message = an_object(callback.json)
        if message.get("Type") == "SubscriptionConfirmation":
            self._confirm(required(message, "SubscribeURL"))
        if message.get("Type") != "Notification":
            return None
        try:
            return an_object(json.loads(message["Message"]))
        except (LookupError, TypeError, ValueError, RecursionError) as error:
            raise Malformed("the notification holds no JSON") from error

    def _confirm(self, url: str) -> None:
        """Visit the address that starts the subscription. It is signed, and of an SNS host."""
        if not SUBSCRIBE_URL.fullmatch(url):
            raise Malformed("the confirmation address is not of an SNS host")
        try:
            status = str(self.wire.call("GET", url).status)
        except WireError as error:
            status = error.reason
        log.warning("SNS subscription visited: %s", status)


def _receipt(event: dict[str, Any]) -> ParsedReceipt:
    word = required(event, "eventType")
    status = STATUSES.get(word.removeprefix("TEXT_")) if word.startswith("TEXT_") else None
    failure = word.removeprefix("TEXT_") if status is not None and status.is_failure else ""
    context = event.get("context")
    price, fee = amount(event.get("totalMessagePrice")), amount(event.get("totalCarrierFee"))
    return ParsedReceipt(
        gateway_ref=required(event, "messageId"),
        status=status,
        raw_status=word,
        error_code=failure,
        error_class=EVENT_ERRORS.get(failure),
        attempt_sid=our_reference(context.get(REFERENCE_KEY)) if isinstance(context, dict) else "",
        recipient=e164(required(event, "destinationPhoneNumber")),
        done_at=_time(event.get("eventTimestamp")),
        price=price + (fee or 0) if price is not None else None,
        currency=CURRENCY if price is not None else "",
    )


def _time(milliseconds: object) -> datetime | None:
    number = amount(milliseconds)
    try:
        return None if number is None else datetime.fromtimestamp(float(number / 1000), UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _read(reply: Reply) -> list[SendResult]:
    """The error's name may have a namespace before `#` and an address after `:`."""
    answer = reply.json()
    if reply.is_success:
        return [Accepted(_id(answer["MessageId"]))]
    name = str(answer["__type"]).partition(":")[0].rpartition("#")[2]
    reason = str(answer.get("Reason") or "")
    error_class = ERRORS.get(reason) or ERRORS.get(name)
    if any(field.get("Name") == PHONE_FIELD for field in answer.get("Fields") or ()):
        error_class = ErrorClass.BAD_PHONE
    if error_class is None and reply.status >= 500:
        raise LookupError(name)  # a server fault: nobody knows how far the text came
    words = answer.get("Message") or answer.get("message")
    return [refused(reason or name, error_class or ErrorClass.UNCLASSIFIED, words)]


def _id(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("no message id")
    return value
