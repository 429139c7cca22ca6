"""A running server on a free port of loopback, with the database and gateways of one app."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from flask import Flask
from werkzeug.serving import make_server

from tests.conftest import NOON, close
from tests.settings import settings_for
from twofactor.clock import FixedClock
from twofactor.extensions import db
from wsgi import create_app


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[tuple[str, Flask]]:
    """The server's address, and its app."""
    with make_server("127.0.0.1", 0, _closed, threaded=True) as server:
        base = f"http://127.0.0.1:{server.server_port}"
        app = create_app(settings_for(folder, PUBLIC_URL=base, **settings), FixedClock(NOON))
        with app.app_context():
            db.create_all()
        server.app = app
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield base, app
        finally:
            server.shutdown()
            thread.join()
            close(app)


def _closed(_: object, __: object) -> list[bytes]:
    return []
