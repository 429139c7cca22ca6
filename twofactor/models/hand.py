"""What is kept beside a transaction of many works: notes, rows that are written at its end, and
what one work need not read again after another.

A session has none of it: there, rows are written at once and nothing is remembered.
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
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
    memory: dict[Any, Any] = field(default_factory=dict)


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
    if hand is not None and hand.connection.dialect.name == "sqlite":
        write_late(write, row)
    else:
        write([row])


def write_waiting(write: Write) -> None:
    """Write now what waits to be written by it."""
    hand = AT_HAND.get()
    rows = [row for other, row in hand.late if other is write] if hand else []
    if hand and rows:
        hand.late[:] = [late for late in hand.late if late[0] is not write]
        write(rows)


def write_all_waiting() -> None:
    """Write now whatever waits for the end of the transaction at hand."""
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
    """Undo a part of the transaction at hand: drop the rows that wait behind so many, and what is
    remembered of it."""
    hand = AT_HAND.get()
    if hand is not None:
        del hand.late[after:]
        hand.memory.clear()
