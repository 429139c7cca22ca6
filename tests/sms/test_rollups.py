"""The roll-ups equal a count over the raw rows, whatever happens in whatever order."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from tests.conftest import NOON, close
from tests.settings import settings_for
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.gateways.base import Accepted, ParsedReceipt, Refused, SendResult, Unknown
from twofactor.house import house
from twofactor.kit import Kit
from twofactor.models import Attempt, DeliveryChange, Message, RollupMark, User, Verification
from twofactor.models.database import transaction
from twofactor.models.rollups import (
    EVER,
    HOUR,
    MEASURES,
    MINUTE,
    SLOTS_A_SPAN,
    SPANS,
    UNKNOWN,
    cost_rollups,
    delivery_rollups,
    rollup_cells,
    slot,
)
from twofactor.sms import claims, outbox, receipts
from twofactor.sms.phone import Phone
from twofactor.sms.settle import Pauses, settle
from twofactor.sms.stats import history, measures, periods, rollup
from twofactor.sms.stats.figures import total
from twofactor.verify import users
from twofactor.words import Channel, ErrorClass, Purpose, Status, VerificationStatus
from wsgi import create_app

PHONES = (Phone("+12025550123", "US"), Phone("+256700111222", "UG"))
Count = Counter[tuple[str, ...]]


class Street:
    """A short life of a few texts, by the product's own verbs."""

    def __init__(self, kit: Kit, clock: FixedClock) -> None:
        simulator = kit.gateways["simulator"]
        self.kit = replace(kit, gateways={"simulator": simulator, "second": simulator})
        self.clock = clock
        self.refs = 0
        with transaction():
            self.user = users.create(kit, "rollups@example.com").id

    def ask(self, pick: int) -> None:
        """A verification and its text."""
        kit, phone = self.kit, PHONES[pick % 2]
        with transaction() as session:
            now = kit.now()
            verification = Verification(
                sid=f"VE{pick:08x}{session.query(Verification).count():024x}",
                purpose=Purpose.LOGIN.value,
                channel=Channel.SMS.value,
                phone_sealed=b"",
                phone_fingerprint="",
                country=phone.country,
                status=VerificationStatus.PENDING.value,
                max_checks=5,
                max_sends=5,
                created_at=now,
                expires_at=now + timedelta(days=1),
                next_send_at=now,
            )
            session.add(verification)
            session.flush()
            purpose = (Purpose.LOGIN, Purpose.ENROL)[pick // 2 % 2]
            until = now + timedelta(days=1)
            outbox.enqueue(kit, purpose, phone, "text", until, verification.id)

    def send(self, pick: int) -> None:
        """A claimed text, and one of the answers that a gateway may give."""
        self.refs += 1
        results: list[SendResult | None] = [
            Accepted(f"ref-{self.refs}", price=Decimal("0.05"), currency="USD"),
            Accepted(f"ref-{self.refs}"),
            Refused("30", ErrorClass.BLOCKED, permanent=True),
            Refused("429", ErrorClass.RETRY, permanent=False),
            Unknown("timeout"),
            None,  # the sender dies
        ]
        with transaction():
            orders = claims.claim(self.kit)
        result = results[pick % len(results)]
        if orders and result is not None:
            with transaction():
                settle(self.kit, [(orders[0], result)], self.kit.now(), Pauses(0, 0))

    def report(self, pick: int) -> None:
        """A receipt for any attempt, early, late or against what was said before."""
        attempts = db.session.scalars(select(Attempt).order_by(Attempt.id)).all()
        if not attempts:
            return
        attempt = attempts[pick % len(attempts)]
        status = list(Status)[pick // 7 % len(Status)]
        receipt = ParsedReceipt(
            gateway_ref=attempt.gateway_ref or "early",
            attempt_sid=attempt.sid,
            status=status,
            raw_status=status.value,
            error_code="8" if status.is_failure else "",
            error_class=ErrorClass.UNCLASSIFIED if status.is_failure else None,
        )
        gateway = attempt.gateway
        with transaction() as session:
            told = receipts.reports(self.kit, gateway, [receipt], self.kit.now())
            receipts.record(session.connection(), [told])

    def confirm(self, pick: int) -> None:
        """The right code for any verification."""
        found = db.session.scalars(select(Verification).order_by(Verification.id)).all()
        if found:
            with transaction():
                receipts.confirm(found[pick % len(found)].id, self.kit.now())

    def wait(self, pick: int) -> None:
        self.clock.advance((1, 9, 700, 5_000, 90_000)[pick % 5])

    def count(self, pick: int) -> None:
        """The job; sometimes it dies before its commit, sometimes it takes few notes."""
        if pick % 3 == 0:
            with pytest.raises(InterruptedError), transaction():  # noqa: PT012 -- dies inside
                rollup.count_changes(self.kit.now())
                raise InterruptedError
        elif pick % 3 == 1:
            with transaction():
                rollup.count_changes(self.kit.now(), most=1 + pick % 4)
        else:
            jobs.count_deliveries(self.kit)


ACTS = st.sampled_from(["ask", "send", "send", "report", "report", "confirm", "wait", "count"])


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder: Path = tmp_path_factory.mktemp("rollups")
    clock = FixedClock(NOON)
    app: Flask = create_app(settings_for(folder), clock)
    context = app.app_context()
    context.push()
    db.create_all()
    yield Street(house().kit, clock)
    context.pop()
    close(app)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(ACTS, st.integers(0, 1_000)), min_size=10, max_size=60))
