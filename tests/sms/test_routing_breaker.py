"""The circuit breaker: a row that all processes share."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.cast import Cast
from tests.sms.gateways import NO_ROUTE, UNREACHABLE, Stage
from twofactor import jobs
from twofactor.extensions import db
from twofactor.gateways.base import Accepted, SendResult, Unknown
from twofactor.models import Attempt, RouteChange
from twofactor.models.database import transaction
from twofactor.sms import breaker
from twofactor.words import Status


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Stage:
    return Stage(app, cast, "first", "second")


def note(stage: Stage, result: SendResult, times: int = 1) -> None:
    for _ in range(times):
        with stage.inside() as kit, transaction():
            breaker.note_calls([("first", result)], kit.now())


def word(stage: Stage, gateway: str = "first") -> str:
    with stage.inside() as kit:
        return breaker.states([gateway])[gateway].word(kit.now())


def test_s76_five_errors_in_a_row_open_it_for_thirty_seconds(stage: Stage) -> None:
    note(stage, UNREACHABLE, 4)
    assert word(stage) == "working"
    note(stage, Unknown("no answer"))
    assert word(stage) == "out of order"
    stage.clock.advance(29.9)
    assert word(stage) == "out of order"
    stage.clock.advance(0.1)
    assert word(stage) == "on trial"


def test_a_text_taken_starts_the_count_anew(stage: Stage) -> None:
    note(stage, UNREACHABLE, 4)
    note(stage, Accepted("x"))
    note(stage, UNREACHABLE, 4)
    assert word(stage) == "working"


def test_refusals_that_are_the_texts_own_fault_do_not_count(stage: Stage) -> None:
    note(stage, NO_ROUTE, 9)
    assert word(stage) == "working"


def test_s76_while_it_is_open_texts_go_by_the_next_gateway(stage: Stage) -> None:
    note(stage, UNREACHABLE, 5)
    stage.ask()
    assert [a.gateway for a in stage.attempts()] == ["second"]


def test_after_the_pause_one_text_tries_and_closes_it(stage: Stage) -> None:
    note(stage, UNREACHABLE, 5)
    stage.clock.advance(30)
    stage.ask()
    assert [(a.gateway, a.reason) for a in stage.attempts()] == [
        ("first", "tries whether it works again")
    ]
    assert word(stage) == "working"


def test_only_one_text_tries_at_a_time(stage: Stage) -> None:
    note(stage, UNREACHABLE, 5)
    stage.clock.advance(30)
    with stage.inside() as kit, transaction():
        assert breaker.take_probe("first", kit.now())
    with stage.inside() as kit, transaction():
        assert not breaker.take_probe("first", kit.now())


def test_a_failed_trial_opens_it_again(stage: Stage) -> None:
    note(stage, UNREACHABLE, 5)
    stage.clock.advance(30)
    stage["first"].answer = UNREACHABLE
    stage.ask()
    assert [a.gateway for a in stage.attempts()] == ["first", "second"]
    assert word(stage) == "out of order"


def test_with_no_other_gateway_the_text_waits_for_the_trial(app: Flask, cast: Cast) -> None:
    alone = Stage(app, cast, "first")
    note(alone, UNREACHABLE, 5)
    alone.ask()
    assert alone.attempts() == []
    assert alone.message().status == Status.QUEUED
    alone.clock.advance(30)
    alone.deliver()
    assert len(alone["first"].texts) == 1


def test_s76_a_gateway_slow_for_fifteen_percent_of_texts_is_lowered(stage: Stage) -> None:
    stage.ask()
    with stage.inside() as kit:
        _fill(kit.now(), slow=2, fast=10)
        stage.clock.advance(6 * 60)
        jobs.watch_gateways(kit)
        reason = db.session.scalars(select(RouteChange.reason).order_by(RouteChange.id)).all()[-1]
    assert word(stage) == "slow"
    assert reason == "slow: 23% of texts took over 5 minutes"
    stage.ask()
    assert stage.attempts()[-1].gateway == "second"


def test_a_single_slow_text_lowers_nothing(stage: Stage) -> None:
    stage.ask()
    with stage.inside() as kit:
        _fill(kit.now(), slow=1, fast=12)
        stage.clock.advance(6 * 60)
        jobs.watch_gateways(kit)
    assert word(stage) == "working"


def test_changes_of_state_are_on_record_with_their_reason(stage: Stage) -> None:
    note(stage, UNREACHABLE, 7)
    note(stage, Accepted("x"))
    with stage.inside():
        reasons = db.session.scalars(select(RouteChange.reason)).all()
    assert reasons == [
        "out of order: 5 errors in a row, the last: unreachable connection refused",
        "works again",
    ]


def test_an_operator_takes_a_gateway_out(stage: Stage, tmp_path: Path) -> None:
    with stage.inside() as kit, transaction():
        breaker.switch("first", is_off=True, reason="contract ended", now=kit.now())
    stage.ask()
    assert [a.gateway for a in stage.attempts()] == ["second"]


def _fill(now: object, *, slow: int, fast: int) -> None:
    """Copies of the only attempt there is, delivered late or in time."""
    model = db.session.scalars(select(Attempt)).one()
    with transaction() as session:
        for number in range(slow + fast):
            late = timedelta(minutes=5, seconds=1) if number < slow else timedelta(seconds=4)
            session.add(
                Attempt(
                    sid=f"VL{number:032x}",
                    message_id=model.message_id,
                    gateway="first",
                    phone_fingerprint=model.phone_fingerprint,
                    country="US",
                    status=Status.DELIVERED.value,
                    outcome="accepted",
                    segments=1,
                    created_at=now,
                    sent_at=now,
                    delivered_at=now + late,  # type: ignore[operator]
                )
            )
