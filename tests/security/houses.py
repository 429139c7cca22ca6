"""Houses with other settings than the usual one, and what all tests of rules look for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from tests.conftest import NOON, close
from tests.settings import settings_for
from twofactor.clock import Clock, FixedClock
from twofactor.extensions import db
from wsgi import create_app

TOKEN = "the auth token of a test account"
TWILIO = {
    "GATEWAYS": "simulator,twilio",
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_FROM": "+15005550006",
}


@contextmanager
def house_on(
    folder: Path, clock: Clock | None = None, *, tables: bool = True, **settings: str
) -> Iterator[Flask]:
    """An app with these settings; without `tables` the database stays as it is."""
    made = create_app(settings_for(folder, **settings), clock or FixedClock(NOON))
    if tables:
        with made.app_context():
            db.create_all()
    try:
        yield made
    finally:
        close(made)
