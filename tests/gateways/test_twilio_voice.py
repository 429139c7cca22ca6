"""Twilio's calls: what it is asked, what it says, and what its call callbacks mean."""

import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest

from tests.gateways.contract import CLOSED_PORT, NOW
from tests.gateways.stub import Answer, Behaviour, Stub, hang
from twofactor.gateways import twilio, twilio_voice
from twofactor.gateways.base import (
    Accepted,
    Callback,
    Malformed,
    OutgoingCall,
    Refused,
    Unknown,
)
from twofactor.gateways.twilio_signature import FORM
from twofactor.gateways.wire import Wire
from twofactor.sms.speech import LANGUAGES
from twofactor.words import Channel, ErrorClass, Status

ACCOUNT = "AC" + "a" * 32
ATTEMPT = "VL0123456789abcdef0123456789abcdef"
SID = "CA" + "1" * 32
CALL = OutgoingCall(
    reference=ATTEMPT,
    to="+256700111222",
    greeting="This is Acme & Sons. To hear the code, press any key.",
    language="en",
    callback_url=f"https://2fa.example.com/webhooks/twilio/status?attempt={ATTEMPT}",
    answer_url=f"https://2fa.example.com/webhooks/twilio/voice?attempt={ATTEMPT}",
)
FIELDS = {"CallSid": SID, "AccountSid": ACCOUNT, "To": CALL.to, "From": "+15005550006"}


def gateway(url: str = CLOSED_PORT, patience: float = 10, **settings: str) -> twilio.Twilio:
    given = {"ACCOUNT_SID": ACCOUNT, "AUTH_TOKEN": "token", "VOICE_FROM": "+15005550006"}
    wire = Wire(read_seconds=patience, total_seconds=patience)
    return twilio.Twilio({**given, **settings, "API_URL": url}, wire)


def callback(fields: dict[str, str]) -> Callback:
    headers = {"content-type": FORM}
    url = CALL.callback_url
    return Callback("POST", url, headers, urlencode(fields).encode(), NOW, attempt_sid=ATTEMPT)


def called(stub: Stub, behaviour: Behaviour, patience: float = 10) -> object:
    stub.behave(behaviour)
    return gateway(stub.url, patience).call(CALL)


def test_it_calls_only_where_a_number_to_call_from_is_set() -> None:
    assert gateway().channels == {Channel.SMS, Channel.CALL}
    assert gateway(VOICE_FROM="").channels == {Channel.SMS}


def test_it_asks_for_a_call_whose_script_stands_in_the_request(stub: Stub) -> None:
    taken = Answer.of({"sid": SID, "status": "queued", "price": None}, 201)
    assert called(stub, taken) == Accepted(SID)
    (heard,) = stub.heard
    assert heard.path == f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    pairs = parse_qsl(heard.body.decode())
    events = [value for name, value in pairs if name == "StatusCallbackEvent"]
    assert events == ["initiated", "ringing", "answered", "completed"]
    form = dict(pairs)
    assert (form["To"], form["From"]) == (CALL.to, "+15005550006")
    assert form["StatusCallback"] == CALL.callback_url
    assert (form["Timeout"], form["TimeLimit"]) == ("30", "120")
    assert form["Twiml"] == twilio_voice.greeting(CALL)


def test_the_call_begins_by_asking_for_a_key_twice_and_then_hangs_up() -> None:
    script = twilio_voice.greeting(CALL)
    assert script.count("<Gather ") == 2
    assert script.count("Acme &amp; Sons") == 2
    assert f'action="{CALL.answer_url}"' in script
    assert 'numDigits="1"' in script
    assert script.endswith("<Hangup /></Response>")


def test_the_answer_to_a_key_says_each_sentence_and_hangs_up() -> None:
    made = gateway().script(["Your code is: one.", "<Bye>"], "fr")
    assert made.content_type.startswith("text/xml")
    assert '<Say language="fr-FR">Your code is: one.</Say>' in made.body
    assert "&lt;Bye&gt;" in made.body
    assert made.body.endswith("<Hangup /></Response>")


def test_there_is_a_voice_for_every_language_that_calls_speak() -> None:
    assert set(twilio_voice.VOICES) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("code", "error_class"),
    [(21211, ErrorClass.BAD_PHONE), (21210, ErrorClass.ACCOUNT), (21215, ErrorClass.ROUTE)],
)
def test_it_tells_why_a_call_was_refused(stub: Stub, code: int, error_class: ErrorClass) -> None:
    result = called(stub, Answer.of({"code": code, "message": "No.", "status": 400}, 400))
    assert isinstance(result, Refused)
    assert (result.code, result.error_class) == (str(code), error_class)


def test_nobody_knows_after_a_timeout(stub: Stub) -> None:
    assert isinstance(called(stub, hang, patience=0.3), Unknown)
    assert len(stub.heard) == 1


@pytest.mark.parametrize(
    ("word", "status", "reason"),
    [
        ("queued", Status.QUEUED, ""),
        ("initiated", Status.QUEUED, ""),
        ("ringing", Status.SENT, ""),
        ("in-progress", Status.SENT, ""),
        ("completed", Status.DELIVERED, ""),
        ("busy", Status.UNDELIVERED, "busy"),
        ("no-answer", Status.UNDELIVERED, "no-answer"),
        ("failed", Status.FAILED, ""),
        ("canceled", Status.FAILED, ""),
        ("transmogrified", None, ""),
    ],
)
def test_every_status_of_a_call_has_a_word_of_ours(
    word: str, status: Status | None, reason: str
) -> None:
    (receipt,) = gateway().parse_receipts(callback(FIELDS | {"CallStatus": word}))
    assert (receipt.status, receipt.raw_status, receipt.error_code) == (status, word, reason)
    assert (receipt.gateway_ref, receipt.recipient) == (SID, CALL.to)
    assert receipt.attempt_sid == ATTEMPT


def test_the_table_of_statuses_is_total() -> None:
    described = "queued initiated ringing in-progress completed busy no-answer failed canceled"
    assert set(twilio_voice.STATUSES) == set(described.split())


@pytest.mark.parametrize(
    "fields",
    [
        {"CallSid": "CA" + "x" * 32, "CallStatus": "ringing"},
        {"CallSid": SID},
        {"CallSid": SID, "CallStatus": "ringing", "To": "nobody"},
    ],
)
def test_a_broken_call_callback_is_malformed(fields: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        gateway().parse_receipts(callback(fields))


def test_it_reads_the_key_and_refuses_silence() -> None:
    press = gateway().parse_key(callback(FIELDS | {"Digits": "5"}))
    assert (press.gateway_ref, press.attempt_sid, press.recipient) == (SID, ATTEMPT, CALL.to)
    with pytest.raises(Malformed):
        gateway().parse_key(callback(FIELDS))


def test_the_greeting_holds_no_digit_to_type() -> None:
    assert not re.search(r"\d", replace(CALL, answer_url="").greeting)
