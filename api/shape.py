"""What a wire object is: each shape lists its fields once, for the answers and for the
description."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

Schema = Mapping[str, Any]
STRING: Schema = {"type": "string"}
WORDS: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer"}
NOTHING: Schema = {"type": "null"}
OBJECT: Schema = {"type": "object"}
LIST: Schema = {"type": "array"}
TIME: Schema = {"type": "string", "format": "date-time"}
URL: Schema = {"type": "string", "format": "uri"}
CHANNEL: Schema = {"type": "string", "enum": ["sms", "call"]}


def sid(prefix: str) -> Schema:
    """The pattern of a sid."""
    return {"type": "string", "pattern": f"^{prefix}[0-9a-f]{{32}}$"}


@dataclass(frozen=True)
class Field:
    """One member of a JSON object."""

    name: str
    schema: Schema
    of: Callable[[Any], Any]


@dataclass(frozen=True)
class Shape:
    """One JSON object of the wire format."""

    name: str
    fields: tuple[Field, ...]

    def render(self, view: Any) -> dict[str, Any]:
        return {field.name: field.of(view) for field in self.fields}

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {field.name: dict(field.schema) for field in self.fields},
            "required": [field.name for field in self.fields],
            "additionalProperties": False,
        }


class Located(NamedTuple):
    """A view and the public address of what it shows."""

    view: Any
    url: str
    account_sid: str


@lru_cache(256)
def iso(at: datetime | None) -> str | None:
    """Whole seconds, UTC, as Twilio writes them."""
    return f"{at.replace(tzinfo=None).isoformat(timespec='seconds')}Z" if at else None


def always(value: Any) -> Callable[[Any], Any]:
    """A field that never changes."""
    return lambda _: value
