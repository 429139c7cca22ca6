"""Rows into a table, as fast as the database takes them, without the ORM."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from twofactor.extensions import Base
from twofactor.models.columns import as_text

CACHE_KIB = 256 * 1024  # so that the indexes of millions of rows stay in memory


class Loader:
    """Writes tuples into tables, in the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"
        if self._is_sqlite:
            connection.exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KIB}")

    def time(self, at: datetime | None) -> Any:
        """A time in UTC as the driver wants it; SQLite's are text without zone."""
        return as_text(at) if self._is_sqlite else at

    def money(self, amount: Any) -> Any:
        """A price as the driver wants it."""
        return amount if amount is None or not self._is_sqlite else int(amount * 1_000_000)

    def flag(self, value: bool) -> Any:
        """A truth value as the driver wants it."""
        return int(value) if self._is_sqlite else value

    def write(self, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
        """Insert whole rows; what they leave out is as the model's default has it. Names come from
        this package's code, never from outside."""
        if not rows:
            return
        silent = _defaults(table, columns)
        columns = [*columns, *silent]
        rows = [(*row, *silent.values()) for row in rows]
        names = ", ".join(columns)
        if self._is_sqlite:
            marks = ", ".join("?" * len(columns))
            statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608  # nosec B608
            self._connection.exec_driver_sql(statement, rows)
            return
        raw: Any = self._connection.connection.driver_connection
        with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def number_on(self, table: str) -> None:
        """Let the database's own numbering go on behind the rows that brought their numbers."""
        if not self._is_sqlite:
            self._connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608  # nosec B608
            )


def _defaults(table: str, columns: Sequence[str]) -> dict[str, Any]:
    """The plain defaults of the columns that are not named."""
    left = [c for c in Base.metadata.tables[table].columns if c.name not in columns]
    return {
        c.name: c.default.arg for c in left if isinstance(c.default, ScalarElementColumnDefault)
    }
