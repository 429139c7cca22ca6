"""flask text: preview and check."""

import json
from decimal import Decimal

from flask import Flask

from tests.cli.conftest import Run
from twofactor.extensions import db
from twofactor.models import Price
from twofactor.models.database import transaction


def test_preview_shows_each_text_with_its_segments(run: Run) -> None:
    rows = json.loads(run("text", "preview", "--language", "fr", "--format", "json").output)
    assert {row["language"] for row in rows} == {"fr"}
    assert {row["segments"] for row in rows} == {1}
    answer = run("text", "preview", "--language", "en")
    assert "en code: login: 1 segment of GSM-7" in answer.output
    assert "@127.0.0.1 #012345" in answer.output


def test_preview_tells_the_price_where_a_list_does(app: Flask, run: Run) -> None:
    with app.app_context(), transaction():
        row = Price(
            gateway="simulator",
            country="UG",
            since="2026-01-01",
            per_segment=Decimal(35),
            currency="UGX",
        )
        db.session.add(row)
    answer = run("text", "preview", "--language", "ar", "--country", "ug", "--format", "json")
    assert json.loads(answer.output)[0]["price_simulator"] == "35 UGX"


def test_check_is_content_with_our_own_texts(run: Run) -> None:
    answer = run("text", "check")
    assert answer.exit_code == 0
    assert "Every text is within its budget." in answer.output


def test_check_refuses_what_is_over_budget(run: Run) -> None:
    answer = run("text", "check", "--language", "ar", "--budget", "1")
    assert answer.exit_code == 1
    assert "ar notice: locked: takes 2 segments, 1 are allowed: shorten it" in answer.output
