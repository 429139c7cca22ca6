"""Codes: how they are drawn, how long and for what they live, how they rest (S-01…S-05, S-10,
S-11, S-15, S-16)."""

import inspect
import re
from collections import Counter
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.cast import ALICE, ALICE_PHONE, BOB, BOB_PHONE, Cast
from tests.security.houses import house_on
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.crypto import Keyring
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Message, Verification
from twofactor.models.database import transaction
from twofactor.verify import codes
from twofactor.words import VerificationStatus

# Chi-square with 9 degrees of freedom exceeds this with probability 1e-4 (and a million-fold draw
# of the whole test suite is not planned).
CHI_SQUARE_9 = 33.72


def test_s01_every_position_is_uniform_and_leading_zeros_stay() -> None:
    drawn = [codes.draw(6) for _ in range(100_000)]
    assert all(len(code) == 6 for code in drawn)
    for position in range(6):
        seen = Counter(code[position] for code in drawn)
        chi_square = sum((seen[digit] - 10_000) ** 2 / 10_000 for digit in "0123456789")
        assert chi_square < CHI_SQUARE_9 * 1.5  # 1.5: the suite runs thousands of times
    leading = sum(code[0] == "0" for code in drawn) / len(drawn)
    assert abs(leading - 0.1) < 0.005


@pytest.mark.parametrize("value", [0, 7, 123_456, 999_999])
def test_s01_the_lowest_and_the_highest_code_have_six_digits(value: int) -> None:
    assert codes.draw(6, lambda _: value) == f"{value:06d}"


@pytest.mark.parametrize(("seconds", "is_let_in"), [(299, True), (300, False), (301, False)])
def test_s02_a_code_lives_as_long_as_it_should(
    cast: Cast, clock: FixedClock, seconds: int, is_let_in: bool
) -> None:
    browser = cast.at_code_page()
    code = cast.code()
    clock.advance(seconds)
    answer = browser.post("/login/code", code=code)
    assert (answer.status_code == 303) is is_let_in


@pytest.mark.parametrize(("seconds", "is_let_in"), [(599, True), (601, False)])
def test_s02_nothing_makes_a_code_live_beyond_ten_minutes(
    tmp_path: Path, clock: FixedClock, seconds: int, is_let_in: bool
) -> None:
    with house_on(tmp_path, clock, CODE_LIFETIME_SECONDS="600") as app:
        cast = Cast(app, clock)
        browser, first = cast.at_code_page(), cast_verification(app)
        for _ in range(4):
            clock.advance(120)
            assert browser.post("/login/resend", form="/login/code").status_code == 303
        assert cast_verification(app).expires_at == first.created_at + timedelta(seconds=600)
        fields = {"code": cast.code(), "csrf_token": browser.token("/login/code")}
        clock.advance(seconds - 480)
        answer = browser.client.post("/login/code", data=fields)
        assert (answer.location == "/account") is is_let_in


def cast_verification(app: Flask) -> Verification:
    """The newest verification."""
    with app.app_context():
        newest = select(Verification).order_by(Verification.id.desc()).limit(1)
        return db.session.scalars(newest).one()


def test_s03_a_code_is_taken_once(cast: Cast) -> None:
    browser = cast.at_code_page()
    code, token = cast.code(), browser.token("/login/code")
    copied = browser.client.get_cookie("sixdigits")
    assert browser.post("/login/code", code=code).status_code == 303
    assert copied is not None
    browser.client.set_cookie("sixdigits", copied.value)
    again = browser.client.post("/login/code", data={"code": code, "csrf_token": token})
    assert (again.status_code, again.location) == (303, "/login")


def test_s04_a_code_works_for_its_browser_account_and_purpose_only(
    cast: Cast, clock: FixedClock
) -> None:
    alice, bob = cast.at_code_page(ALICE), cast.logged_in(BOB)
    bob.post("/account/phone", phone=BOB_PHONE.e164, country="US")
    login_code, enrol_code = cast.code(ALICE_PHONE), cast.code(BOB_PHONE)
    assert login_code != enrol_code
    assert bob.post("/account/phone/confirm", code=login_code).status_code == 200
    assert alice.post("/login/code", code=enrol_code).status_code == 200
    assert alice.post("/login/code", code=login_code).status_code == 303
    clock.advance(301)  # past the freshness of the second factor
    alice.post("/account/confirm/send", form="/account/confirm")
    step_up_code = cast.code(ALICE_PHONE)
    other = cast.at_code_page(ALICE, "203.0.113.8")
    second_code = cast.code(ALICE_PHONE)
    assert step_up_code != second_code
    assert other.post("/login/code", code=step_up_code).status_code == 200
    assert alice.post("/account/confirm", code=second_code).status_code == 200


def test_s04_a_code_of_one_browser_opens_no_other(cast: Cast) -> None:
    first, second = cast.at_code_page(), cast.at_code_page()
    newest = cast.code()
    assert first.post("/login/code", code=newest).status_code == 200
    assert second.post("/login/code", code=newest).status_code == 303


