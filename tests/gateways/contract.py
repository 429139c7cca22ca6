"""What every gateway must do, whatever the gateway's API does: one suite, one subclass each.

A subclass names the adapter, its settings and its own good and bad answers, and adds field by
field checks of the request. Everything runs over real sockets on loopback, with short bounds.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from tests.gateways.certificates import Authority
from tests.gateways.stub import (
    Answer,
    Behaviour,
    Stub,
    drip_body,
    drip_headers,
    hang,
    hang_up,
    huge,
)
from twofactor.gateways.base import (
    Accepted,
    BadCredential,
    Callback,
    Gateway,
    Malformed,
    OutgoingSms,
    Refused,
    SendResult,
    Unknown,
)
from twofactor.gateways.wire import Wire
from twofactor.words import ErrorClass, Status

NOW = datetime(2026, 11, 2, 9, 15, tzinfo=UTC)
HTML = Answer(200, b"<!doctype html><title>Welcome</title>", {"Content-Type": "text/html"})
CLOSED_PORT = "http://127.0.0.1:1"

SMS = OutgoingSms(
    reference="VL0123456789abcdef0123456789abcdef",
    to="+256700111222",
    body="123456 is your Acmé code.\n\n@2fa.example.com #123456",
    segments=1,
    validity_seconds=300,
    callback_url="https://2fa.example.com/webhooks/x/status?attempt=VL0123456789abcdef0123456789abcdef",
)


def text_to(phone: str, digit: str = "1") -> OutgoingSms:
    """Another text, to another phone."""
    return replace(SMS, to=phone, reference=SMS.reference[:-1] + digit)


class GatewayContract(ABC):
    """Subclass as `class TestTwilio(GatewayContract)`."""

    gateway: ClassVar[type[Gateway]]
    settings: ClassVar[dict[str, str]]
    api_path: ClassVar[str] = ""  # what API_URL holds behind scheme, host and port

    gateway_ref: ClassVar[str]  # the id in `accepted`
    refused_for_good: ClassVar[Answer]
    refused_class: ClassVar[ErrorClass] = ErrorClass.BAD_PHONE
    refused_code: ClassVar[str]
    refused_for_now: ClassVar[Answer]
    throttled: ClassVar[Answer] = Answer(429, b"{}", {"Retry-After": "7"})
    delivered_word: ClassVar[str]  # the gateway's own word for it, as `receipt` puts it in

    @abstractmethod
    def accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        """The gateway's answer that it took these texts; `gateway_ref` is the id of the first."""

    @abstractmethod
    def receipt(self, status_word: str) -> Callback:
        """A rightly signed receipt with this status word."""

    @abstractmethod
    def forged(self) -> Callback:
        """A receipt whose signature or token is wrong."""

    @abstractmethod
    def unsigned(self) -> Callback:
        """A receipt without signature or token."""

    @abstractmethod
    def malformed(self) -> Sequence[Callback]:
        """Rightly signed callbacks that are broken: without an id, cut off, and so on."""

    def build(self, api_url: str, ca_file: str = "") -> Gateway:
        """The adapter with bounds short enough for tests."""
        wire = Wire(connect_seconds=0.5, read_seconds=0.3, total_seconds=0.5, ca_file=ca_file)
        return self.gateway({**self.settings, "API_URL": api_url + self.api_path}, wire)

    def send(self, stub: Stub, behaviour: Behaviour) -> SendResult:
        stub.behave(behaviour)
        result = self.build(stub.url).send(SMS)
        for secret in (c.name for c in self.gateway.credentials if c.secret):
            value = self.settings.get(secret)
            assert not value or value not in repr(result), f"{secret} is in the result"
        return result

    # What is sent

    def test_its_settings_are_described(self) -> None:
        assert self.gateway.credentials
        assert {c.name for c in self.gateway.credentials} >= set(self.settings)
        assert all(c.meaning for c in self.gateway.credentials)

    def test_it_returns_the_gateways_id(self, stub: Stub) -> None:
        result = self.send(stub, self.accepted([SMS]))
        assert isinstance(result, Accepted)
        assert result.gateway_ref == self.gateway_ref
        assert len(stub.heard) == 1

    def test_a_sender_of_the_texts_own_takes_the_place_of_the_configured_one(
        self, stub: Stub
    ) -> None:
        stub.behave(self.accepted([SMS]))
        gateway = self.build(stub.url)
        gateway.send(SMS)
        assert b"CornerCafe" not in stub.heard[-1].body
        gateway.send(replace(SMS, sender="CornerCafe"))
        assert stub.heard[-1].body.count(b"CornerCafe") == 1
        configured = gateway.sender_id.lstrip("+")
        assert not configured or configured.encode() not in stub.heard[-1].body

    def test_it_takes_the_same_id_twice(self, stub: Stub) -> None:
        gateway = self.build(stub.url)
        stub.behave(self.accepted([SMS]))
        assert gateway.send(SMS) == gateway.send(SMS)

    def test_it_tells_a_refusal_for_good(self, stub: Stub) -> None:
        result = self.send(stub, self.refused_for_good)
        assert isinstance(result, Refused)
        assert result.permanent
        assert (result.code, result.error_class) == (self.refused_code, self.refused_class)

    def test_it_tells_a_refusal_for_now(self, stub: Stub) -> None:
        result = self.send(stub, self.refused_for_now)
        assert isinstance(result, Refused)
        assert not result.permanent
        assert result.error_class is ErrorClass.RETRY

    def test_it_passes_on_how_long_to_wait(self, stub: Stub) -> None:
        result = self.send(stub, self.throttled)
        assert isinstance(result, Refused)
        assert not result.permanent
        assert result.retry_after == 7.0

    def test_it_passes_on_that_the_gateway_is_closed_for_now(self, stub: Stub) -> None:
        result = self.send(stub, Answer(503, b"closed", {"Retry-After": "60"}))
        assert isinstance(result, Refused)
        assert not result.permanent
        assert result.retry_after == 60.0

    @pytest.mark.parametrize(
        "behaviour", [hang, hang_up, drip_headers, drip_body, huge], ids=lambda b: str(b.__name__)
    )
    def test_it_does_not_know_after(self, stub: Stub, behaviour: Behaviour) -> None:
        assert isinstance(self.send(stub, behaviour), Unknown)
        assert len(stub.heard) == 1

    @pytest.mark.parametrize("status", [200, 302, 500, 502, 503])
    def test_it_does_not_know_after_a_page(self, stub: Stub, status: int) -> None:
        assert isinstance(self.send(stub, replace(HTML, status=status)), Unknown)

    @pytest.mark.parametrize("status", [400, 401, 403, 404])
    def test_it_reads_a_page_with_4xx_as_refusal(self, stub: Stub, status: int) -> None:
        assert isinstance(self.send(stub, replace(HTML, status=status)), Refused)

    def test_it_does_not_know_after_half_an_answer(self, stub: Stub) -> None:
        whole = self.accepted([SMS])
        half = replace(whole, body=whole.body[: len(whole.body) // 2])
        assert isinstance(self.send(stub, half), Unknown)

    @pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b'"x"', b"[" * 100_000, b"\xff"])
    def test_it_does_not_know_after_another_shape(self, stub: Stub, body: bytes) -> None:
        assert isinstance(self.send(stub, replace(self.accepted([SMS]), body=body)), Unknown)

    def test_it_never_believes_a_server_error_that_says_accepted(self, stub: Stub) -> None:
        answer = replace(self.accepted([SMS]), status=500)
        assert not isinstance(self.send(stub, answer), Accepted)

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_it_follows_no_redirect(self, stub: Stub, status: int) -> None:
        with Stub() as elsewhere:
            elsewhere.behave(self.accepted([SMS]))
            result = self.send(stub, Answer(status, b"", {"Location": elsewhere.url + "/"}))
            assert not isinstance(result, Accepted)
            assert elsewhere.heard == []

    def test_it_may_try_again_when_nobody_is_there(self) -> None:
        result = self.build(CLOSED_PORT).send(SMS)
        assert isinstance(result, Refused)
        assert (result.permanent, result.error_class) == (False, ErrorClass.RETRY)

    def test_s76_it_speaks_to_the_right_name_only(self, tmp_path: Path) -> None:
        authority = Authority(tmp_path)
        with Stub(authority.issue("other.example")) as impostor:
            impostor.behave(self.accepted([SMS]))
            result = self.build(impostor.url, str(authority.ca_file)).send(SMS)
            assert isinstance(result, Refused)
            assert not result.permanent
            assert impostor.heard == []
        with Stub(authority.issue("127.0.0.1")) as true:
            true.behave(self.accepted([SMS]))
            assert isinstance(self.build(true.url, str(authority.ca_file)).send(SMS), Accepted)

    # What comes back

    def test_it_reads_a_receipt(self) -> None:
        gateway = self.build(CLOSED_PORT)
        callback = self.receipt(self.delivered_word)
        gateway.authenticate(callback)
        (receipt,) = gateway.parse_receipts(callback)
        assert receipt.status is Status.DELIVERED
        assert gateway.parse_receipts(callback) == [receipt]

    def test_it_takes_a_status_word_it_does_not_know(self) -> None:
        gateway = self.build(CLOSED_PORT)
        callback = self.receipt("TELEPORTED")
        gateway.authenticate(callback)
        assert [receipt.status for receipt in gateway.parse_receipts(callback)] == [None]

    def test_it_refuses_a_wrong_credential(self) -> None:
        with pytest.raises(BadCredential):
            self.build(CLOSED_PORT).authenticate(self.forged())

    def test_it_refuses_a_missing_credential(self) -> None:
        with pytest.raises(BadCredential):
            self.build(CLOSED_PORT).authenticate(self.unsigned())

    def test_it_refuses_everything_while_no_credential_is_set(self) -> None:
        empty = self.gateway({}, Wire())
        for callback in (self.receipt(self.delivered_word), self.forged(), self.unsigned()):
            with pytest.raises(BadCredential):
                empty.authenticate(callback)

    def test_it_refuses_a_malformed_callback(self) -> None:
        gateway = self.build(CLOSED_PORT)
        callbacks = self.malformed()
        assert callbacks
        for callback in callbacks:
            gateway.authenticate(callback)
            with pytest.raises(Malformed):
                gateway.parse_receipts(callback)


