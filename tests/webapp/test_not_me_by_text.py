"""NOTME from the phone: what a person without a browser at hand can do about a theft (S-20)."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.mailbox import mails
from tests.browser import Browser
from tests.cast import ALICE, ALICE_PHONE, BOB, PASSWORD, Cast
from tests.webapp.test_stop import events, send_back
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.gateways.simulator.gateway import Simulator
from twofactor.house import House, house
from twofactor.models import User, Verification
from twofactor.models.database import transaction
from twofactor.sms.phone import Phone
from twofactor.sms.sentences import Notice
from twofactor.verify import notices
from twofactor.words import AuditEvent, VerificationStatus

NEW_PHONE = Phone("+12025550188", "US")


def tell(app: Flask) -> None:
    """Alice gets a notice."""
    with app.app_context(), transaction():
        alice = db.session.scalars(select(User).where(User.email == ALICE)).one()
        notices.tell(house().kit, alice, Notice.PASSWORD_CHANGED)


def test_a_notice_names_the_word_beside_the_link(cast: Cast) -> None:
    tell(cast.app)
    (text,) = cast.texts()
    assert "Not you? http://127.0.0.1:5000/not-me/" in text
    assert text.endswith(" or answer NOTME")


def test_a_notice_from_a_sender_that_hears_nothing_names_the_link_alone(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Simulator, "sender_id", "ACME")
    tell(cast.app)
    (text,) = cast.texts()
    assert "NOTME" not in text
    assert "/not-me/" in text


def test_the_word_ends_code_and_sessions_and_freezes_the_phone(
    cast: Cast, app: Flask, built: House, clock: FixedClock
) -> None:
    owner, thief = cast.logged_in(), cast.at_code_page(address="203.0.113.99")
    code = cast.code()
    assert send_back(built, app, "Not me!").status_code == 204
    assert thief.post("/login/code", code=code).status_code == 303, "the session goes on"
    assert owner.get("/account").status_code == 303
    with app.app_context():
        statuses = set(db.session.scalars(select(Verification.status)))
    assert VerificationStatus.PENDING not in statuses
    before = len(cast.texts())
    refused = Browser(app).post("/login", email=ALICE, password=PASSWORD)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 23 * 3600
    assert "set a new password" in mails(app, ALICE)[0]
    assert events(app, AuditEvent.REPORTED)[0].user_id
    assert len(cast.texts()) == before
    clock.advance(24 * 3600 + 1)
    assert Browser(app).post("/login", email=ALICE, password=PASSWORD).status_code == 303


def test_it_ends_a_code_that_a_stranger_sent_to_the_phone(
    cast: Cast, app: Flask, built: House
) -> None:
    stranger = cast.logged_in(BOB)
    stranger.post("/account/phone", phone=NEW_PHONE.e164)
    code = cast.code(NEW_PHONE)
    send_back(built, app, "NOTME", phone=NEW_PHONE.e164)
    answer = stranger.post("/account/phone/confirm", code=code)
    assert "no longer works" in answer.text
    (entry,) = events(app, AuditEvent.REPORTED)
    assert entry.user_id is None


def test_support_is_told_and_repeated_reports_are_not_mailed_again(
    cast: Cast, app: Flask, built: House
) -> None:
    settings = built.kit.settings
    object.__setattr__(settings, "help_address", "help@example.com")
    for _ in range(5):
        assert send_back(built, app, "NOTME").status_code == 204
    told = mails(app, "help@example.com")
    assert len(told) == 2
    assert "this was not me" in told[0]
    assert ALICE not in told[0]
    assert ALICE_PHONE.e164 not in told[0]
    assert len(mails(app, ALICE)) == 2


def test_who_had_the_phone_until_lately_may_report_that_it_was_changed(
    cast: Cast, app: Flask, built: House
) -> None:
    thief = cast.logged_in()
    thief.post("/account/phone", phone=NEW_PHONE.e164)
    thief.post("/account/phone/confirm", code=cast.code(NEW_PHONE))
    assert thief.get("/account").status_code == 200
    send_back(built, app, "NOTME")
    assert thief.get("/account").status_code == 303
    assert "set a new password" in mails(app, ALICE)[0]
