"""The smallest Flask application that starts and checks a code durably, with grouped commits.

What the API is measured against: no limits, no audit, no keys, no text. Run by `bench.api`.
"""

import hmac
import os
import secrets
from typing import Any

from flask import Flask, request
from sqlalchemy import Connection, create_engine

from twofactor.models import database
from twofactor.models.writer import GroupWriter

COUNT = "UPDATE codes SET checks = checks + 1 WHERE phone = ? AND checks < 5 RETURNING code"
KEEP = "INSERT OR REPLACE INTO codes (phone, sid, code, checks) VALUES (?, ?, ?, 0)"
TABLE = "CREATE TABLE codes (phone TEXT PRIMARY KEY, sid, code, checks)"


def create_app() -> Flask:
    """One table, two addresses."""
    url = f"sqlite:///{os.environ['BENCH_DATABASE']}"
    engine = create_engine(url, **database.engine_options(url))
    database.prepare(engine)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.exec_driver_sql(TABLE)
    writer, app = GroupWriter(engine), Flask(__name__)

    @app.post("/start")
    def start() -> Any:
        row = (request.form["To"], "VE" + secrets.token_hex(16), request.form["CustomCode"])
        writer.run(lambda connection: connection.exec_driver_sql(KEEP, row))
        return {"sid": row[1], "status": "pending"}, 201

    @app.post("/check")
    def check() -> Any:
        phone, code = request.form["To"], request.form["Code"]

        def count(connection: Connection) -> str | None:
            row = connection.exec_driver_sql(COUNT, (phone,)).first()
            return str(row[0]) if row else None

        kept = writer.run(count)
        valid = kept is not None and hmac.compare_digest(kept, code)
        return {"status": "approved" if valid else "pending", "valid": valid}

    return app
