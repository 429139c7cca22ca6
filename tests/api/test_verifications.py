"""Verifications: start, fetch, update."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.api.program import OTHER_PHONE, PHONE, Cast, Program, error, wrong
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Message
from twofactor.models.database import transaction
from twofactor.sms.phone import Phone
from twofactor.verify import verifications


def test_it_texts_a_code_and_answers_in_twilios_shape(shop: Program, cast: Cast) -> None:
    answer = shop.start()
    assert answer.status_code == 201
    told = answer.json
    assert told is not None
    assert told["to"] == PHONE.e164
    assert (told["status"], told["valid"], told["channel"]) == ("pending", False, "sms")
    assert re.fullmatch("VE[0-9a-f]{32}", told["sid"])
    assert told["url"].endswith(f"{shop.base}/Verifications/{told['sid']}")
    assert told["date_created"] == "2026-11-02T12:00:00Z"
    (sent,) = told["send_code_attempts"]
    assert sent["channel"] == "SMS"
    assert re.fullmatch("VL[0-9a-f]{32}", sent["attempt_sid"])
    assert "Shop" in cast.texts(PHONE)[0]


def test_s61_the_code_is_in_no_answer(shop: Program, cast: Cast) -> None:
    started = shop.start()
    code = cast.code(PHONE)
    sid = started.json["sid"]  # type: ignore[index]
    answers = [
        started,
        shop.get(f"{shop.base}/Verifications/{sid}"),
        shop.check(wrong(code)),
        shop.get("/v2/Attempts"),
        shop.check(code),
    ]
    assert not [answer for answer in answers if re.search(rf"(?<!\w){code}(?!\w)", answer.text)]


def test_it_sends_the_same_code_while_it_lives(
    shop: Program, cast: Cast, clock: FixedClock
) -> None:
    first = shop.start().json
    code = cast.code(PHONE)
    clock.advance(299)
    second = shop.start().json
    assert first is not None
    assert second is not None
    assert second["sid"] == first["sid"]
    assert cast.code(PHONE) == code
    assert len(second["send_code_attempts"]) == 2


def test_s61_it_refuses_a_sixth_send(shop: Program) -> None:
    for _ in range(5):
        assert shop.start().status_code == 201
    assert error(shop.start()) == (429, 60203)


def test_a_new_code_comes_once_the_old_one_has_expired(shop: Program, clock: FixedClock) -> None:
    first = shop.start().json
    clock.advance(301)
    second = shop.start().json
    assert first["sid"] != second["sid"]  # type: ignore[index]
    assert error(shop.get(f"{shop.base}/Verifications/{first['sid']}")) == (404, 20404)  # type: ignore[index]
    assert shop.get(f"{shop.base}/Verifications/{second['sid']}").status_code == 200  # type: ignore[index]


def test_it_cancels(shop: Program, cast: Cast) -> None:
    sid = shop.start().json["sid"]  # type: ignore[index]
    code = cast.code(PHONE)
    told = shop.post(f"{shop.base}/Verifications/{sid}", Status="canceled")
    assert (told.status_code, told.json["status"]) == (200, "canceled")  # type: ignore[index]
    assert shop.get(f"{shop.base}/Verifications/{sid}").json["status"] == "canceled"  # type: ignore[index]
    assert error(shop.check(code)) == (404, 20404)
    again = shop.post(f"{shop.base}/Verifications/{sid}", Status="canceled")
    assert error(again) == (404, 20404)


def test_s62_an_ordinary_key_can_not_approve(shop: Program) -> None:
    sid = shop.start().json["sid"]  # type: ignore[index]
    answer = shop.post(f"{shop.base}/Verifications/{sid}", Status="approved")
    assert error(answer) == (403, 20003)
    assert shop.get(f"{shop.base}/Verifications/{sid}").json["status"] == "pending"  # type: ignore[index]


def test_s62_a_key_with_the_scope_approves(trusted: Program) -> None:
    sid = trusted.start().json["sid"]  # type: ignore[index]
    answer = trusted.post(f"{trusted.base}/Verifications/{sid}", Status="approved")
    assert (answer.json["status"], answer.json["valid"]) == ("approved", True)  # type: ignore[index]


def test_s62_custom_code_needs_scope_and_service(shop: Program, trusted: Program) -> None:
    assert error(shop.start(CustomCode="123456")) == (403, 20003)
    assert error(shop.post(shop.base, CustomCodeEnabled="true")) == (403, 20003)
    assert error(trusted.start(CustomCode="123456")) == (403, 60204)
    assert trusted.post(trusted.base, CustomCodeEnabled="true").status_code == 200
    assert trusted.start(CustomCode="482913").status_code == 201
    assert trusted.check("482913").json["valid"] is True  # type: ignore[index]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": "+12025550171"}, 60200),
        ({"To": "12", "Channel": "sms"}, 60200),
        ({"To": "+12025550171", "Channel": "email"}, 60200),
        ({"To": "+12025550171", "Channel": "sms", "Shoe": "42"}, 20001),
        ({"To": "+12025550171", "Channel": "sms", "Amount": "5"}, 60204),
        ({"To": "+12025550171", "Channel": "sms", "TemplateSid": "HJ"}, 60204),
        ({"To": "+12025550171", "Channel": "sms", "Locale": "../etc"}, 60200),
        ({"To": "+12025550171", "Channel": "sms", "DeviceIp": "1.2.3"}, 60200),
        ({"To": "+12025550171", "Channel": "sms", "Tags": "[1]"}, 60200),
        ({"To": "+12025550171", "Channel": "sms", "RateLimits": '{"a": "b"}'}, 60200),
        ({"To": "+442079460000", "Channel": "sms"}, 60205),
    ],
)
def test_it_refuses_what_it_can_not_do(shop: Program, fields: dict[str, str], code: int) -> None:
    answer = shop.post(f"{shop.base}/Verifications", **fields)
    assert error(answer) == (400, code)


def test_s48_a_parameter_given_twice_is_refused(shop: Program) -> None:
    path = f"{shop.base}/Verifications"
    body = "To=%2B12025550171&Channel=sms&Channel=sms"
    kind = "application/x-www-form-urlencoded"
    answer = shop.client.post(path, data=body, content_type=kind, headers=shop.headers())
    assert error(answer) == (400, 20001)


def test_s64_privileged_fields_never_set_anything(shop: Program) -> None:
    for name in ("status", "Status", "checks", "is_admin", "account_sid", "valid"):
        fields = {"To": PHONE.e164, "Channel": "sms", name: "approved"}
        assert error(shop.post(f"{shop.base}/Verifications", **fields)) == (400, 20001)


def test_friendly_name_and_app_hash_shape_the_text(shop: Program, cast: Cast) -> None:
    shop.start(CustomFriendlyName="Corner Cafe", Locale="en-GB")
    assert "Corner Cafe" in cast.texts(PHONE)[0]
    shop.start(OTHER_PHONE, AppHash="He42w354ol9")
    assert cast.texts(OTHER_PHONE)[0].endswith("\n\nHe42w354ol9")


def test_a_text_sent_again_keeps_name_and_app_hash(
    app: Flask, shop: Program, cast: Cast, clock: FixedClock
) -> None:
    shop.start(CustomFriendlyName="Corner Cafe", AppHash="He42w354ol9")
    first = cast.texts(PHONE)[0]
    shop.start()
    with app.app_context(), transaction():  # nobody knows whether the last one left
        newest = db.session.scalars(select(func.max(Message.id))).one()
        assert newest is not None
        assert verifications.chase(house().kit, newest)
    assert cast.texts(PHONE) == [first, first, first]
    shop.start(CustomFriendlyName="Market Hall")
    assert "Market Hall" in cast.texts(PHONE)[0]


def test_a_country_that_is_closed_says_so(shop: Program, cast: Cast) -> None:
    answer = shop.post(f"{shop.base}/Verifications", To="+881612345678", Channel="sms")
    assert error(answer)[0] == 400
    assert not cast.texts(PHONE)


def test_s25_a_limit_answers_429_with_retry_after(shop: Program, clock: FixedClock) -> None:
    for _ in range(5):
        shop.start()
    clock.advance(301)
    answer = shop.start()
    assert error(answer) == (429, 20429)
    assert int(answer.headers["Retry-After"]) > 0


def test_texts_to_neighbouring_numbers_stop_and_risk_check_lifts_that_with_its_scope(
    shop: Program, trusted: Program
) -> None:
    neighbours = [Phone(f"+1202555{number:04d}", "US") for number in range(2000, 2021)]
    assert {shop.start(phone).status_code for phone in neighbours[:20]} == {201}
    refused = shop.start(neighbours[20])
    assert error(refused) == (429, 60410)
    assert int(refused.headers["Retry-After"]) > 0
    assert error(shop.start(neighbours[20], RiskCheck="disable")) == (403, 20003)
    assert trusted.start(neighbours[20], RiskCheck="disable").status_code == 201


def test_device_ip_counts_against_its_address(shop: Program) -> None:
    phones = [Phone(f"+1{area}5550171", "US") for area in (202, 203, 205, 206, 207, 208, 209, 210)]
    phones += [Phone(f"+1{area}5550171", "US") for area in (212, 213, 214)]
    answers = [shop.start(phone, DeviceIp="198.51.100.7") for phone in phones]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    assert shop.start(phones[10], DeviceIp="198.51.100.8").status_code == 201
