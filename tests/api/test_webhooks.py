"""Webhooks to programs: what is told, signed, tried again."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.api.program import PHONE, Cast, Program, wrong
from tests.api.receiver import HOST, Receiver, receiving
from twofactor import hook_jobs, jobs
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import HookEvent, database
from twofactor.models.database import transaction
from twofactor.verify import hooks, services, verifications

DAY = 24 * 3600


class Listening:
    """A program that listens, and the jobs that tell it."""

    def __init__(self, shop: Program, receiver: Receiver) -> None:
        self.shop, self.receiver = shop, receiver
        with shop.app.app_context(), transaction():
            account = services.account_by_sid(shop.account_sid)
            assert account is not None
            self.hook, self.secret = hooks.create(house().kit, account, f"https://{HOST}/hooks")
            self.sid = self.hook.sid

    def tell(self) -> None:
        with self.shop.app.app_context():
            kit = house().kit
            hook_jobs.collect(kit)
            while hook_jobs.tell_next(kit, self.receiver.poster):
                pass

    def kinds(self) -> list[str]:
        self.tell()
        return [json.loads(body)["type"] for body in self.receiver.bodies]


@pytest.fixture
def listening(shop: Program, tmp_path: Path) -> Iterator[Listening]:
    folder = tmp_path / "receiver"
    folder.mkdir()
    with receiving(folder) as receiver:
        yield Listening(shop, receiver)


def data(body: bytes) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(body)["data"]
    return told


def test_it_tells_of_texts_and_of_the_approval(listening: Listening, cast: Cast) -> None:
    sid = listening.shop.start(Tags='{"order": "17"}').json["sid"]  # type: ignore[index]
    code = cast.code(PHONE)
    assert listening.kinds() == ["message.sent"]
    listening.shop.check(code)
    assert listening.kinds() == ["message.sent", "verification.approved"]
    told = data(listening.receiver.bodies[-1])
    assert (told["verification_sid"], told["status"]) == (sid, "approved")
    assert told["tags"] == {"order": "17"}
    assert told["service_sid"] == listening.shop.service_sid
    everything = b"".join(listening.receiver.bodies).decode()
    assert PHONE.e164[1:] not in everything
    assert code not in everything


def test_it_tells_of_five_wrong_codes(listening: Listening, cast: Cast) -> None:
    listening.shop.start()
    code = cast.code(PHONE)
    for _ in range(5):
        listening.shop.check(wrong(code))
    assert "verification.failed" in listening.kinds()


def test_it_tells_of_an_expiry_once(listening: Listening, cast: Cast, clock: FixedClock) -> None:
    listening.shop.start()
    cast.deliver()
    clock.advance(301)
    with listening.shop.app.app_context(), transaction():
        verifications.expire_due(house().kit)
    assert listening.kinds().count("verification.expired") == 1
    assert listening.kinds().count("verification.expired") == 1


def test_it_is_signed_as_standard_webhooks_asks(listening: Listening, cast: Cast) -> None:
    listening.shop.start()
    cast.deliver()
    listening.tell()
    headers, body = listening.receiver.got[0]
    key = base64.b64decode(listening.secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"


def test_the_example_of_the_specification() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    secret, sid = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    headers = hooks.signed(secret, sid, at, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_refusal_is_tried_again_after_a_wait_with_the_same_id(
    listening: Listening, cast: Cast, clock: FixedClock
) -> None:
    listening.receiver.answer = b"HTTP/1.1 500 Oops\r\n\r\n"
    listening.shop.start()
    cast.deliver()
    listening.tell()
    listening.tell()
    assert len(listening.receiver.got) == 1
    clock.advance(5)
    listening.receiver.answer = b"HTTP/1.1 200 OK\r\n\r\n"
    listening.tell()
    first, second = listening.receiver.got
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    clock.advance(7200)
    listening.tell()
    assert len(listening.receiver.got) == 2


def test_what_was_given_up_can_be_replayed(
    listening: Listening, cast: Cast, clock: FixedClock
) -> None:
    listening.receiver.answer = b"HTTP/1.1 302 Found\r\n\r\n"
    listening.shop.start()
    cast.deliver()
    for _ in range(12):
        listening.tell()
        clock.advance(50_400)
    tries = len(listening.receiver.got)
    assert tries == len(hooks.WAITS) + 1
    listening.receiver.answer = b"HTTP/1.1 200 OK\r\n\r\n"
    with listening.shop.app.app_context(), transaction():
        assert hooks.replay(house().kit, listening.sid) == 1
    listening.tell()
    assert len(listening.receiver.got) == tries + 1


def test_a_removed_webhook_hears_nothing(listening: Listening, cast: Cast) -> None:
    listening.shop.start()
    cast.deliver()
    with listening.shop.app.app_context(), transaction():
        assert hooks.remove(house().kit, listening.sid)
    assert listening.kinds() == []


def test_nobody_hears_of_other_accounts(listening: Listening, trusted: Program, cast: Cast) -> None:
    trusted.start()
    cast.deliver()
    assert listening.kinds() == []


def test_events_of_last_month_are_forgotten(
    listening: Listening, cast: Cast, app: Flask, clock: FixedClock
) -> None:
    listening.shop.start()
    cast.deliver()
    listening.tell()
    assert events(app)
    clock.advance(29 * DAY)
    with app.app_context():
        jobs.sweep(house().kit)
    assert events(app)
    clock.advance(2 * DAY)
    with app.app_context():
        jobs.sweep(house().kit)
    assert not events(app)


def test_where_nothing_is_to_be_told_nobody_who_writes_is_held_up(
    listening: Listening, app: Flask
) -> None:
    listening.tell()
    with app.app_context(), database.turn(db.engine):
        teller = Thread(target=listening.tell)
        teller.start()
        teller.join(5)
        assert not teller.is_alive()


def events(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(HookEvent.sid)))
