"""The template guard: every text as a phone would get it, what it costs, and what is wrong with it.

Pure: settings in, values out. A text over its budget of segments costs twice what was planned, a
broken origin line makes browsers stop offering the code. What operators write passes the same
guard before it is kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from twofactor.kit import Kit
from twofactor.sms import drafts, wording
from twofactor.sms.language import Notice
from twofactor.sms.segments import JOINED, SINGLE, Encoding, Segments, count, culprits, in_gsm7
from twofactor.sms.sentences import LANGUAGES
from twofactor.sms.wording import Edited
from twofactor.words import Purpose

SPARE = 20  # characters that some networks append, an opt-out line among them
DEAREST = 2  # segments an operator may say yes to
TOKEN = "x" * 22  # as long as the token of a link  # noqa: S105

Edits = Mapping[tuple[str, str], Edited]  # by language and name


@dataclass(frozen=True, slots=True)
class Sample:
    """One text as it would be sent."""

    title: str
    language: str
    text: str
    origin_line: str = ""  # what a text with a code must end with
    name: str = ""  # of the template it comes from; none where nobody may edit it
    most_parts: int = 0  # segments that an operator pays for; 0: as many as the language may take
    is_edited: bool = False  # it is an operator's own sentence
    is_passed_over: bool = False  # there is one, but it does not fit any more

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

    @property
    def code(self) -> str:
        return "0123456789"[: self.code_length]

    @property
    def origin_line(self) -> str:
        return f"\n@{self.host} #{self.code}"

    def link(self, name: str) -> str:
        """A link as long as those that this template gets."""
        page = "welcome" if name == Purpose.INVITATION else "not-me"
        return f"{self.public_url}/{page}/{TOKEN}"


def house_of(kit: Kit) -> House:
    """What the settings of an installation put into its texts."""
    return House(
        kit.settings.brand,
        kit.settings.host,
        kit.settings.public_url,
        kit.settings.codes.length,
        kit.settings.codes.lifetime_seconds,
        kit.is_answerable,
    )


def samples(house: House, edits: Edits | None = None, language: str = "") -> Iterator[Sample]:
    """Every text there is, in one language or in every one."""
    for one in [language] if language else LANGUAGES:
        for name in drafts.NAMES:
            yield sample(house, one, name, (edits or {}).get((one, name)))
            if name in list(Notice):
                yield without_link(house, one, name)


def sample(house: House, language: str, name: str, edited: Edited | None = None) -> Sample:
    """The text of one template: the operator's own while it fits, else ours."""
    text = _rendered(house, language, name, edited)
    is_ours = edited is not None and text != draft(house, language, name, edited.sentence).text
    origin = house.origin_line if drafts.is_coded(name) else ""
    return Sample(
        _title(name),
        language,
        text,
        origin,
        name,
        edited.most_parts if edited and not is_ours else 0,
        is_edited=edited is not None and not is_ours,
        is_passed_over=is_ours,
    )


def without_link(house: House, language: str, name: str) -> Sample:
    """What a notice says where its link does not fit."""
    text = wording.notice_text(house.brand, Notice(name), language)
    return Sample(f"notice without link: {name}", language, text)


def draft(house: House, language: str, name: str, sentence: str) -> Sample:
    """A sentence of good words as a phone would get it, whether it fits or not."""
    is_coded = drafts.is_coded(name)
    text = wording.draft_text(
        sentence + (wording.ORIGIN_LINE if is_coded else ""),
        house.brand,
        code=house.code,
        minutes=str(wording.minutes_of(house.lifetime_seconds)),
        host=house.host,
        url=_way(house, language, name),
    )
    origin = house.origin_line if is_coded else ""
    return Sample(_title(name), language, text, origin, name, is_edited=True)


def draft_faults(
    house: House, language: str, name: str, edited: Edited, *, appends: bool = False
) -> list[str]:
    """What must be mended before an operator's sentence may be kept; empty for a good one."""
    found = drafts.faults(language, name, edited.sentence, edited.plural)
    if drafts.unreadable(language, name, edited.sentence, edited.plural):
        return found
    looked_at = replace(draft(house, language, name, edited.sentence), most_parts=edited.most_parts)
    return found + faults(looked_at, appends=appends)


def faults(sample: Sample, *, appends: bool = False, budget: int | None = None) -> list[str]:
    """What must be mended, each with its remedy; empty for a good text.

    `appends`: a gateway's network may add SPARE characters. `budget`: segments a text may take; by
    default what its language allows, or what the operator pays for.
    """
    words = LANGUAGES[sample.language]
    most = (sample.most_parts or words.most_parts) if budget is None else budget
    found = []
    if sample.is_passed_over:
        found.append("the edited text does not fit any more, ours is sent: edit it again")
    parts = sample.size.parts
    if words.encoding is Encoding.GSM7 and sample.size.encoding is Encoding.UCS2:
        found += [_foreign(char, instead) for char, instead in culprits(sample.text)]
        parts = count(in_gsm7(sample.text)).parts  # those mended, it may be short enough
    if parts > most:
        found.append(f"takes {parts} segments, {most} are allowed: shorten it")
    if not sample.text.endswith(sample.origin_line):
        found.append(f"must end with the line {sample.origin_line.strip()!r}, or no browser fills")
    if appends and sample.spare < SPARE and sample.size.parts >= most:
        found.append(
            f"{sample.spare} characters are spare, networks append up to {SPARE}: shorten it"
        )
    return found


def parts_by(sample: Sample, *, appends: bool) -> int:
    """Segments that a gateway charges at most, with what its network may append."""
    size = sample.size
    if not appends or sample.spare >= SPARE:
        return size.parts
    return count(sample.text + " " * SPARE).parts


def _rendered(house: House, language: str, name: str, edited: Edited | None) -> str:
    if drafts.is_coded(name):
        return wording.code_text(
            house.brand,
            Purpose(name),
            house.code,
            house.lifetime_seconds,
            house.host,
            language,
            edited=edited,
        )
    if name == Purpose.INVITATION:
        return wording.invitation_text(house.brand, house.link(name), language, edited)
    if name == Purpose.TEST:
        return wording.trial_text(house.brand, language, edited)
    return wording.notice_text(
        house.brand,
        Notice(name),
        language,
        house.link(name),
        edited,
        is_answerable=house.is_answerable,
    )


def _way(house: House, language: str, name: str) -> str:
    """What stands for `{url}`: a link, and in a notice also what to answer."""
    answerable = house.is_answerable and name in list(Notice)
    return wording.ways_out(language, house.link(name), is_answerable=answerable)[0]


def _title(name: str) -> str:
    if name in (Purpose.INVITATION, Purpose.TEST):
        return name
    return f"code: {name}" if drafts.is_coded(name) else f"notice: {name}"


def _foreign(char: str, instead: str) -> str:
    remedy = f"write {instead!r}" if instead else "leave it out"
    return f"{char!r} (U+{ord(char):04X}) moves the whole text to UCS-2, 70 a segment: {remedy}"
