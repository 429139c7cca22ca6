"""The door for gateways: signed, strict, once, and without power over logins (S-51…S-58)."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from tests.cast import ALICE, Cast
from tests.security.houses import TOKEN, TWILIO, house_on
from twofactor import ids
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Attempt, Message, Receipt, Verification
from twofactor.models.database import transaction
from twofactor.words import Status

PATH = "/webhooks/twilio/status"
SID = "SM" + "a" * 32
PUBLIC = "http://127.0.0.1:5000"


@pytest.fixture
def twilio(tmp_path: Path, clock: FixedClock) -> Iterator[Flask]:
    with house_on(tmp_path, clock, **TWILIO) as app:
        yield app


@pytest.fixture
def attempt(twilio: Flask, clock: FixedClock) -> str:
    """Alice waits for a code whose text went out by Twilio; the attempt's sid."""
    Cast(twilio, clock).at_code_page(ALICE)
    with twilio.app_context(), transaction():
        message = db.session.scalars(select(Message)).one()
        row = Attempt(
            sid=ids.new_sid(ids.ATTEMPT),
            message_id=message.id,
            gateway="twilio",
            gateway_ref=SID,
            phone_fingerprint=message.phone_fingerprint,
            country="US",
            status=Status.SENT.value,
            outcome="accepted",
            segments=1,
            created_at=clock.now(),
        )
        db.session.add(row)
        db.session.flush()
        message.attempt_id, message.status = row.id, Status.SENT.value
        return row.sid


def signature(url: str, fields: list[tuple[str, str]], token: str = TOKEN) -> str:
    """Twilio's, worked out here from its page on webhook security."""
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(), hashlib.sha1)).decode()


def call(
    app: Flask,
    attempt: str,
    status: str = "delivered",
    *,
    url: str | None = None,
    token: str = TOKEN,
    sign: bool = True,
    sid: str = SID,
    more: tuple[tuple[str, str], ...] = (),
) -> TestResponse:
    """One status callback; `url` is what the signature covers, where that differs."""
    path = f"{PATH}?attempt={attempt}"
    fields = [("MessageSid", sid), ("MessageStatus", status), *more]
    headers = {"X-Twilio-Signature": signature(url or PUBLIC + path, fields, token)} if sign else {}
    return app.test_client().post(
        path,
        data=urlencode(fields),
        headers=headers,
        content_type="application/x-www-form-urlencoded",
    )


def receipts(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(Receipt.id))) or 0


def status_of(app: Flask, sid: str) -> str:
    with app.app_context():
        return db.session.scalars(select(Attempt.status).where(Attempt.sid == sid)).one()


def test_s51_a_signed_receipt_is_taken(twilio: Flask, attempt: str) -> None:
    assert call(twilio, attempt).status_code == 204
    assert (receipts(twilio), status_of(twilio, attempt)) == (1, "delivered")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/webhooks/twilio/status?attempt={attempt}",
        "http://127.0.0.1:5000/webhooks/twilio/status",
        "http://127.0.0.1:5000/webhooks/twilio/status?attempt={attempt}&x=1",
        "http://127.0.0.1:5000/webhooks/plivo/status?attempt={attempt}",
        "https://127.0.0.1:5000/webhooks/twilio/status?attempt={attempt}",
    ],
)
def test_s51_a_signature_over_another_address_is_refused(
    twilio: Flask, attempt: str, url: str
) -> None:
    assert call(twilio, attempt, url=url.format(attempt=attempt)).status_code == 403
    assert receipts(twilio) == 0


def test_s51_a_missing_or_foreign_signature_is_refused(twilio: Flask, attempt: str) -> None:
    assert call(twilio, attempt, sign=False).status_code == 403
    assert call(twilio, attempt, token="another token").status_code == 403
    with twilio.app_context():
        rows = db.session.scalar(text("SELECT count(*) FROM receipts"))
    assert (rows, status_of(twilio, attempt)) == (0, "sent")


def test_s51_an_empty_token_shuts_the_door(tmp_path: Path) -> None:
    with house_on(tmp_path, **{**TWILIO, "TWILIO_AUTH_TOKEN": ""}) as app:
        assert call(app, ids.new_sid(ids.ATTEMPT), token="").status_code == 403


def test_s52_json_needs_the_signed_hash_of_its_bytes(twilio: Flask, attempt: str) -> None:
    body = f'{{"MessageSid": "{SID}", "MessageStatus": "delivered"}}'.encode()

    def send(query: str, sent: bytes = body) -> int:
        path = f"{PATH}?attempt={attempt}{query}"
        return (
            twilio.test_client()
            .post(
                path,
                data=sent,
                headers={"X-Twilio-Signature": signature(PUBLIC + path, [])},
                content_type="application/json",
            )
            .status_code
        )

    right = hashlib.sha256(body).hexdigest()
    assert send("") == 403
    assert send("&bodySHA256=") == 403
    assert send(f"&bodySHA256={right}", body.replace(b"delivered", b"failed")) == 403
    assert receipts(twilio) == 0
    assert send(f"&bodySHA256={right}") == 204


@pytest.mark.parametrize(
    "more",
    [
        (("MessageStatus", "failed"),),
        (("MessageSid", SID),),
        (("ErrorCode", "not a number"),),
        (("SmsSid", "SM" + "b" * 32),),
    ],
)
def test_s53_a_field_that_comes_twice_or_makes_no_sense_is_400(
    twilio: Flask, attempt: str, more: tuple[tuple[str, str], ...]
) -> None:
    assert call(twilio, attempt, more=more).status_code == 400
    assert receipts(twilio) == 0


