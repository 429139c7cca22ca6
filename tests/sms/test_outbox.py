"""How a text leaves: routes, pauses, unknown fates, crashes, leases, expiry."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.cast import Cast
from tests.sms.fake import Fake, with_gateways
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.gateways.base import Accepted, ParsedReceipt, Refused, SendResult, Unknown
from twofactor.house import house
from twofactor.kit import Kit, Visitor
from twofactor.models import Attempt, Message, Session
from twofactor.models.database import transaction
from twofactor.sms import claims, receipts, settle
from twofactor.sms.settle import FOR_CODES, Pauses
from twofactor.verify import progress, verifications
from twofactor.words import ErrorClass, Purpose, Status

NO_ROUTE = Refused("21408", ErrorClass.ROUTE, permanent=True)
NO_PHONE = Refused("21614", ErrorClass.BAD_PHONE, permanent=True)
BUSY = Refused("20429", ErrorClass.RETRY, permanent=False, retry_after=7)
LATER = Refused("x", ErrorClass.RETRY, permanent=False)
LOST = Unknown("timed out")


@pytest.fixture
def kit(app: Flask, cast: Cast) -> Iterator[Kit]:
    """A text waits in the outbox."""
    cast.at_code_page()
    with app.app_context():
        yield house().kit


def deliver(kit: Kit, **gateways: Fake) -> int:
    """Let the sender work until nothing is due; how many texts it handed over."""
    count, chosen = 0, with_gateways(kit, gateways)
    while jobs.deliver_next(chosen):
        count += 1
    db.session.expire_all()
    return count


def message() -> Message:
    return db.session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()


def attempts() -> list[Attempt]:
    return list(db.session.scalars(select(Attempt).order_by(Attempt.id)))


def test_an_accepted_text_is_sent_and_its_words_are_erased(kit: Kit) -> None:
    gateway = Fake(Accepted("ref"))
    assert deliver(kit, first=gateway) == 1
    assert (message().status, message().body_sealed) == ("sent", None)
    (attempt,) = attempts()
    assert (attempt.gateway_ref, attempt.outcome, attempt.status) == ("ref", "accepted", "sent")
    (sms,) = gateway.sent
    assert sms.reference == attempt.sid
    assert sms.callback_url.endswith(f"/webhooks/fake/status?attempt={attempt.sid}")
    assert sms.validity_seconds == 300


def test_the_attempt_is_on_record_before_the_gateway_is_called(kit: Kit) -> None:
    seen: list[str] = []

    class Looking(Fake):
        def send(self, sms: object) -> SendResult:
            with db.engine.connect() as other:
                row = other.execute(select(Attempt.sid, Attempt.outcome)).one()
            seen.append(f"{row.sid == getattr(sms, 'reference', '')} {row.outcome!r}")
            return Accepted("ref")

    deliver(kit, first=Looking())
    assert seen == ["True ''"]


def test_the_next_gateway_is_asked_at_once_when_one_refuses(kit: Kit) -> None:
    first, second = Fake(NO_ROUTE), Fake()
    assert deliver(kit, first=first, second=second) == 2
    assert [(a.gateway, a.status) for a in attempts()] == [("first", "failed"), ("second", "sent")]
    assert message().status == "sent"
    assert len(first.sent) == 1


def test_when_all_refuse_the_text_has_failed(kit: Kit, clock: FixedClock) -> None:
    first, second = Fake(NO_ROUTE), Fake(NO_ROUTE)
    deliver(kit, first=first, second=second)
    clock.advance(2)
    assert deliver(kit, first=first, second=second) == 0
    found = message()
    assert (found.status, found.error_code, found.body_sealed) == ("failed", "21408", None)


def test_a_phone_that_takes_no_texts_takes_none_from_anybody(kit: Kit) -> None:
    second = Fake()
    deliver(kit, first=Fake(NO_PHONE), second=second)
    assert (message().status, second.sent) == ("failed", [])


def test_a_gateway_that_is_busy_gets_its_pause(kit: Kit, clock: FixedClock) -> None:
    gateway = Fake(BUSY)
    assert deliver(kit, only=gateway) == 1
    assert message().status == "queued"
    clock.advance(6.9)
    assert deliver(kit, only=gateway) == 0
    clock.advance(0.2)
    assert deliver(kit, only=gateway) == 1
    assert message().status == "sent"


def test_where_another_gateway_is_free_nobody_waits_for_the_busy_one(kit: Kit) -> None:
    second = Fake()
    deliver(kit, first=Fake(BUSY), second=second)
    assert (len(second.sent), message().status) == (1, "sent")


@pytest.mark.parametrize(("tries", "wanted"), [(1, 1.0), (2, 2.0), (3, 4.0), (6, 30.0), (40, 30.0)])
def test_pauses_double_up_to_half_a_minute(tries: int, wanted: float) -> None:
    asks_nothing = Refused("x", ErrorClass.RETRY, permanent=False)
    found = FOR_CODES.after(asks_nothing, tries, has_others=False)
    assert found == timedelta(seconds=wanted)


@pytest.mark.parametrize("answer", [LOST, ValueError("a bug in the adapter")])
def test_s30_an_unknown_fate_counts_as_sent_and_frees_the_resend(
    kit: Kit, cast: Cast, clock: FixedClock, answer: SendResult | Exception
) -> None:
    gateway = Fake(answer)
    assert deliver(kit, only=gateway) == 1
    assert (message().status, attempts()[0].outcome) == ("sent", "unknown")
    clock.advance(3600 * 24)
    assert deliver(kit, only=gateway) == 0
    clock.advance(-3600 * 24)
    verification = verifications.of_session(_session(), Purpose.LOGIN)
    assert verification is not None
    assert progress.of(verification, clock.now()).resend_in == 0


def _session() -> Session:
    return db.session.scalars(select(Session)).one()


def test_s30_a_sender_that_died_in_the_middle_leaves_an_unknown_fate(
    kit: Kit, clock: FixedClock
) -> None:
    gateway = Fake()
    with transaction():
        assert len(claims.claim(with_gateways(kit, {"only": gateway}))) == 1
    assert deliver(kit, only=gateway) == 0  # the lease holds
    clock.advance(claims.LEASE.total_seconds())
    assert deliver(kit, only=gateway) == 0
    assert (message().status, attempts()[0].outcome, gateway.sent) == ("sent", "unknown", [])


def test_two_senders_never_claim_one_text(kit: Kit) -> None:
    gateways = with_gateways(kit, {"only": Fake()})
    with transaction():
        (first,) = claims.claim(gateways, most=10)
    with transaction():
        assert claims.claim(gateways, most=10) == []
    assert first is not None


def test_a_text_that_is_too_late_is_not_sent(kit: Kit, clock: FixedClock) -> None:
    gateway = Fake()
    clock.advance(301)
    assert deliver(kit, only=gateway) == 0
    assert (message().status, message().body_sealed, gateway.sent) == ("expired", None, [])


def test_a_text_whose_code_died_while_a_gateway_held_it_is_not_sent_again(
    kit: Kit, cast: Cast, clock: FixedClock
) -> None:
    gateways = with_gateways(kit, {"only": Fake()})
    with transaction():
        (order,) = claims.claim(gateways)
    cast.at_code_page(address="203.0.113.8")  # a newer code takes its place
    with transaction():
        settle.settle(kit, [(order, LATER)], clock.now(), Pauses(0, 0))
    gateway = Fake()
    deliver(kit, only=gateway)
    assert len(gateway.sent) == 1  # the newer one
    states = db.session.scalars(select(Message.status).order_by(Message.id)).all()
    assert list(states) == ["expired", "sent"]


def test_a_fast_receipt_is_not_taken_back_by_the_answer(kit: Kit, clock: FixedClock) -> None:
    with transaction():
        (order,) = claims.claim(with_gateways(kit, {"only": Fake()}))
    with transaction():
        attempts()[0].status = message().status = "delivered"
    with transaction():
        settle.settle(kit, [(order, Accepted("ref"))], clock.now(), FOR_CODES)
    db.session.expire_all()
    assert (attempts()[0].status, message().status) == ("delivered", "delivered")


@pytest.mark.parametrize(
    ("reported", "ends_as"),
    [(None, "sent"), (Status.QUEUED, "sent"), (Status.SENT, "sent")]
    + [(Status.DELIVERED, "delivered"), (Status.UNDELIVERED, "undelivered")],
)
def test_s30_a_receipt_proves_what_a_lost_answer_can_not_tell(
    kit: Kit, clock: FixedClock, reported: Status | None, ends_as: str
) -> None:
    gateways = with_gateways(kit, {"only": Fake()})
    with transaction():
        (order,) = claims.claim(gateways)  # and the sender is gone
    claimed_at = clock.now()
    clock.advance(2)
    told = ParsedReceipt("ref", reported, "word", attempt_sid=order.sms.reference)
    with transaction() as session:
        told_of = receipts.reports(kit, "only", [told], clock.now())
        receipts.record(session.connection(), [told_of])
    clock.advance(claims.LEASE.total_seconds())
    assert jobs.deliver_next(gateways) is False
    (attempt,) = attempts()
    assert (attempt.outcome, attempt.status, attempt.sent_at) == ("accepted", ends_as, claimed_at)
    assert (message().status, message().body_sealed) == (ends_as, None)
    assert (message().sent_at, message().leased_until) == (claimed_at, None)


def test_a_text_that_a_receipt_proved_is_not_unknown_when_the_call_times_out(
    kit: Kit, clock: FixedClock
) -> None:
    with transaction():
        (order,) = claims.claim(with_gateways(kit, {"only": Fake()}))
    told = ParsedReceipt("ref", Status.SENT, "sent", attempt_sid=order.sms.reference)
    with transaction() as session:
        told_of = receipts.reports(kit, "only", [told], clock.now())
        receipts.record(session.connection(), [told_of])
    with transaction():
        settle.settle(kit, [(order, LOST)], clock.now(), FOR_CODES)
    assert (attempts()[0].outcome, message().status) == ("accepted", "sent")


def test_the_second_text_of_a_code_goes_another_way(
    kit: Kit, cast: Cast, clock: FixedClock
) -> None:
    first, second = Fake(), Fake()
    deliver(kit, first=first, second=second)
    clock.advance(30)
    verification = verifications.of_session(_session(), Purpose.LOGIN)
    assert verification is not None
    with transaction():
        verifications.resend(kit, verification, Visitor("203.0.113.7"), early=False)
    deliver(kit, first=first, second=second)
    assert (len(first.sent), len(second.sent)) == (1, 1)
    assert first.sent[0].body == second.sent[0].body
