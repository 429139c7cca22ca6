"""The bare limit: one Flask route, signature checked, row and state in a grouped commit.

No hosts, sessions, limits, headers or reading of meaning: what a receipt costs at the least.
"""

import os
import sqlite3
from concurrent.futures import Future
from queue import Empty, Queue
from threading import Thread
from typing import Any

from flask import Flask, abort, request

from twofactor.gateways.twilio import sign

Row = tuple[str, str, str]
Waiting = tuple[Row, Future[None]]
SCHEMA = """
CREATE TABLE messages (ref VARCHAR(34) PRIMARY KEY, status VARCHAR(32) NOT NULL);
CREATE TABLE receipts (id {number}, ref VARCHAR(34) NOT NULL, status VARCHAR(32) NOT NULL,
                       code VARCHAR(16) NOT NULL, UNIQUE (ref, status, code));
"""
KEEP = "INSERT INTO receipts (ref, status, code) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
MOVE = "UPDATE messages SET status = ? WHERE ref = ? AND status <> 'delivered'"


def _open(url: str) -> tuple[Any, str]:
    """A cursor that commits when told, and its mark for a parameter."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return connection.cursor(), "?"
    import psycopg

    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True).cursor(), "%s"


def _write(url: str, queue: "Queue[Waiting]") -> None:
    cursor, mark = _open(url)
    keep, move = KEEP.replace("?", mark), MOVE.replace("?", mark)
    while True:
        group = [queue.get()]
        while len(group) < 256:
            try:
                group.append(queue.get_nowait())
            except Empty:
                break
        cursor.execute("BEGIN")
        cursor.executemany(keep, [row for row, _ in group])
        cursor.executemany(move, [(status, ref) for (ref, status, _), _ in group])
        cursor.execute("COMMIT")
        for _, done in group:
            done.set_result(None)


def create_app() -> Flask:
    """The app that Granian serves."""
    app = Flask(__name__)
    queue: Queue[Waiting] = Queue()
    token, public = os.environ["BENCH_TOKEN"], os.environ["BENCH_PUBLIC_URL"]
    url = os.environ["BENCH_DATABASE_URL"]
    Thread(target=_write, args=(url, queue), daemon=True).start()

    @app.post("/webhooks/twilio/status")
    def status() -> tuple[str, int]:
        called = public + request.full_path.rstrip("?")
        form = request.form
        if sign(token, called, list(form.items(multi=True))) != request.headers.get(
            "X-Twilio-Signature"
        ):
            abort(403)
        done: Future[None] = Future()
        queue.put(((form["MessageSid"], form["MessageStatus"], form.get("ErrorCode", "")), done))
        done.result(12)
        return "", 204

    return app
