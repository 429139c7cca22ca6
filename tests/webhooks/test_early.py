"""Receipts that come before our own send call has returned, and receipts about nothing of ours."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.webhooks.conftest import PUBLIC_URL
from tests.webhooks.scene import PHONE, Handed, hand_over, receipts, row_counts, state
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.gateways.base import Accepted, OutgoingSms
from twofactor.house import house
from twofactor.models import Attempt, EarlyReceipt, ReceiptCount
from twofactor.models.database import transaction
from twofactor.sms import early
from twofactor.sms.orders import Order
from twofactor.sms.settle import FOR_CODES, settle
from twofactor.words import ReceiptFate, Status

PATH = "/webhooks/egosms/status/cbk_test_5f2d8c1e9a7b4036"
REF = "ApiJsonSubmit64b8dd8aab0d05.55176607"


def report(app: Flask, ref: str = REF, word: str = "Success", phone: str = PHONE) -> int:
    """EgoSMS carries no reference of ours."""
    body = {"MsgFollowUpUniqueCode": ref, "number": phone, "Status": word}
    return app.test_client().post(PATH, base_url=PUBLIC_URL, json=body).status_code


def returned(text: Handed, ref: str = REF) -> None:
    """The send call comes back."""
    kit = house().kit
    sms = OutgoingSms("", PHONE, "hello", 1, 60, "")
    gateway = kit.gateways["egosms"]
    order = Order(text.attempt_id, text.message_id, 1, gateway, sms, False, None, "")
    with transaction():
        settle(kit, [(order, Accepted(ref))], kit.now(), FOR_CODES)


def kept() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(EarlyReceipt.id))) or 0


def under_way() -> Handed:
    return hand_over("egosms", None, status=Status.QUEUED)


def test_it_joins_a_receipt_that_outran_the_call(either: Flask) -> None:
    text = under_way()
    assert report(either) == 204
    assert (kept(), state(text)) == (1, ("queued", "queued"))
    returned(text)
    assert state(text) == ("delivered", "delivered")
    assert [receipt.raw_status for receipt in receipts(text)] == ["Success"]
    assert kept() == 0


def test_it_keeps_an_early_receipt_once_however_often_it_comes(either: Flask) -> None:
    text = under_way()
    for _ in range(5):
        assert report(either) == 204
    assert kept() == 1
    returned(text)
    assert report(either) == 204
    assert len(receipts(text)) == 1


def test_it_joins_early_receipts_in_their_order(app: Flask) -> None:
    text = under_way()
    for word in ("Failed", "Success"):
        report(app, word=word)
    returned(text)
    assert state(text) == ("delivered", "delivered")
    assert len(receipts(text)) == 2


def test_it_joins_nothing_of_another_reference(app: Flask) -> None:
    text = under_way()
    report(app, ref="SomebodyElses")
    returned(text)
    assert state(text) == ("sent", "sent")
    assert receipts(text) == []


def test_foreign_ids_leave_no_row_but_a_count(app: Flask, clock: FixedClock) -> None:
    hand_over("egosms", "known", "+256700111333")
    before = row_counts()
    for number in range(50):
        assert report(app, ref=f"foreign-{number}") == 204
    assert row_counts() == before
    house().tally.flush(house().kit)
    house().tally.flush(house().kit)
    (row,) = db.session.scalars(select(ReceiptCount)).all()
    assert (row.gateway, row.fate, row.hits) == ("egosms", ReceiptFate.UNKNOWN, 50)


def test_counts_of_an_hour_add_up_and_end_after_thirty_days(app: Flask, clock: FixedClock) -> None:
    tally, kit = house().tally, house().kit
    for _ in range(3):
        tally.add("egosms", [ReceiptFate.REFUSED])
        tally.flush(kit)
    (row,) = db.session.scalars(select(ReceiptCount)).all()
    assert row.hits == 3
    clock.advance(31 * 86_400)
    tally.add("egosms", [ReceiptFate.REFUSED])
    tally.flush(kit)
    (row,) = db.session.scalars(select(ReceiptCount)).all()
    assert row.hits == 1


def test_early_receipts_are_capped(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(early, "MOST_ROWS", 3)
    under_way()
    for number in range(10):
        assert report(app, ref=f"ref-{number}") == 204
    assert kept() == 3


def test_early_receipts_are_swept(app: Flask, clock: FixedClock) -> None:
    under_way()
    report(app)
    clock.advance(601)
    jobs.sweep(house().kit)
    assert kept() == 0


def test_s56_a_receipt_of_an_old_message_is_flagged_only(app: Flask) -> None:
    text = hand_over("egosms", REF, age=timedelta(days=7, seconds=1))
    assert report(app) == 204
    assert state(text) == ("sent", "sent")
    (receipt,) = receipts(text)
    assert (receipt.flag, receipt.moved) == ("old", False)


def test_a_price_that_came_first_is_not_forgotten(app: Flask) -> None:
    text = hand_over("infobip", None, status=Status.QUEUED)
    with transaction() as session:
        attempt = session.get_one(Attempt, text.attempt_id)
        attempt.price, attempt.currency = Decimal(3), "EUR"
    returned(text, "MSG-1")
    db.session.rollback()
    attempt = db.session.get_one(Attempt, text.attempt_id, populate_existing=True)
    assert (attempt.price, attempt.currency) == (Decimal(3), "EUR")
