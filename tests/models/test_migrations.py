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
