"""/operator/gateways."""

from sqlalchemy import select

from tests.cast import OLIVE, OLIVE_PHONE, Cast
from twofactor.extensions import db
from twofactor.models import AuditEntry, RouteChange
from twofactor.words import AuditEvent


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
