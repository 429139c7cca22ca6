"""What a phone is: one E.164 spelling for every way to write it, and only where a text can arrive.

The facts (which ranges are assigned, which are mobile) are libphonenumber's metadata.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

MAX_LENGTH = 64  # of what a person types; the longest phone has 15 digits (ITU-T E.164)
MASK = "•" * 6
SEPARATORS = frozenset(" -./()[]~\t\n\r·\N{HYPHEN}\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}")
TEXTABLE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
NOT_A_COUNTRY = "001"  # libphonenumber's region of satellite and other worldwide ranges
REMEMBERED = 16_384  # phones: who starts a verification soon checks it
_PLAIN = re.compile(r"\+[0-9]{7,15}", re.ASCII)

NOT_TEXTABLE = "Enter a mobile number that can receive text messages"


class BadPhone(ValueError):
    """Not a phone that a text can reach. `reason` tells the user what to do; it holds no digit of
    what was typed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone that a text can reach."""

    e164: str  # with +
    country: str  # ISO 3166-1 alpha-2


@lru_cache(REMEMBERED)
def parse(text: str, region: str | None = None) -> Phone:
    """The phone that a person means.

    `region` (ISO alpha-2) reads national spellings; without it the country code is needed.
    Raises BadPhone.
    """
    number = _read(_dialled(text, region), region)
    country, kind = phonenumbers.region_code_for_number(number), phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN or country is None:  # the same as not valid
        raise BadPhone(_how_to(region))
    if country == NOT_A_COUNTRY or kind not in TEXTABLE:
        raise BadPhone(NOT_TEXTABLE)
    return Phone(phonenumbers.format_number(number, PhoneNumberFormat.E164), country)


def mask(e164: str) -> str:
    """The phone as people may see it: the last two digits, the same length for every phone."""
    return MASK + e164[-2:]


def spelled(e164: str) -> str:
    """The phone as people write it down, for its owner alone: +1 202-555-0123."""
    number = phonenumbers.parse(e164)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def carrier(e164: str) -> str:
    """The carrier that the number's range was given to, in English; '' where nobody knows, and for
    what no text can reach. Numbers that moved to another carrier are still counted here."""
    name = _given_to(e164.removeprefix("+"))
    try:
        if name:
            parse(e164)  # most were a moment ago
    except BadPhone:
        return ""
    return name


def _given_to(digits: str) -> str:
    """By the longest range that has an English name: what libphonenumber does for a number it has
    read, at a twentieth of its price."""
    ranges, longest = _ranges()
    for length in range(longest, 0, -1):
        names = ranges.get(digits[:length])
        if names is not None and "en" in names:
            return names["en"][:40]
    return ""


@cache
def _ranges() -> tuple[Mapping[str, Mapping[str, str]], int]:
    from phonenumbers.carrierdata import CARRIER_DATA, CARRIER_LONGEST_PREFIX

    return CARRIER_DATA, CARRIER_LONGEST_PREFIX


def prefix(e164: str) -> str:
    """The neighbourhood of a phone: without its last four digits (limits against pumping)."""
    return e164[:-4]


def _dialled(text: str, region: str | None) -> str:
    """What is left to dial: ASCII digits behind at most one +; raises BadPhone."""
    if _PLAIN.fullmatch(text):
        return text
    if len(text) > MAX_LENGTH:
        raise BadPhone(_how_to(region))
    plain = unicodedata.normalize("NFKC", text)
    seen = [c for c in plain if c not in SEPARATORS and unicodedata.category(c) != "Cf"]
    plus = seen[:1] == ["+"]
    digits = "".join(_digit(c, region) for c in seen[plus:])
    if plus:
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def _digit(char: str, region: str | None) -> str:
    value = unicodedata.decimal(char, None)
    if value is None:
        raise BadPhone(_how_to(region))
    return str(value)


def _read(dialled: str, region: str | None) -> PhoneNumber:
    if not dialled.startswith("+") and region is None:
        raise BadPhone(f"Start with + and the country code, like {_sample(None)}")
    try:
        return phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException as error:
        raise BadPhone(_how_to(region)) from error


def _how_to(region: str | None) -> str:
    return f"Enter a phone number, like {_sample(region)}"


def _sample(region: str | None) -> str:
    """How a mobile number of that country looks; a fictional one of the US where none is known."""
    sample = (
        phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE) if region else None
    )
    if sample is None:
        return "+1 202 555 0123"
    return phonenumbers.format_number(sample, PhoneNumberFormat.INTERNATIONAL)
