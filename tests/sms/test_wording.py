"""The texts as a phone, a browser and a person read them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twofactor.sms.segments import Encoding, count
from twofactor.sms.sentences import LANGUAGES, Notice
from twofactor.sms.wording import code_text, invitation_text, notice_text, trial_text
from twofactor.words import Purpose

WITH_CODE = (Purpose.LOGIN, Purpose.ENROL, Purpose.STEP_UP, Purpose.API)
HOST = "login.example.com"

HOSTS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,15}[a-z0-9])?(\.[a-z]{2,11}){1,2}", fullmatch=True)
CODES = st.from_regex(r"[0-9]{4,10}", fullmatch=True)
BRANDS = st.text(st.characters(codec="utf-8"), max_size=20)
HARD_BRANDS = st.text(st.sampled_from("€[]{}0123456789 @#\nç漢"), max_size=20)


def origin_bound_code(text: str) -> tuple[str, str] | None:
    """Host and code as a browser takes them (WICG "Origin-bound one-time codes", parsing): only
    the last line counts, it starts with @, the host ends at one space, then # and the code."""
    last = text.split("\n")[-1]
    if not last.startswith("@"):
        return None
    host, space, rest = last[1:].partition(" ")
    if not host or not space or not rest.startswith("#"):
        return None
    code = rest[1:].split(" ")[0]
    return (host, code) if code else None


def is_one_gsm7_segment(text: str) -> bool:
    size = count(text)
    return size.encoding is Encoding.GSM7 and size.parts == 1


def fits(text: str, language: str) -> bool:
    """One GSM-7 segment; where the letters leave no choice, UCS-2 and what the language allows."""
    words, size = LANGUAGES[language], count(text)
    return size.encoding in (Encoding.GSM7, words.encoding) and size.parts <= words.most_parts


@given(
    brand=BRANDS | HARD_BRANDS,
    purpose=st.sampled_from(WITH_CODE),
    code=CODES,
    lifetime=st.integers(1, 600),
    host=HOSTS,
    language=st.sampled_from(sorted(LANGUAGES)),
)
@settings(max_examples=1000)
def test_s15_the_text_is_one_gsm7_segment_with_the_origin_line_last(
    brand: str, purpose: Purpose, code: str, lifetime: int, host: str, language: str
) -> None:
    text = code_text(brand, purpose, code, lifetime, host, language)
    body, _, last = text.rpartition("\n")
    assert fits(text, language)
    assert last == f"@{host} #{code}"
    assert origin_bound_code(text) == (host, code)
    assert re.findall(rf"\d{{{min(6, len(code))},}}", body) == [code]


@given(
    st.text(st.sampled_from("WA é-"), min_size=20, max_size=20), st.sampled_from(WITH_CODE), CODES
)
def test_s15_the_longest_brand_and_host_still_tell_purpose_and_warning(
    brand: str, purpose: Purpose, code: str
) -> None:
    text = code_text(brand, purpose, code, 600, "a" * 36 + ".com")
    assert is_one_gsm7_segment(text)
    assert " ".join(brand.split()) in text
    assert "Valid 10 minutes. Do not share it." in text


@pytest.mark.parametrize(
    ("purpose", "words"),
    [
        (Purpose.LOGIN, "to log in"),
        (Purpose.ENROL, "to confirm this phone"),
        (Purpose.STEP_UP, "to confirm it's you"),
        (Purpose.API, "to confirm it's you"),
    ],
)
def test_s15_the_text_says_what_the_code_is_for(purpose: Purpose, words: str) -> None:
    assert code_text("Acme", purpose, "012345", 300, HOST) == (
        f"012345 is your Acme security code {words}. Valid 5 minutes. Do not share it."
        f"\n\n@{HOST} #012345"
    )


def test_s15_the_text_holds_no_link() -> None:
    for purpose in WITH_CODE:
        assert "://" not in code_text("Acme", purpose, "012345", 300, HOST)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "Valid 1 minute."), (60, "Valid 1 minute."), (119, "Valid 1 minute."),
     (120, "Valid 2 minutes."), (300, "Valid 5 minutes."), (600, "Valid 10 minutes.")],
)  # fmt: skip
def test_it_tells_whole_minutes(seconds: int, words: str) -> None:
    assert words in code_text("Acme", Purpose.LOGIN, "012345", seconds, HOST)


