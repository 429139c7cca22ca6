"""Twilio: what it is asked, what its answers mean, which callbacks are its own."""

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.gateways.contract import CLOSED_PORT, NOW, SMS, GatewayContract
from tests.gateways.corpus import SECRETS
from tests.gateways.stub import Answer, Heard, Stub
from twofactor.gateways import twilio
from twofactor.gateways.base import (
    Accepted,
    BadCredential,
    Balance,
    Callback,
    Malformed,
    OutgoingSms,
    Refused,
)
from twofactor.words import ErrorClass, Status

ACCOUNT = "AC" + "a" * 32
TOKEN = SECRETS["twilio"]["AUTH_TOKEN"]
SID = "SM" + "1" * 32
URL = SMS.callback_url
DESCRIPTION = Path(__file__).parents[1] / "data" / "twilio" / "api_v2010_messages.min.json"
FIELDS = {
    "MessageSid": SID,
    "SmsSid": SID,
    "MessageStatus": "delivered",
    "To": SMS.to,
    "AccountSid": ACCOUNT,
}


def signed(fields: dict[str, str] | list[tuple[str, str]], token: str = TOKEN) -> Callback:
    pairs = list(fields.items()) if isinstance(fields, dict) else fields
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": twilio.sign(token, URL, pairs),
    }
    return Callback("POST", URL, headers, urlencode(pairs).encode(), NOW, attempt_sid=SMS.reference)


def error(code: int, status: int, **headers: str) -> Answer:
    body = {"code": code, "message": "No.", "more_info": "https://…", "status": status}
    return Answer.of(body, status, **headers)


