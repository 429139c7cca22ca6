"""/login/forgotten and /login/reset."""

from flask import Flask

from tests.accounts.mailbox import link, mails
from tests.browser import Browser, alert
from tests.cast import ALICE, Cast
from twofactor.clock import FixedClock

NEW = "four words never seen together"


def ask(cast: Cast, app: Flask) -> str:
    """Alice asks for a link; its path."""
    Browser(cast.app).post("/login/forgotten", email=ALICE)
    return link(mails(app, ALICE)[0], "login/reset")


def test_s22_a_reset_neither_logs_in_nor_skips_the_second_factor(cast: Cast, app: Flask) -> None:
    browser = Browser(app)
    answer = browser.post(ask(cast, app), password=NEW)
    assert (answer.status_code, answer.location) == (303, "/login")
    assert browser.get("/account").location.startswith("/login")
    answer = browser.post("/login", email=ALICE, password=NEW)
    assert answer.location == "/login/code"
    assert browser.get("/account").location == "/login/code"


def test_s22_the_link_works_once(cast: Cast, app: Flask) -> None:
    path = ask(cast, app)
    assert len(path.rsplit("/", 1)[1]) >= 22, "fewer than 128 bits"
    Browser(app).post(path, password=NEW)
    assert Browser(app).get(path).status_code == 404


def test_s22_the_link_lives_at_most_an_hour(cast: Cast, app: Flask, clock: FixedClock) -> None:
    path = ask(cast, app)
    clock.advance(1799)
    assert Browser(app).get(path).status_code == 200
    clock.advance(1)
    assert Browser(app).get(path).status_code == 404


def test_a_second_link_ends_the_first(cast: Cast, app: Flask) -> None:
    first, second = ask(cast, app), ask(cast, app)
    assert Browser(app).get(first).status_code == 404
    assert Browser(app).get(second).status_code == 200


def test_the_answer_is_the_same_for_an_unknown_address(cast: Cast, app: Flask) -> None:
    browser = Browser(app)
    known = browser.post("/login/forgotten", email=ALICE)
    unknown = browser.post("/login/forgotten", email="nobody@example.com")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert mails(app, "nobody@example.com") == []


def test_it_ends_every_session(cast: Cast, app: Flask) -> None:
    thief = cast.logged_in()
    Browser(app).post(ask(cast, app), password=NEW)
    assert thief.get("/account").location.startswith("/login")


def test_it_refuses_a_common_password_and_keeps_the_link(cast: Cast, app: Flask) -> None:
    path = ask(cast, app)
    answer = Browser(app).post(path, password="password1")
    assert "Many people use this password" in alert(answer)
    assert Browser(app).post(path, password=NEW).status_code == 303


def test_three_links_an_hour(cast: Cast, app: Flask) -> None:
    browser = Browser(app)
    for email in (ALICE, "nobody@example.com"):
        for _ in range(3):
            assert browser.post("/login/forgotten", email=email).status_code == 200
        assert browser.post("/login/forgotten", email=email).status_code == 429


def test_s20_the_owner_is_told_and_can_undo(cast: Cast, app: Flask) -> None:
    Browser(app).post(ask(cast, app), password=NEW)
    told = mails(app, ALICE)[0]
    assert "password was changed" in told
    report = link(told, "not-me")
    assert Browser(app).get(report).status_code == 200
    Browser(app).post(report)
    answer = Browser(app).post("/login", email=ALICE, password=NEW)
    assert answer.status_code == 200, "the thief's password still works"
    assert "/login/reset/" in mails(app, ALICE)[0]
