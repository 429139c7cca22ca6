"""However receipts come, in whatever order, number and company: one state, one count (S-54, S-55).

Each proof runs on SQLite and on PostgreSQL.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import permutations, product

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.front import at_the_front
from tests.webhooks.conftest import PUBLIC_URL
from tests.webhooks.scene import (
    PHONE,
    Handed,
    hand_over,
    hand_over_all,
    receipts,
    state,
    twilio_callback,
)
from twofactor.extensions import db
from twofactor.gateways.base import ParsedReceipt
from twofactor.house import house
from twofactor.ids import MESSAGE, new_sid
from twofactor.models import Receipt
from twofactor.sms.early import Report
from twofactor.sms.moves import MAY_REPLACE, moved
from twofactor.sms.receipts import record, reports
from twofactor.words import ReceiptFate, Status

SIX = (
    Status.QUEUED,
    Status.SENT,
    Status.DELIVERED,
    Status.UNDELIVERED,
    Status.FAILED,
    Status.EXPIRED,
)


def callback(ref: str, status: Status) -> list[Report]:
    """One receipt, as it stands before the ledger."""
    kit = house().kit
    receipt = ParsedReceipt(ref, status, status.value, recipient=PHONE)
    return reports(kit, "twilio", [receipt], kit.now())


@pytest.mark.parametrize("in_one_group", [True, False], ids=["grouped", "single"])
def test_s55_all_720_orders_of_six_receipts_end_alike(either: Flask, in_one_group: bool) -> None:
    orders = list(permutations(SIX))
    refs = [new_sid(MESSAGE) for _ in orders]
    texts = hand_over_all("twilio", refs, status=Status.QUEUED)
    groups = [
        [callback(ref, status) for status in order] for ref, order in zip(refs, orders, strict=True)
    ]
    if not in_one_group:
        groups = [[one] for group in groups for one in group]
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        for group in groups:
            record(connection, group)
    assert {state(text) for text in texts} == {("delivered", "delivered")}
    counts = select(func.count(Receipt.id)).group_by(Receipt.attempt_id)
    assert list(db.session.scalars(counts)) == [6] * 720


def test_s54_a_thousand_duplicates_in_parallel_count_once(either: Flask) -> None:
    ref = new_sid(MESSAGE)
    text = hand_over("twilio", ref)
    signed = twilio_callback(PUBLIC_URL, ref, "delivered", text.attempt_sid)

    def post(_: int) -> int:
        answer = at_the_front(either).post(
            signed.path, base_url=PUBLIC_URL, data=signed.body, headers=signed.headers
        )
        return answer.status_code

    with ThreadPoolExecutor(32) as pool:
        assert set(pool.map(post, range(1000))) == {204}
    assert state(text) == ("delivered", "delivered")
    assert len(receipts(text)) == 1


def test_receipts_of_many_texts_in_parallel_are_each_counted_once(either: Flask) -> None:
    refs = [new_sid(MESSAGE) for _ in range(20)]
    texts = dict(zip(refs, hand_over_all("twilio", refs), strict=True))
    calls = [*product(refs, ("sent", "undelivered", "delivered"))] * 3

    def post(call: tuple[str, str]) -> int:
        signed = twilio_callback(PUBLIC_URL, *call, texts[call[0]].attempt_sid)
        answer = at_the_front(either).post(
            signed.path, base_url=PUBLIC_URL, data=signed.body, headers=signed.headers
        )
        return answer.status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(post, calls)) == {204}
    assert {state(text) for text in texts.values()} == {("delivered", "delivered")}
    assert db.session.scalar(select(func.count(Receipt.id))) == 60


def _late_delivery(text: Handed) -> list[tuple[str, bool, str]]:
    return [(str(r.status), r.moved, r.flag) for r in receipts(text)]


def test_s55_a_contradiction_is_kept_and_flagged(app: Flask) -> None:
    ref = new_sid(MESSAGE)
    text = hand_over("twilio", ref)
    told = (Status.UNDELIVERED, Status.FAILED, Status.DELIVERED, Status.EXPIRED, Status.SENT)
    group = [callback(ref, status) for status in told]
    fates = house().writer.put(record, [one for each in group for one in each])
    assert fates == [ReceiptFate.TAKEN] * 5
    assert _late_delivery(text) == [
        ("undelivered", True, ""),
        ("failed", False, "contradicts"),
        ("delivered", True, ""),
        ("expired", False, "contradicts"),
        ("sent", False, ""),
    ]


@pytest.mark.parametrize(("present", "reported"), [*product(Status, Status)])
def test_s55_the_move_table_is_total(present: Status, reported: Status) -> None:
    assert set(MAY_REPLACE) == set(Status)
    after = moved(present, reported)
    assert after in (present, reported)
    assert _height(after) == max(_height(present), _height(reported))
    if _height(present) == 2 and _height(reported) == 2:
        assert after is present  # the first final status stays


def _height(status: Status) -> int:
    """queued < sent < final < delivered."""
    return {Status.QUEUED: 0, Status.SENT: 1, Status.DELIVERED: 3}.get(status, 2)
