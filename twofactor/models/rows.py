"""Many rows in one statement: they travel as one JSON text, which the database unfolds.

A statement run once a row costs a step of the database and a turn of Python's lock for each.
Measured on groups of 32 receipts: PostgreSQL and its driver take half the time this way; SQLite
takes as long, but lets the waiting threads in between once, not 32 times. Rows that are only
inserted SQLite takes one by one in a third of the time (`insert`, `write`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Label,
    Select,
    Subquery,
    Table,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import NullType, TypeEngine

from twofactor.models.columns import MILLIONTHS
from twofactor.models.database import dialect_name
from twofactor.models.prepared import Prepared

GIVEN = "given"  # the parameter, and the table that it becomes


def given(dialect: str, columns: Mapping[str, TypeEngine[Any]]) -> Subquery:
    """A table of what `folded` folds, for a statement's FROM; its columns by name and type."""
    text = bindparam(GIVEN, type_=NullType())
    fields: list[ColumnElement[Any]]
    if dialect == "sqlite":
        row = func.json_each(text).table_valued("value", name="row").c.value
        places = [f"'$[{place}]'" for place in range(len(columns))]
        fields = [func.json_extract(row, literal_column(place)) for place in places]
        return select(*_named(fields, columns)).subquery(GIVEN)
    row = func.jsonb_array_elements(text).table_valued("value", name="row").render_derived().c.value
    texts = [row.op("->>")(literal_column(str(place))) for place in range(len(columns))]
    fields = [cast(text, kind) for text, kind in zip(texts, columns.values(), strict=True)]
    # True of every row, and believed to be of one in two hundred: the planner then expects few, and
    # looks each up by its index. It would else read small tables as a whole, for one row even.
    are_few = func.jsonb_typeof(row) == literal_column("'array'")
    return select(*_named(fields, columns)).where(are_few).subquery(GIVEN)


def insert(dialect: str, table: Table, columns: Mapping[str, TypeEngine[Any]]) -> Any:
    """An INSERT of the database's own kind, of the rows that `write` writes by it. The columns are
    to stand in the order of the table, for that is how SQLAlchemy names them to SQLite."""
    if [column.name for column in table.c if column.name in columns] != list(columns):
        raise TypeError(f"{table.name}: name the columns in the order of the table")
    if dialect == "sqlite":
        values = {name: bindparam(name, type_=kind) for name, kind in columns.items()}
        return sqlite.insert(table).values(values)
    return postgresql.insert(table).from_select(list(columns), select(given(dialect, columns)))


def write(statement: Prepared, rows: Iterable[Sequence[object]]) -> None:
    """Write rows, in the order of the columns, by an `insert`."""
    dialect = dialect_name()
    if dialect == "sqlite":
        statement.run_each(rows)
    else:
        statement.run(**folded(dialect, rows))


def _named(fields: Iterable[ColumnElement[Any]], names: Iterable[str]) -> list[Label[Any]]:
    return [field.label(name) for field, name in zip(fields, names, strict=True)]


def among(dialect: str, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a column's value is among the given ones, each a row of one; found by its index."""
    return among_those(dialect, column, select(given(dialect, {"value": column.type})))


def among_those(dialect: str, column: ColumnElement[Any], one: Select[Any]) -> ColumnElement[bool]:
    """Whether a column's value is what `one` of the given rows leads to; found by its index."""
    if dialect == "sqlite":
        return column.in_(one)
    return column == any_(func.array(one.scalar_subquery()))  # an IN might become a join


def folded(dialect: str, rows: Iterable[Sequence[object]]) -> dict[str, str]:
    """The parameter of a statement over `given`: rows in the order of its columns. Values are
    text, numbers, truth values, None, aware times and amounts of money."""
    stored = _STORED[dialect == "sqlite"]
    return {GIVEN: orjson.dumps(list(rows), stored, orjson.OPT_PASSTHROUGH_DATETIME).decode()}


def _stored(dialect: str, value: object) -> object:
    """As the columns' types would store it (`models.columns`)."""
    if isinstance(value, datetime):
        at = value.astimezone(UTC)
        at = at.replace(tzinfo=None) if dialect == "sqlite" else at
        return at.isoformat(" ", "microseconds")
    if isinstance(value, Decimal):
        return int((value * MILLIONTHS).to_integral_value()) if dialect == "sqlite" else str(value)
    raise TypeError(f"{type(value).__name__} has no place in a row")


_STORED = (partial(_stored, "postgresql"), partial(_stored, "sqlite"))
