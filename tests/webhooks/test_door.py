"""The door itself: the front answers what Flask answers; strict; and 503 sooner than a loss."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from werkzeug.test import Client, TestResponse

from tests.front import at_the_front
from tests.gateways.corpus import Row, rows
from tests.webhooks.conftest import PUBLIC_URL
from tests.webhooks.scene import (
    FORM,
    TWILIO_TOKEN,
    Handed,
    Signed,
    hand_over,
    receipts,
    row_counts,
    state,
    twilio_callback,
)
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.gateways.twilio import sign
from twofactor.gateways.wire import WireError
from twofactor.house import house
from twofactor.ids import MESSAGE, VERIFICATION, new_sid
from twofactor.models import Message, Verification
from twofactor.models.database import transaction
from twofactor.models.entries import Overloaded
from twofactor.models.loop_writer import LoopWriter
from twofactor.models.writer import GroupWriter
from twofactor.words import Channel, Purpose, Status, VerificationStatus

Clients = Callable[[Flask], Client]
BOTH = pytest.mark.parametrize("client", [at_the_front, Flask.test_client], ids=["front", "flask"])


def post(app: Flask, signed: Signed, client: Clients = at_the_front) -> TestResponse:
    return client(app).post(
        signed.path, base_url=PUBLIC_URL, data=signed.body, headers=signed.headers
    )


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_the_front_answers_what_flask_answers(app: Flask, row: Row) -> None:
    content = row.content
    query = f"?{content['query']}" if content["query"] else ""
    answers = [
        client.open(
            f"/webhooks/{content['path_suffix']}{query}",
            base_url=PUBLIC_URL,
            headers=content["headers"],
            method=content["method"],
            data=content["body"].encode(),
        )
        for client in (at_the_front(app), app.test_client())
    ]
    assert len({(answer.status_code, answer.text) for answer in answers}) == 1
    assert all(answer.headers["Cache-Control"] == "no-store" for answer in answers)
    assert all("Set-Cookie" not in answer.headers for answer in answers)


@BOTH
def test_s53_what_is_doubtful_after_the_signature_is_malformed(app: Flask, client: Clients) -> None:
    ref = new_sid(MESSAGE)
    text_ = hand_over("twilio", ref)
    pairs = [("MessageSid", ref), ("MessageStatus", "sent"), ("MessageStatus", "delivered")]
    path = "/webhooks/twilio/status"
    signature = sign(TWILIO_TOKEN, PUBLIC_URL + path, pairs)
    headers = {"Content-Type": FORM, "X-Twilio-Signature": signature}
    answer = post(app, Signed(path, urlencode(pairs), headers), client)
    assert answer.status_code == 400
    assert receipts(text_) == []


@BOTH
def test_a_reference_that_comes_twice_is_none(app: Flask, client: Clients) -> None:
    ref = new_sid(MESSAGE)
    text_ = hand_over("twilio", ref)
    signed = twilio_callback(
        PUBLIC_URL, ref, "delivered", f"{text_.attempt_sid}&attempt={text_.attempt_sid}"
    )
    assert post(app, signed, client).status_code == 204
    assert state(text_) == ("delivered", "delivered")  # found by the gateway's own id


def test_a_reference_of_another_text_is_not_believed(app: Flask) -> None:
    ours, other = hand_over("twilio", new_sid(MESSAGE)), hand_over("twilio", new_sid(MESSAGE))
    signed = twilio_callback(PUBLIC_URL, new_sid(MESSAGE), "delivered", other.attempt_sid)
    assert post(app, signed).status_code == 204
    assert state(ours) == state(other) == ("sent", "sent")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"base_url": "https://evil.example"}, 400),
        ({"method": "GET"}, 405),
        ({"method": "PUT"}, 405),
        ({"data": b"x" * 65_537}, 413),
    ],
)
def test_it_refuses_what_no_gateway_does(
    app: Flask, change: dict[str, object], status: int
) -> None:
    signed = twilio_callback(PUBLIC_URL, new_sid(MESSAGE), "sent")
    options: dict[str, object] = {
        "base_url": PUBLIC_URL,
        "method": "POST",
        "data": signed.body,
        "headers": signed.headers,
    }
    counted = row_counts()
    answer = at_the_front(app).open(signed.path, **(options | change))  # type: ignore[arg-type]
    assert answer.status_code == status
    assert row_counts() == counted


def test_there_is_no_door_for_gateways_that_are_not_chosen(app: Flask) -> None:
    answer = at_the_front(app).post("/webhooks/http/status", base_url=PUBLIC_URL)
    assert answer.status_code == 404


def test_s57_503_until_the_database_takes_it_again(app: Flask) -> None:
    ref = new_sid(MESSAGE)
    text_ = hand_over("twilio", ref)
    signed = twilio_callback(PUBLIC_URL, ref, "delivered", text_.attempt_sid)
    with transaction() as session:
        session.execute(text("ALTER TABLE receipts RENAME TO gone"))
    answer = post(app, signed)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    with transaction() as session:
        session.execute(text("ALTER TABLE gone RENAME TO receipts"))
    assert state(text_) == ("sent", "sent")
    assert post(app, signed).status_code == 204
    assert state(text_) == ("delivered", "delivered")


@BOTH
def test_s57_503_when_too_much_waits(
    app: Flask, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise Overloaded

    monkeypatch.setattr(GroupWriter, "put", full)
    monkeypatch.setattr(LoopWriter, "put", full)
    answer = post(app, twilio_callback(PUBLIC_URL, new_sid(MESSAGE), "delivered"), client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_503_when_the_certificate_of_a_signature_can_not_be_fetched(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(_: str) -> bytes:
        raise WireError("no answer", sent=True)

    monkeypatch.setattr(house().kit.gateways["aws"], "certificate_source", unreachable)
    row = next(row for row in rows() if row.gateway == "aws" and row.auth == "valid")
    answer = app.test_client().post(
        "/webhooks/aws/status",
        base_url=PUBLIC_URL,
        data=row.content["body"],
        headers=row.content["headers"],
    )
    assert answer.status_code == 503


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    told=st.lists(st.sampled_from(["queued", "sent", "delivered", "failed", "read"]), max_size=5)
)
def test_s58_no_receipt_touches_a_verification(
    app: Flask, clock: FixedClock, told: list[str]
) -> None:
    ref = new_sid(MESSAGE)
    text_ = hand_over("twilio", ref, status=Status.QUEUED)
    pending = _pend(text_, clock)
    for word in told:
        assert (
            post(app, twilio_callback(PUBLIC_URL, ref, word, text_.attempt_sid)).status_code == 204
        )
    assert _row(pending) == pending


def _pend(text_: Handed, clock: FixedClock) -> tuple[object, ...]:
    """A verification that waits for the code in this text, as its row stands."""
    with transaction() as session:
        verification = Verification(
            sid=new_sid(VERIFICATION),
            purpose=Purpose.API.value,
            channel=Channel.SMS.value,
            phone_sealed=b"",
            phone_fingerprint="",
            country="UG",
            code_digest=b"digest",
            code_sealed=b"sealed",
            status=VerificationStatus.PENDING.value,
            max_checks=5,
            sends=1,
            max_sends=5,
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(seconds=300),
            next_send_at=clock.now() + timedelta(seconds=30),
        )
        session.add(verification)
        session.flush()
        session.get_one(Message, text_.message_id).verification_id = verification.id
        number = verification.id
    return _row((number,))


def _row(known: tuple[object, ...]) -> tuple[object, ...]:
    db.session.rollback()
    table = Verification.__table__
    return tuple(db.session.execute(table.select().where(table.c.id == known[0])).one())
