"""/account/app, and its codes at /login/other."""

import re
from datetime import datetime

import pyotp
import pytest
from flask import Flask
from sqlalchemy import text

from tests.accounts.people import app_code, enrol_app
from tests.browser import Browser, alert
from tests.cast import ALICE, BOB, Cast
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.verify import totp


def test_bob_logs_in_with_an_app_alone(cast: Cast, clock: FixedClock) -> None:
    secret = enrol_app(cast.logged_in(BOB), clock)
    clock.advance(30)
    browser = cast.at_code_page(BOB)
    assert browser.get("/login/code").location == "/login/other"
    answer = browser.post("/login/other", method="app", code=app_code(secret, clock))
    assert (answer.status_code, answer.location) == (303, "/account")
    assert "Two steps are on" in browser.get("/account").text
    assert cast.texts() == []


def test_the_other_way_page_sends_no_text_by_itself(cast: Cast, clock: FixedClock) -> None:
    enrol_app(cast.logged_in(), clock)
    browser = cast.at_code_page()
    sent = len(cast.texts())
    for _ in range(3):
        assert "Authenticator app" in browser.get("/login/other").text
    assert len(cast.texts()) == sent


def test_s14_a_code_is_taken_once_also_out_of_order(cast: Cast, clock: FixedClock) -> None:
    secret = enrol_app(cast.logged_in(BOB), clock)
    clock.advance(60)
    before = app_code(secret, clock, -30)
    now = app_code(secret, clock)
    assert _logs_in(cast, now)
    assert not _logs_in(cast, now)
    assert not _logs_in(cast, before), "an older code still worked inside the drift window"
    clock.advance(30)
    assert _logs_in(cast, app_code(secret, clock))


def test_a_code_of_an_hour_ago_is_wrong(cast: Cast, clock: FixedClock) -> None:
    secret = enrol_app(cast.logged_in(BOB), clock)
    old = app_code(secret, clock)
    clock.advance(3600)
    browser = cast.at_code_page(BOB)
    answer = browser.post("/login/other", method="app", code=old)
    assert answer.status_code == 200
    assert alert(answer).startswith("Enter a correct code from the app")


def test_it_takes_no_more_guesses_than_the_budget_of_a_day(cast: Cast, clock: FixedClock) -> None:
    secret = enrol_app(cast.logged_in(BOB), clock)
    clock.advance(30)
    browser = cast.at_code_page(BOB)
    wrong = f"{(int(app_code(secret, clock)) + 1) % 1_000_000:06d}"
    for _ in range(10):
        assert browser.post("/login/other", method="app", code=wrong).status_code == 200
    refused = browser.post("/login/other", method="app", code=app_code(secret, clock))
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    again = cast.at_code_page(BOB, address="198.51.100.4")
    refused = again.post("/login/other", method="app", code=app_code(secret, clock))
    assert refused.status_code == 429, "a new session brought new guesses"


def test_what_can_not_be_a_code_costs_no_guess(cast: Cast, clock: FixedClock) -> None:
    secret = enrol_app(cast.logged_in(BOB), clock)
    clock.advance(30)
    browser = cast.at_code_page(BOB)
    for _ in range(15):
        assert browser.post("/login/other", method="app", code="12 34").status_code == 200
    answer = browser.post("/login/other", method="app", code=app_code(secret, clock))
    assert answer.status_code == 303


def test_the_secret_stays_the_same_while_the_page_is_reloaded(cast: Cast) -> None:
    browser = cast.logged_in(BOB)
    assert _secret(browser) == _secret(browser)


def test_the_secret_is_sealed_at_rest(cast: Cast, clock: FixedClock, app: Flask) -> None:
    secret = enrol_app(cast.logged_in(BOB), clock)
    with app.app_context():
        rows = db.session.execute(text("SELECT * FROM authenticators")).all()
    assert secret not in repr(rows)


def test_it_does_not_show_the_secret_of_an_enrolled_app(cast: Cast, clock: FixedClock) -> None:
    browser = cast.logged_in(BOB)
    secret = enrol_app(browser, clock)
    assert secret not in browser.get("/account/app").text
    assert secret not in browser.get("/account").text


def test_removing_it_ends_its_codes_and_every_other_session(cast: Cast, clock: FixedClock) -> None:
    browser = cast.logged_in(BOB)
    secret = enrol_app(browser, clock)
    clock.advance(30)
    other = cast.at_code_page(BOB)
    other.post("/login/other", method="app", code=app_code(secret, clock))
    assert other.get("/account").status_code == 200
    assert browser.post("/account/app/remove", form="/account").status_code == 303
    assert other.get("/account").location.startswith("/login")
    assert "one step only" in browser.get("/account").text


def test_s19_it_asks_for_the_present_factor_before_a_new_app(cast: Cast, clock: FixedClock) -> None:
    browser = cast.logged_in(ALICE)
    clock.advance(301)
    answer = browser.get("/account/app")
    assert (answer.status_code, answer.location) == (303, "/account/confirm")
    sent = len(cast.texts())
    page = browser.get("/account/confirm")
    assert "Send me a text" in page.text
    assert len(cast.texts()) == sent, "a text was sent unasked"


@pytest.mark.parametrize(("drift", "taken"), [(-31, True), (0, True), (29, True), (-90, False)])
def test_the_clock_of_the_phone_may_be_a_step_off(drift: int, taken: bool) -> None:
    secret, at = (
        "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        datetime.fromisoformat("2026-11-02T12:00:15+00:00"),
    )
    code = pyotp.TOTP(secret).at(int(at.timestamp()) + drift)
    assert (totp.step_of(secret, code, at) is not None) is taken


def _logs_in(cast: Cast, code: str) -> bool:
    browser = cast.at_code_page(BOB)
    return browser.post("/login/other", method="app", code=code).status_code == 303


def _secret(browser: Browser) -> str:
    found = re.search(
        r'<code id="totp-secret">([A-Z2-7]+)</code>', browser.get("/account/app").text
    )
    assert found is not None
    return found[1]
