"""Every callback of the corpus, read by its gateway: credential, facts, refusals, to the letter."""

from datetime import datetime
from typing import Any

import pytest

from tests.gateways.corpus import SECRETS, Row, receiver, rows
from twofactor.gateways import load, names
from twofactor.gateways.base import BadCredential, Malformed, ParsedReceipt


def with_outcome(*outcomes: str) -> list[Any]:
    return [
        pytest.param(row, id=row.id)
        for row in rows()
        if row.content["expect"]["outcome"] in outcomes
    ]


def receipts_of(row: Row) -> list[ParsedReceipt]:
    gateway = receiver(row.gateway)
    gateway.authenticate(row.callback)
    return gateway.parse_receipts(row.callback)


@pytest.mark.parametrize("name", names())
def test_every_gateway_loads_by_its_name(name: str) -> None:
    gateway = load(name)
    assert gateway.name == name
    assert len({credential.name for credential in gateway.credentials}) == len(gateway.credentials)


def test_every_signing_gateway_is_in_the_corpus() -> None:
    assert {row.gateway for row in rows()} == set(SECRETS)
    assert {*SECRETS, "http", "simulator"} == set(names())


@pytest.mark.parametrize("row", with_outcome("apply"))
def test_it_takes_the_facts(row: Row) -> None:
    taken = [receipt for receipt in receipts_of(row) if receipt.status is not None]
    events = row.expect["events"]
    assert len(taken) == len(events)
    for receipt, event in zip(taken, events, strict=True):
        assert receipt.gateway_ref == event["message_id"]
        assert receipt.recipient == event["recipient"]
        assert receipt.status in (event["status"], *event.get("status_alt", []))
        assert receipt.error_code == (event["error_code"] or "")
        assert (receipt.error_class is None) or receipt.status not in ("sent", "delivered")
        assert receipt.raw_status == event["raw_status"]
        if "done_at" in event:
            assert receipt.done_at == datetime.fromisoformat(event["done_at"])


@pytest.mark.parametrize("row", with_outcome("ignore"))
def test_it_takes_no_fact_from_what_changes_nothing(row: Row) -> None:
    receipts = receipts_of(row)
    if row.expect["reason"] in ("unknown_message", "recipient_mismatch"):
        assert receipts  # well formed: only the store can know that the message is not ours
    else:
        assert [receipt.status for receipt in receipts if receipt.status is not None] == []


@pytest.mark.parametrize("row", with_outcome("reject"))
def test_it_refuses(row: Row) -> None:
    gateway = receiver(row.gateway)
    if row.auth == "valid":
        gateway.authenticate(row.callback)
        with pytest.raises(Malformed):
            gateway.parse_receipts(row.callback)
    else:
        with pytest.raises(BadCredential):
            gateway.authenticate(row.callback)


@pytest.mark.parametrize("row", with_outcome("apply", "ignore"))
def test_it_takes_nothing_with_another_secret(row: Row) -> None:
    others = {name: f"other-{value}" for name, value in SECRETS[row.gateway].items()}
    gateway = load(row.gateway)(others, receiver(row.gateway).wire)
    with pytest.raises(BadCredential):
        gateway.authenticate(row.callback)
