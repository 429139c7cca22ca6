"""/account/data and `flask privacy`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from tests.accounts.mailbox import mails
from tests.accounts.people import flask, make_recovery_codes
from tests.cast import ALICE, ALICE_PHONE, PASSWORD, Cast
from tests.conftest import close
from tests.settings import settings_for
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from wsgi import create_app


@pytest.fixture
def app(tmp_path: Path, clock: FixedClock, database_url: str) -> Iterator[Flask]:
    """The house on each kind of database: erasing leans on their foreign keys and dates."""
    made = create_app(settings_for(tmp_path, DATABASE_URL=database_url), clock)
    with made.app_context():
        db.create_all()
    yield made
    close(made)


def rows(app: Flask, table: str) -> str:
    with app.app_context():
        return repr(db.session.execute(text(f"SELECT * FROM {table}")).all())


def test_export_holds_all_of_hers_and_no_secret(cast: Cast) -> None:
    browser = cast.logged_in()
    codes = make_recovery_codes(browser)
    answer = browser.post("/account/data", do="export")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    known = json.loads(answer.text)
    assert known["phones"] == [ALICE_PHONE.e164]
    assert known["users"][0]["email"] == ALICE
    for table in ("sessions", "messages", "attempts", "audit_entries", "authenticators"):
        assert known[table], table
    for secret in (*codes, "argon2", "token_hash", "code_digest"):
        assert secret not in answer.text


def test_s19_export_and_erase_ask_for_a_fresh_factor(cast: Cast, clock: FixedClock) -> None:
    browser = cast.logged_in()
    clock.advance(301)
    for do in ("export", "erase"):
        answer = browser.post("/account/data", do=do, sure="y")
        assert (answer.status_code, answer.location) == (303, "/account/confirm")
    browser.post("/account/confirm/send", form="/account/confirm")
    answer = browser.post("/account/confirm", code=cast.code())
    assert answer.location == "/account/data", "it did not go on where she was"


def test_s69_erase_leaves_nothing_of_her(cast: Cast, app: Flask) -> None:
    browser = cast.logged_in()
    make_recovery_codes(browser)
    mails(app, ALICE)
    with app.app_context():
        prints = house().kit.keyring.fingerprints(ALICE_PHONE.e164)
    assert browser.post("/account/data", do="erase", sure="y").location == "/login"
    assert browser.post("/login", email=ALICE, password=PASSWORD).status_code == 200
    with app.app_context():
        tables = [table.name for table in db.metadata.sorted_tables]
    left = "".join(rows(app, table) for table in tables)
    assert ALICE not in left
    assert not any(fingerprint in left for fingerprint in prints)
    assert rows(app, "messages") != "[]", "the statistics lost their texts"


def test_erase_wants_to_be_sure(cast: Cast) -> None:
    browser = cast.logged_in()
    assert browser.post("/account/data", do="erase").location == "/account/data"
    assert browser.get("/account").status_code == 200


def test_s69_retain_forgets_in_time(cast: Cast, app: Flask, clock: FixedClock) -> None:
    cast.logged_in()
    cast.deliver()
    clock.advance(89 * 86400)
    with app.app_context():
        jobs.retain(house().kit)
    assert rows(app, "sessions") != "[]"
    clock.advance(2 * 86400)
    with app.app_context():
        jobs.retain(house().kit)
        assert jobs.retain(house().kit) == 0
        prints = house().kit.keyring.fingerprints(ALICE_PHONE.e164)
    assert rows(app, "sessions") == "[]"
    assert not any(fingerprint in rows(app, "messages") for fingerprint in prints)
    assert rows(app, "audit_entries") != "[]"
    clock.advance(275 * 86400)
    with app.app_context():
        jobs.retain(house().kit)
    assert rows(app, "audit_entries") == "[]"


@pytest.mark.parametrize("verb", ["export", "erase"])
def test_the_commands_say_what_to_do_about_an_unknown_user(app: Flask, verb: str) -> None:
    result = flask(app, "privacy", verb, "nobody@example.com")
    assert result.exit_code == 1
    assert "flask users create" in result.output


def test_the_commands_export_and_erase(cast: Cast, app: Flask) -> None:
    known = json.loads(flask(app, "privacy", "export", ALICE).output)
    assert known["phones"] == [ALICE_PHONE.e164]
    assert flask(app, "privacy", "erase", ALICE, typed="n\n").exit_code == 1
    assert flask(app, "privacy", "erase", ALICE, "--yes").exit_code == 0
    assert flask(app, "users", "show", ALICE).exit_code == 1


def test_s32_consent_is_kept_with_words_version_and_time(cast: Cast, app: Flask) -> None:
    browser = cast.logged_in("bob@example.com")
    browser.post("/account/phone", phone="+12025550145")
    kept = rows(app, "consents")
    assert "2026-11" in kept
    assert "Reply STOP" in kept
