"""Houses with other settings than the usual one, and what all tests of rules look for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from tests.conftest import NOON, close
from tests.settings import settings_for
from tests.stamp import stamp
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
def house_on(folder: Path, clock: Clock | None = None, /, **settings: str) -> Iterator[Flask]:
    """An app with these settings, and tables in its database."""
    made = create_app(settings_for(folder, **settings), clock or FixedClock(NOON))
    with made.app_context():
        db.create_all()
    stamp(made)
    try:
        yield made
    finally:
        close(made)
