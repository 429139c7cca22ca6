"""The guard against pumping, at the third door and on the web (S-28)."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.api.program import Program, error
from tests.cast import BOB, Cast
from tests.conftest import close
from tests.settings import settings_for
from twofactor import jobs
from twofactor.alerts import keep
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import BlockedPlace, ConversionSlice
from twofactor.sms.phone import Phone
from twofactor.verify import pumping
from twofactor.words import AlertKind
from wsgi import create_app

HOUR = 3600
PREFIX = [Phone(f"+1202555{number:04d}", "US") for number in range(2000, 2040)]
SCATTERED = [Phone(f"+1{(205, 212, 213)[n % 3]}555{2000 + n:04d}", "US") for n in range(40)]
UGANDAN = Phone("+256700111222", "UG")


def pump(shop: Program, phones: list[Phone], clock: FixedClock) -> None:
    """Codes that nobody types, spread over half an hour."""
    for phone in phones:
        assert shop.start(phone).status_code == 201
        clock.advance(90)


def confirmed(shop: Program, cast: Cast, phone: Phone) -> None:
    assert shop.check(cast.code(phone), phone).json["valid"] is True  # type: ignore[index]


def test_s28_a_country_where_no_code_comes_back_is_blocked_for_twelve_hours(
    shop: Program, clock: FixedClock
) -> None:
    pump(shop, SCATTERED[:20], clock)
    refused = shop.start(SCATTERED[20])
    assert error(refused) == (429, 60410)
    assert 11 * HOUR < int(refused.headers["Retry-After"]) <= 12 * HOUR
    assert shop.start(UGANDAN).status_code == 201
    clock.advance(12 * HOUR - 91)
    assert error(shop.start(SCATTERED[20])) == (429, 60410)
    clock.advance(2)
    assert shop.start(SCATTERED[20]).status_code == 201


def test_s28_a_neighbourhood_is_blocked_though_its_country_fares_well(
    app: Flask, shop: Program, cast: Cast, clock: FixedClock
) -> None:
    for phone in SCATTERED[:10]:
        shop.start(phone)
        confirmed(shop, cast, phone)
    pump(shop, PREFIX[:20], clock)
    clock.advance(HOUR)  # the plain limit of a neighbourhood is over
    assert error(shop.start(PREFIX[20])) == (429, 60410)
    assert shop.start(SCATTERED[20]).status_code == 201
    with app.app_context():
        (block,) = db.session.scalars(select(BlockedPlace))
        assert block.country == "US"
        assert "202555" not in block.place


def test_s28_a_fifth_of_the_codes_is_enough(shop: Program, cast: Cast) -> None:
    for number, phone in enumerate(SCATTERED[:30]):
        assert shop.start(phone).status_code == 201
        if number % 5 == 0:
            confirmed(shop, cast, phone)


def test_s28_phones_that_were_confirmed_before_are_not_held_up(
    shop: Program, cast: Cast, clock: FixedClock
) -> None:
    known = Phone("+12125550171", "US")
    shop.start(known)
    confirmed(shop, cast, known)
    pump(shop, SCATTERED[:19], clock)
    assert error(shop.start(SCATTERED[20])) == (429, 60410)
    assert shop.start(known).status_code == 201
    assert cast.logged_in().get("/account").status_code == 200


def test_s28_a_crowd_that_types_late_ends_the_block_it_caused(shop: Program, cast: Cast) -> None:
    for phone in SCATTERED[:20]:
        shop.start(phone)
    assert error(shop.start(SCATTERED[20])) == (429, 60410)
    for phone in SCATTERED[:4]:
        confirmed(shop, cast, phone)
    assert shop.start(SCATTERED[20]).status_code == 201


def test_s28_a_code_on_its_way_is_not_texted_again_into_a_blocked_place(
    shop: Program, clock: FixedClock
) -> None:
    for phone in SCATTERED[:20]:
        shop.start(phone)
    assert error(shop.start(SCATTERED[0])) == (429, 60410)


def test_s28_risk_check_lifts_it_for_who_may(
    shop: Program, trusted: Program, clock: FixedClock
) -> None:
    pump(shop, SCATTERED[:20], clock)
    assert trusted.start(SCATTERED[20], RiskCheck="disable").status_code == 201
    assert error(trusted.start(SCATTERED[21])) == (429, 60410)


def test_s28_the_web_forms_are_held_up_too(shop: Program, cast: Cast, clock: FixedClock) -> None:
    bob = cast.logged_in(BOB)
    for phone in SCATTERED[:20]:
        shop.start(phone)
    refused = bob.post("/account/phone", phone=SCATTERED[21].e164)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 11 * HOUR
    assert "Texts to this area are paused" in refused.text
    assert not cast.texts(SCATTERED[21])


def test_s28_operators_are_alerted_and_the_alert_ends_with_the_block(
    app: Flask, shop: Program, cast: Cast, clock: FixedClock
) -> None:
    for phone in SCATTERED[:20]:
        shop.start(phone)
    with app.app_context():
        for _ in range(2):
            jobs.watch(house().kit)
            clock.advance(60)
    page = cast.logged_in("olive@example.com").get("/operator/alerts").text
    assert "Codes to new phones hardly come back" in page
    assert "0 of 20 codes to new phones in US came back" in page
    clock.advance(12 * HOUR)
    with app.app_context():
        for _ in range(3):
            jobs.watch(house().kit)
        assert AlertKind.PUMPING not in {alert.kind for alert in keep.open_alerts()}
        assert AlertKind.PUMPING in {alert.kind for alert in keep.closed_alerts()}


def test_s28_an_operator_lifts_it(tmp_path: Path, clock: FixedClock) -> None:
    app = create_app(settings_for(tmp_path), clock)

    def run(*words: str) -> tuple[int, str]:
        answer = app.test_cli_runner().invoke(args=["text", *words])
        return answer.exit_code, answer.output.splitlines()[-1]

    assert run("unblock", "UG") == (1, "Nothing is blocked in UG.")  # and makes the database
    shop = Program(app)
    pump(shop, SCATTERED[:20], clock)
    assert error(shop.start(SCATTERED[20])) == (429, 60410)
    assert run("unblock", "us") == (0, "New phones in US get codes again.")
    assert shop.start(SCATTERED[20]).status_code == 201
    close(app)


def test_what_no_block_stands_on_is_forgotten(app: Flask, shop: Program, clock: FixedClock) -> None:
    for phone in SCATTERED[:20]:
        shop.start(phone)
    clock.advance(15 * HOUR)
    with app.app_context():
        jobs.sweep(house().kit)
        assert db.session.scalars(select(ConversionSlice)).all() == []
        assert db.session.scalars(select(BlockedPlace)).all() == []


@pytest.mark.parametrize(
    ("sent", "right", "is_pumped"),
    [(19, 0, False), (20, 3, True), (20, 4, False), (100, 19, True), (100, 20, False)],
)
def test_s28_the_figures(sent: int, right: int, is_pumped: bool) -> None:
    assert pumping.is_pumped(sent, right) is is_pumped
