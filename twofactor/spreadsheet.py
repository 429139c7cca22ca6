"""CSV that a spreadsheet opens without running anything (S-49)."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def to_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows under a heading. Text that a spreadsheet would take for a formula gets a leading
    apostrophe; numbers stay numbers, and None is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_defused(row.get(column)) for column in columns] for row in rows)
    return text.getvalue()


def _defused(value: Any) -> Any:
    if isinstance(value, str):
        plain = value.replace("\0", "")
        return f"'{plain}" if value.startswith(_STARTS_A_FORMULA) else plain
    return "" if value is None else value
