"""The network's calls in Twilio's format: the fields of its status callbacks, of an inbound text
and of a pressed key (twilio.com/docs: "Track the Message Status of Outbound Messages", "TwiML for
Programmable SMS", "Call resource", "TwiML Voice: Gather")."""

import hashlib
from datetime import datetime

from twofactor.gateways.simulator.text import KEY, Call, Text
from twofactor.words import Status

ACCOUNT_SID = "AC" + hashlib.sha256(b"the simulated phone network").hexdigest()[:32]
API_VERSION = "2010-04-01"
DONE_FORMAT = "%y%m%d%H%M"  # of RawDlrDoneDate, without a zone
VOICE_WORDS = {
    Status.QUEUED: "queued",
    Status.SENT: "ringing",
    Status.DELIVERED: "completed",
    Status.FAILED: "failed",
}


def form_of(call: Call, now: datetime) -> dict[str, str]:
    """What is posted for a claimed report."""
    if call.text.is_reply:
        return inbound_form(call.text)
    return voice_form(call) if call.text.is_call else status_form(call, now)


def status_form(call: Call, now: datetime) -> dict[str, str]:
    """One delivery receipt."""
    form = _common(call.text) | {"MessageStatus": call.status, "SmsStatus": call.status}
    if call.error_code:
        form["ErrorCode"] = call.error_code
    if call.status in (Status.DELIVERED, Status.UNDELIVERED):
        form["RawDlrDoneDate"] = now.strftime(DONE_FORMAT)
    return form


def voice_form(call: Call) -> dict[str, str]:
    """How a phone call fares, or that a key was pressed in it."""
    text = call.text
    form = {
        "CallSid": text.sid,
        "AccountSid": ACCOUNT_SID,
        "From": text.sender,
        "To": text.to,
        "Direction": "outbound-api",
        "ApiVersion": API_VERSION,
    }
    if call.error_code == KEY:
        return form | {"CallStatus": "in-progress", "Digits": "1"}
    return form | {"CallStatus": call.error_code or VOICE_WORDS[call.status]}


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
