"""flask services and flask webhooks."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from tests.api.program import PHONE, Program
from tests.conftest import close
from tests.settings import settings_for
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.gateways.simulator.gateway import SENDER
from twofactor.house import house
from wsgi import create_app


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


@pytest.fixture
def app(tmp_path: Path, clock: FixedClock) -> Iterator[Flask]:
    """An empty house; the first command brings its database up to date."""
    made = create_app(settings_for(tmp_path), clock)
    assert run(made, "services", "list").exit_code == 0
    yield made
    close(made)


@pytest.fixture
def created(app: Flask) -> dict[str, str]:
    done = run(app, "services", "create", "My shop", "--json")
    assert done.exit_code == 0, done.output
    made: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return made


def login(shop: Program, account: str, secret: str, service: str) -> int:
    shop.login, shop.secret = account, secret
    return shop.get(f"/v2/Services/{service}").status_code


def test_create_prints_what_a_program_needs(
    app: Flask, shop: Program, created: dict[str, str]
) -> None:
    assert set(created) == {"account_sid", "auth_token", "service_sid"}
    answer = login(shop, created["account_sid"], created["auth_token"], created["service_sid"])
    assert answer == 200


def test_list_shows_no_secret(app: Flask, created: dict[str, str]) -> None:
    for shape in ("table", "csv", "json"):
        told = run(app, "services", "list", "--format", shape)
        assert created["service_sid"] in told.output
        assert created["auth_token"] not in told.output


def test_a_key_is_made_rotated_and_revoked(
    app: Flask, shop: Program, created: dict[str, str], clock: FixedClock
) -> None:
    account, service = created["account_sid"], created["service_sid"]
    made = json.loads(run(app, "services", "key", account, "--json").stdout.splitlines()[-1])
    assert login(shop, made["sid"], made["secret"], service) == 200
    again = json.loads(run(app, "services", "rotate", made["sid"], "--json").stdout.splitlines()[0])
    assert login(shop, made["sid"], again["secret"], service) == 200
    assert run(app, "services", "revoke", made["sid"]).exit_code == 0
    clock.advance(1)
    assert login(shop, made["sid"], again["secret"], service) == 401
    assert login(shop, account, created["auth_token"], service) == 200


def test_texts_come_from_the_sender_that_the_operator_names(app: Flask, shop: Program) -> None:
    told = run(app, "services", "sender", shop.service_sid, "CornerCafe")
    assert (told.exit_code, told.output) == (0, "Shop: from CornerCafe.\n")
    assert [shop.start().status_code for _ in range(2)] == [201, 201]
    run(app, "services", "sender", shop.service_sid)
    shop.start()
    with app.app_context():
        while jobs.deliver_next(house().kit):
            pass
        simulator = house().kit.gateways["simulator"]
        senders = [text.sender for text in simulator.phones.texts(PHONE.e164)]  # type: ignore[attr-defined]
    assert senders == [SENDER, "CornerCafe", "CornerCafe"]


@pytest.mark.parametrize("sender", ["12345", "ab", "Corner Cafe", "CornerCafe12", "Caf\u00e9"])
def test_a_sender_that_no_gateway_takes_is_wrong_usage(
    app: Flask, shop: Program, sender: str
) -> None:
    told = run(app, "services", "sender", shop.service_sid, sender)
    assert told.exit_code == 2
    assert "3 to 11 letters and digits" in told.output


@pytest.mark.parametrize("verb", ["rotate", "revoke", "key", "sender"])
def test_an_unknown_sid_fails_and_says_where_to_look(app: Flask, verb: str) -> None:
    told = run(app, "services", verb, "AC" + "0" * 32)
    assert told.exit_code == 1
    assert "flask services list" in told.output


def test_a_name_that_is_none_is_wrong_usage(app: Flask) -> None:
    assert run(app, "services", "create", " ").exit_code == 2


def test_s63_a_webhook_to_the_house_itself_is_wrong_usage(
    app: Flask, created: dict[str, str]
) -> None:
    told = run(app, "webhooks", "create", created["account_sid"], "https://127.0.0.1/")
    assert told.exit_code == 2
    assert "public internet" in told.output
