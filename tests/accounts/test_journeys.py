"""Whole walks of people in trouble."""

from flask import Flask

from tests.accounts.mailbox import link, mails
from tests.accounts.people import app_code, enrol_app, make_recovery_codes
from tests.browser import Browser
from tests.cast import ALICE, ALICE_PHONE, BOB, PASSWORD, Cast
from twofactor.clock import FixedClock
from twofactor.sms.phone import Phone

NEW_PHONE = Phone("+12025550189", "US")


def test_lost_phone_a_recovery_code_and_then_a_new_phone(cast: Cast, clock: FixedClock) -> None:
    codes = make_recovery_codes(cast.logged_in())
    clock.advance(90 * 86400)
    alice = cast.at_code_page()
    assert alice.post("/login/other", method="recovery", code=codes[7]).status_code == 303
    assert alice.post("/account/phone", phone=NEW_PHONE.e164).location == "/account/phone/confirm"
    alice.post("/account/phone/confirm", code=cast.code(NEW_PHONE))
    alice.post("/logout", form="/account")
    alice.post("/login", email=ALICE, password=PASSWORD)
    assert alice.post("/login/code", code=cast.code(NEW_PHONE)).location == "/account"
    assert "9 of 10 left" in alice.get("/account/recovery-codes").text


def test_app_only_from_the_sign_up_on(cast: Cast, app: Flask, clock: FixedClock) -> None:
    browser = Browser(app)
    browser.post("/signup", email="nora@example.com", password=PASSWORD)
    before = browser.get("/account/phone").text
    assert "another SIM card, and a text can be read on its way. Without coverage" in before
    assert before.index('href="/account/app"') < before.index("Send the code")
    secret = enrol_app(browser, clock)
    assert "Two steps are on" in browser.get("/account").text
    browser.post("/logout", form="/account")
    clock.advance(60)
    assert browser.post("/login", email="nora@example.com", password=PASSWORD).location == (
        "/login/other"
    )
    answer = browser.post("/login/other", method="app", code=app_code(secret, clock))
    assert answer.location == "/account"
    assert cast.deliver() == 0


def test_s13_the_stronger_ways_are_offered_again_after_the_phone(cast: Cast) -> None:
    page = cast.logged_in().get("/account").text
    shown = page[page.index("Two steps are on") : page.index("Second step")]
    assert 'href="/account/passkeys"' in shown
    assert 'href="/account/app"' in shown


def test_a_stolen_session_ends_by_the_next_request(cast: Cast, app: Flask) -> None:
    owner, thief = cast.logged_in(), Browser(app)
    cookie = owner.client.get_cookie("sixdigits")
    assert cookie is not None
    thief.client.set_cookie("sixdigits", cookie.value)
    assert thief.get("/account").status_code == 200
    owner.post("/account/sessions", all="y")
    owner.post("/logout", form="/account")
    assert thief.get("/account").location.startswith("/login")
    assert thief.client.post("/account/data", data={"do": "export"}).status_code == 400


def test_app_only_through_a_step_up(cast: Cast, clock: FixedClock) -> None:
    bob = cast.logged_in(BOB)
    secret = enrol_app(bob, clock)
    clock.advance(301)
    assert bob.get("/account/passkeys").location == "/account/confirm"
    answer = bob.post("/account/confirm", method="app", code=app_code(secret, clock))
    assert answer.location == "/account/passkeys"
    assert bob.get("/account/passkeys").status_code == 200
    assert cast.deliver() == 0


def test_stolen_password_the_owner_is_warned_and_shuts_the_thief_out(
    cast: Cast, app: Flask
) -> None:
    thief = cast.at_code_page(address="198.51.100.9")
    wrong, token = cast.wrong_code(), thief.token("/login/code")
    for _ in range(5):
        thief.client.post("/login/code", data={"code": wrong, "csrf_token": token})
    told = mails(app, ALICE)[0]
    assert "Somebody typed your password and then wrong codes" in told
    assert "Not you?" in cast.texts(ALICE_PHONE)[0]
    owner = Browser(app)
    owner.post(link(told, "not-me"))
    sent = len(cast.texts(ALICE_PHONE))
    again = Browser(app, "198.51.100.9").post("/login", email=ALICE, password=PASSWORD)
    assert again.status_code == 429, "texts to her phone were not frozen"
    owner.post(link(mails(app, ALICE)[0], "login/reset"), password="quite another one here")
    assert Browser(app).post("/login", email=ALICE, password=PASSWORD).status_code == 200
    assert [t for t in cast.texts(ALICE_PHONE)[:-sent] if "#" in t] == []


def test_an_operator_helps_somebody_whose_number_went_to_another(cast: Cast) -> None:
    bob = cast.logged_in(BOB)
    bob.post("/account/phone", phone=ALICE_PHONE.e164)
    bob.post("/account/phone/confirm", code=cast.code(ALICE_PHONE))
    alice = Browser(cast.app)
    assert alice.post("/login", email=ALICE, password=PASSWORD).location == "/login/other"
    assert "no other way" in alice.get("/login/other").text


def test_the_text_of_the_other_way_page_keeps_the_wait(cast: Cast, clock: FixedClock) -> None:
    alice = cast.at_code_page()
    sid = alice.get("/login/other").text.split('name="phone" value="')[1][:34]
    refused = alice.post("/login/other", method="phone", phone=sid)
    assert refused.status_code == 429
    clock.advance(30)
    assert alice.post("/login/other", method="phone", phone=sid).location == "/login/code"
    assert len(cast.texts()) == 2
