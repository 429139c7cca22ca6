"""GET /metrics: for Prometheus, without personal data."""

import re
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event

from tests.browser import Browser
from tests.cast import ALICE, ALICE_PHONE, Cast
from tests.conftest import close
from tests.settings import settings_for
from tests.structure.tree import ROOT
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from wsgi import create_app

TOKEN = "0123456789abcdef-for-metrics"


@pytest.fixture
def scraped(cast: Cast) -> str:
    cast.logged_in(ALICE)
    with cast.app.app_context():
        jobs.count_deliveries(house().kit)
    return Browser(cast.app, "127.0.0.1").get("/metrics").text


def test_it_counts_attempts_by_gateway_country_and_status(scraped: str) -> None:
    labels = 'country="US",gateway="simulator"'
    assert f'sixdigits_attempts_total{{{labels},status="confirmed"}} 1.0' in scraped
    assert f'sixdigits_attempts_total{{{labels},status="failed"}} 0.0' in scraped
    assert f'sixdigits_delivery_seconds_bucket{{{labels},le="+Inf"}}' in scraped


def test_it_tells_of_the_queue_and_of_alerts(scraped: str) -> None:
    assert "sixdigits_queue_depth 0.0" in scraped
    assert "sixdigits_queue_oldest_seconds 0.0" in scraped
    assert 'sixdigits_alerts_open{kind="delivery_low"} 0.0' in scraped


def test_s65_it_holds_no_person(scraped: str) -> None:
    assert ALICE not in scraped
    assert ALICE_PHONE.e164[-7:] not in scraped


def test_a_counter_never_falls_when_a_late_receipt_corrects_another(cast: Cast) -> None:
    cast.logged_in(ALICE)
    browser = Browser(cast.app, "127.0.0.1")
    with cast.app.app_context():
        jobs.count_deliveries(house().kit)
    first = browser.get("/metrics").text
    with cast.app.app_context():
        jobs.count_deliveries(house().kit)
    assert _counters(browser.get("/metrics").text) == _counters(first)


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}, 401),  # through a proxy beside us
        ("203.0.113.7", {}, 401),
        ("203.0.113.7", {"Authorization": "Bearer wrong"}, 401),
        ("203.0.113.7", {"Authorization": f"Bearer {TOKEN}"}, 200),
    ],
)
def test_only_loopback_or_the_operators_token_opens_it(
    tmp_path: Path, clock: FixedClock, address: str, headers: dict[str, str], status: int
) -> None:
    app: Flask = create_app(settings_for(tmp_path, METRICS_TOKEN=TOKEN), clock)
    with app.app_context():
        db.create_all()
    answer = Browser(app, address).get("/metrics", headers=headers)
    close(app)
    assert answer.status_code == status
    assert ("sixdigits" in answer.text) is (status == 200)


def test_without_a_token_in_the_settings_an_empty_one_opens_nothing(cast: Cast) -> None:
    browser = Browser(cast.app, "203.0.113.7")
    assert browser.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401


LABELS = {
    "sixdigits_attempts_total": {"gateway", "country", "status"},
    "sixdigits_errors_total": {"gateway", "country", "error"},
    "sixdigits_cost_total": {"gateway", "country", "currency"},
    "sixdigits_delivery_seconds_bucket": {"gateway", "country", "le"},
    "sixdigits_silent_seconds": {"gateway"},
    "sixdigits_alerts_open": {"kind"},
    "sixdigits_queue_depth": set(),
    "sixdigits_queue_oldest_seconds": set(),
    "sixdigits_rollup_age_seconds": set(),
}
SUFFIXES = {"counter": "_total", "histogram": "_bucket"}


def test_the_names_in_the_docs_are_those_that_are_scraped(scraped: str) -> None:
    families = list(text_string_to_metric_families(scraped))
    assert {family.name + SUFFIXES.get(family.type, "") for family in families} == set(LABELS)
    for family in families:
        for sample in family.samples:
            if sample.name in LABELS:
                assert sample.labels.keys() == LABELS[sample.name]


@pytest.mark.parametrize(
    "page", ["monitoring.md", "grafana-dashboard.json", "prometheus-rules.yml"]
)
def test_dashboard_and_alert_rules_ask_for_what_exists(page: str) -> None:
    text = (ROOT / "docs" / page).read_text()
    asked = re.findall(r"(sixdigits_[a-z_]+)(?:\{([^}]*)\})?", text)
    assert {name for name, _ in asked} <= set(LABELS)
    assert len({name for name, _ in asked}) >= 6
    for name, labels in asked:
        used = {
            part.split("=")[0].strip() for part in labels.replace("\\\\", "").split(",") if part
        }
        assert used <= LABELS[name], f"{name}{{{labels}}}"
    grouped = re.findall(r"by \(([a-z, ]+)\)", text)
    known = set().union(*LABELS.values())
    assert {label.strip() for group in grouped for label in group.split(",")} <= known


def test_it_costs_a_few_statements_however_much_was_sent(cast: Cast) -> None:
    cast.logged_in(ALICE)
    with cast.app.app_context():
        jobs.count_deliveries(house().kit)
        asked: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    Browser(cast.app, "127.0.0.1").get("/metrics")
    assert 0 < len(asked) <= 12
    history = [text for text in asked if re.search(r"FROM (attempts|messages|receipts)", text)]
    assert history
    assert all("LIMIT" in text or "next_try_at <=" in text for text in history)


def _counters(text: str) -> list[str]:
    return [line for line in text.splitlines() if "_total{" in line]
