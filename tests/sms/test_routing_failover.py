"""From gateway to gateway: at once where nothing was sent, by permit where nobody knows."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.cast import Cast
from tests.sms.gateways import NO_ROUTE, UNREACHABLE, Stage
from twofactor.extensions import db
from twofactor.gateways.base import ParsedReceipt, SendResult, Unknown
from twofactor.models import Route, RouteChange, Verification
from twofactor.sms import receipts
from twofactor.words import ErrorClass, Status


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Stage:
    return Stage(app, cast, "first", "second")


@pytest.mark.parametrize("answer", [UNREACHABLE, NO_ROUTE])
def test_a_refused_text_goes_by_the_next_gateway_at_once(stage: Stage, answer: SendResult) -> None:
    stage["first"].answer = answer
    stage.ask()
    assert [(a.gateway, a.outcome) for a in stage.attempts()] == [
        ("first", "refused"),
        ("second", "accepted"),
    ]
    assert stage.attempts()[1].created_at - stage.attempts()[0].created_at < timedelta(seconds=5)
    assert stage.attempts()[1].reason == "next after first refused it"


def test_a_resend_after_silence_goes_by_another_gateway_with_the_same_code(stage: Stage) -> None:
    browser = stage.cast.at_code_page()
    stage.deliver()
    stage.clock.advance(31)
    assert browser.post("/login/resend", form="/login/code").status_code == 303
    stage.deliver()
    assert len(stage["second"].texts) == 1
    assert stage["first"].texts[0].body == stage["second"].texts[0].body
    assert stage.attempts()[1].reason == "another way than first"


def test_a_failure_receipt_frees_the_resend_at_once(stage: Stage) -> None:
    browser = stage.cast.at_code_page()
    stage.deliver()
    assert browser.post("/login/resend", form="/login/code").status_code == 429
    with stage.inside() as kit:
        receipt = ParsedReceipt("first-1", Status.UNDELIVERED, "undelivered")
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            told = receipts.reports(kit, "first", [receipt], kit.now())
            receipts.record(connection, [told])
    assert browser.post("/login/resend", form="/login/code").status_code == 303
    stage.deliver()
    assert len(stage["second"].texts) == 1


def test_an_unknown_outcome_takes_a_second_permit_before_another_gateway_is_asked(
    stage: Stage,
) -> None:
    stage["first"].answer = Unknown("no answer")
    stage.ask()
    assert len(stage["second"].texts) == 1
    with stage.inside():
        assert db.session.scalars(select(Verification.sends)).one() == 2


def test_s30_without_a_permit_an_unknown_outcome_waits_for_the_person(stage: Stage) -> None:
    with stage.inside() as kit:
        most = kit.settings.codes.max_sends
    stage["first"].answer = stage["second"].answer = Unknown("no answer")
    stage.ask()
    assert len(stage["first"].texts) + len(stage["second"].texts) <= most


def test_every_gateway_has_refused_and_the_text_has_failed(stage: Stage) -> None:
    stage["first"].answer = stage["second"].answer = NO_ROUTE
    stage.ask()
    message = stage.message()
    assert (message.status, message.error_class) == (Status.FAILED, ErrorClass.ROUTE)


def test_the_first_leader_of_a_country_is_on_record_with_its_reason(stage: Stage) -> None:
    stage.ask()
    with stage.inside():
        change = db.session.scalars(select(RouteChange)).one()
        assert (change.country, change.gateway, change.before) == ("US", "first", "")
        assert "of codes come back" in change.reason
        assert db.session.get_one(Route, "US").gateway == "first"


def test_a_gateway_that_is_refused_once_keeps_its_lead(stage: Stage) -> None:
    stage["first"].answer = NO_ROUTE
    stage.ask()
    with stage.inside():
        assert db.session.get_one(Route, "US").gateway == "first"
