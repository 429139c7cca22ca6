"""What a stopped or running installation has on its books, read past the product."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from tests.server import Server


@dataclass(frozen=True)
class Entry:
    """One text: what the outbox says of it, and how often it lies on a phone."""

    status: str
    outcomes: tuple[str, ...]  # one an attempt
    arrivals: int


def entries(server: Server, purpose: str = "login") -> list[Entry]:
    """Every text of a purpose, oldest first."""
    database = server.folder / "journey.sqlite3"
    urls = [url for (url,) in _rows(Path(f"{database}.phones"), "SELECT url FROM texts")]
    found = []
    for message_id, status in _rows(
        database, "SELECT id, status FROM messages WHERE purpose = ? ORDER BY id", purpose
    ):
        attempts = _rows(
            database,
            "SELECT sid, outcome FROM attempts WHERE message_id = ? ORDER BY id",
            message_id,
        )
        arrivals = sum(url.endswith(f"attempt={sid}") for sid, _ in attempts for url in urls)
        found.append(Entry(status, tuple(outcome for _, outcome in attempts), arrivals))
    return found


def sends_permitted(server: Server, purpose: str = "login") -> int:
    """How many texts the verifications were allowed."""
    database = server.folder / "journey.sqlite3"
    query = "SELECT coalesce(sum(sends), 0) FROM verifications WHERE purpose = ?"
    ((permitted,),) = _rows(database, query, purpose)
    return int(permitted)


def _rows(path: Path, query: str, *values: object) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(path, timeout=10)
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()
