"""A code read aloud: asked for on the other-way page, said once a key is pressed."""

from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.browser import Browser
from tests.cast import ALICE, ALICE_PHONE, PASSWORD, Cast
from tests.webapp.test_stop import newest, send_back
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.gateways.base import Accepted, Refused, SendResult, Unknown
from twofactor.gateways.simulator.gateway import Simulator
from twofactor.gateways.simulator.text import Text
from twofactor.gateways.twilio import sign
from twofactor.house import House, house
from twofactor.models import Attempt, GatewayState, Message, User, Verification
from twofactor.models.database import transaction
from twofactor.models.rollups import rollup_cells
from twofactor.sms import budget, prices
from twofactor.sms.speech import LANGUAGES
from twofactor.words import Channel, ErrorClass, Status

DIGITS = {word: str(n) for n, word in enumerate(LANGUAGES["en"].digits)}


def ask(browser: Browser) -> TestResponse:
    """Press "Call me"."""
    page = browser.get("/login/other").text
    sid = page.split('value="call"')[1].split('name="phone" value="')[1].split('"')[0]
    return browser.post("/login/other", method="call", phone=sid)


def call_of(cast: Cast) -> Text:
    """The newest call on Alice's phone, once the sender has made it."""
    cast.deliver()
    with cast.app.app_context():
        simulator = house().kit.gateways["simulator"]
        assert isinstance(simulator, Simulator)
        return next(t for t in simulator.phones.texts(ALICE_PHONE.e164) if t.is_call)


def post(app: Flask, url: str, call: Text, token: str = "", **fields: str) -> TestResponse:
    """The network calls us about a call."""
    with app.app_context():
        kit = house().kit
        secret = token or kit.keyring.derive("simulator").hex()
    form = {"CallSid": call.sid, "To": call.to, "From": call.sender, **fields}
    path = url.removeprefix(kit.settings.public_url)
    return app.test_client().post(
        path,
        data=urlencode(form),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": sign(secret, url, list(form.items()))},
    )


def press(app: Flask, call: Text, token: str = "") -> TestResponse:
    return post(app, call.answer_url, call, token, CallStatus="in-progress", Digits="5")


def heard(answer: TestResponse) -> str:
    """The code as somebody writes it down who hears it once."""
    said = answer.text.split("Your code is: ")[1].split(".</Say>")[0]
    return "".join(DIGITS[word] for word in said.split(". "))


def rows(cast: Cast) -> tuple[Message, Attempt]:
    """The newest message and its attempt, once the sender has been at work."""
    cast.deliver()
    with cast.app.app_context():
        message = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
        assert message is not None
        return message, db.session.get_one(Attempt, message.attempt_id)


def test_a_call_reads_the_same_code_once_a_key_is_pressed(cast: Cast, app: Flask) -> None:
    browser = cast.at_code_page()
    code = cast.code()
    cast.clock.advance(31)
    assert ask(browser).location == "/login/code"
    assert "We are calling" in browser.get("/login/code").text
    call = call_of(cast)
    assert "to log in" in call.body
    assert not any(char.isdigit() for char in call.body), "the code lies with the gateway"
    answer = press(app, call)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/xml")
    assert heard(answer) == code
    assert answer.text.count(". ".join(LANGUAGES["en"].digits[int(d)] for d in code)) == 2
    assert "Do not share it" in answer.text
    assert browser.post("/login/code", code=code).status_code == 303
    assert "no longer works" in press(app, call).text


def test_it_speaks_the_persons_language(cast: Cast, app: Flask) -> None:
    with app.app_context(), transaction():
        db.session.scalars(select(User).where(User.email == ALICE)).one().language = "fr"
    browser = cast.at_code_page()
    cast.clock.advance(31)
    ask(browser)
    call = call_of(cast)
    assert call.body.startswith("Ici Sixdigits.")
    assert '<Say language="fr-FR">Votre code est' in press(app, call).text


