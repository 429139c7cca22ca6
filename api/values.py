"""Parameters with a form of their own: phones, times, addresses, JSON. Pure."""

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from api.kinds import Text
from twofactor.sms import phone as phones
from twofactor.sms.phone import NOT_TEXTABLE, BadPhone, Phone


class Landline(ValueError):
    """A real number, but no text reaches it."""


@dataclass(frozen=True)
class Number:
    """A phone in E.164. Raises Landline for one that no text reaches."""

    def read(self, text: str) -> Phone:
        try:
            return phones.parse(text)
        except BadPhone as error:
            if error.reason == NOT_TEXTABLE:
                raise Landline from error
            raise ValueError("must be a phone in E.164, like +12025550123") from error

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "examples": ["+12025550123"]}


@dataclass(frozen=True)
class Moment:
    """A point in time, ISO 8601; without a zone it is UTC."""

    def read(self, text: str) -> datetime:
        try:
            at = datetime.fromisoformat(text)
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
            return at.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ValueError("must be a time like 2026-11-02T12:00:00Z") from error

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True)
class Address:
    """An IPv4 or IPv6 address."""

    def read(self, text: str) -> str:
        try:
            return str(ipaddress.ip_address(text))
        except ValueError as error:
            raise ValueError("must be an IPv4 or IPv6 address") from error

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "examples": ["203.0.113.7"]}


@dataclass(frozen=True)
class Map:
    """A JSON object of texts; numbers and true/false are taken as their spelling."""

    most: int  # entries
    length: int = 128  # of a key or value

    def read(self, text: str) -> dict[str, str]:
        try:
            given = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError('must be JSON like {"name": "value"}') from error
        if not isinstance(given, dict) or len(given) > self.most:
            raise ValueError(f"must be a JSON object with at most {self.most} entries")
        plain = Text(self.length)
        return {plain.read(key): plain.read(_spelled(value)) for key, value in given.items()}

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "contentMediaType": "application/json"}


def _spelled(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int):
        return str(value).lower()
    raise ValueError("must hold texts only")
