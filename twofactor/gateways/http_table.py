"""One table of a gateway's TOML file, read key by key, with errors that name file, key and mend."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, TypeVar

Word = TypeVar("Word", bound=StrEnum)


class BadGatewayFile(ValueError):
    """The file that describes a gateway is wrong. The message says where, and what to write."""


class Table:
    """Keys are crossed off as they are read; `finish` refuses what is left."""

    def __init__(self, file: str, name: str, content: dict[str, Any]) -> None:
        self._file = file
        self._name = name
        self._content = content
        self._unread = set(content)

    def fault(self, key: str, mend: str) -> BadGatewayFile:
        where = f"{self._name}.{key}" if self._name else key
        return BadGatewayFile(f"{self._file}: {where}: {mend}.")

    def names(self) -> list[str]:
        return list(self._content)

    def has(self, key: str) -> bool:
        return key in self._content

    def holds_text(self, key: str) -> bool:
        return isinstance(self._content.get(key), str)

    def anything(self, key: str) -> Any:
        self._unread.discard(key)
        return self._content.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        value = self.anything(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value:
            raise self.fault(key, f'write {key} = "…"')
        return value

    def choice(self, key: str, options: Sequence[str], default: str) -> str:
        value = self.text(key, default)
        if value not in options:
            raise self.fault(key, f"{value!r} is none of {', '.join(options)}")
        return value

    def words(self, key: str) -> list[str]:
        value = self.anything(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, str | int) for one in value):
            raise self.fault(key, f'write {key} = ["…", "…"]')
        return [str(one).lower() if isinstance(one, bool) else str(one) for one in value]

    def table(self, key: str, *, needed: bool = False) -> "Table":
        value = self.anything(key)
        name = f"{self._name}.{key}" if self._name else key
        if value is None and not needed:
            value = {}
        if not isinstance(value, dict):
            raise self.fault(key, f"write a table [{name}]")
        return Table(self._file, name, value)

    def texts(self) -> dict[str, str]:
        """The whole table as text to text."""
        for key, value in self._content.items():
            if not isinstance(value, str | int) or isinstance(value, bool):
                raise self.fault(key, "write text in quotes, or a whole number")
        self._unread.clear()
        return {key: str(value) for key, value in self._content.items()}

    def choices(self, words: type[Word]) -> dict[str, Word]:
        """The whole table as foreign word to our word."""
        ours = {str(word): word for word in words}
        for key, value in self.texts().items():
            if value not in ours:
                raise self.fault(key, f"{value!r} is none of {', '.join(ours)}")
        return {key: ours[value] for key, value in self.texts().items()}

    def finish(self) -> None:
        """Raises BadGatewayFile for keys nobody asked for: mostly slips of the pen."""
        for key in sorted(self._unread):
            raise self.fault(key, "unknown key: check its spelling, or remove it")