@pytest.mark.parametrize("sid", ["SM", "SMxyz", "SM" + "A" * 32, "MG" + "a" * 32, SID + "\n"])
def test_s53_a_sid_of_another_shape_is_400(twilio: Flask, attempt: str, sid: str) -> None:
    assert call(twilio, attempt, sid=sid).status_code == 400


def test_s53_shifted_boundaries_carry_a_right_signature_and_change_nothing(
    twilio: Flask, attempt: str
) -> None:
    path = f"{PATH}?attempt={attempt}"
    honest = [("MessageSid", SID), ("MessageStatus", "delivered")]
    shifted = [("MessageSi", "d" + SID), ("MessageStatusdeliver", "ed")]
    assert signature(PUBLIC + path, honest) == signature(PUBLIC + path, shifted)
    answer = twilio.test_client().post(
        path,
        data=urlencode(shifted),
        headers={"X-Twilio-Signature": signature(PUBLIC + path, shifted)},
        content_type="application/x-www-form-urlencoded",
    )
    assert (answer.status_code, receipts(twilio)) == (400, 0)


def test_s53_a_receipt_for_a_text_that_is_not_ours_is_stored_nowhere(
    twilio: Flask, attempt: str
) -> None:
    assert call(twilio, attempt, sid="SM" + "c" * 32).status_code == 204
    assert call(twilio, ids.new_sid(ids.ATTEMPT)).status_code == 204
    assert (receipts(twilio), status_of(twilio, attempt)) == (0, "sent")


@pytest.mark.parametrize("path", ["/twilio/", "/twilio/Status", "/x/status"])
def test_s53_only_the_exact_route_is_a_door(twilio: Flask, path: str) -> None:
    assert twilio.test_client().post(f"/webhooks{path}").status_code == 404


def test_s53_a_receipt_of_another_gateway_moves_nothing(twilio: Flask, attempt: str) -> None:
    with twilio.app_context():
        radio = house().kit.keyring.derive("simulator").hex()
    path = f"/webhooks/simulator/status?attempt={attempt}"
    fields = [("MessageSid", SID), ("MessageStatus", "delivered")]
    answer = twilio.test_client().post(
        path,
        data=urlencode(fields),
        headers={"X-Twilio-Signature": signature(PUBLIC + path, fields, radio)},
        content_type="application/x-www-form-urlencoded",
    )
    assert (answer.status_code, status_of(twilio, attempt)) == (204, "sent")


def test_s54_the_same_fact_is_stored_once(twilio: Flask, attempt: str) -> None:
    assert [call(twilio, attempt).status_code for _ in range(5)] == [204] * 5
    assert receipts(twilio) == 1


def test_s55_every_order_of_six_callbacks_ends_alike(twilio: Flask, attempt: str) -> None:
    words = ["queued", "sending", "sent", "undelivered", "delivered", "read"]
    with twilio.app_context():
        ends = set()
        for order in list(permutations(words))[::7]:
            with transaction() as session:
                session.execute(text("DELETE FROM receipts"))
                session.execute(text("UPDATE attempts SET status = 'queued'"))
            for word in order:
                assert call(twilio, attempt, word).status_code == 204
            ends.add(status_of(twilio, attempt))
    assert ends == {"delivered"}


def test_s55_of_two_contradicting_ends_the_first_stays_and_both_are_kept(
    twilio: Flask, attempt: str
) -> None:
    call(twilio, attempt, "undelivered", more=(("ErrorCode", "30003"),))
    call(twilio, attempt, "failed", more=(("ErrorCode", "30008"),))
    call(twilio, attempt, "sent")
    with twilio.app_context():
        moved = db.session.scalars(select(Receipt.moved).order_by(Receipt.id)).all()
    assert (list(moved), status_of(twilio, attempt)) == ([True, False, False], "undelivered")


def test_s56_a_replay_after_a_week_adds_nothing(
    twilio: Flask, attempt: str, clock: FixedClock
) -> None:
    call(twilio, attempt)
    clock.advance(8 * 24 * 3600)
    assert call(twilio, attempt).status_code == 204
    assert receipts(twilio) == 1


def test_s57_the_receipt_is_committed_before_204_is_said(twilio: Flask, attempt: str) -> None:
    assert call(twilio, attempt).status_code == 204
    with twilio.app_context(), db.engine.connect() as other:
        assert other.execute(text("SELECT count(*) FROM receipts")).scalar_one() == 1


def test_s57_a_database_that_refuses_is_503_and_the_gateway_comes_again(
    twilio: Flask, attempt: str
) -> None:
    with twilio.app_context(), transaction() as session:
        session.execute(text("ALTER TABLE receipts RENAME TO away"))
    answer = call(twilio, attempt)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    with twilio.app_context(), transaction() as session:
        session.execute(text("ALTER TABLE away RENAME TO receipts"))
    assert call(twilio, attempt).status_code == 204
    assert receipts(twilio) == 1


@pytest.mark.parametrize("word", ["delivered", "read", "failed", "undelivered", "sent"])
def test_s58_no_receipt_touches_the_verification(twilio: Flask, attempt: str, word: str) -> None:
    def state() -> list[object]:
        with twilio.app_context():
            row = db.session.scalars(select(Verification)).one()
            return [getattr(row, column.name) for column in Verification.__table__.columns]

    before = state()
    assert call(twilio, attempt, word).status_code == 204
    assert state() == before


def test_a_callback_of_64_kib_and_one_is_413(twilio: Flask) -> None:
    answer = twilio.test_client().post(PATH, data=b"x" * (64 * 1024 + 1))
    assert answer.status_code == 413


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"])
def test_only_post_reaches_twilios_door(twilio: Flask, method: str) -> None:
    assert twilio.test_client().open(PATH, method=method).status_code == 405
