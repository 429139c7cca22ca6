"""Many clients at once: threads in this process, and processes that share its database."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from flask import Flask
from werkzeug.test import TestResponse

from tests.browser import Browser
from tests.security.houses import house_on
from twofactor.extensions import db
from twofactor.house import house
from twofactor.kit import Visitor
from twofactor.models import Verification
from twofactor.models.database import transaction
from twofactor.models.writer import GroupWriter
from twofactor.verify import checks
from twofactor.verify.limits import LimitReached
from twofactor.words import CheckOutcome

T = TypeVar("T")
VISITOR = Visitor("203.0.113.9")


@contextmanager
def busy(writer: GroupWriter) -> Iterator[None]:
    """Keep the writer from writing for half a second, so that what comes within gathers."""
    gate = threading.Event()
    holding = threading.Thread(target=lambda: writer.run(lambda _: gate.wait(10)))
    holding.start()
    threading.Timer(0.5, gate.set).start()
    time.sleep(0.05)
    yield
    holding.join()


def at_once(works: Sequence[Callable[[], T]]) -> list[T]:
    """What each work gives, all started at the same moment in threads of their own."""
    results: list[T] = []
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> None:
        barrier.wait()
        results.append(work())

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == len(works), "a client raised"
    return results


def copies(app: Flask, browser: Browser, count: int) -> list[Browser]:
    """Clients that all carry the cookie of one browser, each at an address of its own."""
    cookie = browser.client.get_cookie("sixdigits")
    assert cookie is not None
    made = [Browser(app, f"198.51.100.{number % 250}") for number in range(count)]
    for copy in made:
        copy.client.set_cookie("sixdigits", cookie.value)
    return made


def post(browser: Browser, path: str, token: str, **fields: str) -> TestResponse:
    """A form without loading its page first."""
    return browser.client.post(
        path,
        data={"csrf_token": token, **fields},
        environ_base={"REMOTE_ADDR": browser.address},
    )


def check_in_processes(
    folder: Path, url: str, sid: str, codes: Sequence[Sequence[str]]
) -> list[str]:
    """Check each process's codes against one verification, all at once; the outcomes' names."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    processes = [
        context.Process(target=_check_all, args=(folder, url, sid, part, queue)) for part in codes
    ]
    for process in processes:
        process.start()
    found = [outcome for _ in processes for outcome in queue.get(timeout=60)]
    for process in processes:
        process.join()
    return found


def _check_all(
    folder: Path,
    url: str,
    sid: str,
    codes: Sequence[str],
    queue: "multiprocessing.queues.Queue[list[str]]",
) -> None:
    with house_on(folder, DATABASE_URL=url) as app:
        queue.put(at_once([lambda code=code: check(app, sid, code) for code in codes]))  # type: ignore[misc]


def check(app: Flask, sid: str, code: str) -> str:
    """One check of a code by the verbs, as a door would; the outcome's name."""
    with app.app_context():
        kit = house().kit
        verification = db.session.query(Verification).filter_by(sid=sid).one()
        owner = f"owner of {sid}"
        try:
            with transaction():
                counted = checks.count(kit, verification, owner)
            if isinstance(counted, CheckOutcome):
                return f"not evaluated: {counted.value}"
            with transaction():
                return checks.settle(kit, counted, code, owner, VISITOR).value
        except LimitReached:
            return "not evaluated: limit"
