"""/operator/services, and what operators allow."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import update

from tests.api.program import OTHER_PHONE, PHONE, Program, error
from tests.cast import ALICE, OLIVE, Cast
from tests.conftest import close
from tests.settings import settings_for
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Attempt
from twofactor.models.database import transaction
from twofactor.verify import services, tenancy
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
            tenancy.allow(account, None, Decimal("0.20"), None)
    assert (shop.start(OTHER_PHONE).status_code == 429) is is_spent
    close(app)
