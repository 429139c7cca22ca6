"""/operator/gateways."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from tests.cast import OLIVE, OLIVE_PHONE, Cast
from tests.sms.gateways import Stage
from twofactor.extensions import db
from twofactor.gateways.base import Balance
from twofactor.house import house
from twofactor.models import AuditEntry, RouteChange
from twofactor.models.database import transaction
from twofactor.sms import balances
from twofactor.words import AuditEvent
from webapp.operator.gateway_cards import age


def test_it_is_for_operators_only(cast: Cast) -> None:
    assert cast.logged_in().get("/operator/gateways").status_code == 403


def test_it_shows_state_comparison_and_the_change_with_its_reason(cast: Cast) -> None:
    page = cast.logged_in(OLIVE).get("/operator/gateways").text
    assert "Working" in page
    assert "US: simulator leads" in page
    assert "codes come back" in page


def test_a_test_text_goes_to_the_operators_own_phone(cast: Cast) -> None:
    browser = cast.logged_in(OLIVE)
    before = len(cast.texts(OLIVE_PHONE))
    answer = browser.post("/operator/gateways/simulator/test", form="/operator/gateways")
    assert answer.status_code == 303
    assert 'http-equiv="refresh"' in browser.get(answer.location).text
    cast.clock.advance(2 * 60)
    assert 'http-equiv="refresh"' not in browser.get(answer.location).text
    texts = cast.texts(OLIVE_PHONE)
    assert len(texts) == before + 1
    assert "test text" in texts[0]


def test_a_switch_needs_a_reason(cast: Cast) -> None:
    browser = cast.logged_in(OLIVE)
    browser.post("/operator/gateways/simulator/switch", form="/operator/gateways", reason=" ")
    assert "Say in a few words why" in browser.get("/operator/gateways").text


def test_a_switch_is_kept_with_its_reason_and_audited(cast: Cast) -> None:
    browser = cast.logged_in(OLIVE)
    path = "/operator/gateways/simulator/switch"
    browser.post(path, form="/operator/gateways", reason="The contract ended")
    page = browser.get("/operator/gateways").text
    assert "Switch simulator on" in page
    assert "switched off by an operator: The contract ended" in page
    with cast.app.app_context():
        entries = select(AuditEntry.detail).where(AuditEntry.event == AuditEvent.GATEWAY_SWITCHED)
        assert db.session.scalars(entries).one()["to"] == "off"
    browser.post(path, form="/operator/gateways", reason="A new one began")
    with cast.app.app_context():
        last = db.session.scalars(select(RouteChange.reason).order_by(RouteChange.id)).all()[-1]
    assert last == "switched on by an operator: A new one began"


def test_an_unknown_gateway_is_not_found(cast: Cast) -> None:
    browser = cast.logged_in(OLIVE)
    answer = browser.post("/operator/gateways/nobody/test", form="/operator/gateways")
    assert answer.status_code == 404


def test_it_tells_the_balance_with_its_age_and_asks_nobody(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cast.app.app_context():
        kit = house().kit
        monkeypatch.setattr(kit.gateways["simulator"], "balance", None)  # asking would fail
        with transaction():
            balances.keep({"simulator": Balance(Decimal("1234.5"), "UGX")}, kit.now())
    cast.clock.advance(2 * 60)
    page = cast.logged_in(OLIVE).get("/operator/gateways").text
    assert "1,234.50 UGX" in page
    assert "told 2 minutes ago" in page


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(59, "just now"), (60, "1 minute ago"), (7_300, "2 hours ago"), (200_000, "2 days ago")],
)
def test_an_age_is_told_in_words(seconds: int, words: str) -> None:
    now = datetime(2026, 11, 2, tzinfo=UTC)
    assert age(now - timedelta(seconds=seconds), now) == words


def test_it_shows_the_addresses_but_no_token(cast: Cast) -> None:
    browser = cast.logged_in(OLIVE)
    first = Stage(cast.app, cast, "first")["first"]
    first.has_path_token = True  # type: ignore[misc]
    first.settings["CALLBACK_TOKEN"] = "not for anybody"
    page = browser.get("/operator/gateways").text
    assert "http://127.0.0.1:5000/webhooks/first/status/…" in page
    assert "not for anybody" not in page


def test_the_comparison_is_for_the_time_that_is_asked_for(cast: Cast) -> None:
    browser = cast.logged_in(OLIVE)
    assert "US: " in browser.get("/operator/gateways?period=24h").text
    cast.clock.advance(2 * 24 * 3600)
    browser = cast.logged_in(OLIVE)
    assert "in the last 30 days" in browser.get("/operator/gateways?period=30d").text
    assert "in the last 7 days" in browser.get("/operator/gateways?period=nonsense").text