def test_s05_asking_again_adds_no_checks_and_no_life(cast: Cast, clock: FixedClock) -> None:
    browser = cast.at_code_page()
    wrong, before = cast.wrong_code(), cast_verification(cast.app)
    for wait in (30, 40, 60):
        assert browser.post("/login/code", code=wrong).status_code == 200
        clock.advance(wait)
        assert browser.post("/login/resend", form="/login/code").status_code == 303
    after = cast_verification(cast.app)
    assert (after.id, after.expires_at, after.checks) == (before.id, before.expires_at, 3)
    assert len(set(cast.texts())) == 1
    with cast.app.app_context():
        live = select(Verification).where(Verification.status == VerificationStatus.PENDING)
        assert len(db.session.scalars(live).all()) == 1


def test_s10_codes_are_compared_as_digests_of_one_length() -> None:
    """tests/structure/test_constant_time.py forbids `==` on secrets in all sources."""
    keyring = Keyring("k" * 32, [b"d" * 32])
    digests = {
        code: keyring.digest_code("VE1", code) for code in ("000000", "999999", "1234567890")
    }
    assert {len(digest) for digest in digests.values()} == {36}
    assert keyring.is_code("VE1", "000000", digests["000000"])
    assert not keyring.is_code("VE2", "000000", digests["000000"])
    assert "hmac.compare_digest" in inspect.getsource(Keyring.is_code)


def test_s11_no_code_can_be_read_in_the_database(cast: Cast, tmp_path: Path) -> None:
    browser = cast.at_code_page()
    code = cast.code()
    files = [path for path in tmp_path.iterdir() if path.name.startswith("test.sqlite3")]
    dump = b"".join(path.read_bytes() for path in files)
    assert len(files) >= 2  # the write-ahead log too
    for secret in (code, ALICE_PHONE.e164[1:], "a quiet lake"):
        assert secret.encode() not in dump
    assert browser.post("/login/code", code=code).status_code == 303


@pytest.mark.parametrize("how", ["approved", "exhausted", "expired", "replaced"])
def test_s11_the_copy_is_erased_when_the_verification_ends(
    cast: Cast, clock: FixedClock, how: str
) -> None:
    browser = cast.at_code_page()
    code, wrong = cast.code(), cast.wrong_code()
    verification = cast_verification(cast.app)
    if how == "approved":
        browser.post("/login/code", code=code)
    elif how == "exhausted":
        token = browser.token("/login/code")
        for _ in range(5):
            browser.client.post("/login/code", data={"code": wrong, "csrf_token": token})
    elif how == "expired":
        clock.advance(301)
        with cast.app.app_context():
            jobs.sweep(house().kit)
    else:
        cast.at_code_page()
    with cast.app.app_context():
        ended = db.session.get_one(Verification, verification.id)
        assert (ended.code_digest, ended.code_sealed) == (None, None)


def test_s11_a_body_is_erased_even_while_the_gateway_asks_for_a_long_pause(
    cast: Cast, clock: FixedClock
) -> None:
    cast.at_code_page()
    with cast.app.app_context():
        with transaction():
            message = db.session.scalars(select(Message)).one()
            message.next_try_at = clock.now().replace(hour=23)
        clock.advance(301)
        jobs.sweep(house().kit)
        db.session.expire_all()
        assert (message.body_sealed, message.status) == (None, "expired")


def test_s15_the_text_ends_with_the_line_that_binds_it_to_our_host(cast: Cast) -> None:
    browser = cast.at_code_page()
    body = cast.texts()[0]
    assert re.search(r"\n@127\.0\.0\.1 #[0-9]{6}\Z", body)
    assert "Sixdigits" in body
    assert "http" not in body
    assert re.findall(r"[0-9]{6,}", body.rpartition("\n")[0]) == [cast.code()]
    assert browser.get("/login/code", headers={"Host": "evil.example"}).status_code == 400


def test_s15_a_forged_host_never_reaches_a_text(cast: Cast) -> None:
    token = cast.at_code_page(BOB).token("/login")
    for name, value in product(("Host", "X-Forwarded-Host", "Forwarded"), ("evil.example",)):
        cast.at_code_page().client.post(
            "/login", data={"email": ALICE, "csrf_token": token}, headers={name: value}
        )
    assert all("evil" not in body for body in cast.texts())


def test_s16_the_code_form_has_one_field_that_phones_fill(cast: Cast) -> None:
    page = cast.at_code_page().get("/login/code").text
    fields = re.findall(r'<input[^>]*name="code"[^>]*>', page)
    assert len(fields) == 1
    for words in ('autocomplete="one-time-code"', 'inputmode="numeric"'):
        assert words in fields[0]
    assert "onpaste" not in page
    assert 'method="post"' in page
