"""/login/recover/<token>: a way back in that an operator opens, for who has lost every factor."""

import pytest
from sqlalchemy import select

from tests.accounts.mailbox import link, mails
from tests.browser import Browser
from tests.cast import ALICE, BOB, Cast
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Session
from twofactor.models.database import transaction
from twofactor.verify import recovery_links, users

KIND = "login/recover"


@pytest.fixture
def path(cast: Cast) -> str:
    """The link in Alice's mail."""
    with cast.app.app_context(), transaction():
        alice, olive = users.by_email(ALICE), users.by_email("olive@example.com")
        assert alice
        assert olive
        alice.email_confirmed_at = house().kit.now()
        recovery_links.send(house().kit, alice, olive.sid)
    return link(mails(cast.app, ALICE)[0], KIND)


def is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def test_with_the_password_it_lets_the_person_in_to_add_a_new_phone(cast: Cast, path: str) -> None:
    browser = cast.at_code_page()
    assert browser.get(path).status_code == 200
    assert not is_in(browser)
    answer = browser.post(path)
    assert (answer.status_code, answer.location) == (303, "/account/phone")
    assert is_in(browser)
    assert browser.get("/account/phone").status_code == 200
    assert "link from support" in mails(cast.app, ALICE)[0]


def test_it_never_stands_for_the_password(cast: Cast, path: str) -> None:
    browser = Browser(cast.app)
    page = browser.get(path)
    assert page.status_code == 200
    assert "Log in with your password first" in page.text
    assert not is_in(browser)


def test_it_works_once(cast: Cast, path: str) -> None:
    cast.at_code_page().post(path)
    again = cast.at_code_page()
    assert again.get(path).status_code == 404
    assert not is_in(again)


def test_it_lets_nobody_else_in(cast: Cast, path: str) -> None:
    """Authentik's CVE-2023-26481: a recovery link that was good for any user."""
    olive = cast.at_code_page("olive@example.com")
    assert olive.get(path).status_code == 404
    assert olive.post(path, form="/login/code").status_code == 404
    assert not is_in(olive)
    assert cast.logged_in(BOB).get(path).status_code == 404


def test_it_is_over_after_an_hour(cast: Cast, path: str) -> None:
    cast.clock.advance(3601)
    assert cast.at_code_page().get(path).status_code == 404


def test_a_newer_link_ends_the_older_one(cast: Cast, path: str) -> None:
    with cast.app.app_context(), transaction():
        alice = users.by_email(ALICE)
        assert alice
        recovery_links.send(house().kit, alice, alice.sid)
    assert cast.at_code_page().get(path).status_code == 404


def test_the_owner_can_say_it_was_not_me_and_everybody_is_out(cast: Cast, path: str) -> None:
    browser = cast.at_code_page()
    browser.post(path)
    report = link(mails(cast.app, ALICE)[0], "not-me")
    Browser(cast.app).post(report)
    assert not is_in(browser)
    with cast.app.app_context():
        assert db.session.scalars(select(Session.id).where(Session.ended_at.is_(None))).all() == []