def test_roll_ups_and_tail_equal_a_count_over_the_raw_rows(
    street: Street, steps: list[tuple[str, int]]
) -> None:
    _clear()
    for act, pick in steps:
        getattr(street, act)(pick)
    raw = raw_counts()
    assert rolled_up() + _tail() == raw
    whole = history.history(periods.period("399d", street.kit.now()), {}).whole.now
    assert whole.attempts == sum(n for (*_, name), n in raw.items() if name == "attempts")
    jobs.count_deliveries(street.kit)
    assert not rollup.pending().deltas
    for span in set(SPANS) - {MINUTE, EVER}:
        assert rolled_up(span) == raw
    lately = street.kit.now() - rollup.MINUTES_KEPT
    assert rolled_up(MINUTE, lately) == raw_counts(lately)
    assert _spent() == 50_000 * sum(
        price is not None for price in db.session.scalars(select(Attempt.price))
    )


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(ACTS, st.integers(0, 1_000)), max_size=30))
def test_counters_for_ever_never_fall(street: Street, steps: list[tuple[str, int]]) -> None:
    _clear()
    seen: Count = Counter()
    for act, pick in steps:
        getattr(street, act)(pick)
        now = rolled_up(EVER)
        assert all(now[key] >= amount for key, amount in seen.items())
        seen = now


@pytest.mark.parametrize("late", ["report", "confirm"])
def test_what_comes_after_the_count_is_counted_too(street: Street, late: str) -> None:
    _clear()
    street.ask(0)
    street.send(0)
    jobs.count_deliveries(street.kit)
    before = rolled_up()
    getattr(street, late)(14)  # for a report: delivered
    jobs.count_deliveries(street.kit)
    assert rolled_up() == raw_counts() != before


def test_what_retention_deletes_stays_counted(street: Street) -> None:
    _clear()
    street.ask(0)
    street.send(0)
    jobs.count_deliveries(street.kit)
    before = rolled_up()
    with transaction() as session:
        session.execute(delete(Message))
    street.ask(1)
    jobs.count_deliveries(street.kit)
    assert before
    assert rolled_up() == before


def _clear() -> None:
    with transaction() as session:
        for table in (DeliveryChange, RollupMark, Attempt, Message, Verification):
            session.execute(delete(table))
        session.execute(delete(delivery_rollups))
        session.execute(delete(cost_rollups))
        assert session.query(User).count() == 1


def raw_counts(since: datetime | None = None) -> Count:
    """A plain count over the rows, written without the code under test."""
    found: Count = Counter()
    rows = db.session.execute(
        select(Attempt, Message).join(Message, Message.id == Attempt.message_id)
    )
    for attempt, message in rows:
        if since and attempt.created_at.replace(second=0, microsecond=0) < since:
            continue
        names = ["attempts"]
        if attempt.outcome in ("accepted", "unknown") or attempt.delivered_at:
            names.append("accepted")
        if Status(attempt.status).is_final:
            names.append(attempt.status)
        if Status(attempt.status).is_failure and attempt.error_class:
            names.append(f"error_{attempt.error_class}")
        if message.confirmed_at and message.attempt_id == attempt.id:
            names.append("confirmed")
        if attempt.sent_at and attempt.delivered_at:
            names.append("latency")
        carrier = attempt.carrier or UNKNOWN
        cell = (attempt.gateway, attempt.country, carrier, message.purpose)
        found.update((*cell, name) for name in names)
    return found


