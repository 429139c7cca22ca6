"""STOP, START and HELP from the phone, and what the person sees of it (S-31)."""

import re
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.browser import Browser
from tests.cast import ALICE, ALICE_PHONE, PASSWORD, Cast
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.gateways.base import Refused
from twofactor.gateways.simulator.gateway import Simulator
from twofactor.gateways.twilio import sign
from twofactor.house import House, house
from twofactor.ids import MESSAGE, new_sid
from twofactor.models import AuditEntry, Consent, Message, OptOut, Reply
from twofactor.models.database import transaction
from twofactor.sms import outbox
from twofactor.words import AuditEvent, ErrorClass, Purpose, Status

PATH = "/webhooks/simulator/inbound"


def send_back(
    built: House,
    app: Flask,
    body: str,
    sid: str = "",
    token: str = "",
    phone: str = ALICE_PHONE.e164,
) -> TestResponse:
    """Alice's phone answers, or another."""
    kit = built.kit
    secret = token or kit.keyring.derive("simulator").hex()
    fields = {
        "MessageSid": sid or new_sid(MESSAGE),
        "From": phone,
        "To": "+15005550006",
        "Body": body,
    }
    signature = sign(secret, kit.settings.public_url + PATH, list(fields.items()))
    return app.test_client().post(
        PATH,
        data=urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature},
    )


def events(app: Flask, event: AuditEvent) -> list[AuditEntry]:
    with app.app_context():
        found = select(AuditEntry).where(AuditEntry.event == event.value)
        return list(db.session.scalars(found))


def newest(app: Flask) -> Message:
    """The latest text to anybody."""
    with app.app_context():
        return db.session.scalars(select(Message).order_by(Message.id.desc())).first() or Message()


def notify(app: Flask) -> Message:
    """Ask for a notice to Alice's phone."""
    with app.app_context():
        kit = house().kit
        with transaction() as session:
            until = kit.now().replace(hour=23)
            text = outbox.enqueue(kit, Purpose.NOTICE, ALICE_PHONE, "Your phone changed.", until)
            return session.get_one(Message, text.id)


def test_s31_no_text_goes_to_a_phone_that_said_stop(cast: Cast, built: House) -> None:
    assert send_back(built, cast.app, "Stop.").status_code == 204
    message = notify(cast.app)
    assert (message.status, message.error_class) == (Status.REJECTED, ErrorClass.OPTED_OUT)
    assert message.body_sealed is None
    assert cast.texts() == []


def test_s31_a_text_that_waits_is_not_sent_after_stop(cast: Cast, built: House) -> None:
    notify(cast.app)
    send_back(built, cast.app, "STOP")
    assert cast.texts() == []
    waiting = newest(cast.app)
    assert (waiting.status, waiting.error_class) == (Status.REJECTED, ErrorClass.OPTED_OUT)


