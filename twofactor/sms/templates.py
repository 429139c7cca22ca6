"""The template guard: every text as a phone would get it, what it costs, and what is wrong with it.

Pure: settings in, values out. A text over its budget of segments costs twice what was planned, a
broken origin line makes browsers stop offering the code.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from twofactor.config.settings import Settings
from twofactor.sms.language import Notice
from twofactor.sms.segments import JOINED, SINGLE, Encoding, Segments, count, culprits
from twofactor.sms.sentences import LANGUAGES
from twofactor.sms.wording import code_text, invitation_text, notice_text, trial_text
from twofactor.words import Purpose

SPARE = 20  # characters that some networks append, an opt-out line among them
CODE_PURPOSES = (Purpose.LOGIN, Purpose.ENROL, Purpose.STEP_UP, Purpose.API)
TOKEN = "x" * 22  # as long as the token of a link  # noqa: S105


@dataclass(frozen=True, slots=True)
class Sample:
    """One text as it would be sent."""

    name: str
    language: str
    text: str
    origin_line: str = ""  # what a text with a code must end with

    @property
    def size(self) -> Segments:
        return count(self.text)

    @property
    def spare(self) -> int:
        """Characters that still fit into the segments the text pays for."""
        size = self.size
        room = SINGLE[size.encoding] if size.parts == 1 else JOINED[size.encoding] * size.parts
        return room - size.units


@dataclass(frozen=True, slots=True)
class House:
    """What of an installation goes into its texts."""

    brand: str
    host: str
    public_url: str
    code_length: int = 6
    lifetime_seconds: int = 300
    is_answerable: bool = False  # people can answer its texts


def house_of(settings: Settings, *, is_answerable: bool) -> House:
    """What the settings of an installation put into its texts."""
    return House(
        settings.brand,
        settings.host,
        settings.public_url,
        settings.codes.length,
        settings.codes.lifetime_seconds,
        is_answerable,
    )


def samples(house: House) -> Iterator[Sample]:
    """Every text there is, in every language."""
    code = "0123456789"[: house.code_length]
    origin = f"\n@{house.host} #{code}"
    for language in LANGUAGES:
        for purpose in CODE_PURPOSES:
            text = code_text(
                house.brand, purpose, code, house.lifetime_seconds, house.host, language
            )
            yield Sample(f"code: {purpose}", language, text, origin)
        for notice in Notice:
            text = notice_text(house.brand, notice, language)
            yield Sample(f"notice: {notice}", language, text)
            url = f"{house.public_url}/not-me/{TOKEN}"
            text = notice_text(
                house.brand, notice, language, url, is_answerable=house.is_answerable
            )
            yield Sample(f"notice with link: {notice}", language, text)
        url = f"{house.public_url}/welcome/{TOKEN}"
        yield Sample("invitation", language, invitation_text(house.brand, url, language))
        yield Sample("test", language, trial_text(house.brand, language))


def faults(sample: Sample, *, appends: bool = False, budget: int | None = None) -> list[str]:
    """What must be mended, each with its remedy; empty for a good text.

    `appends`: a gateway's network may add SPARE characters. `budget`: segments a text may take; by
    default what its language allows.
    """
    words = LANGUAGES[sample.language]
    most = words.most_parts if budget is None else budget
    found = []
    if sample.size.parts > most:
        found.append(f"takes {sample.size.parts} segments, {most} are allowed: shorten it")
    if words.encoding is Encoding.GSM7 and sample.size.encoding is Encoding.UCS2:
        found += [_foreign(char, instead) for char, instead in culprits(sample.text)]
    if not sample.text.endswith(sample.origin_line):
        found.append(f"must end with the line {sample.origin_line.strip()!r}, or no browser fills")
    if appends and sample.spare < SPARE and sample.size.parts >= most:
        found.append(
            f"{sample.spare} characters are spare, networks append up to {SPARE}: shorten it"
        )
    return found


def _foreign(char: str, instead: str) -> str:
    remedy = f"write {instead!r}" if instead else "leave it out"
    return f"{char!r} (U+{ord(char):04X}) moves the whole text to UCS-2, 70 a segment: {remedy}"
