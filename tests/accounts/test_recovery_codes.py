"""/account/recovery-codes, and the codes at /login/other."""

import pytest
from flask import Flask
from sqlalchemy import text

from tests.accounts.people import make_recovery_codes
from tests.browser import alert
from tests.cast import ALICE, BOB, Cast
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.verify import passwords, recovery
from twofactor.verify.codes import UnreadableCode


def test_s12_a_set_has_ten_codes_of_a_hundred_bits_each(cast: Cast) -> None:
    codes = make_recovery_codes(cast.logged_in())
    secrets = {code.replace("-", "")[recovery.SELECTOR_LENGTH :] for code in codes}
    assert len(secrets) == 10
    assert {len(secret) * 5 for secret in secrets} == {100}


def test_the_codes_are_shown_once(cast: Cast) -> None:
    browser = cast.logged_in()
    codes = make_recovery_codes(browser)
    page = browser.get("/account/recovery-codes").text
    assert "10 of 10 left" in page
    assert not any(code in page for code in codes)


def test_s12_a_code_lets_in_once(cast: Cast) -> None:
    code = make_recovery_codes(cast.logged_in())[3]
    browser = cast.at_code_page()
    answer = browser.post("/login/other", method="recovery", code=code.lower())
    assert (answer.status_code, answer.location) == (303, "/account")
    page = browser.get("/account").text
    assert "9 recovery codes are left" in page
    again = cast.at_code_page().post("/login/other", method="recovery", code=code)
    assert again.status_code == 200
    assert alert(again) == "Enter a correct recovery code that you have not used yet"


def test_a_new_set_ends_the_old_one(cast: Cast) -> None:
    browser = cast.logged_in()
    old = make_recovery_codes(browser)
    new = make_recovery_codes(browser)
    refused = cast.at_code_page().post("/login/other", method="recovery", code=old[0])
    assert refused.status_code == 200
    answer = cast.at_code_page().post("/login/other", method="recovery", code=new[0])
    assert answer.status_code == 303


def test_s12_five_tries_an_hour(cast: Cast, clock: FixedClock) -> None:
    code = make_recovery_codes(cast.logged_in())[0]
    browser = cast.at_code_page()
    for _ in range(5):
        answer = browser.post("/login/other", method="recovery", code="AAAA" * 6)
        assert answer.status_code == 200
    assert browser.post("/login/other", method="recovery", code=code).status_code == 429
    clock.advance(3700)
    later = cast.at_code_page()
    assert later.post("/login/other", method="recovery", code=code).status_code == 303


@pytest.mark.parametrize("known", [True, False])
def test_s12_a_try_costs_one_slow_hash(
    known: bool, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = make_recovery_codes(cast.logged_in())
    browser = cast.at_code_page()
    calls: list[str] = []
    slow = passwords.is_right

    def counted(password_hash: str, password: str) -> bool:
        calls.append(password_hash)
        return slow(password_hash, password)

    monkeypatch.setattr(passwords, "is_right", counted)
    start = codes[0][:4] if known else "".join(sorted(recovery.ALPHABET[:4]))
    browser.post("/login/other", method="recovery", code=start + "A" * 20)
    assert len(calls) == 1


def test_bob_needs_another_factor_first(cast: Cast) -> None:
    answer = cast.logged_in(BOB).post("/account/recovery-codes", form="/account/phone")
    assert (answer.status_code, answer.location) == (303, "/account")


def test_only_slow_hashes_are_kept(cast: Cast, app: Flask) -> None:
    codes = make_recovery_codes(cast.logged_in())
    with app.app_context():
        rows = repr(db.session.execute(text("SELECT * FROM recovery_codes")).all())
    assert rows.count("$argon2id$") == 10
    assert not any(code.replace("-", "")[4:] in rows for code in codes)


def test_s19_making_them_asks_for_a_fresh_factor(cast: Cast, clock: FixedClock) -> None:
    browser = cast.logged_in(ALICE)
    clock.advance(301)
    answer = browser.post("/account/recovery-codes")
    assert (answer.status_code, answer.location) == (303, "/account/confirm")


@pytest.mark.parametrize("typed", ["", "123456", "A" * 23, "A" * 25, "ÄÄÄÄ" * 6])
def test_it_says_what_a_recovery_code_looks_like(typed: str) -> None:
    with pytest.raises(UnreadableCode) as error:
        recovery.read(typed)
    assert "24 letters" in error.value.reason


def test_it_reads_what_people_type() -> None:
    assert recovery.read(" abcd-efgh 2345\t6772-0187-zzzz ") == "ABCDEFGH23456772OIB7ZZZZ"
