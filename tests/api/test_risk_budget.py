"""S-07 at the API: codes grow instead of locking a stranger's number."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.api.program import OTHER_PHONE, PHONE, Cast, Program, wrong
from tests.cli.test_keys import NEW, OLD, served
from twofactor import restore
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Verification
from twofactor.models.database import transaction
from twofactor.verify import checks, limits, risk_budget, verifications
from twofactor.verify.risk_budget import BUDGET, LONGEST, UNITS, length_for, units
from twofactor.words import VerificationStatus

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
    with shop.app.app_context():
        kit = house().kit
        assert limits.spent(kit, *risk_budget.of(1, PHONE.e164), kit.now()) == 0
    shop.start()
    assert len(cast.code(PHONE)) == 6


GUESSES_OF_SIX_DIGITS = 86  # after them five more would go beyond 90 % of the budget


def _guess_once(shop: Program, cast: Cast) -> str:
    """Start a code, and guess wrong at it."""
    shop.start()
    code = cast.code(PHONE)
    assert shop.check(wrong(code)).json["status"] == "pending"  # type: ignore[index]
    return code


def test_s07_one_wrong_guess_at_each_code_makes_them_longer_too(
    shop: Program, cast: Cast, clock: FixedClock
) -> None:
    for count in range(GUESSES_OF_SIX_DIGITS):
        assert len(_guess_once(shop, cast)) == 6, count
        clock.advance(DAY // 4)
        if count % 2:  # the others end when the next code takes their place
            with shop.app.app_context(), transaction():
                assert verifications.expire_due(house().kit) == 1
    shop.start()
    assert len(cast.code(PHONE)) == 8


def test_s07_guesses_count_when_a_code_was_typed_right_after_them(
    shop: Program, cast: Cast, clock: FixedClock
) -> None:
    for _ in range(GUESSES_OF_SIX_DIGITS):
        code = _guess_once(shop, cast)
        assert shop.check(code).json["valid"] is True  # type: ignore[index]
        clock.advance(DAY // 4)
    shop.start()
    assert len(cast.code(PHONE)) == 8


def test_s07_guesses_at_a_living_code_count_for_the_one_in_its_place(
    trusted: Program, cast: Cast, clock: FixedClock
) -> None:
    trusted.post(trusted.base, CustomCodeEnabled="true")
    for _ in range(GUESSES_OF_SIX_DIGITS - 1):
        _guess_once(trusted, cast)
        clock.advance(DAY // 4)
    _guess_once(trusted, cast)
    assert trusted.start(CustomCode="482913").status_code == 400
    assert trusted.start(CustomCode="48291356").status_code == 201


def test_s07_a_guess_counts_though_its_comparison_failed(
    shop: Program, cast: Cast, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the disk is full")

    for _ in range(GUESSES_OF_SIX_DIGITS):
        shop.start()
        code = cast.code(PHONE)
        assert len(code) == 6
        with monkeypatch.context() as patch:
            patch.setattr(checks, "settle", fail)
            assert shop.check(wrong(code)).status_code == 500
        clock.advance(DAY // 4)
    shop.start()
    assert len(cast.code(PHONE)) == 8


def test_s07_guesses_outlive_a_restored_backup(
    shop: Program, cast: Cast, clock: FixedClock
) -> None:
    for _ in range(GUESSES_OF_SIX_DIGITS):
        _guess_once(shop, cast)
        with shop.app.app_context(), transaction():
            assert restore.void(house().kit).verifications == 1
        clock.advance(DAY // 4)
    shop.start()
    assert len(cast.code(PHONE)) == 8


@pytest.mark.parametrize("status", ["approved", "canceled"])
def test_s07_guesses_count_however_a_service_ends_the_code(
    trusted: Program, cast: Cast, clock: FixedClock, status: str
) -> None:
    for _ in range(GUESSES_OF_SIX_DIGITS):
        _guess_once(trusted, cast)
        sid = trusted.start().json["sid"]  # type: ignore[index]
        assert trusted.post(f"{trusted.base}/Verifications/{sid}", Status=status).status_code == 200
        clock.advance(DAY // 2)
    trusted.start()
    assert len(cast.code(PHONE)) == 8


def test_s07_all_that_end_at_once_keep_their_own_guesses(shop: Program, cast: Cast) -> None:
    shop.start(OTHER_PHONE)
    _guess_once(shop, cast)
    with shop.app.app_context(), transaction():
        kit = house().kit
        assert verifications.end_all(kit, [], VerificationStatus.CANCELED, kit.now()) == 2
        spent = {
            phone: limits.spent(kit, *risk_budget.of(1, phone.e164), kit.now())
            for phone in (PHONE, OTHER_PHONE)
        }
    assert spent == {PHONE: units(6), OTHER_PHONE: 0}


def test_s07_a_year_outlasts_a_data_key(tmp_path: Path, clock: FixedClock) -> None:
    with served(tmp_path, clock, OLD, is_new=True) as app:
        shop, cast = Program(app), Cast(app, clock)
        for _ in range(GUESSES_OF_SIX_DIGITS):
            _guess_once(shop, cast)
            clock.advance(DAY // 4)
    with served(tmp_path, clock, NEW, OLD) as app:
        assert app.test_cli_runner().invoke(args=["keys", "rotate"]).exit_code == 0
        shop.app, shop.client = app, app.test_client()
        shop.start()
        with app.app_context():
            latest = select(Verification.code_length).order_by(Verification.id.desc()).limit(1)
            assert db.session.scalar(latest) == 8


@pytest.mark.parametrize("length", [9, LONGEST])
def test_s07_the_longest_codes_take_no_check_beyond_the_budget(
    trusted: Program, cast: Cast, clock: FixedClock, length: int
) -> None:
    trusted.post(trusted.base, CodeLength=str(length))
    trusted.start()
    code = cast.code(PHONE)
    assert len(code) == length
    with trusted.app.app_context(), transaction():
        kit = house().kit
        budget, left = risk_budget.of(1, PHONE.e164), 2 * units(length)
        limits.note(kit, *budget, kit.now(), BUDGET - left)  # as if guessed meanwhile
    assert trusted.check(wrong(code)).status_code == 200
    assert trusted.check(wrong(code)).status_code == 200
    refused = trusted.check(code)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > YEAR - DAY
    clock.advance(YEAR + DAY)
    trusted.start()
    assert trusted.check(cast.code(PHONE)).json["valid"] is True  # type: ignore[index]
