"""Every HTTP callback of the corpus, posted to the house: answer, facts and state."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.front import at_the_front
from tests.gateways.corpus import Row, receiver, rows
from tests.webhooks.conftest import PUBLIC_URL
from tests.webhooks.scene import Handed, hand_over, receipts, row_counts, state
from twofactor.sms.moves import moved
from twofactor.words import Status

pytestmark = pytest.mark.usefixtures("app")


def post(app: Flask, row: Row) -> TestResponse:
    """The request exactly as it came over the wire."""
    content = row.content
    query = f"?{content['query']}" if content["query"] else ""
    return at_the_front(app).open(
        f"/webhooks/{content['path_suffix']}{query}",
        base_url=PUBLIC_URL,
        method=content["method"],
        headers=content["headers"],
        data=content["body"].encode(),
    )


def texts_of(row: Row) -> list[Handed]:
    """The texts that the row reports on, one an event, put on record as sent."""
    return [
        hand_over(row.gateway, event["message_id"], event["recipient"])
        for event in row.expect["events"]
    ]


def alone(*outcomes: str) -> list[Any]:
    """The rows that belong to no sequence."""
    found = [row for row in rows() if row.expect["outcome"] in outcomes]
    return [pytest.param(row, id=row.id) for row in found if not row.content.get("seq")]


def sequences() -> list[Any]:
    by_key: dict[str, list[Row]] = {}
    for row in rows():
        if row.content.get("seq"):
            by_key.setdefault(row.content["seq"]["key"], []).append(row)
    return [
        pytest.param(sorted(steps, key=lambda row: int(row.content["seq"]["step"])), id=key)
        for key, steps in by_key.items()
    ]


def words(event: dict[str, Any]) -> tuple[str, ...]:
    """The statuses that an event may be taken as."""
    return (event["status"], *event.get("status_alt", []))


def test_the_corpus_is_whole() -> None:
    assert len(rows()) == 107


@pytest.mark.parametrize("row", alone("apply"))
def test_it_takes_the_events(app: Flask, row: Row) -> None:
    texts = texts_of(row)
    assert post(app, row).status_code in (200, 204)
    for text, event in zip(texts, row.expect["events"], strict=True):
        (kept,) = receipts(text)
        assert kept.status in words(event)
        assert kept.raw_status == event["raw_status"]
        assert kept.error_code == (event["error_code"] or "")
        after = moved(Status.SENT, Status(str(kept.status)))
        assert state(text) == (after, after)


@pytest.mark.parametrize("row", alone("apply"))
def test_it_takes_the_same_callback_twice_and_counts_it_once(app: Flask, row: Row) -> None:
    texts = texts_of(row)
    first, after, counted = post(app, row), [*map(state, texts)], row_counts()
    assert post(app, row).status_code == first.status_code
    assert [*map(state, texts)] == after
    assert row_counts() == counted


@pytest.mark.parametrize("steps", sequences())
def test_it_follows_a_sequence(app: Flask, steps: list[Row]) -> None:
    (text,) = texts_of(steps[0])
    for row in steps:
        assert post(app, row).status_code in (200, 204)
        after = row.content["seq"]["state_after"]
        assert state(text) == (after, after)


@pytest.mark.parametrize("row", alone("ignore"))
def test_it_ignores_what_changes_nothing(app: Flask, row: Row) -> None:
    texts = [
        hand_over(row.gateway, given["message_id"], given["recipient"], Status(given["state"]))
        for given in row.content.get("setup", [])
    ]
    if row.expect["reason"] == "unmapped_status":
        gateway = receiver(row.gateway)
        parsed = gateway.parse_receipts(row.callback)
        texts = [hand_over(row.gateway, one.gateway_ref, one.recipient) for one in parsed]
    before, counted = [*map(state, texts)], row_counts()
    assert post(app, row).status_code in (200, 204)
    assert [*map(state, texts)] == before
    if row.expect["reason"] != "unmapped_status":  # those are kept for the operator to see
        assert row_counts() == counted


@pytest.mark.parametrize("row", alone("reject"))
def test_it_refuses_and_stores_nothing(app: Flask, row: Row) -> None:
    texts = [
        hand_over(other.gateway, event["message_id"], event["recipient"])
        for other in rows()[:1]
        for event in other.expect["events"]
    ]
    before, counted = [*map(state, texts)], row_counts()
    assert post(app, row).status_code == row.expect["http"]
    assert [*map(state, texts)] == before
    assert row_counts() == counted
