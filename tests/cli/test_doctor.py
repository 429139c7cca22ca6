"""flask doctor: green, yellow or red, each with its remedy."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.cast import ALICE_PHONE, Cast
from tests.cli.conftest import Run
from tests.gateways.stub import Answer, Stub
from twofactor.clock import FixedClock, SystemClock
from twofactor.crypto import Keyring
from twofactor.doctor import inside, outside
from twofactor.doctor.finding import Colour, Finding
from twofactor.extensions import db
from twofactor.gateways.egosms import EgoSms
from twofactor.gateways.wire import Wire
from twofactor.house import house
from twofactor.kit import Kit
from twofactor.models import schema
from twofactor.models.database import transaction
from twofactor.sms import outbox
from twofactor.words import Purpose
from wsgi import MIGRATIONS

EGOSMS = {"USERNAME": "u", "API_KEY": "k", "CALLBACK_TOKEN": "t" * 16}


@pytest.fixture
def kit(app: Flask) -> Iterator[Kit]:
    with app.app_context():
        yield house().kit


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        yield server


def at(kit: Kit, url: str) -> Kit:
    """The same house at another public address, in production."""
    return replace(kit, settings=replace(kit.settings, public_url=url, env="production"))


def colours(found: list[Finding]) -> dict[str, Colour]:
    return {one.part: one.colour for one in found}


def test_a_house_in_order_is_green_and_ends_with_0(app: Flask, run: Run) -> None:
    answer = run("doctor", "--format", "json")
    found = {row["part"]: row for row in json.loads(answer.output)}
    for part in ("database", "migrations", "countries", "keys", "workers", "texts"):
        assert found[part]["colour"] == "green", found[part]
    assert found["public address"]["colour"] == "yellow"  # nobody serves it in this test
    assert found["public address"]["remedy"]
    assert answer.exit_code == 0


def test_what_is_red_has_a_remedy_and_ends_with_1(app: Flask) -> None:
    with app.app_context():
        db.drop_all()
    answer = app.test_cli_runner().invoke(args=["doctor"])
    assert answer.exit_code == 1
    assert f"migrations: at nothing instead of {schema.latest(MIGRATIONS)}" in answer.output
    assert "flask db upgrade" in answer.output


def test_a_file_that_others_can_read_is_red(kit: Kit, tmp_path: Path) -> None:
    assert inside.database(kit).colour is Colour.GREEN
    (tmp_path / "test.sqlite3").chmod(0o644)
    found = inside.database(kit)
    assert (found.colour, found.remedy) == (Colour.RED, f"chmod 600 {tmp_path / 'test.sqlite3'}")


def test_missing_migrations_are_red(kit: Kit) -> None:
    assert inside.migrations(MIGRATIONS).remedy == "flask db upgrade"


def test_no_country_is_red(kit: Kit) -> None:
    closed = replace(kit, settings=replace(kit.settings, countries=frozenset()))
    assert inside.countries(closed).colour is Colour.RED
    assert inside.countries(kit).colour is Colour.GREEN


def test_texts_that_nobody_sends_are_red(kit: Kit, clock: FixedClock) -> None:
    with transaction():
        until = kit.now() + timedelta(minutes=5)
        outbox.enqueue(kit, Purpose.LOGIN, ALICE_PHONE, "hello", until)
    assert colours(list(inside.workers(kit)))["texts"] is Colour.GREEN
    clock.advance(40)
    assert colours(list(inside.workers(kit)))["texts"] is Colour.RED


def test_no_worker_of_a_distributed_house_is_red(kit: Kit) -> None:
    spread = replace(kit, settings=replace(kit.settings, workers="distributed"))
    assert colours(list(inside.workers(spread)))["workers"] is Colour.RED


def test_keys_that_do_not_open_the_rows_are_red(kit: Kit, cast: Cast, tmp_path: Path) -> None:
    stranger = replace(kit, keyring=Keyring("x" * 40, [b"\x07" * 32]))
    assert inside.keys(stranger).colour is Colour.RED
    both = replace(kit, keyring=Keyring("x" * 40, [b"\x07" * 32, *kit.settings.data_keys]))
    assert inside.keys(both).remedy == "flask keys rotate"


def test_a_served_house_answers_at_its_address_and_webhooks(app: Flask, kit: Kit) -> None:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        here = replace(at(kit, f"http://127.0.0.1:{server.port}"), clock=SystemClock())
        found = colours([*outside.address(here, Wire()), *outside.webhooks(here, Wire())])
    finally:
        server.shutdown()
        server.server_close()
    assert found == {
        "public address": Colour.GREEN,
        "clock": Colour.GREEN,
        "webhook of simulator": Colour.GREEN,
    }


def test_an_address_that_leads_elsewhere_is_red(kit: Kit, stub: Stub) -> None:
    stub.behave(Answer(302, headers={"Location": "https://example.com/login"}))
    here = at(kit, stub.url)
    found = [*outside.address(here, Wire()), *outside.webhooks(here, Wire())]
    assert set(colours(found).values()) == {Colour.RED}
    assert all(one.remedy for one in found)


def test_a_clock_that_is_wrong_is_red(kit: Kit, stub: Stub) -> None:
    stub.behave(Answer(200, b'{"status":"ok"}', {"Date": "Mon, 02 Nov 2026 12:01:00 GMT"}))
    found = colours(list(outside.address(at(kit, stub.url), Wire())))
    assert found["clock"] is Colour.RED  # the house says noon


def test_a_gateway_without_credentials_or_money_is_red(kit: Kit, stub: Stub) -> None:
    poor = {"Status": "OK", "Balance": "0", "Currency": "UGX"}
    stub.behave(Answer.of(poor))
    for settings, what in ((EGOSMS, "the balance is 0 UGX"), ({}, "empty: SIXDIGITS_EGOSMS_")):
        gateway = EgoSms({**settings, "API_URL": stub.url + "/api/v1/json/"}, Wire())
        found = next(outside.gateways(replace(kit, gateways={"egosms": gateway})))
        assert found.colour is Colour.RED
        assert found.what.startswith(what)