class TestTwilio(GatewayContract):
    gateway = twilio.Twilio
    settings = {"ACCOUNT_SID": ACCOUNT, "AUTH_TOKEN": f"{TOKEN},older", "FROM": "+15005550006"}
    gateway_ref = SID
    refused_for_good = error(21211, 400)
    refused_code = "21211"
    refused_for_now = error(21611, 400)
    throttled = error(20429, 429, Retry_After="7")
    delivered_word = "delivered"

    def accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        answer = {
            "sid": SID,
            "status": "queued",
            "error_code": None,
            "error_message": None,
            "num_segments": "1",
            "price": "-0.0075",
            "price_unit": "USD",
        }
        return Answer.of(answer, 201)

    def receipt(self, status_word: str) -> Callback:
        return signed(FIELDS | {"MessageStatus": status_word})

    def forged(self) -> Callback:
        return replace(signed(FIELDS), body=urlencode(FIELDS | {"To": "+256700111299"}).encode())

    def unsigned(self) -> Callback:
        return replace(
            signed(FIELDS), headers={"content-type": "application/x-www-form-urlencoded"}
        )

    def malformed(self) -> Sequence[Callback]:
        return [
            signed({name: value for name, value in FIELDS.items() if name != "MessageSid"}),
            signed({name: value for name, value in FIELDS.items() if name != "MessageStatus"}),
            signed([*FIELDS.items(), ("MessageStatus", "sent")]),
            signed([*FIELDS.items(), ("MessageStatus", "delivered")]),
            signed(FIELDS | {"MessageSid": "SM" + "A" * 32, "SmsSid": "SM" + "A" * 32}),
            signed(FIELDS | {"SmsSid": "SM" + "2" * 32}),
            signed(FIELDS | {"ErrorCode": "3000x"}),
            signed(FIELDS | {"To": "nobody"}),
        ]

    def test_it_asks_what_twilio_describes(self, stub: Stub) -> None:
        self.send(stub, self.accepted([SMS]))
        (heard,) = stub.heard
        check_against_description(heard)
        assert heard.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        assert heard.headers["authorization"].startswith("Basic ")
        assert heard.form == {
            "To": "+256700111222",
            "From": "+15005550006",
            "Body": SMS.body,
            "StatusCallback": SMS.callback_url,
            "ValidityPeriod": "300",
        }

    def test_it_sends_by_the_messaging_service(self, stub: Stub) -> None:
        stub.behave(self.accepted([SMS]))
        settings = {**self.settings, "API_URL": stub.url, "MESSAGING_SERVICE_SID": "MG" + "b" * 32}
        twilio.Twilio(settings, self.build(stub.url).wire).send(SMS)
        (heard,) = stub.heard
        check_against_description(heard)
        assert heard.form["MessagingServiceSid"] == "MG" + "b" * 32
        assert "From" not in heard.form

    @pytest.mark.parametrize(("asked", "sent"), [(0, "1"), (300, "300"), (99_999, "36000")])
    def test_it_keeps_the_validity_in_bounds(self, stub: Stub, asked: int, sent: str) -> None:
        stub.behave(self.accepted([SMS]))
        self.build(stub.url).send(replace(SMS, validity_seconds=asked))
        assert stub.heard[0].form["ValidityPeriod"] == sent

    def test_it_reads_price_and_segments(self, stub: Stub) -> None:
        result = self.send(stub, self.accepted([SMS]))
        assert result == Accepted(SID, Decimal("0.0075"), "USD", 1)

    def test_it_reads_a_problem_document(self, stub: Stub) -> None:
        problem = {"type": "about:blank", "title": "No.", "status": 400, "code": 21610}
        result = self.send(stub, Answer.of(problem, 400))
        assert isinstance(result, Refused)
        assert (result.code, result.error_class) == ("21610", ErrorClass.OPTED_OUT)

    def test_it_believes_a_reason_that_comes_with_500(self, stub: Stub) -> None:
        result = self.send(stub, error(20999, 500))
        assert result == Refused("20999", ErrorClass.RETRY, permanent=False, detail="No.")

    def test_it_makes_no_call_without_credentials(self, stub: Stub) -> None:
        result = twilio.Twilio({"API_URL": stub.url}, self.build(stub.url).wire).send(SMS)
        assert isinstance(result, Refused)
        assert stub.heard == []

    def test_it_tells_the_balance(self, stub: Stub) -> None:
        stub.behave(Answer.of({"account_sid": ACCOUNT, "balance": "12.30", "currency": "USD"}))
        assert self.build(stub.url).balance() == Balance(Decimal("12.30"), "USD")
        stub.behave(error(20003, 401))
        assert self.build(stub.url).balance() is None

    def test_it_reads_what_a_person_sent_back(self) -> None:
        pairs = {"MessageSid": SID, "From": "+256700111222", "To": "+15005550006", "Body": "STOP"}
        (text,) = self.build(CLOSED_PORT).parse_inbound(signed(pairs))
        assert (text.sender, text.body) == ("+256700111222", "STOP")

    def test_it_refuses_a_text_from_nobody(self) -> None:
        with pytest.raises(Malformed):
            self.build(CLOSED_PORT).parse_inbound(signed({"MessageSid": SID, "Body": "STOP"}))

    def test_s59_it_takes_the_older_token_too_while_both_are_in_force(self) -> None:
        self.build(CLOSED_PORT).authenticate(signed(FIELDS, "older"))

    def test_it_tells_validity_that_ran_out_from_failure(self) -> None:
        callback = signed(FIELDS | {"MessageStatus": "failed", "ErrorCode": "30036"})
        (receipt,) = self.build(CLOSED_PORT).parse_receipts(callback)
        assert (receipt.status, receipt.error_class) == (Status.EXPIRED, ErrorClass.EXPIRED)
        assert receipt.attempt_sid == SMS.reference

    def test_it_refuses_a_signed_form_that_cannot_be_decoded(self) -> None:
        callback = replace(signed(FIELDS), body=b"MessageSid=%ff")
        with pytest.raises(BadCredential):
            self.build(CLOSED_PORT).authenticate(callback)


def check_against_description(heard: Heard) -> None:
    """Every field is one that Twilio's own OpenAPI document names, and fits what it says."""
    document = json.loads(DESCRIPTION.read_text())
    operation = document["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["post"]
    content = operation["requestBody"]["content"]
    assert heard.headers["content-type"] in content
    schema: dict[str, Any] = content[heard.headers["content-type"]]["schema"]
    assert set(heard.form) <= set(schema["properties"])
    assert set(schema["required"]) <= set(heard.form)
    for name, value in heard.form.items():
        described = schema["properties"][name]
        assert described["type"] in ("string", "integer")
        if described["type"] == "integer":
            assert value.isdigit()
