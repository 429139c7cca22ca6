"""Texts to many: each phone once, at the gateway's pace, never ahead of a code."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.conftest import close
from tests.gateways.stub import Answer, Stub
from tests.settings import settings_for
from tests.sms.fake import Fake
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.kit import Kit
from twofactor.models import Attempt, Batch, Message
from twofactor.models.database import transaction
from twofactor.sms import bulk, bulk_claim, outbox
from twofactor.sms.bulk import Text
from twofactor.sms.phone import Phone
from twofactor.words import Purpose
from wsgi import create_app

TAKEN = Answer.of({"Status": "OK", "Cost": "35", "Currency": "UGX", "MsgFollowUpUniqueCode": "C1"})
NO_MONEY = Answer.of({"Status": "Failed", "Message": "Money Not Enough On Your Account"})
PEOPLE = [Phone(f"+25677{n:07}", "UG") for n in range(30)]


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        server.behave(TAKEN)
        yield server


@pytest.fixture
def kit(tmp_path: Path, clock: FixedClock, stub: Stub) -> Iterator[Kit]:
    """A house with EgoSMS, which takes 1,000 texts a call; here at 10 segments a second."""
    values = {
        "GATEWAYS": "egosms",
        "EGOSMS_USERNAME": "u",
        "EGOSMS_API_KEY": "k",
        "EGOSMS_CALLBACK_TOKEN": "t" * 16,
        "EGOSMS_API_URL": stub.url + "/api/v1/json/",
        "BULK_RATES": "egosms=10",
    }
    app: Flask = create_app(settings_for(tmp_path, **values), clock)
    with app.app_context():
        db.create_all()
        yield house().kit
    close(app)


def put(kit: Kit, people: list[Phone], body: str = "hello", name: str = "news") -> int:
    with transaction():
        batch = bulk.open_batch(kit, name, Purpose.NOTICE, has_own_bodies=True)
        texts = [Text(phone, f"{body} {phone.e164}") for phone in people]
        return bulk.put(kit, batch, texts, kit.now() + timedelta(days=1))


def batch(name: str = "news") -> Batch:
    db.session.rollback()
    found = bulk.named(name)
    assert found is not None
    return found


def called(stub: Stub) -> list[str]:
    return [one["number"] for heard in stub.heard for one in heard.json["msgdata"]]


def test_each_phone_gets_each_text_once_however_often_it_is_put(kit: Kit) -> None:
    assert put(kit, PEOPLE) == 30
    assert put(kit, PEOPLE) == 0
    assert put(kit, PEOPLE[:5], body="other words") == 0
    assert put(kit, PEOPLE, name="other news") == 30


def test_the_database_itself_refuses_a_second_text_to_a_phone(kit: Kit) -> None:
    put(kit, PEOPLE[:1])
    first = db.session.scalars(select(Message)).one()
    columns = {c.name: getattr(first, c.name) for c in Message.__table__.columns}
    columns.pop("id")
    db.session.add(Message(**columns | {"sid": "SM" + "0" * 32}))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_one_call_carries_many_different_bodies_at_the_pace_of_the_gateway(
    kit: Kit, stub: Stub, clock: FixedClock
) -> None:
    put(kit, PEOPLE)
    while jobs.deliver_bulk(kit):
        pass
    assert len(called(stub)) == 20  # a burst of two seconds
    assert len(stub.heard) == 1
    clock.advance(0.5)
    while jobs.deliver_bulk(kit):
        pass
    assert len(called(stub)) == 25
    clock.advance(1)
    while jobs.deliver_bulk(kit):
        pass
    assert sorted(called(stub)) == sorted(phone.e164[1:] for phone in PEOPLE)
    assert bulk.progress(batch()) == bulk.Progress(30, 0, 30, 0)


def test_pace_is_counted_in_segments(kit: Kit, stub: Stub) -> None:
    put(kit, PEOPLE, body="x" * 200)  # two segments each
    while jobs.deliver_bulk(kit):
        pass
    assert len(called(stub)) == 10


def test_a_text_longer_than_the_pace_allows_still_leaves_and_is_waited_for(
    kit: Kit, stub: Stub, clock: FixedClock
) -> None:
    put(kit, PEOPLE[:2], body="x" * 153 * 24)  # 25 segments each
    while jobs.deliver_bulk(kit):
        pass
    assert len(called(stub)) == 1
    clock.advance(0.4)
    assert jobs.deliver_bulk(kit) is False
    clock.advance(1)
    assert jobs.deliver_bulk(kit) is True


def test_receipts_of_texts_to_many_come_back_to_the_gateways_own_door(kit: Kit) -> None:
    put(kit, PEOPLE[:1])
    (order,) = bulk_claim.claim(kit)
    path = kit.gateways["egosms"].callback_path(order.sms.reference)
    assert order.sms.callback_url == kit.settings.public_url + path
    db.session.rollback()


def test_nothing_is_tried_out_on_texts_to_many(kit: Kit) -> None:
    two = {"first": Fake(), "second": Fake()}
    rules = replace(kit.settings.routing, explore=1.0)
    curious = replace(kit, gateways=two, settings=replace(kit.settings, routing=rules))
    put(kit, PEOPLE[:5])
    while jobs.deliver_bulk(curious):
        pass
    assert (len(two["first"].sent), two["second"].sent) == (5, [])


def test_a_code_goes_first(kit: Kit, stub: Stub) -> None:
    put(kit, PEOPLE[:3])
    until = kit.now() + timedelta(minutes=5)
    with transaction():
        outbox.enqueue(kit, Purpose.LOGIN, Phone("+12025550123", "US"), "code", until)
    assert jobs.deliver_bulk(kit) is True  # stepped back
    assert stub.heard == []
    assert jobs.deliver_next(kit) is True
    assert jobs.deliver_next(kit) is False  # texts to many are none of its business
    assert jobs.deliver_bulk(kit) is True
    assert called(stub) == ["12025550123", *(phone.e164[1:] for phone in PEOPLE[:3])]


def test_a_crash_after_the_claim_sends_no_text_twice(
    kit: Kit, stub: Stub, clock: FixedClock
) -> None:
    put(kit, PEOPLE)
    with transaction():
        orders = bulk_claim.claim(kit)
    assert len(orders) == 20
    orders[0].gateway.send_batch([order.sms for order in orders])  # and the process is gone
    clock.advance(bulk_claim.LEASE.total_seconds() + 1)
    while jobs.deliver_bulk(kit):
        pass
    assert len(called(stub)) == len(set(called(stub))) == 30
    outcomes = db.session.execute(
        select(Attempt.outcome, func.count()).group_by(Attempt.outcome)
    ).all()
    assert sorted(map(tuple, outcomes)) == [("accepted", 10), ("unknown", 20)]
    assert bulk.progress(batch()) == bulk.Progress(30, 0, 30, 0)


def test_a_crash_before_the_commit_leaves_everything_as_it_was(kit: Kit, stub: Stub) -> None:
    put(kit, PEOPLE[:5])

    assert len(bulk_claim.claim(kit)) == 5
    db.session.rollback()  # what a database does with the work of a dead process
    assert jobs.deliver_bulk(kit) is True
    assert len(called(stub)) == 5


def test_refused_texts_end_as_failed_with_the_gateways_reason(kit: Kit, stub: Stub) -> None:
    stub.behave(NO_MONEY)
    put(kit, PEOPLE[:3])
    while jobs.deliver_bulk(kit):
        pass
    assert bulk.progress(batch()) == bulk.Progress(3, 0, 0, 3)
    assert set(db.session.scalars(select(Message.error_code))) == {"no_money"}


def test_a_throttled_batch_waits_and_goes_on(kit: Kit, stub: Stub, clock: FixedClock) -> None:
    stub.behave(Answer(429, headers={"Retry-After": "60"}), TAKEN)
    put(kit, PEOPLE[:3])
    assert jobs.deliver_bulk(kit) is True
    assert jobs.deliver_bulk(kit) is False
    clock.advance(61)
    assert jobs.deliver_bulk(kit) is True
    assert bulk.progress(batch()) == bulk.Progress(3, 0, 3, 0)


def test_a_stopped_batch_sends_nothing_more(kit: Kit, stub: Stub, clock: FixedClock) -> None:
    put(kit, PEOPLE)
    jobs.deliver_bulk(kit)
    with transaction():
        assert bulk.stop(kit, batch()) == 10
    clock.advance(60)
    assert jobs.deliver_bulk(kit) is False
    assert len(called(stub)) == 20


def test_a_text_past_its_life_is_not_sent(kit: Kit, stub: Stub, clock: FixedClock) -> None:
    put(kit, PEOPLE[:2])
    clock.advance(timedelta(days=1, seconds=1).total_seconds())
    assert jobs.deliver_bulk(kit) is False
    assert stub.heard == []
    assert set(db.session.scalars(select(Message.status))) == {"expired"}


def test_bodies_are_erased_once_the_texts_have_left(kit: Kit) -> None:
    put(kit, PEOPLE[:3])
    jobs.deliver_bulk(kit)
    assert set(db.session.scalars(select(Message.body_sealed))) == {None}
