"""The texts we send: pure, one GSM-7 segment each, whatever the brand.

A code text ends with the origin line `@host #code`, so that a browser offers the code only to
this host (WICG "Origin-bound one-time codes delivered via SMS": last line, one space, https).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from twofactor.sms.segments import Encoding, count, culprits
from twofactor.sms.sentences import DEFAULT_LANGUAGE, LANGUAGES, Language, Notice, Row
from twofactor.words import Purpose

ORIGIN_LINE = "\n\n@{host} #{code}"
SHORTEST_CODE = 6  # a run of digits as long as a code may be taken for one


def code_text(
    brand: str,
    purpose: Purpose,
    code: str,
    lifetime_seconds: int,
    host: str,
    language: str = DEFAULT_LANGUAGE,
) -> str:
    """The text that brings a code; outside the last line the code is the only run of digits as
    long as a code. `host` is that of PUBLIC_URL, without port.

    Raises ValueError for a purpose without codes, and for a host that fits no segment.
    """
    words = _language(language)
    minutes = max(1, lifetime_seconds // 60)
    row = words.code.get((purpose, words.plural(minutes)))
    if row is None:
        raise ValueError(f"a text of purpose {purpose} holds no code")
    rows = [sentence + ORIGIN_LINE for sentence in (*row, words.bare_code)]
    name = _writable(brand, min(SHORTEST_CODE, len(code)))
    return _first_that_fits(rows, brand=name, code=code, minutes=str(minutes), host=host)


def notice_text(brand: str, notice: Notice, language: str = DEFAULT_LANGUAGE, url: str = "") -> str:
    """The text that tells of a change; it holds no code. `url` reports that it was not you; where
    it does not fit, or there is none, the text says to log in."""
    rows = [row for row in _notice_rows(notice, language) if url or "{url}" not in row]
    fitting = _fitting(rows, brand=_writable(brand), url=url)
    return next(fitting)


def _notice_rows(notice: Notice, language: str) -> Row:
    rows = _language(language).notice.get(notice)
    return rows if rows is not None else LANGUAGES[DEFAULT_LANGUAGE].notice[notice]


def invitation_text(brand: str, url: str, language: str = DEFAULT_LANGUAGE) -> str:
    """The text that asks an imported user to set up the account. Raises ValueError for an address
    that fits no segment."""
    return _first_that_fits(_language(language).invitation, brand=_writable(brand), url=url)


def trial_text(brand: str, language: str = DEFAULT_LANGUAGE) -> str:
    """The text by which an operator tries a gateway."""
    return _first_that_fits(_language(language).trial, brand=_writable(brand))


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


def _first_that_fits(rows: Iterable[str], brand: str, **values: str) -> str:
    for text in _fitting(rows, brand, **values):
        return text
    raise ValueError("The address is too long for a text, or not ASCII: use a shorter host")


def _fitting(rows: Iterable[str], brand: str, **values: str) -> Iterator[str]:
    for sentence in rows:
        if not brand and "{brand}" in sentence:
            continue
        text = sentence.format(brand=brand, **values)
        size = count(text)
        if size.encoding is Encoding.GSM7 and size.parts == 1:
            yield text
