"""What a parameter may hold: read from text, described as JSON schema. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from twofactor.ids import is_sid


class Kind(Protocol):
    """One kind of value."""

    def read(self, text: str) -> Any:
        """The value. Raises ValueError with a reason that starts in the middle of a sentence."""

    def schema(self) -> Mapping[str, Any]:
        """The kind as JSON schema."""


@dataclass(frozen=True)
class Text:
    """Plain text without control characters; `pattern` must match the whole of it."""

    most: int
    least: int = 1
    pattern: str = ""
    hint: str = ""

    def read(self, text: str) -> str:
        if not self.least <= len(text) <= self.most:
            raise ValueError(f"must have {self.least} to {self.most} characters")
        is_plain = text.isascii() and text.isprintable()
        if not is_plain and any(unicodedata.category(char)[0] == "C" for char in text):
            raise ValueError("must not hold control characters")
        if self.pattern and not self._form.fullmatch(text):
            raise ValueError(self.hint or "has another form")
        return text

    def schema(self) -> Mapping[str, Any]:
        shape: dict[str, Any] = {
            "type": "string",
            "minLength": self.least,
            "maxLength": self.most,
        }
        return shape | ({"pattern": f"^{self.pattern}$"} if self.pattern else {})

    @cached_property
    def _form(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.ASCII)


@dataclass(frozen=True)
class Whole:
    """A whole number."""

    least: int
    most: int

    def read(self, text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not self.least <= int(text) <= self.most:
            raise ValueError(f"must be a whole number from {self.least} to {self.most}")
        return int(text)

    def schema(self) -> Mapping[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class Flag:
    """true or false, as each SDK spells them."""

    def read(self, text: str) -> bool:
        if text.lower() not in ("true", "false"):
            raise ValueError("must be true or false")
        return text.lower() == "true"

    def schema(self) -> Mapping[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Never:
    """A switch of Twilio's for something this server does not do: `false` is the truth."""

    what: str

    def read(self, text: str) -> bool:
        if text.lower() != "false":
            raise ValueError(f"can't be switched on: {self.what}")
        return False

    def schema(self) -> Mapping[str, Any]:
        return {"type": "boolean", "enum": [False]}


@dataclass(frozen=True)
class Ever:
    """A switch of Twilio's for something this server always does: `true` is the truth."""

    what: str

    def read(self, text: str) -> bool:
        if text.lower() != "true":
            raise ValueError(f"can't be switched off: {self.what}")
        return True

    def schema(self) -> Mapping[str, Any]:
        return {"type": "boolean", "enum": [True]}


@dataclass(frozen=True)
class OneOf:
    """One word of a few."""

    words: tuple[str, ...]

    def read(self, text: str) -> str:
        if text not in self.words:
            raise ValueError(f"must be one of {', '.join(self.words)}")
        return text

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True)
class Sid:
    """The sid of something, by its prefix."""

    prefix: str

    def read(self, text: str) -> str:
        if not is_sid(text, self.prefix):
            raise ValueError(f"must be {self.prefix} and 32 hexadecimal digits")
        return text

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "pattern": f"^{self.prefix}[0-9a-f]{{32}}$"}
