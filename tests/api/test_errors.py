"""Errors below /v2/ are JSON in Twilio's shape, whatever goes wrong; other pages stay pages."""

import pytest

from tests.api.program import Program, error
from twofactor.house import house

FORM = "application/x-www-form-urlencoded"


def test_an_unknown_address_is_404(shop: Program) -> None:
    assert error(shop.get("/v2/Nothing")) == (404, 20404)


@pytest.mark.parametrize("sid", ["VA1", "VA" + "0" * 32, "VA%00", "VA" + "Z" * 32])
def test_a_sid_of_another_form_is_404(shop: Program, sid: str) -> None:
    assert error(shop.get(f"/v2/Services/{sid}")) == (404, 20404)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_s48_only_declared_methods(shop: Program, method: str) -> None:
    answer = shop.client.open("/v2/Services", method=method, headers=shop.headers())
    assert error(answer) == (405, 20004)
    assert "POST" in answer.headers["Allow"]


def test_s47_a_large_body_is_413(shop: Program) -> None:
    assert error(shop.post("/v2/Services", FriendlyName="x" * 70_000)) == (413, 20413)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data"])
def test_s47_another_kind_of_body_is_415(shop: Program, kind: str) -> None:
    headers = {**shop.headers(), "Content-Type": kind}
    answer = shop.client.post("/v2/Services", data=b'{"FriendlyName": "x"}', headers=headers)
    assert error(answer) == (415, 20415)


def test_parameters_of_a_change_do_not_travel_in_the_address(shop: Program) -> None:
    assert error(shop.post("/v2/Services?FriendlyName=x", FriendlyName="x")) == (400, 20001)


def test_s79_a_crash_tells_nothing(shop: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    with shop.app.app_context():
        keyring = house().kit.keyring

    def broken(_: str) -> str:
        raise RuntimeError("the secret lies under the mat")

    monkeypatch.setattr(keyring, "hash_token", broken)
    answer = shop.get(shop.base)
    assert error(answer) == (500, 20500)
    assert "mat" not in answer.text


def test_s44_an_unknown_host_is_refused(shop: Program) -> None:
    answer = shop.client.get(shop.base, headers={**shop.headers(), "Host": "evil.example"})
    assert error(answer) == (400, 20001)


def test_pages_keep_their_errors(shop: Program) -> None:
    answer = shop.client.get("/nothing")
    assert answer.status_code == 404
    assert "<html" in answer.text