@pytest.mark.parametrize(
    ("brand", "written"),
    [("Café ’24", "Café '24"), ("Łódź", "Lodz"), ("\uff21\uff23\uff2d\uff25", "ACME"),
     ("A\nB", "A B"),
     ("Cafe\u0301", "Café"), ("Œuvre", "OEuvre")],
)  # fmt: skip
def test_a_brand_is_written_in_gsm7(brand: str, written: str) -> None:
    assert f"your {written} security" in code_text(brand, Purpose.LOGIN, "012345", 300, HOST)


@pytest.mark.parametrize(
    "brand", ["漢字", "Acme 漢", "Bank 555000", "Bank \uff15\uff15\uff15000", "", " \n"]
)
def test_a_brand_that_cannot_be_written_or_looks_like_a_code_is_left_out(brand: str) -> None:
    text = code_text(brand, Purpose.LOGIN, "012345", 300, HOST)
    assert text.startswith("012345 is your security code to log in. Valid 5 minutes.")


def test_a_very_long_host_leaves_the_code_and_the_origin_line() -> None:
    host = "a" * 60 + "." + "b" * 40 + ".com"
    assert code_text("Acme", Purpose.LOGIN, "012345", 300, host) == (
        f"012345 is your security code.\n\n@{host} #012345"
    )


@pytest.mark.parametrize("host", ["a" * 160, "müller漢.example"])
def test_a_host_that_fits_no_segment_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="use a shorter host"):
        code_text("Acme", Purpose.LOGIN, "012345", 300, host)


@pytest.mark.parametrize("purpose", [Purpose.NOTICE, Purpose.INVITATION, Purpose.TEST])
def test_a_purpose_without_codes_is_refused(purpose: Purpose) -> None:
    with pytest.raises(ValueError, match="holds no code"):
        code_text("Acme", purpose, "012345", 300, HOST)


def test_an_unknown_language_is_english_and_a_variant_is_its_language() -> None:
    texts = {code_text("A", Purpose.LOGIN, "012345", 300, HOST, name) for name in ("en-GB", "tlh")}
    assert texts == {code_text("A", Purpose.LOGIN, "012345", 300, HOST)}


@given(
    brand=BRANDS | HARD_BRANDS,
    notice=st.sampled_from(Notice),
    language=st.sampled_from(sorted(LANGUAGES)),
)
def test_a_notice_is_one_segment_without_link_or_code(
    brand: str, notice: Notice, language: str
) -> None:
    text = notice_text(brand, notice, language)
    assert fits(text, language)
    assert "://" not in text
    assert not re.search(r"\d{6}", text)


@given(
    brand=BRANDS | HARD_BRANDS,
    path=st.from_regex(r"/[a-z0-9]{1,60}", fullmatch=True),
    language=st.sampled_from(sorted(LANGUAGES)),
)
def test_an_invitation_is_one_segment_that_ends_with_the_address(
    brand: str, path: str, language: str
) -> None:
    url = f"https://{HOST}{path}"
    text = invitation_text(brand, url, language)
    assert fits(text, language)
    assert text.endswith(f" {url}")


@given(brand=BRANDS | HARD_BRANDS, language=st.sampled_from(sorted(LANGUAGES)))
def test_a_trial_text_is_one_segment(brand: str, language: str) -> None:
    assert fits(trial_text(brand, language), language)


def test_an_arabic_code_is_one_segment_where_the_host_allows() -> None:
    for purpose in WITH_CODE:
        assert count(code_text("Acme", purpose, "012345", 300, "id.example.com", "ar")).parts == 1


@pytest.mark.parametrize(
    ("language", "seconds", "words"),
    [("fr", 60, "1 minute."), ("fr", 300, "5 minutes."), ("pt", 60, "1 minuto."),
     ("de", 60, "1 Minute gültig"), ("sw", 300, "dakika 5."), ("ar", 60, "لدقيقة."),
     ("ar", 120, "لدقيقتين."), ("ar", 600, "10 دقائق."), ("ar", 660, "11 دقيقة.")],
)  # fmt: skip
def test_plural_forms_are_those_of_the_language(language: str, seconds: int, words: str) -> None:
    assert words in code_text("", Purpose.LOGIN, "012345", seconds, "id.example", language)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_has_every_sentence(language: str) -> None:
    words = LANGUAGES[language]
    forms = {words.plural(minutes) for minutes in range(1, 100)}
    assert set(words.code) == {(purpose, form) for purpose in WITH_CODE for form in forms}
    assert set(words.notice) == set(Notice)
    assert all("{code}" in sentence for row in words.code.values() for sentence in row)
