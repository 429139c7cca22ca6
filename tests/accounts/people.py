"""What people of the cast do with their accounts, over HTTP."""

import re

import pyotp
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from tests.browser import Browser
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.models import schema
from wsgi import MIGRATIONS


def app_code(secret: str, clock: FixedClock, seconds: int = 0) -> str:
    """What the app shows now, or that many seconds from now."""
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()) + seconds)


def enrol_app(browser: Browser, clock: FixedClock) -> str:
    """Add an authenticator app; its secret."""
    page = browser.get("/account/app").text
    found = re.search(r'<code id="totp-secret">([A-Z2-7]+)</code>', page)
    assert found is not None, "the page shows no secret"
    answer = browser.post("/account/app", code=app_code(found[1], clock))
    assert answer.status_code == 303
    return found[1]


def make_recovery_codes(browser: Browser) -> list[str]:
    """A new set."""
    answer = browser.post("/account/recovery-codes")
    assert answer.status_code == 200
    codes = re.search(r'<ol id="recovery-codes".*?</ol>', answer.text, re.S)
    assert codes is not None, "the page shows no codes"
    return re.findall(r"<li>([^<]+)</li>", codes[0])


def flask(app: Flask, *words: str, typed: str | None = None) -> Result:
    """Run a command on the database of a test, which was made without migrations."""
    with app.app_context():
        known = "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32))"
        db.session.execute(text(known))
        newest = {"revision": schema.latest(MIGRATIONS)}
        db.session.execute(text("INSERT INTO alembic_version VALUES (:revision)"), newest)
        db.session.commit()
    return app.test_cli_runner().invoke(args=list(words), input=typed)
