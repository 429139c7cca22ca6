"""A phone is changed, undone, or given to somebody else by the carrier."""

from flask import Flask

from tests.accounts.mailbox import link, mails
from tests.accounts.people import make_recovery_codes
from tests.browser import Browser
from tests.cast import ALICE, ALICE_PHONE, BOB, BOB_PHONE, PASSWORD, Cast
from twofactor.clock import FixedClock
from twofactor.sms.phone import Phone

NEW_PHONE = Phone("+12025550189", "US")


def change(browser: Browser, cast: Cast, phone: Phone = NEW_PHONE, **more: str) -> None:
    """Give and confirm a phone."""
    assert browser.post("/account/phone", phone=phone.e164, **more).status_code == 303
    answer = browser.post("/account/phone/confirm", code=cast.code(phone))
    assert (answer.status_code, answer.location) == (303, "/account")


def test_s18_the_old_phone_counts_until_the_new_one_is_confirmed(cast: Cast) -> None:
    browser = cast.logged_in()
    browser.post("/account/phone", phone=NEW_PHONE.e164)
    other = cast.at_code_page()
    assert other.post("/login/code", code=cast.code(ALICE_PHONE)).status_code == 303


def test_the_new_phone_gets_the_codes_and_the_old_one_none(cast: Cast) -> None:
    change(cast.logged_in(), cast)
    sent = len(cast.texts(ALICE_PHONE))
    browser = cast.at_code_page()
    assert browser.post("/login/code", code=cast.code(NEW_PHONE)).status_code == 303
    assert len(cast.texts(ALICE_PHONE)) == sent


def test_s20_old_number_and_mail_are_told_and_either_undoes_it(cast: Cast, app: Flask) -> None:
    thief = cast.logged_in()
    change(thief, cast)
    assert "phone of your account was changed" in mails(app, ALICE)[0]
    told = cast.texts(ALICE_PHONE)[0]
    assert "phone of your account was changed" in told
    answer = Browser(app).post(link(told, "not-me"))
    assert "Your account is safe again" in answer.text
    assert thief.get("/account").location.startswith("/login")
    owner = cast.at_code_page()
    assert owner.post("/login/code", code=cast.code(ALICE_PHONE)).status_code == 303


def test_a_report_freezes_texts_to_the_number_of_the_thief(
    cast: Cast, app: Flask, clock: FixedClock
) -> None:
    thief = cast.logged_in()
    change(thief, cast)
    Browser(app).post(link(mails(app, ALICE)[0], "not-me"))
    bob = cast.logged_in(BOB)
    refused = bob.post("/account/phone", phone=NEW_PHONE.e164)
    assert refused.status_code == 429
    clock.advance(24 * 3600 + 1)
    later = cast.logged_in(BOB)
    assert later.post("/account/phone", phone=NEW_PHONE.e164).status_code == 303


def test_opening_the_link_alone_changes_nothing(cast: Cast, app: Flask) -> None:
    browser = cast.logged_in()
    change(browser, cast)
    Browser(app).get(link(mails(app, ALICE)[0], "not-me"))
    assert browser.get("/account").status_code == 200


def test_s21_other_sessions_and_living_codes_end(cast: Cast) -> None:
    other, waiting, browser = cast.logged_in(), cast.at_code_page(), cast.logged_in()
    code = cast.code(ALICE_PHONE)
    change(browser, cast)
    assert other.get("/account").location.startswith("/login")
    assert waiting.get("/login/code").location == "/login"
    assert code


def test_a_second_phone_stands_beside_the_first(cast: Cast) -> None:
    browser = cast.logged_in()
    change(browser, cast, second="y")
    login = cast.at_code_page()
    page = login.get("/login/other").text
    assert "ending 23" in page
    assert "ending 89" in page


def test_a_recycled_number_is_withdrawn_and_its_old_owner_told(cast: Cast, app: Flask) -> None:
    codes = make_recovery_codes(cast.logged_in())
    change(cast.logged_in(BOB), cast, ALICE_PHONE)
    assert "no longer counts" in mails(app, ALICE)[0]
    alice = Browser(app)
    answer = alice.post("/login", email=ALICE, password=PASSWORD)
    assert answer.location == "/login/other", "the password alone let her in"
    assert "Text message" not in alice.get("/login/other").text
    assert alice.post("/login/other", method="recovery", code=codes[0]).status_code == 303


def test_s24_nobody_learns_that_a_number_is_in_use(cast: Cast) -> None:
    bob = cast.logged_in(BOB)
    pages = []
    for phone in (ALICE_PHONE, BOB_PHONE):
        answer = bob.post("/account/phone", phone=phone.e164)
        pages.append((answer.status_code, answer.location, len(answer.data)))
    assert pages[0] == pages[1]
