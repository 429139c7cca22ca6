"""What waits to be written: an item, what is to be done with it, and how that ended.

One kind waits in a thread, the other in an event loop.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection

WAIT_SECONDS = 12.0
GRACE_SECONDS = 2.0  # for work that is being written when its time is up

T = TypeVar("T")
R = TypeVar("R")
Verb = Callable[[Connection, Sequence[T]], Sequence[R]]
Work = Callable[[Connection], Any]
Look = Callable[[Sequence[Any]], None]


class Overloaded(Exception):
    """More work waits than can be written in time; come again later."""


class Then(NamedTuple):
    """What a work gives back to have more done once it is committed, in a transaction of its own:
    the result is what `work` gives then."""

    work: Work


@dataclass(frozen=True, slots=True)
class Ahead:
    """A work that tells beforehand what it will look at.

    Where all works of a group do, `look` is called once with what they want seen, before the first
    of them runs: a statement that is run over and over costs half of what it costs among others.
    Without a `look` it wants nothing seen."""

    work: Callable[[], Any]
    look: Look | None = None
    wanted: Any = None

    def __call__(self, _: Connection) -> Any:
        return self.work()


@dataclass(frozen=True, slots=True)
class Failed:
    """A work that raised, and was rolled back alone."""

    error: Exception


class Waiting:
    """One item that waits, whoever waits for it."""

    __slots__ = ("_claim", "error", "item", "result", "verb")

    def __init__(self, verb: Verb[Any, Any], item: Any) -> None:
        self.verb, self.item = verb, item
        self.result: Any = None
        self.error: BaseException | None = None
        self._claim = Lock()

    def claim(self) -> bool:
        """True for the first who asks: the writer, or whoever gives up."""
        return self._claim.acquire(blocking=False)

    def end(self, result: Any, error: BaseException | None = None) -> None:
        """Let the caller go on. From any thread."""
        raise NotImplementedError


class Entry(Waiting):
    """Waits in a thread.

    Two bare locks instead of a Future: one is made for every receipt, and a Future costs tenfold.
    """

    __slots__ = ("_done",)

    def __init__(self, verb: Verb[Any, Any], item: Any) -> None:
        super().__init__(verb, item)
        self._done = Lock()
        self._done.acquire()

    def end(self, result: Any, error: BaseException | None = None) -> None:
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


class Bell:
    """Tells an event loop what has ended, whoever wrote it: many in one call. Of one loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._ended: deque[Awaited] = deque()
        self._is_ringing = False

    def ring(self, entry: "Awaited") -> None:
        """To be called from any thread."""
        self._ended.append(entry)
        if not self._is_ringing:
            self._is_ringing = True
            self.loop.call_soon_threadsafe(self.tell)

    @contextmanager
    def held(self) -> Iterator[None]:
        """In the loop's own thread: tell at the end what ends within, without ringing."""
        self._is_ringing = True
        try:
            yield
        finally:
            self.tell()

    def tell(self) -> None:
        """Let all go on that wait for what has ended; in the loop's own thread."""
        self._is_ringing = False  # before the queue is looked at: what comes now rings again
        while self._ended:
            self._ended.popleft().tell()


class Awaited(Waiting):
    """Waits in an event loop."""

    __slots__ = ("_bell", "future")

    def __init__(self, verb: Verb[Any, Any], item: Any, bell: Bell) -> None:
        super().__init__(verb, item)
        self.future: asyncio.Future[Any] = bell.loop.create_future()
        self._bell = bell

    def end(self, result: Any, error: BaseException | None = None) -> None:
        self.result, self.error = result, error
        self._bell.ring(self)

    def tell(self) -> None:
        """In the loop's thread."""
        if self.future.done():  # given up, or whoever waited is gone
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)

    def give_up_later(self) -> None:
        """Raise Overloaded for who waits, when it has not ended in time. In the loop's thread."""
        self._bell.loop.call_later(WAIT_SECONDS, self._give_up)

    def _give_up(self) -> None:
        if self.claim():
            self._abandon()
        elif not self.future.done():  # it is being written just now
            self._bell.loop.call_later(GRACE_SECONDS, self._abandon)

    def _abandon(self) -> None:
        if not self.future.done():
            self.future.set_exception(Overloaded())
