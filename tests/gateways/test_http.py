"""The described gateway, as docs/gateways/http-example.toml describes one."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.gateways.contract import CLOSED_PORT, NOW, SMS, GatewayContract
from tests.gateways.stub import Answer, Stub
from twofactor.gateways.base import (
    Accepted,
    BadCredential,
    Callback,
    Gateway,
    Malformed,
    OutgoingSms,
    Refused,
    Unknown,
)
from twofactor.gateways.http import Http, at_path
from twofactor.gateways.wire import Wire
from twofactor.words import ErrorClass, Status

EXAMPLE = Path(__file__).parents[2] / "docs" / "gateways" / "http-example.toml"
TOKEN = "cbk_test_5f2d8c1e9a7b4036"
KEY = "example-sms-test-key-0001"

TEXT_GATEWAY = """
[secrets]
password = { file = "password.txt" }
[send]
method = "GET"
url = "http://sms.example/cgi-bin/{to}/sendsms"
auth = { kind = "basic", username = "acme", password = "{secret.password}" }
[send.query]
to = "{to}"
text = "{body}"
[answer]
format = "text"
id = '^OK ([\\w-]+)'
error = '^ERROR (\\d+)'
detail = '^ERROR \\d+ (.+)'
[errors]
21 = "bad_phone"
[receipts]
method = "GET"
format = "query"
token_header = "X-Sms-Token"
id = "message.id"
status = "status"
[receipts.statuses]
DELIVRD = "delivered"
"""


def message(state: str = "accepted", **more: Any) -> dict[str, Any]:
    return {"messages": [{"id": "m-1", "state": state, **more}]}


def refusal(code: str, status: int = 400) -> Answer:
    return Answer.of(message("refused", error={"code": code, "text": "no"}), status)


def callback(body: object, token: str = TOKEN) -> Callback:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    url = f"https://2fa.example.com/webhooks/http/status/{token}"
    headers = {"content-type": "application/json"}
    return Callback("POST", url, headers, content, NOW, path_token=token)


def report(**changes: object) -> dict[str, object]:
    fields = {"id": "m-1", "state": "delivered", "to": "256700111222", "reference": SMS.reference}
    return {**fields, **changes}


class TestHttp(GatewayContract):
    gateway = Http
    settings = {"FILE": "", "CALLBACK_TOKEN": TOKEN}
    gateway_ref = "m-1"
    refused_for_good = refusal("E100")
    refused_code = "E100"
    refused_for_now = refusal("E300")
    delivered_word = "delivered"

    @pytest.fixture(autouse=True)
    def example(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The example and its secret, side by side."""
        file = tmp_path / EXAMPLE.name
        file.write_text(EXAMPLE.read_text())
        (tmp_path / "example-sms-key.txt").write_text(f"{KEY}\n")
        monkeypatch.setitem(self.settings, "FILE", str(file))

    def build(self, api_url: str, ca_file: str = "") -> Gateway:
        wire = Wire(connect_seconds=0.5, read_seconds=0.3, total_seconds=0.5, ca_file=ca_file)
        return Http({**self.settings, "API_URL": api_url}, wire)

    def accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        return Answer.of(message())

    def receipt(self, status_word: str) -> Callback:
        return callback({"reports": [report(state=status_word)]})

    def forged(self) -> Callback:
        return callback({"reports": [report()]}, "guess")

    def unsigned(self) -> Callback:
        return callback({"reports": [report()]}, "")

    def malformed(self) -> Sequence[Callback]:
        return [
            callback(b'{"reports": [{"id"'),
            callback({"reports": []}),
            callback({"reports": report()}),
            callback({}),
            callback([report()]),
            callback({"reports": ["delivered"]}),
            callback({"reports": [report(id="")]}),
            callback({"reports": [report(state=None)]}),
            callback({"reports": [report(to="x")]}),
            callback({"reports": [report(id="a\u0000")]}),
            replace(callback({"reports": [report()]}), method="GET"),
        ]

    def test_it_refuses_everything_while_no_credential_is_set(self) -> None:
        empty = Http({"FILE": self.settings["FILE"]}, Wire())
        for request in (self.receipt("delivered"), self.forged(), self.unsigned()):
            with pytest.raises(BadCredential):
                empty.authenticate(request)

    def test_it_sends_what_the_example_describes(self, stub: Stub) -> None:
        self.send(stub, self.accepted([SMS]))
        (heard,) = stub.heard
        assert (heard.method, heard.path) == ("POST", f"/v1/{SMS.reference}/messages")
        assert heard.headers["authorization"] == "Bearer example-sms-test-key-0001"
        assert heard.headers["accept"] == "application/json"
        assert heard.json == {
            "to": "256700111222",
            "from": "Sixdigits",
            "text": SMS.body,
            "reference": SMS.reference,
            "callback": SMS.callback_url,
            "options": {"ttl": 300, "parts": [1, 2]},
        }

    def test_a_placeholder_in_a_body_stays_as_it_is(self, stub: Stub) -> None:
        stub.behave(self.accepted([SMS]))
        self.build(stub.url).send(replace(SMS, body="{secret.api_key} {nobody}"))
        assert stub.heard[0].json["text"] == "{secret.api_key} {nobody}"

    def test_a_refusal_without_a_code_has_the_word(self, stub: Stub) -> None:
        result = self.send(stub, Answer.of(message("weird")))
        assert isinstance(result, Refused)
        assert (result.code, result.error_class) == ("weird", ErrorClass.UNCLASSIFIED)

    def test_success_without_an_id_is_unknown(self, stub: Stub) -> None:
        assert isinstance(self.send(stub, Answer.of(message(id=""))), Unknown)

    def test_it_reads_every_receipt_of_a_list(self) -> None:
        blocked = report(id="m-2", state="BLOCKED", error={"code": "E400"})
        request = callback({"reports": [report(), blocked]})
        first, second = self.build(CLOSED_PORT).parse_receipts(request)
        assert (first.gateway_ref, first.status) == ("m-1", Status.DELIVERED)
        assert (first.attempt_sid, first.recipient) == (SMS.reference, "+256700111222")
        assert (second.gateway_ref, second.status) == ("m-2", Status.REJECTED)
        assert (second.error_code, second.error_class) == ("E400", ErrorClass.OPTED_OUT)

    def test_it_reads_a_text_of_a_person(self) -> None:
        one = {"id": "in-1", "from": "256700111222", "to": "8080", "text": "STOP"}
        (text,) = self.build(CLOSED_PORT).parse_inbound(callback({"reports": [one]}))
        assert (text.sender, text.recipient, text.body) == ("+256700111222", "8080", "STOP")

    def test_the_secrets_are_not_shown(self) -> None:
        gateway = self.build(CLOSED_PORT)
        assert isinstance(gateway, Http)
        assert KEY not in repr(vars(gateway))


