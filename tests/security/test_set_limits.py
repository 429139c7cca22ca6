"""Limits on texts with numbers of the operator's own (S-25, S-28, S-29, S-60)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from tests.api.program import Program, error
from tests.browser import Browser
from tests.cast import ALICE, PASSWORD, Cast
from tests.security.houses import house_on
from twofactor.alerts import looks
from twofactor.clock import FixedClock
from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.sms.phone import Phone
from twofactor.verify import limits
from twofactor.words import AlertKind

PHONES = [Phone(f"+1{(205, 212, 213)[n % 3]}555{2000 + n:04d}", "US") for n in range(12)]
NEIGHBOURS = [Phone(f"+1202555{number:04d}", "US") for number in range(2000, 2012)]
UGANDAN = Phone("+256700111222", "UG")
Make = Callable[..., Flask]


@pytest.fixture
def make(tmp_path: Path, clock: FixedClock) -> Iterator[Make]:
    """A house with these settings."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(house_on(tmp_path, clock, **settings))


def test_s25_texts_to_one_phone(make: Make) -> None:
    shop = Program(make(SENDS_PER_HOUR="number=1", SENDS_PER_DAY="number=2"))
    assert shop.start(PHONES[0]).status_code == 201
    assert error(shop.start(PHONES[0])) == (429, 20429)
    assert shop.start(PHONES[1]).status_code == 201


def test_s25_texts_to_one_phone_in_a_day(make: Make, clock: FixedClock) -> None:
    shop = Program(make(SENDS_PER_DAY="number=2"))
    for _ in range(2):
        assert shop.start(PHONES[0]).status_code == 201
        clock.advance(3700)
    refused = shop.start(PHONES[0])
    assert error(refused) == (429, 20429)
    assert int(refused.headers["Retry-After"]) > 3600 * 20


@pytest.mark.parametrize("setting", ["SENDS_PER_HOUR", "SENDS_PER_DAY"])
def test_s25_texts_that_one_address_asked_for(make: Make, setting: str) -> None:
    shop = Program(make(**{setting: "address=2"}))
    codes = [shop.start(phone, DeviceIp="203.0.113.9").status_code for phone in PHONES[:3]]
    assert codes == [201, 201, 429]
    assert shop.start(PHONES[3], DeviceIp="203.0.113.10").status_code == 201


def test_s25_logins_from_one_address(make: Make, clock: FixedClock) -> None:
    cast = Cast(make(SENDS_PER_HOUR="address=1"), clock)
    cast.at_code_page(address="203.0.113.9")
    refused = Browser(cast.app, "203.0.113.9").post("/login", email=ALICE, password=PASSWORD)
    assert refused.status_code == 429


def test_s28_texts_to_neighbouring_phones_still_look_like_fraud(make: Make) -> None:
    shop = Program(make(SENDS_PER_HOUR="prefix=3"))
    for phone in NEIGHBOURS[:3]:
        assert shop.start(phone).status_code == 201
    assert error(shop.start(NEIGHBOURS[3])) == (429, 60410)
    assert shop.start(UGANDAN).status_code == 201


def test_s25_texts_to_one_country(make: Make) -> None:
    shop = Program(make(SENDS_PER_DAY="country=4"))
    assert [shop.start(phone).status_code for phone in PHONES[:5]] == [201] * 4 + [429]
    assert shop.start(UGANDAN).status_code == 201


def test_s29_a_fifth_of_all_texts_stays_for_phones_that_were_confirmed(
    make: Make, clock: FixedClock
) -> None:
    app = make(SENDS_PER_DAY="all=5")
    shop, cast = Program(app), Cast(app, clock)
    assert [shop.start(phone).status_code for phone in PHONES[:5]] == [201] * 4 + [429]
    cast.at_code_page()  # Alice's phone was confirmed
    refused = Browser(app, "203.0.113.9").post("/login", email=ALICE, password=PASSWORD)
    assert refused.status_code == 429


def test_s25_more_than_the_usual_number_goes_through(make: Make) -> None:
    shop = Program(make(SENDS_PER_DAY="country=1001,all=2000"))
    with shop.app.app_context(), transaction():
        limits.hit(house().kit, limits.COUNTRY_DAY, "US", house().kit.now(), 1000)
        limits.hit(house().kit, limits.GLOBAL_DAY, "all", house().kit.now(), 1000)
    assert [shop.start(phone).status_code for phone in PHONES[:2]] == [201, 429]


def test_s60_starts_of_one_key(make: Make, clock: FixedClock) -> None:
    app = make(API_SENDS_PER_MINUTE="2")
    shop, other = Program(app), Program(app, "Other")
    assert [shop.start(phone).status_code for phone in PHONES[:3]] == [201, 201, 429]
    assert error(shop.start(PHONES[4])) == (429, 20429)
    assert other.start(PHONES[5]).status_code == 201
    clock.advance(61)
    assert shop.start(PHONES[6]).status_code == 201


def test_eighty_per_cent_of_the_operators_own_number_is_an_alert(make: Make) -> None:
    app = make(SENDS_PER_DAY="all=50")
    with app.app_context():
        kit = house().kit
        with transaction():
            limits.hit(kit, limits.GLOBAL_DAY, "all", kit.now(), 40)
        (finding,) = [f for f in looks._budget(kit) if f.kind is AlertKind.BUDGET_USED]
        assert finding.reason.startswith("40 of the 50 texts of 24 hours")
