"""Servers for the journeys: one a kind for all tests of a worker, or one that a test may break."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.journeys.person import Person
from tests.server import FLASK, SERVE, Server

QUICK = {"RESEND_WAITS_SECONDS": "1,1,1,1", "LIMITS": "off"}
KINDS = {
    "flask-sqlite": "flask_on_sqlite",
    "serve-sqlite": "serve_on_sqlite",
    "serve-postgres": "serve_on_postgres",
}

_numbers = count(1)

Folders = pytest.TempPathFactory


@pytest.fixture(scope="session")
def flask_on_sqlite(tmp_path_factory: Folders) -> Iterator[Server]:
    yield from _running(Server(tmp_path_factory.mktemp("house"), FLASK, QUICK))


@pytest.fixture(scope="session")
def serve_on_sqlite(tmp_path_factory: Folders) -> Iterator[Server]:
    yield from _running(Server(tmp_path_factory.mktemp("house"), SERVE, QUICK))


@pytest.fixture(scope="session")
def serve_on_postgres(
    tmp_path_factory: Folders, postgres: Callable[[], str], valkey: str
) -> Iterator[Server]:
    settings = QUICK | {"DATABASE_URL": postgres(), "REDIS_URL": valkey}
    yield from _running(Server(tmp_path_factory.mktemp("house"), SERVE, settings))


@pytest.fixture(params=list(KINDS.values()), ids=list(KINDS))
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each kind of server in turn. Its log is shown when the test fails."""
    found: Server = request.getfixturevalue(request.param)
    before = len(found.log)
    yield found
    print(found.log[before:])


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts a server that belongs to one test alone, and ends it whatever happens."""
    made: list[Server] = []

    def make(command: tuple[str, ...] = FLASK, **settings: str) -> Server:
        server = Server(tmp_path / f"house{len(made)}", command, QUICK | settings)
        made.append(server)
        return server.start()

    yield make
    for server in made:
        server.kill()
        print(server.log)


@pytest.fixture
def newcomer() -> Callable[[Server], Person]:
    """Makes people whom no other test knows, each with a phone of their own."""

    def make(server: Server) -> Person:
        number = next(_numbers)
        area, line = 202 + number // 100, number % 100
        return Person(server, f"person{number}", f"+1{area}55501{line:02d}")

    return make


def _running(server: Server) -> Iterator[Server]:
    yield server.start()
    assert server.stop() == 0, server.log
