"""flask gateways."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import event, select

from tests.cast import Cast
from tests.sms.gateways import NO_ROUTE, Stage
from twofactor import jobs
from twofactor.extensions import db
from twofactor.gateways.base import Balance
from twofactor.models import Price
from twofactor.models.database import transaction
from twofactor.sms import balances, breaker
from twofactor.sms.compare import compare, wilson
from twofactor.sms.stats import periods

PHONE = "+12025550123"


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Stage:
    made = Stage(app, cast, "first", "second")
    made.ask()
    browser = made.cast.at_code_page()
    made.deliver()
    browser.post("/login/code", code=made["first"].texts[-1].body[-6:])
    return made


def run(stage: Stage, *words: str) -> Result:
    group = stage.app.cli.commands["gateways"]
    group.make_ready = None  # type: ignore[attr-defined]
    with stage.app.app_context():
        return stage.app.test_cli_runner().invoke(group, list(words))


def test_list_tells_the_state_and_the_webhook_addresses(stage: Stage) -> None:
    rows = json.loads(run(stage, "list", "--format", "json").stdout)
    assert [(row["gateway"], row["state"]) for row in rows] == [
        ("first", "working"),
        ("second", "working"),
    ]
    assert rows[0]["status_webhook"] == "http://127.0.0.1:5000/webhooks/first/status"
    assert rows[0]["inbound_webhook"] is None
    assert rows[0]["enter_in_console"] == "status"


def test_csv_holds_nothing_that_a_spreadsheet_would_run(stage: Stage) -> None:
    with stage.inside() as kit, transaction():
        breaker.switch("first", is_off=True, reason="=1+1", now=kit.now())
    row, _ = csv.DictReader(io.StringIO(run(stage, "list", "--format", "csv").stdout))
    assert row["reason"] == "'=1+1"


def test_compare_counts_what_came_back(stage: Stage) -> None:
    (row,) = json.loads(run(stage, "compare", "--format", "json").stdout)
    assert (row["gateway"], row["country"], row["rank"]) == ("first", "US", 1)
    assert (row["attempts"], row["accepted"], row["confirmed"], row["codes"]) == (2, 2, 1, 2)
    assert row["conversion_rate"] == 0.5
    assert row["conversion_low"] < 0.5 < row["conversion_high"]
    assert "codes come back" in row["reason"]


def test_compare_gives_the_same_as_csv_and_as_a_table(stage: Stage) -> None:
    (row,) = csv.DictReader(io.StringIO(run(stage, "compare", "--format", "csv").stdout))
    assert (row["gateway"], row["confirmed"]) == ("first", "1")
    assert "first" in run(stage, "compare").stdout


def test_compare_tells_the_balance_and_when_it_was_told(stage: Stage) -> None:
    with stage.inside() as kit, transaction():
        balances.keep({"first": Balance(Decimal("12.50"), "USD")}, kit.now())
    (row,) = json.loads(run(stage, "compare", "--format", "json").stdout)
    assert (row["balance"], row["balance_at"]) == ("12.5 USD", "2026-11-02T12:00:00+00:00")


def test_compare_counts_no_raw_row_but_the_newest(stage: Stage) -> None:
    with stage.inside() as kit:
        jobs.count_deliveries(kit)
        asked: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        (row,) = compare(kit, periods.period("7d", kit.now()))
    assert (row.attempts, row.confirmed) == (2, 1)
    raw = [one for one in asked if "FROM attempts" in one or "FROM receipts" in one]
    assert all("FROM delivery_changes" in one for one in raw)


def test_compare_of_another_country_is_empty(stage: Stage) -> None:
    result = run(stage, "compare", "--country", "ug", "--format", "json")
    assert json.loads(result.stdout) == []
    assert "No texts" in result.stderr


def test_check_sends_a_test_text_by_this_gateway_alone(stage: Stage) -> None:
    stage["second"].answer = NO_ROUTE
    result = run(stage, "check", "second", "--to", PHONE)
    assert result.exit_code == 1
    assert "failed (no_route)" in result.stdout
    assert len(stage["first"].texts) == 2


def test_check_of_a_gateway_that_is_not_in_use_is_wrong_usage(stage: Stage) -> None:
    result = run(stage, "check", "twilio")
    assert result.exit_code == 2
    assert "SIXDIGITS_GATEWAYS names: first, second" in result.stderr


def test_check_refuses_what_is_no_phone(stage: Stage) -> None:
    assert run(stage, "check", "first", "--to", "12").exit_code == 2


def test_prices_are_imported_whole_or_not_at_all(stage: Stage, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    good = "gateway,country,price,currency,date\ntwilio,UG,0.14,USD,2026-11-01\n"
    file.write_text(good + "nobody,UG,0.14,USD,2026-11-01\n")
    refused = run(stage, "prices", "import", str(file))
    assert refused.exit_code == 1
    assert "line 3: gateway 'nobody'" in refused.stderr
    file.write_text(good)
    for _ in range(2):
        assert "1 prices" in run(stage, "prices", "import", str(file)).stdout
    with stage.inside():
        assert db.session.scalars(select(Price.gateway)).all() == ["twilio"]


@pytest.mark.parametrize(
    ("hits", "tries", "low", "high"),
    # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)],
)
def test_the_interval_is_wilsons(hits: int, tries: int, low: float, high: float) -> None:
    assert list(wilson(hits, tries)) == pytest.approx([low, high], abs=1e-4)