class TestTextGateway:
    """One that answers in lines of text, and reports by GET with a token in a header."""

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        (tmp_path / "password.txt").write_text("s3cret\n")
        file = tmp_path / "gateway.toml"
        file.write_text(TEXT_GATEWAY)
        return file

    def build(self, file: Path, stub: Stub | None = None) -> Http:
        url = stub.url if stub else ""
        settings = {"FILE": str(file), "CALLBACK_TOKEN": TOKEN, "API_URL": url}
        return Http(settings, Wire())

    def test_it_sends_query_and_login(self, file: Path) -> None:
        with Stub() as stub:
            stub.behave(Answer(202, b"OK ab-12\n"))
            assert self.build(file, stub).send(SMS) == Accepted("ab-12")
            (heard,) = stub.heard
        assert (heard.method, heard.path) == ("GET", "/cgi-bin/%2B256700111222/sendsms")
        assert heard.query == [("to", "+256700111222"), ("text", SMS.body)]
        assert heard.headers["authorization"] == "Basic YWNtZTpzM2NyZXQ="
        assert heard.body == b""

    def test_it_reads_an_error_in_text(self, file: Path) -> None:
        with Stub() as stub:
            stub.behave(Answer(200, b"ERROR 21 no such phone"))
            result = self.build(file, stub).send(SMS)
        assert isinstance(result, Refused)
        assert (result.code, result.error_class) == ("21", ErrorClass.BAD_PHONE)
        assert result.detail == "no such phone"

    def test_it_does_not_know_after_other_text(self, file: Path) -> None:
        with Stub() as stub:
            stub.behave(Answer(200, b"perhaps"))
            assert isinstance(self.build(file, stub).send(SMS), Unknown)

    def called(self, query: str, token: str = TOKEN) -> Callback:
        url = f"https://2fa.example.com/webhooks/http/status?{query}"
        return Callback("GET", url, {"x-sms-token": token}, b"", NOW)

    def test_it_reads_a_get_with_its_token_in_a_header(self, file: Path) -> None:
        gateway = self.build(file)
        request = self.called("message.id=ab-12&status=DELIVRD")
        gateway.authenticate(request)
        (receipt,) = gateway.parse_receipts(request)
        assert (receipt.gateway_ref, receipt.status) == ("ab-12", Status.DELIVERED)
        for wrong in (self.called("status=DELIVRD", "guess"), self.called("", "")):
            with pytest.raises(BadCredential):
                gateway.authenticate(wrong)

    def test_it_refuses_a_repeated_field(self, file: Path) -> None:
        with pytest.raises(Malformed):
            self.build(file).parse_receipts(self.called("message.id=1&status=a&status=b"))

    def test_it_has_no_inbound_texts_unless_described(self, file: Path) -> None:
        with pytest.raises(Malformed):
            self.build(file).parse_inbound(self.called("message.id=1&status=a"))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.0.b", "deep"),
        ("a.1", ""),
        ("a.x", ""),
        ("n", "0"),
        ("t", "true"),
        ("none", ""),
        ("a", ""),
        ("", ""),
        ("x.y", "dotted"),
    ],
)
def test_paths_lead_to_values(path: str, found: str) -> None:
    node = {"a": [{"b": "deep"}], "n": 0, "t": True, "none": None, "x.y": "dotted"}
    assert at_path(node, path) == found
