"""Alerts: pure decisions that don't flap, and what becomes of them."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.browser import Browser
from tests.cast import OLIVE, OLIVE_PHONE, Cast
from twofactor import jobs
from twofactor.alerts import keep, rules, runbook, tell, words
from twofactor.alerts.rules import Finding, State, Verdict, move
from twofactor.clock import FixedClock
from twofactor.house import House, house
from twofactor.mail import outbox
from twofactor.models import Alert, AuditEntry
from twofactor.models.database import transaction
from twofactor.sms import tally
from twofactor.sms.stats import measures, rollup
from twofactor.sms.stats.figures import Figures
from twofactor.words import AlertKind, ReceiptFate


def figures(**counts: int) -> Figures:
    return Figures.of(counts)


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
    cheap = Figures.of({"accepted": 1000, "cost:USD": 20_000_000})
    dear = Figures.of({"accepted": 100, "cost:USD": 3_000_000})
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


def test_the_runbook_has_a_section_for_every_alert_and_the_page_shows_it(cast: Cast) -> None:
    page = cast.logged_in(OLIVE).get("/operator/runbook").text
    for kind in AlertKind:
        section = runbook.section(kind)
        assert f'id="{section.anchor}"' in page
        assert section.title == words.TITLES[kind]
        assert section.paragraphs
    assert "<code>SIXDIGITS_PUBLIC_URL</code>" in page
    assert "/webhooks/&lt;gateway&gt;/status" in page
    assert '<a href="#signatures-failing">' in page
    assert "**" not in page


def test_operators_get_a_mail_with_reason_figures_chart_and_what_to_do(cast: Cast) -> None:
    with cast.app.app_context():
        yesterday = house().kit.now() - timedelta(days=1)
        _count(yesterday, delivered=950, undelivered=50, attempts=1000, accepted=1000)
        _count(house().kit.now(), delivered=20, undelivered=80, attempts=100, accepted=100)
        jobs.watch(house().kit)
        jobs.watch(house().kit)
        jobs.watch(house().kit)
        mails = [cast_mail for cast_mail in _mails() if "alert" in cast_mail[0]]
    [(subject, body)] = mails
    assert subject == "Sixdigits alert: Delivery is low: twilio in UG"
    assert body.startswith("Delivery by twilio in UG is 20 %, usually 95 %.")
    assert "Now: 20.0 %\nUsually: 95.0 %\nOf attempts: 100" in body
    assert "·▂" in body  # nothing before, a fifth now
    assert "http://127.0.0.1:5000/operator/runbook#delivery-low" in body
    assert "2. Blocked: the carrier filters." in body
    assert "http://127.0.0.1:5000/operator/alerts\n" in body


def test_a_line_of_text_can_be_a_chart() -> None:
    assert words.sparks([0, 0.5, 1, None]) == "▁▅█·"


def test_the_job_finds_a_route_that_got_worse(cast: Cast, clock: FixedClock) -> None:
    with cast.app.app_context():
        kit = house().kit
        yesterday = clock.now() - timedelta(days=1)
        _count(clock.now(), delivered=20, undelivered=80, attempts=100, accepted=100)
        _count(yesterday, delivered=950, undelivered=50, attempts=1000, accepted=1000)
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


def _mails() -> list[tuple[str, str]]:
    unsealed = house().kit.keyring.unseal
    return [
        (mail.subject, unsealed(mail.body_sealed, mail.body_place))
        for mail in outbox.latest()
        if mail.body_sealed
    ]


def _rows() -> list[Alert]:
    with transaction() as session:
        return list(session.scalars(select(Alert)))


def _count(at: datetime, **counts: int) -> None:
    """So many attempts at a time, by twilio in Uganda."""
    with transaction():
        key = measures.key(at, "twilio", "UG", "Airtel", "login")
        rollup.add({key: Counter(counts)}, house().kit.now())
