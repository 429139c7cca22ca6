"""`flask stats deliveries` and `flask messages show`."""

import csv
import io
import json
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select

from cli.messages import messages
from cli.stats import stats
from tests.cast import ALICE, Cast
from twofactor.extensions import db
from twofactor.models import Attempt, Message

CONTRACT = {
    "gateway",
    "country",
    "attempts",
    "accepted",
    "delivered",
    "undelivered",
    "failed",
    "confirmed",
    "delivery_rate",
    "conversion_rate",
    "p50_seconds",
    "p95_seconds",
    "cost",
    "currency",
    "cost_per_verified_login",
}


@pytest.fixture(autouse=True)
def _login(cast: Cast) -> None:
    cast.logged_in(ALICE)


def run(cast: Cast, *args: str) -> Result:
    messages.make_ready = stats.make_ready = None  # the table is laid already
    return cast.app.test_cli_runner().invoke(args=list(args))


def test_json_rows_have_the_keys_of_the_contract(cast: Cast) -> None:
    done = run(cast, "stats", "deliveries")
    [row] = json.loads(done.output)
    assert row.keys() >= CONTRACT
    assert (row["gateway"], row["country"]) == ("simulator", "US")
    assert (row["attempts"], row["confirmed"], row["conversion_rate"]) == (1, 1, 1.0)


def test_csv_and_table_hold_the_same(cast: Cast) -> None:
    done = run(cast, "stats", "deliveries", "--since", "7d", "--by", "purpose", "--format", "csv")
    [row] = csv.DictReader(io.StringIO(done.output))
    assert (row["purpose"], row["attempts"], row["cost"]) == ("login", "1", "")
    table = run(cast, "stats", "deliveries", "--format", "table").output
    assert "conversion rate" in table
    assert "simulator" in table


def test_rows_can_be_split_by_carrier_and_by_error_class(cast: Cast) -> None:
    args = ("stats", "deliveries", "--since", "15m", "--format", "json", "--by")
    [row] = json.loads(run(cast, *args, "carrier").output)
    assert (row["carrier"], row["attempts"], row["error_retry"]) == ("unknown", 1, 0)
    assert json.loads(run(cast, *args, "carrier,error").output) == []


@pytest.mark.parametrize(
    ("args", "remedy"),
    [
        (["--by", "moon"], "Use gateway, country, carrier, purpose, error"),
        (["--since", "soon"], "24h, 7d"),
    ],
)
def test_wrong_usage_says_what_to_write(cast: Cast, args: list[str], remedy: str) -> None:
    done = run(cast, "stats", "deliveries", *args)
    assert done.exit_code == 2
    assert remedy in done.output


def test_a_message_is_found_by_our_sid_and_by_the_gateways(cast: Cast) -> None:
    with cast.app.app_context():
        sid = db.session.scalars(select(Message.sid)).one()
        ref = db.session.scalars(select(Attempt.gateway_ref)).one()
    told: dict[str, Any] = json.loads(run(cast, "messages", "show", sid).output)
    assert told == json.loads(run(cast, "messages", "show", ref or "").output)
    assert told["sid"] == sid
    assert told["to"].endswith("23")
    assert "+1202" not in json.dumps(told)
    assert told["verification_sid"].startswith("VE")
    assert told["attempts"][0]["gateway_ref"] == ref
    assert told["attempts"][0]["sent_at"].startswith("2026-11-02T12:00")


def test_an_unknown_message_is_refused_with_the_way_to_find_one(cast: Cast) -> None:
    done = run(cast, "messages", "show", "SM404")
    assert done.exit_code == 1
    assert "There is no message SM404" in done.output
