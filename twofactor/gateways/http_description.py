"""What the TOML file of a gateway says, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from twofactor.words import ErrorClass, Status


@dataclass(frozen=True)
class Request:
    """How a text is handed over; every text here may hold placeholders."""

    method: str
    url: str
    headers: Mapping[str, str]
    login: tuple[str, str] | None
    sender: str  # what {sender} stands for, where a service has none of its own
    query: Mapping[str, str]
    form: Mapping[str, str] | None
    json: Any


@dataclass(frozen=True)
class Answer:
    """Where the answer tells what came of it: JSON paths, or patterns with one group for text."""

    format: str
    id: str
    success: str
    success_values: frozenset[str]
    error: str
    detail: str


@dataclass(frozen=True)
class Receipts:
    """How receipts look. `token_header` carries the callback token, else the path does."""

    method: str
    format: str
    items: str
    token_header: str
    id: str
    status: str
    recipient: str
    reference: str
    error: str
    statuses: Mapping[str, Status]


@dataclass(frozen=True)
class Inbound:
    """How texts of people look; they come as receipts do."""

    id: str
    sender: str
    recipient: str
    body: str


@dataclass(frozen=True)
class Description:
    """The whole file, with its secrets filled in."""

    secrets: Mapping[str, str] = field(repr=False)
    request: Request
    answer: Answer
    errors: Mapping[str, ErrorClass]
    receipts: Receipts | None
    inbound: Inbound | None
