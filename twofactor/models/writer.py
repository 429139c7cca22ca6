"""Grouped commits: many waiting requests' rows in one transaction, each answered after it.

One durable commit costs about as much for 256 rows as for three, so one writer thread a process
collects what waits. Guarantee: `run` returns only after its work is committed, and raises when it
is not.
"""

from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, Full, Queue
from threading import Lock, Thread
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import InterfaceError, OperationalError

GROUP_SIZE = 256
QUEUE_SIZE = 4096
WAIT_SECONDS = 12.0
GRACE_SECONDS = 2.0  # for work that is being written when its time is up
# The database as a whole refuses: trying each work alone would make all of them wait in turn.
REFUSALS = (OperationalError, InterfaceError)

T = TypeVar("T")
Work = Callable[[Connection], Any]


class Overloaded(Exception):
    """More work waits than can be written in time; come again later."""


class GroupWriter:
    """Runs work on one connection, group by group. Safe to call from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: Queue[tuple[Work, Future[Any]] | None] = Queue(QUEUE_SIZE)
        self._thread: Thread | None = None
        self._starting = Lock()

    def run(self, work: Callable[[Connection], T]) -> T:
        """The result of `work(connection)`, committed.

        Work that raises is rolled back alone, and its error raised here. Raises Overloaded; work
        that was being written by then may still be committed, so it must bear to come again.
        """
        self._ensure_thread()
        future: Future[T] = Future()
        try:
            self._queue.put_nowait((work, future))
        except Full:
            raise Overloaded from None
        try:
            return future.result(WAIT_SECONDS)
        except TimeoutError:
            if future.cancel():
                raise Overloaded from None
        try:
            return future.result(GRACE_SECONDS)
        except TimeoutError:
            raise Overloaded from None

    def close(self) -> None:
        """Write what waits, then stop."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _ensure_thread(self) -> None:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._write, name="group-writer", daemon=True)
                self._thread.start()

    def _write(self) -> None:
        while (first := self._queue.get()) is not None:
            group = [first]
            stop = False
            while len(group) < GROUP_SIZE and not stop:
                try:
                    more = self._queue.get_nowait()
                except Empty:
                    break
                if more is None:
                    stop = True
                else:
                    group.append(more)
            self._commit([entry for entry in group if entry[1].set_running_or_notify_cancel()])
            if stop:
                return

    def _commit(self, group: list[tuple[Work, Future[Any]]]) -> None:
        try:
            results = self._together([work for work, _ in group])
        except Exception as error:
            if len(group) == 1 or isinstance(error, REFUSALS):
                for _, future in group:
                    future.set_exception(error)
            else:  # one of them is bad: give each a transaction of its own
                for entry in group:
                    self._commit([entry])
            return
        for (_, future), result in zip(group, results, strict=True):
            future.set_result(result)

    def _together(self, works: list[Work]) -> list[Any]:
        connection = self._engine.connect().execution_options(writes=True)
        with connection, connection.begin():
            return [cast(Any, work(connection)) for work in works]
