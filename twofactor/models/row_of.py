"""New rows of one table: at once, or with others of their group.

One statement that is run for all new rows of a group costs half of what it costs among others: a
twentieth of a start that is one of many.
"""

from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, bindparam, func, insert, select

from twofactor.extensions import Base
from twofactor.models import rows
from twofactor.models.hand import AT_HAND, Write
from twofactor.models.prepared import Prepared


class RowOf(Prepared):
    """Inserts rows of one table whose ids the database gives."""

    def __init__(self, model: type[Base]) -> None:
        self._table = cast(Table, model.__table__)
        columns = self._table.c
        values = {
            column.name: bindparam(column.name, _default(column), column.type)
            for column in columns
            if column.name != "id"
        }
        row = insert(model).values(values)
        super().__init__(lambda name: row if name == "sqlite" else row.returning(columns.id))
        kinds = {column.name: column.type for column in columns}
        self._last = Prepared(select(func.max(columns.id)))
        self._under_ids = Prepared(lambda dialect: rows.insert(dialect, self._table, kinds))
        self._defaults = {name: _default(columns[name]) for name in values}
        self.names = list(values)

    def add(self, **values: Any) -> int:
        """Insert one row, its values by column, what is left out as the column says; its id."""
        cursor, _ = self._run(values)
        return int(cursor.lastrowid if cursor.description is None else cursor.fetchone()[0])

    def add_in_group(self, row: Sequence[Any]) -> int:
        """The same for a row that is `in_order`; where many works share a transaction, it waits for
        others under the id that it will have. Statements see it, but for those that are `apart`."""
        hand = AT_HAND.get()
        if hand is None or not hand.is_group:
            return self.add(**dict(zip(self.names, row, strict=True)))
        row_id: int = hand.memory.get(self) or self._next_id()
        hand.memory[self] = row_id + 1
        hand.insert_late(self._table.name, self._rank, self._insert, (row_id, *row))
        return row_id

    def in_order(self, **values: Any) -> list[Any]:
        """A row in the order of the columns, without an id."""
        whole = {**self._defaults, **values}
        return [whole[name] for name in self.names]

    def _next_id(self) -> int:
        """One more than the last: SQLite has one writer, and gives no other id."""
        return int(self._last.scalar() or 0) + 1

    @cached_property
    def _insert(self) -> Write:
        return partial(rows.write, self._under_ids)

    @cached_property
    def _rank(self) -> int:
        """Rows that others point to come first."""
        return Base.metadata.sorted_tables.index(self._table)


def _default(column: ColumnElement[Any]) -> Any:
    default = getattr(column, "default", None)
    return default.arg if default is not None and default.is_scalar else None
