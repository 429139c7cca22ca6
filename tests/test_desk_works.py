"""What the desk's threads run: works of the group writer, without an app's context or a session,
on each kind of database."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import select

from tests.cast import ALICE_PHONE, BOB_PHONE, OLIVE_PHONE, Cast
from tests.conftest import close
from tests.settings import settings_for
from tests.sms.gateways import NO_ROUTE, UNREACHABLE, Told
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.gateways.base import Refused, SendResult, Unknown
from twofactor.house import house
from twofactor.models import Attempt, Message, OptOut, RouteChange
from twofactor.models.database import transaction
from twofactor.sms import optouts, outbox
from twofactor.sms.orders import Order
from twofactor.sms.phone import Phone
from twofactor.words import ErrorClass, OptOutSource, Purpose

T = TypeVar("T")
STOPPED = Refused("21610", ErrorClass.OPTED_OUT, permanent=True)


class Office:
    """A house with two gateways, whose texts leave as from its desk."""

    def __init__(self, app: Flask, clock: FixedClock) -> None:
        self.app, self.clock = app, clock
        with app.app_context():
            built = house()
        self.gateways = {"first": Told("first"), "second": Told("second")}
        self.kit = replace(built.kit, gateways=dict(self.gateways), chance=lambda: 1.0)
        self.commit = built.writer.see_to

    def put(self, *phones: Phone, minutes: float = 5) -> None:
        with self.app.app_context(), transaction():
            until = self.kit.now() + timedelta(minutes=minutes)
            for phone in phones:
                outbox.enqueue(self.kit, Purpose.LOGIN, phone, "hello", until)

    def take(self, most: int = 32) -> list[Order]:
        return _elsewhere(lambda: jobs.take(self.kit, most, self.commit))

    def finish(self, orders: Sequence[Order], result: SendResult | None = None) -> None:
        answers = [(order, result or order.hand_over()) for order in orders]
        _elsewhere(lambda: jobs.finish(self.kit, answers, self.commit))

    def all(self, *columns: object) -> list[tuple[object, ...]]:
        with self.app.app_context():
            return [tuple(row) for row in db.session.execute(select(*columns).order_by(columns[0]))]  # type: ignore[call-overload]


def _elsewhere(work: Callable[[], T]) -> T:
    """In a thread that knows of no app."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@pytest.fixture
def office(tmp_path: Path, clock: FixedClock, database_url: str) -> Iterator[Office]:
    app = create(tmp_path, clock, database_url)
    yield Office(app, clock)
    close(app)


def create(folder: Path, clock: FixedClock, url: str) -> Flask:
    from wsgi import create_app

    app = create_app(settings_for(folder, DATABASE_URL=url), clock)
    with app.app_context():
        db.create_all()
    return app


def test_texts_leave_and_are_put_on_record(office: Office) -> None:
    office.put(ALICE_PHONE, BOB_PHONE)
    orders = office.take()
    assert office.all(Attempt.outcome, Attempt.judge_at) == [("", None)] * 2  # no codes to learn of
    assert office.take() == []
    office.finish(orders)
    assert {row[1:] for row in office.all(Message.id, Message.status, Message.body_sealed)} == {
        ("sent", None)
    }
    assert [row[1] for row in office.all(Attempt.id, Attempt.gateway_ref)] == ["first-1", "first-2"]


def test_a_refused_text_goes_by_the_next_gateway_and_fails_by_the_last(office: Office) -> None:
    office.put(ALICE_PHONE)
    for gateway in ("first", "second"):
        (order,) = office.take()
        assert order.gateway.name == gateway
        office.finish([order], NO_ROUTE)
    assert office.take() == []
    assert office.all(Message.status, Message.error_code) == [("failed", "no_route")]


def test_a_gateway_that_fails_five_times_is_left_alone_until_it_works(office: Office) -> None:
    office.put(*[Phone(f"+1202555010{n}", "US") for n in range(6)])
    orders = office.take(5)
    office.finish(orders, UNREACHABLE)
    (order,) = office.take(1)
    assert order.gateway.name == "second"
    office.clock.advance(31)
    (order, *_) = office.take(1)
    office.finish([order])
    told = [row[1] for row in office.all(RouteChange.id, RouteChange.reason)]
    assert any("5 errors in a row" in str(reason) for reason in told)


def test_a_gateway_that_knows_of_a_stop_ends_it_here_too(office: Office) -> None:
    office.put(ALICE_PHONE)
    office.finish(office.take(), STOPPED)
    assert office.all(Message.status, Message.error_class) == [("rejected", "opted_out")]
    assert office.all(OptOut.source) == [("gateway",)]


def test_a_lost_code_is_sent_another_way(office: Office) -> None:
    cast = Cast(office.app, office.clock)
    cast.at_code_page()
    (order,) = office.take()
    office.finish([order], Unknown("timed out"))
    (second,) = office.take()
    assert (order.gateway.name, second.gateway.name) == ("first", "second")
    assert second.message_id != order.message_id
    (told, learns) = office.all(Attempt.id, Attempt.judge_at)
    assert (told[1], bool(learns[1])) == (None, True)  # what did not arrive is learnt of at once


def test_it_takes_as_many_as_are_due_whatever_is_settled_on_the_way(office: Office) -> None:
    office.put(ALICE_PHONE, minutes=0)
    office.put(BOB_PHONE, OLIVE_PHONE)
    with office.app.app_context(), transaction() as session:
        prints = office.kit.keyring.fingerprints(BOB_PHONE.e164)
        optouts.stop(session.connection(), prints, OptOutSource.TEXT, office.kit.now())
    office.put(Phone("+12025550178", "US"))
    orders = office.take(2)
    assert [order.sms.to for order in orders] == [OLIVE_PHONE.e164, "+12025550178"]
    assert [row[1] for row in office.all(Message.id, Message.status)] == [
        *("expired", "rejected", "queued", "queued")
    ]


def test_answers_that_cant_be_written_leave_nothing_of_themselves(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.put(ALICE_PHONE)
    orders = office.take()
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "settle", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            office.finish(orders)
    assert office.all(Attempt.outcome) == [("",)]
    office.finish(orders)
    assert office.all(Attempt.outcome) == [("accepted",)]
