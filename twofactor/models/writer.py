"""Grouped commits: many waiting requests' rows in one transaction, each answered after it.

One durable commit costs about as much for 256 rows as for three, so one writer thread a process
collects what waits: while one group is being committed the next one gathers.

Guarantee: `run`, `see_to` and `put` return only after their work is committed, and raise when it is
not. Any work may come, of receipts, starts, checks or the sender's desk, that writes through the
connection it is given and neither commits nor calls the writer; never call the writer within
`database.transaction`, whose turn it would wait for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from twofactor.models.database import at_hand, late_rows, turn

GROUP_SIZE = 256
QUEUE_SIZE = 4096
WAIT_SECONDS = 12.0
IDLE_SECONDS = 1.0  # then the connection goes back to the pool
GRACE_SECONDS = 2.0  # for work that is being written when its time is up
# The database as a whole refuses: trying each work alone would make all of them wait in turn.
REFUSALS = (OperationalError, InterfaceError)

T = TypeVar("T")
R = TypeVar("R")
Verb = Callable[[Connection, Sequence[T]], Sequence[R]]
Work = Callable[[Connection], Any]


@dataclass(frozen=True, slots=True)
class Then:
    """What a work gives back to have more done once it is committed, in a transaction of its own:
    the result is what `work` gives then."""

    work: Work


@dataclass(frozen=True, slots=True)
class _Failed:
    """A work that raised, and was rolled back alone."""

    error: Exception


class Overloaded(Exception):
    """More work waits than can be written in time; come again later."""


class _Entry:
    """One item that waits, what is to be done with it, and how that ended.

    Two bare locks instead of a Future: one is made for every receipt, and a Future costs tenfold.
    """

    __slots__ = ("_claim", "_done", "error", "item", "result", "verb")

    def __init__(self, verb: Verb[Any, Any], item: Any) -> None:
        self.verb, self.item = verb, item
        self.result: Any = None
        self.error: BaseException | None = None
        self._claim, self._done = Lock(), Lock()
        self._done.acquire()

    def claim(self) -> bool:
        """True for the first who asks: the writer, or the caller who gives up."""
        return self._claim.acquire(blocking=False)

    def end(self, result: Any, error: BaseException | None = None) -> None:
        """Let the caller go on."""
        self.result, self.error = result, error
        self._done.release()

    def has_ended(self, within: float) -> bool:
        """Wait so many seconds at most."""
        return self._done.acquire(timeout=within)

    def outcome(self) -> Any:
        """Wait for it, and tell."""
        self._done.acquire()
        return self.told()

    def told(self) -> Any:
        """The result, once it has ended. Raises its error."""
        if self.error is not None:
            raise self.error
        return self.result


class GroupWriter:
    """Runs work on one connection, group by group. Safe to call from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: SimpleQueue[_Entry | None] = SimpleQueue()
        self._next: list[_Entry] = []  # what works of the last group want done after its commit
        self._connection: Connection | None = None  # of the thread alone
        self._thread: Thread | None = None
        self._starting = Lock()

    def run(self, work: Callable[[Connection], R | Then]) -> R:
        """The result of `work(connection)`, committed; and so on with each `Then`.

        Work that raises is rolled back alone, and its error raised here. Raises Overloaded; work
        that was being written by then may still be committed, so it must bear to come again.
        PostgreSQL groups commits by itself, and works there take their row locks in an order of
        their own: two groups would wait for each other, so each work has its own transaction.
        """
        if self._engine.dialect.name == "sqlite":
            return cast(R, self.put(_each, work))
        result: R | Then = self._alone(work)
        while isinstance(result, Then):
            result = self._alone(result.work)
        return result

    def see_to(self, work: Callable[[Connection], R]) -> R:
        """The result of `work(connection)`, committed, however long that takes: never Overloaded,
        so that whoever gets no result knows that nothing was written. For threads behind whom
        nobody waits."""
        if self._engine.dialect.name == "sqlite":
            return cast(R, self._add(_each, work).outcome())
        return self._alone(work)

    def put(self, verb: Verb[T, R], item: T) -> R:
        """The result of `verb(connection, items)` for this item, committed. `items` are all that
        wait for the same verb, so that it may write them with few statements; when it raises, each
        item is tried alone.

        Raises Overloaded, and what the verb raises for this item.
        """
        if self._queue.qsize() >= QUEUE_SIZE:
            raise Overloaded
        entry = self._add(verb, item)
        if not entry.has_ended(WAIT_SECONDS) and (
            entry.claim() or not entry.has_ended(GRACE_SECONDS)
        ):
            raise Overloaded
        return cast(R, entry.told())

    def close(self) -> None:
        """Write what waits, then stop."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _add(self, verb: Verb[T, R], item: T) -> _Entry:
        self._ensure_thread()
        entry = _Entry(verb, item)
        self._queue.put(entry)
        return entry

    def _ensure_thread(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._write, name="group-writer", daemon=True)
                self._thread.start()

    def _write(self) -> None:
        is_stopping = False
        while self._next or not is_stopping:
            group, self._next = self._next, []
            while len(group) < GROUP_SIZE and not is_stopping:
                try:
                    entry = self._queue.get_nowait() if group else self._first()
                except Empty:
                    break
                if entry is None:
                    is_stopping = True
                elif entry.claim():
                    group.append(entry)
            if group:
                self._commit(group)
        self._let_go()

    def _first(self) -> _Entry | None:
        """What comes next, however late. Groups that follow each other share a connection: another
        one would have to be tested, and to prepare every statement."""
        try:
            return self._queue.get(timeout=IDLE_SECONDS)
        except Empty:
            self._let_go()
            return self._queue.get()

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _alone(self, work: Callable[[Connection], R]) -> R:
        with self._engine.begin() as connection, at_hand(connection):
            return work(connection)

    def _commit(self, group: list[_Entry], *, apart: bool = False) -> None:
        try:
            results = self._together(group, _each_apart if apart else _each)
        except Exception as error:
            self._again(group, error, apart=apart)
            return
        for entry, result in results:
            if isinstance(result, _Failed):
                entry.end(None, result.error)
            elif isinstance(result, Then):
                entry.item = result.work
                self._next.append(entry)
            else:
                entry.end(result)

    def _again(self, group: list[_Entry], error: Exception, *, apart: bool) -> None:
        """One of a group is bad: first all once more, each work to be undone alone; then each in a
        transaction of its own."""
        if len(group) == 1 or isinstance(error, REFUSALS):
            for entry in group:
                entry.end(None, error)
        elif not apart:
            self._commit(group, apart=True)
        else:
            for entry in group:
                self._commit([entry])

    def _together(self, group: list[_Entry], each: Verb[Work, Any]) -> list[tuple[_Entry, Any]]:
        by_verb: dict[Verb[Any, Any], list[_Entry]] = {}
        for entry in group:
            by_verb.setdefault(entry.verb, []).append(entry)
        done: list[tuple[_Entry, Any]] = []
        with turn(self._engine, for_many=True):
            here = self._connection = self._connection or self._engine.connect()
            try:
                with here.execution_options(writes=True).begin(), at_hand(here):
                    for verb, entries in by_verb.items():
                        do = each if verb is _each else verb
                        results = do(here, [entry.item for entry in entries])
                        done.extend(zip(entries, results, strict=True))
            except BaseException:
                self._let_go()  # broken perhaps, so that the next group begins with a sound one
                raise
        return done


def _each(connection: Connection, works: Sequence[Work]) -> Sequence[Any]:
    """The result of each, or _Failed; only in SQLite. A work that raises before it has written
    needs no undoing; the error of another is raised, and the group has to be written anew."""
    rows, driver = late_rows(), connection.connection.driver_connection
    results: list[Any] = []
    for work in works:
        waiting, changes = len(rows), driver.total_changes  # type: ignore[union-attr]
        try:
            results.append(work(connection))
        except Exception as error:
            if isinstance(error, REFUSALS) or driver.total_changes != changes:  # type: ignore[union-attr]
                raise
            del rows[waiting:]
            results.append(_Failed(error))
    return results


def _each_apart(connection: Connection, works: Sequence[Work]) -> Sequence[Any]:
    """The same with a savepoint before each work, so that a bad one is undone alone."""
    rows, cursor = late_rows(), connection.connection.cursor()
    results: list[Any] = []
    for work in works:
        waiting = len(rows)
        cursor.execute("SAVEPOINT work")
        try:
            results.append(work(connection))
        except REFUSALS:
            raise
        except Exception as error:
            cursor.execute("ROLLBACK TO work")
            del rows[waiting:]
            results.append(_Failed(error))
        cursor.execute("RELEASE work")
    cursor.close()
    return results
