"""Starts and checks of a caller who is known are answered in front of Flask, by the same code."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.api.program import PHONE, Cast, Program, error, wrong
from tests.front import at_the_front
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Verification
from twofactor.verify import checks, services
from twofactor.verify.checks import Counted


class Near(Program):
    """Asks the front, at the public address."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        with app.app_context():
            self.public_url = house().kit.settings.public_url
        self.get(self.base)  # from now on it is known
        self.front = at_the_front(app)

    def post(self, path: str, headers: Any = None, **fields: str) -> TestResponse:
        headers = {**self.headers(), **(headers or {})}
        return self.front.post(path, self.public_url, data=fields, headers=headers)


@pytest.fixture
def near(app: Flask) -> Near:
    return Near(app)


def is_in_front(answer: TestResponse) -> bool:
    return "Vary" not in answer.headers  # which Flask sets


def test_it_starts_and_checks(near: Near, cast: Cast) -> None:
    started = near.start()
    assert is_in_front(started)
    assert started.status_code == 201
    for code, valid in ((wrong(cast.code(PHONE)), False), (cast.code(PHONE), True)):
        checked = near.check(code)
        assert is_in_front(checked)
        assert checked.json is not None
        assert checked.json["valid"] is valid
    assert error(near.check("123456")) == (404, 20404)


@pytest.mark.parametrize(
    "form",
    [
        {"To": "+12025550171"},
        {"To": "nobody", "Channel": "sms"},
        {"To": "+442071838750", "Channel": "sms"},
        {"To": "+12025550171", "Channel": "sms", "Amount": "9"},
        {"To": "+12025550171", "Channel": "sms", "Tags": "{"},
        {"To": "+12025550171", "Channel": "sms", "CustomCode": "482913"},
        {"To": "+12025550171", "Channel": "sms", "Nönsense": "\x00"},
    ],
)
def test_it_refuses_as_behind(near: Near, form: dict[str, str]) -> None:
    path = f"{near.base}/Verifications"
    in_front = near.post(path, **form)
    behind = near.client.post(path, data=form, headers=near.headers())
    assert is_in_front(in_front)
    assert not is_in_front(behind)
    assert (in_front.status_code, in_front.json) == (behind.status_code, behind.json)


def test_its_answers_carry_what_every_answer_does(near: Near) -> None:
    own = {"x-request-id", "content-length", "vary"}
    here, there = (
        {name.lower(): text for name, text in answer.headers.items() if name.lower() not in own}
        for answer in (near.start(), near.get(near.base))
    )
    assert here == there


def test_the_odd_goes_on_to_flask(near: Near) -> None:
    path, forms = f"{near.base}/Verifications", {"To": PHONE.e164, "Channel": "sms"}
    for answer, status in (
        (near.post(f"{path}?To=x", **forms), 400),
        (near.post(path, {"Authorization": "Bearer x"}), 401),
    ):
        assert answer.status_code == status
    many = "&".join(f"a{number}=1" for number in range(200))
    answer = near.front.post(
        path,
        near.public_url,
        data=many,
        headers={**near.headers(), "Content-Type": "application/x-www-form-urlencoded"},
    )
    assert not is_in_front(answer)


def test_s60_a_revoked_key_is_a_stranger_here_too(near: Near, cast: Cast) -> None:
    with near.app.app_context(), db.session.begin():
        assert services.revoke(house().kit, near.login)
    cast.clock.advance(1)
    assert error(near.start()) == (401, 20003)


def test_an_idempotency_key_works_here_too(near: Near, cast: Cast) -> None:
    key = {"Idempotency-Key": "one"}
    forms = {"To": PHONE.e164, "Channel": "sms"}
    first, again = (near.post(f"{near.base}/Verifications", key, **forms) for _ in range(2))
    assert is_in_front(again)
    assert (again.status_code, again.json) == (201, first.json)
    assert len(cast.texts(PHONE)) == 1


def test_s06_the_count_is_committed_before_the_code_is_compared(
    near: Near, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    near.start()
    seen: list[int] = []

    def looking(kit: Any, counted: Counted, *_: Any) -> None:
        with near.app.app_context(), db.engine.connect() as another:
            seen.append(another.execute(db.select(Verification.checks)).scalar_one())
        raise ZeroDivisionError

    monkeypatch.setattr(checks, "settle", looking)
    assert error(near.check(cast.code(PHONE))) == (500, 20500)
    with near.app.app_context():
        left = db.session.scalars(db.select(Verification.checks)).one()
    assert (seen, left) == ([1], 1)
