"""Services: create, list, fetch, change, delete."""

import pytest
from flask import Flask

from tests.api.program import Program, error


def test_a_service_has_twilios_fields(shop: Program) -> None:
    answer = shop.post("/v2/Services", FriendlyName="Kiosk", CodeLength="8")
    assert answer.status_code == 201
    told = answer.json
    assert told is not None
    assert (told["friendly_name"], told["code_length"]) == ("Kiosk", 8)
    assert told["account_sid"] == shop.account_sid
    assert told["custom_code_enabled"] is False
    assert told["links"]["verification_checks"] == f"{told['url']}/VerificationCheck"
    assert shop.get(f"/v2/Services/{told['sid']}").json == told


def test_it_changes_what_is_given(shop: Program) -> None:
    answer = shop.post(
        shop.base,
        FriendlyName="New",
        SkipSmsToLandlines="true",
        DoNotShareWarningEnabled="true",
        LookupEnabled="false",
    )
    told = answer.json
    assert told is not None
    assert (told["friendly_name"], told["skip_sms_to_landlines"]) == ("New", True)
    assert told["do_not_share_warning_enabled"] is True
    assert told["code_length"] == 6


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("CodeLength", "4", 60200),
        ("CodeLength", "11", 60200),
        ("CodeLength", "six", 60200),
        ("FriendlyName", "", 60200),
        ("FriendlyName", "a\x00b", 60200),
        ("LookupEnabled", "true", 60200),
        ("Psd2Enabled", "true", 60200),
        ("TtsName", "x", 60204),
        ("Push.IncludeDate", "true", 60204),
        ("Totp.Issuer", "x", 60204),
        ("Passkeys.RelyingParty.Id", "x", 60204),
        ("is_admin", "true", 20001),
        ("account_sid", "AC" + "0" * 32, 20001),
    ],
)
def test_s64_it_refuses_what_it_does_not_take(
    shop: Program, name: str, value: str, code: int
) -> None:
    assert error(shop.post(shop.base, **{name: value})) == (400, code)


def test_a_deleted_service_is_gone(shop: Program) -> None:
    shop.start()
    gone = shop.delete(shop.base)
    assert (gone.status_code, gone.data) == (204, b"")
    assert error(shop.get(shop.base)) == (404, 20404)
    assert error(shop.start()) == (404, 20404)
    assert shop.get("/v2/Services").json["services"] == []  # type: ignore[index]


def test_lists_go_on_from_page_to_page_and_back(shop: Program) -> None:
    for number in range(6):
        shop.post("/v2/Services", FriendlyName=f"S{number}")
    first = shop.get("/v2/Services?PageSize=3").json
    assert first is not None
    assert [s["friendly_name"] for s in first["services"]] == ["S5", "S4", "S3"]
    assert first["meta"]["key"] == "services"
    assert first["meta"]["previous_page_url"] is None
    second = shop.get(first["meta"]["next_page_url"]).json
    assert second is not None
    assert [s["friendly_name"] for s in second["services"]] == ["S2", "S1", "S0"]
    third = shop.get(second["meta"]["next_page_url"]).json
    assert third is not None
    assert [s["friendly_name"] for s in third["services"]] == ["Shop"]
    assert third["meta"]["next_page_url"] is None
    back = shop.get(second["meta"]["previous_page_url"]).json
    assert back is not None
    assert back["services"] == first["services"]
    by_number = shop.get("/v2/Services?PageSize=3&Page=1").json
    assert by_number is not None
    assert by_number["services"] == second["services"]


def test_a_list_goes_on_though_what_it_ended_with_was_deleted(shop: Program) -> None:
    for number in range(3):
        shop.post("/v2/Services", FriendlyName=f"S{number}")
    first = shop.get("/v2/Services?PageSize=2").json
    assert first is not None
    for service in first["services"]:
        shop.delete(f"/v2/Services/{service['sid']}")
    rest = shop.get(first["meta"]["next_page_url"]).json
    assert [s["friendly_name"] for s in rest["services"]] == ["S0", "Shop"]  # type: ignore[index]


def test_s60_a_foreign_sid_in_a_page_token_is_as_unknown_as_any(app: Flask, shop: Program) -> None:
    other = Program(app, "Other")
    started = other.start().json
    assert started is not None
    for path, sid in (
        ("/v2/Services", other.service_sid),
        ("/v2/Attempts", "SM" + started["send_code_attempts"][0]["attempt_sid"][2:]),
    ):
        foreign = shop.get(f"{path}?PageToken=PA{sid}")
        unknown = shop.get(f"{path}?PageToken=PA{sid[:2]}{'0' * 32}")
        assert error(foreign) == (400, 60200)
        assert foreign.text == unknown.text


@pytest.mark.parametrize(
    "query",
    ["PageSize=0", "PageSize=1001", "Page=-1", "PageToken=x", "Colour=red", "Page=1&Page=2"],
)
def test_it_refuses_a_page_that_can_not_be(shop: Program, query: str) -> None:
    assert error(shop.get(f"/v2/Services?{query}"))[0] == 400
