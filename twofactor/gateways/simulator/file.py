"""The simulated network's file: one small SQLite database for all processes of an installation."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

BUSY_SECONDS = 30.0

SCHEMA = """
CREATE TABLE IF NOT EXISTS texts (
    sid TEXT PRIMARY KEY,
    phone TEXT NOT NULL,        -- fingerprint
    sealed BLOB NOT NULL,       -- to, sender, body
    url TEXT NOT NULL,
    carrier TEXT NOT NULL,
    status TEXT NOT NULL,
    error_code TEXT NOT NULL,
    is_reply INTEGER NOT NULL,
    at REAL NOT NULL,
    arrives_at REAL
);
CREATE INDEX IF NOT EXISTS texts_phone ON texts (phone, is_reply, at);
CREATE INDEX IF NOT EXISTS texts_at ON texts (at);
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sid TEXT NOT NULL REFERENCES texts (sid) ON DELETE CASCADE,
    status TEXT NOT NULL,
    error_code TEXT NOT NULL,
    due_at REAL NOT NULL,       -- while claimed: the end of the lease
    tries INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS calls_due ON calls (due_at);
CREATE INDEX IF NOT EXISTS calls_sid ON calls (sid);
"""


class File:
    """Mode 0600, write-ahead log. Safe to share between threads, not across a fork."""

    def __init__(self, path: Path) -> None:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._lock = Lock()
        self._db = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._db.row_factory = sqlite3.Row
        # A toy's texts: a power cut may take the last of them, a crash of the process takes none,
        # and no commit waits for the disk.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Let go of it."""
        with self._lock:
            self._db.close()

    def rows(self, query: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """What a query finds."""
        with self._lock:
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that writes."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
