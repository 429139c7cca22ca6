"""Twilio's calls: the XML that speaks (TwiML), and what call callbacks mean.

(twilio.com/docs/voice/twiml/gather, /docs/voice/twiml/say, /docs/voice/api/call-resource)
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from twofactor.gateways.base import (
    KeyPress,
    Malformed,
    OutgoingCall,
    ParsedReceipt,
    Script,
    e164,
    required,
)
from twofactor.words import ErrorClass, Status

RING_SECONDS = 30
LONGEST_SECONDS = 120  # of the whole call, whatever happens in it
KEY_SECONDS = 6  # of silence before the greeting is said again
GREETINGS = 2
EVENTS = ["initiated", "ringing", "answered", "completed"]

# Languages of our sentences to those of Twilio's voices.
VOICES = {
    "en": "en-GB",
    "ar": "arb",
    "de": "de-DE",
    "es": "es-MX",
    "fr": "fr-FR",
    "pt": "pt-BR",
}

STATUSES = {
    "queued": Status.QUEUED,
    "initiated": Status.QUEUED,
    "ringing": Status.SENT,
    "in-progress": Status.SENT,
    "completed": Status.DELIVERED,  # answered, be it by a machine; only a typed code proves more
    "busy": Status.UNDELIVERED,
    "no-answer": Status.UNDELIVERED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}
NOBODY_THERE = ("busy", "no-answer")  # words that are their own reason

_SID = re.compile(r"CA[0-9a-f]{32}")


def greeting(call: OutgoingCall) -> str:
    """The TwiML of a call that was answered: ask for a key, twice, and hang up without one."""
    from twilio.twiml.voice_response import Gather, VoiceResponse

    response = VoiceResponse()
    for _ in range(GREETINGS):
        asked = Gather(
            input="dtmf", num_digits=1, timeout=KEY_SECONDS, action=call.answer_url, method="POST"
        )
        asked.say(call.greeting, language=VOICES.get(call.language, VOICES["en"]))
        response.append(asked)
    response.hangup()
    return str(response)


def script(sentences: Sequence[str], language: str) -> Script:
    """The TwiML that says these sentences, with a pause after each, and hangs up."""
    from twilio.twiml.voice_response import VoiceResponse

    response = VoiceResponse()
    for sentence in sentences:
        response.say(sentence, language=VOICES.get(language, VOICES["en"]))
        response.pause(length=1)
    response.hangup()
    return Script("text/xml; charset=utf-8", str(response))


def receipt(fields: Mapping[str, Any], attempt_sid: str) -> ParsedReceipt:
    """How a call fares, from the fields of its status callback. Raises Malformed."""
    word = required(fields, "CallStatus")
    reason = word if word in NOBODY_THERE else ""
    return ParsedReceipt(
        gateway_ref=_sid(fields),
        status=STATUSES.get(word),
        raw_status=word,
        error_code=reason,
        error_class=ErrorClass.RETRY if reason else None,
        attempt_sid=attempt_sid,
        recipient=_recipient(fields),
    )


def key(fields: Mapping[str, Any], attempt_sid: str) -> KeyPress:
    """The key of a `Gather`'s request. Raises Malformed where none was pressed."""
    required(fields, "Digits")
    return KeyPress(_sid(fields), attempt_sid, _recipient(fields))


def _sid(fields: Mapping[str, Any]) -> str:
    sid = required(fields, "CallSid")
    if not _SID.fullmatch(sid):
        raise Malformed("CallSid is not a call's sid")
    return sid


def _recipient(fields: Mapping[str, Any]) -> str:
    return e164(str(fields["To"])) if fields.get("To") else ""
