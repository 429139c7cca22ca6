"""How many segments a text costs (3GPP TS 23.038 alphabets, TS 23.040 concatenation).

One GSM-7 segment holds 160 septets, one UCS-2 segment 70 units; each part of a longer text gives
6 bytes to its header and holds 153 septets or 67 units.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")  # each travels as ESC and one more septet
GSM7 = BASIC | EXTENDED
LAST_OF_ONE_UNIT = "\uffff"  # above it UTF-16 needs a surrogate pair

REPLACEMENTS = {
    "`": "'", "´": "'", "‘": "'", "’": "'", "‚": "'", "′": "'", "“": '"', "”": '"', "„": '"',
    "«": '"', "»": '"', "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-", "…": "...", "•": "-",
    "\t": " ", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "œ": "oe", "Œ": "OE", "þ": "th",
    "Þ": "Th", "ð": "d", "Ð": "D", "ẞ": "SS", "×": "x", "©": "(c)", "®": "(R)", "™": "(TM)",
}  # fmt: skip


class Encoding(StrEnum):
    """The alphabet a text travels in; one foreign character moves the whole text to UCS-2."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


SINGLE = {Encoding.GSM7: 160, Encoding.UCS2: 70}  # units of a text in one segment
JOINED = {Encoding.GSM7: 153, Encoding.UCS2: 67}  # units of each part of a longer one


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs: `units` are septets of GSM-7 or 16-bit units of UCS-2."""

    encoding: Encoding
    units: int
    parts: int


def count(text: str) -> Segments:
    """The segments of a text; an escape or surrogate pair never lies in two parts. An empty text
    is one part."""
    encoding = Encoding.GSM7 if GSM7.issuperset(text) else Encoding.UCS2
    if encoding is Encoding.GSM7 and len(text) <= SINGLE[encoding] and EXTENDED.isdisjoint(text):
        return Segments(encoding, len(text), 1)  # most texts, and every one with a code
    widths = [_width(char, encoding) for char in text]
    units = sum(widths)
    if units <= SINGLE[encoding]:
        return Segments(encoding, units, 1)
    return Segments(encoding, units, _fill(widths, JOINED[encoding]))


def culprits(text: str) -> list[tuple[str, str]]:
    """Each different character that forces UCS-2, in order of appearance, with what to write in
    GSM-7 instead ('' where nothing comes near)."""
    strangers = dict.fromkeys(c for c in text if c not in BASIC and c not in EXTENDED)
    return [(char, _replacement(char)) for char in strangers]


def in_gsm7(text: str) -> str:
    """The text with every character that forces UCS-2 replaced, or left out."""
    for char, instead in culprits(text):
        text = text.replace(char, instead)
    return text


def _width(char: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM7:
        return 2 if char in EXTENDED else 1
    return 2 if char > LAST_OF_ONE_UNIT else 1


def _fill(widths: Iterable[int], size: int) -> int:
    """Parts needed when each takes whole characters until the next does not fit."""
    parts, used = 1, 0
    for width in widths:
        if used + width > size:
            parts, used = parts + 1, 0
        used += width
    return parts


def _replacement(char: str) -> str:
    """The listed stand-in, or the letter without its marks."""
    if char in REPLACEMENTS:
        return REPLACEMENTS[char]
    bare = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    return bare if GSM7.issuperset(bare) else ""
