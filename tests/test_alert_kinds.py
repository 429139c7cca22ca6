"""Each kind of alert, from figures in the database to an open alert and back to none."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.cast import ALICE_PHONE, Cast
from twofactor import jobs
from twofactor.alerts import keep, looks, rules
from twofactor.clock import FixedClock
from twofactor.gateways.base import Balance
from twofactor.house import house
from twofactor.kit import Kit
from twofactor.models import Attempt
from twofactor.models.database import transaction
from twofactor.sms import budget, outbox, tally
from twofactor.sms.stats import measures, rollup
from twofactor.verify import limits
from twofactor.words import AlertKind, Purpose, ReceiptFate, Status

WELL = {
    "attempts": 1000,
    "accepted": 1000,
    "delivered": 960,
    "undelivered": 40,
    "confirmed": 880,
    "latency_02": 960,
    "cost:USD": 50_000_000,
}
ILL = {
    AlertKind.DELIVERY_LOW: {"delivered": 60, "undelivered": 40},
    AlertKind.CONVERSION_LOW: {"confirmed": 30},
    AlertKind.LATENCY_HIGH: {"latency_02": 0, "latency_10": 96},
    AlertKind.PRICE_JUMP: {"cost:USD": 9_000_000},
}


@pytest.fixture
def kit(cast: Cast) -> Iterator[Kit]:
    """Of a house that lived through a good week."""
    context = cast.app.app_context()
    context.push()
    kit = house().kit
    for day in range(1, 8):
        _count(kit, timedelta(days=day), WELL)
    yield kit
    context.pop()


def _count(kit: Kit, ago: timedelta, counts: dict[str, int]) -> None:
    at = kit.now() - ago
    with transaction():
        rollup.add(
            {measures.key(at, "twilio", "UG", "Airtel", "login"): Counter(counts)}, kit.now()
        )


def _open(kit: Kit, watch: Callable[[Kit], None] = jobs.watch) -> set[str]:
    """What is open after as many looks as raise an alert."""
    for _ in range(rules.RAISE_AFTER):
        watch(kit)
    return {alert.kind for alert in keep.open_alerts()}


@pytest.mark.parametrize("kind", ILL)
def test_a_route_below_its_own_norm(kit: Kit, clock: FixedClock, kind: AlertKind) -> None:
    usual = {name: amount // 10 for name, amount in WELL.items()}
    _count(kit, timedelta(), usual | ILL[kind])
    assert _open(kit) == {kind}
    clock.advance(3 * 3600)
    _count(kit, timedelta(), usual)
    for _ in range(rules.CLEAR_AFTER):
        jobs.watch(kit)
    assert not keep.open_alerts()


def test_nothing_is_said_of_a_route_that_is_as_always(kit: Kit) -> None:
    _count(kit, timedelta(), {name: amount // 10 for name, amount in WELL.items()})
    assert not _open(kit)


def test_receipts_that_stop(kit: Kit, clock: FixedClock) -> None:
    with transaction() as session:
        until = kit.now() + timedelta(hours=1)
        text = outbox.enqueue(kit, Purpose.LOGIN, ALICE_PHONE, "text", until)
        for number in range(5):
            attempt = Attempt(sid=f"VL{number:032x}", message_id=text.id, phone_fingerprint="")
            attempt.gateway, attempt.country, attempt.segments = "vonage", "UG", 1
            attempt.status, attempt.outcome = Status.SENT.value, "accepted"
            attempt.created_at = attempt.sent_at = clock.now()
            session.add(attempt)
    assert not _open(kit)
    clock.advance(360)
    assert _open(kit) == {AlertKind.RECEIPTS_STOPPED}


def test_callbacks_that_nobody_signed(kit: Kit) -> None:
    counts = tally.Tally()
    counts.add("simulator", [ReceiptFate.REFUSED] * rules.STRANGERS)
    counts.flush(kit)
    assert _open(kit) == {AlertKind.SIGNATURES_FAILING}


def test_eighty_per_cent_of_the_days_texts(kit: Kit) -> None:
    with transaction():
        limits.hit(kit, limits.GLOBAL_DAY, "all", kit.now(), limits.GLOBAL_DAY.most * 8 // 10)
    assert _open(kit) == {AlertKind.BUDGET_USED}


def test_eighty_per_cent_of_the_days_money(kit: Kit) -> None:
    money = replace(kit.settings.money, per_day=Decimal(10))
    kit = replace(kit, settings=replace(kit.settings, money=money))
    with transaction():
        budget.charge(kit, Decimal("7.90"), money.currency, kit.now())
    assert not _open(kit)
    with transaction():
        budget.charge(kit, Decimal("0.20"), money.currency, kit.now())
    assert _open(kit) == {AlertKind.MONEY_USED}


def test_money_at_a_gateway_that_ends_within_days(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = kit.gateways["simulator"]
    monkeypatch.setattr(gateway, "balance", lambda: Balance(Decimal(120), "USD"))
    kit = replace(kit, gateways={"twilio": gateway})  # spent 50 USD a day
    assert _open(kit, jobs.watch_balances) == {AlertKind.BALANCE_LOW}
    assert not looks.look_at_balances(kit, {})  # nobody told
