"""The texts we send: pure, one GSM-7 segment each, whatever the brand (Arabic: UCS-2, short).

A code text ends with the origin line `@host #code`, so that a browser offers the code only to
this host (WICG "Origin-bound one-time codes delivered via SMS": last line, one space, https).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache

from twofactor.sms.segments import Encoding, count, culprits
from twofactor.sms.sentences import DEFAULT_LANGUAGE, LANGUAGES, Language, Notice
from twofactor.words import Purpose

ORIGIN_LINE = "\n\n@{host} #{code}"
APP_LINE = "\n\n{app_hash}"  # Android's SMS Retriever wants the hash of the app last
SHORTEST_CODE = 6  # a run of digits as long as a code may be taken for one


@dataclass(frozen=True, slots=True)
class Edited:
    """An operator's own sentence for one text. The built-in ones stay its reserve: for a brand or
    a host that is too long for it, and for minutes of another plural form."""

    sentence: str
    most_parts: int = 1  # segments the operator pays for
    plural: str = ""  # form of the minutes it was written for; none in a text without minutes


def code_text(
    brand: str,
    purpose: Purpose,
    code: str,
    lifetime_seconds: int,
    host: str,
    language: str = DEFAULT_LANGUAGE,
    app_hash: str = "",
    edited: Edited | None = None,
) -> str:
    """The text that brings a code; outside the last line the code is the only run of digits as
    long as a code. `host` is that of PUBLIC_URL, without port. An `app_hash` takes the place of
    the last line.

    Raises ValueError for a purpose without codes, and for a host that fits no segment.
    """
    sentence, values = _code_sentence(
        brand, purpose, len(code), lifetime_seconds, host, language, app_hash, edited
    )
    return sentence.format(code=code, **values)


@lru_cache(1024)
def _code_sentence(
    brand: str,
    purpose: Purpose,
    code_length: int,
    lifetime_seconds: int,
    host: str,
    language: str,
    app_hash: str,
    edited: Edited | None,
) -> tuple[str, dict[str, str]]:
    """The sentence for a code of that length, and all that goes into it beside the code."""
    words, plural = _language(language), plural_of(language, lifetime_seconds)
    row = words.code.get((purpose, plural))
    if row is None:
        raise ValueError(f"a text of purpose {purpose} holds no code")
    last_line = APP_LINE if app_hash else ORIGIN_LINE
    own = edited if edited and edited.plural == plural else None
    values = {
        "brand": _writable(brand, min(SHORTEST_CODE, code_length)),
        "minutes": str(minutes_of(lifetime_seconds)),
        "host": host,
        "app_hash": app_hash,
    }
    sentence = _sentence_that_fits(
        words,
        [sentence + last_line for sentence in (*row, words.bare_code)],
        edited=own and replace(own, sentence=own.sentence + last_line),
        code="0" * code_length,
        **values,
    )
    return sentence, values


def plural_of(language: str, lifetime_seconds: int) -> str:
    """The plural form that this language has for the minutes of a code's life."""
    return _language(language).plural(minutes_of(lifetime_seconds))


def language_of(name: str) -> str:
    """The language of ours that comes nearest: `pt` for `pt-BR`, English for one we don't have."""
    code = name.split("-")[0].lower()
    return code if code in LANGUAGES else DEFAULT_LANGUAGE


def draft_text(sentence: str, brand: str, **values: str) -> str:
    """A sentence with its values, whether it fits or not."""
    return sentence.format(brand=_writable(brand) or brand, **values)


def can_write(brand: str) -> bool:
    """True when a text can carry this name."""
    return _writable(brand) != ""


