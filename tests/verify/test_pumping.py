"""What the guard against pumping costs, and that it counts exactly (S-28)."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOON
from tests.security.houses import house_on
from tests.security.racers import at_once
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import BlockedPlace, ConversionSlice
from twofactor.models.database import at_hand, driver, transaction
from twofactor.sms.phone import Phone
from twofactor.verify import limits, pumping
from twofactor.verify.entries import Entry
from twofactor.verify.limits import LimitReached

PHONES = [Phone(f"+1{(205, 212, 213)[n % 3]}555{2000 + n:04d}", "US") for n in range(32)]


def test_a_code_costs_one_look_where_nothing_is_blocked(app: Flask) -> None:
    said: list[str] = []
    with app.app_context(), transaction():
        here, _ = driver()
        here.set_trace_callback(said.append)
        pumping.count(house().kit, PHONES[0])
        here.set_trace_callback(None)
    assert [text.split()[0] for text in said] == ["SELECT", "INSERT", "INSERT"]


def test_s28_of_many_codes_at_once_no_more_than_enough_leave(
    tmp_path: Path, database_url: str
) -> None:
    with house_on(tmp_path, DATABASE_URL=database_url) as app:

        def send(phone: Phone) -> bool:
            with app.app_context():
                try:
                    with transaction():
                        limits.permit_send(house().kit, phone, None, is_verified=False, now=NOON)
                        pumping.count(house().kit, phone)
                except LimitReached as reached:
                    return reached.limit is not limits.PUMPING
                return True

        sent = at_once([lambda phone=phone: send(phone) for phone in PHONES])  # type: ignore[misc]
        assert sum(sent) == pumping.ENOUGH
        with app.app_context():
            of_country = select(func.sum(ConversionSlice.sent)).where(ConversionSlice.place == "US")
            assert db.session.scalar(of_country) == pumping.ENOUGH
            assert [block.country for block in db.session.scalars(select(BlockedPlace))] == ["US"]


def test_a_refused_code_is_not_counted(app: Flask) -> None:
    with app.app_context():
        kit = house().kit
        with transaction():
            for phone in PHONES[: pumping.ENOUGH]:
                pumping.count(kit, phone)
        with transaction(), pytest.raises(LimitReached):
            pumping.count(kit, PHONES[-1])
        assert db.session.scalar(select(func.sum(ConversionSlice.sent))) == 2 * pumping.ENOUGH


def test_codes_that_come_back_in_a_group_free_the_works_behind_them(app: Flask) -> None:
    sent = cast(Entry, SimpleNamespace(created_at=NOON))
    with app.app_context():
        kit = house().kit
        with transaction():
            for phone in PHONES[: pumping.ENOUGH]:
                pumping.count(kit, phone)
        with transaction() as session, at_hand(session.connection()):
            with pytest.raises(LimitReached):
                pumping.check(kit, PHONES[-1])
            for phone in PHONES[: pumping.ENOUGH // pumping.LEAST_CONFIRMED]:
                pumping.confirm(kit, sent, phone)
            country = BlockedPlace.place == PHONES[0].country
            assert pumping.holds(db.session.scalars(select(BlockedPlace).where(country)).one())
            pumping.check(kit, PHONES[-1])
        confirmed = select(func.sum(ConversionSlice.confirmed)).where(ConversionSlice.place == "US")
        assert db.session.scalar(confirmed) == pumping.ENOUGH // pumping.LEAST_CONFIRMED
