"""Unsafe starts are refused by a real `flask`, with the setting and its mend (S-72, S-73)."""

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.browser import Browser
from tests.cast import OLIVE, Cast
from tests.structure.tree import ROOT
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import User
from twofactor.models.database import transaction
from twofactor.verify import users

KEY = base64.urlsafe_b64encode(b"0123456789abcdefghijklmnopqrstuv").decode()
PRODUCTION = {
    "ENV": "production",
    "SECRET_KEY": "an invented key of more than 32 bytes",
    "DATA_KEYS": KEY,
    "PUBLIC_URL": "https://login.example.com",
    "GATEWAYS": "twilio",
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "an invented token",
    "TWILIO_FROM": "+15005550006",
    "COUNTRIES": "UG",
}
UNSAFE: list[tuple[str, str]] = [
    ("SECRET_KEY", ""),
    ("SECRET_KEY", "short"),
    ("SECRET_KEY", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    ("DATA_KEYS", ""),
    ("DATA_KEYS", "c2hvcnQ="),
    ("PUBLIC_URL", "http://login.example.com"),
    ("PUBLIC_URL", "https://login.example.com/path"),
    ("PUBLIC_URL", "https://bad host"),
    ("GATEWAYS", "simulator"),
    ("GATEWAYS", "twilio,simulator"),
    ("GATEWAYS", "carrier-pigeon"),
    ("TWILIO_AUTH_TOKEN", ""),
    ("CODE_LENGTH", "5"),
    ("CODE_LIFETIME_SECONDS", "601"),
    ("CODE_MAX_CHECKS", "11"),
    ("CODE_MAX_SENDS", "6"),
    ("LIMITS", "off"),
    ("REDIS_URL", "memory://"),
    ("DATABASE_URL", "mysql://root@localhost/x"),
    ("WORKERS", "distributed"),
    ("ADMIN_PASSWORD", "admin"),
    ("TRUSTED_PROXIES", "-1"),
]


def flask(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`flask <words>` in production with these settings changed; an empty one is left out."""
    values = {"DATABASE_URL": f"sqlite:///{folder / 'p.sqlite3'}", **PRODUCTION, **settings}
    environ = {f"SIXDIGITS_{name}": value for name, value in values.items() if value}
    bare = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words],
        cwd=folder,
        env={**bare, **environ, **{k: v for k, v in settings.items() if k.startswith("FLASK")}},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(("name", "value"), UNSAFE)
def test_s72_production_refuses(tmp_path: Path, name: str, value: str) -> None:
    ended = flask(tmp_path, "operators", "create", "you@example.com", **{name: value})
    assert ended.returncode == 2
    lines = [line for line in ended.stderr.splitlines() if f"SIXDIGITS_{name}: " in line]
    assert len(lines) == 1
    assert re.search(r": [^.]+.*\. \S+", lines[0])  # what is wrong, then the mend
    assert "Traceback" not in ended.stderr


def test_s72_it_refuses_debug(tmp_path: Path) -> None:
    ended = flask(tmp_path, "operators", "create", "you@example.com", FLASK_DEBUG="1")
    assert (ended.returncode, "FLASK_DEBUG" in ended.stderr) == (2, True)


def test_s72_it_refuses_a_database_that_others_may_read(tmp_path: Path) -> None:
    database = tmp_path / "p.sqlite3"
    database.touch()
    database.chmod(0o644)
    ended = flask(tmp_path, "operators", "create", "you@example.com")
    assert (ended.returncode, "mode 0644" in ended.stderr) == (2, True)


def test_s72_all_faults_are_told_at_once_and_no_secret_with_them(tmp_path: Path) -> None:
    ended = flask(tmp_path, "db", "upgrade", SECRET_KEY="hunter2", CODE_LENGTH="3", LIMITS="off")
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 3
    assert "hunter2" not in ended.stderr


def test_s72_a_safe_production_starts(tmp_path: Path) -> None:
    early = flask(tmp_path, "operators", "create", "you@example.com")
    assert (early.returncode, "flask db upgrade" in early.stderr) == (2, True)
    upgraded = flask(tmp_path, "db", "upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    made = flask(tmp_path, "operators", "create", "you@example.com")
    assert made.returncode == 0
    link = made.stdout.strip().splitlines()[-1]
    assert re.fullmatch(r"https://login\.example\.com/operator/welcome/[\w-]{22}", link)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("p.sqlite3*")}
    assert set(modes.values()) == {0o600}


def test_a_database_that_is_away_stops_the_start_without_its_password(tmp_path: Path) -> None:
    url = "postgresql+psycopg://sixdigits:hunter2@127.0.0.1:1/sixdigits"
    ended = flask(tmp_path, "operators", "create", "you@example.com", DATABASE_URL=url)
    assert ended.returncode == 2
    assert "SIXDIGITS_DATABASE_URL" in ended.stderr
    assert "hunter2" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_s73_there_is_no_account_to_begin_with(app: Flask) -> None:
    with app.app_context():
        assert db.session.scalar(select(func.count(User.id))) == 0


def link_of(cast: Cast, email: str) -> str:
    """The path of a one-time link, as `flask operators create` makes it."""
    with cast.app.app_context():
        kit = house().kit
        with transaction():
            user = users.by_email(email) or users.create(kit, email)
            user.is_operator = True
            token = users.invite(kit, user)
    return f"/operator/welcome/{token}"


def test_s73_the_link_works_once_and_for_fifteen_minutes(cast: Cast, clock: FixedClock) -> None:
    browser, old = Browser(cast.app), link_of(cast, "new@example.com")
    assert browser.get(old).status_code == 200
    clock.advance(15 * 60)
    assert browser.get(old).status_code == 404
    sibling, path = link_of(cast, "new@example.com"), link_of(cast, "new@example.com")
    assert browser.post(path, password="a quiet lake at noon").status_code == 303
    assert Browser(cast.app).get(path).status_code == 404
    assert Browser(cast.app).get(sibling).status_code == 404


def test_s73_a_new_password_ends_the_sessions_of_the_old_one(cast: Cast) -> None:
    olive = cast.logged_in(OLIVE)
    answer = Browser(cast.app).post(link_of(cast, OLIVE), password="a quiet lake at noon")
    assert answer.location == "/login/code"
    assert olive.get("/account").status_code == 303


def test_s73_an_operator_without_second_factor_is_sent_to_enrol(cast: Cast) -> None:
    browser = Browser(cast.app)
    browser.post(link_of(cast, "new@example.com"), password="a quiet lake at noon")
    for page in ("/operator/deliveries", "/operator/messages/SM" + "1" * 32):
        assert browser.get(page).location == "/account/phone"


def test_s73_operators_never_see_codes_and_users_never_see_operators_pages(cast: Cast) -> None:
    olive = cast.logged_in(OLIVE)
    cast.at_code_page()
    code = cast.code()
    listed = olive.get("/operator/deliveries")
    for sid in re.findall(r"/operator/messages/(SM[0-9a-f]{32})", listed.text):
        assert code not in olive.get(f"/operator/messages/{sid}").text
    assert code not in listed.text
    assert cast.logged_in(address="203.0.113.44").get("/operator/deliveries").status_code == 403
