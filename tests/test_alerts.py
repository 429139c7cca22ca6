"""Alerts: pure decisions that don't flap, and what becomes of them."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.browser import Browser
from tests.cast import OLIVE, OLIVE_PHONE, Cast
from tests.structure.tree import ROOT
from twofactor import jobs
from twofactor.alerts import keep, rules, tell
from twofactor.alerts.rules import Finding, State, Verdict, move
from twofactor.clock import FixedClock
from twofactor.house import House, house
from twofactor.models import Alert, AuditEntry
from twofactor.models.database import transaction
from twofactor.models.rollups import MEASURES, delivery_rollups
from twofactor.sms import tally
from twofactor.sms.stats.figures import Figures
from twofactor.words import AlertKind, ReceiptFate


def figures(**counts: int) -> Figures:
    return Figures(Counter(counts))


def rate(delivered: int, settled: int) -> Verdict:
    now = figures(delivered=delivered, undelivered=settled - delivered)
    norm = figures(delivered=9_500, undelivered=500)
    return rules.rate_low(AlertKind.DELIVERY_LOW, now, norm, "twilio", "UG").verdict


@pytest.mark.parametrize(
    ("delivered", "settled", "verdict"),
    [
        (10, 29, Verdict.UNSURE),  # too few to say anything
        (60, 100, Verdict.BAD),
        (84, 100, Verdict.BAD),
        (88, 100, Verdict.UNSURE),  # neither bad enough nor good enough
        (93, 100, Verdict.GOOD),
    ],
)
def test_a_rate_is_bad_only_far_below_its_own_norm(
    delivered: int, settled: int, verdict: Verdict
) -> None:
    assert rate(delivered, settled) is verdict


def test_the_reason_names_route_figure_and_norm() -> None:
    now, norm = figures(confirmed=30, accepted=100), figures(confirmed=880, accepted=1000)
    found = rules.rate_low(AlertKind.CONVERSION_LOW, now, norm, "twilio", "UG")
    assert found.reason == "Conversion by twilio in UG is 30 %, usually 88 %"
    assert found.figures == {"rate": 0.3, "norm": 0.88, "sample": 100}


def test_slow_dear_silent_poor_and_forged_are_found() -> None:
    quick, slow = figures(latency_02=1000), figures(latency_09=100)
    assert rules.latency_high(slow, quick, "x", "UG").verdict is Verdict.BAD
    assert rules.latency_high(quick, quick, "x", "UG").verdict is Verdict.GOOD
    cheap = Figures({"accepted": 1000, "cost:USD": 20_000_000})
    dear = Figures({"accepted": 100, "cost:USD": 3_000_000})
    assert rules.price_jump(dear, cheap, "x", "UG").verdict is Verdict.BAD
    assert rules.price_jump(cheap, cheap, "x", "UG").verdict is Verdict.GOOD
    assert rules.receipts_stopped("x", 9, 12).verdict is Verdict.BAD
    assert rules.balance_low("x", Decimal(10), "USD", Decimal(5)).verdict is Verdict.BAD
    assert rules.balance_low("x", Decimal(100), "USD", Decimal(5)).verdict is Verdict.GOOD
    assert rules.balance_low("x", Decimal(0), "USD", Decimal(0)).verdict is Verdict.BAD
    assert rules.budget_used(800, 1000).verdict is Verdict.BAD
    assert rules.budget_used(750, 1000).verdict is Verdict.UNSURE
    assert rules.signatures_failing("x", 20).verdict is Verdict.BAD


@given(st.lists(st.sampled_from(list(Verdict)), max_size=60))
def test_an_alert_never_flaps(verdicts: list[Verdict]) -> None:
    state, streak, changes = State.NONE, 0, []
    for place, verdict in enumerate(verdicts):
        was, (state, streak) = state, move(state, streak, verdict)
        if State.OPEN in (was, state) and was is not state:
            changes.append(place)
        state = State.NONE if state is State.CLOSED else state
    gaps = [later - earlier for earlier, later in zip(changes, changes[1:], strict=False)]
    assert all(gap >= min(rules.RAISE_AFTER, rules.CLEAR_AFTER) for gap in gaps)


def test_one_bad_look_is_none(built: House, cast: Cast) -> None:
    with cast.app.app_context():
        _look(Verdict.BAD)
        assert keep.open_alerts() == []
        _look(Verdict.GOOD)
        assert _rows() == []


def test_it_opens_after_two_and_closes_after_three(built: House, cast: Cast) -> None:
    with cast.app.app_context():
        _look(Verdict.BAD, Verdict.BAD)
        assert len(keep.open_alerts()) == 1
        _look(Verdict.GOOD, Verdict.GOOD, Verdict.BAD, Verdict.GOOD, Verdict.GOOD, Verdict.UNSURE)
        assert len(keep.open_alerts()) == 1
        _look(Verdict.GOOD)
        assert keep.open_alerts() == []
        assert len(keep.closed_alerts()) == 1


def test_without_samples_it_ends_after_hours(built: House, cast: Cast, clock: FixedClock) -> None:
    with cast.app.app_context():
        _look(Verdict.BAD, Verdict.BAD)
        clock.advance(keep.FORGOTTEN.total_seconds() + 1)
        with transaction():
            keep.settle([], clock.now())
        assert keep.open_alerts() == []


def test_operators_get_one_text_and_one_post(cast: Cast, clock: FixedClock) -> None:
    with cast.app.app_context():
        _look(Verdict.BAD, Verdict.BAD)
        assert tell.news(house().kit) == 1
        assert tell.news(house().kit) == 0
        [alert] = keep.open_alerts()
        assert tell.as_json(house().kit, alert)["runbook"] == (
            "http://127.0.0.1:5000/operator/runbook#balance-low"
        )
    texts = cast.texts(OLIVE_PHONE)
    assert texts == ["Sixdigits alert: 1 USD is left. See Alerts."]


def test_muted_ones_tell_nobody_and_neither_does_the_next(cast: Cast, clock: FixedClock) -> None:
    olive = cast.logged_in(OLIVE)
    with cast.app.app_context():
        _look(Verdict.BAD, Verdict.BAD)
        [alert] = keep.open_alerts()
    answer = olive.post(f"/operator/alerts/{alert.id}/mute", form="/operator/alerts")
    assert answer.status_code == 303
    before = len(cast.texts(OLIVE_PHONE))
    with cast.app.app_context():
        assert tell.news(house().kit) == 0
        _look(*[Verdict.GOOD] * 3, Verdict.BAD, Verdict.BAD)
        assert len(keep.open_alerts()) == 1
        assert tell.news(house().kit) == 0
        clock.advance(keep.MUTE.total_seconds())
    assert len(cast.texts(OLIVE_PHONE)) == before


def test_somebody_looks_after_it_and_the_audit_knows_who(cast: Cast) -> None:
    olive = cast.logged_in(OLIVE)
    with cast.app.app_context():
        _look(Verdict.BAD, Verdict.BAD)
        [alert] = keep.open_alerts()
    page = olive.get("/operator/alerts").text
    assert "1 USD is left" in page
    assert 'href="/operator/runbook#balance-low"' in page
    olive.post(f"/operator/alerts/{alert.id}/acknowledge", form="/operator/alerts")
    assert "somebody looks after it" in olive.get("/operator/alerts").text
    audit = olive.get("/operator/audit?event=alert_acknowledged").text
    assert "olive@example.com" in audit
    with cast.app.app_context(), transaction() as session:
        assert session.scalar(select(AuditEntry.event).order_by(AuditEntry.id.desc()))


def test_the_runbook_has_a_section_for_every_alert_here_and_in_the_docs(cast: Cast) -> None:
    page = cast.logged_in(OLIVE).get("/operator/runbook").text
    docs = (ROOT / "docs" / "runbook.md").read_text()
    for kind in AlertKind:
        assert f'id="{tell.anchor(kind)}"' in page
        assert f"## {tell.anchor(kind)}\n" in docs


def test_the_job_finds_a_route_that_got_worse(cast: Cast, clock: FixedClock) -> None:
    with cast.app.app_context():
        kit = house().kit
        hour = int(clock.now().timestamp()) // 3600 * 3600
        yesterday = hour // 86_400 * 86_400 - 86_400
        _count(1, hour, delivered=20, undelivered=80, attempts=100, accepted=100)
        _count(24, yesterday, delivered=950, undelivered=50, attempts=1000, accepted=1000)
        jobs.watch(kit)
        jobs.watch(kit)
        kinds = {alert.kind for alert in keep.open_alerts()}
        assert kinds == {AlertKind.DELIVERY_LOW}
    assert Browser(cast.app).get("/operator/alerts").status_code == 303
    assert "twilio in UG" in cast.logged_in(OLIVE).get("/operator/alerts").text


def test_unsigned_callbacks_are_counted_but_not_kept(cast: Cast, clock: FixedClock) -> None:
    with cast.app.app_context():
        counts = tally.Tally()
        counts.add("twilio", [ReceiptFate.REFUSED, ReceiptFate.REFUSED, ReceiptFate.TAKEN])
        counts.flush(house().kit)
        assert tally.refused("twilio", clock.now() - timedelta(minutes=10)) == 2
        assert tally.refused("twilio", clock.now() + timedelta(hours=2)) == 0


def _look(*verdicts: Verdict) -> None:
    for verdict in verdicts:
        found = Finding(AlertKind.BALANCE_LOW, verdict, "1 USD is left", {"left": 1}, "simulator")
        with transaction():
            keep.settle([found], house().kit.now())


def _rows() -> list[Alert]:
    with transaction() as session:
        return list(session.scalars(select(Alert)))


def _count(span: int, at: int, **counts: int) -> None:
    key = {"span_hours": span, "slice": at, "gateway": "twilio", "country": "UG"}
    row = {name: counts.get(name, 0) for name in MEASURES}
    with transaction() as session:
        session.execute(delivery_rollups.insert().values({**key, **row, "purpose": "login"}))