def test_nothing_is_called_before_somebody_asks(cast: Cast, app: Flask) -> None:
    browser = cast.at_code_page()
    browser.get("/login/other")
    cast.deliver()
    assert rows(cast)[0].channel == Channel.SMS


def test_it_tells_how_the_call_fares_and_a_busy_line_frees_the_next_step(
    cast: Cast, app: Flask
) -> None:
    browser = cast.at_code_page()
    cast.clock.advance(31)
    ask(browser)
    call = call_of(cast)
    assert post(app, call.url, call, CallStatus="ringing").status_code == 204
    seen = browser.get("/login/status").json
    assert seen is not None
    assert seen["text"] == "We are calling you. Answer, and press any key to hear the code"
    assert seen["resend_in"] > 0
    assert post(app, call.url, call, CallStatus="busy").status_code == 204
    seen = browser.get("/login/status").json
    assert seen is not None
    assert (seen["status"], seen["resend_in"]) == ("undelivered", 0)
    assert seen["text"].startswith("Your line was busy")
    assert browser.post("/login/resend", form="/login/code").status_code == 303
    assert rows(cast)[0].channel == Channel.SMS


@pytest.mark.parametrize(
    ("word", "status", "words"),
    [
        ("no-answer", "undelivered", "Nobody answered"),
        ("failed", "failed", "could not be made"),
        ("completed", "delivered", "The call was answered"),
    ],
)
def test_every_end_of_a_call_has_plain_words(
    cast: Cast, app: Flask, word: str, status: str, words: str
) -> None:
    browser = cast.at_code_page()
    cast.clock.advance(31)
    ask(browser)
    call = call_of(cast)
    post(app, call.url, call, CallStatus=word)
    seen = browser.get("/login/status").json
    assert seen is not None
    assert seen["status"] == status
    assert words in seen["text"]
    page = browser.get("/login/code").text
    assert "Your call" in page
    assert "Send a text" in page
    assert "no longer works" in press(app, call).text, "a code was said after the end"


def test_a_call_shares_waits_and_sends_with_texts(cast: Cast, app: Flask) -> None:
    browser = cast.at_code_page()
    assert ask(browser).status_code == 429, "the wait after the text was jumped"
    for wait in (31, 41, 61, 91):
        cast.clock.advance(wait)
        assert ask(browser).status_code == 303
    with app.app_context():
        (verification,) = db.session.scalars(select(Verification)).all()
        assert (verification.sends, verification.channel) == (5, Channel.CALL)
    cast.clock.advance(40)
    assert ask(browser).location == "/login/other", "a sixth one was made"


def test_an_unsigned_key_hears_nothing(cast: Cast, app: Flask) -> None:
    browser = cast.at_code_page()
    cast.clock.advance(31)
    ask(browser)
    call = call_of(cast)
    assert press(app, call, token="wrong").status_code == 403
    other = replace(call, sid="CA" + "f" * 32)
    assert press(app, other).status_code == 404
    other = replace(call, to="+12025550999")
    assert press(app, other).status_code == 404
    with app.app_context():
        (text,) = db.session.scalars(select(Attempt.sid).where(Attempt.channel == Channel.SMS))
    other = replace(call, answer_url=call.answer_url.split("=")[0] + f"={text}")
    assert press(app, other).status_code == 404, "a text's attempt opened the code"


