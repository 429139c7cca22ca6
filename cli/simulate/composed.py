"""A second house beside the operator's own: on an empty database that is thrown away."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flask import Flask
from sqlalchemy import event

from twofactor.clock import Clock
from twofactor.config.settings import Settings
from twofactor.extensions import db
from twofactor.house import house

Compose = Callable[[Settings, Clock], Flask]


@contextmanager
def opened(compose: Compose, settings: Settings, clock: Clock, folder: Path) -> Iterator[Flask]:
    """The whole product on an empty database in `folder`, inside its app context."""
    app = compose(replace(settings, database_url=f"sqlite:///{folder / 'world.sqlite3'}"), clock)
    with app.app_context():
        event.listen(db.engine, "connect", _careless)
        db.engine.dispose()  # connections made before
        db.create_all()
        try:
            yield app
        finally:
            built = house()
            built.writer.close()
            for gateway in built.kit.gateways.values():
                getattr(getattr(gateway, "phones", None), "close", lambda: None)()
            db.session.remove()
            db.engine.dispose()


def _careless(connection: object, _record: object) -> None:
    """A database that is thrown away need not survive a power cut."""
    connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]
