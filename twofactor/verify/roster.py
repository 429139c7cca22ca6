"""A list of users from elsewhere: every row is checked before any is taken."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from twofactor.kit import Kit
from twofactor.sms import phone as phones
from twofactor.sms.phone import BadPhone, Phone
from twofactor.sms.sentences import DEFAULT_LANGUAGE
from twofactor.verify import authenticators, users
from twofactor.verify.users import BadEmail

COLUMNS = ("email", "phone", "language")


class BadRoster(ValueError):
    """The file as a whole can't be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that can be taken."""

    line: int
    email: str
    phone: Phone | None
    language: str


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that can't, and why."""

    line: int
    reason: str


def read(lines: Iterable[str]) -> Iterator[Row | Refused]:
    """Check every row of a CSV file with the columns email, phone, language. Raises BadRoster."""
    reader = csv.DictReader(lines)
    if not set(COLUMNS[:2]) <= set(reader.fieldnames or ()):
        raise BadRoster(f"The first line must name the columns: {','.join(COLUMNS)}")
    seen: set[str] = set()
    for given in reader:
        row = _checked(reader.line_num, given)
        if isinstance(row, Row) and row.email in seen:
            row = Refused(row.line, "this e-mail address stands twice")
        if isinstance(row, Row):
            seen.add(row.email)
        yield row


def take(kit: Kit, row: Row) -> bool:
    """Add one user with a phone that waits for its confirmation. False when they are there."""
    if users.by_email(row.email) is not None:
        return False
    user = users.create(kit, row.email)
    user.language = row.language
    if row.phone is not None:
        authenticators.add_phone(kit, user, row.phone)
    return True


def _checked(line: int, given: dict[str, str | None]) -> Row | Refused:
    try:
        email = users.normal_email(given.get("email") or "")
        typed = (given.get("phone") or "").strip()
        number = phones.parse(typed) if typed else None
    except BadEmail:
        return Refused(line, BadEmail.reason)
    except BadPhone as error:
        return Refused(line, error.reason)
    language = (given.get("language") or DEFAULT_LANGUAGE).strip().lower()
    if not 2 <= len(language) <= 16:
        return Refused(line, "the language is no code like en")
    return Row(line, email, number, language)
