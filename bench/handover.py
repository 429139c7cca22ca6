"""From the commit of a text to the gateway's hearing of it, idle system: embedded threads, or a
worker of its own behind a real Valkey. `python -m bench handover [TEXTS]`."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO

from flask import Flask

from bench.server import ROOT
from bench.stub import taking
from tests.settings import settings_from
from tests.stamp import stamp
from tests.valkey import running
from twofactor.distributed import heartbeat
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.sms import outbox
from twofactor.sms.phone import Phone
from twofactor.words import Purpose
from wsgi import create_app

TEXTS = 200
PAUSE_SECONDS = 0.02  # idle: one text at a time
P50, P99, P99_DISTRIBUTED = 10.0, 60.0, 150.0  # milliseconds


def main(options: list[str]) -> bool:
    """Print both; True when the targets are met."""
    texts = int(options[0]) if options else TEXTS
    met = _measured("embedded", texts, _embedded, P50, P99)
    return _measured("distributed", texts, _distributed, P99_DISTRIBUTED, P99_DISTRIBUTED) and met


def _measured(
    name: str,
    texts: int,
    opened: Callable[[Path, int], AbstractContextManager[Flask]],
    p50: float,
    p99: float,
) -> bool:
    with (
        tempfile.TemporaryDirectory() as folder,
        taking(0) as (port, heard),
        opened(Path(folder), port) as app,
    ):
        _latencies(app, heard, 10)  # warms up
        found = sorted(_latencies(app, heard, texts))
    middle, late = found[len(found) // 2], found[int(len(found) * 0.99)]
    print(f"{name:12} p50 {middle:6.1f} ms, p99 {late:6.1f} ms, worst {found[-1]:6.1f} ms")
    return middle <= p50 and late <= p99


def _latencies(app: Flask, heard: IO[str], texts: int) -> list[float]:
    """Milliseconds of each, one after the other."""
    found = []
    with app.app_context():
        kit, sender = house().kit, house().sender
        for number in range(texts):
            phone = Phone(f"+1202555{number:04d}", "US")
            with transaction():
                until = kit.now() + timedelta(minutes=5)
                outbox.enqueue(kit, Purpose.LOGIN, phone, "Your code is 123456.", until)
            committed = time.monotonic()
            sender.wake()
            found.append(1000 * (float(heard.readline()) - committed))
            time.sleep(PAUSE_SECONDS)
    return found


def _values(folder: Path, port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": os.environ.get("SIXDIGITS_DATABASE_URL") or f"sqlite:///{folder}/b.sqlite3",
        "SECRET_KEY": "only-for-the-bench-0123456789abcdefghij",
        "DATA_KEYS": "A" * 43 + "=",
        "GATEWAYS": "egosms",
        "EGOSMS_USERNAME": "u",
        "EGOSMS_API_KEY": "k",
        "EGOSMS_CALLBACK_TOKEN": "t" * 16,
        "EGOSMS_API_URL": f"http://127.0.0.1:{port}/api/v1/json/",
        "LOG_LEVEL": "ERROR",
    }


@contextmanager
def _embedded(folder: Path, port: int) -> Iterator[Flask]:
    app = _house(_values(folder, port), folder)
    yield app
    _close(app)


@contextmanager
def _distributed(folder: Path, port: int) -> Iterator[Flask]:
    with running(folder) as valkey:
        values = _values(folder, port) | {"WORKERS": "distributed", "REDIS_URL": valkey.url}
        app = _house(values, folder)
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SIXDIGITS_")}
        given = {f"SIXDIGITS_{name}": value for name, value in values.items()}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
        with subprocess.Popen(command, cwd=ROOT, env=kept | given) as worker:
            with app.app_context():
                while not heartbeat.alive(house().kit):
                    db.session.rollback()
                    time.sleep(0.1)
            time.sleep(3.0)  # Celery says nowhere that it listens
            yield app
            worker.terminate()
        _close(app)


def _house(values: dict[str, str], folder: Path) -> Flask:
    app = create_app(settings_from(values, folder))
    with app.app_context():
        db.create_all()
        house().start()
    stamp(app)
    return app


def _close(app: Flask) -> None:
    with app.app_context():
        house().stop()
        db.engine.dispose()
