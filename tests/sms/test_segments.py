"""Segments counted here in two other ways, and at the edges."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twofactor.sms.segments import Encoding, Segments, count, culprits

# 3GPP TS 23.038 section 6.2.1 row by row, as code points; 0x1B is the escape and no character.
BASIC_POINTS = [
    0x40, 0xA3, 0x24, 0xA5, 0xE8, 0xE9, 0xF9, 0xEC, 0xF2, 0xC7, 0x0A, 0xD8, 0xF8, 0x0D, 0xC5, 0xE5,
    0x394, 0x5F, 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E, None,
    0xC6, 0xE6, 0xDF, 0xC9, *range(0x20, 0x24), 0xA4, *range(0x25, 0x40),
    0xA1, *range(0x41, 0x5B), 0xC4, 0xD6, 0xD1, 0xDC, 0xA7,
    0xBF, *range(0x61, 0x7B), 0xE4, 0xF6, 0xF1, 0xFC, 0xE0,
]  # fmt: skip
EXTENSION_POINTS = {
    0x0C: 0x0A, 0x5E: 0x14, 0x7B: 0x28, 0x7D: 0x29, 0x5C: 0x2F, 0x5B: 0x3C, 0x7E: 0x3D, 0x5D: 0x3E,
    0x7C: 0x40, 0x20AC: 0x65,
}  # fmt: skip
ESCAPE = 0x1B
SEPTETS = {chr(p): bytes([i]) for i, p in enumerate(BASIC_POINTS) if p is not None} | {
    chr(p): bytes([ESCAPE, i]) for p, i in EXTENSION_POINTS.items()
}

GSM7 = st.text(st.sampled_from(sorted(SEPTETS)), max_size=700)
ANY = st.text(max_size=300)
WIDE = st.text(st.sampled_from("aé漢😀😁𝄞"), max_size=300)


def septet_parts(text: str) -> int:
    """Cuts the encoded bytes from the front, one septet earlier where an escape would be last."""
    data = b"".join(SEPTETS[char] for char in text)
    if len(data) <= 160:
        return 1
    parts = 0
    while data:
        at = 153
        if len(data) > at and data[at - 1] == ESCAPE:
            at -= 1
        data, parts = data[at:], parts + 1
    return parts


def utf16_parts(text: str) -> int:
    """Slices UTF-16, one unit earlier where a high surrogate would be last."""
    data = text.encode("utf-16-be")
    if len(data) <= 140:
        return 1
    start = parts = 0
    while start < len(data):
        end = start + 134
        if end < len(data) and 0xD8 <= data[end - 2] <= 0xDB:
            end -= 2
        start, parts = end, parts + 1
    return parts


def test_the_tables_of_this_test_are_whole() -> None:
    assert len(BASIC_POINTS) == 128
    assert len(SEPTETS) == 137


@given(GSM7)
@settings(max_examples=500)
def test_it_counts_gsm7_like_a_cutter_of_bytes(text: str) -> None:
    units = sum(len(SEPTETS[char]) for char in text)
    assert count(text) == Segments(Encoding.GSM7, units, septet_parts(text))


@given(ANY | WIDE)
@settings(max_examples=500)
def test_it_counts_ucs2_like_a_slicer_of_utf16(text: str) -> None:
    if SEPTETS.keys() >= set(text):
        text += "漢"
    units = len(text.encode("utf-16-be")) // 2
    assert count(text) == Segments(Encoding.UCS2, units, utf16_parts(text))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 159 + "€", 2), ("€" * 80, 1),
        ("€" * 81, 2), ("a" * 306, 2), ("a" * 307, 3), ("😀" * 35, 1), ("😀" * 36, 2),
        ("a" * 152 + "€" + "a" * 10, 2), ("a" * 152 + "€" + "a" * 152, 3), ("漢" * 70, 1),
        ("漢" * 71, 2), ("漢" * 134, 2), ("漢" * 135, 3), ("漢" * 66 + "😀" + "漢" * 66, 3),
    ],
)  # fmt: skip
def test_the_edges(text: str, parts: int) -> None:
    assert count(text).parts == parts


@pytest.mark.parametrize("char", [*"`çêâîôûëï’—", "\u00a0", "\x1b", "я", "م"])
def test_one_foreign_character_moves_the_text_to_ucs2(char: str) -> None:
    assert count("Hello" + char).encoding is Encoding.UCS2


def test_french_accents_of_the_alphabet_stay_gsm7() -> None:
    assert count("éèàùÇ").encoding is Encoding.GSM7


def test_culprits_come_once_each_with_their_stand_in() -> None:
    found = culprits("“Ça” — le garçon’s café… ê 漢 “")
    assert found == [
        ("“", '"'), ("”", '"'), ("—", "-"), ("ç", "c"), ("’", "'"), ("…", "..."), ("ê", "e"),
        ("漢", ""),
    ]  # fmt: skip


@given(ANY)
def test_a_text_without_culprits_is_gsm7(text: str) -> None:
    assert (culprits(text) == []) is (count(text).encoding is Encoding.GSM7)


@given(ANY)
def test_every_stand_in_is_gsm7(text: str) -> None:
    assert all(count(stand_in).encoding is Encoding.GSM7 for _, stand_in in culprits(text))