def test_s31_login_offers_other_ways_and_says_what_to_do(cast: Cast, built: House) -> None:
    send_back(built, cast.app, "ARRÊT")
    browser = Browser(cast.app)
    answer = browser.post("/login", email=ALICE, password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/login/other")
    page = browser.get("/login/other")
    assert page.status_code == 200
    assert "Send START" in page.text
    assert cast.texts() == []


def test_s31_start_restores(cast: Cast, built: House) -> None:
    send_back(built, cast.app, "STOP")
    send_back(built, cast.app, "start")
    browser = cast.at_code_page()
    assert browser.post("/login/code", code=cast.code()).status_code == 303


def test_s31_the_owner_takes_texts_again_in_the_preferences(cast: Cast, built: House) -> None:
    browser = cast.logged_in()
    page = "/account/preferences"
    assert "Take texts again" not in browser.get(page).text
    send_back(built, cast.app, "STOP")
    seen = browser.get(page).text
    assert f"ending {ALICE_PHONE.e164[-2:]}" in seen
    (sid,) = re.findall(r'name="phone" value="(\w+)"', seen)
    cast.logged_in("bob@example.com").post(f"{page}/texts", form=page, phone=sid)
    assert notify(cast.app).status == Status.REJECTED, "somebody else lifted it"
    assert browser.post(f"{page}/texts", form=page, phone=sid).status_code == 303
    assert "Texts go to your phone again" in browser.get(page).text
    assert notify(cast.app).status == Status.QUEUED
    (entry,) = events(cast.app, AuditEvent.TEXTS_RESTORED)
    assert entry.user_id
    with cast.app.app_context():
        agreed = db.session.scalars(select(Consent.words)).all()
    assert any("By pressing Take texts again" in words for words in agreed)


def test_the_code_page_says_what_to_do_when_stop_came_meanwhile(cast: Cast, built: House) -> None:
    browser = cast.at_code_page()
    send_back(built, cast.app, "STOP")
    cast.deliver()
    seen = browser.get("/login/status").json
    assert seen is not None
    assert seen["status"] == "rejected"
    assert "Send START" in browser.get("/login/code").text
    answer = browser.post("/login/resend", form="/login/code")
    assert (answer.status_code, answer.location) == (303, "/login/other")


def test_the_phone_page_says_what_to_do(cast: Cast, built: House) -> None:
    send_back(built, cast.app, "STOP")
    browser = cast.logged_in("bob@example.com")
    answer = browser.post("/account/phone", phone=ALICE_PHONE.e164)
    assert (answer.status_code, answer.location) == (303, "/account/phone")
    assert "Send START" in browser.get("/account/phone").text


def test_help_is_answered_with_one_text_a_day(cast: Cast, built: House, clock: FixedClock) -> None:
    for _ in range(5):
        assert send_back(built, cast.app, "AIDE").status_code == 204
    (text,) = cast.texts()
    assert "STOP" in text
    clock.advance(26 * 3600)
    send_back(built, cast.app, "help")
    assert cast.deliver() == 1


def test_an_answer_of_ours_that_comes_back_is_not_answered(cast: Cast, built: House) -> None:
    send_back(built, cast.app, "HELP")
    (text,) = cast.texts()
    send_back(built, cast.app, text)
    assert len(cast.texts()) == 1
    assert len(events(cast.app, AuditEvent.HELP_ASKED)) == 1


def test_the_same_callback_twice_acts_once(cast: Cast, built: House) -> None:
    sid = new_sid(MESSAGE)
    send_back(built, cast.app, "STOP", sid)
    send_back(built, cast.app, "START")
    send_back(built, cast.app, "STOP", sid)  # replayed
    assert notify(cast.app).status == Status.QUEUED
    assert len(events(cast.app, AuditEvent.TEXTS_STOPPED)) == 1


def test_stop_start_and_help_stand_in_the_audit_of_whom_the_phone_belongs_to(
    cast: Cast, built: House
) -> None:
    for body in ("STOP", "START", "HELP"):
        send_back(built, cast.app, body)
    found = [
        *events(cast.app, AuditEvent.TEXTS_STOPPED),
        *events(cast.app, AuditEvent.TEXTS_RESTORED),
    ]
    assert len({entry.user_id for entry in found}) == 1
    assert all(entry.user_id for entry in found)
    assert all(ALICE_PHONE.e164 not in str(entry.detail) for entry in found)


def test_other_texts_and_unsigned_ones_leave_nothing(cast: Cast, built: House) -> None:
    assert send_back(built, cast.app, "thank you").status_code == 204
    assert send_back(built, cast.app, "STOP", token="wrong").status_code == 403
    with cast.app.app_context():
        assert db.session.scalars(select(Reply)).all() == []
        assert db.session.scalars(select(OptOut)).all() == []


def test_s31_a_gateway_that_knows_of_a_stop_marks_the_phone(
    cast: Cast, built: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = Refused("21610", ErrorClass.OPTED_OUT, permanent=True)
    monkeypatch.setattr(Simulator, "send", lambda *_: refusal)
    notify(cast.app)
    cast.deliver()
    assert newest(cast.app).status == Status.REJECTED
    second = notify(cast.app)
    assert (second.status, second.error_class) == (Status.REJECTED, ErrorClass.OPTED_OUT)
