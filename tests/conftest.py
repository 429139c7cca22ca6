"""The house on a table: one app with a database of its own, a clock that moves when told, and the
simulated phones. Only the HTTP seam below the gateways is ever replaced."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from tests.cast import Cast
from tests.servers import postgresql_server
from tests.settings import settings_for
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import House, house
from wsgi import create_app

pytest_plugins = ("tests.stores", "tests.browsers")
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """An app sets the logs of its process; the next test must not inherit its level."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers = handlers


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[], str]]:
    """One PostgreSQL a session; each call makes an empty database in it."""
    with postgresql_server() as make:
        yield make


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind that we run on."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.sqlite3'}"
    make: Callable[[], str] = request.getfixturevalue("postgresql")
    return make()


@pytest.fixture
def app(tmp_path: Path, clock: FixedClock) -> Iterator[Flask]:
    """A development house; no threads run, so that a test decides when a text leaves."""
    made = create_app(settings_for(tmp_path), clock)
    with made.app_context():
        db.create_all()
    yield made
    close(made)


@pytest.fixture
def built(app: Flask) -> House:
    with app.app_context():
        return house()


@pytest.fixture
def cast(app: Flask, clock: FixedClock) -> Cast:
    """Alice has a phone; Bob has none yet; Olive runs the place."""
    return Cast(app, clock)


def close(app: Flask) -> None:
    """Let go of connections, threads and files."""
    with app.app_context():
        house().writer.close()
        for gateway in house().kit.gateways.values():
            phones = getattr(gateway, "phones", None)
            if phones is not None:
                phones.close()
        db.session.remove()
        db.engine.dispose()
