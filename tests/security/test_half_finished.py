"""A crawl of every address with every half-finished credential: each reaches only its own step."""

import json

import pytest
from flask import Flask

from tests.accounts.mailbox import link, mails
from tests.accounts.people import flask
from tests.browser import Browser
from tests.cast import ALICE, OLIVE, PASSWORD, Cast
from tests.security.crawler import (
    FORM,
    HALF_WAY,
    OPEN,
    TOKENS,
    addresses,
    copied,
    crawl,
    kept,
    with_header,
)
from twofactor.clock import FixedClock

NO_CHANGE = {  # what a logged-in person does without a second factor at hand, and why
    "/account/preferences": "language and notices",
    "/account/devices": "a forgotten browser only makes it safer",
    "/account/email/again": "the same mail",
    "/account/confirm/send": "the text that brings the second factor",
}


def test_nobody_reaches_nothing(app: Flask, cast: Cast) -> None:
    assert crawl(app, Browser(app)) == []
    assert cast.deliver() == 0, "S-26: an anonymous crawl sent a text"


@pytest.mark.parametrize("email", [ALICE, OLIVE])
def test_s33_the_password_alone_reaches_the_code_and_nothing_else(
    app: Flask, cast: Cast, email: str
) -> None:
    half = cast.at_code_page(email)
    cast.deliver()
    assert crawl(app, half, *HALF_WAY) == []
    assert half.get("/account").location == "/login/code"


def test_s36_a_password_of_ten_minutes_ago_reaches_nothing(
    app: Flask, cast: Cast, clock: FixedClock
) -> None:
    half = cast.at_code_page()
    clock.advance(600)
    assert crawl(app, half) == []


def test_s36_a_session_left_alone_reaches_nothing(
    app: Flask, cast: Cast, clock: FixedClock
) -> None:
    browser = cast.logged_in(OLIVE)
    clock.advance(1800)
    assert crawl(app, browser) == []


def test_s35_a_cookie_from_before_the_code_reaches_nothing(app: Flask, cast: Cast) -> None:
    browser = cast.at_code_page()
    copy = copied(app, browser)
    browser.post("/login/code", code=cast.code())
    assert crawl(app, copy) == []
    assert browser.get("/account").status_code == 200


def test_s35_a_cookie_from_before_the_logout_reaches_nothing(app: Flask, cast: Cast) -> None:
    browser = cast.logged_in()
    copy = copied(app, browser)
    browser.post("/logout", form="/account")
    assert crawl(app, copy) == []


def test_a_fresh_sign_up_reaches_its_own_account_and_nothing_else(app: Flask, cast: Cast) -> None:
    browser = Browser(app)
    browser.post("/signup", email="new@example.com", password="four words never seen together")
    assert crawl(app, browser, "/account", "/login") == []


def test_an_operator_without_a_second_factor_reaches_no_operators_page(
    app: Flask, cast: Cast
) -> None:
    path = flask(app, "operators", "create", "new@example.com").output.splitlines()[-1]
    browser = Browser(app)
    path = path.removeprefix("http://127.0.0.1:5000")
    browser.post(path, password="four words never seen together")
    before, token = kept(app), browser.token("/account/phone")
    for rule, method, path in addresses(app):
        if rule.startswith("/operator/") and rule not in TOKENS:
            form = {**FORM, "csrf_token": token} if method == "POST" else None
            answer = browser.client.open(path, method=method, data=form)
            assert (answer.status_code, answer.location) == (303, "/account/phone"), rule
    assert kept(app) == before


def test_a_link_to_reset_reaches_nothing_else(app: Flask, cast: Cast) -> None:
    browser = Browser(app)
    browser.post("/login/forgotten", email=ALICE)
    path = link(mails(app, ALICE)[0], "login/reset")
    browser.get(path)
    assert crawl(app, browser) == []
    nothing_else_by(browser, path)


def test_an_invitation_reaches_nothing_before_the_password_is_set(app: Flask, cast: Cast) -> None:
    made = flask(app, "users", "create", "new@example.com").output.splitlines()[-1]
    path = made.removeprefix("http://127.0.0.1:5000")
    browser = Browser(app)
    assert browser.get(path).status_code == 200
    assert crawl(app, browser) == []
    nothing_else_by(browser, path)


def nothing_else_by(browser: Browser, path: str) -> None:
    """The token of one link opens no other door; but the two of invitations are one."""
    start, token = path.rsplit("/", 1)
    for other in (rule.removesuffix("/<token>") for rule in TOKENS):
        if not other.endswith(start.removeprefix("/operator")):
            assert browser.get(f"{other}/{token}").status_code == 404


def test_s39_a_remembered_browser_alone_reaches_nothing(app: Flask, cast: Cast) -> None:
    assert crawl(app, remembered(cast)) == []


def test_s39_a_remembered_browser_with_the_password_reaches_no_change(
    app: Flask, cast: Cast
) -> None:
    browser = remembered(cast)
    assert browser.post("/login", email=ALICE, password=PASSWORD).location == "/account"
    changes_nothing(app, browser)
    assert browser.get("/operator/deliveries").status_code == 403


@pytest.mark.parametrize("email", [ALICE, OLIVE])
def test_s19_a_second_factor_of_five_minutes_ago_reaches_no_change(
    app: Flask, cast: Cast, clock: FixedClock, email: str
) -> None:
    browser = cast.logged_in(email)
    clock.advance(300)
    changes_nothing(app, browser)


def changes_nothing(app: Flask, browser: Browser) -> None:
    """Whatever is sent to the account's forms: what protects it stays as it is."""
    sid = browser.get("/account").text.split('name="authenticator" value="')[1][:34]
    before, token = kept(app), browser.token("/account")
    for rule, method, path in addresses(app):
        is_change = rule.startswith("/account/") and rule not in NO_CHANGE
        if method == "POST" and is_change:
            form = {**FORM, "csrf_token": token, "authenticator": sid}
            browser.client.post(path, data=form)
            token = browser.token("/account")
    assert kept(app) == before
    for path in ("/account/phone", "/account/app", "/account/passkeys", "/account/password"):
        assert browser.get(path).location == "/account/confirm"


def remembered(cast: Cast) -> Browser:
    """A browser that is known and logged out."""
    browser = cast.at_code_page()
    browser.post("/login/code", code=cast.code(), remember="y")
    browser.post("/logout", form="/account")
    return browser


def test_a_programs_key_reaches_nothing_of_people(app: Flask, cast: Cast) -> None:
    made = json.loads(flask(app, "services", "create", "shop", "--json").output)
    browser = with_header(app, made["account_sid"], made["auth_token"])
    assert crawl(app, browser, "/v2/") == []


def test_a_persons_session_reaches_nothing_of_programs(app: Flask, cast: Cast) -> None:
    olive = cast.logged_in(OLIVE)
    for rule, method, path in addresses(app):
        if rule.startswith("/v2/"):
            assert olive.client.open(path, method=method, data={}).status_code == 401, rule


def test_every_address_is_open_by_name_or_crawled(app: Flask, cast: Cast) -> None:
    known = {rule for rule, _, _ in addresses(app)}
    assert not {*OPEN, *TOKENS} - known, "an open address that is no more"
    crawled = [rule for rule in known if rule not in (*OPEN, *TOKENS)]
    assert len([rule for rule in crawled if rule.startswith(("/account", "/operator"))]) >= 35
