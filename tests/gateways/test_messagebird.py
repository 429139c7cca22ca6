"""MessageBird: what it is sent, its signed reports, and what they mean."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest

from tests.gateways.contract import NOW, SMS, BatchContract, text_to
from tests.gateways.stub import Answer, Stub
from twofactor.gateways.base import (
    Accepted,
    BadCredential,
    Balance,
    Callback,
    OutgoingSms,
    Refused,
    Unknown,
)
from twofactor.gateways.messagebird import MessageBird
from twofactor.words import ErrorClass, Status

KEY = "messagebird-test-signing-key-0001"
URL = "https://2fa.example.com/webhooks/messagebird/status"
GATEWAY_REF = "e8077d803532c0b5937c639b60216938"


def claims(url: str, body: bytes = b"", **changes: Any) -> dict[str, Any]:
    content = {
        "iss": "MessageBird",
        "nbf": int((NOW - timedelta(seconds=1)).timestamp()),
        "exp": int((NOW + timedelta(minutes=1)).timestamp()),
        "url_hash": hashlib.sha256(url.encode()).hexdigest(),
    }
    if body:
        content["payload_hash"] = hashlib.sha256(body).hexdigest()
    return {**content, **changes}


def called(url: str, content: dict[str, Any], method: str = "GET", body: bytes = b"") -> Callback:
    token = jwt.encode(content, KEY, algorithm="HS256")
    return Callback(method, url, {"messagebird-signature-jwt": token}, body, NOW)


def report(**changes: str) -> dict[str, str]:
    fields = {"id": GATEWAY_REF, "reference": SMS.reference, "recipient": "256700111222"}
    moment = "2026-11-02T09:14:04+00:00"
    return {**fields, "status": "delivered", "statusDatetime": moment, **changes}


def callback(fields: dict[str, str], **changes: Any) -> Callback:
    url = f"{URL}?{urlencode(fields)}"
    return called(url, claims(url, **changes))


def error(code: int, description: str, parameter: str | None, status: int = 422) -> Answer:
    one = {"code": code, "description": description, "parameter": parameter}
    return Answer.of({"errors": [one]}, status)


class TestMessageBird(BatchContract):
    gateway = MessageBird
    settings = {"ACCESS_KEY": "live_test_key", "SENDER_ID": "Acme", "SIGNING_KEY": KEY}
    gateway_ref = GATEWAY_REF
    refused_for_good = error(10, "recipient is not valid", "recipients")
    refused_code = "10"
    refused_for_now = error(99, "internal error", None, 500)
    delivered_word = "delivered"
    left_out = Unknown

    def accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        items = [{"recipient": int(sms.to[1:]), "status": "sent"} for sms in texts]
        recipients = {"totalCount": len(items), "items": items}
        return Answer.of({"id": GATEWAY_REF, "recipients": recipients}, 201)

    def partly_accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        return self.accepted([sms for sms in texts if sms is not texts[1]])

    def receipt(self, status_word: str) -> Callback:
        return callback(report(status=status_word))

    def forged(self) -> Callback:
        request = callback(report())
        return replace(request, url=request.url.replace("delivered", "expired"))

    def unsigned(self) -> Callback:
        return replace(callback(report()), headers={})

    def malformed(self) -> Sequence[Callback]:
        twice = f"{URL}?{urlencode(report())}&status=sent"
        without_id = {name: value for name, value in report().items() if name != "id"}
        return [
            callback(without_id),
            callback(report(status="")),
            callback(report(recipient="x")),
            called(twice, claims(twice)),
        ]

    def test_it_sends_every_field(self, stub: Stub) -> None:
        self.send(stub, self.accepted([SMS]))
        (heard,) = stub.heard
        assert (heard.method, heard.path) == ("POST", "/messages")
        assert heard.headers["authorization"] == "AccessKey live_test_key"
        assert heard.json == {
            "originator": "Acme",
            "recipients": ["256700111222"],
            "body": SMS.body,
            "datacoding": "auto",
            "reference": SMS.reference,
            "reportUrl": SMS.callback_url,
            "validity": 300,
        }

    def test_one_body_goes_to_a_list_under_a_reference_of_nobody(self, stub: Stub) -> None:
        self.send_batch(stub, self.accepted(self.texts))
        (heard,) = stub.heard
        assert heard.json["recipients"] == ["256700111222", "256700111223", "256700111224"]
        assert heard.json["reference"] == "batch"
        assert heard.json["reportUrl"] == "https://2fa.example.com/webhooks/x/status"
        (receipt,) = self.build(stub.url).parse_receipts(callback(report(reference="batch")))
        assert (receipt.attempt_sid, receipt.gateway_ref) == ("", GATEWAY_REF)

    def test_other_bodies_go_in_other_calls_with_their_own_reference(self, stub: Stub) -> None:
        other = replace(text_to("+256700111223", "2"), body="another")
        stub.behave(self.accepted([SMS]), self.accepted([other]))
        results = self.build(stub.url).send_batch([SMS, other])
        assert results == [Accepted(GATEWAY_REF)] * 2
        assert [heard.json["reference"] for heard in stub.heard] == [SMS.reference, other.reference]

    def test_at_most_fifty_phones_share_a_call(self, stub: Stub) -> None:
        texts = [text_to(f"+2567001112{n:02}") for n in range(60)]
        stub.behave(self.accepted(texts[:50]), self.accepted(texts[50:]))
        assert self.build(stub.url).send_batch(texts) == [Accepted(GATEWAY_REF)] * 60
        assert [len(heard.json["recipients"]) for heard in stub.heard] == [50, 10]

    @pytest.mark.parametrize(
        ("answer", "code", "error_class"),
        [
            (error(2, "Request not allowed", "access_key", 401), "2", ErrorClass.ACCOUNT),
            (error(25, "Not enough balance", None), "25", ErrorClass.ACCOUNT),
            (error(9, "originator is required", "originator"), "9", ErrorClass.ACCOUNT),
            (error(21, "Bad request", None), "21", ErrorClass.UNCLASSIFIED),
        ],
    )
    def test_it_tells_who_has_to_act(
        self, stub: Stub, answer: Answer, code: str, error_class: ErrorClass
    ) -> None:
        result = self.send(stub, answer)
        assert isinstance(result, Refused)
        assert (result.code, result.error_class) == (code, error_class)

    def test_it_tells_the_balance(self, stub: Stub) -> None:
        stub.behave(Answer.of({"payment": "prepaid", "type": "euros", "amount": 9.2}))
        assert self.build(stub.url).balance() == Balance(Decimal("9.2"), "euros")
        assert stub.heard[0].path == "/balance"

    @pytest.mark.parametrize(
        "changes",
        [
            {"exp": int((NOW - timedelta(seconds=30)).timestamp())},
            {"nbf": int((NOW + timedelta(seconds=30)).timestamp())},
            {"exp": "soon"},
            {"iss": "Somebody"},
            {"url_hash": hashlib.sha256(b"https://elsewhere.example/").hexdigest()},
            {"payload_hash": hashlib.sha256(b"body").hexdigest()},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    def test_it_refuses_a_wrong_claim(self, changes: dict[str, Any]) -> None:
        with pytest.raises(BadCredential):
            self.build("http://127.0.0.1:1").authenticate(callback(report(), **changes))

    @pytest.mark.parametrize("claim", ["iss", "nbf", "exp", "url_hash"])
    def test_it_refuses_a_missing_claim(self, claim: str) -> None:
        content = claims(URL)
        del content[claim]
        with pytest.raises(BadCredential):
            self.build("http://127.0.0.1:1").authenticate(called(URL, content))

    def test_it_refuses_a_token_without_signature(self) -> None:
        token = jwt.encode(claims(URL), "", algorithm="none")
        request = Callback("GET", URL, {"messagebird-signature-jwt": token}, b"", NOW)
        with pytest.raises(BadCredential):
            self.build("http://127.0.0.1:1").authenticate(request)

    def test_the_signature_covers_the_body(self) -> None:
        body = urlencode(
            {"id": "1", "originator": "256700111222", "recipient": "1", "body": "STOP"}
        )
        gateway = self.build("http://127.0.0.1:1")
        good = called(URL, claims(URL, body.encode()), "POST", body.encode())
        gateway.authenticate(good)
        (text,) = gateway.parse_inbound(good)
        assert (text.sender, text.body) == ("+256700111222", "STOP")
        for wrong in (replace(good, body=b"other"), replace(good, body=b"")):
            with pytest.raises(BadCredential):
                gateway.authenticate(wrong)
        with pytest.raises(BadCredential):
            gateway.authenticate(called(URL, claims(URL), "POST", body.encode()))

    def test_it_reads_error_price_time_and_our_reference(self) -> None:
        fields = report(status="delivery_failed", statusErrorCode="1")
        fields |= {"price[amount]": "0.031", "price[currency]": "EUR"}
        (receipt,) = self.build("http://127.0.0.1:1").parse_receipts(callback(fields))
        assert receipt.status is Status.UNDELIVERED
        assert (receipt.error_code, receipt.error_class) == ("1", ErrorClass.BAD_PHONE)
        assert (receipt.price, receipt.currency) == (Decimal("0.031"), "EUR")
        assert receipt.done_at == datetime(2026, 11, 2, 9, 14, 4, tzinfo=UTC)
        assert (receipt.attempt_sid, receipt.recipient) == (SMS.reference, "+256700111222")

    @pytest.mark.parametrize("moment", ["", "2026-11-02T09:14:04"])
    def test_a_time_without_a_zone_is_no_time(self, moment: str) -> None:
        gateway = self.build("http://127.0.0.1:1")
        (receipt,) = gateway.parse_receipts(callback(report(statusDatetime=moment)))
        assert receipt.done_at is None
