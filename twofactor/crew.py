"""Who sends: threads of this process, or distributed workers. The same verbs on the same rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from twofactor import jobs
from twofactor.desk import Desk
from twofactor.distributed import heartbeat, line, worker
from twofactor.distributed.publisher import Publisher
from twofactor.jobs import Commit
from twofactor.kit import Kit
from twofactor.sender import Sender, Waker
from twofactor.sms import outbox

BULK_THREADS = 4  # of their own, so that a code never waits for a text to many

# Makes a verb callable from any thread: with a fresh database session every time.
Bind = Callable[[Callable[[Kit], Any]], Callable[[], Any]]


class NotInstalled(Exception):
    """Distributed workers need packages that are not there; the text says how to get them."""


class Part(Protocol):
    """Something with threads of its own."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


@dataclass(frozen=True)
class Crew:
    """Who sends for this process, and what runs as long as it serves."""

    sender: Waker
    parts: tuple[Part, ...]
    work: Callable[[], None] | None = None  # be a distributed worker until told to stop

    def start(self) -> None:
        for part in self.parts:
            part.start()

    def stop(self) -> None:
        for part in self.parts:
            part.stop()


def assemble(kit: Kit, bind: Bind, commit: Commit, around: Sequence[Part]) -> Crew:
    """The crew that the settings ask for; `commit` writes the desk's works, `around` runs wherever
    texts leave, such as the simulated network. Raises NotInstalled."""
    if kit.settings.workers == "embedded":
        return _embedded(kit, bind, commit, around, jobs.run_due)
    if not line.is_installed():
        raise NotInstalled(line.MISSING)
    alive = bind(heartbeat.alive)
    publisher = Publisher(kit.settings.redis_url, outbox.fresh, lambda: bool(alive()))
    return Crew(publisher, (publisher, *around), lambda: _work(kit, bind, commit, around))


def _embedded(
    kit: Kit,
    bind: Bind,
    commit: Commit,
    around: Sequence[Part],
    keep_house: Callable[[Kit], None],
) -> Crew:
    sender = Desk(
        take=lambda most: jobs.take(kit, most, commit),
        hand_over=jobs.hand_over,
        finish=lambda answers: jobs.finish(kit, answers, commit),
        keep_house=bind(keep_house),
        is_due=bind(jobs.is_due),
    )
    bulk = Sender(bind(jobs.deliver_bulk), lambda: None, BULK_THREADS)
    return Crew(sender, (sender, bulk, *around))


def _work(kit: Kit, bind: Bind, commit: Commit, around: Sequence[Part]) -> None:
    """Look at the rows whenever the line brings an id, and once a second all the same."""
    name = heartbeat.new_name()

    def keep_house(kit: Kit) -> None:
        heartbeat.beat(kit, name)
        jobs.run_due(kit)

    crew = _embedded(kit, bind, commit, around, keep_house)
    crew.start()
    try:
        worker.run(kit.settings.redis_url, crew.sender.wake)
    finally:
        crew.stop()
        bind(lambda _: heartbeat.leave(name))()
