"""The template guard: what phones get, and what must be mended first."""

from dataclasses import replace

import pytest

from twofactor.sms.segments import Encoding
from twofactor.sms.sentences import LANGUAGES
from twofactor.sms.templates import SPARE, House, Sample, faults, samples

HOUSE = House("Sixdigits", "login.example.com", "https://login.example.com")
ORIGIN = "\n@login.example.com #012345"


@pytest.mark.parametrize("is_answerable", [False, True])
def test_every_text_that_we_ship_is_within_its_budget(is_answerable: bool) -> None:
    found = {
        f"{sample.language} {sample.name}": wrong
        for sample in samples(replace(HOUSE, is_answerable=is_answerable))
        if (wrong := faults(sample))
    }
    assert found == {}


def test_every_gsm7_text_leaves_room_for_what_networks_append() -> None:
    found = {
        f"{sample.language} {sample.name}": wrong
        for sample in samples(HOUSE)
        if LANGUAGES[sample.language].encoding is Encoding.GSM7
        if (wrong := faults(sample, appends=True))
    }
    assert found == {}


def test_there_is_a_sample_of_every_kind_in_every_language() -> None:
    kinds = {language: 0 for language in LANGUAGES}
    for sample in samples(HOUSE):
        kinds[sample.language] += 1
    assert set(kinds.values()) == {32}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x" * 161, "takes 2 segments, 1 are allowed: shorten it"),
        ("It’s you", "'’' (U+2019) moves the whole text to UCS-2, 70 a segment: write \"'\""),
        ("hi 漢", "'漢' (U+6F22) moves the whole text to UCS-2, 70 a segment: leave it out"),
    ],
)
def test_a_bad_text_is_refused_with_its_remedy(text: str, fault: str) -> None:
    assert fault in faults(Sample("notice", "en", text))


def test_the_origin_line_must_be_the_last() -> None:
    good = Sample("code", "en", f"012345 is your code.\n{ORIGIN}", ORIGIN)
    assert faults(good) == []
    for text in (good.text + " ", good.text + "\n", good.text.replace("@", "")):
        assert "must end with the line" in faults(Sample("code", "en", text, ORIGIN))[0]


@pytest.mark.parametrize(("length", "is_good"), [(160 - SPARE, True), (161 - SPARE, False)])
def test_twenty_characters_stay_spare_where_networks_append(length: int, is_good: bool) -> None:
    sample = Sample("notice", "en", "x" * length)
    assert faults(sample) == []
    assert (faults(sample, appends=True) == []) is is_good


def test_a_budget_may_be_larger_or_smaller_than_the_language_allows() -> None:
    assert faults(Sample("notice", "en", "x" * 300), budget=2) == []
    assert faults(Sample("notice", "ar", "ش" * 100)) == []
    assert faults(Sample("notice", "ar", "ش" * 100), budget=1) != []
