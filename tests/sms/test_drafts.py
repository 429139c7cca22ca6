"""What an operator may write: the guard on the words, and on what they cost."""

import pytest

from twofactor.sms import drafts
from twofactor.sms.sentences import LANGUAGES
from twofactor.sms.templates import House, draft_faults, sample, samples
from twofactor.sms.wording import Edited, plural_of
from twofactor.words import Purpose

HOUSE = House("Sixdigits", "login.example.com", "https://login.example.com")
GOOD = "{code} opens {brand} for {minutes} minutes. Do not share it."
OTHER = "other"


def refused(sentence: str, name: str = "login", most_parts: int = 1) -> list[str]:
    return draft_faults(HOUSE, "en", name, Edited(sentence, most_parts, OTHER))


def test_a_good_sentence_is_taken() -> None:
    assert refused(GOOD) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_ours_would_be_taken_from_an_operator(language: str) -> None:
    words = LANGUAGES[language]
    forms = {form for _, form in words.code}
    found = {
        f"{name} {form}": wrong
        for name in drafts.NAMES
        for form in (forms if drafts.is_coded(name) else {""})
        if (wrong := drafts.faults(language, name, drafts.built_in(language, name, form), form))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        ("", "is empty: write the text"),
        (GOOD.replace("{code} ", ""), "must hold {code}"),
        (GOOD.replace("for {minutes} minutes", "shortly"), "must hold {minutes}"),
        (GOOD.replace(" {brand}", " it"), "must hold {brand}"),
        (GOOD.replace("share", "lose"), "must hold the warning 'Do not share it'"),
        (GOOD + " {url}", "knows no placeholder {url}: use {code}, {brand}, {minutes}"),
        (GOOD + " {", "has a brace that belongs to no placeholder: use {code}, {brand}, {minutes}"),
        (GOOD + " {code.real}", "has a brace that belongs to no placeholder"),
        (GOOD + " {code!r}", "has a brace that belongs to no placeholder"),
        (GOOD + " {code:>9}", "has a brace that belongs to no placeholder"),
        (GOOD + " {code}", "holds {code} twice"),
        (GOOD + " Call 0800.", "has 4 digits in a row, which look like a code: write them apart"),
        (GOOD.replace("{code} ", "{code}"), ""),
        ("1" + GOOD, "has a placeholder that touches another one or a digit"),
        (GOOD.replace("{code} opens ", "{code}{brand} opens "), "has a placeholder that touches"),
        (GOOD + " See https://e.example", "has a link of its own, as frauds have: leave it out"),
        (GOOD + "\u202e", "has over 400 characters, or some that nobody sees"),
        ("x" * 401, "has over 400 characters, or some that nobody sees"),
    ],
)
def test_it_refuses_bad_words_with_their_remedy(sentence: str, fault: str) -> None:
    found = refused(sentence)
    assert any(one.startswith(fault) for one in found) if fault else not found, found


def test_it_refuses_what_takes_more_segments_than_the_operator_pays_for() -> None:
    long = (
        GOOD + " Nobody of us will ever ask you for this code, by phone, by mail or in person, ok?"
    )
    assert refused(long) == ["takes 2 segments, 1 are allowed: shorten it"]
    assert refused(long, most_parts=2) == []


def test_it_names_the_character_that_forces_ucs2_and_what_to_write_instead() -> None:
    assert refused(GOOD.replace("Do", "– Do")) == [
        "'–' (U+2013) moves the whole text to UCS-2, 70 a segment: write '-'"
    ]


def test_it_wants_twenty_characters_spare_where_networks_append() -> None:
    long = GOOD + " We never ask for it: not by phone, not by mail, nor in person."
    edited = Edited(long, plural=OTHER)
    assert draft_faults(HOUSE, "en", "login", edited) == []
    (fault,) = draft_faults(HOUSE, "en", "login", edited, appends=True)
    assert "characters are spare, networks append up to 20" in fault


def test_a_notice_must_bring_its_link_and_an_invitation_too() -> None:
    assert refused("{brand} says hello", "locked") == ["must hold {url}"]
    assert refused("{brand} says hello", "invitation") == ["must hold {url}"]
    assert refused("{brand} says hello", "test") == []


def test_a_good_edit_is_what_a_phone_gets_with_the_origin_line_as_ever() -> None:
    got = sample(HOUSE, "en", "login", Edited(GOOD, plural=OTHER))
    assert got.text == (
        "012345 opens Sixdigits for 5 minutes. Do not share it.\n\n@login.example.com #012345"
    )
    assert got.is_edited


@pytest.mark.parametrize("brand", ["漢字", "A brand so long that nothing else has any room " * 2])
def test_ours_is_sent_where_the_brand_does_not_fit_the_edited_text(brand: str) -> None:
    house = House(brand, HOUSE.host, HOUSE.public_url)
    got = sample(house, "en", "login", Edited(GOOD, plural=OTHER))
    assert got.text.startswith("012345 is your security code to log in.")


def test_ours_is_sent_when_the_minutes_have_another_plural_form() -> None:
    house = House(HOUSE.brand, HOUSE.host, HOUSE.public_url, lifetime_seconds=60)
    got = sample(house, "en", "login", Edited(GOOD, plural=plural_of("en", 300)))
    assert "Valid 1 minute." in got.text
    assert got.is_passed_over


def test_what_is_passed_over_is_told_by_the_guard() -> None:
    edits = {("en", "login"): Edited(GOOD, plural="one")}
    (got,) = (one for one in samples(HOUSE, edits, "en") if one.name == Purpose.LOGIN)
    assert got.is_passed_over
