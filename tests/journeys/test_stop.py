"""SIGTERM, as a service manager stops `make serve`."""

import time
from collections.abc import Callable
from threading import Thread

from tests.journeys.books import entries
from tests.journeys.person import PASSWORD, Person
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
