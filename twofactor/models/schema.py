"""Whether the database has the tables this version needs, and how it gets them."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import inspect, text

from twofactor.extensions import db


def latest(migrations: Path) -> str:
    """The newest revision; files are named `0001_what.py`."""
    return max(path.name.split("_")[0] for path in migrations.glob("versions/[0-9]*_*.py"))


def present() -> str | None:
    """The revision of the database; None for an empty one. Needs an app context."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def attach(app: Flask, migrations: Path) -> None:
    """Hand the app's database to Flask-Migrate; brings Alembic in, so only where it is used."""
    from flask_migrate import Migrate

    if "migrate" not in app.extensions:
        Migrate(app, db, directory=str(migrations), render_as_batch=True, compare_type=True)


def upgrade(app: Flask, migrations: Path, lock: Path) -> bool:
    """Bring the database up to date, once however many processes start; True if it was behind."""
    with app.app_context():
        if present() == latest(migrations):
            return False
        with _alone(lock):
            if present() != latest(migrations):
                from flask_migrate import upgrade as run_migrations

                attach(app, migrations)
                run_migrations(directory=str(migrations))
    return True


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