def rolled_up(span: int = 60, since: datetime | None = None) -> Count:
    found: Count = Counter()
    first = int(since.timestamp()) if since else 0
    table = delivery_rollups.join(rollup_cells)
    rows = select(table).where(
        delivery_rollups.c.slot >= slot(span, first),
        delivery_rollups.c.slot < slot(span, SLOTS_A_SPAN),
    )
    for row in db.session.execute(rows).mappings():
        for name in MEASURES:
            plain = "latency" if name.startswith("latency") else name
            cell = (row["gateway"], row["country"], row["carrier"], row["purpose"])
            found[(*cell, plain)] += row[name]
    return +found


def _tail() -> Count:
    found: Count = Counter()
    for key, delta in rollup.pending().deltas.items():
        for name, amount in delta.items():
            plain = "latency" if name.startswith("latency") else name
            if not name.startswith("cost"):
                found[(*key.cell, plain)] += amount
    return found


def _spent() -> int:
    costs = select(cost_rollups.c.millionths).where(
        cost_rollups.c.slot.between(slot(HOUR, 0), slot(HOUR, SLOTS_A_SPAN - 1))
    )
    return sum(db.session.scalars(costs))


def test_hours_are_cut_in_utc() -> None:
    at = datetime(2026, 11, 2, 12, 59, 59, tzinfo=UTC)
    assert measures.start(at, 60) == int(datetime(2026, 11, 2, 12, tzinfo=UTC).timestamp())


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


@given(now=MOMENTS, text=st.sampled_from(["1m", "15m", "60m", "24h", "72h", "7d", "90d", "400d"]))
def test_a_period_is_a_few_slices_that_fill_it_without_gap_or_overlap(
    now: datetime, text: str
) -> None:
    for period in (found := periods.period(text, now), found.before):
        pieces = [(at, span * 60) for span, at in period.cover]
        ends = int(period.since.timestamp())
        for at, length in sorted(pieces):
            assert at == ends
            ends = at + length
        assert ends == int(period.until.timestamp())
        assert len(pieces) <= 80
    assert found.since <= now < found.until


def test_a_period_brings_the_same_by_whatever_slices_it_is_read(street: Street) -> None:
    _clear()
    for step in range(40):
        street.ask(step)
        street.send(0)
        street.wait(3)
    jobs.count_deliveries(street.kit)
    period = periods.period("7d", street.kit.now())
    by_day = sum(figures.attempts for _, figures in history.series(period, {}))
    assert sum(figures.attempts for figures in history.cells(period).values()) == by_day > 0
    airtel = {"carrier": "Airtel"}
    assert sum(f.attempts for _, f in history.series(period, airtel)) == (
        history.history(period, airtel).whole.now.attempts
    )
    assert 0 < history.history(period, airtel).whole.now.attempts < by_day


def test_two_filters_leave_in_each_table_what_its_own_filter_would_hide(street: Street) -> None:
    _clear()
    for step in range(60):
        street.ask(step)
        street.send(3)  # busy, so that the other gateway is asked
        street.send(0)
        if step == 30:
            jobs.count_deliveries(street.kit)  # the rest is the live tail
    period = periods.period("24h", street.kit.now())
    filters = {"gateway": "simulator", "country": "UG"}
    found, everything = history.history(period, filters), history.cells(period)
    assert found.whole.now == total(
        f
        for (gateway, country, *_), f in everything.items()
        if (gateway, country) == tuple(filters.values())
    )
    for table, (other, value) in {
        "gateway": ("country", "UG"),
        "country": ("gateway", "simulator"),
    }.items():
        told = {row.names[table]: row.now for row in found.splits[table]}
        assert len(told) > 1
        assert told == {
            name: figures
            for (name,), figures in history.grouped([table], everything, {other: value}).items()
        }
    assert found.choices == history.history(period, {}).choices


def test_the_last_minutes_are_read_by_the_minute_and_then_forgotten(street: Street) -> None:
    _clear()
    street.ask(0)
    street.send(0)
    jobs.count_deliveries(street.kit)
    lately = periods.period("15m", street.kit.now())
    assert history.history(lately, {}).whole.now.attempts == 1
    assert len(history.series(lately, {})) == 15
    street.clock.advance(16 * 60)
    later = history.history(periods.period("15m", street.kit.now()), {}).whole
    assert (later.now.attempts, later.before.attempts) == (0, 1)
    street.clock.advance(4 * 3600)
    with transaction():
        rollup.forget_minutes(street.kit.now())
    assert not rolled_up(MINUTE)
    assert rolled_up() == raw_counts()
