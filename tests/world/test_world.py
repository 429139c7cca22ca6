"""A few seeds of what `python -m bench.world` proves over twenty, and the loop itself."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from bench.world import cheaper_by, lost_after, within_60_while_down
from cli.simulate import strategies
from cli.simulate.agenda import Agenda
from cli.simulate.report import figures
from cli.simulate.scenarios import SCENARIOS
from cli.simulate.world import Lived, Run, live
from tests.settings import settings_for
from twofactor.clock import FixedClock
from wsgi import create_app

START = datetime(2026, 11, 2, 12, tzinfo=UTC)


def lived(
    folder: Path, name: str, users: int, strategy: str = strategies.OURS, policy: str = "quality"
) -> Lived:
    settings = settings_for(folder)
    settings = replace(settings, routing=replace(settings.routing, policy=policy))
    return live(create_app, settings, Run(SCENARIOS[name], users, 60, 1, strategy))


def test_events_happen_in_the_order_of_their_time() -> None:
    agenda, seen = Agenda(FixedClock(START)), list[str]()
    agenda.put(5, lambda: seen.append("late"))
    agenda.put(1, lambda: agenda.put(1, lambda: seen.append("early")))
    agenda.put(99, lambda: seen.append("never"))
    agenda.run(START + timedelta(seconds=10))
    assert seen == ["early", "late"]


def test_on_a_calm_day_nearly_everybody_is_in_within_half_a_minute(tmp_path: Path) -> None:
    found = figures(lived(tmp_path, "calm", 40))
    assert found.people == 40
    assert found.within_30 > 0.9
    assert found.logged_in == 1


def test_the_same_seed_gives_the_same_world(tmp_path: Path) -> None:
    assert figures(lived(tmp_path, "slow-decay", 20)) == figures(lived(tmp_path, "slow-decay", 20))


def test_in_an_outage_people_get_in_by_other_gateways(tmp_path: Path) -> None:
    share, people = within_60_while_down(lived(tmp_path, "outage", 120))
    assert people >= 10
    assert share == 1
    alone, _ = within_60_while_down(lived(tmp_path, "outage", 120, strategies.ONE))
    assert alone < 0.2


def test_a_gateway_that_fakes_receipts_loses_the_country(tmp_path: Path) -> None:
    assert lost_after(lived(tmp_path, "fake-receipts", 250)) <= 50


def test_cost_saves_a_third_and_loses_nobody(tmp_path: Path) -> None:
    saved, lost_points = cheaper_by(
        lived(tmp_path, "price-spread", 150, policy="prefer"),
        lived(tmp_path, "price-spread", 150, policy="cost"),
    )
    assert saved >= 0.3
    assert lost_points <= 1


def test_attackers_get_few_texts_and_nobody_else_is_locked_out(tmp_path: Path) -> None:
    found = figures(lived(tmp_path, "pumping", 40))
    assert found.logged_in == 1
    assert found.attackers_texts <= 20


@pytest.mark.parametrize("strategy", strategies.STRATEGIES)
def test_every_strategy_lets_people_in_on_a_calm_day(tmp_path: Path, strategy: str) -> None:
    assert figures(lived(tmp_path, "calm", 10, strategy)).logged_in == 1


def test_the_command_prints_a_row_for_each_strategy(app: Flask) -> None:
    words = ["--users", "5", "--minutes", "5", "--scenario", "calm", "--format", "json"]
    with app.app_context():
        result = app.test_cli_runner().invoke(app.cli.commands["simulate"], words)
    rows = json.loads(result.stdout)
    assert [row["strategy"] for row in rows] == list(strategies.STRATEGIES)
    assert {"within_30", "within_60", "median_wait", "texts_per_login", "cost_per_login"} <= set(
        rows[0]
    )
