"""Remembered browsers, sessions, activity."""

import re

from flask import Flask

from tests.accounts.people import enrol_app
from tests.browser import Browser
from tests.cast import ALICE, BOB, OLIVE, OLIVE_PHONE, PASSWORD, Cast
from twofactor import audit
from twofactor.clock import FixedClock
from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import users
from twofactor.words import AuditEvent


def remembered(cast: Cast) -> Browser:
    browser = cast.at_code_page()
    answer = browser.post("/login/code", code=cast.code(), remember="y")
    assert "remembered=" in answer.headers.getlist("Set-Cookie")[0] + "".join(
        answer.headers.getlist("Set-Cookie")
    )
    browser.post("/logout", form="/account")
    return browser


def test_s39_nobody_is_remembered_by_default(cast: Cast) -> None:
    browser = cast.logged_in()
    browser.post("/logout", form="/account")
    assert browser.post("/login", email=ALICE, password=PASSWORD).location == "/login/code"


def test_s39_a_remembered_browser_needs_no_code_for_thirty_days(
    cast: Cast, clock: FixedClock
) -> None:
    browser = remembered(cast)
    clock.advance(30 * 86400 - 60)
    assert browser.post("/login", email=ALICE, password=PASSWORD).location == "/account"
    browser.post("/logout", form="/account")
    clock.advance(120)
    assert browser.post("/login", email=ALICE, password=PASSWORD).location == "/login/code"


def test_s39_it_is_bound_to_one_user(cast: Cast, clock: FixedClock) -> None:
    enrol_app(cast.logged_in(BOB), clock)
    browser = remembered(cast)
    answer = browser.post("/login", email=BOB, password=PASSWORD)
    assert answer.location == "/login/other"


def test_it_shows_no_second_factor_for_changes(cast: Cast) -> None:
    browser = remembered(cast)
    browser.post("/login", email=ALICE, password=PASSWORD)
    assert browser.get("/account/app").location == "/account/confirm"


def test_s39_it_is_listed_and_forgotten(cast: Cast) -> None:
    browser = remembered(cast)
    browser.post("/login", email=ALICE, password=PASSWORD)
    sid = re.search(r'name="device" value="(RB\w+)"', browser.get("/account/devices").text)
    assert sid is not None
    browser.post("/account/devices", device=sid[1])
    browser.post("/logout", form="/account")
    assert browser.post("/login", email=ALICE, password=PASSWORD).location == "/login/code"


def test_s21_it_ends_with_a_change_of_factor(cast: Cast, clock: FixedClock) -> None:
    browser = remembered(cast)
    enrol_app(cast.logged_in(), clock)
    assert browser.post("/login", email=ALICE, password=PASSWORD).location == "/login/code"


def test_s73_operators_are_never_remembered(cast: Cast) -> None:
    browser = cast.at_code_page(OLIVE)
    assert "Remember this browser" not in browser.get("/login/code").text
    browser.post("/login/code", code=cast.code(OLIVE_PHONE), remember="y")
    browser.post("/logout", form="/account")
    assert browser.post("/login", email=OLIVE, password=PASSWORD).location == "/login/code"


def test_s35_a_stolen_session_ends_by_the_next_request(cast: Cast) -> None:
    owner, thief = cast.logged_in(), cast.logged_in(address="198.51.100.9")
    page = owner.get("/account/sessions").text
    assert page.count('name="session"') == 2
    owner.post("/account/sessions", all="y")
    assert thief.get("/account").location.startswith("/login")
    assert owner.get("/account").status_code == 200


def test_one_session_is_ended_alone(cast: Cast) -> None:
    owner, other = cast.logged_in(), cast.logged_in(address="198.51.100.9")
    sids = re.findall(r'name="session" value="(SE\w+)"', owner.get("/account/sessions").text)
    mine = re.search(r"This browser.*?(SE\w+)", owner.get("/account/sessions").text, re.S)
    assert mine is not None
    owner.post("/account/sessions", session=next(sid for sid in sids if sid != mine[1]))
    assert other.get("/account").status_code == 303
    assert owner.get("/account").status_code == 200


def test_nobody_ends_the_session_of_another_user(cast: Cast) -> None:
    alice, bob = cast.logged_in(), cast.logged_in(BOB)
    sid = re.search(r'name="session" value="(SE\w+)"', alice.get("/account/sessions").text)
    assert sid is not None
    bob.post("/account/sessions", session=sid[1])
    assert alice.get("/account").status_code == 200


def test_activity_is_complete_and_paged(cast: Cast, app: Flask) -> None:
    browser = cast.logged_in()
    with app.app_context(), transaction():
        alice = users.by_email(ALICE)
        assert alice is not None
        for _ in range(60):
            audit.write(house().kit, AuditEvent.PREFERENCES_SET, alice.id)
    first = browser.get("/account/activity").text
    older = re.search(r'href="(/account/activity\?before=\d+)"', first)
    assert older is not None
    second = browser.get(older[1]).text
    ids = re.findall(r'name="entry" value="(\d+)"', first + second)
    assert len(ids) == len(set(ids))
    assert "Logged in" in first + second


def test_this_was_not_me_logs_everybody_out_and_rests_texts(cast: Cast) -> None:
    browser, thief = cast.logged_in(), cast.logged_in(address="198.51.100.9")
    entry = re.search(r'name="entry" value="(\d+)"', browser.get("/account/activity").text)
    assert entry is not None
    assert browser.post("/account/activity", entry=entry[1]).location == "/login"
    assert thief.get("/account").status_code == 303
    again = Browser(cast.app)
    sent = len(cast.texts())
    assert again.post("/login", email=ALICE, password=PASSWORD).status_code == 429
    assert len(cast.texts()) == sent


def test_s68_the_next_login_tells_of_right_passwords_and_wrong_codes(cast: Cast) -> None:
    thief = cast.at_code_page(address="198.51.100.9")
    thief.post("/login/code", code=cast.wrong_code())
    owner = cast.logged_in()
    assert "somebody typed your password right" in owner.get("/account").text
    later = cast.logged_in()
    assert "somebody typed your password right" not in later.get("/account").text


def test_s68_own_slips_are_no_warning(cast: Cast) -> None:
    browser = cast.at_code_page()
    browser.post("/login/code", code=cast.wrong_code())
    browser.post("/login/code", code=cast.code())
    assert "somebody typed your password right" not in browser.get("/account").text
