"""What is left with each gateway: asked for by a job, kept with its time."""

from decimal import Decimal

import pytest

from tests.cast import Cast
from tests.sms.gateways import Stage
from twofactor import jobs
from twofactor.gateways.base import Balance
from twofactor.sms import balances


class Purse:
    """A balance that a test sets; None: the gateway can't be reached."""

    left: Balance | None = Balance(Decimal("20.50"), "USD")


@pytest.fixture
def stage(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage(cast.app, cast, "first", "second")
    monkeypatch.setattr(made["first"], "balance", lambda: Purse.left)
    return made


def known(stage: Stage) -> dict[str, tuple[Decimal, str, int]]:
    """Amount, currency and age in minutes, by gateway."""
    with stage.inside() as kit:
        return {
            name: (row.amount, row.currency, int((kit.now() - row.at).total_seconds() // 60))
            for name, row in balances.kept().items()
        }


def test_the_job_keeps_what_is_told_with_its_time(stage: Stage) -> None:
    with stage.inside() as kit:
        jobs.watch_balances(kit)
    stage.clock.advance(5 * 60)
    assert known(stage) == {"first": (Decimal("20.5"), "USD", 5)}


def test_who_can_t_be_reached_keeps_the_older_figure(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stage.inside() as kit:
        jobs.watch_balances(kit)
        stage.clock.advance(15 * 60)
        monkeypatch.setattr(Purse, "left", None)
        jobs.watch_balances(kit)
    assert known(stage) == {"first": (Decimal("20.5"), "USD", 15)}


def test_a_newer_figure_takes_the_place_of_the_older(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stage.inside() as kit:
        jobs.watch_balances(kit)
        monkeypatch.setattr(Purse, "left", Balance(Decimal(-3), "EUR"))
        jobs.watch_balances(kit)
    assert known(stage) == {"first": (Decimal(-3), "EUR", 0)}


def test_each_gateway_is_asked_once_for_page_and_alert(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(stage["first"], "balance", lambda: asked.append("first"))
    with stage.inside() as kit:
        jobs.watch_balances(kit)
    assert asked == ["first"]
