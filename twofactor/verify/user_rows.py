"""Reading a file of users: every row is checked before anything is written. Pure."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from twofactor.sms.phone import BadPhone, Phone, parse
from twofactor.sms.sentences import DEFAULT_LANGUAGE, LANGUAGES
from twofactor.verify.users import BadEmail, normal_email

COLUMNS = ("email", "phone", "language")


class BadHeader(ValueError):
    """The first line names other columns."""


@dataclass(frozen=True, slots=True)
class UserRow:
    """One good row."""

    line: int
    email: str  # normalised
    phone: Phone | None
    language: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that is not taken, and why; `reason` holds no phone."""

    line: int
    reason: str


def read(lines: Iterable[str], allows: Callable[[str], bool]) -> Iterator[UserRow | BadRow]:
    """Each row in order. `allows` tells of a country whether texts may go there.

    Raises BadHeader. What was seen is kept as hashes: 8 bytes a row, however long the rows.
    """
    reader = csv.reader(lines, strict=True)
    header = [name.strip().lstrip("\ufeff").lower() for name in next(reader, [])]
    if not header or header[0] != "email" or not set(header) <= set(COLUMNS):
        raise BadHeader(f"The first line must be {','.join(COLUMNS)}")
    seen: set[int] = set()
    while True:
        try:
            values = next(reader, None)
        except csv.Error:
            yield BadRow(reader.line_num, "can't be read: check the quotes")
            continue
        if values is None:
            return
        if any(value.strip() for value in values):
            yield _row(reader.line_num, header, values, seen, allows)


def _row(
    line: int, header: list[str], values: list[str], seen: set[int], allows: Callable[[str], bool]
) -> UserRow | BadRow:
    if len(values) != len(header):
        return BadRow(line, f"has {len(values)} fields instead of {len(header)}")
    given = dict(zip(header, (value.strip() for value in values), strict=True))
    try:
        email = normal_email(given["email"])
        phone = parse(given["phone"]) if given.get("phone") else None
        language = _language(given.get("language", ""))
    except BadEmail:
        return BadRow(line, "the e-mail address can't be right")
    except BadPhone as error:
        return BadRow(line, f"phone: {error.reason}")
    except ValueError as error:
        return BadRow(line, str(error))
    if phone is not None and not allows(phone.country):
        return BadRow(line, f"texts to {phone.country} are not allowed: SIXDIGITS_COUNTRIES")
    return _once(UserRow(line, email, phone, language), seen)


def _once(row: UserRow, seen: set[int]) -> UserRow | BadRow:
    """A person or a phone that an earlier line of the file has is refused."""
    keys = [hash(row.email)] + ([hash(row.phone.e164)] if row.phone else [])
    if not seen.isdisjoint(keys):
        return BadRow(row.line, "an earlier line has the same e-mail address or phone")
    seen.update(keys)
    return row


def _language(text: str) -> str:
    name = text.lower() or DEFAULT_LANGUAGE
    if name.split("-")[0] not in LANGUAGES:
        raise ValueError(f"language {text[:16]!r} is none of {', '.join(sorted(LANGUAGES))}")
    return name
