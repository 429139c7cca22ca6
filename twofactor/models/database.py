"""How the database is opened, and the one way to write to it.

SQLite: WAL, synchronous=FULL, foreign keys, a busy wait, mode 0600, and write transactions that
begin IMMEDIATE (S-70); PostgreSQL: synchronous_commit on.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import orjson
from sqlalchemy import Connection, Dialect, Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import UpdateBase

from twofactor.extensions import db
from twofactor.models.hand import AT_HAND, Hand, flush, write_all_waiting

BUSY_MILLISECONDS = 10_000
CACHE_KIB = 8 * 1024  # of pages a connection; SQLite's own 2 MiB read a large index again and again
# How many pages of 4 KiB wait in the WAL before they are copied into the file. Under load the same
# pages change over and over: SQLite's own thousand would copy them several times a second.
WAL_PAGES = 3_000
_LINE, _ONE_WRITER = Lock(), Lock()


class Busy(Exception):
    """Somebody else writes just now. Nothing was written."""

    is_over_soon = False


class TurnTaken(Busy):
    """It is another thread of this process."""

    is_over_soon = True


def engine_options(url: str) -> dict[str, Any]:
    """What Flask-SQLAlchemy hands to create_engine for this address."""
    if make_url(url).get_backend_name() == "sqlite":
        return {
            "json_serializer": _json,
            "json_deserializer": orjson.loads,
            "connect_args": {"timeout": BUSY_MILLISECONDS / 1000},
            "pool_size": 20,
            "max_overflow": 44,
            "pool_use_lifo": True,  # few connections, with their pages and statements in memory
        }
    return {"json_serializer": _json, "pool_size": 20, "max_overflow": 20, "pool_pre_ping": True}


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def create_file(url: str) -> None:
    """Make a missing SQLite file readable by its owner alone; its WAL inherits the mode."""
    path = make_url(url).database
    if make_url(url).get_backend_name() == "sqlite" and path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def beside(url: str, name: str, instance: Path) -> Path:
    """A file that belongs to this database: next to an SQLite one, else in `instance`."""
    path = make_url(url).database
    if make_url(url).get_backend_name() == "sqlite" and path and path != ":memory:":
        return Path(f"{path}.{name}")
    instance.mkdir(parents=True, exist_ok=True)
    return instance / f"{hashlib.sha256(url.encode()).hexdigest()[:12]}.{name}"


def prepare(engine: Engine) -> None:
    """Set every new connection up; to be called once an engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _set_up_postgresql)


@contextmanager
def transaction() -> Iterator[Session]:
    """One write transaction: sees the newest state, commits at the end, rolls back on any error.

    What was read before is read again inside, so that no decision stands on a stale row.
    """
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("rows were changed outside a transaction")
    session.rollback()  # gives the connection back: whoever waits for a turn must hold none
    with turn(db.engine):
        session.expire_all()  # after a commit there was nothing to roll back: rows stayed as read
        session.connection(execution_options={"writes": True})
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


@contextmanager
def turn(engine: Engine, *, for_many: bool = False, waits: bool = True) -> Iterator[None]:
    """SQLite has one writer: threads of this process wait for their turn here, woken at once,
    because its own busy wait polls and lets some starve under load. They stand in line; who writes
    `for_many` goes to its head. Raises TurnTaken for who does not wait."""
    if engine.dialect.name != "sqlite":
        yield
    elif not waits:
        if not _ONE_WRITER.acquire(blocking=False):
            raise TurnTaken
        try:
            yield
        finally:
            _ONE_WRITER.release()
    elif for_many:
        with _ONE_WRITER:
            yield
    else:
        with _LINE, _ONE_WRITER:
            yield


@contextmanager
def at_hand(given: Connection) -> Iterator[None]:
    """Have this thread's statements run on a connection of the caller's own, without a session."""
    hand = Hand(given, given.connection.driver_connection)
    token = AT_HAND.set(hand)
    try:
        yield
        write_all_waiting()
    finally:
        AT_HAND.reset(token)


def connection() -> Connection:
    """The connection of the transaction at hand: the one that was given, else the session's; new
    rows that waited are written by then."""
    hand = AT_HAND.get()
    if hand is not None:
        flush()
        return hand.connection
    session = db.session()
    session.flush()
    return session.connection()


def dialect_name() -> str:
    """The name of the database: `sqlite` or `postgresql`."""
    hand = AT_HAND.get()
    return (hand.connection if hand is not None else db.session().get_bind()).dialect.name


def driver() -> tuple[Any, Dialect]:
    """The driver's own connection under the one at hand, and how its database speaks."""
    hand = AT_HAND.get()
    if hand is not None:
        return hand.driver, hand.connection.dialect
    here = connection()
    return here.connection.driver_connection, here.dialect


def notes() -> dict[str, Any]:
    """What verbs tell, beside their rows, to whoever commits the transaction at hand."""
    hand = AT_HAND.get()
    return db.session().info if hand is None else hand.notes


def hold(key: str) -> None:
    """Let nobody else hold this key before the transaction at hand ends; in SQLite, whose one
    writer is alone, it costs nothing."""
    if dialect_name() != "sqlite":
        here = connection()
        here.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (key,))


def changed(statement: UpdateBase) -> int:
    """Run an UPDATE or DELETE in the transaction at hand; how many rows it changed.

    Claims and counters are conditional statements whose count is checked: 0 means that somebody
    else was first, or that the condition no longer holds.
    """
    return connection().execute(statement).rowcount


@contextmanager
def at_once(connection: Connection) -> Iterator[None]:
    """Send the statements within without waiting for each answer, where the database can: one way
    to PostgreSQL and back for all of them. For statements whose results nobody reads. Raises what
    they raise, at the end at the latest."""
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.driver_connection
    base = connection.dialect.loaded_dbapi.Error
    try:
        with driver.pipeline():
            yield
    except base as error:
        raise DBAPIError.instance(None, None, error, base, dialect=connection.dialect) from error


def is_writable() -> bool:
    """True when the database takes a write right now. Changes nothing."""
    with transaction() as session:
        session.execute(text("DELETE FROM periodic_jobs WHERE name = ''"))
    return True


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    cursor.execute(f"PRAGMA wal_autocheckpoint={WAL_PAGES}")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("waits", True):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes", False) else "BEGIN")
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA busy_timeout=0")
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        raise Busy from error
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")


def _set_up_postgresql(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO on")
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.commit()
