"""What one process has claimed of the simulated network: handed out in order, recorded together."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.gateways.simulated import NOW, PHONE, open_phones
from tests.gateways.test_simulator_phones import another
from twofactor.clock import FixedClock
from twofactor.gateways.simulator.claims import BATCH, STALE, Claims
from twofactor.gateways.simulator.phones import LEASE_SECONDS, Phones
from twofactor.gateways.simulator.text import Fact, Outcome
from twofactor.words import Status


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[Phones]:
    phones = open_phones(tmp_path / "phones.sqlite")
    yield phones
    phones.close()


def put(phones: Phones, count: int) -> list[str]:
    """That many texts with one report each, all due; their sids in order."""
    for number in range(count):
        phones.put(another(number), [Fact(Status.SENT, NOW)])
    return [another(number).sid for number in range(count)]


def test_reports_are_handed_out_in_order_over_more_than_one_batch(
    phones: Phones, clock: FixedClock
) -> None:
    sids, claims = put(phones, BATCH + 3), Claims(phones, clock)
    taken = []
    while call := claims.take():
        taken.append(call.text.sid)
    assert taken == sids


def test_outcomes_are_on_record_when_nothing_is_left_to_take(
    phones: Phones, clock: FixedClock
) -> None:
    put(phones, 3)
    claims = Claims(phones, clock)
    while call := claims.take():
        claims.settle(Outcome(call, is_taken=True))
    assert {text.status for text in phones.texts(PHONE)} == {Status.SENT}
    assert phones.next_due() is None


def test_another_process_gets_what_is_handed_back_at_once(
    phones: Phones, clock: FixedClock
) -> None:
    sids, claims = put(phones, 3), Claims(phones, clock)
    first = claims.take()
    assert first is not None
    assert Claims(phones, clock).take() is None
    claims.settle(Outcome(first, is_taken=True))
    claims.hand_back()
    again = phones.claim(NOW, 9)
    assert [(call.text.sid, call.tries) for call in again] == [(sid, 1) for sid in sids[1:]]


def test_a_crash_loses_nothing(phones: Phones, clock: FixedClock) -> None:
    put(phones, 3)
    lost = Claims(phones, clock)
    call = lost.take()
    assert call is not None
    lost.settle(Outcome(call, is_taken=True))
    clock.advance(LEASE_SECONDS)
    assert len(phones.claim(clock.now(), 9)) == 3


def test_what_waits_too_long_for_its_turn_is_claimed_anew(
    phones: Phones, clock: FixedClock
) -> None:
    sids, claims = put(phones, 3), Claims(phones, clock)
    assert claims.take() is not None
    clock.advance(STALE.total_seconds() + 1)
    call = claims.take()
    assert call is not None
    assert (call.text.sid, call.tries) == (sids[1], 1)
    leased_until = clock.now() + timedelta(seconds=LEASE_SECONDS)
    assert len(phones.claim(leased_until - timedelta(seconds=1), 9)) == 1  # the first alone


def test_outcomes_wait_for_a_file_that_takes_nothing_now(
    phones: Phones, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(phones, 1)
    claims = Claims(phones, clock)
    call = claims.take()
    assert call is not None
    claims.settle(Outcome(call, is_taken=True))
    with monkeypatch.context() as patch:
        patch.setattr(phones, "settle", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            claims.take()
    assert claims.take() is None
    assert phones.next_due() is None
