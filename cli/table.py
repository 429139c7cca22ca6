"""What listing commands print: a table for people, CSV or JSON for programs."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import click

FORMATS = ("table", "csv", "json")
F = TypeVar("F", bound=Callable[..., Any])


def with_format(command: F) -> F:
    """Adds `--format`; the verb gets it as `form`."""
    option = click.option(
        "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True
    )
    return option(command)


def rendered(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], form: str) -> str:
    """The rows in that format. A table shows `columns` alone; a missing value is a dash there."""
    if form == "json":
        return json.dumps([dict(row) for row in rows], indent=1, default=_plain) + "\n"
    text = io.StringIO()
    if form == "csv":
        writer = csv.DictWriter(text, list(rows[0]) if rows else list(columns))
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()
    cells = [[name.replace("_", " ") for name in columns]]
    cells += [[_cell(row[name]) for name in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        text.write("  ".join(padded).rstrip() + "\n")
    return text.getvalue()


def _plain(value: object) -> float | str:
    return float(value) if isinstance(value, Decimal) else str(value)


def _cell(value: object) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, Decimal):
        return f"{value:.4f}"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
