"""Texts to many through an EgoSMS stub, rows durable: texts a second, and memory.

BULK_TEXTS (default 20,000) texts are put into the outbox and sent by one process, with as many
threads as it always has for them; the stub answers at once from a process of its own.
SIXDIGITS_DATABASE_URL may name a PostgreSQL database to use.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from flask import Flask

from twofactor import gateways, jobs
from twofactor.config.load import load
from twofactor.crew import BULK_THREADS
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.sms import bulk
from twofactor.sms.bulk import Text
from twofactor.sms.phone import Phone
from twofactor.words import Purpose
from wsgi import create_app

TEXTS = int(os.environ.get("BULK_TEXTS", "20000"))
WANTED = 3_000.0  # texts a second
ANSWER = json.dumps({"Status": "OK", "Cost": "35", "MsgFollowUpUniqueCode": "C1"}).encode()


class Stub(BaseHTTPRequestHandler):
    """Takes everything."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, format: str, *args: object) -> None:
        pass


def main(_options: list[str]) -> bool:
    """Print the figures; True when texts leave as fast as wanted."""
    stub = subprocess.Popen([sys.executable, "-m", "bench.bulk"], stdout=subprocess.PIPE, text=True)
    try:
        port = int(stub.stdout.readline()) if stub.stdout else 0
        with tempfile.TemporaryDirectory() as folder:
            app = _app(Path(folder), f"http://127.0.0.1:{port}/api/v1/json/")
            with app.app_context():
                db.create_all()
                per_second = _measure(app)
                db.session.remove()
                db.engine.dispose()
    finally:
        stub.kill()
        stub.wait()
    print(f"  {per_second:,.0f} texts/s, wanted {WANTED:,.0f}")
    return per_second >= WANTED


def _measure(app: Flask) -> float:
    """Texts a second from the outbox to the gateway and settled."""
    kit = house().kit
    until = kit.now() + timedelta(days=1)
    with transaction():
        batch = bulk.open_batch(kit, "bench", Purpose.NOTICE, has_own_bodies=True)

    def put() -> None:
        for portion in _portions():
            with transaction():
                bulk.put(kit, batch, portion, until)

    def send(_thread: int) -> None:
        with app.app_context():
            while jobs.deliver_bulk(kit):
                pass

    def send_all() -> None:
        with ThreadPoolExecutor(BULK_THREADS) as threads:
            list(threads.map(send, range(BULK_THREADS)))

    _measured("put into the outbox", TEXTS, put)
    per_second = _measured("claimed, sent, settled", TEXTS, send_all)
    db.session.rollback()
    far = bulk.progress(batch)
    assert (far.total, far.sent) == (TEXTS, TEXTS), far
    return per_second


def _measured(what: str, texts: int, work: Callable[[], None]) -> float:
    peak, started, used = _peak(), time.perf_counter(), time.process_time()
    work()
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    print(f"  {what}: {texts / seconds:,.0f} texts/s, {texts / cpu:,.0f} a second of CPU")
    print(f"    peak memory {_peak()} MiB, {_peak() - peak} more than before")
    return texts / seconds


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _portions() -> Iterator[list[Text]]:
    for start in range(0, TEXTS, bulk.CHUNK):
        numbers = range(start, min(TEXTS, start + bulk.CHUNK))
        yield [Text(Phone(f"+25677{n:07}", "UG"), f"Your own words, {n}") for n in numbers]


def _app(folder: Path, url: str) -> Flask:
    fields = {
        name: {c.name: c for c in gateways.load(name).credentials} for name in gateways.names()
    }
    values = {
        "DATABASE_URL": os.environ.get("SIXDIGITS_DATABASE_URL") or f"sqlite:///{folder}/b.sqlite3",
        "GATEWAYS": "egosms",
        "EGOSMS_USERNAME": "u",
        "EGOSMS_API_KEY": "k",
        "EGOSMS_CALLBACK_TOKEN": "t" * 16,
        "EGOSMS_API_URL": url,
        "BULK_RATES": "egosms=999999",
        "LOG_LEVEL": "WARNING",
    }
    environ = {f"SIXDIGITS_{name}": value for name, value in values.items()}
    return create_app(load(environ, folder, fields))


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    print(server.server_port, flush=True)
    server.serve_forever()
