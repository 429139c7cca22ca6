"""How listing commands print rows: a table for people, CSV or JSON for programs."""

import io
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import click

from twofactor.spreadsheet import to_csv

FORMATS = ("table", "csv", "json")
NUMBERS = (int, float, Decimal)
DIGITS = 4  # behind the point, in a table
UNCUT = 240  # columns of a table that goes into a pipe or a file
F = TypeVar("F", bound=Callable[..., Any])


def format_option(default: str = "table", on_terminal: str = "") -> Callable[[F], F]:
    """The `--format` of every listing command; arrives as `form`. `on_terminal`: the default where
    a person reads along, and `default` is for programs."""

    def chosen() -> str:
        return on_terminal if on_terminal and sys.stdout.isatty() else default

    return click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default=chosen,
        show_default=f"{on_terminal} on a terminal, else {default}" if on_terminal else default,
        help="How the rows are printed.",
    )


def show(form: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows; None is an empty cell, and null in JSON, which also has what is no column."""
    listed = list(rows)
    if form == "json":
        click.echo(json.dumps(listed, indent=2, ensure_ascii=False, default=_plain))
    elif form == "csv":
        click.echo(to_csv(columns, listed), nl=False)
    else:
        _table(columns, listed)


def _table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in columns:
        numeric = any(isinstance(row.get(column), NUMBERS) for row in rows)
        heading = column.replace("_", " ")
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(escape(_cell(row.get(column))) for column in columns))
    text = io.StringIO()
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else UNCUT
    Console(width=width, file=text).print(table)
    click.echo(text.getvalue(), nl=False)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float | Decimal):
        return f"{value:,.{DIGITS}f}".rstrip("0").rstrip(".")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _plain(value: object) -> float | str:
    return float(value) if isinstance(value, Decimal) else str(value)
