"""Plivo: what it is sent, its signatures, and what its callbacks mean."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlencode

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
from twofactor.gateways.plivo import Plivo
from twofactor.words import ErrorClass, Status

AUTH_TOKEN = "plivo-test-auth-token-0001"
URL = "https://2fa.example.com/webhooks/plivo/status"
NONCE = "12345678901234567890"


def signature(text: str) -> str:
    digest = hmac.new(AUTH_TOKEN.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def signed(base: str, version: str = "v3") -> dict[str, str]:
    joint = "." if version == "v3" else ""
    name = f"x-plivo-signature-{version}"
    return {name: signature(f"{base}{joint}{NONCE}"), f"{name}-nonce": NONCE}


def report(**changes: str) -> dict[str, str]:
    fields = {"From": "18005550123", "To": "256700111222", "MessageUUID": "b97ee41d-3332"}
    return {**fields, "Status": "delivered", "TotalAmount": "0.0415", **changes}


def posted(fields: dict[str, str], headers: dict[str, str], query: str = "") -> Callback:
    url = f"{URL}?{query}" if query else URL
    return Callback("POST", url, headers, urlencode(fields).encode(), NOW)


def callback(fields: dict[str, str]) -> Callback:
    return posted(fields, signed(f"{URL}?" + joined(fields)))


def joined(fields: dict[str, str]) -> str:
    return "".join(name + value for name, value in sorted(fields.items()))


def queued(ids: Sequence[str], **more: object) -> Answer:
    content = {"api_id": "x", "message": "message(s) queued", "message_uuid": ids}
    return Answer.of({**content, **more}, 202)


def error(words: str, status: int = 400) -> Answer:
    return Answer.of({"api_id": "x", "error": words}, status)


class TestPlivo(BatchContract):
    gateway = Plivo
    settings = {"AUTH_ID": "MATEST", "AUTH_TOKEN": AUTH_TOKEN, "SENDER_ID": "18005550123"}
    gateway_ref = "uuid-222"
    refused_for_good = error("dst is not a valid phone number")
    refused_code = "bad_dst"
    refused_for_now = Answer(429, b"{}")
    delivered_word = "delivered"

    def accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        return queued([f"uuid-{sms.to[-3:]}" for sms in texts])

    def partly_accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        taken = [f"uuid-{sms.to[-3:]}" for sms in texts if sms is not texts[1]]
        return queued(taken, invalid_number=[texts[1].to[1:]])

    def receipt(self, status_word: str) -> Callback:
        return callback(report(Status=status_word))

    def forged(self) -> Callback:
        return replace(callback(report()), body=urlencode(report(Status="failed")).encode())

    def unsigned(self) -> Callback:
        return posted(report(), {})

    def malformed(self) -> Sequence[Callback]:
        without_id = {name: value for name, value in report().items() if name != "MessageUUID"}
        # A repeated field joins to the same text as one field whose name holds the other's value.
        twice = [*report().items(), ("Status", "failed")]
        text = "".join(name + value for name, value in sorted(twice))
        repeated = Callback("POST", URL, signed(f"{URL}?{text}"), urlencode(twice).encode(), NOW)
        return [callback(without_id), callback(report(To="?")), callback(report(Status=""))] + [
            repeated
        ]

    def test_it_sends_every_field(self, stub: Stub) -> None:
        self.send(stub, self.accepted([SMS]))
        (heard,) = stub.heard
        assert (heard.method, heard.path) == ("POST", "/v1/Account/MATEST/Message/")
        login = base64.b64encode(f"MATEST:{AUTH_TOKEN}".encode()).decode()
        assert heard.headers["authorization"] == f"Basic {login}"
        assert heard.json == {
            "src": "18005550123",
            "dst": "+256700111222",
            "text": SMS.body,
            "type": "sms",
            "url": SMS.callback_url,
            "method": "POST",
            "message_expiry": 300,
        }

    def test_one_body_goes_to_a_list_whose_receipts_name_no_attempt(self, stub: Stub) -> None:
        self.send_batch(stub, self.accepted(self.texts))
        (heard,) = stub.heard
        assert heard.json["dst"] == "+256700111222<+256700111223<+256700111224"
        assert heard.json["url"] == "https://2fa.example.com/webhooks/x/status"

    def test_other_bodies_go_in_other_calls_with_their_own_address(self, stub: Stub) -> None:
        other = replace(text_to("+256700111223"), body="another", callback_url=f"{URL}?attempt=B")
        stub.behave(self.accepted([SMS]), self.accepted([other]))
        results = self.build(stub.url).send_batch([SMS, other])
        assert results == [Accepted("uuid-222"), Accepted("uuid-223")]
        assert [heard.json["url"] for heard in stub.heard] == [SMS.callback_url, f"{URL}?attempt=B"]

    def test_fewer_ids_than_phones_leave_every_text_unknown(self, stub: Stub) -> None:
        results = self.send_batch(stub, self.accepted(self.texts[:2]))
        assert [type(result) for result in results] == [Unknown] * 3

    @pytest.mark.parametrize(
        ("answer", "code", "error_class"),
        [
            (error("src is not valid"), "bad_src", ErrorClass.ACCOUNT),
            (error("insufficient credit", 402), "no_credit", ErrorClass.ACCOUNT),
            (error("authentication failed", 401), "401", ErrorClass.ACCOUNT),
            (error("something new"), "400", ErrorClass.UNCLASSIFIED),
        ],
    )
    def test_it_tells_who_has_to_act(
        self, stub: Stub, answer: Answer, code: str, error_class: ErrorClass
    ) -> None:
        result = self.send(stub, answer)
        assert isinstance(result, Refused)
        assert (result.code, result.error_class) == (code, error_class)

    def test_it_tells_the_balance(self, stub: Stub) -> None:
        stub.behave(Answer.of({"cash_credits": "20.38000"}))
        assert self.build(stub.url).balance() == Balance(Decimal("20.38"), "USD")
        assert stub.heard[0].path == "/v1/Account/MATEST/"

    @pytest.mark.parametrize(
        "signed_text",
        [f"{URL}?attempt=AT1&z=", f"{URL}?attempt=AT1&z=."],
        ids=["without form", "with form"],
    )
    def test_the_signature_covers_the_sorted_query(self, signed_text: str) -> None:
        fields = report() if signed_text.endswith(".") else {}
        request = posted(fields, signed(signed_text + joined(fields)), "z=&attempt=AT1")
        self.build("http://127.0.0.1:1").authenticate(request)

    def test_a_signature_for_another_attempt_is_refused(self) -> None:
        gateway = self.build("http://127.0.0.1:1")
        headers = signed(f"{URL}?attempt=AT1." + joined(report()))
        gateway.authenticate(posted(report(), headers, "attempt=AT1"))
        with pytest.raises(BadCredential):
            gateway.authenticate(posted(report(), headers, "attempt=AT2"))

    def test_it_reads_a_signed_get(self) -> None:
        fields = sorted(report().items())
        base = f"{URL}?" + "&".join(f"{name}={value}" for name, value in fields)
        request = Callback("GET", f"{URL}?{urlencode(fields)}", signed(base), b"", NOW)
        gateway = self.build("http://127.0.0.1:1")
        gateway.authenticate(request)
        assert gateway.parse_receipts(request)[0].status is Status.DELIVERED

    def test_one_right_signature_of_a_list_is_enough(self) -> None:
        request = callback(report())
        good = request.headers["x-plivo-signature-v3"]
        headers = {**request.headers, "x-plivo-signature-v3": f"AAAA,{good}"}
        self.build("http://127.0.0.1:1").authenticate(replace(request, headers=headers))

    def test_v2_counts_where_no_v3_came(self) -> None:
        gateway = self.build("http://127.0.0.1:1")
        weak = signed(URL, "v2")
        gateway.authenticate(posted(report(), weak))
        wrong = {"x-plivo-signature-v3": "AAAA", "x-plivo-signature-v3-nonce": NONCE}
        with pytest.raises(BadCredential):
            gateway.authenticate(posted(report(), {**weak, **wrong}))

    def test_a_signature_without_a_nonce_is_refused(self) -> None:
        headers = {"x-plivo-signature-v3": signature(f"{URL}?{joined(report())}.")}
        with pytest.raises(BadCredential):
            self.build("http://127.0.0.1:1").authenticate(posted(report(), headers))

    @pytest.mark.parametrize("word", ["queued", "sent", "undelivered", "failed", "rejected"])
    def test_it_reads_status_words(self, word: str) -> None:
        (receipt,) = self.build("http://127.0.0.1:1").parse_receipts(self.receipt(word))
        assert receipt.status is Status(word)

    def test_it_reads_error_price_and_our_reference(self) -> None:
        request = callback(report(Status="undelivered", ErrorCode="80"))
        request = replace(request, attempt_sid="AT1")
        (receipt,) = self.build("http://127.0.0.1:1").parse_receipts(request)
        assert (receipt.error_code, receipt.error_class) == ("80", ErrorClass.RETRY)
        assert (receipt.price, receipt.currency) == (Decimal("0.0415"), "USD")
        assert (receipt.attempt_sid, receipt.recipient) == ("AT1", "+256700111222")

    def test_it_reads_a_text_of_a_person(self) -> None:
        fields = {"From": "256700111222", "To": "18005550123", "Text": "STOP", "MessageUUID": "u"}
        (text,) = self.build("http://127.0.0.1:1").parse_inbound(callback(fields))
        assert (text.sender, text.body, text.gateway_ref) == ("+256700111222", "STOP", "u")

    def test_a_form_that_cannot_be_decoded_is_not_signed(self) -> None:
        request = Callback("POST", URL, signed(f"{URL}?"), b"a=%ff\xff", NOW)
        with pytest.raises(BadCredential):
            self.build("http://127.0.0.1:1").authenticate(request)
