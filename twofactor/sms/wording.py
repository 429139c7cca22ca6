"""The texts we send: pure, one GSM-7 segment each, whatever the brand (Arabic: UCS-2, short).

A code text ends with the origin line `@host #code`, so that a browser offers the code only to
this host (WICG "Origin-bound one-time codes delivered via SMS": last line, one space, https).
"""

import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache

from twofactor.sms.segments import Encoding, count, culprits
from twofactor.sms.sentences import DEFAULT_LANGUAGE, LANGUAGES, Language, Notice
from twofactor.words import Purpose

ORIGIN_LINE = "\n\n@{host} #{code}"
APP_LINE = "\n\n{app_hash}"  # Android's SMS Retriever wants the hash of the app last
SHORTEST_CODE = 6  # a run of digits as long as a code may be taken for one


def code_text(
    brand: str,
    purpose: Purpose,
    code: str,
    lifetime_seconds: int,
    host: str,
    language: str = DEFAULT_LANGUAGE,
    app_hash: str = "",
) -> str:
    """The text that brings a code; outside the last line the code is the only run of digits as
    long as a code. `host` is that of PUBLIC_URL, without port. An `app_hash` takes the place of
    the last line.

    Raises ValueError for a purpose without codes, and for a host that fits no segment.
    """
    sentence, values = _code_sentence(
        brand, purpose, len(code), lifetime_seconds, host, language, app_hash
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
) -> tuple[str, dict[str, str]]:
    """The sentence for a code of that length, and all that goes into it beside the code."""
    words = _language(language)
    minutes = max(1, lifetime_seconds // 60)
    row = words.code.get((purpose, words.plural(minutes)))
    if row is None:
        raise ValueError(f"a text of purpose {purpose} holds no code")
    last_line = APP_LINE if app_hash else ORIGIN_LINE
    rows = [sentence + last_line for sentence in (*row, words.bare_code)]
    name = _writable(brand, min(SHORTEST_CODE, code_length))
    values = {"brand": name, "minutes": str(minutes), "host": host, "app_hash": app_hash}
    return _sentence_that_fits(words, rows, code="0" * code_length, **values), values


def can_write(brand: str) -> bool:
    """True when a text can carry this name."""
    return _writable(brand) != ""


def notice_text(
    brand: str,
    notice: Notice,
    language: str = DEFAULT_LANGUAGE,
    url: str = "",
    *,
    is_answerable: bool = False,
) -> str:
    """The text that tells of a change; it holds no code. `url` reports that it was not you, and
    where `is_answerable` a keyword does; where neither fits, the text says to log in."""
    words, name = _language(language), _writable(brand)
    rows = words.notice[notice]
    linked = [row for row in rows if "{url}" in row]
    ways = [way.format(url=url) for way in words.not_me if url or "{url}" not in way]
    for way in (ways if is_answerable else []) + [url] * bool(url):
        with suppress(ValueError):
            return _first_that_fits(words, linked, brand=name, url=way)
    return _first_that_fits(words, [row for row in rows if "{url}" not in row], brand=name)


def invitation_text(brand: str, url: str, language: str = DEFAULT_LANGUAGE) -> str:
    """The text that asks an imported user to set up the account. Raises ValueError for an address
    that fits no segment."""
    words = _language(language)
    return _first_that_fits(words, words.invitation, brand=_writable(brand), url=url)


def trial_text(brand: str, language: str = DEFAULT_LANGUAGE) -> str:
    """The text by which an operator tries a gateway."""
    words = _language(language)
    return _first_that_fits(words, words.trial, brand=_writable(brand))


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
    return LANGUAGES.get(name.split("-")[0].lower(), LANGUAGES[DEFAULT_LANGUAGE])


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


def _first_that_fits(words: Language, rows: Iterable[str], brand: str, **values: str) -> str:
    """The fullest text of one segment, else of as many as the language may take."""
    sentence = _sentence_that_fits(words, rows, brand, **values)
    return sentence.format(brand=brand, **values)


def _sentence_that_fits(words: Language, rows: Iterable[str], brand: str, **values: str) -> str:
    """The sentence of that text."""
    usable = [sentence for sentence in rows if brand or "{brand}" not in sentence]
    sizes = [(sentence, count(sentence.format(brand=brand, **values))) for sentence in usable]
    for parts in range(1, words.most_parts + 1):
        for sentence, size in sizes:
            if size.encoding in (Encoding.GSM7, words.encoding) and size.parts <= parts:
                return sentence
    raise ValueError("The address is too long for a text, or not ASCII: use a shorter host")
