"""kill -9 in the middle of a burst: what was answered 204 is in the database, and once (S-57).

A real server in a process of its own, on SQLite and on PostgreSQL.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import create_engine, select

from tests.conftest import close
from tests.settings import settings_for
from tests.structure.tree import ROOT
from tests.webhooks.scene import TWILIO_TOKEN, Signed, hand_over_all, twilio_callback
from twofactor.clock import SystemClock
from twofactor.extensions import db
from twofactor.ids import MESSAGE, new_sid
from twofactor.models import Attempt, Receipt
from wsgi import create_app

CONNECTIONS = 16
TEXTS = 6000  # two receipts each: more than a few seconds can take
BURST_SECONDS = 2.0
KEYS = {"SECRET_KEY": "only-for-this-test-0123456789abcdefgh", "DATA_KEYS": "A" * 43 + "="}

Acknowledged = tuple[str, str]  # gateway's id and status


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def settings(database_url: str, port: int) -> dict[str, str]:
    return {
        **KEYS,
        "DATABASE_URL": database_url,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "GATEWAYS": "twilio",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
        "LOG_LEVEL": "ERROR",
    }


@pytest.fixture
def callbacks(settings: dict[str, str], tmp_path: Path) -> list[tuple[Acknowledged, Signed]]:
    """Texts on record, and a burst of their receipts."""
    app: Flask = create_app(settings_for(tmp_path, **settings), SystemClock())
    with app.app_context():
        db.create_all()
        refs = [new_sid(MESSAGE) for _ in range(TEXTS)]
        texts = hand_over_all("twilio", refs)
    close(app)
    return [
        ((ref, word), twilio_callback(settings["PUBLIC_URL"], ref, word, text.attempt_sid))
        for word in ("undelivered", "delivered")
        for ref, text in zip(refs, texts, strict=True)
    ]


@pytest.fixture
def server(
    settings: dict[str, str], callbacks: object, port: int, tmp_path: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """The server with the product, in a process group of its own."""
    environ = {f"SIXDIGITS_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "tests.webhooks.killable", str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environ}, start_new_session=True
    )
    try:
        _wait_for(port)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_s57_no_acknowledged_receipt_is_lost_when_the_server_is_killed(
    server: subprocess.Popen[bytes],
    callbacks: list[tuple[Acknowledged, Signed]],
    settings: dict[str, str],
    port: int,
) -> None:
    waiting, over = iter(callbacks), Event()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        posting = [pool.submit(_post, port, waiting, over) for _ in range(CONNECTIONS)]
        time.sleep(BURST_SECONDS)
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        over.set()
        acknowledged = [one for future in posting for one in future.result()]
    assert len(acknowledged) > 100  # it was a burst, and it was cut off
    assert len(acknowledged) < len(callbacks)
    stored = _stored(settings["DATABASE_URL"])
    assert set(acknowledged) <= set(stored)
    assert set(stored.values()) == {1}
    assert len(set(stored) - set(acknowledged)) <= CONNECTIONS  # committed, but not yet answered


def _post(
    port: int, waiting: Iterator[tuple[Acknowledged, Signed]], over: Event
) -> list[Acknowledged]:
    """Post on one connection until the server is gone; what was answered with 204."""
    taken: list[Acknowledged] = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    while not over.is_set() and (one := next(waiting, None)):
        name, signed = one
        try:
            connection.request("POST", signed.path, signed.body, signed.headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            break
        if answer.status == 204:
            taken.append(name)
    connection.close()
    return taken


def _stored(url: str) -> Counter[Acknowledged]:
    """What a fresh connection finds after the crash."""
    engine = create_engine(url)
    found = select(Attempt.gateway_ref, Receipt.status).join(
        Attempt, Attempt.id == Receipt.attempt_id
    )
    with engine.connect() as connection:
        rows = Counter((str(ref), str(status)) for ref, status in connection.execute(found))
    engine.dispose()
    return rows


def _wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server did not come up")
