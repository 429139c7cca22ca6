"""A distributed house: a web process on a table, real workers beside it, a real Valkey between."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.conftest import close
from tests.gateways.stub import Answer, Stub
from tests.settings import settings_for
from tests.stamp import stamp
from tests.valkey import Server, running
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Message
from twofactor.models.database import transaction
from twofactor.sms import outbox
from twofactor.sms.phone import Phone
from twofactor.words import Purpose
from wsgi import ROOT, create_app

TAKEN = Answer.of({"Status": "OK", "Cost": "35", "Currency": "UGX", "MsgFollowUpUniqueCode": "C1"})


class House:
    """One house of several processes; `values` are its settings, for all of them."""

    def __init__(self, folder: Path, valkey: Server, stub: Stub) -> None:
        self.folder, self.valkey, self.stub = folder, valkey, stub
        self.values = {
            "DATABASE_URL": f"sqlite:///{folder / 'test.sqlite3'}",
            "SECRET_KEY": "distributed-tests-0123456789abcdef",
            "DATA_KEYS": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "WORKERS": "distributed",
            "REDIS_URL": valkey.url,
            "GATEWAYS": "egosms",
            "EGOSMS_USERNAME": "u",
            "EGOSMS_API_KEY": "k",
            "EGOSMS_CALLBACK_TOKEN": "t" * 16,
            "EGOSMS_API_URL": stub.url + "/api/v1/json/",
        }
        self.workers: list[subprocess.Popen[str]] = []
        self.app: Flask = create_app(settings_for(folder, **self.values))

    @property
    def heard(self) -> list[dict[str, Any]]:
        """The calls that brought texts; the balance is asked for now and then, too."""
        return [h.json for h in self.stub.heard if "msgdata" in h.json]

    def start_worker(self) -> subprocess.Popen[str]:
        """One more `flask worker`, as an operator starts it."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SIXDIGITS_")}
        given = {f"SIXDIGITS_{name}": value for name, value in self.values.items()}
        with (self.folder / f"worker{len(self.workers)}.log").open("w") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
                cwd=ROOT,
                env=kept | given,
                stdout=log,
                stderr=log,
                text=True,
            )
        self.workers.append(worker)
        return worker

    def enqueue(self, *, wake: bool = True, phone: str = "+12025550123") -> int:
        """A text as a door leaves it behind; its id."""
        with self.app.app_context():
            kit = house().kit
            with transaction():
                until = kit.now() + timedelta(minutes=5)
                text = outbox.enqueue(kit, Purpose.LOGIN, Phone(phone, "US"), "hello", until)
                message_id = text.id
            if wake:
                house().sender.wake()
        return message_id

    def status(self, message_id: int) -> str:
        with self.app.app_context():
            return db.session.get_one(Message, message_id).status

    def is_ready(self) -> bool:
        return self.app.test_client().get("/readyz").status_code == 200

    def end(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGKILL)
            worker.wait()
        with self.app.app_context():
            house().sender.stop()
        close(self.app)


def wait_for(happens: Callable[[], bool], seconds: float = 90.0) -> None:
    """Return as soon as it happens; fail when it does not."""
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until, "it does not happen"
        time.sleep(0.05)


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path) as server:
        yield server


@pytest.fixture
def distributed(tmp_path: Path, valkey: Server) -> Iterator[House]:
    """The web process runs; workers are started by the test."""
    with Stub() as stub:
        stub.behave(TAKEN)
        made = House(tmp_path, valkey, stub)
        with made.app.app_context():
            db.create_all()
            house().sender.start()
        stamp(made.app)
        yield made
        made.end()
