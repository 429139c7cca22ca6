"""Tables that a test made itself count as migrated."""

from flask import Flask

from twofactor.extensions import db
from twofactor.models import schema
from wsgi import MIGRATIONS


def stamp(app: Flask) -> None:
    """Say which revision the tables have, so that a start or a command finds nothing to do."""
    with app.app_context():
        if schema.present() is not None:
            return  # another process of the test was first
        db.session.execute(db.text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        newest = {"newest": schema.latest(MIGRATIONS)}
        db.session.execute(db.text("INSERT INTO alembic_version VALUES (:newest)"), newest)
        db.session.commit()
