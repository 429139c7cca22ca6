"""Nothing secret in logs, answers and rows, and no log line that others wrote (S-65, S-66)."""

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cast import ALICE_PHONE, PASSWORD
from tests.structure.tree import ROOT
from twofactor.logs import JsonFormatter, LineFormatter

WALK = """
import logging, re, sys
from pathlib import Path
from tests.security.houses import house_on
from tests.cast import Cast, ALICE, ALICE_PHONE, PASSWORD
from tests.browser import Browser
from twofactor.clock import FixedClock
from tests.conftest import NOON
from twofactor.extensions import db
from twofactor.verify import checks, verifications
clock = FixedClock(NOON)
with house_on(Path(sys.argv[1]), clock, LOG_LEVEL="DEBUG") as app:
    logging.getLogger("sqlalchemy.engine").setLevel(logging.DEBUG)
    with app.app_context():
        db.engine.echo = "debug"
    cast, told = Cast(app, clock), []
    half = cast.at_code_page()
    codes = [cast.code(), cast.wrong_code()]
    half.post("/login/code", code=codes[1])
    token = half.client.get_cookie("sixdigits").value
    half.post("/login/code", code=codes[0])
    full = half.client.get_cookie("sixdigits").value
    Browser(app).post("/login", email=ALICE, password=PASSWORD + "-wrong")
    link = app.test_cli_runner().invoke(args=["operators", "create", "o@example.com"])
    link = link.output.strip().splitlines()[-1]
    broken = checks.settle
    def explode(kit, counted, code, user_sid, visitor):
        raise ValueError(f"unlucky {code} of {ALICE_PHONE.e164}")
    again = cast.at_code_page()
    codes.append(cast.code())
    checks.settle = explode
    assert again.post("/login/code", code=codes[2]).status_code == 500
    Browser(app).get(link.removeprefix("http://127.0.0.1:5000"))
    print("\\n".join([*codes, token, full, link.rpartition("/")[2]]))
"""


def test_s65_a_whole_walk_at_debug_with_sql_echo_and_tracebacks_tells_nothing(
    tmp_path: Path,
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", WALK, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    secrets = ended.stdout.splitlines()[-6:]
    assert len(secrets) == 6
    assert "Traceback" in ended.stderr
    assert "INSERT INTO" in ended.stderr  # the SQL was echoed
    rows = b"".join(path.read_bytes() for path in tmp_path.glob("test.sqlite3*")).decode("latin-1")
    for place, text in {"logs": ended.stderr, "database": rows}.items():
        for secret in (*secrets, ALICE_PHONE.e164, ALICE_PHONE.e164[1:], PASSWORD):
            standing = re.search(rf"(?<![0-9a-f]){re.escape(secret)}(?![0-9a-f])", text)
            assert standing is None, (
                f"{place}: …{text[standing.start() - 80 : standing.end() + 40]}"
            )


PAYLOADS = [
    "\r\nINJECTED", "\nINJECTED", "\rINJECTED", "\x1b[31mINJECTED", "\x1b]0;title\x07", "\x00",
    "\x07", "\x08", "\x0b", "\x0c", "\x1b[2J", "\x1b[1A\x1b[2K", "\x9b31m", "\u2028INJECTED",
    "\u2029INJECTED", "\x85INJECTED", '"}\n{"level": "INFO"}', "\\n", "%0d%0aINJECTED", "\x7f",
    "\x1c\x1d\x1e", "\x90", "\x9c", "\x1bP", "\x1b\\", "{}%s%d", "\r\r\n\n", "\x1b[?25l",
    "\x84", "\x8d",
]  # fmt: skip


def record(message: str, error: Exception | None = None) -> logging.LogRecord:
    info = (type(error), error, None) if error else None
    return logging.LogRecord("n", logging.INFO, "f", 1, "%s", (message,), info)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_s66_a_line_stays_one_line(payload: str) -> None:
    written = JsonFormatter().format(record(f"a{payload}b"))
    assert len(written.splitlines()) == 1
    assert written.isascii()
    assert json.loads(written)["message"] == f"a{payload}b"
    for_people = LineFormatter().format(record(f"a{payload}b"))
    assert len(for_people.splitlines()) == 1
    assert for_people.isprintable()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_s66_a_traceback_forges_no_line_and_colours_no_terminal(payload: str) -> None:
    error = ValueError(f"a{payload}12:00:00 INFO    forged: all is well")
    assert len(JsonFormatter().format(record("x", error)).splitlines()) == 1
    lines = LineFormatter().format(record("x", error)).split("\n")
    assert all(line.isprintable() for line in lines)
    assert all(line.startswith("    ") for line in lines[1:])


@pytest.mark.parametrize(
    ("written", "secret"),
    [
        ("to +256700111222 now", "6700111222"),
        ("GET /simulator/phone/?to=%2B256700111222", "56700111222"),
        ("GET /operator/welcome/abc_DEF-123 HTTP", "abc_DEF-123"),
        ("POST /webhooks/egosms/status/s3cret?x=1", "s3cret"),
    ],
)
def test_s65_phones_and_tokens_are_taken_out_of_every_line(written: str, secret: str) -> None:
    for formatter in (JsonFormatter(), LineFormatter()):
        assert secret not in formatter.format(record(written))