class BatchContract(GatewayContract):
    """For gateways whose API takes many texts in one call."""

    texts: ClassVar[list[OutgoingSms]] = [
        SMS,
        text_to("+256700111223", "1"),
        text_to("+256700111224", "2"),
    ]
    left_out: ClassVar[type[SendResult]] = Refused  # what `partly_accepted` says of the second

    @abstractmethod
    def partly_accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        """The gateway's answer that it took all texts but the second."""

    def send_batch(self, stub: Stub, behaviour: Behaviour) -> list[SendResult]:
        stub.behave(behaviour)
        return self.build(stub.url).send_batch(self.texts)

    def test_it_hands_over_many_in_one_call(self, stub: Stub) -> None:
        results = self.send_batch(stub, self.accepted(self.texts))
        assert [type(result) for result in results] == [Accepted] * 3
        assert len(stub.heard) == 1
        assert self.gateway.batch_size >= 3

    def test_it_tells_each_text_of_a_partly_accepted_batch(self, stub: Stub) -> None:
        results = self.send_batch(stub, self.partly_accepted(self.texts))
        assert [type(result) for result in results] == [Accepted, self.left_out, Accepted]

    def test_it_knows_of_no_text_after_an_answer_that_leaves_one_out(self, stub: Stub) -> None:
        results = self.send_batch(stub, self.accepted(self.texts[:2]))
        assert len(results) == 3
        assert not isinstance(results[2], Accepted)

    def test_it_does_not_know_of_any_text_after_a_hang(self, stub: Stub) -> None:
        assert [type(result) for result in self.send_batch(stub, hang)] == [Unknown] * 3

    def test_it_sends_nothing_for_nothing(self, stub: Stub) -> None:
        assert self.build(stub.url).send_batch([]) == []
        assert stub.heard == []
