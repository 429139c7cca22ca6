"""What is kept beside a transaction of many works: notes, rows that are written at its end, and
what one work need not read again after another.

A session has none of it: there, rows are written at once and nothing is remembered.

Rows of two kinds wait. Those that nobody reads before the commit (`write_late`), and new rows of
tables that are read (`models.row_of`): they are written before any statement that names their
table, as a session flushes before it asks.
"""

from collections.abc import Callable, Collection, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection

Row = Sequence[Any]
Write = Callable[[list[Row]], None]


@dataclass(frozen=True, slots=True)
class Hand:
    """A connection that the caller gave, and what is kept beside its transaction."""

    connection: Connection
    driver: Any  # the driver's own connection under it
    notes: dict[str, Any] = field(default_factory=dict)
    late: list[tuple[Write, Row]] = field(default_factory=list)
    unflushed: dict[str, tuple[int, Write]] = field(default_factory=dict)  # by table: see flush
    memory: dict[Any, Any] = field(default_factory=dict)

    @property
    def is_group(self) -> bool:
        """True where many works may share the transaction."""
        return self.connection.dialect.name == "sqlite"

    def insert_late(self, table: str, rank: int, write: Write, row: Row) -> None:
        """Have a new row of a table that is read inserted by `write` with others of its group;
        those of a lower `rank` first."""
        self.unflushed[table] = rank, write
        self.late.append((write, row))


AT_HAND: ContextVar[Hand | None] = ContextVar("at hand", default=None)


def write_late(write: Write, row: Row) -> None:
    """Have a row written at the end of the transaction at hand, together with all others of its
    kind; in a session, at once. For rows that nobody reads before the commit."""
    hand = AT_HAND.get()
    if hand is None:
        write([row])
    else:
        hand.late.append((write, row))


def write_in_group(write: Write, row: Row) -> None:
    """The same where many works share a transaction; at once where each has its own, whose rows are
    to be locked in the order in which the verbs name them."""
    hand = AT_HAND.get()
    if hand is not None and hand.is_group:
        write_late(write, row)
    else:
        write([row])


def flush(tables: Collection[str] | None = None) -> None:
    """Insert the new rows that wait, if there are some of these tables, or any."""
    hand = AT_HAND.get()
    if hand is None or not hand.unflushed:
        return
    if tables is None or not hand.unflushed.keys().isdisjoint(tables):
        ranked = sorted(hand.unflushed.values(), key=itemgetter(0))
        hand.unflushed.clear()
        for _, write in ranked:
            write_waiting(write)


def write_waiting(write: Write) -> None:
    """Write now what waits to be written by it."""
    hand = AT_HAND.get()
    rows = [row for other, row in hand.late if other is write] if hand else []
    if hand and rows:
        hand.late[:] = [late for late in hand.late if late[0] is not write]
        write(rows)


def write_all_waiting() -> None:
    """Write now whatever waits for the end of the transaction at hand."""
    flush()
    hand = AT_HAND.get()
    for write in dict.fromkeys(write for write, _ in hand.late) if hand else ():
        write_waiting(write)


def memory() -> dict[Any, Any] | None:
    """What the verbs of the transaction at hand keep for each other: what was read and what waits
    to be written, so that nobody reads it again. None in a session, which remembers nothing."""
    hand = AT_HAND.get()
    return None if hand is None else hand.memory


def late_count() -> int:
    """How many rows wait for the end of the transaction at hand."""
    hand = AT_HAND.get()
    return 0 if hand is None else len(hand.late)


def forget_late(after: int) -> None:
    """Undo a part of the transaction at hand: drop the rows that wait behind so many, what is
    remembered of it, and what it noted. New rows of other works are inserted, for their ids are
    known already."""
    hand = AT_HAND.get()
    if hand is not None:
        del hand.late[after:]
        flush()
        hand.memory.clear()
        hand.notes.clear()
