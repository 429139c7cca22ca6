"""Single sends of one process, every row durable: against bare threads with kept connections where
the gateway takes 100 ms, and against a Celery task a message with Twilio's SDK where it takes none.

`python -m bench sends [TEXTS]`
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from threading import local
from typing import IO
from urllib.parse import urlencode

from sqlalchemy import func, select

from bench.rivals.celery_sdk import BODY
from bench.rivals.celery_sdk import app as rival
from bench.server import ROOT
from bench.stub import ACCOUNT, SENDER, settings, taking
from tests.settings import settings_from
from tests.stamp import stamp
from tests.valkey import running
from twofactor.desk import HANDS
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Message
from twofactor.models.database import transaction
from twofactor.sms import outbox
from twofactor.sms.phone import Phone
from twofactor.words import Purpose, Status
from wsgi import create_app

TEXTS, SLOW_MS = 3_000, 100
OF_THREADS, OF_CELERY = 0.5, 10.0
PHONES = [f"+1202555{number:04d}" for number in range(10_000)]


def main(options: list[str]) -> bool:
    """Print the ratios; True when both targets are met."""
    texts = int(options[0]) if options else TEXTS
    of_threads = _ours(SLOW_MS, texts) / _threads(SLOW_MS, texts)
    print(f"of bare threads {of_threads:.2f}, wanted {OF_THREADS}")
    of_celery = _ours(0, texts) / _celery(texts)
    print(f"of Celery with the SDK {of_celery:.2f}, wanted {OF_CELERY}")
    return of_threads >= OF_THREADS and of_celery >= OF_CELERY


def _ours(delay_ms: int, texts: int) -> float:
    """Texts a second, from the first look at the rows to the last row settled."""
    with tempfile.TemporaryDirectory() as folder, taking(delay_ms) as (port, _):
        values = {
            "DATABASE_URL": f"sqlite:///{folder}/b.sqlite3",
            **settings(port),
            "LOG_LEVEL": "ERROR",
        }
        app = create_app(settings_from(values, Path(folder)))
        with app.app_context():
            db.create_all()
            stamp(app)
            _enqueue(texts)
            built, started, used = house(), time.perf_counter(), time.process_time()
            built.start()
            while _waiting():
                time.sleep(0.02)
            seconds, cpu = time.perf_counter() - started, time.process_time() - used
            built.stop()
            db.engine.dispose()
    told = f"{texts / cpu:,.0f} a second of CPU"
    return _told(f"sixdigits, gateway {delay_ms} ms", texts, seconds, told)


def _enqueue(texts: int) -> None:
    kit = house().kit
    with transaction():
        until = kit.now() + timedelta(minutes=30)
        for number in range(texts):
            phone = Phone(PHONES[number % len(PHONES)], "US")
            outbox.enqueue(kit, Purpose.LOGIN, phone, BODY, until)


def _waiting() -> int:
    db.session.rollback()
    waiting = select(func.count()).where(Message.status == Status.QUEUED)
    return db.session.scalar(waiting) or 0


def _threads(delay_ms: int, texts: int) -> float:
    """As many threads, each with a connection of its own, and nothing put on record."""
    with taking(delay_ms) as (port, _), ThreadPoolExecutor(HANDS) as threads:
        mine = local()

        def send(number: int) -> None:
            if not hasattr(mine, "connection"):
                mine.connection = HTTPConnection("127.0.0.1", port)
            form = urlencode({"To": PHONES[number % len(PHONES)], "From": SENDER, "Body": BODY})
            path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            mine.connection.request("POST", path, form, kind)
            mine.connection.getresponse().read()

        started = time.perf_counter()
        list(threads.map(send, range(texts)))
        seconds = time.perf_counter() - started
    return _told(f"threads, gateway {delay_ms} ms", texts, seconds)


def _celery(texts: int) -> float:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as valkey,
        taking(0) as (port, heard),
    ):
        environ = {"BENCH_BROKER": valkey.url, "BENCH_GATEWAY": f"http://127.0.0.1:{port}"}
        command = [*(sys.executable, "-m", "celery", "-A", "bench.rivals.celery_sdk", "worker")]
        options = ["--pool", "threads", "--concurrency", "32", "--loglevel", "ERROR"]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(
            [*command, *options],
            cwd=ROOT,
            env={**os.environ, **environ},
            stdout=quiet,
            stderr=quiet,
        ) as worker:
            rival.conf.broker_url = valkey.url
            _send_and_wait(heard, 50)  # it is up
            started = time.perf_counter()
            _send_and_wait(heard, texts)
            seconds = time.perf_counter() - started
            worker.kill()
    return _told("Celery with the SDK", texts, seconds)


def _send_and_wait(heard: IO[str], texts: int) -> None:
    for number in range(texts):
        rival.send_task("send", args=[PHONES[number % len(PHONES)]])
    for _ in range(texts):
        heard.readline()


def _told(name: str, texts: int, seconds: float, more: str = "") -> float:
    print(f"{name:28}{texts / seconds:8,.0f} texts/s {more}")
    return texts / seconds
