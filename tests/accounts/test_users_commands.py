"""flask users."""

import json

from flask import Flask

from tests.accounts.people import flask
from tests.browser import Browser
from tests.cast import ALICE, Cast


def test_show_masks_the_phone(cast: Cast, app: Flask) -> None:
    shown = flask(app, "users", "show", ALICE, "--format", "json")
    factor = json.loads(shown.output)["factors"][0]
    assert factor == {"kind": "phone", "detail": "••••••23"}


def test_unlock_opens_what_wrong_codes_closed(cast: Cast, app: Flask) -> None:
    for number in range(4):
        browser = cast.at_code_page(address=f"198.51.100.{number}")
        for _ in range(5):
            browser.post("/login/code", code=cast.wrong_code())
    locked = cast.at_code_page(address="198.51.100.77")
    assert locked.post("/login/code", code=cast.code()).status_code == 429
    assert flask(app, "users", "unlock", ALICE).exit_code == 0
    assert locked.post("/login/code", code=cast.code()).status_code == 303


def test_a_user_without_password_does_not_log_in(app: Flask) -> None:
    flask(app, "users", "create", "ed@example.com")
    assert Browser(app).post("/login", email="ed@example.com", password="").status_code == 200
