"""One spelling for each phone, and no text to where none can arrive."""

from random import Random

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType
from phonenumbers import carrier as carriers

from twofactor.sms.phone import MAX_LENGTH, BadPhone, Phone, carrier, mask, parse, prefix

UGANDAN = "+256700111222"

FULL_WIDTH = {ord(char): ord(char) + 0xFEE0 for char in "0123456789+()-"}
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")
PLAIN = str.maketrans("", "")
SCRIPTS = (PLAIN, FULL_WIDTH, ARABIC_INDIC, PERSIAN, DEVANAGARI)

HEADS = ("+256", "00256", "+ 256 ", "00 256 ", "(+256) ", "+256 (0)", "0", "(0)", "")
BODIES = ("700111222", "700 111 222", "700-111-222", "(700) 111-222", "70.011.12.22", " 700111222 ")
MARKS = ("", "\u202a", "\u200e")  # what a copied contact carries invisibly

TEXTABLE = {
    "+256712345678": "UG", "+256700119001": "UG", "+12015550123": "US", "+12025550123": "US",
    "+254712123456": "KE", "+447400123456": "GB", "+4915123456789": "DE", "+33612345678": "FR",
    "+918123456789": "IN", "+61412345678": "AU", "+5511961234567": "BR", "+819012345678": "JP",
    "+27711234567": "ZA", "+15062345678": "CA", "+393123456789": "IT", "+41781234567": "CH",
    "+31612345678": "NL", "+46701234567": "SE",
}  # fmt: skip
NOT_TEXTABLE = {
    "satellite, worldwide and international networks": (
        "+870301234567", "+881612345678", "+8823421234", "+883510012345", "+878101234567890",
        "+88812345678901", "+80012345678", "+80812345678", "+979123456789",
    ),
    "fixed line": ("+256312345678", "+254202012345", "+441212345678", "+4930123456"),
    "toll free": ("+18002345678", "+256800123456", "+448001234567"),
    "premium": ("+256901123456", "+19002345678", "+449012345678", "+33891123456", "+390899123456"),
    "shared cost": ("+4918012345", "+33884012345", "+611300123456", "+39848123456"),
    "UAN": ("+445512345678", "+4918500123456", "+33806123456", "+81570123456"),
    "pager": ("+447640123456", "+4916412345", "+812012345678"),
    "voicemail": ("+49177991234567", "+3933101234501", "+41860123456789"),
    "internet line": ("+445612345678", "+33912345678"),
    "personal number": ("+15002345678", "+447012345678"),
    "unassigned": ("+15555555555", "+447700900123", "+256100000000", "+99912345678"),
}  # fmt: skip
REFUSED = [(kind, number) for kind, numbers in NOT_TEXTABLE.items() for number in numbers]


def test_the_table_has_sixty_numbers() -> None:
    assert len(TEXTABLE) + len(REFUSED) >= 60


def test_s17_two_hundred_spellings_are_one_phone() -> None:
    spellings = {
        (mark + head + body).translate(script)
        for head in HEADS
        for body in BODIES
        for script in SCRIPTS
        for mark in MARKS
    }
    assert len(spellings) >= 200
    assert {parse(spelling, "UG") for spelling in spellings} == {Phone(UGANDAN, "UG")}


def test_s17_a_number_of_the_us_is_one_phone() -> None:
    spellings = [
        "+1 (202) 555-0123",
        "001 202 555 0123",
        "\uff0b\uff11 202 555-0123",
        "+1.202.555.0123",
    ]
    assert {parse(spelling).e164 for spelling in spellings} == {"+12025550123"}
    assert parse("(202) 555-0123", "US").e164 == parse("1-202-555-0123", "US").e164


