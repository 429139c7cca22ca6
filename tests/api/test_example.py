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


@pytest.mark.parametrize("is_right", [True, False])
def test_only_the_code_opens_its_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_right: bool
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
        example = runpy.run_path(str(ROOT / "docs/examples/protected_login.py"))["app"]
        browser = Client(example)
        assert "Welcome" not in browser.post("/", data={"name": "alice", "secret": "no"}).text
        browser.post("/", data={"name": "alice", "secret": "correct horse"})
        code = cast.code(PHONE) if is_right else cast.wrong_code(PHONE)
        assert ("Welcome" in browser.post("/code", data={"code": code}).text) is is_right
