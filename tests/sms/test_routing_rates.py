"""What routing learns from each attempt, and when."""

import pytest
from flask import Flask

from tests.cast import Cast
from tests.sms.gateways import Stage
from twofactor.models.database import transaction
from twofactor.sms import rates
from twofactor.sms.routing import Record


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Stage:
    return Stage(app, cast, "first", "second")


def learnt(stage: Stage, place: str = "US", gateway: str = "first") -> Record:
    with stage.inside() as kit:
        with transaction():
            rates.judge(kit.now())
        return rates.read([gateway], [place], kit.now())[gateway][0]


def code(stage: Stage) -> str:
    return stage["first"].texts[-1].body[-6:]


def test_a_fresh_text_says_nothing_yet(stage: Stage) -> None:
    stage.ask()
    assert learnt(stage).sent == 0


def test_a_code_that_comes_back_counts_at_once(stage: Stage) -> None:
    browser = stage.cast.at_code_page()
    stage.deliver()
    assert browser.post("/login/code", code=code(stage)).status_code == 303
    assert (learnt(stage).sent, learnt(stage).confirmed) == (1, 1)


def test_silence_counts_after_ninety_seconds(stage: Stage) -> None:
    stage.ask()
    stage.clock.advance(90)
    record = learnt(stage)
    assert (round(record.sent, 2), record.confirmed) == (1, 0)


def test_asking_again_counts_at_once(stage: Stage) -> None:
    browser = stage.cast.at_code_page()
    stage.deliver()
    stage.clock.advance(30)
    browser.post("/login/resend", form="/login/code")
    record = learnt(stage)
    assert (record.sent, record.confirmed) == (1, 0)


def test_an_attempt_is_learnt_from_only_once(stage: Stage) -> None:
    stage.ask()
    stage.clock.advance(90)
    assert learnt(stage) == learnt(stage)


def test_it_counts_everywhere_and_in_the_country(stage: Stage) -> None:
    stage.ask()
    stage.clock.advance(90)
    assert learnt(stage, "").sent == learnt(stage, "US").sent == 1
    assert learnt(stage, "UG").sent == 0


def test_old_texts_fade_with_new_ones_and_with_time(stage: Stage) -> None:
    for _ in range(3):
        stage.ask()
        stage.clock.advance(90)
    record = learnt(stage)
    assert 2.9 < record.sent < 3
    assert 2.8 < record.recent_sent < record.sent
    stage.clock.advance(rates.HALF_LIFE_SECONDS)
    assert learnt(stage).sent == pytest.approx(record.sent / 2)


def test_texts_without_a_code_say_nothing_of_conversion(stage: Stage) -> None:
    from twofactor.sms.phone import Phone
    from twofactor.verify import trials

    with stage.inside() as kit, transaction():
        trials.send(kit, "first", Phone("+12025550123", "US"), None)
    stage.deliver()
    stage.clock.advance(90)
    assert len(stage["first"].texts) == 1
    assert learnt(stage).sent == 0
