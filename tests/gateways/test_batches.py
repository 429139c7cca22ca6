"""Which texts of a batch share a call, and amounts in answers."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gateways.contract import SMS
from twofactor.gateways.base import Accepted, OutgoingSms, SendResult
from twofactor.gateways.batches import anything, in_shared_calls, one_body, without_query
from twofactor.gateways.money import amount, named_amount

SIZE = 4
TEXTS = st.lists(
    st.builds(
        lambda phone, body, sender, validity: replace(
            SMS, to=f"+25670011122{phone}", body=body, sender=sender, validity_seconds=validity
        ),
        st.integers(0, 3),
        st.sampled_from("ab"),
        st.sampled_from(["", "Corner"]),
        st.sampled_from([60, 300]),
    ),
    max_size=30,
)


@given(texts=TEXTS, shared=st.sampled_from([anything, one_body]))
def test_every_text_is_sent_once_and_results_keep_the_order(
    texts: list[OutgoingSms], shared: Callable[[OutgoingSms], Hashable]
) -> None:
    numbered = [replace(sms, reference=str(n)) for n, sms in enumerate(texts)]
    calls: list[Sequence[OutgoingSms]] = []

    def send(call: Sequence[OutgoingSms]) -> list[SendResult]:
        calls.append(call)
        return [Accepted(sms.reference) for sms in call]

    results = in_shared_calls(numbered, SIZE, shared, send)
    assert results == [Accepted(sms.reference) for sms in numbered]
    assert sum(map(len, calls)) == len(texts)
    for call in calls:
        assert 0 < len(call) <= SIZE
        assert len({sms.to for sms in call}) == len(call)
        assert len({shared(sms) for sms in call}) == 1
        assert shared is anything or len({(sms.sender, sms.body) for sms in call}) == 1


def test_an_address_for_many_names_no_attempt() -> None:
    assert without_query("https://a.example/x?attempt=1&b=2") == "https://a.example/x"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (35, Decimal(35)),
        (0.0415, Decimal("0.0415")),
        ("1,785.50", Decimal("1785.50")),
        (" 2 ", Decimal(2)),
        ("NaN", None),
        ("Infinity", None),
        ("1e999999", None),
        ("free", None),
        (None, None),
        (True, None),
        ({}, None),
    ],
)
def test_it_reads_amounts(value: object, found: Decimal | None) -> None:
    assert amount(value) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("KES 0.8000", (Decimal("0.8000"), "KES")),
        ("0", (Decimal(0), "")),
        ("KES", (None, "")),
        ("", (None, "")),
    ],
)
def test_it_reads_amounts_with_a_currency(value: str, found: tuple[Decimal | None, str]) -> None:
    assert named_amount(value) == found
