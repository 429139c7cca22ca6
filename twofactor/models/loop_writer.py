"""Grouped commits for an event loop: what its requests want written, without a thread between.

Threads that hand work to each other take Python's lock in turns, at every statement, and that cost
more than the statements did. So the loop writes by itself what has come in one of its rounds, as
one group, and meanwhile the next requests gather in the system's buffers. While another thread
writes it looks again in a moment; what takes longer, in this process or another, and a group of
which one is bad, is left to the group writer's thread: the loop never waits for another writer. It
does wait for the disk, as all do that it serves. Where that takes long, PostgreSQL is the answer,
whose transactions run in threads.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

from twofactor.models.database import Busy
from twofactor.models.entries import Awaited, Bell, Overloaded, Then, Verb, Waiting
from twofactor.models.writer import GROUP_SIZE, GroupWriter, run_each

TRIES, RETRY_SECONDS = 8, 0.002  # most transactions of this process are over by then
HANDS = 20  # as many connections as PostgreSQL's pool keeps

T = TypeVar("T")
R = TypeVar("R")


class LoopWriter:
    """Runs work for one event loop, in whose thread all of it is to be called."""

    def __init__(self, writer: GroupWriter) -> None:
        self._writer = writer
        self._waiting: list[Waiting] = []
        self._bell: Bell | None = None
        self._hands: ThreadPoolExecutor | None = None

    async def run(self, work: Callable[[Connection], R | Then]) -> R:
        """As `GroupWriter.run`. Raises what that raises."""
        if self._writer.is_alone:
            return cast(R, await self._add(run_each, work))
        if self._hands is None:
            self._hands = ThreadPoolExecutor(HANDS, "apart")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._hands, self._writer.run_apart, work)

    async def put(self, verb: Verb[T, R], item: T) -> R:
        """As `GroupWriter.put`. Raises what that raises."""
        return cast(R, await self._add(verb, item))

    def _add(self, verb: Verb[Any, Any], item: Any) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        if self._bell is None or self._bell.loop is not loop:
            self._bell = Bell(loop)
        entry = Awaited(verb, item, self._bell)
        self._gather(entry, self._bell)
        return entry.future

    def _gather(self, entry: Waiting, bell: Bell) -> None:
        if not self._waiting:  # twice soon: whoever has come by now shall speak first
            bell.loop.call_soon(lambda: bell.loop.call_soon(self._write, bell))
        self._waiting.append(entry)

    def _write(self, bell: Bell, tries: int = TRIES) -> None:
        group, self._waiting = self._waiting[:GROUP_SIZE], self._waiting[GROUP_SIZE:]
        try:
            then = self._write_now(group, bell)
        except Busy as error:
            if error.is_over_soon and tries:
                self._waiting = group + self._waiting
                bell.loop.call_later(RETRY_SECONDS, self._write, bell, tries - 1)
                return
            then = []
            self._hand_over(group)
        if self._waiting:
            bell.loop.call_soon(self._write, bell)
        for entry in then:
            self._gather(entry, bell)

    def _write_now(self, group: list[Waiting], bell: Bell) -> list[Waiting]:
        if not self._writer.is_alone:
            raise Busy
        with bell.held():
            return self._writer.write_now(group)

    def _hand_over(self, group: list[Waiting]) -> None:
        try:
            self._writer.write_later(group)
        except Overloaded as error:
            for entry in group:
                entry.end(None, error)
            return
        for entry in group:
            cast(Awaited, entry).give_up_later()
