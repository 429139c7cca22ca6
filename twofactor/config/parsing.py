"""From text to typed values; every bad value becomes a fault that names its setting."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from twofactor.config.faults import Fault
from twofactor.config.fields import FIELDS, PREFIX

T = TypeVar("T")

DATA_KEY_BYTES = 32
DATABASES = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
_HOST = re.compile(r"[a-z0-9.:-]+")
HOST_LENGTH = 80  # the last line of a text holds it, and one segment has 160 characters


class Reader:
    """Reads values one by one and collects the faults instead of stopping at the first."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {field.name: values.get(field.name) or field.default for field in FIELDS}
        self.faults: list[Fault] = []

    def text(self, name: str) -> str:
        return self._values[name]

    def parsed(self, name: str, parse: Callable[[str], T], otherwise: T, mend: str) -> T:
        """The parsed value; a ValueError becomes a fault and `otherwise` the value."""
        try:
            return parse(self._values[name])
        except ValueError as error:
            self.faults.append(Fault(PREFIX + name, str(error), mend))
            return otherwise

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        def parse(text: str) -> str:
            if text not in choices:
                raise ValueError(f"{text!r} is not possible")
            return text

        return self.parsed(name, parse, choices[0], f"Use one of: {', '.join(choices)}.")

    def number(self, name: str, low: int, high: int) -> int:
        def parse(text: str) -> int:
            if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
                raise ValueError(f"{text!r} is out of bounds")
            return int(text)

        return self.parsed(name, parse, low, f"Use a whole number from {low} to {high}.")


def public_url(text: str) -> str:
    """Scheme, host and port only, without a trailing slash."""
    parts = urlsplit(text.rstrip("/"))
    has_more = parts.path or parts.query or parts.fragment or parts.username
    if parts.scheme not in ("http", "https") or not parts.hostname or has_more or parts.port == 0:
        raise ValueError(f"{text!r} is not a plain web address")
    if not _HOST.fullmatch(parts.hostname):
        raise ValueError(f"{text!r} holds no host name")
    if len(parts.hostname) > HOST_LENGTH:
        raise ValueError(f"its host is over {HOST_LENGTH} characters")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def database_url(text: str) -> str:
    """An address of a database that we run on. Raises ValueError without repeating it: it may
    hold a password."""
    try:
        name = make_url(text).drivername
    except (ArgumentError, ValueError):
        raise ValueError("not the address of a database") from None
    if name not in DATABASES:
        raise ValueError("not a database that we run on")
    return text


def redis_url(text: str) -> str:
    """An address of Redis or Valkey, or nothing. Raises ValueError without repeating it."""
    if text and not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("not the address of Redis or Valkey")
    return text


def smtp_url(text: str) -> str:
    """The address of a mail server. Raises ValueError without repeating the password."""
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if text and (parts.scheme not in ("smtp", "smtps") or not parts.hostname or port == -1):
        raise ValueError("this is not the address of a mail server")
    return text


def data_keys(text: str) -> tuple[bytes, ...]:
    """The keys of a comma list. Raises ValueError without repeating any of them."""
    keys = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            key = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        except (binascii.Error, ValueError):
            raise ValueError("a key is not urlsafe base64") from None
        if len(key) != DATA_KEY_BYTES:
            raise ValueError(f"a key has {len(key)} bytes instead of {DATA_KEY_BYTES}")
        keys.append(key)
    return tuple(keys)


def countries(text: str) -> frozenset[str] | None:
    """The set of ISO codes; None for `*`."""
    if text == "*":
        return None
    codes = [code.strip().upper() for code in text.split(",") if code.strip()]
    for code in codes:
        if not re.fullmatch(r"[A-Z]{2}", code):
            raise ValueError(f"{code!r} is not a country code")
    return frozenset(codes)


def waits(text: str) -> tuple[int, ...]:
    """The seconds of a comma list, each from 0 to 3600."""
    values = tuple(int(p) if re.fullmatch(r" *[0-9]{1,9} *", p) else -1 for p in text.split(","))
    if any(not 0 <= value <= 3600 for value in values):
        raise ValueError(f"{text!r} is not a list of seconds")
    return values


def names(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The names of a comma list, each known and named once."""
    chosen = tuple(part.strip() for part in text.split(",") if part.strip())
    for name in chosen:
        if name not in known:
            raise ValueError(f"there is no gateway {name!r}")
    if not chosen or len(set(chosen)) != len(chosen):
        raise ValueError("no gateway is named, or one twice")
    return chosen


def rates(text: str, known: tuple[str, ...]) -> dict[str, float]:
    """Segments a second by gateway, of a comma list `name=number`."""
    found: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = part.partition("=")
        if name not in known or name in found:
            raise ValueError(f"there is no gateway {name!r}, or it is named twice")
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", number) or not float(number):
            raise ValueError(f"{number!r} is no rate")
        found[name] = float(number)
    return found


def brand(text: str) -> str:
    """A name that fits into a text; digits in it could be taken for the code."""
    if not 1 <= len(text) <= 20 or re.search(r"[0-9]{4}", text) or not text.isprintable():
        raise ValueError(f"{text!r} is too long or holds a run of digits")
    return text


def https_url(text: str) -> str:
    """An address that may be posted to; empty for none. Raises ValueError without repeating it."""
    parts = urlsplit(text)
    if text and (parts.scheme != "https" or not parts.hostname or parts.username):
        raise ValueError("it is not an https address")
    return text


def token(text: str) -> str:
    """A bearer token; empty for none. Raises ValueError without repeating it."""
    if text and (len(text) < 16 or not text.isascii() or not text.isprintable() or " " in text):
        raise ValueError("it is too short, or holds other than printable ASCII")
    return text
