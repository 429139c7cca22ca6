"""How the database is opened, and what it holds against (S-70)."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.cast import Cast
from tests.security.houses import house_on
from tests.security.racers import at_once
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Session, User
from twofactor.models.database import transaction
from twofactor.verify import users
from twofactor.verify.users import EmailTaken


@pytest.fixture
def either(tmp_path: Path, database_url: str, clock: FixedClock) -> Iterator[Flask]:
    with house_on(tmp_path, clock, DATABASE_URL=database_url) as app:
        yield app


def test_s70_sqlite_is_opened_for_durability(app: Flask, tmp_path: Path) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    with app.app_context(), db.engine.connect() as connection:
        for name, value in wanted.items():
            assert connection.execute(text(f"PRAGMA {name}")).scalar() == value
        with transaction() as session:
            session.execute(text("DELETE FROM users"))
        modes = {p.name: p.stat().st_mode & 0o777 for p in tmp_path.glob("test.sqlite3*")}
    assert {"test.sqlite3", "test.sqlite3-wal", "test.sqlite3.phones"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_s70_postgresql_waits_for_the_disk(either: Flask) -> None:
    with either.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
            assert connection.execute(text("SHOW TIME ZONE")).scalar() == "UTC"
        else:
            assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


def test_s70_a_write_transaction_holds_others_back_from_its_first_moment(app: Flask) -> None:
    order: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def second() -> None:
        with app.app_context():
            begun.wait()
            go_on.set()
            with transaction():
                order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with app.app_context(), transaction():
        begun.set()
        go_on.wait()
        thread.join(0.3)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_row_that_was_read_before_is_read_again_inside(either: Flask) -> None:
    with either.app_context():
        kit = house().kit
        with transaction():
            user = users.create(kit, "new@example.com")
        with transaction():
            pass
        with db.engine.connect().execution_options(writes=True) as other, other.begin():
            other.execute(text("UPDATE users SET language = 'sw'"))
        with transaction():
            assert user.language == "sw"


def test_changing_rows_outside_a_transaction_is_a_bug_that_shows(app: Flask) -> None:
    with app.app_context():
        db.session.add(User(sid="US1", email="x@example.com"))
        with pytest.raises(RuntimeError), transaction():
            pass
        db.session.rollback()


def test_two_sign_ups_with_one_address_make_one_user(either: Flask) -> None:
    def create() -> str:
        with either.app_context():
            try:
                with transaction():
                    users.create(house().kit, "new@example.com")
            except EmailTaken:
                return "taken"
            return "made"

    assert sorted(at_once([create] * 8)) == ["made"] + ["taken"] * 7


def test_foreign_keys_are_kept(either: Flask, clock: FixedClock) -> None:
    def write() -> None:
        with either.app_context(), transaction() as session:
            session.execute(
                text("INSERT INTO limit_slices (key, slice, hits, forget_after) VALUES ('a',1,1,1)")
            )
            session.add(
                Session(
                    sid="SE1", token_hash="h", user_id=999, state="half", browser="",
                    created_at=clock.now(), seen_at=clock.now(),
                )
            )  # fmt: skip

    with pytest.raises(IntegrityError):
        write()
    with either.app_context():
        assert db.session.execute(text("SELECT count(*) FROM limit_slices")).scalar() == 0


def test_a_login_walks_on_either_database(either: Flask, clock: FixedClock) -> None:
    cast = Cast(either, clock)
    browser = cast.logged_in()
    assert browser.get("/account").status_code == 200
    with either.app_context():
        row = db.session.scalars(select(Session)).one()
        assert row.created_at == clock.now()
