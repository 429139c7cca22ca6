"""Who may come in: keys, scopes, other people's things."""

import base64
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from api import key_limits
from api.errors import ApiError
from api.key_limits import Meter
from api.operation import Operation
from api.table import OPERATIONS
from tests.api.program import PHONE, Cast, Program, error
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import House, house
from twofactor.models import ApiKey, AuditEntry
from twofactor.models.database import transaction
from twofactor.verify import services, tenancy
from twofactor.verify.limits import LimitReached
from twofactor.words import Scope


@pytest.mark.parametrize(
    "header",
    [
        None,
        "Basic",
        "Basic !!!",
        "Bearer x",
        "Basic " + base64.b64encode(b"AC:").decode(),
        "Basic " + base64.b64encode("AC\u00e9:\u00e9".encode()).decode(),
        "Basic " + base64.b64encode(b"a\0b:c").decode(),
    ],
)
def test_a_stranger_gets_401(shop: Program, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    answer = shop.client.get(shop.base, headers=headers)
    assert error(answer) == (401, 20003)
    assert "Basic" in answer.headers["WWW-Authenticate"]


def test_a_wrong_secret_gets_401(shop: Program) -> None:
    shop.secret = "x" * 43
    assert error(shop.get(shop.base)) == (401, 20003)


def test_s60_the_secret_is_stored_only_as_a_keyed_hash(app: Flask, shop: Program) -> None:
    with app.app_context():
        (row,) = db.session.execute(select(ApiKey.__table__)).mappings()
    assert len(shop.secret) >= 43
    assert shop.secret.isalnum()  # as the Go SDK demands of credentials
    assert shop.secret not in str(dict(row))


def test_s60_a_revoked_key_is_dead_within_a_second(
    app: Flask, shop: Program, clock: FixedClock
) -> None:
    assert shop.get(shop.base).status_code == 200
    with app.app_context(), transaction():
        assert services.revoke(house().kit, shop.login)
    clock.advance(1)
    assert error(shop.get(shop.base)) == (401, 20003)


def test_a_rotated_key_works_beside_the_new_one_for_a_day(
    app: Flask, shop: Program, clock: FixedClock
) -> None:
    with app.app_context(), transaction():
        issued = services.rotate(house().kit, shop.login)
    assert issued is not None
    assert shop.get(shop.base).status_code == 200
    clock.advance(24 * 3600 + 1)
    assert error(shop.get(shop.base)) == (401, 20003)
    shop.secret = issued.secret
    assert shop.get(shop.base).status_code == 200
    assert issued.secret not in repr(issued)


def test_a_key_does_only_what_its_scopes_say(app: Flask, shop: Program) -> None:
    with app.app_context():
        kit = house().kit
        with transaction():
            account = services.account_by_sid(shop.account_sid)
            assert account is not None
            issued = services.create_key(kit, account, [Scope.ATTEMPTS])
    shop.login, shop.secret = issued.login, issued.secret
    assert issued.login.startswith("SK")
    assert shop.get("/v2/Attempts").status_code == 200
    assert error(shop.start()) == (403, 20003)
    assert error(shop.post("/v2/Services", FriendlyName="x")) == (403, 20003)


def test_s60_a_foreign_sid_answers_as_an_unknown_one(app: Flask, shop: Program) -> None:
    other = Program(app, "Other")
    foreign = other.start().json["sid"]  # type: ignore[index]
    unknown = "VE" + "0" * 32
    for path in ("{base}", "{base}/Verifications/{sid}", "{base}/RateLimits"):
        told = shop.get(path.format(base=other.base, sid=foreign))
        made_up = shop.get(path.format(base="/v2/Services/VA" + "0" * 32, sid=unknown))
        assert error(told) == error(made_up) == (404, 20404)
        swap = made_up.text.replace("0" * 32, "#")
        digits = (other.service_sid[2:], foreign[2:])
        assert told.text.replace(digits[0], "#").replace(digits[1], "#") == swap
        assert dict(told.headers).keys() == dict(made_up.headers).keys()
    mine = shop.get(f"{shop.base}/Verifications/{foreign}")
    assert error(mine) == (404, 20404)
    assert error(shop.delete(other.base)) == (404, 20404)
    assert error(
        shop.post(f"{shop.base}/VerificationCheck", VerificationSid=foreign, Code="123456")
    ) == (404, 20404)


def test_s33_a_login_session_opens_nothing_here(cast: Cast, shop: Program) -> None:
    browser = cast.logged_in()
    assert error(browser.get(shop.base)) == (401, 20003)


def test_s60_a_key_may_read_only_so_often_and_hinders_no_other(
    app: Flask, shop: Program, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_limits, "READS", replace(key_limits.READS, most=2))
    other = Program(app, "Other")
    assert [shop.get(shop.base).status_code for _ in range(2)] == [200, 200]
    refused = [shop.get(shop.base) for _ in range(3)]
    assert {error(answer) for answer in refused} == {(429, 20429)}
    assert 0 < int(refused[0].headers["Retry-After"]) <= 60
    assert other.get(other.base).status_code == 200
    assert shop.start().status_code == 201
    with app.app_context():
        rows = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "limit_reached"))
        assert len(rows.all()) == 1  # a flood fills no table
    clock.advance(60)
    assert shop.get(shop.base).status_code == 200


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_s60_every_operation_counts_against_a_limit_of_its_key(
    built: House, operation: Operation
) -> None:
    kit, meter, most = built.kit, Meter(), key_limits.limit_of(operation).most
    for _ in range(most):
        meter.count(kit, operation, "AC1")
    with pytest.raises(LimitReached):
        meter.count(kit, operation, "AC1")
    with pytest.raises(ApiError):
        meter.count(kit, operation, "AC1")
    meter.count(kit, operation, "AC2")


def test_the_daily_limit_of_an_account_holds(app: Flask, shop: Program) -> None:
    with app.app_context(), transaction():
        account = services.account_by_sid(shop.account_sid)
        assert account is not None
        tenancy.allow(house().kit, account, 2, None, None)
    assert [shop.start(PHONE).status_code for _ in range(3)] == [201, 201, 429]
