"""/signup: an address belongs to whoever proves it, and the page tells nobody whose it is."""

import re

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.accounts.mailbox import link, mails
from tests.accounts.people import flask
from tests.browser import Browser, alert
from tests.cast import ALICE, BOB_PHONE, PASSWORD, Cast
from twofactor.extensions import db
from twofactor.models import User

NEW = "nora@example.com"
OTHER = "four words never seen together"


def sign_up(app: Flask, email: str, password: str = PASSWORD) -> Browser:
    browser = Browser(app)
    assert browser.post("/signup", email=email, password=password).location == "/account/phone"
    return browser


def enrol(browser: Browser, cast: Cast) -> None:
    browser.post("/account/phone", phone=BOB_PHONE.e164)
    answer = browser.post("/account/phone/confirm", code=cast.code(BOB_PHONE))
    assert answer.location == "/account"


def like(answer: TestResponse) -> tuple[int, list[str], str]:
    """All that an answer shows, but for what is random and for the address that was typed."""
    headers = sorted(name for name, _ in answer.headers)
    plain = re.sub(r'value="([\w.-]{60,}|\d+)"|\b[A-Z]{2}[0-9a-f]{32}\b', "-", answer.text)
    return answer.status_code, headers, plain.replace(ALICE, "-").replace(NEW, "-")


def test_s46_a_taken_address_answers_like_a_new_one(cast: Cast, app: Flask) -> None:
    """Through the whole walk: sign up, look, enrol, log out, log in, ask for mail."""
    seen = []
    for email in (ALICE, NEW):
        browser = Browser(app)
        answers = [browser.post("/signup", email=email, password=OTHER)]
        answers += [browser.get(path) for path in ("/account/phone", "/account")]
        enrol(browser, cast)
        answers.append(browser.post("/account/email/again", form="/account"))
        browser.post("/logout", form="/account")
        answers.append(browser.post("/login", email=email, password=OTHER))
        answers.append(browser.post("/login/code", code=cast.code(BOB_PHONE)))
        answers += [browser.get(f"/account/{page}") for page in ("activity", "email", "sessions")]
        answers.append(Browser(app).post("/login/forgotten", email=email))
        seen.append([like(answer) for answer in answers])
    for taken, fresh in zip(*seen, strict=True):
        assert taken == fresh


def test_the_owner_keeps_the_account_and_is_told(cast: Cast, app: Flask) -> None:
    sign_up(app, ALICE, OTHER)
    assert "You have an account already" in mails(app, ALICE)[0]
    assert Browser(app).post("/login", email=ALICE, password=PASSWORD).location == "/login/code"
    assert Browser(app).post("/login", email=ALICE, password=OTHER).location == "/account"


def test_a_stranger_never_gets_the_owners_mails_nor_she_the_strangers(
    cast: Cast, app: Flask
) -> None:
    enrol(sign_up(app, ALICE, OTHER), cast)
    assert not any("phone was added" in mail for mail in mails(app, ALICE))
    Browser(app).post("/login/forgotten", email=ALICE)
    Browser(app).post(link(mails(app, ALICE)[0], "login/reset"), password="a third one of her own")
    assert Browser(app).post("/login", email=ALICE, password=OTHER).location == "/login/code"


def test_who_opens_the_link_owns_the_address(app: Flask) -> None:
    first = sign_up(app, NEW)
    confirm = link(mails(app, NEW)[0], "email/confirm")
    sign_up(app, NEW, OTHER)
    second = link(mails(app, NEW)[0], "email/confirm")
    assert first.post(confirm).location == "/account"
    assert Browser(app).get(second).status_code == 200
    assert Browser(app).post(second).status_code == 404, "it was another's by then"
    sign_up(app, NEW, "yet another good one here")
    assert "You have an account already" in mails(app, NEW)[0]


def test_the_password_may_be_changed_before_the_address_is_proved(app: Flask) -> None:
    browser = sign_up(app, NEW)
    assert browser.post("/account/password", password=OTHER).location == "/account"
    assert Browser(app).post("/login", email=NEW, password=PASSWORD).status_code == 200
    assert Browser(app).post("/login", email=NEW, password=OTHER).location == "/account"


def test_a_forgotten_password_proves_the_address(app: Flask) -> None:
    sign_up(app, NEW)
    Browser(app).post("/login/forgotten", email=NEW)
    Browser(app).post(link(mails(app, NEW)[0], "login/reset"), password=OTHER)
    browser = Browser(app)
    assert browser.post("/login", email=NEW, password=OTHER).location == "/account"
    assert "Please confirm" not in browser.get("/account").text


def test_the_same_form_sent_twice_leaves_one_account_to_log_in_to(cast: Cast, app: Flask) -> None:
    sign_up(app, NEW)
    enrol(sign_up(app, NEW), cast)
    assert Browser(app).post("/login", email=NEW, password=PASSWORD).location == "/login/code"
    sign_up(app, NEW)
    assert Browser(app).post("/login", email=NEW, password=PASSWORD).location == "/login/code"


def test_her_phone_stays_hers_on_both_when_she_signs_up_twice(cast: Cast, app: Flask) -> None:
    first = sign_up(app, NEW)
    enrol(first, cast)
    enrol(sign_up(app, NEW, OTHER), cast)
    assert "Two steps are on" in first.get("/account").text


def test_changing_to_another_address_gives_no_right_to_the_claimed_one(
    cast: Cast, app: Flask
) -> None:
    thief = sign_up(app, NEW, OTHER)
    thief.post("/account/email", email="thief@example.com")
    thief.post(link(mails(app, "thief@example.com")[0], "email/confirm"))
    told = mails(app, "thief@example.com")[0]
    Browser(app).post(link(told, "not-me"))
    assert not any("was changed" in mail for mail in mails(app, NEW))
    with app.app_context():
        owner = select(User.id).where(User.found_by == NEW)
        assert db.session.scalar(owner) is None


def test_erasing_the_owner_leaves_the_address_with_nobody(cast: Cast, app: Flask) -> None:
    sign_up(app, ALICE, OTHER)
    assert flask(app, "privacy", "erase", ALICE, "--yes").exit_code == 0
    with app.app_context():
        assert db.session.scalar(select(User.id).where(User.email == ALICE)) is None


def test_a_weak_password_is_refused_before_anything_is_said(cast: Cast, app: Flask) -> None:
    answers = [Browser(app).post("/signup", email=e, password="password") for e in (ALICE, NEW)]
    assert "Many people use this password" in alert(answers[0])
    assert like(answers[0]) == like(answers[1])


def test_mails_to_one_address_end_and_sign_ups_go_on(app: Flask) -> None:
    for number in range(5):
        sign_up(app, NEW, f"{OTHER} {number}")
    assert len(mails(app, NEW)) == 3
