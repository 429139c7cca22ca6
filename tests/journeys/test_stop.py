"""SIGTERM, as a service manager stops `make serve`."""

import os
import re
import signal
import time
from collections.abc import Callable
from threading import Thread

import pytest

from tests.journeys.books import entries
from tests.journeys.person import PASSWORD, PATIENCE, Person
from tests.server import SERVE, Server


def test_it_answers_who_is_in_and_loses_no_text(
    make_server: Callable[..., Server], newcomer: Callable[[Server], Person]
) -> None:
    server = make_server(SERVE)
    person = newcomer(server)
    person.sign_up()
    person.enrol()
    person.log_out()
    person.open("/login")
    answered: list[int] = []

    def log_in() -> None:
        fields = {"email": person.email, "password": PASSWORD}
        answered.append(person.press("/login", **fields).status_code)

    posting = Thread(target=log_in)
    posting.start()
    time.sleep(0.01)
    assert server.stop() == 0
    posting.join()
    assert answered == [303]
    assert all(outcome for entry in entries(server) for outcome in entry.outcomes)
    server.start()
    person.await_texts(2)
    assert [entry.arrivals for entry in entries(server)] == [1]


def test_a_worker_that_dies_is_replaced_and_all_end_together(
    make_server: Callable[..., Server],
    newcomer: Callable[[Server], Person],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WEB_PROCESSES", "2")
    server = make_server(SERVE)
    first = workers(server, 2)
    os.kill(first[0], signal.SIGKILL)
    everyone = workers(server, 3)
    assert newcomer(server).open("/login").status_code == 200
    assert server.stop() == 0
    for worker in everyone:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


def workers(server: Server, number: int) -> list[int]:
    """The processes that have ever served, once there are so many."""
    give_up_at = time.monotonic() + PATIENCE
    while time.monotonic() < give_up_at:
        found = re.findall(r"Started server process \[(\d+)\]", server.log)
        if len(found) == number:
            return [int(one) for one in found]
        time.sleep(0.05)
    raise AssertionError(f"there are no {number} workers:\n{server.log}")
