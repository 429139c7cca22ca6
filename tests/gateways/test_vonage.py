"""Vonage: what it is asked, what its answers mean, which callbacks are its own."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.gateways.contract import CLOSED_PORT, NOW, SMS, GatewayContract
from tests.gateways.stub import Answer, Stub
from twofactor.gateways.base import (
    Accepted,
    BadCredential,
    Balance,
    Callback,
    Malformed,
    OutgoingSms,
    Unknown,
)
from twofactor.gateways.vonage import GSM_ALPHABET, Vonage
from twofactor.sms.segments import BASIC, EXTENDED
from twofactor.words import ErrorClass

SECRET = "vonage-test-signature-secret-0002"
URL = "https://2fa.example.com/webhooks/vonage/status"
REF = "0B6654C734CCAB8F"
FIELDS = {
    "msisdn": "256700111222",
    "to": "Acme",
    "messageId": REF,
    "price": "0.04200000",
    "status": "delivered",
    "err-code": "0",
    "client-ref": SMS.reference,
    "timestamp": str(int(NOW.timestamp()) - 60),
}


def signature(fields: dict[str, str], method: str = "sha256") -> str:
    text = "".join(
        f"&{k}={v.replace('&', '_').replace('=', '_')}" for k, v in sorted(fields.items())
    )
    return hmac.digest(SECRET.encode(), text.encode(), method).hex()


def by_get(pairs: Sequence[tuple[str, str]]) -> Callback:
    return Callback("GET", f"{URL}?{urlencode(pairs)}", {}, b"", NOW)


def signed(fields: dict[str, str]) -> Callback:
    return by_get([*fields.items(), ("sig", signature(fields))])


def part(status: str = "0", ref: str = REF, **extra: str) -> dict[str, Any]:
    return {"status": status, "message-id": ref, "to": "256700111222"} | extra


def answer(*parts: dict[str, Any]) -> Answer:
    return Answer.of({"message-count": str(len(parts)), "messages": parts})


def refusal(code: str) -> Answer:
    return answer({"status": code, "error-text": "No."})


class TestVonage(GatewayContract):
    gateway = Vonage
    settings = {
        "API_KEY": "abcd1234",
        "API_SECRET": "vonage-api-secret",
        "SENDER_ID": "Acme",
        "SIGNATURE_SECRET": SECRET,
    }
    gateway_ref = REF
    refused_for_good = refusal("33")
    refused_code = "33"
    refused_for_now = refusal("1")
    delivered_word = "delivered"

    def accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        return answer(part(**{"message-price": "0.03330000", "network": "64110"}))

    def receipt(self, status_word: str) -> Callback:
        return signed(FIELDS | {"status": status_word})

    def forged(self) -> Callback:
        return by_get([*FIELDS.items(), ("sig", "0" * 64)])

    def unsigned(self) -> Callback:
        return by_get(list(FIELDS.items()))

    def malformed(self) -> Sequence[Callback]:
        last = FIELDS | {"status": "delivered"}
        return [
            signed({name: value for name, value in FIELDS.items() if name != "messageId"}),
            signed({name: value for name, value in FIELDS.items() if name != "status"}),
            by_get([("status", "failed"), *last.items(), ("sig", signature(last))]),
            signed(FIELDS | {"msisdn": "nobody"}),
            signed(FIELDS | {"messageId": "a\0b"}),
        ]

    def test_it_asks_what_vonage_documents(self, stub: Stub) -> None:
        self.send(stub, self.accepted([SMS]))
        (heard,) = stub.heard
        assert (heard.method, heard.path) == ("POST", "/sms/json")
        assert heard.form == {
            "api_key": "abcd1234",
            "api_secret": "vonage-api-secret",
            "from": "Acme",
            "to": "256700111222",
            "text": SMS.body,
            "type": "text",
            "ttl": "300000",
            "status-report-req": "1",
            "client-ref": SMS.reference,
            "callback": "https://2fa.example.com/webhooks/x/status",
        }

    def test_it_names_the_alphabet_that_other_letters_need(self, stub: Stub) -> None:
        stub.behave(self.accepted([SMS]))
        self.build(stub.url).send(replace(SMS, body="123456 — ваш код"))
        assert stub.heard[0].form["type"] == "unicode"

    def test_it_reads_price_and_parts(self, stub: Stub) -> None:
        price = {"message-price": "0.03330000"}
        result = self.send(stub, answer(part(**price), part(ref="0B2", **price)))
        assert result == Accepted(REF, Decimal("0.0666"), "EUR", 2)

    def test_it_does_not_know_of_a_text_that_was_taken_in_part(self, stub: Stub) -> None:
        result = self.send(stub, answer(part(), {"status": "1", "error-text": "Throttled"}))
        assert isinstance(result, Unknown)

    def test_its_alphabet_is_the_one_that_counts_segments(self) -> None:
        assert GSM_ALPHABET == BASIC | EXTENDED

    def test_it_leaves_out_a_callback_address_that_is_too_long(self, stub: Stub) -> None:
        stub.behave(self.accepted([SMS]))
        self.build(stub.url).send(replace(SMS, callback_url=f"https://{'a' * 90}.example/status"))
        assert "callback" not in stub.heard[0].form

    def test_it_tells_the_balance(self, stub: Stub) -> None:
        stub.behave(Answer.of({"value": 10.28, "autoReload": False}))
        assert self.build(stub.url).balance() == Balance(Decimal("10.28"), "EUR")
        stub.behave(Answer.of({}, 401))
        assert self.build(stub.url).balance() is None

    @pytest.mark.parametrize("method", ["md5", "sha1", "sha256", "sha512"])
    def test_it_checks_by_the_method_of_the_account(self, method: str) -> None:
        gateway = Vonage(self.settings | {"SIGNATURE_METHOD": method}, self.build(CLOSED_PORT).wire)
        gateway.authenticate(by_get([*FIELDS.items(), ("sig", signature(FIELDS, method).upper())]))

    def test_it_refuses_a_method_without_key(self) -> None:
        settings = self.settings | {"SIGNATURE_METHOD": "md5hash"}
        with pytest.raises(BadCredential):
            Vonage(settings, self.build(CLOSED_PORT).wire).authenticate(signed(FIELDS))

    @pytest.mark.parametrize("hours", [-26, 26])
    def test_it_refuses_an_old_or_future_signature(self, hours: int) -> None:
        callback = replace(signed(FIELDS), received_at=NOW + timedelta(hours=hours))
        with pytest.raises(BadCredential):
            self.build(CLOSED_PORT).authenticate(callback)

    def test_it_refuses_a_signature_without_time(self) -> None:
        fields = {name: value for name, value in FIELDS.items() if name != "timestamp"}
        with pytest.raises(BadCredential):
            self.build(CLOSED_PORT).authenticate(signed(fields))

    @pytest.mark.parametrize(
        "body", [b"\xff", b"[]", b'{"sig": "\\ud800"}', b"{", b'{"a":1,"a":2}']
    )
    def test_it_refuses_what_it_cannot_read(self, body: bytes) -> None:
        callback = Callback("POST", URL, {"content-type": "application/json"}, body, NOW)
        with pytest.raises(BadCredential):
            self.build(CLOSED_PORT).authenticate(callback)

    def test_it_takes_json_and_form_alike(self) -> None:
        fields = FIELDS | {"sig": signature(FIELDS)}
        form = Callback(
            "POST",
            URL,
            {"content-type": "application/x-www-form-urlencoded"},
            urlencode(fields).encode(),
            NOW,
        )
        body = json.dumps(fields).encode()
        as_json = Callback("POST", URL, {"content-type": "application/json"}, body, NOW)
        gateway = self.build(CLOSED_PORT)
        for callback in (form, as_json):
            gateway.authenticate(callback)
            (receipt,) = gateway.parse_receipts(callback)
            assert receipt.attempt_sid == SMS.reference
            assert (receipt.price, receipt.currency) == (Decimal("0.04200000"), "EUR")

    def test_it_tells_who_has_to_act(self) -> None:
        callback = signed(FIELDS | {"status": "rejected", "err-code": "6"})
        (receipt,) = self.build(CLOSED_PORT).parse_receipts(callback)
        assert (receipt.error_code, receipt.error_class) == ("6", ErrorClass.BLOCKED)

    def test_it_reads_what_a_person_sent_back(self) -> None:
        fields = {"msisdn": "256700111222", "to": "256700999000", "messageId": REF, "text": "STOP"}
        (text,) = self.build(CLOSED_PORT).parse_inbound(by_get(list(fields.items())))
        assert (text.sender, text.recipient, text.body) == ("+256700111222", "256700999000", "STOP")
        with pytest.raises(Malformed):
            self.build(CLOSED_PORT).parse_inbound(by_get([("text", "STOP")]))
