"""Grouped commits: many waiting requests' rows in one transaction, each answered after it.

One durable commit costs about as much for 256 rows as for three, so one writer thread a process
collects what waits: while one group is being committed the next one gathers.

Guarantee: `run`, `see_to` and `put` return only after their work is committed, and raise when it is
not. Any work may come, of receipts, starts, checks or the sender's desk, that writes through the
connection it is given and neither commits nor calls the writer; never call the writer within
`database.transaction`, whose turn it would wait for.
"""

from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from twofactor.models.database import Busy, at_hand, turn
from twofactor.models.entries import (
    GRACE_SECONDS,
    WAIT_SECONDS,
    Ahead,
    Entry,
    Failed,
    Look,
    Overloaded,
    Then,
    Verb,
    Waiting,
    Work,
)
from twofactor.models.hand import flush, forget_late, late_count, write_all_waiting

GROUP_SIZE = 256
QUEUE_SIZE = 4096
IDLE_SECONDS = 1.0  # then the connection goes back to the pool
# The database as a whole refuses: trying each work alone would make all of them wait in turn.
REFUSALS = (OperationalError, InterfaceError)

T = TypeVar("T")
R = TypeVar("R")


class GroupWriter:
    """Runs work on one connection, group by group. Safe to call from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()
        self._next: list[Waiting] = []  # what works of the last group want done after its commit
        self._connection: Connection | None = None  # of whose turn it is
        self._thread: Thread | None = None
        self._starting = Lock()

    def run(self, work: Callable[[Connection], R | Then]) -> R:
        """The result of `work(connection)`, committed; and so on with each `Then`.

        Work that raises is rolled back alone, and its error raised here. Raises Overloaded; work
        that was being written by then may still be committed, so it must bear to come again.
        PostgreSQL groups commits by itself, and works there take their row locks in an order of
        their own: two groups would wait for each other, so each work has its own transaction.
        """
        if self.is_alone:
            return cast(R, self.put(run_each, work))
        return self.run_apart(work)

    def see_to(self, work: Callable[[Connection], R]) -> R:
        """The result of `work(connection)`, committed, however long that takes: never Overloaded,
        so that whoever gets no result knows that nothing was written. For threads behind whom
        nobody waits."""
        if self.is_alone:
            return cast(R, self._add(run_each, work).outcome())
        return self._alone(work)

    def run_apart(self, work: Callable[[Connection], R | Then]) -> R:
        """The same, in a transaction of its own in the caller's thread."""
        result: R | Then = self._alone(work)
        while isinstance(result, Then):
            result = self._alone(result.work)
        return result

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

    @property
    def is_alone(self) -> bool:
        """True where the database has one writer, so that works are grouped (SQLite)."""
        return self._engine.dialect.name == "sqlite"

    def write_now(self, group: list[Waiting]) -> list[Waiting]:
        """Write these in the caller's own thread; what of them wants more done after its commit.
        Only where the writer is alone. Raises Busy, and nothing is written, rather than wait for
        somebody else or write anything twice."""
        return self._ended(self._together(group, run_each, waits=False))

    def write_later(self, entries: Iterable[Waiting]) -> None:
        """Have the thread write these, which end there. Raises Overloaded."""
        if self._queue.qsize() >= QUEUE_SIZE:
            raise Overloaded
        self._ensure_thread()
        for entry in entries:
            self._queue.put(entry)

    def close(self) -> None:
        """Write what waits, then stop."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None
        with turn(self._engine, for_many=True):
            self._let_go()

    def _add(self, verb: Verb[T, R], item: T) -> Entry:
        self._ensure_thread()
        entry = Entry(verb, item)
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
                self._next = self._commit(group)

    def _first(self) -> Waiting | None:
        """What comes next, however late. Groups that follow each other share a connection: another
        one would have to be tested, and to prepare every statement."""
        try:
            return self._queue.get(timeout=IDLE_SECONDS)
        except Empty:
            with turn(self._engine, for_many=True):
                self._let_go()
            return self._queue.get()

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _alone(self, work: Callable[[Connection], R]) -> R:
        with self._engine.begin() as connection, at_hand(connection):
            return work(connection)

    def _commit(self, group: list[Waiting], *, apart: bool = False) -> list[Waiting]:
        try:
            results = self._together(group, _run_each_apart if apart else run_each)
        except Exception as error:
            return self._again(group, error, apart=apart)
        return self._ended(results)

    def _ended(self, results: list[tuple[Waiting, Any]]) -> list[Waiting]:
        """Let all go on that are done; the others."""
        then: list[Waiting] = []
        for entry, result in results:
            if isinstance(result, Failed):
                entry.end(None, result.error)
            elif isinstance(result, Then):
                entry.item = result.work
                then.append(entry)
            else:
                entry.end(result)
        return then

    def _again(self, group: list[Waiting], error: Exception, *, apart: bool) -> list[Waiting]:
        """One of a group is bad: first all once more, each work to be undone alone; then each in a
        transaction of its own."""
        if len(group) == 1 or isinstance(error, REFUSALS):
            for entry in group:
                entry.end(None, error)
            return []
        if not apart:
            return self._commit(group, apart=True)
        return [entry for one in group for entry in self._commit([one])]

    def _together(
        self, group: list[Waiting], of_works: Verb[Work, Any], *, waits: bool = True
    ) -> list[tuple[Waiting, Any]]:
        by_verb: dict[Verb[Any, Any], list[Waiting]] = {}
        for entry in group:
            by_verb.setdefault(entry.verb, []).append(entry)
        done: list[tuple[Waiting, Any]] = []
        with turn(self._engine, for_many=True, waits=waits):
            here = self._connection = self._connection or self._engine.connect()
            try:
                with here.execution_options(writes=True, waits=waits).begin(), at_hand(here):
                    for verb, entries in by_verb.items():
                        flush()  # verbs may name any table
                        do = of_works if verb is run_each else verb
                        results = do(here, [entry.item for entry in entries])
                        done.extend(zip(entries, results, strict=True))
            except BaseException as error:
                self._let_go()  # broken perhaps, so that the next group begins with a sound one
                if not waits and isinstance(error, Exception):
                    raise Busy from error
                raise
        return done


def run_each(connection: Connection, works: Sequence[Work]) -> Sequence[Any]:
    """The result of each, or Failed; only in SQLite. A work that raises before it has written
    needs no undoing; the error of another is raised, and the group has to be written anew."""
    driver = connection.connection.driver_connection
    results: list[Any] = []
    _look_ahead(works)
    for work in works:
        late, changes = late_count(), driver.total_changes  # type: ignore[union-attr]
        try:
            results.append(work(connection))
        except Exception as error:
            if isinstance(error, REFUSALS) or driver.total_changes != changes:  # type: ignore[union-attr]
                raise
            forget_late(late)
            results.append(Failed(error))
    return results


def _look_ahead(works: Sequence[Work]) -> None:
    """Have works see together what they want seen; unless one of them does not tell, for it might
    change that before the others run."""
    ahead = [work for work in works if isinstance(work, Ahead)]
    if len(ahead) < len(works):
        return
    wanted: dict[Look, list[Any]] = {}
    for work in ahead:
        if work.look is not None:
            wanted.setdefault(work.look, []).append(work.wanted)
    for look, items in wanted.items():
        look(items)


def _run_each_apart(connection: Connection, works: Sequence[Work]) -> Sequence[Any]:
    """The same with a savepoint before each work, so that a bad one is undone alone."""
    cursor = connection.connection.cursor()
    results: list[Any] = []
    for work in works:
        cursor.execute("SAVEPOINT work")
        try:
            result = work(connection)
            write_all_waiting()  # what waited longer would be undone with another work
            results.append(result)
        except REFUSALS:
            raise
        except Exception as error:
            cursor.execute("ROLLBACK TO work")
            forget_late(0)
            results.append(Failed(error))
        cursor.execute("RELEASE work")
    cursor.close()
    return results
