"""Sinch: what it is asked, what its answers mean, which callbacks are its own."""

import base64
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.gateways.contract import CLOSED_PORT, NOW, SMS, BatchContract, text_to
from tests.gateways.stub import Answer, Stub, hang
from twofactor.clock import FixedClock
from twofactor.gateways.base import (
    Accepted,
    BadCredential,
    Callback,
    Gateway,
    OutgoingSms,
    Refused,
    SendResult,
    Unknown,
)
from twofactor.gateways.sinch import Sinch
from twofactor.gateways.sinch_token import SinchToken
from twofactor.gateways.wire import Wire
from twofactor.words import ErrorClass

SECRET = "sinch-test-callback-secret-0002"
KEY = ("key-id", "sinch-key-secret")
BATCH = "01FC66621VHDBN119Z8PMV1QPU"
URL = "https://2fa.example.com/webhooks/sinch/status"
REPORT = {
    "type": "recipient_delivery_report_sms",
    "batch_id": BATCH,
    "recipient": "256700111222",
    "code": 0,
    "status": "Delivered",
    "at": "2026-11-02T09:14:04.881Z",
    "client_reference": SMS.reference,
}


def signed(content: Any, secret: str = SECRET, time: str = "", **headers: str) -> Callback:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    time = time or str(int(NOW.timestamp()))
    digest = hmac.digest(secret.encode(), body + b".nonce." + time.encode(), "sha256")
    prefix = "x-sinch-webhook-signature"
    signature = {
        prefix: base64.b64encode(digest).decode(),
        f"{prefix}-nonce": "nonce",
        f"{prefix}-timestamp": time,
        f"{prefix}-algorithm": "HmacSHA256",
    }
    return Callback("POST", URL, signature | headers, body, NOW)


def refusal(code: str, status: int) -> Answer:
    return Answer.of({"code": code, "text": "No."}, status)


class TestSinch(BatchContract):
    gateway = Sinch
    settings = {
        "PROJECT_ID": "project",
        "KEY_ID": KEY[0],
        "KEY_SECRET": KEY[1],
        "REGION": "eu",
        "SENDER_ID": "Acme",
        "CALLBACK_SECRET": SECRET,
    }
    gateway_ref = BATCH
    refused_for_good = refusal("syntax_constraint_violation", 400)
    refused_code = "syntax_constraint_violation"
    refused_class = ErrorClass.UNCLASSIFIED
    refused_for_now = refusal("internal_error", 500)
    delivered_word = "Delivered"
    left_out = Unknown

    def build(self, api_url: str, ca_file: str = "") -> Gateway:
        wire = Wire(
            connect_seconds=0.5,
            read_seconds=0.3,
            total_seconds=0.5,
            ca_file=ca_file,
            clock=FixedClock(NOW),
        )
        return Sinch({**self.settings, "API_URL": api_url}, wire)

    def accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        return Answer.of({"id": BATCH, "to": [sms.to[1:] for sms in texts]}, 201)

    def partly_accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        return self.accepted([texts[0], texts[2]])

    def receipt(self, status_word: str) -> Callback:
        return signed(REPORT | {"status": status_word})

    def forged(self) -> Callback:
        return replace(signed(REPORT), body=json.dumps(REPORT | {"status": "Failed"}).encode())

    def unsigned(self) -> Callback:
        return replace(signed(REPORT), headers={})

    def malformed(self) -> Sequence[Callback]:
        return [
            signed(b"{"),
            signed([]),
            signed({name: value for name, value in REPORT.items() if name != "type"}),
            signed({name: value for name, value in REPORT.items() if name != "batch_id"}),
            signed({name: value for name, value in REPORT.items() if name != "recipient"}),
            signed(REPORT | {"at": "yesterday"}),
            signed(REPORT | {"code": {}}),
            signed({"type": "delivery_report_sms", "batch_id": BATCH}),
            signed({"type": "delivery_report_sms", "batch_id": BATCH, "statuses": [1]}),
            signed(
                {
                    "type": "delivery_report_sms",
                    "batch_id": BATCH,
                    "statuses": [{"status": "Delivered", "recipients": 1}],
                }
            ),
        ]

    def test_it_asks_what_sinch_documents(self, stub: Stub) -> None:
        self.send(stub, self.accepted([SMS]))
        (heard,) = stub.heard
        assert (heard.method, heard.path) == ("POST", "/xms/v1/project/batches")
        assert heard.json == {
            "from": "Acme",
            "to": ["256700111222"],
            "body": SMS.body,
            "delivery_report": "per_recipient",
            "expire_at": "2026-11-02T09:20:00.000Z",
            "callback_url": SMS.callback_url,
            "client_reference": SMS.reference,
        }

    def test_many_texts_share_no_reference(self, stub: Stub) -> None:
        self.send_batch(stub, self.accepted(self.texts))
        (heard,) = stub.heard
        assert "client_reference" not in heard.json
        assert "?" not in heard.json["callback_url"]

    def test_texts_with_different_bodies_go_apart(self, stub: Stub) -> None:
        other = replace(text_to("+256700111223"), body="654321 is your code.")
        stub.behave(self.accepted([SMS]), self.accepted([other]))
        results = self.build(stub.url).send_batch([SMS, other])
        assert [type(result) for result in results] == [Accepted, Accepted]
        assert [heard.json["body"] for heard in stub.heard] == [SMS.body, other.body]

    def test_the_region_is_part_of_the_address(self) -> None:
        assert Sinch(self.settings, Wire()).api_url == "https://zt.eu.sms.api.sinch.com"

    def test_it_reads_a_report_of_a_whole_batch(self) -> None:
        statuses = [
            {"code": 0, "status": "Delivered", "recipients": ["256700111222"]},
            {"code": 402, "status": "Rejected", "recipients": ["256700111223"]},
            {"code": 401, "status": "Dispatched", "count": 7},
        ]
        report = {"type": "delivery_report_sms", "batch_id": BATCH, "statuses": statuses}
        receipts = self.build(CLOSED_PORT).parse_receipts(signed(report))
        assert [(one.recipient, one.error_code) for one in receipts] == [
            ("+256700111222", ""),
            ("+256700111223", "402"),
        ]
        assert receipts[1].error_class is ErrorClass.ROUTE

    def test_it_finds_our_reference(self) -> None:
        (receipt,) = self.build(CLOSED_PORT).parse_receipts(signed(REPORT))
        assert receipt.attempt_sid == SMS.reference

    @pytest.mark.parametrize("hours", [-26, 26])
    def test_it_refuses_an_old_or_future_signature(self, hours: int) -> None:
        callback = replace(signed(REPORT), received_at=NOW + timedelta(hours=hours))
        with pytest.raises(BadCredential):
            self.build(CLOSED_PORT).authenticate(callback)

    @pytest.mark.parametrize("time", ["soon", "²", "9" * 40, "-1"])
    def test_it_refuses_a_signature_without_time(self, time: str) -> None:
        with pytest.raises(BadCredential):
            self.build(CLOSED_PORT).authenticate(signed(REPORT, time=time))

    def test_it_refuses_another_algorithm(self) -> None:
        header = {"x-sinch-webhook-signature-algorithm": "none"}
        with pytest.raises(BadCredential):
            self.build(CLOSED_PORT).authenticate(signed(REPORT, **header))

    def test_it_reads_what_a_person_sent_back(self) -> None:
        text = {"type": "mo_text", "id": "1", "from": "256700111222", "to": "12345", "body": "STOP"}
        gateway = self.build(CLOSED_PORT)
        (inbound,) = gateway.parse_inbound(signed(text))
        assert (inbound.sender, inbound.body) == ("+256700111222", "STOP")
        assert gateway.parse_receipts(signed(text)) == []
        assert gateway.parse_inbound(signed(REPORT)) == []


