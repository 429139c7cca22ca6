"""S-07 at the API: codes grow instead of locking a stranger's number."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.api.program import PHONE, Cast, Program, wrong
from twofactor.clock import FixedClock
from twofactor.verify.risk_budget import BUDGET, LONGEST, UNITS, length_for, units

DAY = 24 * 3600
YEAR = 365 * DAY


@given(st.lists(st.tuples(st.integers(6, 10), st.integers(0, 5)), max_size=4000))
def test_s07_any_year_of_guesses_stays_within_one_in_ten_thousand(
    year: list[tuple[int, int]],
) -> None:
    spent, risk = 0, Fraction(0)
    for wanted, guesses in year:
        length = length_for(spent, wanted, 5)
        assert length >= wanted
        if spent + guesses * units(length) > BUDGET:
            assert length == LONGEST  # only then a check may be refused
            continue
        spent += guesses * units(length)
        risk += Fraction(guesses, 10**length)
    assert risk <= Fraction(1, 10_000)
    assert Fraction(spent, UNITS) == risk


def test_s07_codes_grow_to_eight_and_ten_digits() -> None:
    assert length_for(0, 6, 5) == 6
    assert length_for(BUDGET * 85 // 100 + 1, 6, 5) == 8
    assert length_for(BUDGET * 98 // 100, 6, 5) == 10
    assert length_for(0, 7, 5) == 7


def test_s07_wrong_guesses_make_the_next_code_longer_and_lock_nobody(
    shop: Program, cast: Cast, clock: FixedClock
) -> None:
    lengths = set()
    for _ in range(21):
        assert shop.start().status_code == 201
        code = cast.code(PHONE)
        lengths.add(len(code))
        for _ in range(5):
            assert shop.check(wrong(code)).status_code == 200
        clock.advance(DAY // 4)
    assert lengths == {6, 8}
    assert shop.start().status_code == 201
    assert shop.check(cast.code(PHONE)).json["valid"] is True  # type: ignore[index]
    clock.advance(YEAR + DAY)
    shop.start()
    assert len(cast.code(PHONE)) == 6


def test_s07_right_codes_cost_nothing(shop: Program, cast: Cast, clock: FixedClock) -> None:
    for _ in range(25):
        shop.start()
        assert shop.check(cast.code(PHONE)).json["valid"] is True  # type: ignore[index]
        clock.advance(DAY // 4)
    shop.start()
    assert len(cast.code(PHONE)) == 6
