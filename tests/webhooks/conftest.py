"""A house that every signing gateway of the corpus may call."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from flask import Flask

from tests.conftest import close
from tests.gateways.corpus import NOW, SECRETS, CertificateWire
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


@pytest.fixture
def app(tmp_path: Path, clock: FixedClock) -> Iterator[Flask]:
    """The nine gateways with the corpus's secrets, at the corpus's address and time."""
    with _house(tmp_path, clock) as made:
        yield made


@pytest.fixture
def either(tmp_path: Path, clock: FixedClock, database_url: str) -> Iterator[Flask]:
    """The same on SQLite, and on PostgreSQL."""
    with _house(tmp_path, clock, DATABASE_URL=database_url) as made:
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
