"""How Alembic reaches the database: through the app that `flask db` has loaded."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from twofactor.extensions import Base, db
from twofactor.models.columns import Money, UtcTime

PLAIN = {
    UtcTime: "sa.DateTime(timezone=True)",
    Money: 'sa.Numeric(18, 6).with_variant(sa.BigInteger(), "sqlite")',
}


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Migrations speak of plain columns, so that old ones never depend on today's code."""
    return PLAIN.get(type(item), False) if kind == "type" else False


@contextmanager
def _connection() -> Iterator[Connection]:
    """SQLite rebuilds a table to change its constraints; foreign keys would take what the old one
    holds for deleted, with all that belongs to it. They can't be switched off in a transaction."""
    with db.engine.connect().execution_options(writes=True) as connection:
        if connection.dialect.name != "sqlite":
            yield connection
            return
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
        finally:
            connection.rollback()  # what is committed by then stays
            driver.execute("PRAGMA foreign_keys=ON")


def _run() -> None:
    if context.is_offline_mode():
        raise SystemExit("Offline SQL is not offered: run `flask db upgrade` against the database.")
    with _connection() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=_render,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


_run()
