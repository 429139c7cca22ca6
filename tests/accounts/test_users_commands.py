"""flask users."""

import json
from pathlib import Path

from flask import Flask

from tests.accounts.people import flask
from tests.browser import Browser
from tests.cast import ALICE, Cast

ROSTER = """email,phone,language
ann@example.com,+12025550111,en
bad-address,+12025550112,en
cy@example.com,12,en
Ann@Example.com,+12025550113,en
dee@example.com,,sw
"""


def test_import_takes_the_good_rows_and_names_the_others(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(ROSTER)
    first = flask(app, "users", "import", str(file))
    assert first.exit_code == 1
    assert "2 added, 0 there already, 3 refused" in first.output
    for line in ("line 3:", "line 4:", "line 5: this e-mail address stands twice"):
        assert line in first.output
    again = flask(app, "users", "import", str(file))
    assert "0 added, 2 there already, 3 refused" in again.output


def test_import_names_the_columns_it_needs(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name\nann\n")
    result = flask(app, "users", "import", str(file))
    assert result.exit_code == 1
    assert "email,phone,language" in result.output


def test_create_says_how_to_go_on(app: Flask) -> None:
    made = flask(app, "users", "create", "ed@example.com")
    assert made.exit_code == 0
    assert "/login/forgotten" in made.output
    assert flask(app, "users", "create", "ed@example.com").exit_code == 1
    assert flask(app, "users", "create", "nonsense").exit_code == 2


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
