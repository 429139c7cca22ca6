"""The ranking: what counts, how few texts are read, and that it stays calm."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twofactor.config.settings import RoutingRules
from twofactor.sms.routing import Candidate, Ranking, Record, places, rank
from twofactor.words import Policy

NOTHING = Record()


def rules(policy: Policy = Policy.QUALITY, **changes: object) -> RoutingRules:
    values: dict[str, object] = {"margin": 0.02, "explore": 0.0, "weights": {}} | changes
    return RoutingRules(policy=policy, **values)  # type: ignore[arg-type]


def record(sent: float, confirmed: float, **more: float) -> Record:
    """Texts spread evenly over the time that a record remembers."""
    part = min(1.0, 25 / sent) if sent else 0.0
    recent = {"recent_sent": sent * part, "recent_confirmed": confirmed * part}
    return Record(sent=sent, confirmed=confirmed, **(recent | more))


def candidate(
    name: str, country: Record = NOTHING, overall: Record | None = None, price: str | None = None
) -> Candidate:
    cost = None if price is None else Decimal(price)
    return Candidate(name, (overall or country, country), cost)


def ranked(
    *candidates: Candidate, by: RoutingRules | None = None, leader: str | None = None
) -> Ranking:
    return rank(candidates, by or rules(), leader=leader, may_change=True, chance=0.5)


def names(ranking: Ranking) -> list[str]:
    return [standing.gateway for standing in ranking.order]


def test_without_any_record_the_operators_order_holds() -> None:
    assert names(ranked(candidate("one"), candidate("two"))) == ["one", "two"]


def test_codes_that_come_back_count_more_than_receipts() -> None:
    faker = candidate("faker", record(100, 55, heard=100, delivered=100, seconds=100))
    honest = candidate("honest", record(100, 93, heard=60, delivered=55, seconds=400))
    assert ranked(faker, honest, leader="faker").leader == "honest"


def test_of_equal_conversion_the_faster_one_comes_first() -> None:
    slow = candidate("slow", record(150, 140, heard=150, delivered=150, seconds=150 * 60))
    fast = candidate("fast", record(150, 140, heard=150, delivered=150, seconds=150 * 3))
    assert ranked(slow, fast, leader="slow").leader == "fast"


def test_two_lucky_texts_do_not_beat_a_long_good_record() -> None:
    known = candidate("known", record(150, 138))
    lucky = candidate("lucky", record(2, 2))
    assert ranked(known, lucky, leader="known").leader == "known"


def test_few_texts_in_a_country_lean_on_the_record_everywhere() -> None:
    bad = candidate("bad", record(1, 1), overall=record(180, 90))
    good = candidate("good", record(1, 1), overall=record(180, 170))
    standings = {s.gateway: s for s in ranked(bad, good).order}
    assert standings["good"].conversion > standings["bad"].conversion + 0.2


def test_a_sudden_fall_shows_before_the_long_record_does() -> None:
    fallen = Record(sent=150, confirmed=135, recent_sent=22, recent_confirmed=12)
    ranking = ranked(
        candidate("fallen", fallen, overall=record(190, 180)),
        candidate("steady", record(10, 9), overall=record(60, 56)),
        leader="fallen",
    )
    assert ranking.leader == "steady"


def test_a_small_difference_changes_nothing() -> None:
    ranking = ranked(
        candidate("led", record(150, 136)), candidate("bit better", record(150, 139)), leader="led"
    )
    assert ranking.leader == "led"
    assert "no other is clearly better" in ranking.why


def test_a_leader_that_has_just_come_stays_for_a_while() -> None:
    worse, better = candidate("worse", record(150, 90)), candidate("better", record(150, 145))
    args = {"leader": "worse", "chance": 0.5}
    assert rank([worse, better], rules(), may_change=False, **args).leader == "worse"  # type: ignore[arg-type]
    assert rank([worse, better], rules(), may_change=True, **args).leader == "better"  # type: ignore[arg-type]


def test_a_lowered_gateway_comes_last_and_keeps_its_lead_for_later() -> None:
    slow = Candidate("slow", (NOTHING, NOTHING), None, is_lowered=True)
    ranking = ranked(slow, candidate("other"), leader="slow")
    assert names(ranking) == ["other", "slow"]
    assert ranking.leader == "slow"


def test_prefer_keeps_the_operators_order_whatever_happens() -> None:
    ranking = ranked(
        candidate("first", record(150, 75)), candidate("second", record(150, 149)),
        by=rules(Policy.PREFER),
    )  # fmt: skip
    assert names(ranking) == ["first", "second"]


def test_cost_takes_the_cheapest_that_is_good_enough() -> None:
    ranking = ranked(
        candidate("dear", record(190, 178), price="0.09"),
        candidate("fair", record(190, 177), price="0.03"),
        candidate("cheap and bad", record(190, 130), price="0.01"),
        by=rules(Policy.COST),
    )
    assert ranking.leader == "fair"
    assert "0.03 a segment" in ranking.why


def test_cost_drops_nobody_for_one_unlucky_text() -> None:
    unlucky = candidate("unlucky", record(1, 0), record(5, 4), price="0.03")
    lucky = candidate("lucky", record(1, 1), record(5, 5), price="0.055")
    assert ranked(lucky, unlucky, by=rules(Policy.COST)).leader == "unlucky"


def test_cost_takes_an_unknown_price_last() -> None:
    ranking = ranked(candidate("unknown"), candidate("listed", price="5"), by=rules(Policy.COST))
    assert ranking.leader == "listed"


def test_the_operators_trust_weighs() -> None:
    both = (candidate("one", record(50, 45)), candidate("two", record(50, 45)))
    assert ranked(*both, by=rules(weights={"two": 1.2}), leader="one").leader == "two"


@pytest.mark.parametrize(("chance", "first"), [(0.0, "two"), (0.03, "three"), (0.04, "one")])
def test_a_little_traffic_tries_the_others(chance: float, first: str) -> None:
    three = [candidate("one"), candidate("two"), candidate("three")]
    ranking = rank(three, rules(explore=0.04), leader="one", may_change=True, chance=chance)
    assert names(ranking)[0] == first
    assert ranking.leader == "one"
    assert ("tries another" in ranking.told(first)) is (first != "one")


def test_a_carrier_is_the_narrowest_place() -> None:
    assert places("UG", "MTN") == ("", "UG", "UG/MTN")
    assert places("UG", "") == ("", "UG")


records = st.integers(0, 200).flatmap(
    lambda sent: st.integers(0, sent).map(lambda confirmed: record(sent, confirmed))
)


@given(
    st.lists(st.tuples(records, st.decimals("0.001", "1", places=3)), min_size=1, max_size=6),
    st.sampled_from(Policy),
    st.floats(0, 1, exclude_max=True),
    st.booleans(),
)
def test_every_candidate_is_ranked_once_with_a_reason(
    made: list[tuple[Record, Decimal]], policy: Policy, chance: float, may_change: bool
) -> None:
    given_in = [Candidate(f"g{n}", (r, r), price) for n, (r, price) in enumerate(made)]
    ranking = rank(
        given_in, rules(policy, explore=0.1), leader="g0", may_change=may_change, chance=chance
    )
    assert sorted(names(ranking)) == sorted(c.gateway for c in given_in)
    assert all(0 <= s.conversion <= 1 and s.reason for s in ranking.order)
    assert ranking.why
