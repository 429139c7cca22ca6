"""Migrations: up and down with rows in them, and equal to the models, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import inspect, text

from tests.cast import Cast
from tests.conftest import NOON, close
from tests.settings import settings_for
from tests.structure.tree import ROOT
from twofactor.clock import FixedClock
from twofactor.extensions import Base, db
from twofactor.models import schema
from wsgi import create_app

MIGRATIONS = ROOT / "migrations"


@pytest.fixture
def empty(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    app = create_app(settings_for(tmp_path, DATABASE_URL=database_url), FixedClock(NOON))
    yield app
    close(app)


def test_migrations_lead_to_the_models(empty: Flask, tmp_path: Path) -> None:
    assert schema.upgrade(empty, MIGRATIONS, tmp_path / "lock")
    with empty.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert schema.present() == schema.latest(MIGRATIONS)


def test_a_second_upgrade_does_nothing(empty: Flask, tmp_path: Path) -> None:
    assert schema.upgrade(empty, MIGRATIONS, tmp_path / "lock")
    assert not schema.upgrade(empty, MIGRATIONS, tmp_path / "lock")


def test_a_full_database_goes_down_and_up_again(empty: Flask, tmp_path: Path) -> None:
    schema.upgrade(empty, MIGRATIONS, tmp_path / "lock")
    Cast(empty, FixedClock(NOON)).logged_in()
    with empty.app_context():
        db.session.remove()
        downgrade(directory=str(MIGRATIONS), revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        assert schema.present() is None
    assert schema.upgrade(empty, MIGRATIONS, tmp_path / "lock")
    with empty.app_context(), db.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM users")).scalar() == 0


def test_an_empty_database_has_no_revision(empty: Flask) -> None:
    with empty.app_context():
        assert schema.present() is None


def test_limits_that_were_counted_before_totals_count_on(empty: Flask, tmp_path: Path) -> None:
    rows = [("a", 0, 9, 50), ("a", 10, 2, 70), ("a", 20, 3, 60), ("b", 30, 4, 80), ("c", 0, 1, 90)]
    schema.upgrade(empty, MIGRATIONS, tmp_path / "lock")
    with empty.app_context():
        downgrade(directory=str(MIGRATIONS), revision="0002")
        with db.engine.begin() as connection:
            for key, start, hits, until in rows:
                connection.execute(
                    text("INSERT INTO limit_slices VALUES (:key, :start, :hits, :until)"),
                    {"key": key, "start": start, "hits": hits, "until": until},
                )
    schema.upgrade(empty, MIGRATIONS, tmp_path / "lock")
    with empty.app_context(), db.engine.begin() as connection:
        found = connection.execute(text("SELECT * FROM limit_slices WHERE slice = 0 ORDER BY key"))
        assert [tuple(row) for row in found] == [("a", 0, 5, 70), ("b", 0, 4, 80)]
        connection.execute(text("DELETE FROM limit_slices WHERE slice = 0"))  # "b" had none before
        left = connection.execute(text("SELECT count(*) FROM limit_slices")).scalar()
        assert left == sum(start > 0 for _, start, _, _ in rows)


def test_limits_keep_their_counts_when_their_keys_are_turned_round(
    empty: Flask, tmp_path: Path
) -> None:
    schema.upgrade(empty, MIGRATIONS, tmp_path / "lock")
    rows = [("f00d:sends_number_day", 0, 3, 50), ("f00d:sends_number_day", 10, 3, 50)]
    with empty.app_context():
        with db.engine.begin() as connection:
            for row in rows:
                values = dict(zip(("key", "start", "hits", "until"), row, strict=True))
                connection.execute(
                    text("INSERT INTO limit_slices VALUES (:key, :start, :hits, :until)"), values
                )
        downgrade(directory=str(MIGRATIONS), revision="0004")
        assert _keys() == {"sends_number_day:f00d"}
    schema.upgrade(empty, MIGRATIONS, tmp_path / "lock")
    with empty.app_context(), db.engine.connect() as connection:
        found = connection.execute(text("SELECT * FROM limit_slices ORDER BY slice"))
        assert [tuple(row) for row in found] == rows


def test_a_table_that_is_copied_keeps_what_belongs_to_its_rows(
    empty: Flask, tmp_path: Path
) -> None:
    schema.upgrade(empty, MIGRATIONS, tmp_path / "lock")
    alice = Cast(empty, FixedClock(NOON))
    alice.at_code_page()
    alice.deliver()
    before = _rows(empty)
    assert before["attempts"] > 0
    with empty.app_context():
        db.session.remove()
        downgrade(directory=str(MIGRATIONS), revision="0003")
    assert _rows(empty) == before
    schema.upgrade(empty, MIGRATIONS, tmp_path / "lock")
    assert _rows(empty) == before
    with empty.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def _keys() -> set[str]:
    with db.engine.connect() as connection:
        return set(connection.scalars(text("SELECT key FROM limit_slices")))


def _rows(app: Flask) -> dict[str, int]:
    with app.app_context(), db.engine.connect() as connection:
        return {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in inspect(connection).get_table_names()
        }
