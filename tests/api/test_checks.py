"""VerificationCheck."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.program import OTHER_PHONE, PHONE, Cast, Program, error, wrong
from twofactor.clock import FixedClock


def test_the_right_code_approves_once(shop: Program, cast: Cast) -> None:
    sid = shop.start().json["sid"]  # type: ignore[index]
    code = cast.code(PHONE)
    told = shop.check(code)
    assert told.status_code == 200
    assert told.json is not None
    assert (told.json["status"], told.json["valid"], told.json["sid"]) == ("approved", True, sid)
    assert told.json["sna_attempts_error_codes"] == []
    assert error(shop.check(code)) == (404, 20404)
    assert error(shop.get(f"{shop.base}/Verifications/{sid}")) == (404, 20404)


def test_s61_five_wrong_codes_are_pending_and_the_sixth_check_is_refused(
    shop: Program, cast: Cast
) -> None:
    sid = shop.start().json["sid"]  # type: ignore[index]
    code = cast.code(PHONE)
    for _ in range(5):
        told = shop.check(wrong(code))
        assert told.status_code == 200
        assert (told.json["status"], told.json["valid"]) == ("pending", False)  # type: ignore[index]
    assert error(shop.check(code)) == (429, 60202)
    assert error(shop.get(f"{shop.base}/Verifications/{sid}")) == (404, 20404)


def test_s61_an_expired_code_is_not_found(shop: Program, cast: Cast, clock: FixedClock) -> None:
    shop.start()
    code = cast.code(PHONE)
    clock.advance(300)
    assert error(shop.check(code)) == (404, 20404)


def test_it_checks_by_verification_sid(shop: Program, cast: Cast) -> None:
    sid = shop.start().json["sid"]  # type: ignore[index]
    path = f"{shop.base}/VerificationCheck"
    told = shop.post(path, VerificationSid=sid, Code=cast.code(PHONE))
    assert told.json["valid"] is True  # type: ignore[index]


def test_sid_and_phone_must_belong_together(shop: Program, cast: Cast) -> None:
    sid = shop.start().json["sid"]  # type: ignore[index]
    shop.start(OTHER_PHONE)
    path = f"{shop.base}/VerificationCheck"
    fields = {"VerificationSid": sid, "To": OTHER_PHONE.e164, "Code": cast.code(PHONE)}
    assert error(shop.post(path, **fields)) == (404, 20404)


@pytest.mark.parametrize(
    "fields", [{"Code": "123456"}, {"To": PHONE.e164}, {"To": PHONE.e164, "Code": "abc"}]
)
def test_it_says_what_is_missing(shop: Program, fields: dict[str, str]) -> None:
    shop.start()
    assert error(shop.post(f"{shop.base}/VerificationCheck", **fields)) == (400, 60200)


def test_s04_a_code_is_good_at_its_own_service_only(
    shop: Program, trusted: Program, cast: Cast
) -> None:
    shop.start()
    code = cast.code(PHONE)
    assert error(trusted.check(code)) == (404, 20404)
    trusted.start()
    if cast.code(PHONE) != code:
        assert trusted.check(code).json["valid"] is False  # type: ignore[index]


def test_s03_many_clients_with_the_right_code_get_one_approval(shop: Program, cast: Cast) -> None:
    shop.start()
    code = cast.code(PHONE)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: shop.check(code), range(32)))
    assert [a.json["valid"] for a in answers if a.status_code == 200].count(True) == 1  # type: ignore[index]


def test_s06_many_clients_get_five_guesses_together(shop: Program, cast: Cast) -> None:
    shop.start()
    bad = wrong(cast.code(PHONE))
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: shop.check(bad), range(32)))
    assert [answer.status_code for answer in answers].count(200) == 5