@given(
    st.sampled_from(sorted(TEXTABLE)),
    st.lists(st.sampled_from(["", " ", "-", ".", "\u2013", "\u00a0", "\u200b", "/"]), min_size=20),
    st.sampled_from(SCRIPTS),
    st.sampled_from(["+", "00", "\uff0b"]),
)
@settings(max_examples=300)
def test_s17_separators_and_scripts_change_nothing(
    e164: str, separators: list[str], script: dict[int, int], head: str
) -> None:
    written = "".join(digit + gap for digit, gap in zip(e164[1:], separators, strict=False))
    assert parse(head + written.translate(script)).e164 == e164


@given(st.text(max_size=80), st.sampled_from([None, "UG", "US", "XX"]))
@settings(max_examples=500)
def test_whatever_is_typed_is_a_phone_or_a_reason(text: str, region: str | None) -> None:
    try:
        phone = parse(text, region)
    except BadPhone:
        return
    assert phone == parse(phone.e164)
    assert phonenumbers.is_valid_number(phonenumbers.parse(phone.e164))


@pytest.mark.parametrize(("number", "country"), sorted(TEXTABLE.items()))
def test_s27_a_mobile_number_is_taken(number: str, country: str) -> None:
    assert parse(number) == Phone(number, country)


@pytest.mark.parametrize(("kind", "number"), REFUSED)
def test_s27_a_number_without_texts_is_refused(kind: str, number: str) -> None:
    with pytest.raises(BadPhone) as caught:
        parse(number)
    wanted = "Enter a phone number" if kind == "unassigned" else "Enter a mobile number"
    assert caught.value.reason.startswith(wanted)


def test_without_a_region_it_asks_for_the_country_code() -> None:
    with pytest.raises(BadPhone) as caught:
        parse("0700 111222")
    assert caught.value.reason == "Start with + and the country code, like +1 202 555 0123"


def test_the_sample_is_of_the_persons_country() -> None:
    with pytest.raises(BadPhone, match=r"like \+256 712 345678"):
        parse("0700", "UG")


@pytest.mark.parametrize(
    "text",
    ["", "+", "++256700111222", "+256700111222 ext 5", "+256700111222;8", "1-800-FLOWERS", "+256x"]
    + ["+" + "9" * MAX_LENGTH, "\x00+256700111222", "+256700111222,+256700111223", "½56700111222"],
)
def test_it_refuses_what_is_no_single_number(text: str) -> None:
    with pytest.raises(BadPhone):
        parse(text, "UG")


def test_a_reason_repeats_nothing_of_what_was_typed() -> None:
    with pytest.raises(BadPhone) as caught:
        parse("+25670011122299", "UG")
    assert "700111222" not in caught.value.reason


def test_s24_a_mask_shows_two_digits_and_has_one_length() -> None:
    assert mask(UGANDAN) == "••••••22"
    assert {len(mask(number)) for number in TEXTABLE} == {8}


def test_a_prefix_leaves_the_last_four_digits_out() -> None:
    assert prefix(UGANDAN) == "+25670011"


@pytest.mark.parametrize(
    ("number", "expected"),
    [("+256772123456", "MTN"), ("+256752123456", "Airtel"), ("+12025550123", ""), ("+0", "")],
)
def test_the_carrier_is_known_where_the_range_tells_it(number: str, expected: str) -> None:
    assert carrier(number) == expected


def test_the_carrier_is_the_one_that_libphonenumber_tells() -> None:
    chance = Random(7)
    for region in phonenumbers.SUPPORTED_REGIONS:
        example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
        for _ in range(20 if example else 0):
            assert example
            number = f"+{example.country_code}{_varied(example, chance)}"
            try:
                phone = parse(number)
            except BadPhone:
                assert carrier(number) == ""
            else:
                told = carriers.name_for_number(phonenumbers.parse(phone.e164), "en")
                assert carrier(phone.e164) == told[:40]


def _varied(example: phonenumbers.PhoneNumber, chance: Random) -> str:
    """A neighbour, near or far."""
    digits = phonenumbers.national_significant_number(example)
    kept = chance.randrange(1, len(digits))
    return digits[:kept] + "".join(chance.choices("0123456789", k=len(digits) - kept))
