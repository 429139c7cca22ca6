"""A create that is repeated with the same token answers the same."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.program import OTHER_PHONE, PHONE, Cast, Program, error
from twofactor.clock import FixedClock


@pytest.mark.parametrize("header", ["Idempotency-Key", "I-Twilio-Idempotency-Token"])
def test_a_repeated_start_answers_the_same_and_sends_once(
    shop: Program, cast: Cast, header: str
) -> None:
    path = f"{shop.base}/Verifications"
    answers = [
        shop.post(path, {header: "order-17"}, To=PHONE.e164, Channel="sms") for _ in range(3)
    ]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(cast.texts(PHONE)) == 1


def test_many_at_once_create_one(shop: Program) -> None:
    key = {"Idempotency-Key": "one"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: shop.post("/v2/Services", key, FriendlyName="x"), range(16))
        )
    assert len({answer.json["sid"] for answer in answers}) == 1  # type: ignore[index]
    assert len(shop.get("/v2/Services").json["services"]) == 2  # type: ignore[index]


def test_the_same_token_for_another_request_is_refused(shop: Program) -> None:
    path, key = f"{shop.base}/Verifications", {"Idempotency-Key": "order-17"}
    shop.post(path, key, To=PHONE.e164, Channel="sms")
    other = shop.post(path, key, To=OTHER_PHONE.e164, Channel="sms")
    assert error(other) == (409, 20409)


def test_a_token_belongs_to_its_account(shop: Program, trusted: Program) -> None:
    key = {"Idempotency-Key": "order-17"}
    mine = shop.post("/v2/Services", key, FriendlyName="x").json
    theirs = trusted.post("/v2/Services", key, FriendlyName="x").json
    assert mine["sid"] != theirs["sid"]  # type: ignore[index]


def test_a_refused_create_may_be_tried_again(shop: Program, clock: FixedClock) -> None:
    path, key = f"{shop.base}/Verifications", {"Idempotency-Key": "later"}
    for _ in range(5):
        shop.start()
    assert error(shop.post(path, key, To=PHONE.e164, Channel="sms")) == (429, 60203)
    clock.advance(3700)
    assert shop.post(path, key, To=PHONE.e164, Channel="sms").status_code == 201


def test_a_token_is_forgotten_after_a_day(shop: Program, clock: FixedClock) -> None:
    key = {"Idempotency-Key": "order-17"}
    first = shop.post("/v2/Services", key, FriendlyName="x").json
    clock.advance(24 * 3600 + 1)
    assert shop.post("/v2/Services", key, FriendlyName="x").json != first


def test_an_endless_token_is_refused(shop: Program) -> None:
    answer = shop.post("/v2/Services", {"Idempotency-Key": "x" * 300}, FriendlyName="x")
    assert error(answer) == (400, 60200)
