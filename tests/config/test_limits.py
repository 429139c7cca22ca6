"""The settings of the limits on texts: what is left out, what is refused, and the line for that."""

from pathlib import Path

import pytest

from api import key_limits
from tests.settings import settings_from
from twofactor.config.faults import ConfigError
from twofactor.verify import limits
from twofactor.verify.limits import Limit

ALL = (*vars(limits).values(), key_limits.SENDS, key_limits.CHECKS)
LIMITS = [value for value in ALL if isinstance(value, Limit)]
HOUR, DAY = "SENDS_PER_HOUR", "SENDS_PER_DAY"


def most(folder: Path, **values: str) -> dict[str, int]:
    return dict(settings_from(values, folder).most_hits)


def test_the_defaults_are_the_numbers_of_the_limits(tmp_path: Path) -> None:
    usual = {limit.name: limit.most for limit in LIMITS}
    found = most(tmp_path)
    assert found == {name: usual[name] for name in found}
    assert set(found) == {name for name in usual if name.startswith("sends_")} | {
        "api_key_sends_minute",
        "api_key_checks_minute",
    }


def test_a_key_may_check_twice_as_often_as_it_starts(tmp_path: Path) -> None:
    found = most(tmp_path, API_SENDS_PER_MINUTE="5000")
    assert (found["api_key_sends_minute"], found["api_key_checks_minute"]) == (5000, 10_000)


def test_what_a_list_leaves_out_keeps_its_default(tmp_path: Path) -> None:
    usual = most(tmp_path)
    found = most(
        tmp_path, SENDS_PER_DAY=" country = 50000 , all=60000,", SENDS_PER_HOUR="prefix=90"
    )
    changed = {name: number for name, number in found.items() if usual[name] != number}
    assert changed == {
        "sends_country_day": 50_000,
        "sends_global_day": 60_000,
        "sends_unverified_day": 48_000,
        "sends_prefix_hour": 90,
    }


@pytest.mark.parametrize(("number", "unverified"), [("1", 1), ("4", 3), ("10000000", 8_000_000)])
def test_a_fifth_of_all_stays_for_phones_that_were_confirmed(
    tmp_path: Path, number: str, unverified: int
) -> None:
    found = most(tmp_path, SENDS_PER_DAY=f"all={number}")
    assert found["sends_unverified_day"] == unverified


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        (HOUR, "number=20,address=10000000,prefix=1"),
        (DAY, "number=1,address=10000000,country=10000000,all=10000000"),
        ("API_SENDS_PER_MINUTE", "1"),
        ("API_SENDS_PER_MINUTE", "1000000"),
    ],
)
def test_it_takes_every_number_up_to_its_bound(tmp_path: Path, setting: str, text: str) -> None:
    assert most(tmp_path, **{setting: text}) != most(tmp_path)


@pytest.mark.parametrize(
    ("setting", "text", "problem"),
    [
        (HOUR, "number=21", "number=21 is not a whole number from 1 to 20"),
        (DAY, "number=21", "number=21 is not a whole number from 1 to 20"),
        (HOUR, "prefix=10000001", "prefix=10000001 is not a whole number from 1 to 10000000"),
        (DAY, "all=10000001", "all=10000001 is not a whole number from 1 to 10000000"),
        (DAY, "country=0", "country=0 is not a whole number from 1 to 10000000"),
        (DAY, "country=-1", "country=-1 is not a whole number from 1 to 10000000"),
        (DAY, "country=1.5", "country=1.5 is not a whole number from 1 to 10000000"),
        (DAY, "country=1e3", "country=1e3 is not a whole number from 1 to 10000000"),
        (DAY, "country=٦", "country=٦ is not a whole number from 1 to 10000000"),
        (DAY, "country", "country= is not a whole number from 1 to 10000000"),
        (DAY, "all=5,all=6", "all is named twice"),
        (DAY, "prefix=5", "there is no 'prefix' among number, address, country, all"),
        (HOUR, "all=5", "there is no 'all' among number, address, prefix"),
        (HOUR, "5", "there is no '5' among number, address, prefix"),
    ],
)
def test_it_refuses_other_numbers_and_says_what_is_wrong(
    tmp_path: Path, setting: str, text: str, problem: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        most(tmp_path, **{setting: text})
    (fault,) = refused.value.faults
    assert (fault.setting, fault.problem) == (f"SIXDIGITS_{setting}", problem)
    assert fault.mend.startswith("Write whole numbers like number=")


@pytest.mark.parametrize("text", ["0", "1000001", "many", "-1"])
def test_it_refuses_other_numbers_of_starts(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        most(tmp_path, API_SENDS_PER_MINUTE=text)
    (fault,) = refused.value.faults
    assert fault.setting == "SIXDIGITS_API_SENDS_PER_MINUTE"
