"""flask users import: every row checked first, nothing done twice, refusals with reasons."""

import json
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.browser import Browser
from tests.cli.conftest import Run
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Authenticator, LoginLink, Message, User
from twofactor.sms.segments import count

GOOD = """email,phone,language
Ann@Example.com,+12025550111,en
ben@example.com,+12025550112,
cyd@example.com,,
"""


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(GOOD)
    return path


def rows(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def deliver(app: Flask) -> None:
    with app.app_context():
        while jobs.deliver_bulk(house().kit):
            pass


def text_to(app: Flask, phone: str) -> str:
    with app.app_context():
        phones = house().kit.gateways["simulator"].phones  # type: ignore[attr-defined]
        (text,) = phones.texts(phone)
        body: str = text.body
        return body


def test_it_adds_users_with_phones_that_wait_to_be_confirmed(
    app: Flask, run: Run, people: Path
) -> None:
    answer = run("users", "import", str(people))
    assert answer.exit_code == 0
    assert "3 added, 0 known already, 0 refused." in answer.output
    with app.app_context():
        users = {user.email: user for user in db.session.scalars(select(User))}
        assert set(users) == {"ann@example.com", "ben@example.com", "cyd@example.com"}
        assert all(a.confirmed_at is None for a in db.session.scalars(select(Authenticator)))
    assert rows(app, Authenticator) == 2
    assert rows(app, Message) == 0


def test_again_does_nothing_twice(app: Flask, run: Run, people: Path) -> None:
    run("users", "import", str(people), "--invite")
    people.write_text(GOOD + "dan@example.com,+12025550114,en\n")
    answer = run("users", "import", str(people), "--invite")
    assert "1 added, 3 known already, 0 refused, 1 invited." in answer.output
    assert (rows(app, User), rows(app, Message), rows(app, LoginLink)) == (4, 3, 3)
    answer = run("users", "import", str(people), "--invite")
    assert "0 added, 4 known already, 0 refused, 0 invited." in answer.output
    assert (rows(app, User), rows(app, Message), rows(app, LoginLink)) == (4, 3, 3)


def test_another_batch_invites_again(app: Flask, run: Run, people: Path) -> None:
    run("users", "import", str(people), "--invite")
    answer = run("users", "import", str(people), "--invite", "--batch", "reminder")
    assert "0 added, 3 known already, 0 refused, 2 invited." in answer.output
    assert rows(app, Message) == 4


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("nobody,+12025550111,en", "the e-mail address can't be right"),
        ("x@example.com,12,en", "phone: Start with + and the country code"),
        ("x@example.com,+12025550111,tlh", "language 'tlh' is none of"),
        ("x@example.com,+12025550111", "has 2 fields instead of 3"),
        ("ANN@example.com ,+12025550199,en", "an earlier line has the same"),
        ("x@example.com,+1 202 555 0111,en", "an earlier line has the same"),
    ],
)
def test_a_refused_row_is_reported_with_its_line_and_reason_and_the_others_are_taken(
    app: Flask, run: Run, people: Path, row: str, reason: str
) -> None:
    people.write_text(f"email,phone,language\nann@example.com,+12025550111,en\n{row}\n")
    answer = run("users", "import", str(people))
    assert f"line 3: {reason}" in answer.output
    assert "1 added, 0 known already, 1 refused." in answer.output
    assert answer.exit_code == 1
    assert rows(app, User) == 1


@pytest.mark.parametrize("text", ["", "name,phone\n", "email,phone,shoe\n"])
def test_another_header_is_refused_before_anything_is_written(
    app: Flask, run: Run, people: Path, text: str
) -> None:
    people.write_text(text)
    answer = run("users", "import", str(people))
    assert answer.exit_code == 2
    assert "The first line must be email,phone,language" in answer.output


def test_a_file_that_is_not_utf8_is_refused_in_words(run: Run, people: Path) -> None:
    people.write_bytes(b"email\nann\xe9@example.com\n")
    answer = run("users", "import", str(people))
    assert answer.exit_code == 2
    assert "Save it as UTF-8" in answer.output


def test_a_spreadsheets_mark_in_front_is_no_part_of_the_header(
    app: Flask, run: Run, people: Path
) -> None:
    people.write_text("\ufeff" + GOOD)
    assert run("users", "import", str(people)).exit_code == 0


def test_the_invitation_leads_in_once(
    app: Flask, run: Run, people: Path, clock: FixedClock
) -> None:
    run("users", "import", str(people), "--invite")
    deliver(app)
    text = text_to(app, "+12025550111")
    assert count(text).parts == 1
    found = re.search(r"http://127\.0\.0\.1:5000(/welcome/\S+)", text)
    assert found is not None
    browser = Browser(app)
    assert "ann@example.com" in browser.get(found[1]).text
    answer = browser.post(found[1], password="a quiet lake at dawn")
    assert answer.status_code == 303
    assert browser.get("/account").status_code == 200
    assert Browser(app).get(found[1]).status_code == 404


def test_an_invitation_is_over_after_seven_days(
    app: Flask, run: Run, people: Path, clock: FixedClock
) -> None:
    run("users", "import", str(people), "--invite")
    deliver(app)
    path = text_to(app, "+12025550112").split("5000")[1]
    clock.advance(7 * 24 * 3600 + 1)
    assert Browser(app).get(path).status_code == 404


def test_who_has_a_password_is_not_invited(app: Flask, run: Run, people: Path) -> None:
    run("users", "import", str(people))
    with app.app_context():
        ann = db.session.scalars(select(User).where(User.email == "ann@example.com")).one()
        ann.password_hash = "set"
        db.session.commit()
    answer = run("users", "import", str(people), "--invite")
    assert "1 invited" in answer.output


def test_batches_show_how_far_they_are_and_stop(app: Flask, run: Run, people: Path) -> None:
    run("users", "import", str(people), "--invite")
    (row,) = json.loads(run("batches", "list", "--format", "json").output)
    assert (row["total"], row["waiting"], row["sent"]) == (2, 2, 0)
    answer = run("batches", "stop", "invitations")
    assert "2 texts will not be sent." in answer.output
    deliver(app)
    (row,) = json.loads(run("batches", "list", "--format", "json").output)
    assert row["stopped"] is True
    assert run("batches", "stop", "nothing").exit_code == 2


def test_create_prints_a_link_that_sets_the_password(app: Flask, run: Run) -> None:
    answer = run("users", "create", "Eve@Example.com")
    assert answer.exit_code == 0
    path = answer.output.strip().splitlines()[-1].removeprefix("http://127.0.0.1:5000")
    assert Browser(app).post(path, password="a quiet lake at dawn").status_code == 303
    assert run("users", "create", "eve@example.com").exit_code == 1
    assert run("users", "create", "nobody").exit_code == 2
