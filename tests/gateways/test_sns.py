"""SNS signatures: which messages are really Amazon's, and where certificates come from."""

from typing import Any

import pytest

from tests.gateways.sns_signer import CERTIFICATE_URL, Signer, enveloped
from twofactor.gateways.callback import BadCredential
from twofactor.gateways.sns import FetchedCertificates, check_signature
from twofactor.gateways.wire import Reply, Wire, WireError

SIGNER = Signer()


def check(message: dict[str, Any]) -> None:
    check_signature(message, SIGNER.certificate)


class CountingWire(Wire):
    """Answers every call alike, and counts."""

    def __init__(self, status: int, body: bytes = b"pem") -> None:
        super().__init__()
        self.calls: list[str] = []
        self._reply = Reply(status, {}, body)

    def call(self, method: str, url: str, **_: Any) -> Reply:
        self.calls.append(url)
        return self._reply


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("extra", [{}, {"Subject": "delivery"}], ids=["plain", "with subject"])
def test_it_takes_both_signature_versions(version: str, extra: dict[str, str]) -> None:
    check(SIGNER.sign(enveloped(**extra), version))


def test_it_takes_a_subscription_confirmation() -> None:
    check(SIGNER.sign(enveloped("SubscriptionConfirmation", Token="t", SubscribeURL="https://x")))


@pytest.mark.parametrize("name", ["Message", "MessageId", "Timestamp", "TopicArn"])
def test_it_refuses_a_changed_field(name: str) -> None:
    with pytest.raises(BadCredential):
        check({**SIGNER.sign(enveloped()), name: "another"})


@pytest.mark.parametrize("name", ["Message", "Type", "Signature", "SignatureVersion", "TopicArn"])
def test_it_refuses_a_missing_field(name: str) -> None:
    message = SIGNER.sign(enveloped())
    del message[name]
    with pytest.raises(BadCredential):
        check(message)


def test_it_refuses_a_signature_of_another_version() -> None:
    with pytest.raises(BadCredential):
        check(SIGNER.sign(enveloped(), "1") | {"SignatureVersion": "2"})


def test_it_refuses_a_signature_by_another_key() -> None:
    with pytest.raises(BadCredential):
        check(Signer().sign(enveloped()))


@pytest.mark.parametrize("signature", ["", "not base64 !", "AAAA"])
def test_it_refuses_a_broken_signature(signature: str) -> None:
    with pytest.raises(BadCredential):
        check(SIGNER.sign(enveloped()) | {"Signature": signature})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem",
        "https://sns.eu-west-1.amazonaws.com:444/a.pem",
        "https://s3.eu-west-1.amazonaws.com/a.pem",
        "https://sns.evil.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com/a.pem?x=1",
        "https://sns.eu-west-1.amazonaws.com/a.pem\n",
    ],
)
def test_it_fetches_no_certificate_from_elsewhere(url: str) -> None:
    asked: list[str] = []

    def source(asked_url: str) -> bytes:
        asked.append(asked_url)
        return b""

    with pytest.raises(BadCredential):
        check_signature(SIGNER.sign(enveloped(), SigningCertURL=url), source)
    assert asked == []


def test_it_refuses_a_certificate_that_is_none() -> None:
    with pytest.raises(BadCredential):
        check_signature(SIGNER.sign(enveloped()), lambda url: b"<html>")


def test_a_certificate_is_fetched_once() -> None:
    wire = CountingWire(200)
    source = FetchedCertificates(wire)
    assert [source(CERTIFICATE_URL), source(CERTIFICATE_URL)] == [b"pem", b"pem"]
    assert wire.calls == [CERTIFICATE_URL]


def test_few_certificates_are_kept() -> None:
    wire = CountingWire(200)
    source = FetchedCertificates(wire)
    for n in range(9):
        source(f"{CERTIFICATE_URL}{n}")
    source(f"{CERTIFICATE_URL}0")
    assert len(wire.calls) == 10


def test_a_certificate_that_does_not_exist_is_a_bad_credential() -> None:
    with pytest.raises(BadCredential):
        FetchedCertificates(CountingWire(403))(CERTIFICATE_URL)


def test_a_certificate_that_is_not_served_now_is_no_verdict() -> None:
    with pytest.raises(WireError):
        FetchedCertificates(CountingWire(503))(CERTIFICATE_URL)