def test_no_call_is_offered_or_made_where_no_gateway_calls(
    cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = cast.at_code_page()
    page = browser.get("/login/other").text
    sid = page.split('name="phone" value="')[1].split('"')[0]
    assert "Call me" in page
    monkeypatch.setattr(Simulator, "channels", frozenset({Channel.SMS}))
    assert "Call me" not in browser.get("/login/other").text
    cast.clock.advance(31)
    answer = browser.post("/login/other", method="call", phone=sid)
    assert answer.location == "/login/other"
    assert rows(cast)[0].channel == Channel.SMS


def test_s31_a_phone_that_said_stop_is_not_called(cast: Cast, app: Flask, built: House) -> None:
    browser = cast.at_code_page()
    send_back(built, app, "STOP")
    cast.clock.advance(31)
    assert ask(browser).location == "/login/other"
    cast.deliver()
    assert newest(app).channel == Channel.SMS


def test_s30_a_call_of_unknown_fate_counts_as_made_and_is_not_made_again(
    cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = cast.at_code_page()
    cast.clock.advance(31)
    made: list[object] = []

    def lost(_: Simulator, call: object) -> SendResult:
        made.append(call)
        return Unknown("timeout")

    monkeypatch.setattr(Simulator, "call", lost)
    ask(browser)
    cast.deliver()
    cast.clock.advance(60)
    cast.deliver()
    assert len(made) == 1
    message, attempt = rows(cast)
    assert (message.status, attempt.outcome) == (Status.SENT, "unknown")
    seen = browser.get("/login/status").json
    assert seen is not None
    assert "can't tell whether the call was made" in seen["text"]


def test_a_refused_call_says_nothing_of_texts(
    cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = Refused("21210", ErrorClass.ACCOUNT, permanent=True)
    monkeypatch.setattr(Simulator, "call", lambda *_: refusal)
    browser = cast.at_code_page()
    cast.deliver()
    cast.clock.advance(31)
    ask(browser)
    cast.deliver()
    message, attempt = rows(cast)
    assert (message.status, attempt.judge_at) == (Status.FAILED, None)
    with app.app_context():
        assert not any(state.errors for state in db.session.scalars(select(GatewayState)))
        jobs.count_deliveries(house().kit)
        counted = {row[0] for row in db.session.execute(select(rollup_cells.c.gateway))}
    assert counted == {"simulator", "simulator calls"}


def test_s29_a_call_costs_its_own_price_and_counts_for_the_budget(cast: Cast, app: Flask) -> None:
    listed = {"gateway": "simulator", "country": "US", "since": "2026-11-01", "currency": "USD"}
    with app.app_context(), transaction():
        prices.put([listed | {"per_segment": Decimal("0.01")}])
        prices.put([listed | {"per_segment": Decimal("0.35"), "channel": "call"}])
    browser = cast.at_code_page()
    cast.deliver()
    cast.clock.advance(31)
    ask(browser)
    assert rows(cast)[1].price == Decimal("0.35")
    with app.app_context():
        assert budget.spent(cast.clock.now()) == Decimal("0.36")


def test_only_gateways_that_call_are_tried(cast: Cast, app: Flask, clock: FixedClock) -> None:
    class Deaf(Simulator):
        name = "deaf"
        channels = frozenset({Channel.SMS})

    class Second(Simulator):
        name = "second"
        asked = 0

        def call(self, call: object) -> SendResult:
            Second.asked += 1
            return Accepted("CA" + "2" * 32)

    with app.app_context():
        kit = house().kit
        first = kit.gateways["simulator"]
        assert isinstance(first, Simulator)
        more = {"phones": first.phones, "clock": clock, "token": "t", "wake": first.wake}
        gateways = {"deaf": Deaf({}, first.wire, **more), "simulator": first}  # type: ignore[arg-type]
        gateways["second"] = Second({}, first.wire, **more)  # type: ignore[arg-type]
        kit.gateways.clear()  # type: ignore[attr-defined]
        kit.gateways.update(gateways)  # type: ignore[attr-defined]
    browser = cast.at_code_page()
    clock.advance(31)
    with pytest.MonkeyPatch.context() as patch:
        refusal = Refused("21215", ErrorClass.ROUTE, permanent=True)
        patch.setattr(first, "call", lambda _: refusal)
        ask(browser)
        cast.deliver()
    assert Second.asked == 1
    assert rows(cast)[1].gateway == "second"


def test_a_login_may_begin_with_a_call(cast: Cast, app: Flask) -> None:
    browser = Browser(app)
    browser.post("/login", email=ALICE, password=PASSWORD)
    cast.clock.advance(301)
    ask(browser)
    assert browser.post("/login/code", code=heard(press(app, call_of(cast)))).status_code == 303