class TestSinchWithTokens:
    """At Sinch itself basic login is for tests only: a token is fetched first."""

    TOKEN = Answer.of({"access_token": "token-1", "expires_in": 3600})

    @pytest.fixture
    def clock(self) -> FixedClock:
        return FixedClock(NOW)

    def send(self, stub: Stub, clock: FixedClock, times: int = 1) -> list[SendResult]:
        wire = Wire(read_seconds=0.3, clock=clock)
        gateway = Sinch(TestSinch.settings | {"API_URL": stub.url}, wire)
        gateway._basic = None
        gateway._token = SinchToken(wire, KEY, f"{stub.url}/oauth2/token")
        results = []
        for _ in range(times):
            results.append(gateway.send(SMS))
            clock.advance(3000)
        return results

    def accepted(self) -> Answer:
        return Answer.of({"id": BATCH, "to": ["256700111222"]}, 201)

    def test_one_token_serves_until_it_runs_out(self, stub: Stub, clock: FixedClock) -> None:
        accepted = self.accepted()
        stub.behave(self.TOKEN, accepted, accepted, self.TOKEN, accepted)
        assert self.send(stub, clock, times=3) == [Accepted(BATCH)] * 3
        paths = [heard.path.rpartition("/")[2] for heard in stub.heard]
        assert paths == ["token", "batches", "batches", "token", "batches"]
        assert stub.heard[0].form == {"grant_type": "client_credentials"}
        assert stub.heard[0].headers["authorization"].startswith("Basic ")
        assert stub.heard[1].headers["authorization"] == "Bearer token-1"

    def test_a_withdrawn_token_is_replaced(self, stub: Stub, clock: FixedClock) -> None:
        second = Answer.of({"access_token": "token-2", "expires_in": 3600})
        stub.behave(self.TOKEN, Answer(401), second, self.accepted())
        assert self.send(stub, clock) == [Accepted(BATCH)]
        assert stub.heard[-1].headers["authorization"] == "Bearer token-2"

    def test_a_wrong_key_is_a_matter_of_the_account(self, stub: Stub, clock: FixedClock) -> None:
        stub.behave(Answer.of({"error": "invalid_client"}, 401))
        (result,) = self.send(stub, clock)
        assert isinstance(result, Refused)
        assert result.error_class is ErrorClass.ACCOUNT
        assert len(stub.heard) == 1

    @pytest.mark.parametrize("behaviour", [hang, Answer(200, b"<html>"), Answer(500)])
    def test_without_a_token_surely_nothing_was_sent(
        self, stub: Stub, clock: FixedClock, behaviour: Any
    ) -> None:
        stub.behave(behaviour)
        (result,) = self.send(stub, clock)
        assert isinstance(result, Refused)
        assert not result.permanent
        assert len(stub.heard) == 1
