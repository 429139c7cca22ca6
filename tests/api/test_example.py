"""docs/examples/protected_login.py protects its login through the API of a running server."""

import runpy
from pathlib import Path

import pytest
from werkzeug.test import Client

from tests.api.program import Program
from tests.api.served import served
from tests.cast import Cast
from tests.conftest import NOON
from tests.structure.tree import ROOT
from twofactor.clock import FixedClock
from twofactor.sms.phone import Phone

PHONE = Phone("+12025550123", "US")
EXAMPLE = ROOT / "docs/examples/protected_login.py"


def test_password_and_code_open_its_door_and_nothing_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path) as (base, app):
        program, cast = Program(app), Cast(app, FixedClock(NOON))
        for name, value in {
            "SECRET_KEY": "only for this test",
            "SIXDIGITS": base,
            "ACCOUNT": program.account_sid,
            "SECRET": program.secret,
            "SERVICE": program.service_sid,
        }.items():
            monkeypatch.setenv(name, value)
        example = runpy.run_path(str(EXAMPLE))["app"]
        alice, thief = Client(example), Client(example)

        def opens(browser: Client, **fields: str) -> bool:
            return "Welcome" in browser.post("/", data=fields).text

        assert "<form" in alice.get("/").text
        assert not opens(thief, name="alice", pw="no")
        assert not opens(thief, name="nobody", pw="")
        assert not cast.texts(PHONE)  # a wrong password costs no text
        assert not opens(alice, name="alice", pw="correct horse")
        assert not opens(alice, code=cast.wrong_code(PHONE))
        assert not opens(thief, code=cast.code(PHONE))  # without the password
        assert opens(alice, code=cast.code(PHONE))


def test_it_has_twenty_lines() -> None:
    lines = [line for line in EXAMPLE.read_text().splitlines() if line and '"""' not in line]
    assert len(lines) <= 20
