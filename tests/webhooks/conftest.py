"""A house that every signing gateway of the corpus may call."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from flask import Flask

from tests.conftest import close
from tests.gateways.corpus import NOW, SECRETS, CertificateWire
from tests.servers import postgresql_server
from tests.settings import settings_for
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.gateways import load
from twofactor.gateways.base import Gateway
from twofactor.house import house
from wsgi import create_app

PUBLIC_URL = "https://2fa.example.com"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[], str]]:
    """Makes an empty database on a real server, as often as it is called."""
    with postgresql_server() as make:
        yield make


@pytest.fixture
def app(tmp_path: Path, clock: FixedClock) -> Iterator[Flask]:
    """The nine gateways with the corpus's secrets, at the corpus's address and time."""
    with _house(tmp_path, clock) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock) -> Iterator[Flask]:
    """The same on SQLite, and on PostgreSQL."""
    url = {}
    if request.param == "postgresql":
        url = {"DATABASE_URL": request.getfixturevalue("postgresql")()}
    with _house(tmp_path, clock, **url) as made:
        yield made


@contextmanager
def _house(folder: Path, clock: FixedClock, **values: str) -> Iterator[Flask]:
    secrets = {
        f"{gateway.upper()}_{name}": value
        for gateway, settings in SECRETS.items()
        for name, value in settings.items()
    }
    chosen = ",".join(["simulator", *SECRETS])
    made = create_app(
        settings_for(folder, PUBLIC_URL=PUBLIC_URL, GATEWAYS=chosen, **secrets, **values), clock
    )
    with made.app_context():
        db.create_all()
        gateways = cast(dict[str, Gateway], house().kit.gateways)
        gateways["aws"] = load("aws")(SECRETS["aws"], CertificateWire())
        yield made
    close(made)
