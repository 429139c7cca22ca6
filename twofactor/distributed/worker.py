"""One worker process: takes ids from the line until it is told to stop."""

import logging
import signal
from collections.abc import Callable
from threading import Event, Thread
from time import monotonic
from typing import Any

from twofactor.distributed.line import SEND_TEXT, TEXTS, connect

log = logging.getLogger(__name__)

THREADS = 8
DRAIN_SECONDS = 25.0  # longer than any gateway call, shorter than a supervisor's patience
CLOSE_SECONDS = 2.0


def run(url: str, wake: Callable[[], None]) -> None:
    """Take ids until SIGTERM or SIGINT, then return.

    For each `wake` is called, and whoever sends here claims all that is due: ids that come together
    cost one claim. While the line is down this waits for it: the texts leave by the look.
    """
    told = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    thread = Thread(target=_take, args=(url, wake, told), name="line", daemon=True)
    thread.start()
    told.wait()
    _drain(thread)


def _take(url: str, wake: Callable[[], None], told: Event) -> None:
    """In a thread, so that the signals stay ours from the first moment."""
    worker = _worker(url, wake)
    try:
        if not told.is_set():
            worker.start()
    except SystemExit:
        log.info("the line is closed")
    except Exception:
        log.exception("the line broke; texts leave by looking until this worker is started again")


def _worker(url: str, wake: Callable[[], None]) -> Any:
    line = connect(url)

    @line.task(name=SEND_TEXT)  # type: ignore[untyped-decorator, unused-ignore]
    def take(_message_id: int) -> None:
        wake()

    return line.Worker(
        pool="threads",
        concurrency=THREADS,
        queues=[TEXTS],
        loglevel="WARNING",
        quiet=True,
        without_mingle=True,
        without_gossip=True,
    )


def _drain(thread: Thread) -> None:
    """Take nothing more and wait for what is in hand; a line that is down is not waited for."""
    from celery.worker import state

    state.should_stop = 0
    started = monotonic()
    while thread.is_alive() and monotonic() - started < DRAIN_SECONDS:
        if not state.active_requests and monotonic() - started > CLOSE_SECONDS:
            return
        thread.join(0.1)