def notice_text(
    brand: str,
    notice: Notice,
    language: str = DEFAULT_LANGUAGE,
    url: str = "",
    edited: Edited | None = None,
    *,
    is_answerable: bool = False,
) -> str:
    """The text that tells of a change; it holds no code. `url` reports that it was not you, and
    where `is_answerable` a keyword does; where neither fits, the text says to log in."""
    words, name = _language(language), _writable(brand)
    rows = words.notice[notice]
    linked = [row for row in rows if "{url}" in row]
    for way in ways_out(language, url, is_answerable=is_answerable):
        with suppress(ValueError):
            return _first_that_fits(words, linked, edited=edited, brand=name, url=way)
    return _first_that_fits(words, [row for row in rows if "{url}" not in row], brand=name)


def ways_out(language: str, url: str, *, is_answerable: bool) -> list[str]:
    """What a notice says that somebody can do, the fullest first; it stands for `{url}`."""
    ways = _language(language).not_me if is_answerable else ()
    told = [way.format(url=url) for way in ways if url or "{url}" not in way]
    return told + [url] * bool(url)


def invitation_text(
    brand: str, url: str, language: str = DEFAULT_LANGUAGE, edited: Edited | None = None
) -> str:
    """The text that asks an imported user to set up the account. Raises ValueError for an address
    that fits no segment."""
    words = _language(language)
    return _first_that_fits(words, words.invitation, edited=edited, brand=_writable(brand), url=url)


def trial_text(brand: str, language: str = DEFAULT_LANGUAGE, edited: Edited | None = None) -> str:
    """The text by which an operator tries a gateway."""
    words = _language(language)
    return _first_that_fits(words, words.trial, edited=edited, brand=_writable(brand))


def alert_text(brand: str, reason: str, language: str = DEFAULT_LANGUAGE) -> str:
    """The text that tells an operator of an alert; what does not fit is left to the page."""
    words, name = _language(language), _writable(brand)
    plain = "".join(char for char in reason if char.isascii() and char.isprintable())
    for size in (120, 90, 60):
        try:
            return _first_that_fits(words, words.alert, brand=name, reason=plain[:size])
        except ValueError:
            continue
    raise ValueError("no alert fits a text")


def _language(name: str) -> Language:
    return LANGUAGES[language_of(name)]


def minutes_of(seconds: int) -> int:
    """Whole minutes of a code's life, as texts tell them."""
    return max(1, seconds // 60)


def _writable(brand: str, shortest_code: int = SHORTEST_CODE) -> str:
    """The brand on one line in GSM-7, or '' where it can't be written or could pass for a code.

    A name with holes in it would look like fraud, so it is written whole or not at all.
    """
    name = " ".join(unicodedata.normalize("NFC", brand).split())
    for char, replacement in culprits(name):
        if not replacement:
            return ""
        name = name.replace(char, replacement)
    return "" if re.search(rf"\d{{{shortest_code}}}", name) else name


def _first_that_fits(
    words: Language, rows: Iterable[str], brand: str, edited: Edited | None = None, **values: str
) -> str:
    """The operator's own text, else the fullest of one segment, else of as many as the language
    may take."""
    sentence = _sentence_that_fits(words, rows, brand, edited, **values)
    return sentence.format(brand=brand, **values)


def _sentence_that_fits(
    words: Language, rows: Iterable[str], brand: str, edited: Edited | None = None, **values: str
) -> str:
    """The sentence of that text."""
    if edited is not None:
        text = _filled(edited.sentence, brand, values)
        if text and _fits(text, words, edited.most_parts):
            return edited.sentence
    texts = [(row, text) for row in rows if (text := _filled(row, brand, values))]
    for parts in range(1, words.most_parts + 1):
        for sentence, text in texts:
            if _fits(text, words, parts):
                return sentence
    raise ValueError("The address is too long for a text, or not ASCII: use a shorter host")


def _filled(sentence: str, brand: str, values: Mapping[str, str]) -> str:
    """The text; '' where it names a brand that can't be written."""
    return sentence.format(brand=brand, **values) if brand or "{brand}" not in sentence else ""


def _fits(text: str, words: Language, parts: int) -> bool:
    size = count(text)
    return size.encoding in (Encoding.GSM7, words.encoding) and size.parts <= parts
