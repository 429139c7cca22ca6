"""flask users."""

import json
from base64 import urlsafe_b64encode
from pathlib import Path
from secrets import token_bytes, token_urlsafe

from flask import Flask

from tests.accounts.people import flask
from tests.browser import Browser
from tests.cast import ALICE, PASSWORD, Cast
from tests.security.houses import TWILIO, house_on


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


def test_no_stranger_who_signed_up_first_becomes_an_operator(tmp_path: Path) -> None:
    safe = {"ENV": "production", "PUBLIC_URL": "https://id.example.com", "COUNTRIES": "US"}
    keys = {
        "SECRET_KEY": token_urlsafe(40),
        "DATA_KEYS": urlsafe_b64encode(token_bytes(32)).decode(),
    }
    with house_on(tmp_path, **{**TWILIO, **safe, **keys, "GATEWAYS": "twilio"}) as app:
        client = app.test_client()
        page = client.get("/signup", base_url=safe["PUBLIC_URL"]).text
        form = {"email": "ed@example.com", "password": PASSWORD}
        form["csrf_token"] = page.split('name="csrf_token" value="')[1].split('"')[0]
        headers = {"Origin": safe["PUBLIC_URL"], "Referer": safe["PUBLIC_URL"]}
        made = client.post("/signup", base_url=safe["PUBLIC_URL"], data=form, headers=headers)
        assert made.status_code == 303
        refused = flask(app, "operators", "create", "ed@example.com")
        assert refused.exit_code == 1
        assert "flask privacy erase ed@example.com" in refused.output
        assert flask(app, "operators", "create", "flo@example.com").exit_code == 0
