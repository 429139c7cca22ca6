"""Prepared statements: compiled once, then run by the driver itself in the transaction at hand.

For the paths that every code takes: building a statement and running it through SQLAlchemy costs
ten times what the database needs for it. Values are bound and read by the types of their columns,
as everywhere else.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ClauseElement,
    Dialect,
    LargeBinary,
    literal_column,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ReturnsRows
from sqlalchemy.types import TypeEngine

from twofactor.extensions import Base
from twofactor.models.database import driver
from twofactor.models.hand import flush

_WORD = re.compile(r"\w+", re.ASCII)

Row = tuple[Any, ...]
Processor = Callable[[Any], Any] | None
Statement = ClauseElement | Callable[[str], ClauseElement]  # the latter by the database's name


class Prepared:
    """One statement with named parameters; no IN of many values, but rows that `models.rows`
    folds. Safe to share between threads. Raises what SQLAlchemy raises.

    It sees new rows that wait for the end of their group, unless it is `apart`: then whoever runs
    it has seen to those that it looks for."""

    def __init__(self, statement: Statement, *, apart: bool = False) -> None:
        self._statement, self._is_apart = statement, apart
        self._plans: dict[str, _Plan] = {}

    def all(self, **values: Any) -> list[Row]:
        """Its rows."""
        cursor, plan = self._run(values)
        return plan.read(cursor.fetchall(), cursor.description)

    def first(self, **values: Any) -> Row | None:
        """Its first row, if there is any."""
        rows = self.all(**values)
        return rows[0] if rows else None

    def scalar(self, **values: Any) -> Any:
        """The first column of its first row, or None."""
        rows = self.all(**values)
        return rows[0][0] if rows else None

    def run(self, **values: Any) -> int:
        """How many rows it changed. PostgreSQL can't tell that of an INSERT: let it return ids."""
        cursor, _ = self._run(values)
        return int(cursor.rowcount)

    def run_each(self, rows: Iterable[Sequence[Any]]) -> None:
        """Run it with the values of each row, in the order in which it names them. For SQLite
        alone, which needs a third of what unfolding them from one text would take; to PostgreSQL
        each is a way there and back."""
        here, plan = self._planned()
        bound = [plan.stored(list(row)) for row in rows]
        try:
            here.executemany(plan.text, bound)
        except plan.driver_error as error:
            raise plan.told(error) from error

    def _run(self, values: Mapping[str, Any]) -> tuple[Any, "_Plan"]:
        here, plan = self._planned()
        bound = plan.bind(values)
        try:
            return here.execute(plan.text, bound), plan
        except plan.driver_error as error:
            raise plan.told(error) from error

    def _planned(self) -> tuple[Any, "_Plan"]:
        here, dialect = driver()
        plan = self._plans.get(dialect.name)
        if plan is None:
            said = self._statement
            said = said if isinstance(said, ClauseElement) else said(dialect.name)
            plan = self._plans[dialect.name] = _Plan(said, dialect)
        if not self._is_apart:
            flush(plan.tables)
        return here, plan


class _Plan:
    """A statement as one driver takes it."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = cast(SQLCompiler, _spelled_out(statement, dialect).compile(dialect=dialect))
        if compiled.post_compile_params:
            raise TypeError("a prepared statement has a fixed number of values: write no IN")
        self.text = str(compiled)
        self.tables = Base.metadata.tables.keys() & _WORD.findall(self.text)
        self.driver_error: type[Exception] = dialect.loaded_dbapi.Error
        self.dialect = dialect
        self._types = _types(statement)
        self._readers: list[tuple[int, Any]] | None = None  # of the columns that need one
        self._fixed = {
            name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required
        }
        names: Sequence[str] = compiled.positiontup or list(compiled.binds)
        kinds = [compiled.binds[name].type.dialect_impl(dialect) for name in names]
        writers = [_writer(kind, dialect) for kind in kinds]
        self._pick = _picker(names)
        self._writers = [(place, write) for place, write in enumerate(writers) if write]
        self._names = None if compiled.positiontup is not None else names

    def bind(self, values: Mapping[str, Any]) -> Any:
        """The parameters as the driver wants them: by position, or by name."""
        given = {**self._fixed, **values} if self._fixed else values
        bound = self.stored(list(self._pick(given)))
        return bound if self._names is None else dict(zip(self._names, bound, strict=True))

    def stored(self, values: list[Any]) -> list[Any]:
        """The same values, in order, as their columns store them."""
        for place, write in self._writers:
            values[place] = write(values[place])
        return values

    def told(self, error: Exception) -> Exception:
        """The driver's error as SQLAlchemy would raise it, without what was bound."""
        return DBAPIError.instance(
            self.text, None, error, self.driver_error, hide_parameters=True, dialect=self.dialect
        )

    def read(self, rows: list[Row], description: Sequence[Any]) -> list[Row]:
        """The rows with values of our types."""
        if self._readers is None:  # a driver names its types with the first answer
            readers = [
                kind.dialect_impl(self.dialect).result_processor(self.dialect, column[1])
                for kind, column in zip(self._types, description, strict=False)
            ]
            self._readers = [(place, read) for place, read in enumerate(readers) if read]
        return [self._of_our_types(row) for row in rows] if self._readers else rows

    def _of_our_types(self, row: Row) -> Row:
        ours = list(row)
        for place, read in self._readers or ():
            ours[place] = read(ours[place])
        return tuple(ours)


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> Processor:
    """Both drivers take bytes as they are; SQLAlchemy would wrap them first."""
    return None if isinstance(kind, LargeBinary) else kind.bind_processor(dialect)


def _spelled_out(statement: ClauseElement, dialect: Dialect) -> ClauseElement:
    """The statement with its own words and numbers written into it, so that partial indexes serve
    and SQLite need not plan anew with each run."""

    def spell(element: Any, **_: Any) -> Any:
        if type(element) is not BindParameter or not element.unique:
            return None
        spelled = element.type.dialect_impl(dialect).literal_processor(dialect)
        if spelled is None or not isinstance(element.value, str | int):
            return None
        return literal_column(spelled(element.value), element.type)

    whole: Any = statement
    plain: ClauseElement = visitors.replacement_traverse(whole, {}, spell)
    return plain


def _types(statement: ClauseElement) -> list[TypeEngine[Any]]:
    if not isinstance(statement, ReturnsRows):
        return []
    return [column.type for column in statement.exported_columns]


def _picker(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Iterable[Any]]:
    """Takes the values of these names, in their order."""
    return itemgetter(*names) if len(names) > 1 else lambda given: [given[name] for name in names]
