"""A crawl of every address with every half-finished credential: each reaches only its own step."""

import re
from collections.abc import Iterator

from flask import Flask
from werkzeug.test import TestResponse

from tests.accounts.mailbox import link, mails
from tests.browser import Browser
from tests.cast import ALICE, ALICE_PHONE, OLIVE, PASSWORD, Cast
from twofactor.clock import FixedClock

OPEN = (
    *("/login", "/signup", "/help", "/static", "/healthz", "/readyz", "/simulator", "/webhooks"),
    *("/openapi.json", "/docs/api"),
)
TOKENS = (
    "/not-me/",
    "/email/confirm/",
    "/operator/welcome/",
    "/welcome/",
)  # each needs its own token
PRIVATE = (ALICE, ALICE_PHONE.e164, "What happened lately")


def addresses(app: Flask, method: str) -> Iterator[str]:
    """Every address of the app with something in each place."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            yield re.sub(r"<[^>]+>", "x", rule.rule)


def is_closed(answer: TestResponse) -> bool:
    """Led away, or refused; nothing of the account on the page."""
    led_away = answer.status_code == 303 and (answer.location or "").startswith("/login")
    refused = answer.status_code in (303, 400, 401, 403, 404, 405, 415, 429)
    return (led_away or refused) and not any(word in answer.text for word in PRIVATE)


def crawl(app: Flask, browser: Browser) -> list[str]:
    """Addresses that are not open to everybody and did not turn this browser away."""
    reached = []
    token = browser.token("/help") if "csrf_token" in browser.get("/help").text else ""
    token = token or browser.token("/signup")
    for path in addresses(app, "GET"):
        if not path.startswith((*OPEN, *TOKENS)) and path != "/":
            if not is_closed(browser.get(path)):
                reached.append(f"GET {path}")
    for path in addresses(app, "POST"):
        if path.startswith((*OPEN, *TOKENS)) or path == "/logout":
            continue
        form = {"csrf_token": token, "code": "000000", "phone": "+12025550199", "do": "export"}
        if not is_closed(browser.client.post(path, data=form)):
            reached.append(f"POST {path}")
    return reached


def test_nobody_reaches_nothing(app: Flask, cast: Cast) -> None:
    assert crawl(app, Browser(app)) == []
    assert cast.deliver() == 0, "S-26: an anonymous crawl sent a text"


def test_s33_the_password_alone_reaches_nothing(app: Flask, cast: Cast) -> None:
    half = cast.at_code_page()
    assert crawl(app, half) == []
    assert half.get("/account").location == "/login/code"


def test_s33_nor_does_an_operators(app: Flask, cast: Cast) -> None:
    assert crawl(app, cast.at_code_page(OLIVE)) == []


def test_s35_a_cookie_from_before_the_code_reaches_nothing(app: Flask, cast: Cast) -> None:
    browser = cast.at_code_page()
    old = browser.client.get_cookie("sixdigits")
    assert old is not None
    browser.post("/login/code", code=cast.code())
    copy = Browser(app)
    copy.client.set_cookie("sixdigits", old.value)
    assert crawl(app, copy) == []
    assert browser.get("/account").status_code == 200


def test_s35_a_cookie_from_before_the_logout_reaches_nothing(app: Flask, cast: Cast) -> None:
    browser = cast.logged_in()
    old = browser.client.get_cookie("sixdigits")
    assert old is not None
    browser.post("/logout", form="/account")
    copy = Browser(app)
    copy.client.set_cookie("sixdigits", old.value)
    assert crawl(app, copy) == []


def test_a_link_to_reset_reaches_nothing_else(app: Flask, cast: Cast) -> None:
    browser = Browser(app)
    browser.post("/login/forgotten", email=ALICE)
    path = link(mails(app, ALICE)[0], "login/reset")
    browser.get(path)
    assert crawl(app, browser) == []
    token = path.rsplit("/", 1)[1]
    for other in ("/not-me/", "/email/confirm/", "/operator/welcome/"):
        assert browser.get(other + token).status_code == 404


def test_a_remembered_browser_reaches_no_change(app: Flask, cast: Cast, clock: FixedClock) -> None:
    browser = cast.at_code_page()
    browser.post("/login/code", code=cast.code(), remember="y")
    browser.post("/logout", form="/account")
    assert browser.post("/login", email=ALICE, password=PASSWORD).location == "/account"
    for path in ("/account/phone", "/account/app", "/account/passkeys", "/account/password"):
        assert browser.get(path).location == "/account/confirm"
    for path, field in (("/account/recovery-codes", ""), ("/account/data", "export")):
        answer = browser.post(path, do=field)
        assert answer.location == "/account/confirm"
    assert browser.get("/operator/deliveries").status_code == 403
