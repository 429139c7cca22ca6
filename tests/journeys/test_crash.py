"""Power cuts: whatever was promised still holds when the process is gone from one moment to the
next."""

import random
import time
from collections.abc import Callable
from threading import Thread

import pytest
import requests

from tests.browser import Browser
from tests.journeys.books import Entry, entries, sends_permitted
from tests.journeys.person import PASSWORD, Person, until
from tests.server import FLASK, SERVE, Server
from tests.settings import settings_from
from twofactor.house import house
from wsgi import create_app

CUTS = ("while the login is served",) * 2 + ("after the commit",) * 4
LOGIN_SECONDS = 0.3  # about what a login takes here
HANDOVER_SECONDS = 0.01  # about what the sender takes to hand a text over

MakeServer = Callable[..., Server]
Newcomer = Callable[[Server], Person]


def _with_phone(server: Server, newcomer: Newcomer) -> Person:
    person = newcomer(server)
    person.sign_up()
    person.enrol()
    return person


def _cut_during_login(person: Person, cut: str, chance: random.Random) -> None:
    """Post the right password, and cut the power at some moment."""
    server, before = person.server, len(entries(person.server))
    browser = Person(server, "", person.phone)
    browser.email = person.email
    browser.open("/login")

    def post() -> None:
        try:
            browser.give_password()
        except requests.RequestException:
            pass  # nobody was there any more

    posting = Thread(target=post)
    posting.start()
    if cut == "after the commit":
        while len(entries(server)) == before and posting.is_alive():
            pass
        time.sleep(HANDOVER_SECONDS * chance.random())
    else:
        time.sleep(LOGIN_SECONDS * chance.random())
    server.kill()
    posting.join()


def _is_settled(entry: Entry) -> bool:
    return entry.status != "queued"


@pytest.mark.timeout(180)
@pytest.mark.parametrize("command", [FLASK, SERVE], ids=["flask", "serve"])
def test_a_text_arrives_once_or_is_known_as_unknown_after_a_power_cut(
    make_server: MakeServer, newcomer: Newcomer, command: tuple[str, ...]
) -> None:
    server = make_server(command)
    person = _with_phone(server, newcomer)
    chance = random.Random(2)
    for cut in CUTS:
        _cut_during_login(person, cut, chance)
        server.start()
    person.give_password()
    assert person.at == "/login/code"
    lost_lease = 25.0  # a claim that died is looked at again when its lease of 20 s is over
    give_up_at = time.monotonic() + lost_lease + 15
    while not all(map(_is_settled, found := entries(server))):
        assert time.monotonic() < give_up_at, found
        time.sleep(0.1)
    print(found)
    assert len(found) > CUTS.count("after the commit")
    for entry in found:
        assert len(entry.outcomes) <= 1, entry
        assert entry.arrivals <= 1, entry
        if entry.outcomes == ("accepted",):
            assert entry.arrivals == 1, entry
        elif not entry.outcomes:
            assert entry.status == "expired", entry  # a newer code took its place before it left
        else:
            assert entry.outcomes == ("unknown",), entry
    assert sum(entry.arrivals for entry in found) <= sends_permitted(server)
    assert found[-1].arrivals == 1
    person.send("/login/code", code=person.code())
    assert person.at == "/account"


def test_a_text_that_nobody_sent_is_sent_after_the_next_start(
    make_server: MakeServer, newcomer: Newcomer
) -> None:
    server = make_server()
    person = _with_phone(server, newcomer)
    server.kill()
    _log_in_without_sender(server, person.email)
    (waiting,) = entries(server)
    assert (waiting.status, waiting.outcomes, waiting.arrivals) == ("queued", (), 0)
    server.start()
    person.await_texts(2)
    until(lambda: entries(server), lambda found: found[0].status == "delivered")
    assert [entry.arrivals for entry in entries(server)] == [1]


def _log_in_without_sender(server: Server, email: str) -> None:
    """The same house as the server's, with nobody in it who sends."""
    database = f"sqlite:///{server.folder / 'journey.sqlite3'}"
    values = {"DATABASE_URL": database, "PUBLIC_URL": server.url}
    app = create_app(settings_from(values, server.folder / "instance"))
    answer = Browser(app).post("/login", email=email, password=PASSWORD)
    assert answer.location == "/login/code"
    with app.app_context():
        built = house()
        built.writer.close()
        built.kit.gateways["simulator"].phones.close()  # type: ignore[attr-defined]
