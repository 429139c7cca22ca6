"""The network's calls in Twilio's format: the fields of its status callback and inbound text
(twilio.com/docs: "Track the Message Status of Outbound Messages", "TwiML for Programmable SMS")."""

import hashlib
from datetime import datetime

from twofactor.gateways.simulator.text import Call, Text
from twofactor.words import Status

ACCOUNT_SID = "AC" + hashlib.sha256(b"the simulated phone network").hexdigest()[:32]
API_VERSION = "2010-04-01"
DONE_FORMAT = "%y%m%d%H%M"  # of RawDlrDoneDate, without a zone


def form_of(call: Call, now: datetime) -> dict[str, str]:
    """What is posted for a claimed report."""
    return inbound_form(call.text) if call.text.is_reply else status_form(call, now)


def status_form(call: Call, now: datetime) -> dict[str, str]:
    """One delivery receipt."""
    form = _common(call.text) | {"MessageStatus": call.status, "SmsStatus": call.status}
    if call.error_code:
        form["ErrorCode"] = call.error_code
    if call.status in (Status.DELIVERED, Status.UNDELIVERED):
        form["RawDlrDoneDate"] = now.strftime(DONE_FORMAT)
    return form


def inbound_form(text: Text) -> dict[str, str]:
    """One text that a phone sent back."""
    return _common(text) | {
        "SmsMessageSid": text.sid,
        "SmsStatus": "received",
        "Body": text.body,
        "NumMedia": "0",
        "NumSegments": "1",
    }


def _common(text: Text) -> dict[str, str]:
    return {
        "MessageSid": text.sid,
        "SmsSid": text.sid,
        "AccountSid": ACCOUNT_SID,
        "From": text.sender,
        "To": text.to,
        "ApiVersion": API_VERSION,
    }
