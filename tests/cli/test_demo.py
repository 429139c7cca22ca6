"""`flask demo`: an invented past that counts as the real one would."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import close
from tests.settings import settings_for
from tests.sms.test_rollups import raw_counts, rolled_up
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Attempt, Message, Receipt, User
from twofactor.sms.phone import BadPhone, parse
from wsgi import create_app


@pytest.fixture
def filled(tmp_path: Path, clock: FixedClock) -> Iterator[Flask]:
    made = create_app(settings_for(tmp_path), clock)
    done = made.test_cli_runner().invoke(args=["demo", "--messages", "600", "--days", "3"])
    assert done.exit_code == 0, done.output
    yield made
    close(made)


def test_its_roll_ups_equal_a_count_over_its_rows(filled: Flask) -> None:
    with filled.app_context():
        assert db.session.scalar(select(func.count()).select_from(Message)) == 600
        assert rolled_up() == rolled_up(1440) == raw_counts()


def test_the_job_finds_nothing_left_to_count(filled: Flask) -> None:
    with filled.app_context():
        before = rolled_up()
        jobs.count_deliveries(house().kit)
        assert rolled_up() == before


def test_its_rows_are_like_the_products_own(filled: Flask) -> None:
    with filled.app_context():
        kit = house().kit
        message = db.session.scalars(select(Message).limit(1)).one()
        phone = kit.keyring.unseal(message.phone_sealed, message.phone_place)
        assert message.phone_fingerprint == kit.keyring.fingerprint(phone)
        assert message.created_at <= kit.now()
        assert (db.session.scalar(select(func.count()).select_from(Receipt)) or 0) >= 500
        assert set(db.session.scalars(select(Attempt.gateway))) >= {"twilio", "egosms"}


def test_nobody_can_have_its_phones(filled: Flask) -> None:
    with filled.app_context():
        kit = house().kit
        for message in db.session.scalars(select(Message).limit(200)):
            phone = kit.keyring.unseal(message.phone_sealed, message.phone_place)
            if message.country == "US":
                assert phone[5:10] == "55501"
            elif message.country not in ("GB", "FR"):
                with pytest.raises(BadPhone):
                    parse(phone)


def test_the_same_seed_gives_the_same_world_and_only_once(filled: Flask) -> None:
    with filled.app_context():
        people = db.session.scalar(select(func.count()).select_from(User))
    again = filled.test_cli_runner().invoke(args=["demo", "--messages", "600", "--days", "3"])
    assert again.exit_code == 1
    assert "another --seed" in again.output
    more = filled.test_cli_runner().invoke(args=["demo", "--messages", "600", "--seed", "2"])
    assert more.exit_code == 0, more.output
    with filled.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == (people or 0) * 2
        assert rolled_up() == raw_counts()
