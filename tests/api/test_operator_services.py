"""/operator/services, and what operators allow."""

from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.api.program import OTHER_PHONE, PHONE, Program, error
from tests.cast import ALICE, OLIVE, Cast
from tests.conftest import close
from tests.settings import settings_for
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Attempt, AuditEntry
from twofactor.models.database import transaction
from twofactor.verify import services, tenancy
from twofactor.words import AuditEvent
from wsgi import create_app


def test_it_shows_programs_what_they_sent_and_no_secret(cast: Cast, shop: Program) -> None:
    shop.start()
    shop.check(cast.code(PHONE))
    page = cast.logged_in(OLIVE).get("/operator/services")
    assert page.status_code == 200
    for text in (shop.account_sid, shop.service_sid, "Shop", "100.0 %"):
        assert text in page.text
    assert shop.secret not in page.text


def test_only_operators_see_it(cast: Cast, shop: Program) -> None:
    assert cast.logged_in(ALICE).get("/operator/services").status_code == 403
    assert shop.service_sid not in cast.logged_in(ALICE).get("/operator/services").text


def test_a_limit_set_there_holds_at_once(cast: Cast, shop: Program) -> None:
    olive = cast.logged_in(OLIVE)
    path = f"/operator/services/{shop.account_sid}"
    fields = {"sends_per_day": "1", "budget_per_day": "0", "language": "en"}
    assert olive.post(path, "/operator/services", **fields).status_code == 303
    assert shop.start(PHONE).status_code == 201
    assert error(shop.start(OTHER_PHONE)) == (429, 20429)


def test_name_and_sender_set_there_are_those_of_the_next_text(
    app: Flask, cast: Cast, shop: Program
) -> None:
    olive = cast.logged_in(OLIVE)
    path = f"/operator/services/{shop.service_sid}/texts"
    answer = olive.post(path, "/operator/services", brand="Corner Cafe", sender="CornerCafe")
    assert answer.status_code == 303
    assert "CornerCafe" in olive.get("/operator/services").text
    shop.start()
    assert "Corner Cafe" in cast.texts(PHONE)[0]
    with app.app_context():
        simulator = house().kit.gateways["simulator"]
        assert simulator.phones.texts(PHONE.e164)[0].sender == "CornerCafe"  # type: ignore[attr-defined]
        (noted,) = db.session.scalars(
            select(AuditEntry.detail).where(AuditEntry.event == AuditEvent.SERVICE_CHANGED)
        )
        assert (noted["name"], noted["sender"]) == ("Corner Cafe", "CornerCafe")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"brand": ""}, "Enter a name"),
        ({"brand": "Call 123456 now"}, "no run of six digits"),
        ({"brand": "x" * 65}, "must be writable"),
        ({"brand": "Shop", "sender": "+12025550123"}, "3 to 11 letters and digits"),
    ],
)
def test_what_can_not_be_shown_is_refused_and_said(
    cast: Cast, shop: Program, fields: dict[str, str], said: str
) -> None:
    olive = cast.logged_in(OLIVE)
    path = f"/operator/services/{shop.service_sid}/texts"
    assert olive.post(path, "/operator/services", **fields).status_code == 303
    assert said in olive.get("/operator/services").text
    shop.start()
    assert "Shop" in cast.texts(PHONE)[0]


def test_only_operators_change_anything_there(cast: Cast, shop: Program) -> None:
    alice = cast.logged_in(ALICE)
    for path, fields in (
        (shop.account_sid, {"sends_per_day": "0", "budget_per_day": "0", "language": "en"}),
        (f"{shop.service_sid}/texts", {"brand": "Mine", "sender": "Mine"}),
    ):
        token = alice.token("/account/preferences")
        address = f"/operator/services/{path}"
        answer = alice.client.post(address, data={"csrf_token": token, **fields})
        assert answer.status_code in (302, 303, 403)
    shop.start()
    assert "Shop" in cast.texts(PHONE)[0]


def test_what_operators_allow_is_in_the_audit(app: Flask, cast: Cast, shop: Program) -> None:
    olive = cast.logged_in(OLIVE)
    fields = {"sends_per_day": "7", "budget_per_day": "2.50", "language": "fr"}
    olive.post(f"/operator/services/{shop.account_sid}", "/operator/services", **fields)
    with app.app_context():
        (noted,) = db.session.scalars(
            select(AuditEntry.detail).where(AuditEntry.event == AuditEvent.ACCOUNT_ALLOWED)
        )
    assert (noted["sends_per_day"], noted["budget_per_day"][:4]) == (7, "2.50")
    assert "of 7 a day" in olive.get("/operator/services").text


@pytest.mark.parametrize("name", ["sends_per_day", "budget_per_day", "language"])
def test_what_is_no_limit_changes_nothing(cast: Cast, shop: Program, name: str) -> None:
    olive = cast.logged_in(OLIVE)
    fields = {"sends_per_day": "1", "budget_per_day": "1", "language": "en", name: "-?"}
    path = f"/operator/services/{shop.account_sid}"
    assert olive.post(path, "/operator/services", **fields).status_code == 303
    assert "Enter whole limits" in olive.get("/operator/services").text
    assert shop.start(PHONE).status_code == 201
    assert shop.start(OTHER_PHONE).status_code == 201


@pytest.mark.parametrize(
    ("price", "currency", "is_spent"),
    [("0.20", "USD", True), ("800", "UGX", True), ("700", "UGX", False), ("800", "KES", False)],
)
def test_a_spent_budget_stops_sends_in_whatever_currency_it_was_spent(
    tmp_path: Path, clock: FixedClock, price: str, currency: str, is_spent: bool
) -> None:
    app = create_app(settings_for(tmp_path, EXCHANGE_RATES="UGX=0.00027"), clock)
    with app.app_context():
        db.create_all()
        shop = Program(app)
        shop.start(PHONE)
        jobs.deliver_next(house().kit)
        with transaction():
            db.session.execute(update(Attempt).values(price=Decimal(price), currency=currency))
            account = services.account_by_sid(shop.account_sid)
            assert account is not None
            tenancy.allow(house().kit, account, None, Decimal("0.20"), None)
    assert (shop.start(OTHER_PHONE).status_code == 429) is is_spent
    close(app)
