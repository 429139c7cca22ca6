"""What happens to texts in the simulated network: pure, seeded, and as its page promises."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twofactor.gateways.simulator.network import (
    CARRIERS,
    ELSEWHERE,
    ENDINGS,
    Fate,
    carrier,
    fate,
)
from twofactor.words import Status

PAGE = Path(__file__).parents[2] / "docs" / "gateways" / "simulator.md"
PHONE = "+256700111222"
REFERENCES = [f"VL{n:032x}" for n in range(4000)]

SEEDS = st.text(max_size=8)
PHONES = st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True)


def special(ending: str) -> Fate:
    return fate("1", "+256700" + ending, REFERENCES[0])


@given(SEEDS, PHONES, st.sampled_from(REFERENCES), st.floats(0, 100))
def test_the_same_text_always_meets_the_same_fate(
    seed: str, to: str, reference: str, loss: float
) -> None:
    assert fate(seed, to, reference, loss) == fate(seed, to, reference, loss)


@given(SEEDS, PHONES, st.sampled_from(REFERENCES))
def test_receipts_come_in_order_and_after_sent(seed: str, to: str, reference: str) -> None:
    met = fate(seed, to, reference)
    if to[-6:] in ENDINGS:
        return
    assert [report.status for report in met.reports] == [Status.SENT, Status.DELIVERED]
    assert 0.1 <= met.reports[0].after_seconds < met.reports[1].after_seconds <= 3.0
    assert met.reports[1].after_seconds >= 0.5
    assert met.delay_to_phone == 0.0


def test_another_seed_is_another_network() -> None:
    delays = [[fate(seed, PHONE, r).delay_to_final for r in REFERENCES[:20]] for seed in ("1", "2")]
    assert delays[0] != delays[1]


def test_nothing_is_lost_by_default() -> None:
    assert {fate("1", PHONE, r).status for r in REFERENCES} == {Status.DELIVERED}


@pytest.mark.parametrize("percent", [5.0, 30.0, 100.0])
def test_as_many_are_lost_as_it_says_half_of_them_silently(percent: float) -> None:
    ends = Counter(fate("1", PHONE, r, percent).status for r in REFERENCES)
    half = percent / 200 * len(REFERENCES)
    assert ends[Status.UNDELIVERED] == pytest.approx(half, rel=0.25)
    assert ends[Status.SENT] == pytest.approx(half, rel=0.25)
    assert ends[Status.DELIVERED] == len(REFERENCES) - ends[Status.UNDELIVERED] - ends[Status.SENT]


def test_an_undelivered_text_never_reaches_the_phone() -> None:
    met = special("559001")
    assert [(r.status, r.error_code) for r in met.reports] == [
        (Status.SENT, ""),
        (Status.UNDELIVERED, "30003"),
    ]
    assert met.delay_to_phone is None


def test_a_slow_text_takes_forty_five_seconds_to_the_phone() -> None:
    met = special("559002")
    assert met.reports[-1].after_seconds == 45.0
    assert met.delay_to_phone == 45.0


def test_a_silently_lost_text_is_sent_and_nothing_more() -> None:
    met = special("559003")
    assert [report.status for report in met.reports] == [Status.SENT]
    assert met.delay_to_phone is None


@pytest.mark.parametrize(
    ("ending", "code"), [("559004", "21614"), ("559005", "20429"), ("559008", "21610")]
)
def test_a_refused_text_has_a_code_and_no_receipts(ending: str, code: str) -> None:
    met = special(ending)
    assert met.refusal == code
    assert met.reports == ()
    assert met.delay_to_phone is None


def test_disorderly_receipts_come_twice_and_the_last_first() -> None:
    met = special("559006")
    words = [report.status for report in met.reports]
    assert words == [Status.DELIVERED, Status.SENT, Status.DELIVERED, Status.SENT]
    times = [report.after_seconds for report in met.reports]
    assert times == sorted(times)


def test_a_lost_answer_loses_no_text() -> None:
    met = special("559007")
    assert met.is_answer_lost
    assert met.reports[-1].status is Status.DELIVERED


def test_no_ending_is_met_by_loss() -> None:
    assert fate("1", "+256700559007", REFERENCES[0], 100.0).status is Status.DELIVERED


def test_neighbours_have_one_carrier_and_countries_their_own() -> None:
    assert len({carrier(f"+25670011122{n}") for n in range(10)}) == 1
    for code, names in CARRIERS.items():
        met = {carrier(f"{code}{n:03d}5551234") for n in range(100, 1000, 7)}
        assert met == set(names)


def test_a_country_without_carriers_of_its_own_has_some() -> None:
    assert carrier("+99812345678")


def test_its_page_names_every_ending_and_carrier() -> None:
    page = PAGE.read_text()
    assert [ending for ending in ENDINGS if f"| `{ending}` |" not in page] == []
    rows = [f"| {code} | {', '.join(names)} |" for code, names in CARRIERS.items()]
    rows.append(f"| any other | {', '.join(ELSEWHERE)} |")
    assert [row for row in rows if row not in page] == []
